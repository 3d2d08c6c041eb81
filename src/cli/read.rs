//! `seedflip read`: what a file of reflections holds, and the same as NAME.ins and NAME.hkl.

use super::data_args::DataArgs;
use super::heading;
use crate::crystal::ElementCount;
use crate::error::EXIT_OK;
use crate::formats::ins_write::{Instructions, write_ins};
use crate::formats::measured::file_name;
use crate::formats::res::ScatteringType;
use crate::formats::{HklfFormat, Ins, hkl_writer, write_bytes};
use crate::output::say;
use crate::{Error, Result};
use std::path::{Path, PathBuf};

/// Say what is read of a file, and write it as NAME.ins and NAME.hkl
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  seedflip read NAME.cif
  seedflip read NAME.mtz -o new/NAME.ins

Files that come out: none, but for -o: NAME.ins and NAME.hkl.")]
pub struct Args {
    #[command(flatten)]
    data: DataArgs,
    /// Write NAME.ins and NAME.hkl (HKLF 4, of a twin's list HKLF 5); files that are there already are not written over
    #[arg(short = 'o', long, value_name = "NAME.ins", help_heading = heading::RESULTS)]
    output: Option<PathBuf>,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    let choice = args.data.choice();
    let read = args.data.request(&choice).rows()?;
    say::line(&read.taken.to_string());
    for warning in &read.warnings {
        say::line(&format!("warning: {warning}"));
    }
    let Some(output) = &args.output else { return Ok(EXIT_OK) };
    let name = output.with_extension("");
    let (ins, hkl) = (with_ending(&name, ".ins"), with_ending(&name, ".hkl"));
    if let Some(there) = [&ins, &hkl].into_iter().find(|path| path.exists()) {
        return Err(Error::file(there, "is there already and stays", "give another name with -o"));
    }
    let (list, scale) = hkl_writer::hkl(&read.rows)?;
    let mut remarks = vec![format!("read by seedflip from {}", read.taken)];
    if scale != 1.0 {
        remarks.push(format!("all intensities times {scale:e}, to fit the columns"));
    }
    // Both are made before either is written.
    let instructions = instructions(&read.ins, &remarks)?;
    write_bytes(&hkl, list.as_bytes())?;
    write_bytes(&ins, instructions.as_bytes())?;
    say::line(&format!("{} and {} are written", ins.display(), file_name(&hkl)));
    Ok(EXIT_OK)
}

fn instructions(ins: &Ins, remarks: &[String]) -> Result<String> {
    let listed = |e: &ElementCount| ScatteringType {
        z: e.atomic_number,
        symbol: e.symbol.clone(),
        count: e.count,
        coefficients: e.coefficients,
    };
    let contents: Vec<ScatteringType> = ins.elements.iter().map(listed).collect();
    write_ins(&Instructions {
        title: &ins.title,
        remarks,
        wavelength: ins.wavelength,
        neutrons: ins.neutrons,
        cell: &ins.cell,
        z: ins.z,
        cell_sigma: ins.cell_sigma,
        group: &ins.space_group,
        contents: &contents,
        kept: &ins.kept,
        twin: ins.hklf.format == HklfFormat::TwinIntensities,
    })
}

/// `name` + `ending`.
fn with_ending(name: &Path, ending: &str) -> PathBuf {
    name.with_file_name(format!("{}{ending}", file_name(name)))
}
