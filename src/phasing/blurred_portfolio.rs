//! The arms of a run on blurred data, which show atoms less well than usual.

use super::arm::{Arm, Kind, StartKind};
use super::portfolio::{ANNEAL, ANNEAL_CYCLES, LARGE, Methods, SQUARE, flip, logistic, message, plain_message};
use crate::crystal::Radiation;
use crate::crystal::contents::organic;
use crate::engine::{Amplitudes, Denoiser, MessageRecipe};
use crate::grid::Sampling;
use crate::reflections::CrystalHeader;

/// Data that end here, in Å, or sooner are blurred: the coarse grid has less than two points on an atom, whose posterior
/// then falls between them. On 21 pairs of a measured set and a resolution from 1.0 to 1.2 Å, two seeds, the logistic at
/// N × 3 solves 209 of 504 trials on the coarse grid and 294 on the fine one (benches/results, 2026-11-27, denoiser).
pub const BLURRED_FROM: f64 = 0.95;

/// Whether data are blurred that are phased to `d_min` Å. Those of electrons are whatever their resolution, for their
/// intensities are far from those of atoms.
pub fn is_blurred(d_min: f64, radiation: Radiation) -> bool {
    d_min > BLURRED_FROM || radiation == Radiation::Electron
}

/// Argon: the heaviest atom that stands among others as those do that the pair prior was trained on.
const HEAVIEST: u8 = 18;

/// Whether the pair prior is of use: blurred data of molecules of light atoms.
pub fn has_distances(header: &CrystalHeader, d_min: f64) -> bool {
    let mut elements = header.elements.iter().map(|element| element.atomic_number);
    d_min > BLURRED_FROM
        && header.radiation != Radiation::Neutron
        && elements.clone().all(|z| z <= HEAVIEST)
        && organic(&mut elements)
}

/// Message passing with the reshaped posterior, undamped, for `n` times as many atoms.
pub(super) const fn reshaped(n: f32) -> Kind {
    Kind::Message(MessageRecipe { denoiser: Denoiser::Reshaped, ..plain_message(n, n, 0) })
}

/// Message passing with the pair prior.
pub const fn paired() -> MessageRecipe {
    MessageRecipe { denoiser: Denoiser::Pair, ..plain_message(1.0, 1.0, 0) }
}

/// The arms in the order in which trials get them: message passing on the fine grid, the reshaped posterior before the
/// others. A run that has not come alive claims greater heights than it has, N × 2 makes up for it: as above 360 of 504
/// trials, N × 1 341. Neither is best everywhere, and sets that both fail on are solved by N × 3, by the annealed arm
/// or by the square. Flipping without a heavy atom is a poor bet at these resolutions (135 of 336).
pub fn blurred_portfolio(methods: Methods, atoms: f64) -> Vec<Arm> {
    let large = atoms > LARGE;
    let message = |name, kind| message(name, Sampling::Fine, kind, large);
    let shaped = message("mp shape N*2", reshaped(2.0));
    let shaped_plain = message("mp shape N*1", reshaped(1.0));
    let soft = message("mp 3h N*3", logistic(3.0, 3.0, 0));
    let annealed = Arm { cycles: ANNEAL_CYCLES, ..message("mp 3h N*.3-3", logistic(0.3, 3.0, ANNEAL)) };
    let square = message("mp 3h u2", SQUARE);
    let flip_e = flip("flip E", Amplitudes::E, StartKind::Random, large);
    let flip_ef = flip("flip EF", Amplitudes::SqrtEF, StartKind::Random, large);
    let flip_patterson = flip("flip E patt", Amplitudes::E, StartKind::Patterson, large);
    let all = if large {
        vec![shaped, soft, shaped_plain, flip_ef, shaped, annealed, square, flip_patterson]
    } else {
        vec![flip_e, shaped, soft, flip_ef, shaped_plain, shaped, flip_patterson, annealed, square]
    };
    all.into_iter().filter(|arm| methods.allow(arm.method())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Method;

    #[test]
    fn every_choice_of_methods_has_arms_and_message_passing_is_on_the_fine_grid() {
        for methods in [Methods::Both, Methods::Flipping, Methods::Message] {
            for atoms in [20.0, 1000.0] {
                let arms = blurred_portfolio(methods, atoms);
                assert!(!arms.is_empty() && arms.iter().all(|arm| methods.allow(arm.method())));
                let fine = |arm: &Arm| (arm.sampling == Sampling::Fine) == (arm.method() == Method::Message);
                assert!(arms.iter().all(fine));
            }
        }
    }

    #[test]
    fn electrons_are_blurred_at_any_resolution() {
        assert!(is_blurred(0.7, Radiation::Electron) && is_blurred(0.96, Radiation::Xray));
        assert!(!is_blurred(0.95, Radiation::Xray) && !is_blurred(0.8, Radiation::Neutron));
    }
}
