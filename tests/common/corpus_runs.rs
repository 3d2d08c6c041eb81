//! Small good files of earlier runs, and their readers: journals that go on, diaries that are replayed.

use super::corpus::Target;
use seedflip::diary::tally;
use seedflip::journal::{Entry, Plan, read_lines};
use seedflip::trials::Part;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Diaries that are enough, the shortest.
const DIARIES: usize = 3;
/// Checksum of the plan of this journal, and the journal: a header, when it was opened, a trial.
const PLAN: &str = "f776b61f3898cefa";
const JOURNAL: &str = r#"{"journal":"f776b61f3898cefa","shard":0,"of":1,"check":"5401dae722d2e713"}
{"opened":1795802543,"host":"vm","device":"Intel(R) Xeon(R) Processor (cpu)","check":"d8f8d119496b765d"}
{"trial":1,"arm":"mp shape N*2","recipe":{"method":"message","denoiser":"reshaped","n_start":2.0,"n_end":2.0,"anneal":0,"damping":0.0,"seeds":"posterior"},"merits":{"cycles":60,"r_weak":0.47432926,"e_kurtosis":3.208726,"tan_cos":0.38293675,"r":0.0,"flipped":0.0,"kappa":0.004},"cycles":60,"proven":null,"looks":"CgAAAKHU7j4QNkdAkyKxPgAAAAAAAAAARICJPRQAAACdWts+RcVAQKDydT4AAAAAAAAAAMbiqzweAAAAGaLHPvO3VkA2f98+AAAAAAAAAACY9Iw9KAAAAITYzT4UKEtA8n2OPgAAAAAAAAAAcTntOzIAAABNp8o+fz5DQG5uhD4AAAAAAAAAAG8Sgzs8AAAASdvyPsRbTUBJEMQ+AAAAAAAAAABvEoM7","phases":"624d3f2e0cba8561","check":"baabb391223f2e12"}
"#;
const PLAN_FILE: &str = r#"{"program":"seedflip","layout":1,"version":"0.1.0","command":"solve","inputs":{"seeds":{"name":"a","checksum":"1"}},
"parameters":{"--trials":12,"--wrong":null},"extent":{"--draws":3},"call":{"words":["solve","x.ins"],"folder":"/"}}"#;

/// Every reader of earlier runs.
pub fn targets() -> Vec<Target> {
    let diaries = diaries();
    vec![
        Target { name: "diary", reader: diary, files: vec![(PathBuf::from("a.jsonl"), diaries)] },
        Target { name: "journal", reader: journal, files: vec![(PathBuf::from("shard-0.jsonl"), JOURNAL.into())] },
        Target { name: "plan", reader: plan, files: vec![(PathBuf::from("plan.json"), PLAN_FILE.into())] },
    ]
}

fn diaries() -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/evidence/runs.jsonl.gz");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_by_key(|line| line.len());
    lines[..DIARIES].join("\n").into_bytes()
}

fn diary(path: &Path, bytes: &[u8]) -> Result<(), String> {
    tally(path, bytes).map(drop).map_err(|error| error.to_string())
}

fn journal(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let mut trials = 0;
    let mut take = |entry: Entry| {
        // Damage is no error, but whole lines alone may be taken.
        assert_eq!(entry.finished.trial, 1, "a changed line was taken");
        trials += 1;
    };
    let scan = read_lines(path, bytes, PLAN, Part::WHOLE, &mut take).map_err(|error| error.to_string())?;
    (scan.is_some() && trials > 0)
        .then_some(())
        .ok_or_else(|| format!("{}: nothing in it is whole; begin anew", path.display()))
}

fn plan(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let plan = Plan::parse(path, bytes).map_err(|error| error.to_string())?;
    plan.difference(&plan.clone().up_to("--draws", 1));
    Ok(())
}
