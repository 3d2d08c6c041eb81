//! What the cell holds, beside what the header says and what there is room for.

use super::Model;
use crate::crystal::ElementCount;
use crate::crystal::elements::{is_hydrogen, symbol};

/// Atoms but hydrogen in the cell: said, possible, found.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// What UNIT says; 0 where it says nothing.
    pub said: f64,
    /// What the volume has room for.
    pub room: f64,
    /// What the model holds.
    pub found: f64,
    /// The elements follow UNIT times this; `None` where the data refute its numbers, or there are none.
    pub multiple: Option<f64>,
    /// Elements of the model that were not expected, lightest first: proposals, to be looked at.
    pub proposed: Vec<u8>,
    /// Of these, the ones that R1 does not tell from others, with the lightest and the heaviest element that fits as well.
    pub alike: Vec<(u8, [u8; 2])>,
    /// Elements that were expected and are not in the model, lightest first.
    pub unused: Vec<u8>,
}

impl Contents {
    /// Share of the atoms that the volume has room for. Right models of 54 real sets hold 0.67 to 1.26 of it with carbon, and 0.97 to 2.05
    /// without.
    pub fn share(&self) -> f64 {
        self.found / self.room
    }
}

impl Model {
    /// Scattering types for a `.res`: the header's elements in its order, each once, with the numbers found (those of the header for
    /// hydrogen where it was not built), and behind them the elements proposed.
    pub fn scattering_types(&self, header: &[ElementCount]) -> Vec<ElementCount> {
        let found = |z: u8| self.formula.iter().find(|f| f.0 == z).map_or(0.0, |f| f.1);
        let unseen = |z: u8| is_hydrogen(z) && found(z) == 0.0;
        let mut out: Vec<ElementCount> = Vec::new();
        for element in header {
            match out.iter_mut().find(|e| e.atomic_number == element.atomic_number) {
                Some(same) if unseen(element.atomic_number) => same.count += element.count,
                Some(_) => {}
                None if unseen(element.atomic_number) => out.push(element.clone()),
                None => out.push(ElementCount { count: found(element.atomic_number), ..element.clone() }),
            }
        }
        for &(z, count) in &self.formula {
            if !out.iter().any(|e| e.atomic_number == z) {
                let name = symbol(z).unwrap_or("X").to_owned();
                out.push(ElementCount { symbol: name, atomic_number: z, count, coefficients: None });
            }
        }
        out
    }
}
