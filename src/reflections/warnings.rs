//! Puts into plain words what looks wrong with a data set, and what to do.

use super::dataset::CrystalHeader;
use super::statistics::FEWEST_FOR_STATISTICS;
use super::{IntensityStatistics, MergeReport, ShellTable, WilsonPlot};
use crate::crystal::Radiation;
use crate::error::Error;

/// R_int above this is not met in data of the right Laue group; electron diffraction reaches 0.39.
const ABSURD_R_INT: f64 = 0.4;
/// Rows that R_int must rest on before it counts as evidence.
const ROWS_FOR_R_INT: usize = 100;
/// Completeness below this is worth a word; a diamond anvil cell or one tilt of a grid can leave less.
const LOW_COMPLETENESS: f64 = 0.5;
/// A list of another cell mostly leaves out most of what this cell asks for.
const ABSURD_COMPLETENESS: f64 = 0.2;
/// Nothing can be solved from less than this share, whatever the reason.
const HOPELESS_COMPLETENESS: f64 = 0.1;
/// d_min may undercut λ/2 by rounding of the wavelength, not by more.
const LEAST_D_OVER_HALF_WAVELENGTH: f64 = 0.98;
/// Absences count as violated when this share of them is above 3σ …
const STRONG_ABSENCE_SHARE: f64 = 0.3;
/// … and they are at least this many …
const FEWEST_STRONG_ABSENCES: usize = 3;
/// … and they have this share of the intensity of the others. Multiple scattering stays below, electrons apart.
const STRONG_ABSENCE_INTENSITY: f64 = 0.15;
/// Nearly all absences as strong as anything else: no screw, glide or centring of the group is in the data. Together
/// with a list this incomplete the cell itself is another.
const ABSURD_ABSENCE_SHARE: f64 = 0.7;
const ABSURD_ABSENCE_INTENSITY: f64 = 0.5;
const FEWEST_ABSURD_ABSENCES: usize = 20;
const INCOMPLETE_BESIDE_ABSENCES: f64 = 0.7;
/// A B this negative (Å²) means that intensities rise with resolution.
const NEGATIVE_B: f64 = -0.5;
/// A moment over its Wilson value in this range counts as agreeing with it: pseudo-symmetry raises it more easily
/// than anything lowers it.
const AGREEING_MOMENT: std::ops::Range<f64> = 0.75..1.4;

/// A perfect twin of an acentric crystal has ⟨|E²−1|⟩ 0.541; untwinned ones are met down to 0.68 …
const TWIN_E2_MINUS_1: f64 = 0.65;
/// … and has 0.75 of the moment of an untwinned one.
const TWIN_MOMENT_RATIO: f64 = 0.9;
/// Centrosymmetric groups whose ⟨|E²−1|⟩ is as low as an acentric one's: no centre, or a twin.
const CENTRELESS_E2_MINUS_1: f64 = 0.75;
/// Groups without a centre whose ⟨|E²−1|⟩ is as high as a centric one's. Pseudo-symmetric heavy atoms reach 0.86.
const CENTRED_E2_MINUS_1: f64 = 0.93;

/// What the warnings are drawn from.
pub(super) struct Evidence<'a> {
    pub header: &'a CrystalHeader,
    pub merge: &'a MergeReport,
    pub shells: &'a ShellTable,
    pub wilson: Option<&'a WilsonPlot>,
    pub statistics: &'a IntensityStatistics,
}

impl Evidence<'_> {
    /// Refuses a list that cannot belong to this cell: nearly nothing of what the cell asks for is there, or two
    /// independent signs say so, one of them about which indices there are. (Intensities alone, however
    /// contradictory, are no reason: they only make the structure insoluble.)
    pub fn refusal(&self) -> Option<Error> {
        let indices = [self.beyond_the_limit(), self.shells.completeness < ABSURD_COMPLETENESS];
        let intensities = [self.absurd_r_int().is_some(), self.violated_absences()];
        let count = |signs: &[bool]| signs.iter().filter(|s| **s).count();
        let two_signs = count(&indices) > 0 && count(&indices) + count(&intensities) > 1;
        let wrong_cell = two_signs || self.no_absence_holds();
        (wrong_cell || self.shells.completeness < HOPELESS_COMPLETENESS).then(|| {
            let signs = [self.resolution(), self.r_int(), self.completeness(), self.absences()];
            let what: Vec<String> = signs.into_iter().flatten().collect();
            Error::unusable(
                format!("the reflections do not belong to this cell and space group: {}", what.join("; ")),
                "give the .hkl that was measured with this cell, or correct CELL, LATT and SYMM",
            )
        })
    }

    /// All warnings, the gravest first.
    pub fn warnings(&self) -> Vec<String> {
        let of_group = [self.absences(), self.centre().filter(|_| self.moments().is_none())];
        self.whatever_the_group().into_iter().chain(of_group.into_iter().flatten()).collect()
    }

    /// Those that hold for any space group of the Laue class, the gravest first.
    pub fn whatever_the_group(&self) -> Vec<String> {
        let all = [self.resolution(), self.r_int(), self.completeness(), self.wilson(), self.moments()];
        all.into_iter().flatten().collect()
    }

    fn beyond_the_limit(&self) -> bool {
        self.shells.d_min < LEAST_D_OVER_HALF_WAVELENGTH * 0.5 * self.header.wavelength
    }

    fn absurd_r_int(&self) -> Option<f64> {
        self.merge.r_int.filter(|r| *r > ABSURD_R_INT && self.merge.n_rows_in_r_int >= ROWS_FOR_R_INT)
    }

    fn violated_absences(&self) -> bool {
        let a = self.merge.absences;
        let share = a.n_strong as f64 / a.n_unique.max(1) as f64;
        a.n_strong >= FEWEST_STRONG_ABSENCES
            && share > STRONG_ABSENCE_SHARE
            && a.relative_intensity > STRONG_ABSENCE_INTENSITY
    }

    /// A list with gaps in which no absence holds.
    fn no_absence_holds(&self) -> bool {
        let a = self.merge.absences;
        a.n_unique >= FEWEST_ABSURD_ABSENCES
            && a.n_strong as f64 > ABSURD_ABSENCE_SHARE * a.n_unique as f64
            && a.relative_intensity > ABSURD_ABSENCE_INTENSITY
            && self.shells.completeness < INCOMPLETE_BESIDE_ABSENCES
    }

    fn resolution(&self) -> Option<String> {
        let (d_min, half) = (self.shells.d_min, 0.5 * self.header.wavelength);
        self.beyond_the_limit().then(|| {
            format!(
                "d_min {d_min:.2} Å is beyond λ/2 = {half:.2} Å, which cannot be measured: \
                 the wavelength or the cell on CELL is wrong, or the .hkl belongs to another cell"
            )
        })
    }

    fn r_int(&self) -> Option<String> {
        self.absurd_r_int().map(|r_int| {
            format!(
                "R_int is {r_int:.2}: the Laue group is too high, or the .hkl belongs to another cell or setting; \
                 check CELL, LATT and SYMM, or try a lower symmetry"
            )
        })
    }

    fn completeness(&self) -> Option<String> {
        let percent = 100.0 * self.shells.completeness;
        (self.shells.completeness < LOW_COMPLETENESS).then(|| {
            format!(
                "only {percent:.0} % of the reflections to {:.2} Å are there: the cell is too large, the .hkl belongs to \
                 another cell, or much of the data is missing",
                self.shells.d_min
            )
        })
    }

    fn absences(&self) -> Option<String> {
        let a = self.merge.absences;
        self.violated_absences().then(|| {
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
        let fits = |moment: f64| AGREEING_MOMENT.contains(&(moment / expected));
        // Amplitudes have 0.64 (4/π of 2) or 0.52 (π/2 of 3) of the expected moment, squares 3 or 3.9 times it.
        let (amplitude_limit, square_limit) = if expected > 2.5 { (0.62, 2.7) } else { (0.69, 2.3) };
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
        let twinned = expected < 2.5 && ratio < TWIN_MOMENT_RATIO && s.mean_e2_minus_1 < TWIN_E2_MINUS_1;
        twinned.then(|| {
            format!(
                "⟨|E²−1|⟩ is {:.2} where {:.2} is expected and ⟨I²⟩/⟨I⟩² {:.2}: the crystal may be twinned; if so, \
                 detwin the data or expect fewer correct phases",
                s.mean_e2_minus_1, s.expected_e2_minus_1, s.second_moment
            )
        })
    }

    /// ⟨|E²−1|⟩ of the other kind of group. Dynamical scattering of electrons fills up the weak reflections of a
    /// centrosymmetric crystal, so there it says nothing.
    fn centre(&self) -> Option<String> {
        let s = self.statistics;
        if s.n_used < FEWEST_FOR_STATISTICS || self.header.radiation == Radiation::Electron {
            return None;
        }
        let centro = self.header.space_group.is_centrosymmetric();
        let found = format!("⟨|E²−1|⟩ is {:.2} where {:.2} is expected", s.mean_e2_minus_1, s.expected_e2_minus_1);
        if centro && s.mean_e2_minus_1 < CENTRELESS_E2_MINUS_1 {
            return Some(format!(
                "{found} for a centrosymmetric group: the structure may have no centre, or be twinned; \
                 if solving fails, try the group without the inversion"
            ));
        }
        (!centro && s.mean_e2_minus_1 > CENTRED_E2_MINUS_1).then(|| {
            format!(
                "{found} for a group without a centre: the structure may be centrosymmetric, or nearly so; \
                 check for a group with an inversion"
            )
        })
    }
}

#[cfg(test)]
#[path = "warnings_tests.rs"]
mod tests;
