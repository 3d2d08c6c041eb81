//! How well the measured reflections fill a sphere, and in which cell they would fill it better.
//!
//! Reflections are measured to one resolution, whatever part of the sphere a crystal or its surroundings let be seen. In a cell with a
//! wrong edge the same indices fill an ellipsoid: much of the sphere that holds it is empty, and full again when the edge is put right.
//! That needs no phases and no chemistry. Edges that are all wrong by one factor leave a sphere a sphere.

use super::DataSet;
use crate::crystal::symop::Rotation;
use crate::crystal::{Hkl, SymOp};
use std::f64::consts::PI;

/// How the reflections fill their sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Filling {
    /// Share of the lattice points within the limit of the data that were measured, equivalents included.
    pub share: f64,
    /// The same in the cell that makes it largest.
    pub best: f64,
    /// Factors by which a, b and c are too long against that cell; the middle one is 1, as only ratios can be told.
    pub factors: [f64; 3],
    /// Unique reflections that were measured.
    pub unique: usize,
}

/// Share of the reflections within the radius that counts as the limit: a few may lie beyond, of another crystal or a coarse rim.
const WITHIN: f64 = 0.995;
/// Steps of ln edge, from coarse to fine.
const STEPS: [f64; 4] = [0.08, 0.04, 0.02, 0.01];
/// A step must gain this share.
const LEAST_GAIN: f64 = 5e-4;
/// Steps at most; exchanged axes of a ratio of 5 take 60.
const MOST_STEPS: usize = 200;
/// Reflections that are looked at, evenly over the list.
const MOST_REFLECTIONS: usize = 4000;
/// The cell is another one when the share rises by this factor …
const RISE: f64 = 1.035;
/// … and a factor is off by this much, as ln. In their own cells 51 measured sets (wedges, a pressure cell and a protein in P 1 among
/// them) rose by 0 to 2.3 % with factors off by 0 to 4 %, slabs of ±25° to ±45° cut from ten of them by 0 to 4 % unless they were
/// triclinic; one edge off by 5, 8 or −10 % was found within 1 % of its size and named in all ten.
const OFF: f64 = 0.044;
/// A rise counts only where it stands for so many unique reflections: on the rim of a small sphere a few more or less say nothing (nickeline with 35 unique
/// reflections: 3).
const LEAST_RISE: f64 = 6.0;
/// The best cell must be filled so far for this to be said: triclinic slabs of ±25° and ±30° come to at most 0.56.
const LEAST_BEST: f64 = 0.6;

impl Filling {
    /// Of the unique reflections of the data, in the Laue class they are merged in.
    pub fn new(data: &DataSet) -> Self {
        let sphere = Sphere::new(data);
        let mut ln = [0.0; 3];
        let share = sphere.share(ln);
        let (mut best, mut steps) = (share, 0);
        for step in STEPS {
            loop {
                let before = best;
                for axis in 0..3 {
                    for by in [step, -step] {
                        let tried = sphere.stretched(ln, axis, by);
                        let value = sphere.share(tried);
                        steps += 1;
                        if value > best * (1.0 + LEAST_GAIN) {
                            (ln, best) = (tried, value);
                        }
                    }
                }
                if best == before || steps > MOST_STEPS {
                    break;
                }
            }
        }
        let mut sorted = ln;
        sorted.sort_by(f64::total_cmp);
        Self { share, best, factors: ln.map(|x| (x - sorted[1]).exp()), unique: data.reflections.len() }
    }

    /// The factors, where they say that the cell is not the one of the reflections.
    pub fn contradicts(&self) -> Option<[f64; 3]> {
        let off = self.factors.iter().any(|factor| factor.ln().abs() > OFF);
        let certain = (self.best / self.share - 1.0) * self.unique as f64 > LEAST_RISE;
        (off && certain && self.best > RISE * self.share && self.best > LEAST_BEST).then_some(self.factors)
    }
}

/// Reflections with all that a change of the edges needs.
struct Sphere {
    /// Products h·h, k·k, l·l, 2k·l, 2h·l, 2h·k and the number of equivalents.
    reflections: Vec<([f64; 6], f64)>,
    /// All equivalents over those looked at.
    sampled: f64,
    /// Of the cell as it is: squares and products of reciprocal edges.
    metric: [f64; 6],
    /// Volume of the primitive cell, Å3.
    volume: f64,
    /// For each axis the first that the Laue class turns it into.
    alike: [usize; 3],
}

impl Sphere {
    fn new(data: &DataSet) -> Self {
        let header = &data.header;
        let rotations = header.space_group.laue_rotations();
        let step = data.reflections.len().div_ceil(MOST_REFLECTIONS).max(1);
        let images = |hkl: Hkl| {
            let image = |rot: &Rotation| SymOp::new(*rot, [0; 3]).rotate_hkl(hkl);
            let mut images: Vec<Hkl> = rotations.iter().map(image).collect();
            images.sort_unstable();
            images.dedup();
            images.len() as f64
        };
        let of = |hkl: Hkl| {
            let [h, k, l] = hkl.map(f64::from);
            ([h * h, k * k, l * l, 2.0 * k * l, 2.0 * h * l, 2.0 * h * k], images(hkl))
        };
        let reflections: Vec<_> = data.reflections.iter().step_by(step).map(|r| of(r.merged.hkl)).collect();
        let g = &header.cell.reciprocal_metric;
        Self {
            sampled: data.reflections.len() as f64 / reflections.len().max(1) as f64,
            reflections,
            metric: [g[0][0], g[1][1], g[2][2], g[1][2], g[0][2], g[0][1]],
            volume: header.cell.volume / header.space_group.centring().len() as f64,
            alike: header.space_group.axes_alike(),
        }
    }

    /// ln factors with that of an axis, and of those that symmetry ties to it, changed.
    fn stretched(&self, ln: [f64; 3], axis: usize, by: f64) -> [f64; 3] {
        std::array::from_fn(|i| ln[i] + if self.alike[i] == self.alike[axis] { by } else { 0.0 })
    }

    /// Share of the sphere that is filled when edges are divided by the exponentials of `ln`.
    fn share(&self, ln: [f64; 3]) -> f64 {
        let scale = [2.0 * ln[0], 2.0 * ln[1], 2.0 * ln[2], ln[1] + ln[2], ln[0] + ln[2], ln[0] + ln[1]];
        let metric: [f64; 6] = std::array::from_fn(|i| self.metric[i] * scale[i].exp());
        let square = |products: &[f64; 6]| (0..6).map(|i| metric[i] * products[i]).sum::<f64>();
        let mut squares: Vec<(f64, f64)> =
            self.reflections.iter().map(|(p, equivalents)| (square(p), *equivalents)).collect();
        squares.sort_by(|a, b| a.0.total_cmp(&b.0));
        let all: f64 = squares.iter().map(|s| s.1).sum();
        let mut counted = 0.0;
        let limit = squares.iter().find(|(_, equivalents)| {
            counted += equivalents;
            counted >= WITHIN * all
        });
        let Some((limit, _)) = limit else { return 0.0 };
        let volume = self.volume * (-ln[0] - ln[1] - ln[2]).exp();
        counted * self.sampled / (4.0 / 3.0 * PI * limit.powf(1.5) * volume)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{Cell, Radiation, SpaceGroup};
    use crate::reflections::{CrystalHeader, RawReflection};

    /// A sphere of reflections of `measured`, indexed in it but handed over with the cell `given`.
    fn data(measured: &Cell, given: Cell) -> DataSet {
        let mut rows = Vec::new();
        let limit = measured.max_indices(0.9);
        for h in 0..=limit[0] {
            for k in 0..=limit[1] {
                for l in -limit[2]..=limit[2] {
                    let hkl = [h, k, l];
                    if hkl != [0; 3] && measured.d_spacing(hkl) >= 0.9 {
                        rows.push(RawReflection { hkl, intensity: 10.0 + f64::from(h), sigma: 0.5, batch: None });
                    }
                }
            }
        }
        let header = CrystalHeader {
            title: String::new(),
            wavelength: 0.7107,
            radiation: Radiation::Xray,
            cell: given,
            space_group: SpaceGroup::from_latt_symm(-1, &[SymOp::parse("-x,y,-z").unwrap()]).unwrap(),
            z: 2.0,
            elements: Vec::new(),
        };
        DataSet::of_laue_class(header, &rows, |_| 1.0).unwrap()
    }

    #[test]
    fn a_sphere_stays_one_in_its_own_cell_alone() {
        let own = Cell::new([8.51, 7.47, 10.73], [90.0, 102.6, 90.0]).unwrap();
        let other = Cell::new([7.77, 8.72, 10.86], [90.0, 103.0, 90.0]).unwrap();
        assert!(Filling::new(&data(&own, own.clone())).contradicts().is_none());
        assert!(Filling::new(&data(&own, other)).contradicts().is_some());
    }

    #[test]
    fn a_stretched_edge_is_named_with_its_factor() {
        let own = Cell::new([8.51, 7.47, 10.73], [90.0, 102.6, 90.0]).unwrap();
        for (axis, factor) in [(0, 1.08), (1, 0.92), (2, 1.2)] {
            let mut edges = own.lengths;
            edges[axis] *= factor;
            let filling = Filling::new(&data(&own, Cell::new(edges, own.angles).unwrap()));
            let found = filling.contradicts().unwrap();
            for other in 0..3 {
                let expected = if other == axis { factor } else { 1.0 };
                assert!((found[other] / expected - 1.0).abs() < 0.02, "{axis} {factor}: {found:?}");
            }
        }
        let exchanged = Cell::new([10.73, 7.47, 8.51], [90.0, 102.6, 90.0]).unwrap();
        assert!(Filling::new(&data(&own, exchanged)).contradicts().is_some());
    }

    #[test]
    fn a_cell_is_contradicted_by_a_clear_rise_of_a_well_filled_sphere() {
        let among = |unique, share, best, off| {
            Filling { share, best, factors: [1.0, off, 1.0], unique }.contradicts().is_some()
        };
        let of = |share, best, off| among(1000, share, best, off);
        assert!(of(0.9, 0.95, 1.05) && of(0.9, 0.95, 0.95));
        assert!(!of(0.9, 0.95, 1.04) && !of(0.9, 0.93, 1.05));
        assert!(of(0.5, 0.61, 1.2) && !of(0.5, 0.59, 1.2));
        // A tenth of 59 reflections are fewer than six, of 61 more.
        assert!(among(61, 0.7, 0.77, 1.2) && !among(59, 0.7, 0.77, 1.2));
    }

    #[test]
    fn a_slab_is_no_other_cell() {
        let own = Cell::new([8.51, 7.47, 10.73], [90.0, 102.6, 90.0]).unwrap();
        let mut slab = data(&own, own.clone());
        // Between the cones that the anvils of a pressure cell cast about an axis across c.
        slab.reflections.retain(|r| {
            let h = r.merged.hkl.map(f64::from);
            let s = [h[0] / own.lengths[0], h[1] / own.lengths[1], h[2] / own.lengths[2]];
            (s[0] + s[1]).abs() < 0.55 * (2.0 * (s[0] * s[0] + s[1] * s[1] + s[2] * s[2])).sqrt()
        });
        let filling = Filling::new(&slab);
        assert!(filling.share < 0.9 && filling.contradicts().is_none(), "{filling:?}");
    }
}
