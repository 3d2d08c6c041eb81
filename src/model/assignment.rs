//! An element for each atom, and what is around the atoms then.

use super::chemistry::{Bonded, Chemistry};
use super::neighbours::Back;

/// Elements chosen for all atoms: places in the list of the chemistry.
pub struct Assignment<'a> {
    /// What they are judged by.
    pub chemistry: &'a Chemistry<'a>,
    chosen: Vec<usize>,
    /// What is bonded to each; empty where bonds do not count.
    bonded: Vec<Bonded>,
    /// No bond is longer, Å.
    longest: f64,
    /// Atoms of each element.
    found: Vec<f64>,
}

impl<'a> Assignment<'a> {
    /// All atoms with the elements `chosen`.
    pub fn new(chemistry: &'a Chemistry<'a>, chosen: Vec<usize>) -> Self {
        let mut found = vec![0.0; chemistry.elements.len()];
        for (&element, sof) in chosen.iter().zip(chemistry.sof) {
            found[element] += sof;
        }
        let mut out = Self { chemistry, chosen, bonded: Vec::new(), longest: chemistry.longest(), found };
        if chemistry.lawful {
            out.bonded = (0..out.chosen.len()).map(|n| out.around(n, out.chosen[n]).0).collect();
        }
        out
    }

    /// The elements of all atoms.
    pub fn into_chosen(self) -> Vec<usize> {
        self.chosen
    }

    /// Number of atoms.
    pub fn len(&self) -> usize {
        self.chosen.len()
    }

    /// The element of atom `n`.
    pub fn of(&self, n: usize) -> usize {
        self.chosen[n]
    }

    /// ln prior of the numbers of atoms.
    pub fn prior(&self) -> f64 {
        self.chemistry.prior(&self.found)
    }

    /// The same if atom `n` were of another element.
    pub fn prior_with(&mut self, n: usize, element: usize) -> f64 {
        let (old, sof) = (self.chosen[n], self.chemistry.sof[n]);
        self.found[old] -= sof;
        self.found[element] += sof;
        let prior = self.prior();
        self.found[old] += sof;
        self.found[element] -= sof;
        prior
    }

    /// Changes atom `n`.
    pub fn set(&mut self, n: usize, element: usize) {
        let old = std::mem::replace(&mut self.chosen[n], element);
        let sof = self.chemistry.sof[n];
        self.found[old] -= sof;
        self.found[element] += sof;
        if self.chemistry.lawful && old != element {
            for back in self.chemistry.neighbours.back(n) {
                self.bonded[back.other] = self.bonded_to(back, old, element);
            }
            self.bonded[n] = self.around(n, element).0;
        }
    }

    /// What is bonded to atom `n` if it is of `element`, and the ln likelihood of the lengths.
    fn around(&self, n: usize, element: usize) -> (Bonded, f64) {
        let neighbours = self.chemistry.neighbours;
        let (mut bonded, mut lengths) = (Bonded::default(), 0.0);
        for at in neighbours.of(n) {
            let contact = neighbours.contact(at);
            if contact.distance >= self.longest {
                break;
            }
            let other = if contact.other == n { element } else { self.chosen[contact.other] };
            if bonded.count(self.chemistry.pair(element, other), contact.distance, 1) {
                lengths += self.chemistry.ln_length(element, other, at);
            }
        }
        (bonded, lengths)
    }

    /// What is bonded to a neighbour of an atom that changes from `old` to `new`.
    fn bonded_to(&self, back: &Back, old: usize, new: usize) -> Bonded {
        let mut bonded = self.bonded[back.other];
        let own = self.chosen[back.other];
        let (before, after) = (self.chemistry.pair(own, old), self.chemistry.pair(own, new));
        for &at in &back.places {
            let distance = self.chemistry.neighbours.contact(at).distance;
            if distance < self.longest {
                bonded.count(before, distance, -1);
                bonded.count(after, distance, 1);
            }
        }
        bonded
    }

    /// ln likelihood of what is around atom `m`, to which this is bonded, when atom `n` is of `element`.
    fn ln_around(&self, m: usize, bonded: Bonded, n: usize, element: usize) -> f64 {
        let of = |atom: usize| if atom == n { element } else { self.chosen[atom] };
        let neighbours = self.chemistry.neighbours;
        let crowd = || {
            let near = neighbours.of(m).map(|at| neighbours.contact(at));
            near.filter(|c| self.chemistry.pair(of(m), of(c.other)).crowds(c.distance)).count()
        };
        self.chemistry.ln_around(of(m), bonded, crowd)
    }

    /// ln likelihood of all that involves atom `n` if it is of `element`, counts left out.
    pub fn local(&self, n: usize, element: usize) -> f64 {
        let chemistry = self.chemistry;
        let own = chemistry.own[n][element];
        if !chemistry.lawful {
            return own;
        }
        let (bonded, lengths) = self.around(n, element);
        let old = self.chosen[n];
        let of = |back: &Back| {
            let bonded = if element == old { self.bonded[back.other] } else { self.bonded_to(back, old, element) };
            self.ln_around(back.other, bonded, n, element)
        };
        let neighbours: f64 = chemistry.neighbours.back(n).iter().map(of).sum();
        own + self.ln_around(n, bonded, n, element) + lengths + neighbours
    }

    /// ln likelihood of all atoms, each bond counted once, and of the counts.
    pub fn total(&self) -> f64 {
        let own: f64 = self.chosen.iter().zip(&self.chemistry.own).map(|(&element, row)| row[element]).sum();
        own + self.bonds() + self.prior()
    }

    /// The part of it that bonds and neighbours have.
    pub fn bonds(&self) -> f64 {
        if !self.chemistry.lawful {
            return 0.0;
        }
        let of = |(n, &element): (usize, &usize)| {
            let (bonded, lengths) = self.around(n, element);
            self.ln_around(n, bonded, n, element) + 0.5 * lengths
        };
        self.chosen.iter().enumerate().map(of).sum()
    }

    /// ln likelihood of all that involves either of two atoms of different sites, and of the counts.
    pub fn pair(&self, one: usize, other: usize) -> f64 {
        let both = self.local(one, self.chosen[one]) + self.local(other, self.chosen[other]);
        both - self.between(one, other) + self.prior()
    }

    /// ln likelihood of the lengths of the contacts between two atoms.
    fn between(&self, one: usize, other: usize) -> f64 {
        let chemistry = self.chemistry;
        if !chemistry.lawful {
            return 0.0;
        }
        let shared = chemistry.neighbours.back(other).iter().find(|back| back.other == one);
        let length = |&at: &usize| chemistry.ln_length(self.chosen[one], self.chosen[other], at);
        shared.map_or(0.0, |back| back.places.iter().map(length).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::super::chemistry::{Numbers, Pair};
    use super::super::contacts::Contact;
    use super::super::neighbours::Neighbours;
    use super::*;

    /// A ring of atoms, some near their own images, with elements changed at random.
    #[test]
    fn what_is_kept_is_what_is_counted_anew() {
        let elements = [46, 16, 8, 6];
        const ATOMS: usize = 12;
        let near = |n: usize| {
            let mut all = vec![
                Contact { other: (n + 1) % ATOMS, distance: 1.5 },
                Contact { other: (n + ATOMS - 1) % ATOMS, distance: 1.5 },
                Contact { other: (n + 2) % ATOMS, distance: 2.4 },
                Contact { other: (n + ATOMS - 2) % ATOMS, distance: 2.4 },
            ];
            if n.is_multiple_of(3) {
                all.push(Contact { other: n, distance: 2.9 });
            }
            all
        };
        let contacts: Vec<Vec<Contact>> = (0..ATOMS).map(near).collect();
        let neighbours = Neighbours::new(&contacts, 0.02);
        let chemistry = Chemistry {
            elements: &elements,
            numbers: Numbers::Counted(&[1.0, 2.0, 3.0, 6.0]),
            lawful: true,
            own: (0..ATOMS).map(|n| (0..4).map(|e| -((n + e) as f64)).collect()).collect(),
            neighbours: &neighbours,
            sof: &[1.0; ATOMS],
            pairs: Pair::all(&elements),
        };
        let mut kept = Assignment::new(&chemistry, vec![3; ATOMS]);
        let mut state = 1_u32;
        let mut random = |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as usize % below
        };
        for _ in 0..200 {
            let (n, element) = (random(ATOMS), random(4));
            let before = kept.total();
            let local = kept.local(n, element) - kept.local(n, kept.of(n));
            let prior = kept.prior_with(n, element) - kept.prior();
            kept.set(n, element);
            let anew = Assignment::new(&chemistry, kept.chosen.clone());
            assert_eq!((&kept.bonded, kept.total()), (&anew.bonded, anew.total()));
            // A contact with an image of the atom itself counts half in the total, as all do, but is met once.
            if !n.is_multiple_of(3) {
                assert!((kept.total() - before - local - prior).abs() < 1e-9);
            }
        }
    }
}
