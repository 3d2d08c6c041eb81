//! Finds a reflection, or its Friedel mate, in a P1 half-sphere list.

use crate::crystal::{Hkl, friedel};
use crate::reflections::PhasedReflection;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// Bits of a packed key for each index; indices beyond ±2²⁰ would need a cell of a hundred micrometres.
const KEY_BITS: u32 = 21;

/// Odd multiplier near 2⁶⁴ divided by the golden ratio (Knuth, The Art of Computer Programming 3, 6.4).
const FIBONACCI: u64 = 0x9E37_79B9_7F4A_7C15;

/// Positions of reflections in a list, by index.
pub struct Lookup {
    positions: HashMap<u64, u32, BuildHasherDefault<IndexHasher>>,
}

impl Lookup {
    /// Indexes a list; of repeated reflections the last counts.
    pub fn new(reflections: &[PhasedReflection]) -> Self {
        let positions = reflections.iter().enumerate().map(|(i, r)| (key(r.hkl), i as u32)).collect();
        Self { positions }
    }

    /// Position of `hkl` in the list and whether it is the Friedel mate that stands there.
    pub fn find(&self, hkl: Hkl) -> Option<(usize, bool)> {
        if let Some(&i) = self.positions.get(&key(hkl)) {
            return Some((i as usize, false));
        }
        self.positions.get(&key(friedel(hkl))).map(|&i| (i as usize, true))
    }

    /// Position of `hkl` and its phase in radians, the sign turned where the Friedel mate stands in the list.
    pub fn phase(&self, hkl: Hkl, reflections: &[PhasedReflection]) -> Option<(usize, f64)> {
        let (i, mate) = self.find(hkl)?;
        let phase = reflections[i].phase;
        Some((i, if mate { -phase } else { phase }))
    }
}

fn key(hkl: Hkl) -> u64 {
    let mask = (1u64 << KEY_BITS) - 1;
    hkl.iter().fold(0, |packed, &x| packed << KEY_BITS | (x as u64 & mask))
}

/// A multiplicative hash of one u64: the look-ups, not the list, are what symmetry averaging spends its time on.
#[derive(Default)]
pub struct IndexHasher(u64);

impl Hasher for IndexHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.write_u64(u64::from(byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(FIBONACCI);
        self.0 = mixed ^ (mixed >> 32);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mates_are_found_with_the_sign_turned() {
        let list: Vec<PhasedReflection> = (0..50)
            .map(|i| PhasedReflection { hkl: [i + 1, -2 * i, 3 - i], f: 1.0, e: 1.0, phase: f64::from(i), fom: 1.0 })
            .collect();
        let lookup = Lookup::new(&list);
        for (i, r) in list.iter().enumerate() {
            assert_eq!(lookup.phase(r.hkl, &list), Some((i, r.phase)));
            assert_eq!(lookup.phase(friedel(r.hkl), &list), Some((i, -r.phase)));
        }
        assert!(lookup.find([0, 0, 1]).is_none());
    }
}
