//! The likelihood of elements for all atoms together: scattering, bonds, numbers of bonds, contents of the cell.

use super::bonds::ln_valence;
use super::neighbours::Neighbours;
use super::radii::{covalent, longest, non_metal};
use crate::crystal::elements::is_hydrogen;

/// A count of an element is expected within this many atoms of the asymmetric unit …
const COUNT_SIGMA: f64 = 0.5;
/// … or this share of it: formulae are rounded, and solvent is guessed.
const COUNT_SHARE: f64 = 0.05;

/// Ions and molecules of one atom stand farther from others than the sum of the radii and this, Å: chloride and water 3.0, water and water
/// 2.7, ammonium and oxygen 2.7.
const APART: f64 = 0.9;
/// The same of non-metals beyond neon: chloride and oxygen are 2.95 apart at least, 1.27 beyond the radii, bromide 1.33.
const LARGE_APART: f64 = 1.2;
/// ln likelihood for each that is nearer: a metal was taken for chlorine or sulphur.
const CROWDED: f64 = -1.0;

/// ln prior of more metal than anything else beside it: there is a charge to balance.
const MOSTLY_METAL: f64 = -6.0;

const NEON: u8 = 10;

/// What is known of the numbers of atoms.
#[derive(Debug, Clone, Copy)]
pub enum Numbers<'a> {
    /// Atoms expected of each element (per asymmetric unit).
    Counted(&'a [f64]),
    /// ln prior of each element being there at all.
    Free(&'a [f64]),
}

/// What the likelihood is made of.
pub struct Chemistry<'a> {
    /// Elements to choose from.
    pub elements: &'a [u8],
    /// What is known of the number of atoms of each.
    pub numbers: Numbers<'a>,
    /// Bonds and neighbours count; without, atoms are judged by their scattering alone.
    pub lawful: bool,
    /// ln likelihood of each element for each atom by itself: its scattering power, and how usual the element is.
    pub own: Vec<Vec<f64>>,
    /// Contacts of each atom.
    pub neighbours: &'a Neighbours,
    /// 1/order of the site symmetry of each atom.
    pub sof: &'a [f64],
    /// What holds for each two elements, row by row as they are listed.
    pub pairs: Vec<Pair>,
}

/// Two elements near each other, the second around the first.
pub struct Pair {
    /// Longest bond, Å.
    longest: f64,
    /// An atom of the first that is bonded to nothing is crowded by one of the second within this distance, Å.
    crowded: f64,
    /// Whether the second is a metal.
    metal: bool,
}

impl Pair {
    /// All pairs of `elements`, row by row.
    pub fn all(elements: &[u8]) -> Vec<Self> {
        let of = |own: u8, other: u8| {
            let apart = if own > NEON && non_metal(own) { LARGE_APART } else { APART };
            let longest = longest(own, other);
            // Hydrogen atoms are what points at ions and molecules.
            let apart = if is_hydrogen(own) || is_hydrogen(other) { 0.0 } else { apart };
            Self { longest, crowded: covalent(own) + covalent(other) + apart, metal: !non_metal(other) }
        };
        elements.iter().flat_map(|&own| elements.iter().map(move |&other| of(own, other))).collect()
    }

    /// Whether the second, at `distance`, Å, crowds one of the first that is bonded to nothing.
    pub fn crowds(&self, distance: f64) -> bool {
        distance < self.crowded
    }
}

/// What is bonded to an atom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bonded {
    non_metals: i32,
    metals: i32,
}

impl Bonded {
    /// Nothing.
    pub fn is_none(&self) -> bool {
        self.non_metals + self.metals == 0
    }

    /// Counts `times` more of what stands at `distance`, Å, if that is bonded; whether it is.
    pub fn count(&mut self, pair: &Pair, distance: f64, times: i32) -> bool {
        let bonded = distance < pair.longest;
        if bonded {
            *(if pair.metal { &mut self.metals } else { &mut self.non_metals }) += times;
        }
        bonded
    }
}

/// An element is there from this many atoms on: less than a site of any symmetry, more than rounding.
const NONE: f64 = 1e-4;

impl Chemistry<'_> {
    /// Whether numbers of atoms are taken to be known.
    pub fn counted(&self) -> bool {
        matches!(self.numbers, Numbers::Counted(_))
    }

    /// What holds for element `other` around `own`.
    pub fn pair(&self, own: usize, other: usize) -> &Pair {
        &self.pairs[own * self.elements.len() + other]
    }

    /// ln likelihood of the length of the contact at a place of the list of all, if it is between these two elements.
    pub fn ln_length(&self, own: usize, other: usize, at: usize) -> f64 {
        self.neighbours.ln_length(self.elements[own], self.elements[other], at)
    }

    /// The longest bond of any two of the elements, Å.
    pub fn longest(&self) -> f64 {
        self.pairs.iter().map(|pair| pair.longest).fold(0.0, f64::max)
    }

    /// ln likelihood of what is bonded to an atom of an element, and of how many crowd it where nothing is.
    pub fn ln_around(&self, own: usize, bonded: Bonded, crowd: impl FnOnce() -> usize) -> f64 {
        // What is bonded to nothing keeps away from everything.
        let alone = if bonded.is_none() { CROWDED * crowd() as f64 } else { 0.0 };
        let count = |n: i32| n.unsigned_abs() as usize;
        ln_valence(self.elements[own], count(bonded.non_metals), count(bonded.metals)) + alone
    }

    /// ln prior of the number of atoms of each element. Atoms that were not found may have been of any element.
    pub fn prior(&self, found: &[f64]) -> f64 {
        let counts = match self.numbers {
            Numbers::Counted(counts) => counts,
            Numbers::Free(there) => return self.free_prior(found, there),
        };
        let missing = (counts.iter().sum::<f64>() - found.iter().sum::<f64>()).max(0.0);
        let mut sum = 0.0;
        for (found, &expected) in found.iter().zip(counts) {
            let off = if *found > expected { found - expected } else { (expected - found - missing).max(0.0) };
            let sigma = COUNT_SIGMA.max(COUNT_SHARE * expected);
            sum -= 0.5 * (off / sigma).powi(2);
        }
        sum
    }

    fn free_prior(&self, found: &[f64], there: &[f64]) -> f64 {
        let (mut sum, mut metals, mut others) = (0.0, 0.0, 0.0);
        for ((&n, ln), &z) in found.iter().zip(there).zip(self.elements) {
            if n > NONE {
                sum += ln;
                *(if non_metal(z) { &mut others } else { &mut metals }) += n;
            }
        }
        if metals > others && others > NONE { sum + MOSTLY_METAL } else { sum }
    }
}
