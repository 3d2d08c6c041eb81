//! `seedflip devices`: the graphics adapters of this machine, and the one that `auto` would take.

use super::heading;
use crate::Result;
use crate::error::EXIT_OK;
use crate::gpu::{AdapterReport, Choice, choose, list};
use crate::output::say;
use serde::Serialize;
use std::fmt::Write;
use std::path::PathBuf;

/// What stands below the options.
const AFTER_HELP: &str = "Examples:
  seedflip devices
  seedflip devices --dump-wgsl 64,64,64 -o kernels

Files that come out: none, but for --dump-wgsl with -o: one NAME.wgsl a kernel.";

/// List the GPUs of this machine, and say which one would be taken
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub struct Args {
    /// Print one JSON document instead of a table
    #[arg(long, help_heading = heading::SCREEN)]
    json: bool,
    /// Print how many trials the memory of a card holds, in Markdown, whatever adapters are here
    #[arg(long, conflicts_with = "json", help_heading = heading::SCREEN)]
    memory: bool,
    /// Print the kernels for a grid in WGSL, as the first adapter, or a card if there is none, would be given them
    #[arg(long, value_name = "X,Y,Z", conflicts_with_all = ["json", "memory"], help_heading = heading::RESULTS)]
    dump_wgsl: Option<String>,
    /// Adapter whose kernels are wanted: number, part of its name or PCI bus id
    #[arg(long, value_name = "DEVICE", requires = "dump_wgsl", help_heading = heading::DEVICE)]
    device: Option<String>,
    /// Folder for the kernels, one file each
    #[arg(short = 'o', long, value_name = "DIR", requires = "dump_wgsl", help_heading = heading::RESULTS)]
    output: Option<PathBuf>,
}

/// The published document.
#[derive(Serialize)]
struct Document {
    schema_version: u32,
    /// Number of the adapter that `auto` takes; none when it takes the CPU.
    auto: Option<usize>,
    devices: Vec<AdapterReport>,
}

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    if args.memory {
        say::out(&super::memory::table()?)?;
        return Ok(EXIT_OK);
    }
    let devices = list();
    if let Some(grid) = &args.dump_wgsl {
        let choice = args.device.clone().map_or(Choice::Any, Choice::Named);
        super::dump::run(grid, args.output.as_deref(), &devices, &choice)?;
        return Ok(EXIT_OK);
    }
    let auto = choose(&devices, &Choice::Best).ok();
    if args.json {
        let document = Document { schema_version: 1, auto, devices };
        say::json(&document)?;
    } else {
        say::out(&table(&devices, auto))?;
    }
    Ok(EXIT_OK)
}

/// The table with what `auto` takes below it; one line where there is no adapter.
fn table(devices: &[AdapterReport], auto: Option<usize>) -> String {
    if devices.is_empty() {
        return "no graphics adapter found (is its Vulkan driver installed?): trials run on the CPU\n".into();
    }
    let header = ["#", "name", "kind", "backend", "driver", "PCI bus", "workgroup", "binding", "buffer"];
    let mut rows = vec![header.map(str::to_owned)];
    rows.extend(devices.iter().map(|d| {
        [
            d.index.to_string(),
            d.name.clone(),
            d.kind.name().into(),
            d.backend.clone(),
            d.driver_text(),
            if d.pci.is_empty() { "-".into() } else { d.pci.clone() },
            bytes(d.limits.workgroup_bytes.into()),
            bytes(d.limits.binding_bytes),
            bytes(d.limits.buffer_bytes),
        ]
    }));
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..header.len()).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        let _ = writeln!(out, "{}", cells.join("  ").trim_end());
    }
    let _ = match auto.and_then(|index| devices.get(index)) {
        Some(device) => writeln!(out, "--backend auto takes {}, {}", device.index, device.name),
        None => writeln!(out, "--backend auto takes the CPU: no adapter here is a GPU in hardware"),
    };
    out
}

/// A number of bytes in the largest unit that leaves at least one of it.
fn bytes(count: u64) -> String {
    let unit = |shift: u32| count as f64 / (1u64 << shift) as f64;
    match count {
        0..0x10_0000 => format!("{:.0} KiB", unit(10)),
        0x10_0000..0x4000_0000 => format!("{:.0} MiB", unit(20)),
        _ => format!("{:.1} GiB", unit(30)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gpu::{AdapterLimits, Kind};

    fn adapter(index: usize, name: &str, kind: Kind) -> AdapterReport {
        AdapterReport {
            index,
            name: name.into(),
            kind,
            backend: "vulkan".into(),
            driver: "mesa".into(),
            driver_info: "22.3".into(),
            pci: String::new(),
            software: kind == Kind::Cpu,
            limits: AdapterLimits {
                workgroup_bytes: 49152,
                invocations: 1024,
                binding_bytes: 1 << 27,
                buffer_bytes: 3 << 30,
                workgroups_per_dimension: 65535,
                storage_buffers: 8,
                uniform_alignment: 256,
                storage_alignment: 32,
            },
            timestamps: false,
            subgroup: [8, 8],
        }
    }

    #[test]
    fn the_table_lines_up_and_names_the_one_that_is_taken() {
        let devices = [adapter(0, "A long name of a GPU", Kind::Discrete), adapter(1, "llvmpipe", Kind::Cpu)];
        let text = table(&devices, Some(0));
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{text}");
        let starts: Vec<_> = [lines[0].find("kind"), lines[1].find("discrete"), lines[2].find("cpu")].into();
        assert!(starts[0].is_some() && starts.iter().all(|s| *s == starts[0]), "{text}");
        assert!(lines[1].contains("mesa 22.3") && lines[1].contains("48 KiB     128 MiB  3.0 GiB"));
        assert!(lines[3].ends_with("takes 0, A long name of a GPU"), "{text}");
        assert!(table(&devices[1..], None).ends_with("takes the CPU: no adapter here is a GPU in hardware\n"));
        assert_eq!(table(&[], None).lines().count(), 1);
    }
}
