//! `-v` and `-vv`: what a run decides, and on what grounds, as events of `tracing` on stderr.
//!
//! - `-v`   a line per finished trial, per candidate and its groups, per model, per judgement
//! - `-vv`  also what is started and compared, which routes and models are taken
//! - `-vvv` also every look at every trial

use crate::output::say;
use crate::report::reasons::why;
use crate::report::table::{group_name, sureness};
use crate::solve::Note;
use crate::trials::Event;
use std::io::{Result, Write};
use tracing::level_filters::LevelFilter;
use tracing::{debug, info, trace};

/// Has events written from now on, as many as `verbose` asks for.
pub fn begin(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let events = tracing_subscriber::fmt().with_max_level(level).without_time().with_level(false).with_target(false);
    // There is one subscriber in a program; a second run in the same process goes on with the first.
    let _ = events.with_ansi(false).with_writer(|| Stderr).try_init();
}

/// Where events go: to the words of the program, above a line of progress.
struct Stderr;

impl Write for Stderr {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        say::text(&String::from_utf8_lossy(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// Something has happened to a trial.
pub fn event(event: &Event<'_>) {
    match event {
        Event::Started { trial, arm } => debug!("trial {trial} ({arm}) starts"),
        Event::Looked { trial, cycles, merits } => trace!(
            "trial {trial} after {cycles} cycles: R_weak {:.3}, E-kurtosis {:.1}, tan_cos {:.3}, kappa {:.2}",
            merits.r_weak, merits.e_kurtosis, merits.tan_cos, merits.kappa
        ),
        Event::Finished { trial, .. } => info!(
            "trial {} ({}): R_weak {:.3}, E-kurtosis {:.1}, tan_cos {:.3} after {} cycles{}{}",
            trial.trial,
            trial.arm,
            trial.merits.r_weak,
            trial.merits.e_kurtosis,
            trial.merits.tan_cos,
            trial.cycles,
            if trial.is_promising() { ", promising" } else { "" },
            if trial.proven == Some(false) { ", did not come back without its seeds" } else { "" },
        ),
        Event::Compared { trial, agreements, fits } => debug!(
            "trial {trial} compared with {} candidates{}",
            agreements.len(),
            fits.and_then(|fits| fits.evidence()).map_or(String::new(), |found| format!(", symmetry {found:.2}"))
        ),
        Event::Moved(change) => {
            let why = change.fault.as_ref().map_or(String::new(), |fault| format!(": {fault}"));
            info!("after {} trials {} goes on{why}", change.finished, change.device);
        }
        Event::Structure { group, candidate, atoms, r1: Some(r1) } => {
            info!("candidate {candidate} in {group}: {atoms} atoms, R1 {r1:.3}");
        }
        Event::Structure { group, candidate, .. } => info!("candidate {candidate} in {group}: no model"),
    }
}

/// A decision has fallen.
pub fn note(note: &Note<'_>) {
    match note {
        Note::Groups { candidate, ranked, choice } => {
            let scores: Vec<(f64, bool)> = ranked.iter().map(|g| (g.score.total, g.is_named())).collect();
            let chosen = choice.of(&scores);
            let names = chosen.iter().filter_map(|place| ranked.get(*place));
            let names: Vec<String> =
                names.map(|g| format!("{} ({:.1})", group_name(&g.group), g.score.total)).collect();
            info!(
                "candidate {candidate}: {} of {} space groups tried: {}",
                names.len(),
                ranked.len(),
                names.join(", ")
            );
        }
        Note::Polished(polished) => debug!(
            "candidate {}: polish changes R_weak by a factor of {:.2}{}",
            polished.candidate,
            polished.ratio,
            if polished.is_taken() { ", taken" } else { ", left" }
        ),
        Note::Routes(routes) => debug!(
            "candidate {}: sketches of two routes have R1 {:.3} and {:.3}, {}",
            routes.candidate,
            routes.better,
            routes.worse,
            if routes.are_open() { "both go on" } else { "the better goes on" }
        ),
        Note::Models(models) => {
            let hopeful = models.hopeful().into_iter().filter(|hopeful| *hopeful).count();
            debug!("{hopeful} of {} sketches get a model; lowest R1 {:.3}", models.prospects.len(), models.lowest);
        }
        Note::Judged { finished, ended, structures, judgement } => {
            let first = structures.first().map_or("no structure".into(), |first| group_name(&first.group));
            info!(
                "after {finished} trials{}: {first}, probability {}, {}",
                if *ended { ", the last" } else { "" },
                sureness(judgement.probability),
                if judgement.claimed() { "claimed" } else { "not claimed" }
            );
            for line in judgement.evidence.iter().flat_map(|evidence| why(evidence, judgement.probability_group)) {
                debug!("  {line}");
            }
        }
    }
}
