//! What is known before the model is built.

use crate::crystal::{Cell, ScatteringTable, SpaceGroup};
use crate::reflections::MergedReflection;
use crate::structure::Solution;

/// Cell, group, contents, data, and the phased solution.
#[derive(Clone, Copy)]
pub struct Given<'a> {
    /// The cell.
    pub cell: &'a Cell,
    /// The space group of the phases.
    pub group: &'a SpaceGroup,
    /// Scattering factors.
    pub table: ScatteringTable,
    /// Atomic number and atoms per cell, hydrogen or not.
    pub contents: &'a [(u8, f64)],
    /// Unique reflections of the group.
    pub reflections: &'a [MergedReflection],
    /// Its map and the peaks of it, highest first.
    pub solution: &'a Solution,
}

/// Atomic number of hydrogen, which is not modelled.
const HYDROGEN: u8 = 1;

impl Given<'_> {
    /// Non-hydrogen contents per operation (per asymmetric unit), heaviest first, each element once.
    pub(super) fn expected(&self) -> Vec<(u8, f64)> {
        let operations = self.group.operations().len() as f64;
        let mut out: Vec<(u8, f64)> = Vec::new();
        for &(z, count) in self.contents {
            if z <= HYDROGEN || count <= 0.0 || self.table.factor(z, 0.0).is_none() {
                continue;
            }
            match out.iter_mut().find(|(other, _)| *other == z) {
                Some(entry) => entry.1 += count / operations,
                None => out.push((z, count / operations)),
            }
        }
        out.sort_by_key(|&(z, _)| std::cmp::Reverse(z));
        out
    }
}
