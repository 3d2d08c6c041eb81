//! Scattering factors of the elements that take part, for every reflection.

use super::atom::Atom;
use super::measurements::{Measurement, Measurements};
use crate::crystal::ScatteringTable;

/// f of each element at each reflection.
#[derive(Debug, Clone)]
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
        let mut elements = elements.to_vec();
        elements.sort_unstable();
        elements.dedup();
        let at = |m: &Measurement| {
            elements.iter().map(|&z| table.factor(z, m.stol_sq).unwrap_or(0.0) as f32).collect::<Vec<_>>()
        };
        let values = |list: &[Measurement]| list.iter().flat_map(at).collect();
        let of_second = measurements.second.as_ref().map(|second| values(&second.list));
        let second = of_second.map(|values| Box::new(Self { elements: elements.clone(), values, second: None }));
        Self { values: values(&measurements.list), elements, second }
    }

    /// Adds the elements of `atoms` that are not there yet.
    pub fn extend(&mut self, table: ScatteringTable, atoms: &[Atom], measurements: &Measurements) {
        if atoms.iter().any(|a| self.elements.binary_search(&a.z).is_err()) {
            let all: Vec<u8> = self.elements.iter().copied().chain(atoms.iter().map(|a| a.z)).collect();
            *self = Self::new(table, &all, measurements);
        }
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
