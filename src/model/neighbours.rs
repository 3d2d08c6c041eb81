//! Contacts of all atoms, and how likely their lengths are between any two elements: worked out once, for all scales and all climbs.

use super::bonds::ln_likelihood;
use super::contacts::Contact;
use std::ops::Range;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// Atomic numbers that have a place of their own among the pairs of elements: all.
const NUMBERS: usize = u8::MAX as usize + 1;

/// Contacts of all atoms, one atom after the other.
pub struct Neighbours {
    /// Where the contacts of each atom begin, and at last where all end.
    starts: Vec<usize>,
    contacts: Vec<Contact>,
    back: Vec<Vec<Back>>,
    /// Uncertainty of distances, Å.
    sigma: f64,
    /// ln likelihoods of all contacts for two elements, the lighter one in rows: as bits, NaN where none was asked for.
    lengths: Vec<OnceLock<Vec<AtomicU64>>>,
}

/// A neighbour of an atom as it looks back.
pub struct Back {
    /// Number of the neighbour, another than the atom itself.
    pub other: usize,
    /// Places of its contacts with the atom.
    pub places: Vec<usize>,
}

impl Neighbours {
    /// The contacts of each atom, with the uncertainty of their distances in Å.
    pub fn new(contacts: &[Vec<Contact>], sigma: f64) -> Self {
        let mut starts = vec![0];
        let mut back: Vec<Vec<Back>> = contacts.iter().map(|_| Vec::new()).collect();
        for (n, of) in contacts.iter().enumerate() {
            let first = starts[n];
            for (at, contact) in of.iter().enumerate().filter(|(_, contact)| contact.other != n) {
                let around = &mut back[contact.other];
                match around.iter_mut().find(|b| b.other == n) {
                    Some(back) => back.places.push(first + at),
                    None => around.push(Back { other: n, places: vec![first + at] }),
                }
            }
            starts.push(first + of.len());
        }
        let lengths = (0..NUMBERS * NUMBERS).map(|_| OnceLock::new()).collect();
        Self { starts, contacts: contacts.concat(), back, sigma, lengths }
    }

    /// The places of the contacts of atom `n` in the list of all, nearest first.
    pub fn of(&self, n: usize) -> Range<usize> {
        self.starts[n]..self.starts[n + 1]
    }

    /// The contact at a place of the list.
    pub fn contact(&self, at: usize) -> &Contact {
        &self.contacts[at]
    }

    /// The neighbours of atom `n`, each once, itself left out.
    pub fn back(&self, n: usize) -> &[Back] {
        &self.back[n]
    }

    /// ln likelihood per Å of the contact at a place of the list if it is between these elements.
    pub fn ln_length(&self, a: u8, b: u8, at: usize) -> f64 {
        let none = || self.contacts.iter().map(|_| AtomicU64::new(f64::NAN.to_bits())).collect();
        let row = &self.lengths[usize::from(a.min(b)) * NUMBERS + usize::from(a.max(b))].get_or_init(none);
        let known = f64::from_bits(row[at].load(Ordering::Relaxed));
        if !known.is_nan() {
            return known;
        }
        let ln = ln_likelihood(a, b, self.contacts[at].distance, self.sigma);
        row[at].store(ln.to_bits(), Ordering::Relaxed);
        ln
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_bonds_and_neighbours_look_back() {
        let contact = |other, distance| Contact { other, distance };
        let contacts =
            [vec![contact(1, 1.5), contact(1, 2.9), contact(0, 3.0)], vec![contact(0, 1.5), contact(0, 2.9)], vec![]];
        let neighbours = Neighbours::new(&contacts, 0.02);
        assert_eq!((neighbours.of(0), neighbours.of(1), neighbours.of(2)), (0..3, 3..5, 5..5));
        let back = |n: usize| neighbours.back(n).iter().map(|b| (b.other, b.places.clone())).collect::<Vec<_>>();
        assert_eq!((back(0), back(1), back(2)), (vec![(1, vec![3, 4])], vec![(0, vec![0, 1])], vec![]));
        for (a, b) in [(6, 7), (7, 6), (6, 46), (46, 46), (6, 7)] {
            for (at, contact) in contacts.concat().iter().enumerate() {
                assert_eq!(neighbours.ln_length(a, b, at), ln_likelihood(a, b, contact.distance, 0.02));
            }
        }
    }
}
