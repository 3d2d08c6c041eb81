//! Elements of atoms from refined scattering powers, bonds, and the contents of the cell.

use super::atom::Atom;
use super::chemistry::Chemistry;
use super::contacts::{FARTHEST, contacts};
use super::factors::Factors;
use super::given::Given;

/// Scattering powers are right to this share: hydrogen atoms ride on carbon, displacements are not isotropic.
const POWER_SHARE: f64 = 0.08;
/// Tails of errors: Student's t with so many degrees of freedom.
const FREEDOM: f64 = 5.0;
/// Sweeps over all atoms and all pairs; they settle in three or four.
const SWEEPS: usize = 12;
/// A change must gain this much, so that rounding cannot decide.
const GAIN: f64 = 1e-9;
/// Uncertainty of a distance in Å, as a share of the resolution (about 0.02 Å at 0.8 Å before the last cycles).
const DISTANCE_SHARE: f64 = 0.025;

/// Gives each atom the element that fits best, and scattering power 1. `d_min` is the resolution in Å.
pub fn assign(given: &Given, factors: &Factors, atoms: &mut [Atom], d_min: f64) {
    let expected = given.expected();
    if expected.is_empty() || atoms.is_empty() {
        return;
    }
    let near = contacts(given.cell, given.group, atoms);
    let scattering = atoms
        .iter()
        .map(|atom| {
            expected
                .iter()
                .map(|&(z, _)| {
                    let ratio = factors.ratio(z, atom.z, atom.u);
                    let sigma_sq = if atom.sigma_power.is_finite() {
                        atom.sigma_power.powi(2) + (POWER_SHARE * ratio).powi(2)
                    } else {
                        (UNREFINED_SHARE * ratio).powi(2)
                    };
                    let t_sq = (atom.power - ratio).powi(2) / sigma_sq;
                    -0.5 * (FREEDOM + 1.0) * (t_sq / FREEDOM).ln_1p() - 0.5 * sigma_sq.ln()
                })
                .collect()
        })
        .collect();
    let chemistry = Chemistry {
        expected: &expected,
        scattering,
        contacts: &near,
        sof: atoms.iter().map(|a| a.sof).collect(),
        sigma: (DISTANCE_SHARE * d_min).min(0.1 * FARTHEST),
    };
    let mut chosen = by_rank(&expected, factors, atoms);
    improve(&chemistry, &mut chosen);
    for (atom, element) in atoms.iter_mut().zip(chosen) {
        atom.z = expected[element].0;
        atom.power = 1.0;
        atom.sigma_power = f64::INFINITY;
    }
}

/// Share by which a scattering power may be off that was not refined.
const UNREFINED_SHARE: f64 = 0.5;

/// The strongest scatterers are the heaviest element, and so on down the list; what is left over is the lightest.
fn by_rank(expected: &[(u8, f64)], factors: &Factors, atoms: &[Atom]) -> Vec<usize> {
    let lightest = expected.len() - 1;
    let reference = expected[lightest].0;
    let mut order: Vec<(usize, f64)> =
        atoms.iter().map(|a| a.power * factors.ratio(a.z, reference, a.u)).enumerate().collect();
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let mut chosen = vec![lightest; atoms.len()];
    let (mut element, mut counted) = (0, 0.0);
    for (n, _) in order {
        while element < lightest && counted + 0.5 * atoms[n].sof > expected[element].1 {
            element += 1;
            counted = 0.0;
        }
        chosen[n] = element;
        counted += atoms[n].sof;
    }
    chosen
}

/// Changes one atom, or exchanges the elements of two, as long as the likelihood rises.
fn improve(chemistry: &Chemistry, chosen: &mut [usize]) {
    for _ in 0..SWEEPS {
        let changed = change_single(chemistry, chosen);
        let exchanged = exchange(chemistry, chosen);
        if !changed && !exchanged {
            break;
        }
    }
}

fn change_single(chemistry: &Chemistry, chosen: &mut [usize]) -> bool {
    let mut changed = false;
    let mut found = chemistry.found(chosen);
    for n in 0..chosen.len() {
        let old = chosen[n];
        let sof = chemistry.sof[n];
        let mut best = (chemistry.local(chosen, n) + chemistry.counts(&found) + GAIN, old);
        for element in (0..chemistry.expected.len()).filter(|&e| e != old) {
            chosen[n] = element;
            found[old] -= sof;
            found[element] += sof;
            let value = chemistry.local(chosen, n) + chemistry.counts(&found);
            found[old] += sof;
            found[element] -= sof;
            if value > best.0 {
                best = (value, element);
            }
        }
        chosen[n] = best.1;
        found[old] -= sof;
        found[best.1] += sof;
        changed |= best.1 != old;
    }
    changed
}

fn exchange(chemistry: &Chemistry, chosen: &mut [usize]) -> bool {
    let mut changed = false;
    // What each atom would be worth as another element, to look only at pairs that may gain.
    let mut worth = worths(chemistry, chosen);
    for i in 0..chosen.len() {
        for j in 0..i {
            let (a, b) = (chosen[i], chosen[j]);
            if a == b || worth[i][b] + worth[j][a] <= worth[i][a] + worth[j][b] - NEAR_MISS {
                continue;
            }
            let before = pair(chemistry, chosen, i, j);
            (chosen[i], chosen[j]) = (b, a);
            if pair(chemistry, chosen, i, j) > before + GAIN {
                changed = true;
                for n in [i, j] {
                    worth[n] = worth_of(chemistry, chosen, n);
                    for contact in &chemistry.contacts[n] {
                        worth[contact.other] = worth_of(chemistry, chosen, contact.other);
                    }
                }
            } else {
                (chosen[i], chosen[j]) = (a, b);
            }
        }
    }
    changed
}

/// Neighbours may gain more from an exchange than each of the two alone.
const NEAR_MISS: f64 = 0.5;

fn worths(chemistry: &Chemistry, chosen: &mut [usize]) -> Vec<Vec<f64>> {
    (0..chosen.len()).map(|n| worth_of(chemistry, chosen, n)).collect()
}

fn worth_of(chemistry: &Chemistry, chosen: &mut [usize], n: usize) -> Vec<f64> {
    let old = chosen[n];
    let values = (0..chemistry.expected.len())
        .map(|element| {
            chosen[n] = element;
            chemistry.local(chosen, n)
        })
        .collect();
    chosen[n] = old;
    values
}

/// Likelihood of all that involves either of two atoms of different sites, and of the counts.
fn pair(chemistry: &Chemistry, chosen: &[usize], i: usize, j: usize) -> f64 {
    let shared: f64 = chemistry.contacts[i]
        .iter()
        .filter(|c| c.other == j)
        .map(|c| {
            super::bonds::ln_likelihood(
                chemistry.expected[chosen[i]].0,
                chemistry.expected[chosen[j]].0,
                c.distance,
                chemistry.sigma,
            )
        })
        .sum();
    chemistry.local(chosen, i) + chemistry.local(chosen, j) - shared + chemistry.counts(&chemistry.found(chosen))
}
