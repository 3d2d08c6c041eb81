//! Peaks of the whole cell reduced to one for each set of symmetry-equivalent ones.

use super::bins::Bins;
use super::peaks::Peak;
use crate::crystal::{Cell, Site, SpaceGroup};

/// Images of a peak closer than this, in Å, are one peak on a special position.
const SAME_SITE: f64 = 0.5;
/// Distinct peaks are at least this far apart, in Å: no two atoms are, and ripples around heavy atoms often are.
const MIN_DISTANCE: f64 = 0.65;
/// Rounds of averaging a peak onto its special position; it settles in one or two.
const MAX_ROUNDS: usize = 4;
/// Displacement given to peaks, in Å2: what SHELX programs write for Q-peaks.
const PEAK_U: f64 = 0.05;

/// The highest `count` symmetry-independent peaks, highest first, labelled Q1…; coordinates are those of the
/// highest peak of each set, on special positions averaged over the images that coincide.
pub fn unique_sites(cell: &Cell, group: &SpaceGroup, peaks: &[Peak], count: usize) -> Vec<Site> {
    let mut taken = Bins::new(cell, MIN_DISTANCE);
    let mut sites: Vec<Site> = Vec::new();
    for peak in peaks {
        if sites.len() == count {
            break;
        }
        if taken.near(peak.xyz).is_some() {
            continue;
        }
        let (xyz, order) = special_position(cell, group, peak.xyz);
        // Averaging may have pulled it next to a higher peak.
        if taken.near(xyz).is_some() {
            continue;
        }
        for op in group.operations() {
            taken.insert(sites.len(), op.apply(xyz));
        }
        sites.push(Site {
            label: format!("Q{}", sites.len() + 1),
            element: None,
            xyz,
            sof: 1.0 / order as f64,
            u_iso: PEAK_U,
            u_aniso: None,
            height: Some(peak.height),
        });
    }
    sites
}

/// The mean of the images of a position that lie within `SAME_SITE` of it, and their number: the order of the site
/// symmetry.
pub fn special_position(cell: &Cell, group: &SpaceGroup, xyz: [f64; 3]) -> ([f64; 3], usize) {
    let mut centre = xyz;
    let mut order = 1;
    for _ in 0..MAX_ROUNDS {
        let mut sum = [0.0; 3];
        let mut near = 0;
        for op in group.operations() {
            let image = op.apply(centre);
            let delta: [f64; 3] = std::array::from_fn(|i| {
                let d = image[i] - centre[i];
                d - d.round()
            });
            if cell.length_sq(delta) < SAME_SITE * SAME_SITE {
                near += 1;
                for i in 0..3 {
                    sum[i] += delta[i];
                }
            }
        }
        centre = std::array::from_fn(|i| centre[i] + sum[i] / near as f64);
        if near == order {
            break;
        }
        order = near;
    }
    (centre, order)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    #[test]
    fn peaks_near_a_centre_are_snapped_and_counted_half() {
        let cell = Cell::new([8.0, 9.0, 10.0], [85.0, 95.0, 100.0]).unwrap();
        let group = SpaceGroup::from_generators(&[SymOp::INVERSION]).unwrap();
        let peaks: Vec<Peak> = [[0.51, 0.49, 0.0], [0.1, 0.2, 0.3], [0.9, 0.8, 0.7], [0.1, 0.23, 0.3]]
            .into_iter()
            .enumerate()
            .map(|(i, xyz)| Peak { xyz, height: 9.0 - i as f64 })
            .collect();
        let sites = unique_sites(&cell, &group, &peaks, 10);
        assert_eq!(sites.len(), 2);
        assert!(cell.distance_mod_lattice(sites[0].xyz, [0.5, 0.5, 0.0]) < 1e-9);
        assert_eq!((sites[0].sof, sites[1].sof), (0.5, 1.0));
        assert_eq!(sites[1].label, "Q2");
    }
}
