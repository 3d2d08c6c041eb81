//! A short run of mutants through every reader; `benches/fuzz.rs` makes the long one.

#![cfg(feature = "cli")]

#[path = "common/corpus.rs"]
mod corpus;
#[path = "common/corpus_measured.rs"]
mod corpus_measured;
#[path = "common/corpus_runs.rs"]
mod corpus_runs;
#[path = "common/mutants.rs"]
mod mutants;
#[path = "common/written.rs"]
mod written;

use corpus::targets;
use mutants::{Counting, Tally, try_mutants};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Mutants of each reader.
const MUTANTS: u64 = 1500;
/// Seed of the mutants; not that of the long runs.
const SEED: u64 = 20;

/// One test, one thread: the allocator counts what all threads take.
#[test]
fn readers_survive_their_mutants() {
    for target in targets() {
        for (name, bytes) in &target.files {
            let read = (target.reader)(name, bytes);
            assert!(read.is_ok(), "{} {}: {read:?}", target.name, name.display());
        }
        // The whole way takes longer.
        let count = if target.name == "pair" { MUTANTS / 10 } else { MUTANTS };
        let Tally { tried, refused, findings, .. } = try_mutants(target.reader, &target.files, count, SEED);
        let findings: Vec<String> = findings.into_iter().map(|(what, _)| what).collect();
        assert!(findings.is_empty(), "{}: {}", target.name, findings.join("\n"));
        assert!(tried == count && refused > 0, "{}: {refused} of {tried} refused", target.name);
    }
}
