//! What every reader of seeds does at its end, and checks that several share.

use crate::error::{Error, Result};
use crate::seed::{Knowledge, Seed, SeedList};
use std::f64::consts::{PI, TAU};
use std::path::Path;

/// Fewer phases that are not 0 may all be small by chance.
const ENOUGH_PHASES: usize = 20;

/// Leaves out entries that say nothing; `Err` when no seed is left.
pub(super) fn finish(mut list: SeedList) -> Result<SeedList> {
    let origins = remove(&mut list.sets, |seed| seed.hkl == [0, 0, 0]);
    if origins > 0 {
        list.warnings.push(format!("{origins} entries for 0 0 0 are ignored: its phase is known"));
    }
    let weightless = remove(&mut list.sets, |seed| weight(&seed.knowledge) == Some(0.0));
    if weightless > 0 {
        list.warnings.push(format!("{weightless} entries of weight 0 are ignored"));
    }
    let sets = list.sets.len();
    list.sets.retain(|set| !set.is_empty());
    if list.sets.is_empty() {
        return Err(Error::file(&list.path, "has no seeds", "give at least one reflection with a phase"));
    }
    if list.sets.len() < sets {
        list.warnings.push(format!("{} of {sets} seed sets are empty and left out", sets - list.sets.len()));
    }
    Ok(list)
}

fn remove(sets: &mut [Vec<Seed>], unwanted: impl Fn(&Seed) -> bool) -> usize {
    let mut removed = 0;
    for set in sets {
        let before = set.len();
        set.retain(|seed| !unwanted(seed));
        removed += before - set.len();
    }
    removed
}

fn weight(knowledge: &Knowledge) -> Option<f64> {
    match knowledge {
        Knowledge::Phase { weight, .. } | Knowledge::Bin { weight, .. } => *weight,
        Knowledge::Classes(_) => None,
    }
}

/// Refuses phases given as degrees that all lie within one turn of radians. Whole numbers pass: nobody rounds
/// radians to those.
pub(super) fn degrees(phases: &[f64], path: &Path) -> Result<()> {
    let within = phases.iter().all(|x| x.abs() <= TAU + 1e-3);
    let enough = phases.iter().filter(|x| **x != 0.0).count() >= ENOUGH_PHASES;
    if within && enough && phases.iter().any(|x| x.fract() != 0.0) {
        return Err(Error::file(
            path,
            "all phases lie between -6.28 and 6.28; are they in radians?",
            "convert them to degrees",
        ));
    }
    Ok(())
}

/// Phase of A + iB in radians. Where B is 0 the sign of A decides, that of a printed `-0.00` included.
pub(super) fn phase_of_parts(a: f64, b: f64) -> f64 {
    match (b == 0.0, a.is_sign_negative()) {
        (true, true) => PI,
        (true, false) => 0.0,
        (false, _) => b.atan2(a),
    }
}

/// A fraction of wrong seeds.
pub(super) fn fraction(value: f64) -> Option<f64> {
    Some(value).filter(|x| (0.0..=1.0).contains(x))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Phases of the first set, radians; NaN where something else is known.
    pub fn phases(list: &SeedList) -> Vec<f64> {
        let phase = |seed: &Seed| match seed.knowledge {
            Knowledge::Phase { phase, .. } => phase,
            _ => f64::NAN,
        };
        list.sets[0].iter().map(phase).collect()
    }

    fn seed(hkl: [i32; 3], weight: Option<f64>) -> Seed {
        Seed { hkl, knowledge: Knowledge::Phase { phase: 0.0, weight }, line: None }
    }

    #[test]
    fn entries_that_say_nothing_are_left_out() {
        let mut list = SeedList::new(Path::new("a.csv"), "CSV");
        list.sets = vec![vec![seed([0; 3], None), seed([1, 0, 0], None)], vec![seed([1, 0, 0], Some(0.0))]];
        let finished = finish(list.clone()).unwrap();
        assert_eq!(finished.sets, [[seed([1, 0, 0], None)]]);
        assert_eq!(finished.warnings.len(), 3, "{:?}", finished.warnings);
        list.sets.remove(0);
        assert_eq!(
            finish(list).unwrap_err().to_string(),
            "a.csv: has no seeds; give at least one reflection with a phase"
        );
    }

    #[test]
    fn radians_are_told_from_degrees() {
        let path = Path::new("a");
        let radians: Vec<f64> = (0..30).map(|i| f64::from(i) * 0.2).collect();
        assert!(degrees(&radians, path).unwrap_err().to_string().contains("in radians?"));
        let two_values: Vec<f64> = (0..60).map(|i| f64::from(i % 2) * PI).collect();
        assert!(degrees(&two_values, path).is_err());
        assert!(degrees(&radians[..15], path).is_ok());
        let signs: Vec<f64> = (0..60).map(|i| f64::from(i % 2) * 180.0).collect();
        assert!(degrees(&signs, path).is_ok());
        assert!(degrees(&[0.0; 60], path).is_ok());
        assert!(degrees(&[2.0; 60], path).is_ok());
    }

    #[test]
    fn a_printed_minus_zero_keeps_its_sign() {
        assert_eq!(phase_of_parts(-0.0, 0.0), PI);
        assert_eq!(phase_of_parts(0.0, -0.0), 0.0);
        assert_eq!(phase_of_parts(0.0, 2.0), PI / 2.0);
    }
}
