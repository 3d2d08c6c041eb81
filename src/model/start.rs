//! The first atoms: peaks by what a sphere around them holds.

use super::atom::Atom;
use super::contacts::{FARTHEST, Images};
use super::given::{Expected, Given};
use super::powers::Powers;
use crate::crystal::elements::LAST;
use crate::structure::DensityMap;

/// Radius of the sphere in Å over which density is summed (recipe notes §6: height misleads, 0.7 Å does not).
const SPHERE: f64 = 0.7;
/// U in Å2 to begin with; the overall displacement is fitted at once.
pub const FIRST_U: f64 = 0.04;
/// A peak is an atom when it holds this share of what a light atom does.
const LEAST_SHARE: f64 = 0.25;
/// Peaks beyond the number of atoms that is expected must hold this share.
const SURPLUS_SHARE: f64 = 0.6;
/// The peak this far down the list of the atoms that are expected is that of a light atom.
const LIGHT_RANK: f64 = 0.6;
/// An element is tried that is not expected when the heaviest that is falls short by this factor.
const TOO_HEAVY: f64 = 1.3;

/// What a peak holds, where it is, 1/order of its site symmetry.
type Held = (f64, [f64; 3], f64);
/// Two guesses of what a light atom holds are one within this factor.
const SAME_UNIT: f64 = 1.25;

/// Peaks worth being atoms, the fullest first, about as many as the cell should hold, each with the element that it most nearly scatters
/// like: once or twice, by what the numbers of UNIT say that a light atom holds and by what most peaks hold.
pub fn first_atoms(given: &Given, expected: &Expected, powers: &Powers) -> Vec<Vec<Atom>> {
    let wanted = expected.atoms();
    let mut peaks: Vec<Held> = given
        .solution
        .sites
        .iter()
        .map(|site| (integrated(&given.solution.map, site.xyz), site.xyz, site.sof))
        .filter(|(held, ..)| *held > 0.0)
        .collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1[0].total_cmp(&b.1[0])));
    let unit = light(&peaks, wanted);
    let mut guesses = vec![Guess::Unit(unit)];
    if expected.counted.is_some() {
        let ranked = chosen(given, expected, powers, &peaks, Guess::Rank);
        if (ranked.1 / unit).ln().abs() < SAME_UNIT.ln() {
            return vec![ranked.0];
        }
        guesses.insert(0, Guess::Rank);
    }
    let starts = guesses.into_iter().map(|guess| chosen(given, expected, powers, &peaks, guess).0);
    starts.filter(|atoms| !atoms.is_empty()).collect()
}

/// By what the first elements are guessed.
#[derive(Debug, Clone, Copy)]
enum Guess {
    /// The fullest peaks are the heaviest atoms of UNIT, and so on.
    Rank,
    /// An atom of the most common light element holds this.
    Unit(f64),
}

/// Atoms by one guess, and what one of the most common light element holds then.
fn chosen(given: &Given, expected: &Expected, powers: &Powers, peaks: &[Held], guess: Guess) -> (Vec<Atom>, f64) {
    let (wanted, reference) = (expected.atoms(), expected.common());
    let mut atoms: Vec<Atom> = Vec::new();
    let mut units: Vec<f64> = Vec::new();
    let mut images = Images::new(given.cell, given.group, &[]);
    let (mut total, mut rank, mut of_rank) = (0.0, 0, 0.0);
    for &(held, xyz, sof) in peaks {
        let z = match guess {
            Guess::Unit(unit) => nearest(expected, powers, reference, held / unit),
            Guess::Rank => {
                while rank + 1 < expected.elements.len() && of_rank + 0.5 * sof > expected.elements[rank].1 {
                    rank += 1;
                    of_rank = 0.0;
                }
                expected.elements[rank].0
            }
        };
        let atom = Atom::new(given.cell, given.group, z, xyz, FIRST_U);
        let own = held / powers.ratio(z, reference, FIRST_U);
        let share = match guess {
            Guess::Unit(unit) => held / unit,
            Guess::Rank => own / median(&units).unwrap_or(own),
        };
        let least = if total + 0.5 * atom.sof > wanted { SURPLUS_SHARE } else { LEAST_SHARE };
        if share < least {
            break;
        }
        if images.near(atom.xyz, FARTHEST).iter().any(|c| c.distance < expected.shortest(z, atoms[c.other].z)) {
            continue;
        }
        total += atom.sof;
        of_rank += atom.sof;
        images.insert(given.group, atoms.len(), atom.xyz);
        atoms.push(atom);
        units.push(own);
    }
    (atoms, median(&units).unwrap_or(1.0))
}

fn median(values: &[f64]) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}

/// What a light atom holds.
fn light(peaks: &[Held], wanted: f64) -> f64 {
    let mut counted = 0.0;
    let reached = peaks.iter().find(|(_, _, sof)| {
        counted += sof;
        counted >= LIGHT_RANK * wanted
    });
    reached.or(peaks.last()).map_or(1.0, |peak| peak.0)
}

/// The element that scatters most nearly `power` times as much as `reference`: one of those expected, unless all are too light.
fn nearest(expected: &Expected, powers: &Powers, reference: u8, power: f64) -> u8 {
    let ratio = |z: u8| powers.ratio(z, reference, FIRST_U);
    let off = |z: &u8| (power / ratio(*z)).ln().abs();
    let own = expected.elements.iter().map(|e| e.0).min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(reference);
    if power < TOO_HEAVY * ratio(own) || !expected.proposes() {
        return own;
    }
    let heavier = (own..=LAST).filter(|&z| powers.knows(z));
    heavier.min_by(|a, b| off(a).total_cmp(&off(b))).unwrap_or(own)
}

/// Sum of the map over a sphere, in units of the map times grid points per Å3.
fn integrated(map: &DensityMap, centre: [f64; 3]) -> f64 {
    let volume = map.cell.volume / map.values.len() as f64;
    // Faces across an axis stand 1/|a*| apart.
    let reach: [i64; 3] =
        std::array::from_fn(|i| (SPHERE * map.cell.reciprocal_metric[i][i].sqrt() * map.dims[i] as f64).ceil() as i64);
    let base: [i64; 3] = std::array::from_fn(|i| (centre[i] * map.dims[i] as f64).round() as i64);
    let mut sum = 0.0;
    for i in -reach[0]..=reach[0] {
        for j in -reach[1]..=reach[1] {
            for k in -reach[2]..=reach[2] {
                let at = [base[0] + i, base[1] + j, base[2] + k];
                let delta = std::array::from_fn(|a| at[a] as f64 / map.dims[a] as f64 - centre[a]);
                if map.cell.length_sq(delta) <= SPHERE * SPHERE {
                    sum += f64::from(map.at(at[0], at[1], at[2]));
                }
            }
        }
    }
    sum * volume
}
