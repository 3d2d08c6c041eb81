//! Simulated trials for all shards of a run, to see what journal and merge take at any size.
//!
//! ```text
//! seedflip solve x.ins --run DIR --trials 1000000 --shard 0/64 --time-limit 2
//! cargo bench --bench journal -- DIR
//! /usr/bin/time -v seedflip merge DIR -o out
//! ```
//! Of a thousand trials one is promising, with the phases of one that was run: they agree, as the right ones of a run do. The rest are like those
//! that find nothing.

use seedflip::engine::Merits;
use seedflip::journal::{Entry, RunFolder, Shards, TrialLedger, merge};
use seedflip::trials::{Ledger, Part, TrialPhases};
use seedflip::twins::random::{trial_hash, unit_interval};
use std::path::PathBuf;
use std::time::Instant;

/// Of so many trials one is promising.
const PROMISING: u32 = 1000;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| word != "--bench").collect();
    let [folder] = words.as_slice() else {
        return eprintln!("cargo bench --bench journal -- DIR, see benches/journal.rs");
    };
    let folder = PathBuf::from(folder);
    let shards = Shards::open(&folder).unwrap();
    let of = shards.plan.number("--shard i/n with n").expect("a run with --shard");
    let trials = shards.plan.number("--trials").unwrap();
    let mut entries: Vec<Entry> = Vec::new();
    shards.scan(Part::new(0, of).unwrap(), |entry: Entry| entries.push(entry)).unwrap();
    let phases = entries.iter().find_map(|entry| entry.read_phases(&shards.phases(Part::new(0, of)?)));
    let phases: TrialPhases = phases.expect("shard 0 has a trial with phases");
    let model = entries[0].finished.clone();
    let begun = Instant::now();
    let mut bytes = 0;
    for part in (0..of).filter_map(|index| Part::new(index, of)) {
        let run = RunFolder::open(&folder, &shards.plan, part, false).unwrap();
        let ledger = TrialLedger::of_shard(&run, "simulated").unwrap();
        for trial in (0..trials).filter(|&trial| part.has(trial) && !ledger.knows(trial)) {
            let random = |salt| unit_interval(trial_hash(salt, trial, 0));
            let mut finished = model.clone();
            finished.trial = trial;
            finished.merits = Merits { r_weak: 0.5 + 0.4 * random(1), e_kurtosis: 3.0 + random(2), ..finished.merits };
            if trial_hash(3, trial, 0).is_multiple_of(PROMISING) {
                finished.merits = Merits {
                    r_weak: 0.1 + 0.1 * random(1),
                    e_kurtosis: 100.0,
                    kappa: 100.0,
                    tan_cos: 0.9,
                    ..finished.merits
                };
            }
            let wanted = ledger.wants(&finished).then_some(&phases);
            ledger.keep(&finished, &[], wanted);
        }
        ledger.close().unwrap();
        bytes += std::fs::metadata(folder.join(format!("shard-{}.jsonl", part.index()))).unwrap().len();
    }
    println!(
        "{trials} lines in {of} shards, {:.1} MB, written in {:.1} s",
        bytes as f64 / 1e6,
        begun.elapsed().as_secs_f64()
    );
    let begun = Instant::now();
    let merged = merge(&shards, of, trials).unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    let with_phases = merged.told.iter().filter(|told| told.phases.is_some()).count();
    println!(
        "{} read and ranked in {seconds:.1} s, {with_phases} with phases, {} shards missing",
        merged.told.len(),
        merged.missing.len()
    );
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find(|line| line.starts_with("VmHWM"));
    println!("{}", peak.unwrap_or("peak of memory unknown"));
}
