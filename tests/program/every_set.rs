//! Every seed set by itself: tried as if it were alone, judged by itself, in the record and in a table.

use crate::program::{repository, seedflip};
use seedflip::structure::{SOLVED_CC, Weighting, agreement};
use seedflip::{Crystal, Finished, Options, Outcome, PhasedReflection, Seeds, Solver, TrialsPhases};
use std::collections::HashMap;
use std::path::Path;

/// Reflections of a set.
const SEEDS: usize = 150;
/// Trials of each set.
const EACH: u32 = 2;

fn crystal() -> Crystal {
    Crystal::read(&repository("tests/data/aspirin.ins")).unwrap()
}

/// The strongest reflections of the answer.
fn answer(crystal: &Crystal) -> Vec<PhasedReflection> {
    let outcome = Solver::new(crystal).space_group("P21/c").run().unwrap();
    let mut phased = outcome.structures()[0].solution.phases.reflections.clone();
    // In another order phases of equivalents would contradict each other.
    let group = &crystal.data().header.space_group;
    phased.retain(|r| group.laue_representative(r.hkl) == r.hkl);
    phased.sort_by(|a, b| b.e.total_cmp(&a.e));
    phased.truncate(SEEDS);
    phased
}

/// Phases of the answer, in the right order or in another one.
fn set(answer: &[PhasedReflection], right: bool) -> Vec<f64> {
    let phases = answer.iter().map(|r| r.phase);
    if right { phases.collect() } else { phases.rev().collect() }
}

fn run(crystal: &Crystal, answer: &[PhasedReflection], sets: &[bool]) -> Outcome {
    let hkl: Vec<[i32; 3]> = answer.iter().map(|r| r.hkl).collect();
    let phases: Vec<f64> = sets.iter().flat_map(|right| set(answer, *right)).collect();
    let seeds = Seeds::from_phases(hkl, phases).unwrap();
    let options = Options { every_set: true, trials: Some(EACH), ..Options::default() };
    Solver::new(crystal).seeds(&seeds).options(options).keep_all_phases().run().unwrap()
}

fn phased(kept: &TrialsPhases, phase: impl Fn(usize) -> Option<f64>) -> Vec<PhasedReflection> {
    let row =
        |i: usize| Some(PhasedReflection { hkl: kept.hkl[i], f: kept.f[i], e: kept.e[i], phase: phase(i)?, fom: 1.0 });
    (0..kept.hkl.len()).filter_map(row).collect()
}

#[test]
fn a_set_among_others_is_tried_and_judged_as_if_it_were_alone() {
    let crystal = crystal();
    let whole = Solver::new(&crystal).space_group("P21/c").run().unwrap();
    let known = whole.structures()[0].solution.phases.reflections.iter();
    let by_index: HashMap<[i32; 3], f64> = known.filter(|r| r.e > 0.0).map(|r| (r.hkl, r.phase)).collect();
    let answer = answer(&crystal);
    let sets = [false, true, false, true, true];
    let all = run(&crystal, &answer, &sets);
    assert_eq!(all.trials().len(), sets.len() * EACH as usize);
    let of = |outcome: &Outcome, set: usize| {
        let places = 0..outcome.trials().len();
        let mut found: Vec<(Finished, f64)> = places
            .filter(|&place| outcome.set_of(outcome.trials()[place].trial) == Some(set))
            .map(|place| {
                let trial = outcome.trials()[place].clone();
                (Finished { trial: trial.trial % EACH, ..trial }, outcome.judged_by_set()[place])
            })
            .collect();
        found.sort_by_key(|(trial, _)| trial.trial);
        found
    };
    for (number, right) in sets.iter().enumerate() {
        let alone = run(&crystal, &answer, &[*right]);
        let [among, alone] = [of(&all, number), of(&alone, 0)];
        for ((trial, p), (expected, p_alone)) in among.iter().zip(&alone) {
            assert_eq!(trial, expected, "set {number}");
            assert_eq!(*p > 0.5, *p_alone > 0.5, "set {number}: {p} {p_alone}");
        }
    }
    // What is believed is right, whatever it began from.
    let kept = all.phases_of_trials();
    let truth = phased(kept, |i| by_index.get(&kept.hkl[i]).copied());
    let mut believed = 0;
    for (place, trial) in all.trials().iter().enumerate().filter(|(place, _)| all.judged_by_set()[*place] > 0.5) {
        let row = kept.trials.iter().position(|number| *number == trial.trial).unwrap() * kept.hkl.len();
        let found = phased(kept, |i| Some(f64::from(kept.phases[row + i].arg())));
        let cc = agreement(&crystal.data().header.cell, &truth, &found, Weighting::F2).cc;
        assert!(cc > SOLVED_CC, "trial {place}: {cc}");
        believed += 1;
    }
    assert!(believed > 0);
}

#[test]
fn record_and_table_say_set_method_cycles_and_probability() {
    let answer = answer(&crystal());
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let mut text = "h,k,l,phase_deg,set\n".to_owned();
    for (number, right) in [true, false].into_iter().enumerate() {
        for (r, phase) in answer.iter().zip(set(&answer, right)) {
            let [h, k, l] = r.hkl;
            text.push_str(&format!("{h},{k},{l},{:.2},{number}\n", phase.to_degrees()));
        }
    }
    std::fs::write(path("seeds.csv"), text).unwrap();
    let ins = repository("tests/data/aspirin.ins");
    let solve = |more: &[&Path]| {
        let (seeds, out) = (path("seeds.csv"), path("out"));
        let mut line: Vec<&Path> = vec![Path::new("solve"), &ins, Path::new("--seeds"), &seeds, Path::new("-o"), &out];
        line.extend([
            Path::new("--backend=cpu"),
            Path::new("--every-set"),
            Path::new("--trials=2"),
            Path::new("--export"),
        ]);
        line.extend(more);
        seedflip(&line)
    };
    let run = solve(&[&path("trials.csv")]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let table = std::fs::read_to_string(path("trials.csv")).unwrap();
    let rows: Vec<Vec<&str>> = table.lines().map(|line| line.split(',').collect()).collect();
    let head =
        "set,trial,arm,method,cycles,r_weak,e_kurtosis,tan_cos,r,flipped,kappa,promising,proven,agreeing,probability";
    assert_eq!((rows.len(), rows[0].join(",").as_str()), (5, head));
    for row in &rows[1..] {
        let p: f64 = row[14].parse().unwrap();
        let numbers = [row[0], row[1], row[4]].map(|text| text.parse::<u32>().unwrap());
        assert!((0.0..=1.0).contains(&p) && numbers[1] / 2 == numbers[0] && numbers[2] > 0, "{row:?}");
    }
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(path("out/aspirin.json")).unwrap()).unwrap();
    assert_eq!(record["parameters"]["trials_per_set"], 2);
    let trials = record["trials"].as_array().unwrap();
    assert_eq!(trials.len(), 4);
    for trial in trials {
        let number = trial["trial"].as_u64().unwrap();
        assert_eq!(trial["set"].as_u64(), Some(number / 2));
        assert!(trial["cycles"].as_u64().unwrap() > 0 && trial["probability"].is_f64());
    }
    assert_eq!(solve(&[&path("trials.json")]).code, Some(0));
    let json: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path("trials.json")).unwrap()).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 4);
    let refused = solve(&[&path("trials.xls")]);
    assert_eq!((refused.code, refused.stderr.lines().count()), (Some(2), 1), "{}", refused.stderr);
    // What the sets are worth, each by itself.
    let model = repository("examples/models/aspirin.cif");
    let seeds = path("seeds.csv");
    let check = [Path::new("seed"), Path::new("check"), &ins, &seeds, Path::new("--model"), &model];
    let run = seedflip(&[&check[..], &[Path::new("--backend=cpu"), Path::new("--json")]].concat());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("every set by itself"), "{}", run.stderr);
    let check: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let errors: Vec<f64> =
        check["each"].as_array().unwrap().iter().map(|e| e["truth"]["mean_error_deg"].as_f64().unwrap()).collect();
    assert!(errors.len() == 2 && errors[0] < 20.0 && errors[1] > 50.0, "{errors:?}");
}
