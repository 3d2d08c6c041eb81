//! Merging equivalents in the Laue group; systematic absences.

use super::{MergedReflection, RawReflection};
use crate::crystal::{Cell, SpaceGroup};
use crate::error::{Error, Result};

/// Fewer unique reflections than this fix no structure. Diamond and tungsten to 0.7 Å have 7 and 11 and are solved; how many there are in P1, where phasing
/// works, is asked by `solve`.
pub const FEWEST_UNIQUE: usize = 6;

/// A systematic absence above this many standard uncertainties counts as observed.
pub const STRONG_SIGMAS: f64 = 3.0;

/// Rows without uncertainty in a list that has none at all: 5 % of the intensity, a usual R_merge, …
const ASSUMED_RELATIVE_SIGMA: f64 = 0.05;
/// … and 1 % of the mean intensity, so that weak rows do not get infinite weight.
const ASSUMED_SIGMA_FLOOR: f64 = 0.01;

/// How far the rows of one unique reflection lie from their mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Spread {
    /// Σ|I − ⟨I⟩| over the rows, 0 for a single row.
    pub deviation: f64,
    /// ΣI over the same rows, 0 for a single row.
    pub intensity: f64,
}

/// What merging found.
#[derive(Debug, Clone, PartialEq)]
pub struct MergeReport {
    /// Rows read.
    pub n_rows: usize,
    /// Unique reflections kept: Laue group, absences left out.
    pub n_unique: usize,
    /// R_int = Σ|I − ⟨I⟩| / ΣI over reflections measured more than once; `None` when there are none.
    pub r_int: Option<f64>,
    /// Rows that R_int is made of.
    pub n_rows_in_r_int: usize,
    /// R_σ = Σσ(⟨I⟩) / Σ⟨I⟩.
    pub r_sigma: f64,
    /// Rows per unique reflection.
    pub mean_redundancy: f64,
    /// Systematic absences.
    pub absences: AbsenceReport,
    /// Rows whose uncertainty had to be estimated.
    pub n_rows_without_sigma: usize,
}

/// The systematic absences of the given space group among the data.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct AbsenceReport {
    /// Rows dropped.
    pub n_rows: usize,
    /// Unique reflections dropped.
    pub n_unique: usize,
    /// Those above 3σ.
    pub n_strong: usize,
    /// ⟨I/σ⟩ of the unique ones, 0 without any.
    pub mean_i_over_sigma: f64,
    /// ⟨I⟩ of the absent ones over ⟨I⟩ of all others: near 1 when the absences are not real.
    pub relative_intensity: f64,
}

/// Unique reflections and how they came about.
#[derive(Debug, Clone, PartialEq)]
pub struct Merged {
    /// Sorted by 1/d, then by index.
    pub reflections: Vec<MergedReflection>,
    /// Spread of the rows of each, in the same order.
    pub spreads: Vec<Spread>,
    /// Totals.
    pub report: MergeReport,
}

/// Merges rows in the Laue group (Friedel mates included) with weights 1/σ². The uncertainty of a mean is the
/// larger of (Σ1/σ²)^−½ and Σ|I − ⟨I⟩| / (n√(n−1)), as in SHELXL. Rows with σ ≤ 0 get the larger of the list's
/// median σ and its median σ/I times their intensity. 0 0 0 is left out.
///
/// # Errors
/// `Error::Unusable` when fewer than 50 unique reflections remain or no intensity is positive.
pub fn merge(rows: &[RawReflection], cell: &Cell, group: &SpaceGroup) -> Result<Merged> {
    let substitute = SigmaSubstitute::of(rows);
    let mut keyed: Vec<([i32; 3], usize)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.hkl != [0, 0, 0])
        .map(|(i, row)| (group.laue_representative(row.hkl), i))
        .collect();
    keyed.sort_unstable();
    let mut unique: Vec<(f64, MergedReflection, Spread)> = Vec::new();
    let mut absent = Absences::default();
    let mut n_rows_in_r_int = 0;
    for chunk in keyed.chunk_by(|a, b| a.0 == b.0) {
        let Some(&(hkl, _)) = chunk.first() else { continue };
        let observations: Vec<(f64, f64)> = chunk
            .iter()
            .filter_map(|&(_, i)| rows.get(i))
            .map(|row| (row.intensity, if row.sigma > 0.0 { row.sigma } else { substitute.sigma(row.intensity) }))
            .collect();
        let (intensity, sigma, spread) = mean(&observations);
        let class = group.classify(hkl);
        if class.absent {
            absent.add(chunk.len(), intensity, sigma);
            continue;
        }
        if chunk.len() > 1 {
            n_rows_in_r_int += chunk.len();
        }
        let redundancy = u32::try_from(chunk.len()).unwrap_or(u32::MAX);
        let (epsilon, centric) = (class.epsilon, class.centric);
        let merged = MergedReflection { hkl, intensity, sigma, redundancy, epsilon, centric };
        unique.push((cell.d_star_sq(hkl), merged, spread));
    }
    unique.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.hkl.cmp(&b.1.hkl)));
    let reflections: Vec<MergedReflection> = unique.iter().map(|u| u.1).collect();
    let spreads: Vec<Spread> = unique.iter().map(|u| u.2).collect();
    check(&reflections)?;
    let total: f64 = reflections.iter().map(|r| r.intensity).sum();
    let report = MergeReport {
        n_rows: rows.len(),
        n_unique: reflections.len(),
        r_int: r_int(&spreads),
        n_rows_in_r_int,
        r_sigma: reflections.iter().map(|r| r.sigma).sum::<f64>() / total,
        mean_redundancy: reflections.iter().map(|r| f64::from(r.redundancy)).sum::<f64>() / reflections.len() as f64,
        absences: absent.report(total / reflections.len() as f64),
        n_rows_without_sigma: rows.iter().filter(|r| r.sigma <= 0.0).count(),
    };
    Ok(Merged { reflections, spreads, report })
}

/// Σ|I − ⟨I⟩| / ΣI; `None` without multiple measurements.
pub fn r_int(spreads: &[Spread]) -> Option<f64> {
    let deviation: f64 = spreads.iter().map(|s| s.deviation).sum();
    let intensity: f64 = spreads.iter().map(|s| s.intensity).sum();
    (intensity > 0.0).then(|| deviation / intensity)
}

/// Refuses lists that cannot be phased at all.
fn check(reflections: &[MergedReflection]) -> Result<()> {
    if reflections.len() < FEWEST_UNIQUE {
        return Err(Error::unusable(
            format!(
                "only {} unique reflections remain after merging, at least {FEWEST_UNIQUE} are needed",
                reflections.len()
            ),
            "check that the .hkl file is complete and belongs to this cell",
        ));
    }
    let squares: f64 = reflections.iter().map(|r| r.intensity * r.intensity).sum();
    if !squares.is_finite() {
        return Err(Error::unusable(
            "the intensities are too large to calculate with",
            "check the columns of the .hkl file, or scale it down on the HKLF card",
        ));
    }
    if reflections.iter().map(|r| r.intensity).sum::<f64>() <= 0.0 {
        return Err(Error::unusable(
            "the intensities are all zero or sum to nothing",
            "check that the columns of the .hkl file hold h k l F² σ in that order",
        ));
    }
    Ok(())
}

/// Weighted mean of (I, σ) pairs, its uncertainty and the spread.
pub(super) fn mean(observations: &[(f64, f64)]) -> (f64, f64, Spread) {
    if let [(intensity, sigma)] = observations {
        return (*intensity, *sigma, Spread::default());
    }
    // Relative to the best row, so that no weight overflows however small an uncertainty is.
    let best = observations.iter().map(|(_, s)| *s).fold(f64::INFINITY, f64::min);
    let weight = |s: f64| (best / s).powi(2);
    let weights: f64 = observations.iter().map(|(_, s)| weight(*s)).sum();
    let average = observations.iter().map(|(i, s)| i * weight(*s)).sum::<f64>() / weights;
    let n = observations.len() as f64;
    let deviation: f64 = observations.iter().map(|(i, _)| (i - average).abs()).sum();
    let from_scatter = deviation / (n * (n - 1.0).sqrt());
    let spread = Spread { deviation, intensity: observations.iter().map(|(i, _)| i).sum() };
    (average, (best / weights.sqrt()).max(from_scatter), spread)
}

/// σ for rows that come without.
pub(super) struct SigmaSubstitute {
    absolute: f64,
    relative: f64,
}

impl SigmaSubstitute {
    pub(super) fn of(rows: &[RawReflection]) -> Self {
        let absolute = median(rows.iter().filter(|r| r.sigma > 0.0).map(|r| r.sigma).collect());
        let relative = median(
            rows.iter()
                .filter(|r| r.sigma > 0.0 && r.intensity > STRONG_SIGMAS * r.sigma)
                .map(|r| r.sigma / r.intensity)
                .collect(),
        );
        let scale = rows.iter().map(|r| r.intensity.abs()).sum::<f64>() / rows.len().max(1) as f64;
        // A list of nothing but zeros is refused later; until then σ must not be zero.
        let floor = if scale > 0.0 { ASSUMED_SIGMA_FLOOR * scale } else { 1.0 };
        Self { absolute: absolute.unwrap_or(floor), relative: relative.unwrap_or(ASSUMED_RELATIVE_SIGMA) }
    }

    pub(super) fn sigma(&self, intensity: f64) -> f64 {
        self.absolute.max(self.relative * intensity.abs())
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[derive(Default)]
struct Absences {
    rows: usize,
    unique: usize,
    strong: usize,
    ratio: f64,
    intensity: f64,
}

impl Absences {
    fn add(&mut self, rows: usize, intensity: f64, sigma: f64) {
        self.rows += rows;
        self.unique += 1;
        self.strong += usize::from(intensity > STRONG_SIGMAS * sigma);
        self.ratio += intensity / sigma;
        self.intensity += intensity;
    }

    fn report(&self, mean_of_others: f64) -> AbsenceReport {
        let n = self.unique.max(1) as f64;
        AbsenceReport {
            n_rows: self.rows,
            n_unique: self.unique,
            n_strong: self.strong,
            mean_i_over_sigma: self.ratio / n,
            relative_intensity: self.intensity / n / mean_of_others,
        }
    }
}

#[cfg(test)]
#[path = "merge_tests.rs"]
mod tests;
