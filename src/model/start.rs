//! The first atoms: peaks by what a sphere around them holds, elements by rank.

use super::atom::Atom;
use super::contacts::Images;
use super::given::Given;
use super::radii::shortest;
use crate::structure::DensityMap;

/// Radius of the sphere in Å over which density is summed (peers' notes §6: height misleads, 0.7 Å does not).
const SPHERE: f64 = 0.7;
/// U in Å2 to begin with; the overall displacement is fitted at once.
pub const FIRST_U: f64 = 0.04;
/// A peak is an atom when it holds, for each electron of the element it would be, this share of what the median of the
/// stronger ones holds.
const LEAST_SHARE: f64 = 0.25;

/// Peaks worth being atoms, the fullest first, as many as the cell should hold.
pub fn first_atoms(given: &Given) -> Vec<Atom> {
    let expected = given.expected();
    let wanted: f64 = expected.iter().map(|e| e.1).sum();
    let mut peaks: Vec<(f64, [f64; 3])> = given
        .solution
        .sites
        .iter()
        .map(|site| (integrated(&given.solution.map, site.xyz), site.xyz))
        .filter(|(held, _)| *held > 0.0)
        .collect();
    peaks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1[0].total_cmp(&b.1[0])));
    let mut atoms: Vec<Atom> = Vec::new();
    let mut held: Vec<f64> = Vec::new();
    let mut images = Images::new(given.cell, given.group, &[]);
    let (mut element, mut counted, mut total) = (0, 0.0, 0.0);
    for (sum, xyz) in peaks {
        let Some(&(mut z, _)) = expected.get(element) else { break };
        let mut atom = Atom::new(given.cell, given.group, z, xyz, FIRST_U);
        while element + 1 < expected.len() && counted + 0.5 * atom.sof > expected[element].1 {
            element += 1;
            counted = 0.0;
        }
        z = expected[element].0;
        atom.z = z;
        let per_electron = sum / given.table.factor(z, 0.0).unwrap_or(1.0);
        if total + 0.5 * atom.sof > wanted || per_electron < LEAST_SHARE * median(&held) {
            break;
        }
        let clash =
            images.near(atom.xyz, super::contacts::FARTHEST).iter().any(|c| c.distance < shortest(z, atoms[c.other].z));
        if clash {
            continue;
        }
        counted += atom.sof;
        total += atom.sof;
        images.insert(given.group, atoms.len(), atom.xyz);
        atoms.push(atom);
        held.push(per_electron);
    }
    atoms
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(0.0)
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
