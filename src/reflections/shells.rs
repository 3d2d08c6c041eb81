//! Resolution shells: counts, completeness and quality by resolution.

use super::MergedReflection;
use super::merge::{Spread, r_int};
use crate::crystal::{Cell, Hkl, SpaceGroup};
use crate::error::{Error, Result};

/// Number of shells in a listing, as in the tables of SHELXT and XPREP; small lists get fewer.
pub const LISTED_SHELLS: usize = 10;

/// Fewest theoretical reflections that make a line of the table.
const FEWEST_PER_SHELL: usize = 20;

/// Most lattice points of the resolution sphere that are enumerated. Four times lysozyme at 0.6 Å; beyond it a
/// single misread index has made the sphere, and the phasing grid would not fit in memory either.
const MOST_LATTICE_POINTS: f64 = 5e7;

/// One resolution shell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shell {
    /// Low-resolution border, Å.
    pub d_max: f64,
    /// High-resolution border, Å.
    pub d_min: f64,
    /// Unique reflections measured.
    pub n_unique: usize,
    /// Unique reflections that exist in the Laue group, absences left out.
    pub n_theoretical: usize,
    /// Measured over existing.
    pub completeness: f64,
    /// Rows per unique reflection.
    pub redundancy: f64,
    /// ⟨I⟩ on the file's scale.
    pub mean_intensity: f64,
    /// ⟨I/σ⟩ of the merged reflections.
    pub mean_i_over_sigma: f64,
    /// R_int of the shell; `None` without multiple measurements.
    pub r_int: Option<f64>,
}

/// The resolution table of a data set.
#[derive(Debug, Clone, PartialEq)]
pub struct ShellTable {
    /// Highest resolution measured, Å.
    pub d_min: f64,
    /// Completeness to `d_min` in the Laue group, absences left out.
    pub completeness: f64,
    /// Shells of equal reciprocal volume, low resolution first.
    pub shells: Vec<Shell>,
}

/// Makes the table of merged reflections; `spreads` run beside `reflections` (see `Merged`).
///
/// # Errors
/// `Error::Unusable` when a reflection lies at a resolution that no crystal reaches.
pub fn shell_table(
    reflections: &[MergedReflection],
    spreads: &[Spread],
    cell: &Cell,
    group: &SpaceGroup,
) -> Result<ShellTable> {
    let d_star_sq: Vec<f64> = reflections.iter().map(|r| cell.d_star_sq(r.hkl)).collect();
    let (largest, hkl) = d_star_sq
        .iter()
        .zip(reflections)
        .map(|(s, r)| (*s, r.hkl))
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, [0; 3]));
    if largest <= 0.0 {
        return Err(Error::unusable("there are no reflections", "check the .hkl file"));
    }
    let theory = theoretical(cell, group, largest, hkl)?;
    let n_shells = (theory.len() / FEWEST_PER_SHELL).clamp(1, LISTED_SHELLS);
    // Equal volumes of reciprocal space: s³ in equal steps.
    let shell_of = |s: f64| (((s / largest).powf(1.5) * n_shells as f64) as usize).min(n_shells - 1);
    let border = |i: usize| (largest * (i as f64 / n_shells as f64).powf(2.0 / 3.0)).sqrt().recip();
    let mut sums = vec![Sums::default(); n_shells];
    for s in &theory {
        if let Some(sum) = sums.get_mut(shell_of(*s)) {
            sum.theoretical += 1;
        }
    }
    for ((s, reflection), spread) in d_star_sq.iter().zip(reflections).zip(spreads) {
        if let Some(sum) = sums.get_mut(shell_of(*s)) {
            sum.add(reflection, *spread);
        }
    }
    let lowest = d_star_sq.iter().copied().fold(f64::INFINITY, f64::min).sqrt().recip();
    let shells = sums
        .iter()
        .enumerate()
        .map(|(i, sum)| sum.shell(if i == 0 { lowest } else { border(i) }, border(i + 1)))
        .collect();
    let completeness = reflections.len() as f64 / theory.len().max(1) as f64;
    Ok(ShellTable { d_min: largest.sqrt().recip(), completeness, shells })
}

/// 1/d² of every unique reflection of the Laue group inside the sphere that is not extinct.
fn theoretical(cell: &Cell, group: &SpaceGroup, largest: f64, farthest: Hkl) -> Result<Vec<f64>> {
    let d_min = largest.sqrt().recip();
    // Volume of the sphere over the volume of a reciprocal cell.
    let points = 4.0 / 3.0 * std::f64::consts::PI * cell.volume / d_min.powi(3);
    if points > MOST_LATTICE_POINTS {
        let [h, k, l] = farthest;
        return Err(Error::unusable(
            format!("reflection {h} {k} {l} would lie at d = {d_min:.3} Å, which no crystal reaches"),
            "check the cell and the columns of the .hkl file",
        ));
    }
    // One part in 10⁹ for the rounding of the outermost reflection itself.
    let limit = largest * (1.0 + 1e-9);
    // Representatives are the largest of their class: all lie in the half-sphere.
    let unique = |hkl: &Hkl| group.laue_representative(*hkl) == *hkl && !group.classify(*hkl).absent;
    Ok(cell.half_sphere(limit).filter(unique).map(|hkl| cell.d_star_sq(hkl)).collect())
}

#[derive(Clone, Default)]
struct Sums {
    theoretical: usize,
    unique: usize,
    rows: f64,
    intensity: f64,
    ratio: f64,
    spreads: Vec<Spread>,
}

impl Sums {
    fn add(&mut self, reflection: &MergedReflection, spread: Spread) {
        self.unique += 1;
        self.rows += f64::from(reflection.redundancy);
        self.intensity += reflection.intensity;
        self.ratio += reflection.intensity / reflection.sigma;
        self.spreads.push(spread);
    }

    fn shell(&self, d_max: f64, d_min: f64) -> Shell {
        let n = self.unique.max(1) as f64;
        Shell {
            d_max,
            d_min,
            n_unique: self.unique,
            n_theoretical: self.theoretical,
            completeness: self.unique as f64 / self.theoretical.max(1) as f64,
            redundancy: self.rows / n,
            mean_intensity: self.intensity / n,
            mean_i_over_sigma: self.ratio / n,
            r_int: r_int(&self.spreads),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;
    use std::collections::BTreeSet;

    #[test]
    fn a_complete_sphere_is_complete_and_a_half_one_half() {
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 95.0, 90.0]).unwrap();
        let group = SpaceGroup::from_latt_symm(1, &[SymOp::parse("-x, 1/2+y, 1/2-z").unwrap()]).unwrap();
        let mut unique = BTreeSet::new();
        for h in -9..=9 {
            for k in -10..=10 {
                for l in -12..=12 {
                    let hkl = [h, k, l];
                    if hkl != [0; 3] && cell.d_spacing(hkl) >= 0.8 && !group.classify(hkl).absent {
                        unique.insert(group.laue_representative(hkl));
                    }
                }
            }
        }
        let all: Vec<MergedReflection> = unique
            .into_iter()
            .map(|hkl| MergedReflection { hkl, intensity: 4.0, sigma: 2.0, redundancy: 3, epsilon: 1, centric: false })
            .collect();
        let spreads = vec![Spread { deviation: 1.0, intensity: 10.0 }; all.len()];
        let table = shell_table(&all, &spreads, &cell, &group).unwrap();
        assert!((table.completeness - 1.0).abs() < 1e-12, "{}", table.completeness);
        assert_eq!(table.shells.len(), LISTED_SHELLS);
        for shell in &table.shells {
            assert_eq!(shell.n_unique, shell.n_theoretical);
            assert!((shell.mean_i_over_sigma - 2.0).abs() < 1e-12 && (shell.redundancy - 3.0).abs() < 1e-12);
            assert!((shell.r_int.unwrap() - 0.1).abs() < 1e-12);
        }
        let half: Vec<MergedReflection> = all.iter().step_by(2).copied().collect();
        let table = shell_table(&half, &spreads, &cell, &group).unwrap();
        assert!((table.completeness - 0.5).abs() < 0.02, "{}", table.completeness);
    }

    #[test]
    fn a_resolution_that_cannot_be_is_refused() {
        let cell = Cell::new([20.0; 3], [90.0; 3]).unwrap();
        let far = MergedReflection {
            hkl: [30_000, 0, 0],
            intensity: 1.0,
            sigma: 1.0,
            redundancy: 1,
            epsilon: 1,
            centric: false,
        };
        let error = shell_table(&[far], &[Spread::default()], &cell, &SpaceGroup::p1()).unwrap_err();
        assert!(error.to_string().contains("no crystal reaches"));
    }
}
