//! Points of a cell, and which of them are one and the same by symmetry.

use super::cheshire::Cheshire;
use crate::crystal::{Cell, SpaceGroup, SymOp, symop::TRANSLATION_DENOMINATOR};
use rayon::prelude::*;

/// Most points of a cell; larger ones get longer steps.
const MOST_POINTS: f64 = (1 << 24) as f64;

/// A grid over the whole cell that every operation and every shift of the origin leaves as it is.
pub struct CellPoints {
    dims: [usize; 3],
}

impl CellPoints {
    /// Points at most `step` Å from each other along the axes.
    pub fn new(cell: &Cell, group: &SpaceGroup, step: f64) -> Self {
        let unit = TRANSLATION_DENOMINATOR as usize;
        // Axes that an operation mixes have as many points as each other.
        let edges = group.axes_alike().map(|axis| cell.lengths[axis]);
        let steps = |step: f64| edges.map(|a| ((a / step).ceil() as usize).max(1).div_ceil(unit) * unit);
        let points = |dims: [usize; 3]| dims.iter().map(|&n| n as f64).product::<f64>();
        let mut step = step;
        while points(steps(step)) > MOST_POINTS && steps(step).iter().any(|&n| n > unit) {
            step *= 1.1;
        }
        Self { dims: steps(step) }
    }

    /// Number of points.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// Never: there is one at the origin.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Number of points along each axis.
    pub fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// Fractional coordinates of a point.
    pub fn at(&self, point: usize) -> [f64; 3] {
        let steps = self.steps(point);
        std::array::from_fn(|i| steps[i] as f64 / self.dims[i] as f64)
    }

    /// The point `by` steps from another.
    pub fn beside(&self, point: usize, by: [i32; 3]) -> usize {
        let steps = self.steps(point);
        self.point(std::array::from_fn(|i| steps[i] + by[i]))
    }

    /// One point of each set that `group` makes of them, the one with the smallest number.
    pub fn unique(&self, group: &SpaceGroup) -> Vec<usize> {
        let ops = group.operations();
        (0..self.len()).into_par_iter().filter(|&p| ops.iter().all(|op| self.image(op, p) >= p)).collect()
    }

    /// Among `points` those from which all vectors of `group` can be seen: one of each set that shifts of the origin
    /// and the change of the hand make of them, at 0 along polar axes.
    pub fn first(&self, points: &[usize], group: &SpaceGroup, cheshire: &Cheshire) -> Vec<usize> {
        let ops = group.operations();
        let shifts = cheshire.shifts();
        let hands: Vec<Option<[i32; 3]>> = std::iter::once(None).chain(cheshire.inversion().map(Some)).collect();
        let moved = |point: usize, by: &[i32; 3]| {
            self.beside(point, std::array::from_fn(|i| by[i] * self.dims[i] as i32 / TRANSLATION_DENOMINATOR))
        };
        let level = |point: usize| {
            let mut steps = self.steps(point);
            (0..3).filter(|&i| cheshire.extent[i] == 0.0).for_each(|i| steps[i] = 0);
            self.point(steps)
        };
        let is_first = |&&p: &&usize| {
            level(p) == p
                && hands.iter().all(|hand| {
                    let turned = hand.map_or(p, |t| moved(self.point(self.steps(p).map(|x| -x)), &t));
                    ops.iter().all(|op| {
                        let image = self.image(op, turned);
                        shifts.iter().all(|t| level(moved(image, t)) >= p)
                    })
                })
        };
        points.par_iter().filter(is_first).copied().collect()
    }

    /// Images of a point under `group`.
    pub fn images(&self, group: &SpaceGroup, point: usize) -> impl Iterator<Item = usize> {
        group.operations().iter().map(move |op| self.image(op, point))
    }

    fn image(&self, op: &SymOp, point: usize) -> usize {
        let steps = self.steps(point);
        let n = self.dims.map(|n| n as i32);
        let turned = |i: usize| (0..3).map(|j| op.rot[i][j] * steps[j]).sum::<i32>();
        self.point(std::array::from_fn(|i| turned(i) + op.trans[i] * n[i] / TRANSLATION_DENOMINATOR))
    }

    fn steps(&self, point: usize) -> [i32; 3] {
        let [_, ny, nz] = self.dims;
        [point / (ny * nz), point / nz % ny, point % nz].map(|x| x as i32)
    }

    fn point(&self, steps: [i32; 3]) -> usize {
        let n: [usize; 3] = std::array::from_fn(|i| steps[i].rem_euclid(self.dims[i] as i32) as usize);
        (n[0] * self.dims[1] + n[1]) * self.dims[2] + n[2]
    }
}
