//! The numbers of one phasing problem in the engine's order: amplitudes, classes, shells.

use super::layout::Layout;
use super::recipe::Amplitudes;
use crate::twins::pair_table::{LENGTHS, PairTable};
use crate::twins::reshape::Reshaping;

/// Number of resolution shells over which message passing takes its moments ("~8", recipe notes §3).
pub const SHELLS: usize = 8;
/// Share of the measured reflections, the strongest by E, that E-kurtosis and tan_cos use.
pub const STRONG_SHARE: f32 = 0.30;
/// Share of the measured reflections, the weakest by E, that R_weak uses.
pub const WEAK_SHARE: f32 = 0.20;
/// Marks an entry inside the sphere that was not measured: its calculated value is kept.
pub const UNMEASURED: f32 = -1.0;

/// What is known of one entry of the half sphere.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Coefficient {
    /// |E| and |F| (F² scaled to mean 1 like E²) where it was measured.
    pub measured: Option<(f32, f32)>,
    /// Resolution shell, below `SHELLS`.
    pub shell: u8,
}

/// A phasing problem: layout and tables. Shared by all trials of an engine.
#[derive(Debug, Clone)]
pub struct Problem {
    layout: Layout,
    /// Targets of the amplitude step with E; `UNMEASURED` keeps.
    e: Vec<f32>,
    /// Targets with √(EF).
    sqrt_ef: Vec<f32>,
    shell: Vec<u8>,
    /// Measured |E| in ascending order, for thresholds.
    sorted_e: Vec<f32>,
    /// Non-hydrogen atoms in the P1 cell.
    atoms: f32,
    /// A stable number per reflection, from which random phases are drawn.
    keys: Vec<u32>,
    reshaping: Reshaping,
    pairs: Option<Pairs>,
}

/// What the pair prior needs of a problem.
#[derive(Debug, Clone)]
pub struct Pairs {
    /// What it has learned.
    pub table: PairTable,
    /// Place of |h| among the lengths of `table`, per entry.
    pub places: Vec<f32>,
}

impl Problem {
    /// Builds the tables; `coefficient` and `key` are asked for each entry. `key` is
    /// a number of the reflection that does not depend on the grid. `atoms` is the expected number of
    /// non-hydrogen atoms in the P1 cell (at least 1 is used).
    pub fn new(
        layout: Layout,
        atoms: f32,
        mut coefficient: impl FnMut([i32; 3]) -> Coefficient,
        mut key: impl FnMut([i32; 3]) -> u32,
    ) -> Self {
        let entries: Vec<(Coefficient, u32)> = layout.indices().map(|k| (coefficient(k), key(k))).collect();
        Self::of_entries(layout, atoms, &entries)
    }

    /// The same from coefficients and keys in layout order, one for each entry.
    pub fn of_entries(layout: Layout, atoms: f32, entries: &[(Coefficient, u32)]) -> Self {
        debug_assert_eq!(entries.len(), layout.len());
        let sound = |(e, f): (f32, f32)| e >= 0.0 && f >= 0.0 && e.is_finite() && f.is_finite();
        debug_assert!(entries.iter().all(|(c, _)| usize::from(c.shell) < SHELLS && c.measured.is_none_or(sound)));
        let e: Vec<f32> = entries.iter().map(|(c, _)| c.measured.map_or(UNMEASURED, |(e, _)| e)).collect();
        let sqrt_ef = entries.iter().map(|(c, _)| c.measured.map_or(UNMEASURED, |(e, f)| (e * f).sqrt())).collect();
        let shell = entries.iter().map(|(c, _)| c.shell.min(SHELLS as u8 - 1)).collect();
        let keys = entries.iter().map(|(_, key)| *key).collect();
        let mut sorted_e: Vec<f32> = e.iter().copied().filter(|&e| e >= 0.0).collect();
        sorted_e.sort_by(f32::total_cmp);
        let atoms = atoms.max(1.0);
        let reshaping = Reshaping::new(2.0 * layout.len() as f64, f64::from(atoms));
        Self { layout, e, sqrt_ef, shell, sorted_e, atoms, keys, reshaping, pairs: None }
    }

    /// The same for atoms that keep the distances of light ones: `lengths` are |h| of the entries (1/Å; whatever for an
    /// entry that is no reflection). Without them the pair prior is the reshaped posterior.
    #[must_use]
    pub fn with_distances(self, lengths: &[f32]) -> Self {
        debug_assert_eq!(lengths.len(), self.layout.len());
        let longest = lengths.iter().copied().fold(f32::MIN_POSITIVE, f32::max);
        let table = PairTable::new(self.sphere() as f64, f64::from(self.atoms), f64::from(longest).recip());
        let places = lengths.iter().map(|length| length / longest * LENGTHS as f32).collect();
        Self { pairs: Some(Pairs { table, places }), ..self }
    }

    /// The layout of the entries.
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Targets of the amplitude step per entry; negative: keep the calculated value.
    pub fn targets(&self, amplitudes: Amplitudes) -> &[f32] {
        match amplitudes {
            Amplitudes::E => &self.e,
            Amplitudes::SqrtEF => &self.sqrt_ef,
        }
    }

    /// |E| per entry; negative where unmeasured.
    pub fn e(&self) -> &[f32] {
        &self.e
    }

    /// Resolution shell per entry.
    pub fn shell(&self) -> &[u8] {
        &self.shell
    }

    /// Random-number key per entry.
    pub fn keys(&self) -> &[u32] {
        &self.keys
    }

    /// Expected non-hydrogen atoms in the P1 cell.
    pub fn atoms(&self) -> f32 {
        self.atoms
    }

    /// Reflections of the full sphere, measured or not, 0 0 0 left out.
    pub fn sphere(&self) -> usize {
        2 * self.layout.len()
    }

    /// Slope and offset of the reshaped posterior.
    pub fn reshaping(&self) -> &Reshaping {
        &self.reshaping
    }

    /// What the pair prior needs, where atoms keep the distances that it knows.
    pub fn pairs(&self) -> Option<&Pairs> {
        self.pairs.as_ref()
    }

    /// Number of measured entries (half sphere).
    pub fn measured_count(&self) -> usize {
        self.sorted_e.len()
    }

    /// |E| below which at least the given share of the measured reflections lies; 0 for a share of 0. Where more than
    /// that share is tied at the bottom (negative intensities and absences all have E = 0), the whole tie lies below.
    pub fn e_quantile(&self, share: f32) -> f32 {
        if share <= 0.0 || self.sorted_e.is_empty() {
            return 0.0;
        }
        let rank = (share * self.sorted_e.len() as f32) as usize;
        let value = self.sorted_e[rank.min(self.sorted_e.len() - 1)];
        let lowest = self.sorted_e[0];
        if value > lowest {
            return value;
        }
        let above = self.sorted_e.partition_point(|&e| e <= lowest);
        self.sorted_e.get(above).copied().unwrap_or(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_beyond_the_weak_share_are_all_weak() {
        let layout = Layout::new([24, 24, 24], (-9..=9).flat_map(|x| (-9..=9).map(move |y| [x, y, 1]))).unwrap();
        // Three of ten reflections are tied at E = 0, the others differ.
        let e = |k: [i32; 3]| {
            let n = (k[0] * 19 + k[1]).rem_euclid(361);
            if n % 10 < 3 { 0.0 } else { 0.5 + n as f32 / 361.0 }
        };
        let problem =
            Problem::new(layout, 10.0, |k| Coefficient { measured: Some((e(k), e(k))), shell: 0 }, |k| k[0] as u32);
        let weak = |share| problem.e().iter().filter(|&&e| e < problem.e_quantile(share)).count();
        assert!(weak(WEAK_SHARE) * 10 >= problem.measured_count() * 2, "{} weak", weak(WEAK_SHARE));
        assert_eq!(weak(0.0), 0);
        let half = weak(0.5) as f32 / problem.measured_count() as f32;
        assert!((half - 0.5).abs() < 0.02, "{half}");
    }
}
