//! From P1 phases to atoms: origin, averaging, map, peaks, one compact asymmetric unit.

use super::average::{SymmetrisedPhases, symmetrise};
use super::compact::make_compact;
use super::density::{Coefficients, DensityMap, density_map};
use super::origin::{OriginFit, fit_origin};
use super::peaks::find_peaks;
use super::unique::unique_sites;
use crate::crystal::contents::{fits, non_hydrogen, room};
use crate::crystal::{Cell, Site, SpaceGroup};
use crate::reflections::PhasedReflection;

/// Peaks asked for beyond the expected atoms: enough for a wrong formula, few enough to look at.
const SPARE_FACTOR: f64 = 1.3;
/// The same for small structures.
const SPARE_PEAKS: usize = 5;

/// A phase set on the given space group, and what its map shows.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Shift, hand and how well each operation holds.
    pub origin: OriginFit,
    /// Averaged phases.
    pub phases: SymmetrisedPhases,
    /// Map of the whole cell from these phases.
    pub map: DensityMap,
    /// Sites of the asymmetric unit, highest first, heights in σ of the map.
    pub sites: Vec<Site>,
}

/// A P1 phase set on the origin of a space group.
#[derive(Debug, Clone, PartialEq)]
pub struct Aligned {
    /// Shift, hand and how well each operation holds.
    pub origin: OriginFit,
    /// Averaged phases.
    pub phases: SymmetrisedPhases,
}

/// Brings a P1 phase set to the origin of the group and averages it.
pub fn align(cell: &Cell, group: &SpaceGroup, phased: &[PhasedReflection]) -> Aligned {
    align_at(fit_origin(cell, group, phased), group, phased)
}

/// Averages a P1 phase set whose way to the origin of the group is known.
pub fn align_at(origin: OriginFit, group: &SpaceGroup, phased: &[PhasedReflection]) -> Aligned {
    let phases = symmetrise(group, &origin, phased);
    Aligned { origin, phases }
}

/// Atoms per cell that a map may show in peaks: those of `contents`, atomic numbers and atoms per cell, hydrogen left out;
/// numbers that the volume refutes or exceeds give way to those that it has room for.
pub fn atoms_in_peaks(contents: &[(u8, f64)], volume: f64) -> f64 {
    let room = room(contents.iter().map(|c| c.0), volume);
    if fits(contents, volume) { non_hydrogen(contents).max(room) } else { room }
}

/// Map and sites of averaged phases, for `atoms` per cell and some more.
pub fn map_solution(
    cell: &Cell,
    group: &SpaceGroup,
    aligned: Aligned,
    atoms: f64,
    coefficients: Coefficients,
) -> Solution {
    let Aligned { origin, phases } = aligned;
    let map = density_map(cell, group, &phases.reflections, coefficients);
    let operations = group.operations().len();
    let limit = (SPARE_FACTOR * atoms).ceil() as usize + SPARE_PEAKS;
    let mut sites = unique_sites(cell, group, &find_peaks(&map), limit);
    let core = sites_for(&sites, atoms, operations);
    sites.truncate(sites_for(&sites, SPARE_FACTOR * atoms, operations) + SPARE_PEAKS);
    make_compact(cell, group, &mut sites, core);
    Solution { origin, phases, map, sites }
}

/// Solves the structure that a P1 phase set describes: `align`, then `map_solution` for `atoms_in_peaks`.
pub fn solve_structure(
    cell: &Cell,
    group: &SpaceGroup,
    phased: &[PhasedReflection],
    contents: &[(u8, f64)],
    coefficients: Coefficients,
) -> Solution {
    map_solution(cell, group, align(cell, group, phased), atoms_in_peaks(contents, cell.volume), coefficients)
}

/// Number of first sites that make up `atoms` atoms per cell, sites on special positions counting for fewer.
fn sites_for(sites: &[Site], atoms: f64, operations: usize) -> usize {
    let mut counted = 0.0;
    sites
        .iter()
        .take_while(|site| {
            let more = counted < atoms - 1e-6;
            counted += site.sof * operations as f64;
            more
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::invented::{Invented, invent_all};
    use super::super::{Hand, Weighting, agreement};
    use super::*;

    /// Phase error in degrees given to the invented sets.
    const NOISE: [f64; 2] = [20.0, 40.0];

    fn check(truth: &Invented, noise: f64, hand: Hand) {
        let shift = [0.137, 0.731, 0.419];
        let given = truth.disguised(shift, hand, noise);
        let start = std::time::Instant::now();
        let fit = fit_origin(&truth.cell, &truth.group, &given);
        let fitted = start.elapsed();
        let solution = solve_structure(&truth.cell, &truth.group, &given, &truth.contents(), Coefficients::F);
        let all = start.elapsed() - fitted;
        // Independent errors σ of two phases leave |Δ| at √2σ·√(2/π); for inversion the two are one: 2σ·√(2/π).
        let bound = 2.0 * 0.8 * noise + 4.0;
        for op in &fit.operators {
            assert!(op.degrees < bound, "{}: {} leaves {:.1}°", truth.name, op.op, op.degrees);
        }
        let compared = agreement(&truth.cell, &solution.phases.reflections, &truth.phased, Weighting::F2);
        // A phase with Gaussian errors keeps exp(−σ²/2); the mean over two or more operations at least half of σ².
        let kept = if fit.operators.is_empty() { 0.5 } else { 0.25 };
        let least = (-kept * noise.to_radians().powi(2)).exp() - 0.03;
        assert!(compared.cc > least, "{}: cc {:.3}", truth.name, compared.cc);
        let sign = compared.hand.sign();
        let found = truth
            .atoms
            .iter()
            .filter(|(_, x)| {
                let expected: [f64; 3] = std::array::from_fn(|i| sign * x[i] + compared.shift[i]);
                solution.sites.iter().any(|site| {
                    let near = |op: &crate::crystal::SymOp| {
                        truth.cell.distance_mod_lattice(op.apply(site.xyz), expected) < 0.1
                    };
                    truth.group.operations().iter().any(near)
                })
            })
            .count();
        println!(
            "{:9} {:6} refl. noise {noise} residual {:5.1} fom {:.3} cc {:.3} atoms {found}/{} origin {fitted:?} all {all:?}",
            truth.name,
            given.len(),
            fit.residual,
            solution.phases.mean_fom,
            compared.cc,
            truth.atoms.len()
        );
        let lost = if noise > 30.0 { truth.atoms.len() / 5 } else { 0 };
        assert!(found + lost >= truth.atoms.len(), "{}: {found} of {}", truth.name, truth.atoms.len());
    }

    #[test]
    fn invented_structures_come_back_from_any_origin_and_hand() {
        for truth in invent_all() {
            for noise in NOISE {
                for hand in Hand::BOTH {
                    check(&truth, noise, hand);
                }
            }
        }
    }

    #[test]
    fn the_wrong_hand_is_turned_in_enantiomorphic_groups_only() {
        for truth in invent_all() {
            let given = truth.disguised([0.2, 0.3, 0.4], Hand::Inverted, 20.0);
            let hand = fit_origin(&truth.cell, &truth.group, &given).hand;
            let expected = if truth.name == "P41" { Hand::Inverted } else { Hand::Same };
            assert_eq!(hand, expected, "{}", truth.name);
        }
    }

    #[test]
    fn random_phases_leave_large_residuals() {
        for truth in invent_all() {
            if truth.group.operations().len() == 1 {
                continue;
            }
            let given = truth.disguised([0.0; 3], Hand::Same, 2000.0);
            let fit = fit_origin(&truth.cell, &truth.group, &given);
            println!("{:9} random phases: {:.1}", truth.name, fit.residual);
            assert!(fit.residual > 60.0, "{}: {:.1}", truth.name, fit.residual);
        }
    }
}
