//! How often does a method solve this structure without any seeds?

use super::runner::STEP;
use crate::engine::{Engine, EngineError, Start};
use crate::phasing::Arm;
use crate::phasing::rules::converged;

/// Trials that show whether a structure needs seeds.
pub const PROBED: u32 = 8;

/// Share of `trials` random starts of an arm whose merits convince within its cycles; no truth is used. The slots of
/// `engine` are empty afterwards.
///
/// # Errors
/// Those of the engine.
pub fn unseeded_rate(engine: &mut dyn Engine, arm: &Arm, trials: u32, seed: u32) -> Result<f64, EngineError> {
    let mut next = 0;
    let mut solved = 0;
    let mut slots: Vec<Option<u32>> = vec![None; engine.slots()];
    loop {
        for (slot, done) in slots.iter_mut().enumerate().filter(|(_, done)| done.is_none()) {
            if next < trials {
                engine.seat(slot, &Start::Random { seed, trial: next }, arm.recipe(seed, next))?;
                *done = Some(0);
                next += 1;
            }
        }
        if slots.iter().all(Option::is_none) {
            return Ok(f64::from(solved) / f64::from(trials.max(1)));
        }
        engine.advance(STEP)?;
        let merits = engine.merits()?;
        for (slot, (done, merits)) in slots.iter_mut().zip(merits).enumerate() {
            let (Some(cycles), Some(merits)) = (done.as_mut(), merits) else { continue };
            *cycles += STEP;
            let convinced = converged(&merits, arm.is_flipping());
            if convinced || *cycles >= arm.cycles {
                solved += u32::from(convinced);
                engine.vacate(slot);
                *done = None;
            }
        }
    }
}
