//! How many atoms a cell has room for, and whether the contents that a header names can be true.

use super::elements::{CARBON, ElementCount, HYDROGEN};

/// Volume in Å³ for each non-hydrogen atom of molecular crystals (Kitaigorodskii; the "18 Å³ rule"). The 48 real sets with carbon: 14.3 to
/// 27.0, median 18.5.
pub const VOLUME_PER_ATOM: f64 = 18.0;
/// The same without carbon: oxides, fluorides, borates. The 6 real sets: 8.8 to 18.6, median 11.4; quartz 12.6, corundum 8.5.
const VOLUME_WITHOUT_CARBON: f64 = 12.0;
/// Volumes per atom beyond which contents are refuted, with carbon and without. Z forgotten for one operation of two lands at 28 to 54.
const SENSIBLE_VOLUME: [std::ops::RangeInclusive<f64>; 2] = [11.0..=32.0, 6.0..=32.0];

/// Elements that are expected where nobody names any: those of organic crystals.
const EXPECTED: [(&str, u8); 4] = [("C", 6), ("H", 1), ("N", 7), ("O", 8)];

/// The same without numbers.
pub fn expected() -> Vec<ElementCount> {
    let element = |(symbol, atomic_number): (&str, u8)| ElementCount {
        symbol: symbol.to_owned(),
        atomic_number,
        count: 0.0,
        coefficients: None,
    };
    EXPECTED.into_iter().map(element).collect()
}

/// Non-hydrogen atoms that a cell of this volume (Å³) has room for, by the elements that are expected in it; at least 1.
pub fn room(elements: impl IntoIterator<Item = u8>, volume: f64) -> f64 {
    let each = if organic(elements) { VOLUME_PER_ATOM } else { VOLUME_WITHOUT_CARBON };
    (volume / each).max(1.0)
}

/// True when `counts`, atomic numbers and atoms per cell, fit a cell of this volume (Å³).
pub fn fits(counts: &[(u8, f64)], volume: f64) -> bool {
    let atoms = non_hydrogen(counts);
    let kind = usize::from(!organic(counts.iter().map(|c| c.0)));
    atoms > 0.0 && SENSIBLE_VOLUME[kind].contains(&(volume / atoms))
}

/// Non-hydrogen atoms of a list of atomic numbers and counts.
pub fn non_hydrogen(counts: &[(u8, f64)]) -> f64 {
    counts.iter().filter(|(z, _)| *z > HYDROGEN).map(|(_, n)| n).sum()
}

/// True where carbon is expected: it is named, or nothing is.
pub fn organic(elements: impl IntoIterator<Item = u8>) -> bool {
    let mut any = false;
    let carbon = elements.into_iter().filter(|&z| z > HYDROGEN).any(|z| {
        any = true;
        z == CARBON
    });
    carbon || !any
}

/// Share of the non-hydrogen atoms that an element usually has in a crystal whose elements alone are known; not normalised. Carbon,
/// nitrogen and oxygen as in the mean organic crystal, the others as of a few atoms in fifty.
pub fn usual_share(z: u8, organic: bool) -> f64 {
    match (z, organic) {
        (..=HYDROGEN, _) => HYDROGEN_SHARE,
        (CARBON, _) => 0.62,
        (8, true) => 0.17,
        (8, false) => 0.55,
        (7, _) => 0.12,
        (9, true) => 0.05,
        (9, false) => 0.3,
        (_, true) => 0.02,
        (_, false) => 0.1,
    }
}

/// Hydrogen atoms for each other atom of the mean organic crystal, about; counted by neutrons alone.
const HYDROGEN_SHARE: f64 = 0.9;

/// Contents to calculate with: those of the header where they fit the volume, else the same elements in the same proportions, or in usual
/// ones where no numbers are given, as many as there is room for.
pub fn likely(elements: &[ElementCount], volume: f64) -> Vec<ElementCount> {
    let counts: Vec<(u8, f64)> = elements.iter().map(|e| (e.atomic_number, e.count)).collect();
    if fits(&counts, volume) {
        return elements.to_vec();
    }
    let organic = organic(counts.iter().map(|c| c.0));
    let named = non_hydrogen(&counts) > 0.0;
    // Hydrogen without a number: one for each carbon.
    let weight = |e: &ElementCount| match (named, e.atomic_number) {
        (true, _) => e.count,
        (false, ..=HYDROGEN) => usual_share(CARBON, true),
        (false, z) => usual_share(z, organic),
    };
    let heavy: f64 = elements.iter().filter(|e| e.atomic_number > HYDROGEN).map(weight).sum();
    if heavy <= 0.0 {
        return elements.to_vec();
    }
    let factor = room(counts.iter().map(|c| c.0), volume) / heavy;
    elements.iter().map(|e| ElementCount { count: weight(e) * factor, ..e.clone() }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(z: u8, count: f64) -> ElementCount {
        ElementCount { symbol: String::new(), atomic_number: z, count, coefficients: None }
    }

    fn counts(of: &[ElementCount]) -> Vec<(u8, f64)> {
        of.iter().map(|e| (e.atomic_number, (e.count * 100.0).round() / 100.0)).collect()
    }

    #[test]
    fn sensible_contents_stay_and_others_fill_the_volume() {
        // Sucrose: 46 atoms in 717.6 Å3; a borate of 24 atoms in 233.6.
        let sucrose = [(6, 24.0), (1, 44.0), (8, 22.0)];
        assert!(fits(&sucrose, 717.6) && fits(&[(5, 4.0), (31, 2.0), (3, 6.0), (8, 12.0)], 233.6));
        let right: Vec<ElementCount> = sucrose.iter().map(|&(z, n)| element(z, n)).collect();
        assert_eq!(likely(&right, 717.6), right);
        let ones = [element(6, 1.0), element(1, 1.0), element(8, 1.0)];
        assert_eq!(counts(&likely(&ones, 720.0)), [(6, 20.0), (1, 20.0), (8, 20.0)]);
        let zero = [element(6, 0.0), element(1, 0.0), element(8, 0.0)];
        assert_eq!(counts(&likely(&zero, 790.0 * 0.9)), [(6, 31.0), (1, 31.0), (8, 8.5)]);
        assert_eq!(counts(&likely(&[element(8, 0.0), element(22, 0.0)], 120.0)), [(8, 8.46), (22, 1.54)]);
    }

    #[test]
    fn volume_tells_how_many_atoms_there_are() {
        assert_eq!((room([6, 1], 180.0), room([8, 14], 120.0), room([], 36.0)), (10.0, 10.0, 2.0));
        // Z forgotten: a quarter of the atoms; all ones.
        assert!(!fits(&[(6, 6.0), (1, 11.0), (8, 5.5)], 717.6) && !fits(&[(6, 1.0), (8, 1.0)], 717.6));
        assert!(!fits(&[], 100.0) && !fits(&[(6, 0.0)], 100.0));
    }
}
