use super::*;
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::AbsenceReport;
use crate::reflections::statistics::{ACENTRIC_E2_MINUS_1, ACENTRIC_SECOND_MOMENT};

struct Case {
    header: CrystalHeader,
    merge: MergeReport,
    shells: ShellTable,
    statistics: IntensityStatistics,
}

/// Flawless acentric data.
fn good() -> Case {
    Case {
        header: CrystalHeader {
            title: String::new(),
            wavelength: 0.71,
            radiation: Radiation::Xray,
            cell: Cell::new([7.0, 8.0, 9.0], [90.0; 3]).unwrap(),
            space_group: SpaceGroup::p1(),
            z: 1.0,
            elements: Vec::new(),
        },
        merge: MergeReport {
            n_rows: 4000,
            n_unique: 1000,
            r_int: Some(0.05),
            n_rows_in_r_int: 4000,
            r_sigma: 0.03,
            mean_redundancy: 4.0,
            absences: AbsenceReport { n_rows: 80, n_unique: 20, ..AbsenceReport::default() },
            n_rows_without_sigma: 0,
        },
        shells: ShellTable { d_min: 0.8, completeness: 0.99, shells: Vec::new() },
        statistics: IntensityStatistics {
            mean_e2_minus_1: 0.74,
            expected_e2_minus_1: ACENTRIC_E2_MINUS_1,
            second_moment: 2.05,
            expected_second_moment: ACENTRIC_SECOND_MOMENT,
            second_moment_of_squares: 6.0,
            second_moment_of_roots: 1.27,
            n_used: 1000,
            fraction_negative: 0.02,
            fraction_weak: 0.1,
        },
    }
}

fn look(change: impl Fn(&mut Case)) -> (Vec<String>, Option<String>) {
    let mut case = good();
    change(&mut case);
    let Case { header, merge, shells, statistics } = &case;
    let evidence = Evidence { header, merge, shells, wilson: None, statistics };
    (evidence.warnings(), evidence.refusal().map(|e| e.to_string()))
}

#[test]
fn good_data_draw_no_warning() {
    assert_eq!(look(|_| ()), (Vec::new(), None));
}

#[test]
fn one_sign_warns_and_two_refuse() {
    let (warnings, refusal) = look(|c| c.merge.r_int = Some(0.6));
    assert!(warnings[0].starts_with("R_int is 0.60") && refusal.is_none());
    let (warnings, refusal) = look(|c| c.shells.d_min = 0.3);
    assert!(warnings[0].contains("beyond λ/2") && refusal.is_none());
    let (_, refusal) = look(|c| {
        c.merge.r_int = Some(0.6);
        c.shells.d_min = 0.3;
    });
    let refusal = refusal.unwrap();
    assert!(
        refusal.contains("R_int is 0.60")
            && refusal.contains("beyond λ/2")
            && refusal.contains("measured with this cell")
    );
    assert!(look(|c| c.shells.completeness = 0.05).1.is_some());
    // Shuffled intensities: contradictory, but with the indices of this cell.
    let shuffled = look(|c| {
        c.merge.r_int = Some(0.7);
        c.merge.absences = AbsenceReport { n_strong: 18, relative_intensity: 0.9, ..c.merge.absences };
    });
    assert!(shuffled.1.is_none() && shuffled.0[1].starts_with("18 of 20 systematic absences"), "{shuffled:?}");
}

#[test]
fn moments_name_amplitudes_squares_twins_and_centres() {
    let moments = |e: f64, second: f64, squares: f64, roots: f64| {
        let (warnings, refusal) = look(|c| {
            c.statistics.mean_e2_minus_1 = e;
            c.statistics.second_moment = second;
            c.statistics.second_moment_of_squares = squares;
            c.statistics.second_moment_of_roots = roots;
        });
        assert!(refusal.is_none() && warnings.len() == 1, "{warnings:?}");
        warnings.concat()
    };
    assert!(moments(0.42, 1.27, 2.0, 1.08).contains("HKLF 3"));
    assert!(moments(1.18, 6.0, 28.0, 2.0).contains("squared intensities, or"));
    assert!(moments(0.55, 1.5, 3.3, 1.15).contains("twinned"));
    assert!(moments(0.97, 2.9, 9.0, 1.55).contains("may be centrosymmetric"));
}
