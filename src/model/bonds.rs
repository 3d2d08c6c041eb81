//! How likely a distance is between two elements that are bonded.

use super::radii::{covalent, ionic, longest, multiple, non_metal};
use crate::crystal::elements::{CARBON, HYDROGEN};

/// Mean and spread in Å, share of all bonds of such atoms.
type Length = (f64, f64, f64);

/// Usual bond lengths of two elements: mean and spread in Å, and their share of all bonds of such atoms (Allen et al., J. Chem.
/// Soc. Perkin Trans. 2, 1987, S1, the lengths to hydrogen from neutrons; shares are rough). Lighter element first.
const LENGTHS: [(u8, u8, &[Length]); 38] = [
    (1, 5, &[(1.19, 0.03, 0.8), (1.32, 0.04, 0.2)]),
    (1, 6, &[(1.085, 0.025, 1.0)]),
    (1, 7, &[(1.02, 0.03, 1.0)]),
    (1, 8, &[(0.97, 0.025, 0.8), (1.02, 0.04, 0.2)]),
    (1, 14, &[(1.48, 0.03, 1.0)]),
    (1, 15, &[(1.41, 0.03, 1.0)]),
    (1, 16, &[(1.34, 0.03, 1.0)]),
    (5, 5, &[(1.77, 0.04, 0.5)]),
    (5, 6, &[(1.60, 0.04, 0.6)]),
    (5, 7, &[(1.55, 0.04, 0.5), (1.42, 0.03, 0.3)]),
    (5, 8, &[(1.37, 0.03, 0.6), (1.47, 0.03, 0.6)]),
    (5, 9, &[(1.38, 0.03, 0.8)]),
    (
        6,
        6,
        &[
            (1.53, 0.025, 0.4),
            (1.50, 0.02, 0.15),
            (1.39, 0.02, 0.3),
            (1.45, 0.03, 0.08),
            (1.34, 0.02, 0.05),
            (1.20, 0.02, 0.02),
        ],
    ),
    (6, 7, &[(1.47, 0.02, 0.3), (1.335, 0.02, 0.4), (1.375, 0.025, 0.15), (1.28, 0.02, 0.05), (1.15, 0.02, 0.04)]),
    (
        6,
        8,
        &[
            (1.225, 0.02, 0.4),
            (1.255, 0.02, 0.1),
            (1.36, 0.02, 0.15),
            (1.43, 0.02, 0.3),
            (1.31, 0.02, 0.08),
            (1.14, 0.02, 0.04),
        ],
    ),
    (6, 9, &[(1.34, 0.025, 0.9)]),
    (6, 14, &[(1.87, 0.03, 1.0)]),
    (6, 15, &[(1.82, 0.03, 1.0)]),
    (6, 16, &[(1.81, 0.03, 0.5), (1.75, 0.03, 0.4), (1.68, 0.03, 0.1)]),
    (6, 17, &[(1.74, 0.03, 0.9)]),
    (6, 35, &[(1.90, 0.03, 0.9)]),
    (6, 53, &[(2.10, 0.04, 0.9)]),
    (7, 7, &[(1.36, 0.03, 0.08), (1.40, 0.03, 0.06), (1.25, 0.03, 0.02)]),
    (7, 8, &[(1.23, 0.02, 0.15), (1.40, 0.03, 0.06)]),
    (7, 14, &[(1.74, 0.04, 0.8)]),
    (7, 15, &[(1.60, 0.04, 0.5), (1.67, 0.04, 0.5)]),
    (7, 16, &[(1.62, 0.04, 0.6)]),
    (8, 8, &[(1.47, 0.02, 0.02)]),
    (8, 14, &[(1.63, 0.03, 1.0)]),
    (8, 15, &[(1.49, 0.03, 0.4), (1.58, 0.03, 0.5)]),
    (8, 16, &[(1.44, 0.02, 0.7), (1.48, 0.03, 0.2)]),
    (8, 17, &[(1.43, 0.03, 0.7)]),
    (9, 15, &[(1.57, 0.03, 1.0)]),
    (9, 16, &[(1.56, 0.03, 0.8)]),
    (14, 14, &[(2.35, 0.03, 0.7)]),
    (15, 15, &[(2.21, 0.04, 0.4)]),
    (15, 16, &[(1.95, 0.04, 0.6)]),
    (16, 16, &[(2.04, 0.03, 0.7)]),
];

/// Spread in Å of bonds that the table lacks, about the sum of the radii.
const UNKNOWN_SPREAD: f64 = 0.12;
/// The share they have.
const UNKNOWN_SHARE: f64 = 0.5;
/// Density per Å of lengths that no entry explains: disorder, errors.
pub const OUTLIER: f64 = 0.03;

/// ln of the density per Å of `distance` (Å, known within `sigma`) between bonded atoms of elements `a` and `b`; 0 when it
/// is too long for a bond.
pub fn ln_likelihood(a: u8, b: u8, distance: f64, sigma: f64) -> f64 {
    if distance > longest(a, b) {
        return 0.0;
    }
    let normal = |mean: f64, spread: f64| {
        let variance = spread * spread + sigma * sigma;
        (-0.5 * (distance - mean).powi(2) / variance).exp() / (std::f64::consts::TAU * variance).sqrt()
    };
    let (a, b) = (a.min(b).max(HYDROGEN), a.max(b));
    let density = match LENGTHS.iter().find(|(x, y, _)| (*x, *y) == (a, b)) {
        Some((_, _, entries)) => entries.iter().map(|&(mean, spread, share)| share * normal(mean, spread)).sum(),
        None => UNKNOWN_SHARE * normal(covalent(a) + covalent(b), UNKNOWN_SPREAD),
    };
    // Bonds to metals vary too much to tell anything but that they are possible, and none is very short.
    let ln = (density + OUTLIER).ln();
    if non_metal(a) && non_metal(b) { ln } else { METAL_SHARE * ln + ln_too_short(a, b, distance) }
}

/// What a bond costs that is shorter than such bonds are, where a metal takes part.
fn ln_too_short(a: u8, b: u8, distance: f64) -> f64 {
    let least = match (multiple(a) || multiple(b), non_metal(a) || non_metal(b)) {
        (false, _) => LEAST_CLOSED,
        (true, true) if [NITROGEN, OXYGEN].contains(&a) || [NITROGEN, OXYGEN].contains(&b) => LEAST_MULTIPLE,
        (true, true) => LEAST_SINGLE,
        (true, false) => LEAST_METAL,
    };
    let below = (least - distance / (covalent(a) + covalent(b))).max(0.0) / RATIO_SIGMA;
    (-0.5 * below * below).max(TOO_SHORT)
}

/// Bonds as a share of the sum of the radii are seldom shorter than: of metals that form single bonds only (Na–O 0.97, Al–O 0.87, Lu–O 0.90,
/// Ni–CO 0.87, Cu–C 0.89, Y–O of siloxides 0.80), …
const LEAST_CLOSED: f64 = 0.85;
/// … of other metals to nitrogen and oxygen (V=O 0.73, Mo≡N 0.73, U=O 0.68) …
const LEAST_MULTIPLE: f64 = 0.72;
/// … and to other non-metals (Ti–Cl 0.84, Fe–CO 0.84, W≡C 0.76), …
const LEAST_SINGLE: f64 = 0.8;
/// … and among themselves (Cr–Cr fourfold 0.66).
const LEAST_METAL: f64 = 0.7;
/// Uncertainty of these shares.
const RATIO_SIGMA: f64 = 0.04;
/// The most that a bond too short costs, as a ln of probability: an atom may be wrong.
const TOO_SHORT: f64 = -6.0;

/// The usual length in Å of a bond between elements `a` and `b` that is nearest to `distance`; `None` beyond any bond and for elements
/// without an entry.
pub fn nearest_length(a: u8, b: u8, distance: f64) -> Option<f64> {
    if distance > longest(a, b) {
        return None;
    }
    let (a, b) = (a.min(b).max(HYDROGEN), a.max(b));
    let (_, _, entries) = LENGTHS.iter().find(|(x, y, _)| (*x, *y) == (a, b))?;
    entries.iter().map(|e| e.0).min_by(|x, y| (x - distance).abs().total_cmp(&(y - distance).abs()))
}

/// How much of the likelihood counts where a metal takes part.
const METAL_SHARE: f64 = 0.3;

/// Penalty for a number of bonds to non-metals and to metals that is unusual for an element, as a ln of probability.
pub fn ln_valence(z: u8, non_metals: usize, metals: usize) -> f64 {
    let all = non_metals + metals;
    let n = non_metals as f64;
    match z {
        // Never alone: dearer than carbon, and not so dear that the numbers of UNIT could not ask for it. Water turns its hydrogen atoms
        // away from a cation, but not far.
        ..=HYDROGEN => match non_metals {
            0 if metals == 0 => -8.0,
            0 => 0.0,
            _ => -3.0 * (n - 1.0),
        },
        BORON if all < 3 => -2.0,
        CARBON => match non_metals {
            0 if metals == 0 => -5.0,
            0 => -3.0,
            1 if metals == 0 => -0.5,
            _ => -3.0 * (n - 4.0).max(0.0) - if metals > 0 { 1.0 } else { 0.0 },
        },
        NITROGEN => match all {
            0 => -3.0,
            1 | 4 => -1.0,
            2 | 3 => 0.0,
            _ => -3.0 * (all as f64 - 3.0),
        },
        OXYGEN => -4.0 * (n - 2.0).max(0.0),
        FLUORINE if all == 0 => -4.0,
        FLUORINE if non_metals > 0 => -4.0 * (all as f64 - 1.0),
        SILICON | PHOSPHORUS if all < 3 => -3.0,
        SULPHUR if all == 0 => -3.0,
        ARSENIC | SELENIUM => {
            if all == 0 {
                -3.0
            } else {
                -3.0 * (n - 4.0).max(0.0)
            }
        }
        // A cation is surrounded, as far as atoms have been found.
        _ if ionic(z) => -(4.0 - all as f64).max(0.0),
        _ if all == 0 && !non_metal(z) => -3.0,
        // Perchlorate is common, perbromate and periodate are not.
        CHLORINE if non_metals == 4 => 0.0,
        CHLORINE | BROMINE | IODINE => -2.0 * (n - 1.0).max(0.0),
        _ => 0.0,
    }
}

const BORON: u8 = 5;
const NITROGEN: u8 = 7;
const OXYGEN: u8 = 8;
const FLUORINE: u8 = 9;
const SILICON: u8 = 14;
const PHOSPHORUS: u8 = 15;
const SULPHUR: u8 = 16;
const CHLORINE: u8 = 17;
const ARSENIC: u8 = 33;
const SELENIUM: u8 = 34;
const BROMINE: u8 = 35;
const IODINE: u8 = 53;
