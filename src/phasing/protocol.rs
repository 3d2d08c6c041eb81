//! What a trial of each method goes through: how long it searches, when it has converged, what follows the search, when
//! its merits convince. All that depends on the method outside an engine stands in this file; a third iteration gets
//! its protocol here and its arms in `portfolio`. No truth enters.

use super::portfolio::plain_message;
use crate::engine::{Amplitudes, FlipRecipe, Merits, Method, Recipe};

/// Bounds that figures of merit have to pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Criteria {
    /// The tangent formula's cosine lies above.
    pub tan_cos: f32,
    /// The kurtosis of the E map lies above.
    pub e_kurtosis: f32,
    /// The field's κ lies above.
    pub kappa: f32,
    /// R_weak lies below.
    pub r_weak: f32,
}

/// A figure that is not asked.
const UNASKED: f32 = f32::NEG_INFINITY;
/// Nothing but R_weak is asked, and that for less than a structure's: bounds to be sharpened by `..`.
const LOOSEST: Criteria = Criteria { tan_cos: UNASKED, e_kurtosis: UNASKED, kappa: UNASKED, r_weak: HOPELESS_R_WEAK };
/// No phase set whose weak reflections come out like this is a structure: a map with one giant peak
/// ("uranium solution") has R_weak near 1 while everything else about it looks perfect.
const HOPELESS_R_WEAK: f32 = 0.45;

impl Criteria {
    /// True when `merits` pass every bound.
    pub fn pass(&self, merits: &Merits) -> bool {
        merits.tan_cos > self.tan_cos
            && merits.e_kurtosis > self.e_kurtosis
            && merits.kappa > self.kappa
            && merits.r_weak < self.r_weak
    }
}

/// What follows the search of an unseeded trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Closing {
    /// Converged or not, the trial goes on by another recipe of its method: its merits tell only then.
    Polish {
        /// The recipe.
        recipe: Recipe,
        /// Cycles.
        cycles: u32,
    },
    /// A converged trial goes on as it is; one that is out of cycles ends.
    Settle {
        /// Cycles.
        cycles: u32,
    },
}

/// Cycles of searching after which a trial is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SearchCycles {
    /// In small cells.
    pub small: u32,
    /// In large ones.
    pub large: u32,
    /// From seeds.
    pub seeded: u32,
}

/// What a trial goes through.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Protocol {
    /// How long it searches, where an arm says nothing else.
    pub cycles: SearchCycles,
    /// A searching trial looks converged and goes on to what follows.
    pub converged: Criteria,
    /// What follows.
    pub closing: Closing,
    /// A finished trial may be a solution and is compared with others.
    pub promising: Criteria,
    /// The merits of a finished trial convince on their own.
    pub convincing: Criteria,
    /// By what a trial from seeds is put to the proof without them; `None`: by its own recipe.
    pub proof: Option<Recipe>,
}

/// Cycles of polish (recipe notes §1).
pub const POLISH_CYCLES: u32 = 40;
/// Polish after flipping: w = 0, E, k = 0.9 (recipe notes §1: 24.5° against 29.8° mean phase error).
pub const POLISH: Recipe = Recipe::Flipping(FlipRecipe { k: 0.9, weak: 0.0, amplitudes: Amplitudes::E });

const FLIPPING: Protocol = Protocol {
    // Small cells converge in tens, hard ones in about a thousand. From seeds: median 40–80 (recipe notes §2).
    cycles: SearchCycles { small: 400, large: 800, seeded: 200 },
    // Before polish: keeps 87 % of the right ones and passes 19 of 547 wrong (recipe notes §6).
    converged: Criteria { tan_cos: 0.72, e_kurtosis: 7.0, r_weak: 0.30, ..LOOSEST },
    closing: Closing::Polish { recipe: POLISH, cycles: POLISH_CYCLES },
    // Over 3360 trials of 35 runs on shuffled intensities E-kurtosis of polished flipping stayed below 5.6; the
    // solutions of 51 real sets had at least 13.8 (benches/results, 2026-11-22).
    promising: Criteria { e_kurtosis: 7.0, ..LOOSEST },
    // After polish: 88 % of the right ones and 4 of 547 wrong (recipe notes §6).
    convincing: Criteria { tan_cos: 0.79, e_kurtosis: 8.0, r_weak: 0.18, ..LOOSEST },
    // Flipping needs two to three times the s₀ (benches/results, 2026-11-22, seeds) and does not come back from such a
    // blur where its phases are right.
    proof: Some(Recipe::Message(plain_message(1.0, 1.0, 0))),
};

/// 942 of 1163 solved trials, 48 of 632 unsolved ones (recipe notes §3).
const MESSAGE_CONVERGED: Criteria = Criteria { kappa: 2.4, r_weak: 0.25, ..LOOSEST };

const MESSAGE: Protocol = Protocol {
    // "Restart after 60–100" (recipe notes §3). From seeds solutions come within 10–25 (benches/results, 2026-11-22),
    // and a trial that wanders longer is better begun anew from other numbers.
    cycles: SearchCycles { small: 90, large: 90, seeded: 60 },
    converged: MESSAGE_CONVERGED,
    // The first look that passes comes while heavy atoms are in place and light ones still arrive.
    closing: Closing::Settle { cycles: 20 },
    // κ stayed below 0.57 on the shuffled intensities, and was 0.9 at least in solutions (as above).
    promising: Criteria { kappa: 0.7, ..LOOSEST },
    convincing: MESSAGE_CONVERGED,
    proof: None,
};

impl Method {
    /// What its trials go through.
    pub fn protocol(self) -> &'static Protocol {
        match self {
            Self::Flipping => &FLIPPING,
            Self::Message => &MESSAGE,
        }
    }
}

impl Protocol {
    /// The recipe by which a seeded trial that searched by `own` is put to the proof.
    pub fn proof_of(&self, own: Recipe) -> Recipe {
        self.proof.unwrap_or(own)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Merits at the bounds of `criteria`, moved towards the better by `share` of them.
    fn at(criteria: &Criteria, share: f32) -> Merits {
        let above = |bound: f32| if bound == UNASKED { 0.0 } else { bound * (1.0 + share) };
        Merits {
            tan_cos: above(criteria.tan_cos),
            e_kurtosis: above(criteria.e_kurtosis),
            kappa: above(criteria.kappa),
            r_weak: criteria.r_weak * (1.0 - share),
            ..Merits::default()
        }
    }

    #[test]
    fn every_bound_counts() {
        for method in Method::ALL {
            let protocol = method.protocol();
            for criteria in [protocol.converged, protocol.promising, protocol.convincing] {
                let good = at(&criteria, 0.01);
                assert!(criteria.pass(&good) && !criteria.pass(&at(&criteria, -0.01)), "{criteria:?}");
                assert!(!criteria.pass(&Merits { r_weak: criteria.r_weak, ..good }));
                for (bound, worse) in [
                    (criteria.tan_cos, Merits { tan_cos: criteria.tan_cos, ..good }),
                    (criteria.e_kurtosis, Merits { e_kurtosis: criteria.e_kurtosis, ..good }),
                    (criteria.kappa, Merits { kappa: criteria.kappa, ..good }),
                ] {
                    assert!(bound == UNASKED || !criteria.pass(&worse), "{criteria:?}");
                }
            }
        }
    }

    /// What the measurements in the comments were made with: whoever changes a number makes them anew.
    #[test]
    fn protocols_are_those_that_were_measured() {
        let bounds =
            |c: Criteria| [c.tan_cos, c.e_kurtosis, c.kappa, c.r_weak].map(|x| if x == UNASKED { 0.0 } else { x });
        let of = |p: &Protocol| [p.converged, p.promising, p.convincing].map(bounds);
        let [flipping, message] = Method::ALL.map(|method| *method.protocol());
        assert_eq!(of(&flipping), [[0.72, 7.0, 0.0, 0.3], [0.0, 7.0, 0.0, 0.45], [0.79, 8.0, 0.0, 0.18]]);
        assert_eq!(of(&message), [[0.0, 0.0, 2.4, 0.25], [0.0, 0.0, 0.7, 0.45], [0.0, 0.0, 2.4, 0.25]]);
        assert_eq!(flipping.cycles, SearchCycles { small: 400, large: 800, seeded: 200 });
        assert_eq!(message.cycles, SearchCycles { small: 90, large: 90, seeded: 60 });
        let polish = FlipRecipe { k: 0.9, weak: 0.0, amplitudes: Amplitudes::E };
        assert_eq!(flipping.closing, Closing::Polish { recipe: Recipe::Flipping(polish), cycles: 40 });
        assert_eq!(message.closing, Closing::Settle { cycles: 20 });
    }

    /// A polish or a proof that ran another method than it may would be refused by the engine, or judged by the wrong
    /// criteria.
    #[test]
    fn closings_stay_within_their_method() {
        for method in Method::ALL {
            match method.protocol().closing {
                Closing::Polish { recipe, .. } => assert_eq!(recipe.method(), method),
                Closing::Settle { cycles } => assert!(cycles > 0),
            }
        }
        assert_eq!(FLIPPING.proof_of(POLISH).method(), Method::Message);
        let own = Recipe::Message(plain_message(3.0, 3.0, 0));
        assert_eq!(MESSAGE.proof_of(own), own);
    }
}
