//! The arms of a run that starts from seeds.

use super::arm::{Arm, ArmId, Kind, SeedStart, StartKind};
use super::blurred_portfolio::reshaped;
use super::portfolio::{Methods, SQUARE, logistic};
use crate::engine::{Amplitudes, MessageRecipe, Method, SeedUse};
use crate::grid::Sampling;

/// Cycles over which N moves in the annealed arm.
const ANNEAL: u32 = 40;
/// Cycles for which flipping holds its seeds (recipe notes §2: 20 and 60 did alike, 5 and none did not).
const FLIP_HOLD: u32 = 20;

/// The arms, in the order in which trials get them. Message passing on the fine grid comes first: on 882 equal atoms
/// with one B, 1.75 % seeds solve in 8/12 draws there against 4/12 on the coarse grid (benches/results, 2026-11-22). Blurred data get the
/// reshaped posterior before it: on 11 cases at 1.2 and 1.5 Å, three simulated, 75 of 88 draws solve, by N × 1 70 and N × 3 67, and
/// solved draws of light atoms end at correlations of 0.88 to 0.99, by N × 1 mostly at 0.75 to 0.85 (benches/results, 2026-11-27, denoiser).
pub fn seeded_portfolio(methods: Methods, blurred: bool) -> Vec<Arm> {
    let held = SeedStart { hold: u32::MAX, drawn: false };
    let cycles = |method: Method| method.protocol().cycles.seeded;
    let message = |name, sampling, kind| Arm {
        name: ArmId::new(name),
        start: StartKind::Seeded(held),
        sampling,
        cycles: cycles(Method::Message),
        kind,
    };
    let plain = logistic(1.0, 1.0, 0);
    let fixed = match plain {
        Kind::Message(recipe) => Kind::Message(MessageRecipe { seeds: SeedUse::Fixed, ..recipe }),
        other => other,
    };
    let drawn = Arm {
        start: StartKind::Seeded(SeedStart { drawn: true, ..held }),
        ..message("seed mp drawn", Sampling::Fine, plain)
    };
    let flipping = Arm {
        name: ArmId::new("seed flip E"),
        start: StartKind::Seeded(SeedStart { hold: FLIP_HOLD, drawn: false }),
        sampling: Sampling::Nyquist,
        cycles: cycles(Method::Flipping),
        kind: Kind::FlipAll(Amplitudes::E),
    };
    let shaped = blurred.then(|| message("seed mp shape", Sampling::Fine, reshaped(1.0)));
    let all = [
        message("seed mp N*1", Sampling::Fine, plain),
        message("seed mp 2h", Sampling::Nyquist, plain),
        message("seed mp N*3", Sampling::Fine, logistic(3.0, 3.0, 0)),
        flipping,
        drawn,
        message("seed mp fixed", Sampling::Fine, fixed),
        message("seed mp u2", Sampling::Fine, SQUARE),
        message("seed mp N*.3-3", Sampling::Nyquist, logistic(0.3, 3.0, ANNEAL)),
    ];
    shaped.into_iter().chain(all).filter(|arm| methods.allow(arm.method())).collect()
}

/// Cycles of a trial from a small fragment: a right atom shows by the tenth or fifteenth (frontier notes §1), and then the structure has to grow.
const START_CYCLES: u32 = 40;

/// The arms of a run from seeds that are good for a start alone: nothing is held. The fine grid first: from 18 fragments of toxin II (one sulphur, two,
/// ten atoms of a helix, each atom up to 0.2 Å off) it solves 18/18 at once and 85/117 from places 0.15 and 0.3 Å off, the coarse one 15/18 at N × 1 and
/// N × 3 hardly any (benches/results, 2026-11-26).
pub fn start_portfolio(methods: Methods) -> Vec<Arm> {
    let start = StartKind::Seeded(SeedStart { hold: 0, drawn: false });
    let message = |name, sampling, kind| Arm { name: ArmId::new(name), start, sampling, cycles: START_CYCLES, kind };
    let flipping = Arm {
        cycles: Method::Flipping.protocol().cycles.seeded,
        ..message("start flip E", Sampling::Nyquist, Kind::FlipAll(Amplitudes::E))
    };
    let all = [
        message("start mp 3h", Sampling::Fine, logistic(1.0, 1.0, 0)),
        message("start mp 2h", Sampling::Nyquist, logistic(1.0, 1.0, 0)),
        flipping,
    ];
    all.into_iter().filter(|arm| methods.allow(arm.method())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Recipe;

    #[test]
    fn every_arm_starts_from_seeds_and_flipping_leaves_weak_reflections_alone() {
        for (methods, blurred) in [(Methods::Both, true), (Methods::Flipping, true), (Methods::Message, false)] {
            let arms = seeded_portfolio(methods, blurred);
            assert!(!arms.is_empty());
            for arm in arms {
                assert!(arm.is_seeded());
                if let Recipe::Flipping(recipe) = arm.recipe(1, 2) {
                    assert_eq!(recipe.weak, 0.0);
                }
            }
        }
    }
}
