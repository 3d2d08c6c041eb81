//! Small good files of earlier runs, and their readers: a screen that goes on, diaries that are replayed.

use super::corpus::Target;
use seedflip::diary::tally;
use seedflip::screen::Condition;
use seedflip::screen::table::parse;
use seedflip::seed::Pool;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Diaries that are enough, the shortest.
const DIARIES: usize = 3;
const RUN: &str = "screen of a test";
const SCREEN: &str = "# screen of a test\nmethod,of,d_min,completeness,bins,wrong,fraction,draw,solved,cc,cycles,kappa,r_weak,s0,predicted_one_b,predicted_spread\n\
mp-n1,\"strong-third\",1,1,4,0.1,0.1,1,1,0.9123,812,0.951,0.0512,0.4,0.5,0.6\n\
mp-n1,\"strong-third\",1,1,4,0.1,0.1,2,0,0.1123,4000,0.251,0.2512,0.4,0.5,0.6\n";

/// Every reader of earlier runs.
pub fn targets() -> Vec<Target> {
    let diaries = diaries();
    vec![
        Target { name: "diary", reader: diary, files: vec![(PathBuf::from("a.jsonl"), diaries)] },
        Target { name: "screen", reader: screen, files: vec![(PathBuf::from("screen.csv"), SCREEN.into())] },
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

fn screen(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let condition = Condition {
        method: "mp-n1".into(),
        fraction: 0.1,
        pool: Pool::StrongThird,
        bins: 4,
        wrong: 0.1,
        d_min: 1.0,
        completeness: 1.0,
    };
    parse(path, bytes, RUN, &[condition], 8).map(drop).map_err(|error| error.to_string())
}
