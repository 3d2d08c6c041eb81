//! Positions sorted into boxes of the cell, to find what lies near a point without looking at all of them.

use crate::crystal::Cell;

/// A periodic arrangement of boxes at least `radius` wide between opposite faces.
pub struct Bins {
    cell: Cell,
    radius: f64,
    dims: [usize; 3],
    boxes: Vec<Vec<(usize, [f64; 3])>>,
}

impl Bins {
    /// Empty boxes for searches within `radius` Å.
    pub fn new(cell: &Cell, radius: f64) -> Self {
        // The distance between the faces across axis i is 1/|a*_i|.
        let dims = std::array::from_fn(|i| {
            let width = cell.reciprocal_metric[i][i].sqrt().recip();
            ((width / radius) as usize).clamp(1, MAX_BOXES)
        });
        let count = dims.iter().product();
        Self { cell: cell.clone(), radius, dims, boxes: vec![Vec::new(); count] }
    }

    /// Adds a position under a number.
    pub fn insert(&mut self, number: usize, xyz: [f64; 3]) {
        let index = self.index(self.place(xyz));
        self.boxes[index].push((number, xyz));
    }

    /// Number of some position within the radius of `xyz`, if there is one.
    pub fn near(&self, xyz: [f64; 3]) -> Option<usize> {
        let centre = self.place(xyz);
        // An axis of one or two boxes must not be walked around twice.
        let span = self.dims.map(|n| if n >= 3 { 3 } else { n });
        for i in 0..span[0] {
            for j in 0..span[1] {
                for k in 0..span[2] {
                    let step = [i, j, k];
                    let place = std::array::from_fn(|a| {
                        (centre[a] + self.dims[a] + step[a] - usize::from(span[a] == 3)) % self.dims[a]
                    });
                    let found = self.boxes[self.index(place)]
                        .iter()
                        .find(|(_, other)| self.cell.distance_mod_lattice(xyz, *other) < self.radius);
                    if let Some(&(number, _)) = found {
                        return Some(number);
                    }
                }
            }
        }
        None
    }

    fn place(&self, xyz: [f64; 3]) -> [usize; 3] {
        std::array::from_fn(|i| ((xyz[i].rem_euclid(1.0) * self.dims[i] as f64) as usize).min(self.dims[i] - 1))
    }

    fn index(&self, [x, y, z]: [usize; 3]) -> usize {
        (x * self.dims[1] + y) * self.dims[2] + z
    }
}

/// Most boxes along an axis: memory stays small however long the axis.
const MAX_BOXES: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_positions_are_found_across_the_faces() {
        for lengths in [[1.0, 1.5, 9.0], [20.0, 3.0, 4.0]] {
            let cell = Cell::new(lengths, [90.0, 100.0, 90.0]).unwrap();
            let mut bins = Bins::new(&cell, 0.6);
            bins.insert(7, [0.99, 0.01, 0.5]);
            assert_eq!(bins.near([0.01, 0.99, 0.5]), Some(7));
            assert_eq!(bins.near([0.5, 0.5, 0.0]), None);
        }
    }
}
