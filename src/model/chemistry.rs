//! The likelihood of elements for all atoms together: scattering, bonds, numbers of bonds, contents of the cell.

use super::bonds::{ln_likelihood, ln_valence};
use super::contacts::Contact;
use super::radii::{longest, non_metal};

/// A count of an element is expected within this many atoms of the asymmetric unit …
const COUNT_SIGMA: f64 = 0.5;
/// … or this share of it: formulae are rounded, and solvent is guessed.
const COUNT_SHARE: f64 = 0.05;

/// What the likelihood is made of.
pub struct Chemistry<'a> {
    /// Elements to choose from, and atoms expected of each (per asymmetric unit).
    pub expected: &'a [(u8, f64)],
    /// ln likelihood of each element for each atom from its scattering power.
    pub scattering: Vec<Vec<f64>>,
    /// Contacts of each atom.
    pub contacts: &'a [Vec<Contact>],
    /// 1/order of the site symmetry of each atom.
    pub sof: Vec<f64>,
    /// Uncertainty of distances, Å.
    pub sigma: f64,
}

impl Chemistry<'_> {
    fn z(&self, element: usize) -> u8 {
        self.expected[element].0
    }

    /// ln likelihood of all that involves atom `n`, counts left out.
    pub fn local(&self, chosen: &[usize], n: usize) -> f64 {
        let own = self.z(chosen[n]);
        let mut sum = self.scattering[n][chosen[n]] + self.valence(chosen, n);
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

    fn valence(&self, chosen: &[usize], n: usize) -> f64 {
        let own = self.z(chosen[n]);
        let (mut light, mut metals) = (0, 0);
        for contact in &self.contacts[n] {
            let other = self.z(chosen[contact.other]);
            if contact.distance < longest(own, other) {
                if non_metal(other) { light += 1 } else { metals += 1 }
            }
        }
        ln_valence(own, light, metals)
    }

    /// ln prior of the number of atoms of each element. Atoms that were not found may have been of any element.
    pub fn counts(&self, found: &[f64]) -> f64 {
        let expected: f64 = self.expected.iter().map(|e| e.1).sum();
        let missing = (expected - found.iter().sum::<f64>()).max(0.0);
        let mut sum = 0.0;
        for (found, &(_, expected)) in found.iter().zip(self.expected) {
            let off = if *found > expected { found - expected } else { (expected - found - missing).max(0.0) };
            let sigma = COUNT_SIGMA.max(COUNT_SHARE * expected);
            sum -= 0.5 * (off / sigma).powi(2);
        }
        sum
    }

    /// Atoms of each element.
    pub fn found(&self, chosen: &[usize]) -> Vec<f64> {
        let mut found = vec![0.0; self.expected.len()];
        for (&element, sof) in chosen.iter().zip(&self.sof) {
            found[element] += sof;
        }
        found
    }
}
