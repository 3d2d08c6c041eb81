//! Solves a crystal from files, says what was found, and writes the files of the run.
//!
//! `cargo run --release --example solve -- tests/data/aspirin.ins out`

use seedflip::{Crystal, Options, solve};
use std::path::PathBuf;

fn main() -> seedflip::Result<()> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let name = arguments.next().unwrap_or_else(|| "tests/data/aspirin.ins".into());
    let crystal = Crystal::read(&name)?;
    for warning in crystal.warnings() {
        println!("warning: {warning}");
    }
    let outcome = solve(&crystal, &Options::default())?;
    let word = if outcome.is_solved() { "solved" } else { "not solved" };
    println!("{word}: probability {:.3}, {} trials", outcome.probability(), outcome.trials().len());
    if let Some(first) = outcome.structures().first() {
        println!("{}, R1 {:.3}", outcome.space_group().unwrap_or_default(), first.r1());
        for site in first.sites().iter().filter(|site| site.element.is_some()) {
            let [x, y, z] = site.xyz;
            println!("{:6} {x:8.4} {y:8.4} {z:8.4}", site.label);
        }
    }
    match arguments.next() {
        Some(folder) => outcome.write(&folder, "crystal"),
        None => Ok(()),
    }
}
