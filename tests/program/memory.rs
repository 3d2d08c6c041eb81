//! The memory table of the documentation is the one that the plan gives.

use crate::program::{repository, seedflip};
use seedflip::bench::synthetic;
use seedflip::gpu::memory::{CARD, trials_in};
use seedflip::gpu::plan::{Plan, Tuning};
use seedflip::gpu::tables::Tables;
use seedflip::gpu::{AdapterLimits, Storage};

#[test]
fn the_documented_table_is_what_the_program_prints() {
    let run = seedflip(&["devices", "--memory"]);
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(repository("docs/memory.md")).unwrap();
    let documented: String = text.lines().filter(|l| l.starts_with('|')).map(|l| format!("{l}\n")).collect();
    assert_eq!(
        documented, run.stdout,
        "put what `seedflip devices --memory` prints in the place of the table in docs/memory.md"
    );
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    assert!(readme.contains("](docs/memory.md)"), "README.md does not lead to docs/memory.md");
}

#[test]
fn as_many_trials_fit_as_said_and_not_one_more() {
    let small = AdapterLimits { binding_bytes: 1 << 24, ..CARD };
    for grid in [[32, 32, 32], [40, 48, 54], [160, 160, 16]] {
        let problem = synthetic::problem(grid).unwrap();
        let tables = Tables::new(problem.layout());
        for storage in [Storage::F32, Storage::F16] {
            let tuning = Tuning { storage, ..Tuning::GPU };
            for limits in [CARD, small] {
                let memories = [200_000_000, 900_000_000];
                let trials = trials_in(&memories, &problem, &limits, &tuning).unwrap();
                for (memory, trials) in memories.into_iter().zip(trials) {
                    let bytes = |n: usize| Plan::new(&problem, &tables, n, &limits, &tuning).unwrap().bytes();
                    assert!(trials > 1 && bytes(trials) <= memory, "{grid:?} {storage:?}: {trials} trials");
                    assert!(bytes(trials + 1) > memory, "{grid:?} {storage:?}: more than {trials} fit");
                }
            }
        }
        assert_eq!(trials_in(&[1000], &problem, &CARD, &Tuning::GPU).unwrap(), [0]);
    }
}
