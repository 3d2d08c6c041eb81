//! What was measured of a twin of two domains, reflections of which fall together here and there (HKLF 5).

use super::RawReflection;
use super::merge::SigmaSubstitute;
use crate::crystal::Hkl;

/// Domains of a crystal.
pub const DOMAINS: usize = 2;

/// One intensity: of a reflection of one domain, or of one of each that fall together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Observation {
    /// The reflection of each domain that takes part, in the indices of that domain.
    pub hkls: [Option<Hkl>; DOMAINS],
    /// Their intensity, on the scale of the file.
    pub intensity: f64,
    /// Its standard uncertainty, above 0.
    pub sigma: f64,
}

impl Observation {
    /// True where reflections of both domains take part.
    pub fn is_overlap(&self) -> bool {
        self.hkls.iter().all(Option::is_some)
    }
}

/// A list of such a twin.
#[derive(Debug, Clone, PartialEq)]
pub struct Domains {
    /// Its rows as they stand: batch numbers are those of HKLF 5.
    pub rows: Vec<RawReflection>,
    /// What was measured, in the order of the list. Overlaps with one domain twice are left out.
    pub observations: Vec<Observation>,
}

/// Reflections alone in each domain, and overlaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Observations of one reflection, by domain.
    pub alone: [usize; DOMAINS],
    /// Observations of one of each.
    pub overlaps: usize,
}

impl Counts {
    /// All observations.
    pub fn all(&self) -> usize {
        self.alone.iter().sum::<usize>() + self.overlaps
    }

    /// Share of the overlaps.
    pub fn overlap(&self) -> f64 {
        self.overlaps as f64 / self.all().max(1) as f64
    }
}

impl Domains {
    /// Of rows of which each but the last of an overlap has a negative batch number, |batch| being that of the domain. Rows without a positive σ
    /// get one as in merging.
    pub fn new(rows: Vec<RawReflection>) -> Self {
        let substitute = SigmaSubstitute::of(&rows);
        let goes_on = |row: &RawReflection| row.batch.is_some_and(|batch| batch < 0);
        let mut observations = Vec::new();
        for group in rows.split_inclusive(|row| !goes_on(row)) {
            let Some(last) = group.last() else { continue };
            let mut hkls = [None; DOMAINS];
            // Each takes its place once, or the overlap is none that is known here.
            let placed = group.iter().filter(|row| row.hkl != [0; 3]).all(|row| {
                let domain = row.batch.map_or(1, i32::unsigned_abs).max(1) as usize - 1;
                hkls.get_mut(domain).is_some_and(|place| place.replace(row.hkl).is_none())
            });
            if placed && hkls != [None; DOMAINS] {
                let intensity = last.intensity;
                let sigma = if last.sigma > 0.0 { last.sigma } else { substitute.sigma(intensity) };
                observations.push(Observation { hkls, intensity, sigma });
            }
        }
        Self { rows, observations }
    }

    /// How many observations there are of each kind.
    pub fn counts(&self) -> Counts {
        let count =
            |is: [bool; DOMAINS]| self.observations.iter().filter(|o| o.hkls.map(|h| h.is_some()) == is).count();
        Counts { alone: [count([true, false]), count([false, true])], overlaps: count([true, true]) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_put_together_by_their_batch_numbers() {
        let row = |h: i32, intensity: f64, batch| RawReflection { hkl: [h, 1, 0], intensity, sigma: 1.0, batch };
        let list = [(1, None), (2, Some(1)), (3, Some(-2)), (4, Some(1)), (5, Some(2)), (6, Some(-2)), (7, Some(2))];
        let rows: Vec<RawReflection> = list.iter().map(|&(h, batch)| row(h, f64::from(10 * h), batch)).collect();
        let domains = Domains::new(rows);
        let found: Vec<_> =
            domains.observations.iter().map(|o| (o.hkls.map(|h| h.map(|h| h[0])), o.intensity)).collect();
        let expected =
            [([Some(1), None], 10.0), ([Some(2), None], 20.0), ([Some(4), Some(3)], 40.0), ([None, Some(5)], 50.0)];
        assert_eq!(found, expected);
        let counts = domains.counts();
        assert_eq!((counts.alone, counts.overlaps, counts.overlap()), ([2, 1], 1, 0.25));
    }
}
