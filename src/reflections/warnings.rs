//! Puts into plain words what looks wrong with a data set, and what to do.

use super::dataset::CrystalHeader;
use super::statistics::FEWEST_FOR_STATISTICS;
use super::{IntensityStatistics, MergeReport, ShellTable, WilsonPlot};

/// R_int above this is not met in data of the right Laue group; electron diffraction reaches 0.39.
const ABSURD_R_INT: f64 = 0.4;
/// Rows that R_int must rest on before it counts as evidence.
const ROWS_FOR_R_INT: usize = 100;
/// Completeness below this is not met in a data set of the right cell; a diamond anvil cell leaves 30 % and more.
const ABSURD_COMPLETENESS: f64 = 0.2;
/// d_min may undercut λ/2 by rounding of the wavelength, not by more.
const LEAST_D_OVER_HALF_WAVELENGTH: f64 = 0.98;
/// Absences count as violated when this share of them is above 3σ …
const STRONG_ABSENCE_SHARE: f64 = 0.3;
/// … and they have this share of the intensity of the others. Multiple scattering stays below, electrons apart.
const STRONG_ABSENCE_INTENSITY: f64 = 0.15;
/// A B this negative (Å²) means that intensities rise with resolution.
const NEGATIVE_B: f64 = -0.5;
/// How far a moment may lie from the Wilson value, as a fraction of it, to count as agreeing with it.
const MOMENT_TOLERANCE: f64 = 0.2;

/// What the warnings are drawn from.
pub(super) struct Evidence<'a> {
    pub header: &'a CrystalHeader,
    pub merge: &'a MergeReport,
    pub shells: &'a ShellTable,
    pub wilson: Option<&'a WilsonPlot>,
    pub statistics: &'a IntensityStatistics,
}

impl Evidence<'_> {
    /// All warnings, the gravest first.
    pub fn warnings(&self) -> Vec<String> {
        [
            self.resolution(),
            self.r_int(),
            self.completeness(),
            self.absences(),
            self.wilson(),
            self.moments(),
            self.centre(),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn resolution(&self) -> Option<String> {
        let (d_min, half) = (self.shells.d_min, 0.5 * self.header.wavelength);
        (d_min < LEAST_D_OVER_HALF_WAVELENGTH * half).then(|| {
            format!(
                "d_min {d_min:.2} Å is beyond λ/2 = {half:.2} Å, which cannot be measured: \
                 the wavelength or the cell on CELL is wrong, or the .hkl belongs to another cell"
            )
        })
    }

    fn r_int(&self) -> Option<String> {
        let r_int = self.merge.r_int?;
        (r_int > ABSURD_R_INT && self.merge.n_rows_in_r_int >= ROWS_FOR_R_INT).then(|| {
            format!(
                "R_int is {r_int:.2}: the Laue group is too high, or the .hkl belongs to another cell or setting; \
                 check CELL, LATT and SYMM, or try a lower symmetry"
            )
        })
    }

    fn completeness(&self) -> Option<String> {
        let percent = 100.0 * self.shells.completeness;
        (self.shells.completeness < ABSURD_COMPLETENESS).then(|| {
            format!(
                "only {percent:.0} % of the reflections to {:.2} Å are there: the cell is too large, the .hkl belongs to \
                 another cell, or most of the data are missing",
                self.shells.d_min
            )
        })
    }

    fn absences(&self) -> Option<String> {
        let a = self.merge.absences;
        let share = a.n_strong as f64 / a.n_unique.max(1) as f64;
        (a.n_strong > 2 && share > STRONG_ABSENCE_SHARE && a.relative_intensity > STRONG_ABSENCE_INTENSITY).then(|| {
            format!(
                "{} of {} systematic absences are stronger than 3σ (⟨I/σ⟩ {:.1}): the space group or the cell is wrong; \
                 try a group without that screw axis, glide plane or centring",
                a.n_strong, a.n_unique, a.mean_i_over_sigma
            )
        })
    }

    fn wilson(&self) -> Option<String> {
        let plot = self.wilson?;
        (plot.b < NEGATIVE_B && plot.b < -3.0 * plot.sigma_b).then(|| {
            format!(
                "the Wilson plot gives B = {:.1} Å²: the cell or its contents are wrong, or the data are normalised already",
                plot.b
            )
        })
    }

    /// Amplitudes, squares or a twin, by the second moment of the intensities.
    fn moments(&self) -> Option<String> {
        let s = self.statistics;
        if s.n_used < FEWEST_FOR_STATISTICS {
            return None;
        }
        let expected = s.expected_second_moment;
        let fits = |moment: f64| (moment / expected - 1.0).abs() < MOMENT_TOLERANCE;
        // 4/π and π/2 against 2 and 3: amplitudes have 0.64 and 0.52 of the expected moment; perfect twins 0.75 and 0.67.
        let (amplitude_limit, twin_limit, square_limit) =
            if expected > 2.5 { (0.58, 0.58, 2.7) } else { (0.69, 0.82, 2.3) };
        let ratio = s.second_moment / expected;
        let found = format!("⟨I²⟩/⟨I⟩² is {:.2} where {expected:.1} is expected", s.second_moment);
        if ratio < amplitude_limit && fits(s.second_moment_of_squares) {
            return Some(format!("{found}: the numbers look like amplitudes |F|; if so, write HKLF 3 in the .ins"));
        }
        if ratio > square_limit && fits(s.second_moment_of_roots) {
            return Some(format!(
                "{found}: the numbers look like squared intensities, or the structure has a pseudo-translation or heavy atoms \
                 on special positions; check how the .hkl was made"
            ));
        }
        (ratio < twin_limit).then(|| {
            format!(
                "{found}, ⟨|E²−1|⟩ {:.2}: the crystal may be twinned, or a heavy atom dominates; if it is twinned, \
                 detwin the data or expect fewer correct phases",
                s.mean_e2_minus_1
            )
        })
    }

    /// ⟨|E²−1|⟩ of the other kind of group.
    fn centre(&self) -> Option<String> {
        let s = self.statistics;
        if s.n_used < FEWEST_FOR_STATISTICS {
            return None;
        }
        let centro = self.header.space_group.is_centrosymmetric();
        let found = format!("⟨|E²−1|⟩ is {:.2} where {:.2} is expected", s.mean_e2_minus_1, s.expected_e2_minus_1);
        if centro && s.mean_e2_minus_1 < 0.74 {
            return Some(format!(
                "{found} for a centrosymmetric group: the structure may have no centre, or be twinned; \
                 if solving fails, try the group without the inversion"
            ));
        }
        (!centro && s.mean_e2_minus_1 > 0.95).then(|| {
            format!(
                "{found} for a group without a centre: the structure may be centrosymmetric, or nearly so; \
                 check for a group with an inversion"
            )
        })
    }
}
