//! Which recipes a run is made of: a portfolio of arms, dealt to trials in turn.

use super::arm::{Arm, ArmId, Kind, StartKind};
use crate::engine::{Amplitudes, Denoiser, MessageRecipe, Method, SeedUse};
use crate::grid::Sampling;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which methods a run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Methods {
    /// Flipping and message passing side by side.
    Both,
    /// Charge flipping alone.
    Flipping,
    /// Message passing alone.
    Message,
}

impl Methods {
    /// Whether a method is among them.
    pub fn allow(self, method: Method) -> bool {
        match self {
            Self::Both => true,
            Self::Flipping => method == Method::Flipping,
            Self::Message => method == Method::Message,
        }
    }
}

impl From<Method> for Methods {
    fn from(method: Method) -> Self {
        match method {
            Method::Flipping => Self::Flipping,
            Method::Message => Self::Message,
        }
    }
}

/// Above this many atoms in the primitive cell flipping without a heavy atom is a poor bet (recipe notes
/// §6: it fails above about 480), and message passing gets most trials.
pub const LARGE: f64 = 250.0;
/// Cycles over which N is annealed, and the trial's length then (recipe notes §3: 50–80).
pub(super) const ANNEAL: u32 = 60;
pub(super) const ANNEAL_CYCLES: u32 = 120;

/// Message passing with the soft denoiser, undamped: multiples of the number of atoms at first and at last, and the
/// cycles between.
pub const fn plain_message(n_start: f32, n_end: f32, anneal: u32) -> MessageRecipe {
    MessageRecipe { denoiser: Denoiser::Logistic, n_start, n_end, anneal, damping: 0.0, seeds: SeedUse::Posterior }
}

pub(super) const fn logistic(n_start: f32, n_end: f32, anneal: u32) -> Kind {
    Kind::Message(plain_message(n_start, n_end, anneal))
}

/// Square denoiser, damped: the arm for heavy atoms ("sq damped 0.5", recipe notes §3).
pub(super) const SQUARE: Kind = Kind::Message(MessageRecipe {
    denoiser: Denoiser::Square,
    n_start: 1.0,
    n_end: 1.0,
    anneal: 0,
    damping: 0.5,
    seeds: SeedUse::Posterior,
});

fn cycles(method: Method, large: bool) -> u32 {
    let cycles = method.protocol().cycles;
    if large { cycles.large } else { cycles.small }
}

/// An arm of charge flipping, in a large cell or a small one.
pub(super) fn flip(name: &'static str, amplitudes: Amplitudes, start: StartKind, large: bool) -> Arm {
    let cycles = cycles(Method::Flipping, large);
    Arm { name: ArmId::new(name), start, sampling: Sampling::Nyquist, cycles, kind: Kind::Flip(amplitudes) }
}

/// An arm of message passing from random phases, in a large cell or a small one.
pub(super) fn message(name: &'static str, sampling: Sampling, kind: Kind, large: bool) -> Arm {
    let cycles = cycles(Method::Message, large);
    Arm { name: ArmId::new(name), start: StartKind::Random, sampling, cycles, kind }
}

/// The arms of a run, in the order in which trials get them. `atoms` is the number of non-hydrogen atoms
/// in the primitive cell.
pub fn portfolio(methods: Methods, atoms: f64) -> Vec<Arm> {
    let large = atoms > LARGE;
    let message = |name, kind| message(name, Sampling::Nyquist, kind, large);
    let flip_e = flip("flip E", Amplitudes::E, StartKind::Random, large);
    let flip_ef = flip("flip EF", Amplitudes::SqrtEF, StartKind::Random, large);
    let flip_patterson = flip("flip E patt", Amplitudes::E, StartKind::Patterson, large);
    let soft = message("mp N*3", logistic(3.0, 3.0, 0));
    let plain = message("mp N*1", logistic(1.0, 1.0, 0));
    let annealed = Arm { cycles: ANNEAL_CYCLES, ..message("mp N*.3-3", logistic(0.3, 3.0, ANNEAL)) };
    let square = message("mp u2", SQUARE);
    let all = if large {
        vec![soft, annealed, plain, flip_ef, soft, annealed, square, flip_patterson]
    } else {
        vec![flip_e, soft, flip_ef, annealed, flip_patterson, plain, flip_ef, square]
    };
    all.into_iter().filter(|arm| methods.allow(arm.method())).collect()
}

/// Cycles of a trial from an atom: a right one shows by the tenth or fifteenth (frontier notes §1).
const ATOM_CYCLES: u32 = 20;

/// Trials from atoms before each of the others: as many, half of all trials and a tenth of all cycles …
pub const ATOMS_EACH: usize = 1;
/// … and in cells where one atom is not enough, which random starts do not solve either (0/60 of toxin II, a fourth of
/// lysozyme 4AXT; two structures).
pub const ATOMS_EACH_WHEN_HUGE: usize = 8;

/// The arms with starts from atoms between them, `each` before every one of the others. Without message passing there
/// are none. Where one atom is not enough flipping has no hope (it fails above 480 atoms, recipe notes §6), and takes two
/// thirds of all cycles: beside message passing it is left out there. On the fine grid a right start also ends with merits
/// that convince, so that nobody waits for a second one: pieces of crambin and lysozyme with one right place in 32 take
/// 800 to 1550 cycles and 16 to 23 s of CPU, on the coarse grid 6800 to 9800 and 51 to 57 (benches/results, 2026-11-26).
pub fn with_atom_starts(arms: Vec<Arm>, each: usize) -> Vec<Arm> {
    if arms.iter().all(|arm| arm.method() != Method::Message) {
        return arms;
    }
    let atom = Arm {
        name: ArmId::new("mp atom"),
        start: StartKind::Atom,
        sampling: Sampling::Fine,
        cycles: ATOM_CYCLES,
        kind: logistic(1.0, 1.0, 0),
    };
    let is_huge = each > ATOMS_EACH;
    let arms = arms.into_iter().filter(|arm| !is_huge || arm.method() == Method::Message);
    arms.flat_map(|arm| std::iter::repeat_n(atom, each).chain([arm])).collect()
}

#[cfg(test)]
mod tests {
    use super::super::arm::{K_WINDOW, WEAK_FRACTIONS};
    use super::*;
    use crate::engine::Recipe;

    #[test]
    fn starts_from_atoms_take_turns_with_the_others() {
        let plain = portfolio(Methods::Both, 1000.0);
        let arms = with_atom_starts(plain.clone(), 1);
        assert!(arms.iter().step_by(2).all(|arm| arm.start == StartKind::Atom
            && arm.imposes()
            && arm.cycles == 20
            && arm.sampling == Sampling::Fine));
        assert!(arms.iter().skip(1).step_by(2).eq(&plain));
        let flipping = portfolio(Methods::Flipping, 1000.0);
        assert_eq!(with_atom_starts(flipping.clone(), 1), flipping);
        let huge = with_atom_starts(plain.clone(), 3);
        let message = portfolio(Methods::Message, 1000.0);
        assert!(huge.len() == 4 * message.len() && huge.iter().skip(3).step_by(4).eq(&message));
    }

    #[test]
    fn every_choice_of_methods_has_arms_and_draws_stay_in_their_windows() {
        for methods in [Methods::Both, Methods::Flipping, Methods::Message] {
            for atoms in [20.0, 1000.0] {
                let arms = portfolio(methods, atoms);
                assert!(!arms.is_empty());
                for (trial, arm) in arms.iter().cycle().take(50).enumerate() {
                    assert!(methods.allow(arm.method()));
                    if let Recipe::Flipping(r) = arm.recipe(1, trial as u32) {
                        assert!((K_WINDOW[0]..=K_WINDOW[1]).contains(&r.k) && WEAK_FRACTIONS.contains(&r.weak));
                    }
                }
            }
        }
    }
}
