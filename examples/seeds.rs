//! Solves a crystal from what a classifier says of its phases: here one that is right four times in five, made from the answer.
//!
//! `cargo run --release --example seeds`

use seedflip::{Crystal, Options, Seeds, Solver, score};
use std::f64::consts::TAU;

/// Classes of the classifier, centred on 0°, 90°, 180° and 270°.
const CLASSES: usize = 4;
/// Probability that it gives to its choice.
const SURE: f32 = 0.7;
/// One choice in so many is wrong.
const WRONG_EVERY: usize = 5;

fn main() -> seedflip::Result<()> {
    let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
    let answer = Solver::new(&crystal).space_group("P21/c").run()?;
    let mut known: Vec<_> = answer.structures()[0].solution.phases.reflections.clone();
    known.sort_by(|a, b| b.e.total_cmp(&a.e));
    known.truncate(200);

    let hkl: Vec<[i32; 3]> = known.iter().map(|r| r.hkl).collect();
    let mut p = Vec::new();
    for (row, reflection) in known.iter().enumerate() {
        let class = (reflection.phase / TAU * CLASSES as f64).round().rem_euclid(CLASSES as f64) as usize;
        let chosen = if row % WRONG_EVERY == 0 { (class + 2) % CLASSES } else { class };
        let rest = (1.0 - SURE) / (CLASSES - 1) as f32;
        p.extend((0..CLASSES).map(|class| if class == chosen { SURE } else { rest }));
    }
    let seeds = Seeds::from_probabilities(hkl.clone(), p, CLASSES)?;

    let options = Options { trials: Some(8), ..Options::default() };
    let outcome = Solver::new(&crystal).seeds(&seeds).options(options).run()?;
    println!("solved: {}, probability {:.3}", outcome.is_solved(), outcome.probability());
    for trial in outcome.trials() {
        println!("trial {}: {}, R_weak {:.3}", trial.trial, trial.arm.word(), trial.merits.r_weak);
    }

    let phases: Vec<f64> = known.iter().map(|r| r.phase).collect();
    println!("R_weak of the answer itself: {:.3}", score(&crystal, &hkl, &phases, true)?.merits.r_weak);
    Ok(())
}
