//! Scattering factors of the elements that take part, for every reflection.

use super::atom::Atom;
use super::measurements::{Measurement, Measurements};
use crate::crystal::{Curve, ScatteringTable};

/// f of each element at each reflection.
#[derive(Debug, Clone, Default)]
pub struct Factors {
    /// Atomic numbers, ascending.
    elements: Vec<u8>,
    /// One row a reflection, one column an element.
    values: Vec<f32>,
    /// The same at the reflections of the second domain of a twin.
    second: Option<Box<Self>>,
}

impl Factors {
    /// Factors of `elements` at the reflections of `measurements`.
    pub fn new(table: ScatteringTable, elements: &[u8], measurements: &Measurements) -> Self {
        let mut factors = Self { second: measurements.second.as_ref().map(|_| Box::default()), ..Self::default() };
        factors.add(table, elements.iter().copied(), measurements);
        factors
    }

    /// Adds the elements of `atoms` that are not there yet.
    pub fn extend(&mut self, table: ScatteringTable, atoms: &[Atom], measurements: &Measurements) {
        if atoms.iter().any(|a| self.elements.binary_search(&a.z).is_err()) {
            self.add(table, atoms.iter().map(|a| a.z), measurements);
        }
    }

    /// Adds elements; of those that are there already nothing is computed again.
    fn add(&mut self, table: ScatteringTable, elements: impl Iterator<Item = u8>, measurements: &Measurements) {
        let mut all: Vec<u8> = self.elements.iter().copied().chain(elements).collect();
        all.sort_unstable();
        all.dedup();
        if let (Some(own), Some(second)) = (&mut self.second, &measurements.second) {
            own.take(table, &all, &second.list);
        }
        self.take(table, &all, &measurements.list);
    }

    /// Rows for `all` elements, ascending, those that it has among them.
    fn take(&mut self, table: ScatteringTable, all: &[u8], list: &[Measurement]) {
        let known: Vec<Option<usize>> = all.iter().map(|z| self.elements.binary_search(z).ok()).collect();
        let curves: Vec<Option<Curve>> = all.iter().map(|&z| table.curve(z)).collect();
        let mut values = Vec::with_capacity(list.len() * all.len());
        for (n, m) in list.iter().enumerate() {
            values.extend(known.iter().zip(&curves).map(|(known, curve)| match known {
                Some(column) => self.row(n)[*column],
                None => curve.map_or(0.0, |curve| curve.at(m.stol_sq)) as f32,
            }));
        }
        (self.elements, self.values) = (all.to_vec(), values);
    }

    /// Those of the second domain; of a single crystal the same.
    pub fn of_second(&self) -> &Self {
        self.second.as_deref().unwrap_or(self)
    }

    /// Column of an element; the first for one that takes no part.
    pub fn column(&self, z: u8) -> usize {
        self.elements.binary_search(&z).unwrap_or(0)
    }

    /// Factors of all elements at one reflection.
    pub fn row(&self, reflection: usize) -> &[f32] {
        let n = self.elements.len();
        &self.values[reflection * n..(reflection + 1) * n]
    }
}
