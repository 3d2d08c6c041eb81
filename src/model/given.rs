//! What is known before the model is built.

use super::radii::{SHORTEST_TO_HYDROGEN, shortest};
use crate::clock::Clock;
use crate::crystal::contents::{fits, non_hydrogen, organic, room, usual_share};
use crate::crystal::elements::{CARBON, HYDROGEN, is_hydrogen};
use crate::crystal::{Cell, Radiation, ScatteringTable, SpaceGroup};
use crate::reflections::{Domains, MergedReflection};
use crate::structure::Solution;
use crate::twinning::TwinLaw;

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
    /// The crystal is a twin by this law.
    pub twin: Option<TwinLaw>,
    /// The crystal is a twin of which each domain has reflections of its own, and this was measured: `reflections` are what is known of it without a
    /// model.
    pub domains: Option<&'a Domains>,
    /// When to be content with what stands.
    pub clock: &'a Clock,
}

/// What to expect of one asymmetric unit (cell contents divided by the number of operations).
#[derive(Debug, Clone, PartialEq)]
pub struct Expected {
    /// Elements, heaviest first, each once, with the number that UNIT says: hydrogen among them for neutrons alone, to which it is an atom
    /// like any other; then those of the longest scattering length come first, negative ones last.
    pub elements: Vec<(u8, f64)>,
    /// Atoms that the volume has room for.
    pub room: f64,
    /// Atoms that UNIT says, where they fit the volume.
    pub counted: Option<f64>,
    /// Carbon is among the elements.
    pub organic: bool,
    neutrons: bool,
    /// The element that shows least: the lightest, for neutrons that of the shortest length of either sign.
    weakest: u8,
    /// Elements that scatter with the opposite sign: holes of a map, not peaks. For neutrons alone.
    pub negative: Vec<u8>,
}

/// Elements taken for granted where none is named: N, C, O.
const UNNAMED: [u8; 3] = [8, 7, 6];

impl Given<'_> {
    /// The crystal has a second domain.
    pub fn is_twin(&self) -> bool {
        self.twin.is_some() || self.domains.is_some()
    }

    /// Neutrons were scattered.
    pub fn neutrons(&self) -> bool {
        self.table.radiation() == Radiation::Neutron
    }

    /// What the header says, for one asymmetric unit.
    pub(super) fn expected(&self) -> Expected {
        let operations = self.group.operations().len() as f64;
        let mut elements: Vec<(u8, f64)> = Vec::new();
        for &(z, count) in self.contents {
            if (z <= HYDROGEN && !self.neutrons()) || self.table.factor(z, 0.0).is_none() {
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
        let length = |z: u8| self.table.factor(z, 0.0).unwrap_or(0.0);
        let (mut weakest, mut negative) = (elements.last().map_or(CARBON, |e| e.0), Vec::new());
        if self.neutrons() {
            elements.sort_by(|a, b| length(b.0).total_cmp(&length(a.0)));
            negative.extend(elements.iter().map(|e| e.0).filter(|z| length(*z) < 0.0));
            let seen = elements.iter().map(|e| e.0).filter(|z| length(*z).abs() > LEAST_LENGTH);
            weakest = seen.min_by(|a, b| length(*a).abs().total_cmp(&length(*b).abs())).unwrap_or(weakest);
        }
        let named = || elements.iter().map(|e| e.0);
        let fits = fits(self.contents, self.cell.volume);
        let room = room(named(), self.cell.volume) / operations;
        // What stands in peaks: deuterium, not what scatters with the opposite sign.
        let peaks = |e: &&(u8, f64)| !negative.contains(&e.0);
        let counted = fits.then(|| match self.neutrons() {
            true => elements.iter().filter(peaks).map(|e| e.1).sum(),
            false => non_hydrogen(&elements),
        });
        let organic = organic(named());
        Expected { elements, room, counted, organic, neutrons: self.neutrons(), weakest, negative }
    }
}

impl Expected {
    /// The element that shows least: the lightest that atoms may be.
    pub fn lightest(&self) -> u8 {
        self.weakest
    }

    /// Elements that nobody named may be guessed by their scattering: not by lengths for neutrons, which rise and fall without order.
    pub fn proposes(&self) -> bool {
        !self.neutrons
    }

    /// Deuterium stands in peaks, as any other atom does.
    pub fn has_deuterium(&self) -> bool {
        self.elements.iter().any(|e| is_hydrogen(e.0) && !self.negative.contains(&e.0))
    }

    /// Shortest possible distance of two atoms, Å, of which these are the elements so far: where there is deuterium either may yet be that.
    pub fn shortest(&self, a: u8, b: u8) -> f64 {
        let plain = shortest(a, b);
        if self.has_deuterium() { plain.min(SHORTEST_TO_HYDROGEN) } else { plain }
    }

    /// The element of a new atom in a peak (or hole) that stands `bonded` to a heavier atom as near as hydrogen does, or not.
    pub fn newcomer(&self, hole: bool, bonded: bool) -> Option<u8> {
        let fitting = |z: &u8| self.negative.contains(z) == hole;
        let mut all = self.elements.iter().map(|e| e.0).filter(fitting);
        let hydrogen = all.clone().find(|z| is_hydrogen(*z));
        match (hole, bonded) {
            (_, true) if hydrogen.is_some() => hydrogen,
            (false, _) => Some(self.common()),
            (true, _) => all.find(|z| !is_hydrogen(*z)).or(hydrogen),
        }
    }

    /// The element that most light atoms are expected to be.
    pub fn common(&self) -> u8 {
        let share = |z: u8| usual_share(z, self.organic);
        self.elements
            .iter()
            .map(|e| e.0)
            .filter(|z| !is_hydrogen(*z) && !self.negative.contains(z))
            .max_by(|a, b| share(*a).total_cmp(&share(*b)).then(b.cmp(a)))
            .unwrap_or(CARBON)
    }

    /// Atoms to begin with: those of UNIT, or of the volume.
    pub fn atoms(&self) -> f64 {
        let hydrogens = if self.has_deuterium() { 2.0 } else { 1.0 };
        self.counted.unwrap_or(hydrogens * self.room)
    }

    /// Atoms of UNIT that stand in peaks.
    pub fn named_in_peaks(&self) -> f64 {
        self.elements.iter().filter(|e| !self.negative.contains(&e.0)).map(|e| e.1).sum()
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

/// Elements of a shorter scattering length, fm, say nothing of what an atom shows at least: vanadium, which neutrons do not see.
const LEAST_LENGTH: f64 = 1.5;
/// An element like any other: iron.
const RARE: u8 = 26;
