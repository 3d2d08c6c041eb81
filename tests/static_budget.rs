//! What a compiler for a real card makes of the kernels, held against a table: RADV's null device compiles without a card, and says how many
//! registers and instructions a kernel takes and how long it thinks that they last. A kernel that has become worse by a twentieth fails.
//!
//! The figures are those of one version of Mesa; with another one, or without RADV, the test skips with a line. After a change on purpose, or
//! for another version: `SEEDFLIP_STATIC_TABLE=write cargo test --release --test static_budget`, and read the difference.

#![cfg(feature = "cli")]

#[path = "common/null_device.rs"]
mod null_device;
use naga::back::spv;
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use null_device::{Figures, NullDevice};
use seedflip::bench::synthetic;
use seedflip::gpu::Storage;
use seedflip::gpu::dump::dump;
use seedflip::gpu::memory::CARD;
use seedflip::gpu::plan::Tuning;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// An RDNA 3 card (Radeon RX 7900).
const FAMILY: &str = "gfx1100";
/// Cells from small molecules to small proteins, one of them no cube.
const GRIDS: [[usize; 3]; 6] = [[32; 3], [48; 3], [64; 3], [96; 3], [128; 3], [40, 54, 60]];
const STORAGES: [(Storage, &str); 2] = [(Storage::F32, "f32"), (Storage::F16, "f16")];
/// The small sums at the end of a stage, with many entry points.
const FINISH: &str = "finish";
/// By so much a figure may be worse than in the table.
const ALLOWED: f64 = 1.05;
/// What writes the table anew.
const WRITE: (&str, &str) = ("SEEDFLIP_STATIC_TABLE", "write");

/// Figures by grid, storage and kernel.
type Table = BTreeMap<String, Figures>;

#[test]
fn no_kernel_is_worse_than_the_table_says() {
    let device = match NullDevice::open(FAMILY) {
        Ok(device) => device,
        Err(why) => return println!("skipped: {why}"),
    };
    let path = table_of(&device.driver);
    let write = std::env::var(WRITE.0).is_ok_and(|value| value == WRITE.1);
    if !write && !path.exists() {
        return println!("skipped: no table for {} of this machine, {} is not there", device.driver, path.display());
    }
    let found = compiled(&device);
    if write {
        std::fs::write(&path, written(&device.driver, &found)).unwrap();
        return;
    }
    let known = read(&std::fs::read_to_string(&path).unwrap());
    let faults = worse(&known, &found);
    assert!(faults.is_empty(), "{}:\n{}", device.driver, faults.join("\n"));
    let gained = worse(&found, &known);
    if !gained.is_empty() {
        println!("better than the table, which may be written anew:\n{}", gained.join("\n"));
    }
}

#[test]
fn what_has_become_worse_is_named() {
    let figures =
        Figures { registers: 100, spilled: 0, shared_bytes: 1000, instructions: 2000, inverse_throughput: 3000 };
    let table = |figures: Figures| Table::from([("64x64x64 f32 plane_flip".to_owned(), figures)]);
    let known = table(figures);
    assert!(worse(&known, &table(Figures { instructions: 2100, registers: 60, ..figures })).is_empty());
    for (changed, what) in [
        (Figures { instructions: 2101, ..figures }, "instructions 2000 → 2101"),
        (Figures { registers: 106, ..figures }, "registers 100 → 106"),
        (Figures { spilled: 1, ..figures }, "spilled 0 → 1"),
        (Figures { shared_bytes: 1051, ..figures }, "shared_bytes 1000 → 1051"),
        (Figures { inverse_throughput: 3151, ..figures }, "inverse_throughput 3000 → 3151"),
    ] {
        assert_eq!(worse(&known, &table(changed)), [format!("64x64x64 f32 plane_flip: {what}")]);
    }
    assert_eq!(worse(&known, &Table::new()), ["64x64x64 f32 plane_flip: is in the table alone"]);
    assert_eq!(worse(&Table::new(), &known), ["64x64x64 f32 plane_flip: is not in the table"]);
    assert_eq!(read(&written("Mesa 1", &known)), known);
}

fn columns(f: &Figures) -> [(&'static str, u64); 5] {
    [
        ("registers", f.registers),
        ("spilled", f.spilled),
        ("shared_bytes", f.shared_bytes),
        ("instructions", f.instructions),
        ("inverse_throughput", f.inverse_throughput),
    ]
}

/// What of `found` is worse than `known`, one line each.
fn worse(known: &Table, found: &Table) -> Vec<String> {
    let mut lines = Vec::new();
    for (kernel, now) in found {
        let Some(before) = known.get(kernel) else {
            lines.push(format!("{kernel}: is not in the table"));
            continue;
        };
        for ((name, before), (_, now)) in columns(before).into_iter().zip(columns(now)) {
            if now as f64 > before as f64 * ALLOWED {
                lines.push(format!("{kernel}: {name} {before} → {now}"));
            }
        }
    }
    let gone = known.keys().filter(|kernel| !found.contains_key(*kernel));
    lines.extend(gone.map(|kernel| format!("{kernel}: is in the table alone")));
    lines
}

/// The table of a version of Mesa, distribution and commit left out: `Mesa 22.3.6`.
fn table_of(driver: &str) -> PathBuf {
    let version = driver.split(' ').nth(1).unwrap_or("unknown");
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/data/radv-{version}-{FAMILY}.txt"))
}

fn written(driver: &str, table: &Table) -> String {
    let mut text = format!(
        "# {driver}, null device {FAMILY}: kernels as a card of 48 KiB of workgroup memory gets them.\n\
         # Latency and throughput are the compiler's estimates. Written by tests/static_budget.rs.\n\
         # {:<10} {:<7} {:<23} {:>9} {:>7} {:>12} {:>12} {:>18}\n",
        "grid", "storage", "kernel", "registers", "spilled", "shared_bytes", "instructions", "inverse_throughput"
    );
    for (kernel, figures) in table {
        let [grid, storage, name] = kernel.split(' ').collect::<Vec<_>>()[..] else { continue };
        let [registers, spilled, shared, instructions, throughput] = columns(figures).map(|(_, figure)| figure);
        let _ = writeln!(
            text,
            "{grid:<12} {storage:<7} {name:<23} {registers:>9} {spilled:>7} {shared:>12} {instructions:>12} {throughput:>18}"
        );
    }
    text
}

fn read(text: &str) -> Table {
    let rows = text.lines().filter(|line| !line.starts_with('#'));
    let row = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let numbers: Vec<u64> = fields[3..].iter().map(|field| field.parse().unwrap()).collect();
        let [registers, spilled, shared_bytes, instructions, inverse_throughput] = numbers[..] else {
            panic!("not a row: {line}")
        };
        (fields[..3].join(" "), Figures { registers, spilled, shared_bytes, instructions, inverse_throughput })
    };
    rows.map(row).collect()
}

/// The kernels of all grids, on as many threads as there are cores.
fn compiled(device: &NullDevice) -> Table {
    let mut modules: Vec<(String, String)> = Vec::new();
    for dims in GRIDS {
        for (storage, name) in STORAGES {
            let problem = synthetic::problem(dims).unwrap();
            let [x, y, z] = dims;
            let dump = dump(&problem, &CARD, &Tuning { storage, ..Tuning::GPU }).unwrap();
            let named = dump.files.iter().filter_map(|(file, text)| Some((file.strip_suffix(".wgsl")?, text)));
            for (kernel, text) in named.filter(|(kernel, _)| !kernel.starts_with(FINISH)) {
                // Some do not depend on the grid.
                if modules.iter().all(|(_, other)| other != text) {
                    modules.push((format!("{x}x{y}x{z} {name} {kernel}"), text.clone()));
                }
            }
        }
    }
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let share = modules.len().div_ceil(threads);
    let compile = |modules: &[(String, String)]| {
        let one = |(name, text): &(String, String)| {
            let figures = device.compile(&spirv(text), "main").unwrap_or_else(|error| panic!("{name}: {error}"));
            (name.clone(), figures)
        };
        modules.iter().map(one).collect::<Vec<_>>()
    };
    std::thread::scope(|scope| {
        let parts: Vec<_> = modules.chunks(share).map(|part| scope.spawn(move || compile(part))).collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    })
}

/// SPIR-V without checks, as the engine has wgpu write it.
fn spirv(text: &str) -> Vec<u32> {
    let module = naga::front::wgsl::parse_str(text).unwrap();
    let info =
        Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16_IN_FLOAT32).validate(&module).unwrap();
    let none = BoundsCheckPolicy::Unchecked;
    let options = spv::Options {
        lang_version: (1, 5),
        flags: spv::WriterFlags::empty(),
        bounds_check_policies: BoundsCheckPolicies { index: none, buffer: none, image_load: none, binding_array: none },
        force_loop_bounding: false,
        fake_missing_bindings: true,
        zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::None,
        ..Default::default()
    };
    spv::write_vec(&module, &info, &options, None).unwrap()
}
