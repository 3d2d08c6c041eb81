//! The front door: few names, and what is solved from arrays is what is solved from files.

use std::collections::BTreeSet;
use std::path::Path;

/// Names at the root of the crate at most.
const MOST_NAMES: usize = 40;

/// The names that the documented `pub use` lines and modules of a root bring.
fn names(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut hidden = false;
    let mut add = |name: &str| assert!(found.insert(name.trim().to_owned()), "{name} stands twice");
    for line in text.lines() {
        if let Some(path) = line.strip_prefix("pub use ").and_then(|rest| rest.strip_suffix(';')) {
            match path.split_once('{') {
                Some((_, group)) => group.trim_end_matches('}').split(',').for_each(&mut add),
                None => path.rsplit("::").take(1).for_each(&mut add),
            }
        } else if let Some(module) = line.strip_prefix("pub mod ") {
            if !hidden {
                add(module);
            }
        } else if line.starts_with("pub ") {
            panic!("another public item: {line}");
        }
        hidden = line == "#[doc(hidden)]";
    }
    found
}

#[test]
fn the_root_has_few_names_and_says_what_each_is_for() {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).unwrap();
    let names = names(&text);
    assert!((30..=MOST_NAMES).contains(&names.len()), "{} names: {names:?}", names.len());
    let table: Vec<&str> = text.lines().filter(|line| line.starts_with("//! | ")).collect();
    for name in names {
        let told = [format!("[`{name}`]"), format!("[`{name}()`]")];
        assert!(told.iter().any(|link| table.iter().any(|row| row.contains(link))), "{name} has no row in the table");
    }
    assert_eq!(
        names_of("pub use a::{B, c};\n#[doc(hidden)]\npub mod d;\npub mod e;\npub use f::G;"),
        ["B", "G", "c", "e;"]
    );
}

fn names_of(text: &str) -> Vec<String> {
    names(text).into_iter().collect()
}

#[cfg(feature = "formats")]
mod arrays {
    use seedflip::{Crystal, Error, Options, Outcome, Seeds, Solver, solve};
    use std::path::Path;

    fn file(name: &str) -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
    }

    fn r1(outcome: &Outcome) -> f64 {
        outcome.structures()[0].r1()
    }

    #[test]
    fn arrays_give_what_files_give() {
        let read = Crystal::read(&file("ethyldeoxycytidine.ins")).unwrap();
        let data = read.data();
        let made = Crystal::new(data.header.clone(), data.rows.clone()).unwrap();
        assert_eq!(made.data(), data);
        let [a, b] = [&read, &made].map(|crystal| solve(crystal, &Options::default()).unwrap());
        assert!(a.is_solved() && b.is_solved());
        assert_eq!((a.probability(), r1(&a), a.space_group()), (b.probability(), r1(&b), b.space_group()));
        assert_eq!(a.trials(), b.trials());
    }

    #[test]
    fn seeds_from_arrays_are_those_of_a_file_and_phases_are_kept() {
        let crystal = Crystal::read(&file("aspirin.ins")).unwrap();
        let answer = Solver::new(&crystal).space_group("P21/c").run().unwrap();
        let phased = &answer.structures()[0].solution.phases.reflections;
        let known: Vec<_> = phased.iter().filter(|r| r.e > 0.0).take(150).collect();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("seeds.csv");
        let row = |r: &&seedflip::PhasedReflection| {
            let [h, k, l] = r.hkl;
            format!("{h},{k},{l},{:.3}\n", r.phase.to_degrees())
        };
        let rows: String = known.iter().map(row).collect();
        std::fs::write(&path, format!("h,k,l,phase_deg\n{rows}")).unwrap();
        let hkl: Vec<_> = known.iter().map(|r| r.hkl).collect();
        let phases: Vec<f64> =
            known.iter().map(|r| format!("{:.3}", r.phase.to_degrees()).parse::<f64>().unwrap().to_radians()).collect();
        let seeds = [Seeds::in_file(&path), Seeds::from_phases(hkl, phases).unwrap()];
        let options = Options { trials: Some(4), ..Options::default() };
        let [a, b] = [&seeds[0], &seeds[1]]
            .map(|seeds| Solver::new(&crystal).seeds(seeds).options(options).keep_all_phases().run().unwrap());
        assert_eq!(a.trials(), b.trials());
        assert_eq!((a.phases_of_trials().trials.len(), a.probability()), (a.trials().len(), b.probability()));
        assert_eq!(a.phases_of_trials(), b.phases_of_trials());
        // To keep them changes nothing of what is found.
        let without = Solver::new(&crystal).seeds(&seeds[1]).options(options).run().unwrap();
        assert_eq!(without.trials(), b.trials());
    }

    #[test]
    fn what_cannot_be_used_is_refused_in_one_line() {
        let crystal = Crystal::read(&file("aspirin.ins")).unwrap();
        let mut rows = crystal.data().rows.clone();
        rows[3].sigma = f64::NAN;
        let error = Crystal::new(crystal.data().header.clone(), rows).unwrap_err();
        assert!(matches!(error, Error::Unusable { .. }) && error.to_string().starts_with("reflection 3 (from 0)"));
        let error = Solver::new(&crystal).space_group("P 99").run().unwrap_err().to_string();
        assert_eq!(error, "space group P 99: no such space group; write it like P21/n or I 41/a");
        let error = Solver::new(&crystal).wrong(1.5).run().unwrap_err().to_string();
        assert_eq!(error, "1.5 of the seeds cannot be wrong; give a fraction from 0 to 1");
    }
}
