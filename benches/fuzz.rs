//! Mutants of good files through every reader, as many as wanted:
//! ```text
//! cargo bench --bench fuzz -- 1000000                 every reader
//! cargo bench --bench fuzz -- 1000000 mtz,npz 7       these, with seed 7
//! ```
//! With `--profile checked` overflows count too. Mutants that were found to do harm are written to `target/fuzz`.

#[path = "../tests/common/corpus.rs"]
mod corpus;
#[path = "../tests/common/corpus_measured.rs"]
mod corpus_measured;
#[path = "../tests/common/corpus_runs.rs"]
mod corpus_runs;
#[path = "../tests/common/mutants.rs"]
mod mutants;
#[path = "../tests/common/written.rs"]
mod written;

use corpus::targets;
use mutants::{Counting, try_mutants};
use std::path::Path;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Mutants of each reader where no number is given.
const MUTANTS: u64 = 10_000;
/// The whole way to merged data takes so many times longer.
const PAIR: u64 = 50;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let count: u64 = words.first().map_or(MUTANTS, |word| word.parse().expect("the first word is a number of mutants"));
    let chosen: Option<Vec<&str>> = words.get(1).map(|names| names.split(',').collect());
    let seed: u64 = words.get(2).map_or(1, |word| word.parse().expect("the third word is a seed"));
    let mut harm = 0;
    for target in targets() {
        if chosen.as_ref().is_some_and(|names| !names.contains(&target.name)) {
            continue;
        }
        let count = if target.name == "pair" { count.div_ceil(PAIR) } else { count };
        let tally = try_mutants(target.reader, &target.files, count, seed);
        println!(
            "{:<9} tried {}, read {}, refused {}, findings {}; longest {:.3} s, most memory {} MB",
            target.name,
            tally.tried,
            tally.read,
            tally.refused,
            tally.findings.len(),
            tally.longest.as_secs_f64(),
            tally.most_memory >> 20
        );
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/fuzz");
        for (n, (what, bytes)) in tally.findings.iter().enumerate() {
            let file = folder.join(format!("{}-{seed}-{n}", target.name));
            std::fs::create_dir_all(&folder)
                .and_then(|()| std::fs::write(&file, bytes))
                .expect("target/fuzz is writable");
            println!("  {what}\n  {}", file.display());
        }
        harm += tally.findings.len();
    }
    if harm > 0 {
        std::process::exit(1);
    }
}
