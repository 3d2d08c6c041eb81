//! `seedflip devices --dump-wgsl X,Y,Z`: the kernels that an adapter would be given for a grid.

use crate::bench::synthetic;
use crate::formats::write_bytes;
use crate::gpu::dump::dump;
use crate::gpu::memory::CARD;
use crate::gpu::tuning::Tuning;
use crate::gpu::{AdapterReport, Choice, choose};
use crate::output::say;
use crate::{Error, Result};
use std::path::Path;

/// Smallest and largest grid edge.
const EDGE_RANGE: std::ops::RangeInclusive<usize> = 8..=512;

/// Writes the modules for `grid` into `folder`, one file each, or prints them one after the other. They are those of
/// the adapter that is `choice`; those of a card where there is no adapter and none is named.
pub fn run(grid: &str, folder: Option<&Path>, adapters: &[AdapterReport], choice: &Choice) -> Result<()> {
    let problem = synthetic::problem(edges(grid)?)
        .ok_or_else(|| Error::Usage(format!("--dump-wgsl {grid} holds no reflections; choose a larger one")))?;
    let points = problem.layout().points();
    let (limits, tuning) = if adapters.is_empty() && *choice == Choice::Any {
        (CARD, Tuning::GPU)
    } else {
        let report = &adapters[choose(adapters, choice)?];
        (report.limits, Tuning::of(report, points))
    };
    let dump = dump(&problem, &limits, &tuning)
        .map_err(|error| Error::Usage(format!("--dump-wgsl {grid}: {error}; choose another grid")))?;
    say::line(&dump.plan.to_string());
    if let Some(folder) = folder {
        std::fs::create_dir_all(folder).map_err(|source| Error::Output { path: folder.to_owned(), source })?;
    }
    for (name, text) in &dump.files {
        match folder {
            Some(folder) => write_bytes(&folder.join(name), text.as_bytes())?,
            None => say::out(&format!("// ==== {name}\n{text}\n"))?,
        }
    }
    Ok(())
}

/// Three edges that can be worked on.
fn edges(grid: &str) -> Result<[usize; 3]> {
    let wrong = || Error::Usage(format!("--dump-wgsl {grid}: give three edges from 8 to 512, such as 64,64,64"));
    let edges: Vec<usize> = grid.split(',').map(|n| n.trim().parse().map_err(|_| wrong())).collect::<Result<_>>()?;
    edges.try_into().ok().filter(|edges: &[usize; 3]| edges.iter().all(|n| EDGE_RANGE.contains(n))).ok_or_else(wrong)
}
