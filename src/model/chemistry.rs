//! The likelihood of elements for all atoms together: scattering, bonds, numbers of bonds, contents of the cell.

use super::bonds::{ln_likelihood, ln_valence};
use super::contacts::Contact;
use super::radii::{covalent, longest, non_metal};

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
    pub contacts: &'a [Vec<Contact>],
    /// 1/order of the site symmetry of each atom.
    pub sof: &'a [f64],
    /// Uncertainty of distances, Å.
    pub sigma: f64,
}

/// An element is there from this many atoms on: less than a site of any symmetry, more than rounding.
const NONE: f64 = 1e-4;

impl Chemistry<'_> {
    /// Whether numbers of atoms are taken to be known.
    pub fn counted(&self) -> bool {
        matches!(self.numbers, Numbers::Counted(_))
    }

    fn z(&self, element: usize) -> u8 {
        self.elements[element]
    }

    /// ln likelihood of all that involves atom `n`, counts left out.
    pub fn local(&self, chosen: &[usize], n: usize) -> f64 {
        if !self.lawful {
            return self.own[n][chosen[n]];
        }
        let own = self.z(chosen[n]);
        let mut sum = self.own[n][chosen[n]] + self.valence(chosen, n);
        for (at, contact) in self.contacts[n].iter().enumerate() {
            let other = self.z(chosen[contact.other]);
            sum += ln_likelihood(own, other, contact.distance, self.sigma);
            // Every neighbour once, though several of its images may be near.
            let seen = self.contacts[n][..at].iter().any(|c| c.other == contact.other);
            if contact.other != n && !seen {
                sum += self.valence(chosen, contact.other);
            }
        }
        sum
    }

    /// ln likelihood of all atoms, each bond counted once, and of the counts.
    pub fn total(&self, chosen: &[usize]) -> f64 {
        let own: f64 = chosen.iter().zip(&self.own).map(|(&element, row)| row[element]).sum();
        own + self.bonds(chosen) + self.prior(&self.found(chosen))
    }

    /// The part of it that bonds and neighbours have.
    pub fn bonds(&self, chosen: &[usize]) -> f64 {
        if !self.lawful {
            return 0.0;
        }
        let of = |n: usize| -> f64 {
            let own = self.z(chosen[n]);
            let bond = |c: &Contact| ln_likelihood(own, self.z(chosen[c.other]), c.distance, self.sigma);
            self.valence(chosen, n) + 0.5 * self.contacts[n].iter().map(bond).sum::<f64>()
        };
        (0..chosen.len()).map(of).sum()
    }

    /// ln likelihood of elements `one` and `other` for two atoms by the contacts between them.
    pub fn between(&self, chosen: &[usize], one: usize, other: usize) -> f64 {
        if !self.lawful {
            return 0.0;
        }
        let (a, b) = (self.z(chosen[one]), self.z(chosen[other]));
        let shared = self.contacts[one].iter().filter(|c| c.other == other);
        shared.map(|c| ln_likelihood(a, b, c.distance, self.sigma)).sum()
    }

    fn valence(&self, chosen: &[usize], n: usize) -> f64 {
        let own = self.z(chosen[n]);
        let (mut light, mut metals, mut crowd) = (0, 0, 0);
        let apart = if own > NEON && non_metal(own) { LARGE_APART } else { APART };
        for contact in &self.contacts[n] {
            let other = self.z(chosen[contact.other]);
            if contact.distance < longest(own, other) {
                if non_metal(other) { light += 1 } else { metals += 1 }
            } else if contact.distance < covalent(own) + covalent(other) + apart {
                crowd += 1;
            }
        }
        // What is bonded to nothing keeps away from everything.
        let alone = if light + metals == 0 { CROWDED * f64::from(crowd) } else { 0.0 };
        ln_valence(own, light, metals) + alone
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

    /// Atoms of each element.
    pub fn found(&self, chosen: &[usize]) -> Vec<f64> {
        let mut found = vec![0.0; self.elements.len()];
        for (&element, sof) in chosen.iter().zip(self.sof) {
            found[element] += sof;
        }
        found
    }
}
