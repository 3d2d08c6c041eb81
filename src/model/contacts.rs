//! Distances between atoms, symmetry included.

use super::atom::{Atom, SAME_ATOM};
use crate::crystal::{Cell, SpaceGroup};

/// Contacts are listed up to this distance in Å: the longest bonds of heavy elements.
pub const FARTHEST: f64 = 3.2;

/// One atom near another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contact {
    /// Number of the other atom.
    pub other: usize,
    /// Distance in Å.
    pub distance: f64,
}

/// Contacts of each atom within `FARTHEST`, nearest first; an atom counts among its own images, but for those that
/// coincide with it on a special position.
pub fn contacts(cell: &Cell, group: &SpaceGroup, atoms: &[Atom]) -> Vec<Vec<Contact>> {
    let positions: Vec<[f64; 3]> = atoms.iter().map(|a| a.xyz).collect();
    let images = Images::new(cell, group, &positions);
    positions
        .iter()
        .enumerate()
        .map(|(n, &xyz)| {
            let mut near = images.near(xyz, FARTHEST);
            near.retain(|c| c.other != n || c.distance > SAME_ATOM);
            near
        })
        .collect()
}

/// All images of a list of positions, sorted into boxes.
pub struct Images<'a> {
    cell: &'a Cell,
    dims: [usize; 3],
    boxes: Vec<Vec<(usize, [f64; 3])>>,
}

/// Most boxes along an axis.
const MOST_BOXES: usize = 40;

impl<'a> Images<'a> {
    /// The images of `positions` under all operations, each coinciding one once.
    pub fn new(cell: &'a Cell, group: &SpaceGroup, positions: &[[f64; 3]]) -> Self {
        // Faces across an axis stand 1/|a*| apart; a box is at least FARTHEST wide or the whole axis.
        let dims = std::array::from_fn(|i| {
            ((cell.reciprocal_metric[i][i].sqrt().recip() / FARTHEST) as usize).clamp(1, MOST_BOXES)
        });
        let mut out = Self { cell, dims, boxes: vec![Vec::new(); dims.iter().product()] };
        for (n, &xyz) in positions.iter().enumerate() {
            out.insert(group, n, xyz);
        }
        out
    }

    /// Adds the images of one more position.
    pub fn insert(&mut self, group: &SpaceGroup, number: usize, xyz: [f64; 3]) {
        let mut own: Vec<[f64; 3]> = Vec::new();
        for op in group.operations() {
            let image = op.apply(xyz).map(|x| x.rem_euclid(1.0));
            if own.iter().all(|other| self.cell.distance_mod_lattice(image, *other) > SAME_ATOM) {
                own.push(image);
                let at = self.index(self.place(image));
                self.boxes[at].push((number, image));
            }
        }
    }

    /// Everything within `radius` (at most `FARTHEST`) of a position, nearest first.
    pub fn near(&self, xyz: [f64; 3], radius: f64) -> Vec<Contact> {
        let xyz = xyz.map(|x| x.rem_euclid(1.0));
        let centre = self.place(xyz).map(|x| x as i64);
        // Lattice translations to look at: one box to either side, and as many cells as the radius spans.
        let span: [i64; 3] = std::array::from_fn(|i| {
            let width = self.cell.reciprocal_metric[i][i].sqrt().recip() / self.dims[i] as f64;
            (radius / width).ceil() as i64
        });
        let mut out = Vec::new();
        for i in -span[0]..=span[0] {
            for j in -span[1]..=span[1] {
                for k in -span[2]..=span[2] {
                    let at = [centre[0] + i, centre[1] + j, centre[2] + k];
                    let lattice: [i64; 3] = std::array::from_fn(|a| at[a].div_euclid(self.dims[a] as i64));
                    let place = std::array::from_fn(|a| at[a].rem_euclid(self.dims[a] as i64) as usize);
                    for &(other, image) in &self.boxes[self.index(place)] {
                        let delta = std::array::from_fn(|a| image[a] + lattice[a] as f64 - xyz[a]);
                        let distance = self.cell.length_sq(delta).sqrt();
                        if distance < radius {
                            out.push(Contact { other, distance });
                        }
                    }
                }
            }
        }
        out.sort_by(|a: &Contact, b| a.distance.total_cmp(&b.distance).then(a.other.cmp(&b.other)));
        out
    }

    fn place(&self, xyz: [f64; 3]) -> [usize; 3] {
        std::array::from_fn(|i| ((xyz[i] * self.dims[i] as f64) as usize).min(self.dims[i] - 1))
    }

    fn index(&self, [x, y, z]: [usize; 3]) -> usize {
        (x * self.dims[1] + y) * self.dims[2] + z
    }
}
