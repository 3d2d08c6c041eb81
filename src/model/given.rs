//! What is known before the model is built.

use crate::clock::Clock;
use crate::crystal::contents::{fits, non_hydrogen, organic, room, usual_share};
use crate::crystal::elements::HYDROGEN;
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
    /// Atomic numbers that are expected (SFAC) and what the header says of atoms per cell (UNIT), hydrogen or not. Numbers are believed as
    /// far as the data agree; all may be 0.
    pub contents: &'a [(u8, f64)],
    /// Unique reflections of the group.
    pub reflections: &'a [MergedReflection],
    /// Its map and the peaks of it, highest first.
    pub solution: &'a Solution,
    /// When to be content with what stands.
    pub clock: &'a Clock,
}

/// What to expect of one asymmetric unit (cell contents divided by the number of operations).
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Elements but hydrogen, heaviest first, each once, with the number that UNIT says.
    pub elements: Vec<(u8, f64)>,
    /// Atoms that the volume has room for.
    pub room: f64,
    /// Atoms that UNIT says, where they fit the volume.
    pub counted: Option<f64>,
    /// Carbon is among the elements.
    pub organic: bool,
}

/// Elements taken for granted where none is named: N, C, O.
const UNNAMED: [u8; 3] = [8, 7, 6];

impl Given<'_> {
    /// What the header says, for one asymmetric unit.
    pub(super) fn expected(&self) -> Expected {
        let operations = self.group.operations().len() as f64;
        let mut elements: Vec<(u8, f64)> = Vec::new();
        for &(z, count) in self.contents {
            if z <= HYDROGEN || self.table.factor(z, 0.0).is_none() {
                continue;
            }
            match elements.iter_mut().find(|(other, _)| *other == z) {
                Some(entry) => entry.1 += count.max(0.0) / operations,
                None => elements.push((z, count.max(0.0) / operations)),
            }
        }
        if elements.is_empty() {
            elements = UNNAMED.map(|z| (z, 0.0)).to_vec();
        }
        elements.sort_by_key(|&(z, _)| std::cmp::Reverse(z));
        let named = || elements.iter().map(|e| e.0);
        let counted = fits(self.contents, self.cell.volume).then(|| non_hydrogen(&elements));
        let room = room(named(), self.cell.volume) / operations;
        let organic = organic(named());
        Expected { elements, room, counted, organic }
    }
}

impl Expected {
    /// The lightest element that atoms may be.
    pub fn lightest(&self) -> u8 {
        self.elements.last().map_or(CARBON, |e| e.0)
    }

    /// The element that most light atoms are expected to be.
    pub fn common(&self) -> u8 {
        let share = |z: u8| usual_share(z, self.organic);
        self.elements
            .iter()
            .map(|e| e.0)
            .max_by(|a, b| share(*a).total_cmp(&share(*b)).then(b.cmp(a)))
            .unwrap_or(CARBON)
    }

    /// Atoms to begin with: those of UNIT, or of the volume.
    pub fn atoms(&self) -> f64 {
        self.counted.unwrap_or(self.room)
    }

    /// The same where carbon is not in the crystal although it was named.
    pub fn without_carbon(&self) -> Self {
        let elements = self.elements.iter().filter(|e| e.0 != CARBON).copied().collect();
        Self { elements, organic: false, ..self.clone() }
    }

    /// ln of the share of atoms that an element is expected to have, whatever UNIT says of numbers. What nobody named is rare, however
    /// usual elsewhere.
    pub fn ln_share(&self, z: u8) -> f64 {
        let sum: f64 = self.elements.iter().map(|e| usual_share(e.0, self.organic)).sum();
        let named = self.elements.iter().any(|e| e.0 == z);
        let share = usual_share(if named { z } else { RARE }, self.organic);
        (share / sum).ln()
    }
}

const CARBON: u8 = 6;
/// An element like any other: iron.
const RARE: u8 = 26;
