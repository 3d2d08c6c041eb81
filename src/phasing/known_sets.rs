//! Sets of places that are kept already, found again by where they are.

use crate::crystal::Cell;

/// Bins along an axis at most.
const MOST_BINS: f64 = 64.0;

/// Sets, and bins of the cell with the sets that have a place in them.
pub struct KnownSets<'a> {
    cell: &'a Cell,
    spacing: f64,
    dims: [usize; 3],
    bins: Vec<Vec<usize>>,
    sets: Vec<Vec<[f64; 3]>>,
}

impl<'a> KnownSets<'a> {
    /// None yet. Places nearer to each other than `spacing` Å are the same.
    pub fn new(cell: &'a Cell, spacing: f64) -> Self {
        // No bin is narrower than the spacing, so that what is near lies in one that touches.
        let along = |i: usize| (1.0 / (spacing * cell.reciprocal_metric[i][i].sqrt())).clamp(1.0, MOST_BINS) as usize;
        let dims = [0, 1, 2].map(along);
        Self { cell, spacing, dims, bins: vec![Vec::new(); dims.iter().product()], sets: Vec::new() }
    }

    /// Keeps a set; its number is that of the sets before it.
    pub fn push(&mut self, set: Vec<[f64; 3]>) {
        for &x in &set {
            let bin = self.bin(self.steps(x));
            self.bins[bin].push(self.sets.len());
        }
        self.sets.push(set);
    }

    /// Whether all places of `set` are places of one of the kept sets, of those whose number `may_be` lets pass.
    pub fn has(&self, set: &[[f64; 3]], may_be: &dyn Fn(usize) -> bool) -> bool {
        let Some(&first) = set.first() else { return false };
        let near = |a: &[f64; 3], b: &[f64; 3]| self.cell.distance_mod_lattice(*a, *b) < self.spacing;
        let known =
            |&number: &usize| may_be(number) && set.iter().all(|x| self.sets[number].iter().any(|y| near(x, y)));
        let steps = self.steps(first);
        (0..27).any(|n: i32| {
            let by = [n / 9 - 1, n / 3 % 3 - 1, n % 3 - 1];
            self.bins[self.bin(std::array::from_fn(|i| steps[i] + by[i]))].iter().any(known)
        })
    }

    fn steps(&self, x: [f64; 3]) -> [i32; 3] {
        std::array::from_fn(|i| ((x[i] - x[i].floor()) * self.dims[i] as f64) as i32)
    }

    fn bin(&self, steps: [i32; 3]) -> usize {
        let n: [usize; 3] = std::array::from_fn(|i| steps[i].rem_euclid(self.dims[i] as i32) as usize);
        (n[0] * self.dims[1] + n[1]) * self.dims[2] + n[2]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against every set one by one, over the edges of a skew cell.
    #[test]
    fn what_is_near_is_found() {
        let cell = Cell::new([9.0, 11.0, 7.0], [80.0, 105.0, 120.0]).unwrap();
        let mut state = 5_u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        let mut place = || [random(), random(), random()];
        let mut known = KnownSets::new(&cell, 0.9);
        let sets: Vec<Vec<[f64; 3]>> = (0..300).map(|_| vec![place(), place()]).collect();
        sets.iter().for_each(|set| known.push(set.clone()));
        let near = |a: [f64; 3], b: [f64; 3]| cell.distance_mod_lattice(a, b) < 0.9;
        let mut found = 0;
        for _ in 0..2000 {
            let set = [place(), place()];
            let one_by_one = |odd: bool| {
                let mut of_kind = sets.iter().enumerate().filter(|(n, _)| !odd || n % 2 == 1);
                of_kind.any(|(_, other)| set.iter().all(|&x| other.iter().any(|&y| near(x, y))))
            };
            assert_eq!(known.has(&set, &|_| true), one_by_one(false));
            assert_eq!(known.has(&set, &|n| n % 2 == 1), one_by_one(true));
            found += usize::from(one_by_one(false));
        }
        assert!(found > 5, "{found}");
    }
}
