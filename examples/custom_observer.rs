//! Follows a run event by event, and ends it when one trial is good enough.
//!
//! `cargo run --release --example custom_observer`

use seedflip::{Crystal, Event, Observer, Progress, Solver, Stage, Structure, Watch};

/// R_weak below which this observer has seen enough.
const ENOUGH: f32 = 0.12;

#[derive(Default)]
struct Follower {
    looked: usize,
    enough: bool,
}

impl Observer for Follower {
    /// After every step of the engines; false ends the run gently.
    fn step(&mut self, progress: &Progress) -> bool {
        let best = progress.best_r_weak.unwrap_or(1.0);
        println!("{:3} of {} trials, best R_weak {best:.3}", progress.finished, progress.trials);
        !self.enough
    }

    fn event(&mut self, event: &Event<'_>) {
        match event {
            Event::Looked { .. } => self.looked += 1,
            Event::Finished { trial, .. } => {
                println!("trial {} ({}) after {} cycles", trial.trial, trial.arm.word(), trial.cycles);
                self.enough |= trial.merits.r_weak < ENOUGH;
            }
            _ => {}
        }
    }
}

impl Watch for Follower {
    fn stage(&mut self, stage: &Stage) {
        if let Stage::Modelling { done, all, .. } = stage {
            println!("{done} of {all} space groups are through");
        }
    }

    fn structure(&mut self, structure: &Structure) {
        println!("a structure, R1 {:.3}", structure.r1());
    }
}

fn main() -> seedflip::Result<()> {
    let crystal = Crystal::read("tests/data/ethyldeoxycytidine.ins".as_ref())?;
    let mut follower = Follower::default();
    let outcome = Solver::new(&crystal).run_watched(&mut follower)?;
    println!("{} looks, stopped: {:?}, solved: {}", follower.looked, outcome.stopped(), outcome.is_solved());
    Ok(())
}
