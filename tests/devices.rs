//! Which adapter is chosen, on made-up lists, and that a chosen one can be opened.

#![cfg(feature = "cli")]

#[path = "common/gpu.rs"]
mod gpu;

use gpu::gpu_or_skip;
use seedflip::Error;
use seedflip::engine::EngineError;
use seedflip::gpu::{AdapterLimits, AdapterReport, Choice, Kind, choose, list};

/// A made-up adapter; its number is set by `row`.
fn adapter(name: &str, kind: Kind, pci: &str) -> AdapterReport {
    AdapterReport {
        index: 0,
        name: name.into(),
        kind,
        backend: "vulkan".into(),
        driver: "none".into(),
        driver_info: String::new(),
        pci: pci.into(),
        software: kind == Kind::Cpu,
        limits: AdapterLimits {
            workgroup_bytes: 32768,
            invocations: 1024,
            binding_bytes: 1 << 27,
            buffer_bytes: 1 << 31,
            workgroups_per_dimension: 65535,
            storage_buffers: 8,
            uniform_alignment: 256,
            storage_alignment: 32,
        },
        timestamps: true,
        subgroup: [32, 32],
    }
}

fn row(mut adapters: Vec<AdapterReport>) -> Vec<AdapterReport> {
    adapters.iter_mut().enumerate().for_each(|(i, a)| a.index = i);
    adapters
}

/// Two cards of one make, a weaker one, and software.
fn workstation() -> Vec<AdapterReport> {
    row(vec![
        adapter("NVIDIA H100 80GB HBM3", Kind::Discrete, "0000:01:00.0"),
        adapter("NVIDIA H100 80GB HBM3", Kind::Discrete, "0000:C1:00.0"),
        adapter("Intel(R) Graphics", Kind::Integrated, "0000:00:02.0"),
        adapter("llvmpipe (LLVM 15.0.6, 256 bits)", Kind::Cpu, ""),
    ])
}

fn named(text: &str) -> Choice {
    Choice::Named(text.into())
}

/// The message of a choice that must fail, which is one line and a matter of the device.
fn refusal(adapters: &[AdapterReport], choice: &Choice) -> String {
    let error = choose(adapters, choice).unwrap_err();
    assert!(matches!(error, Error::Device(_)), "{error}");
    assert_eq!(error.exit_code(), 3);
    let message = error.to_string();
    assert_eq!(message.lines().count(), 1, "{message}");
    message
}

#[test]
fn the_best_is_never_software() {
    assert_eq!(choose(&workstation(), &Choice::Best).unwrap(), 0);
    let software = row(vec![adapter("llvmpipe", Kind::Cpu, "")]);
    assert!(refusal(&software, &Choice::Best).contains("[0] llvmpipe"));
    assert_eq!(choose(&software, &Choice::Any).unwrap(), 0);
    assert_eq!(choose(&software, &named("llvm")).unwrap(), 0);
}

#[test]
fn without_an_adapter_every_choice_says_what_to_do() {
    for choice in [Choice::Best, Choice::Any, named("0"), named("H100")] {
        assert!(refusal(&[], &choice).contains("--backend cpu"), "{choice:?}");
    }
}

#[test]
fn a_name_must_fit_one_adapter() {
    let adapters = workstation();
    assert_eq!(choose(&adapters, &named("intel")).unwrap(), 2);
    assert_eq!(choose(&adapters, &named(" LLVMpipe ")).unwrap(), 3);
    let both = refusal(&adapters, &named("h100"));
    assert!(both.contains("[0] NVIDIA H100") && both.contains("[1] NVIDIA H100") && !both.contains("Intel"), "{both}");
    let none = refusal(&adapters, &named("Radeon"));
    assert!(none.contains("[3] llvmpipe") && none.contains("seedflip devices"), "{none}");
    refusal(&adapters, &named(""));
}

#[test]
fn a_number_is_a_place_in_the_list_and_nothing_else() {
    let adapters = workstation();
    for index in 0..adapters.len() {
        assert_eq!(choose(&adapters, &named(&index.to_string())).unwrap(), index);
    }
    // 100 is part of two names, 15 of one.
    for text in ["4", "100", "15", "99999999999999999999"] {
        assert!(refusal(&adapters, &named(text)).contains(&format!("number {text}")), "{text}");
    }
}

#[test]
fn a_bus_id_names_one_card_in_any_spelling() {
    let adapters = workstation();
    for text in ["0000:c1:00.0", "0000:C1:00.0", "c1:00.0", "00000000:C1:00.0"] {
        assert_eq!(choose(&adapters, &named(text)).unwrap(), 1, "{text}");
    }
    refusal(&adapters, &named("0000:c2:00.0"));
    refusal(&adapters, &named("0001:c1:00.0"));
}

#[test]
fn one_card_seen_twice_is_not_ambiguous() {
    let card = || adapter("AMD Radeon Pro W7900", Kind::Discrete, "0000:03:00.0");
    let mut adapters = row(vec![card(), card()]);
    adapters[1].backend = "dx12".into();
    assert_eq!(choose(&adapters, &named("radeon")).unwrap(), 0);
    assert_eq!(choose(&adapters, &named("03:00.0")).unwrap(), 0);
}

#[test]
fn the_list_is_ordered_and_numbered() {
    let adapters = list();
    assert!(adapters.is_sorted_by_key(|a| a.kind));
    assert!(adapters.iter().enumerate().all(|(i, a)| a.index == i && a.software == (a.kind == Kind::Cpu)));
}

#[test]
fn an_opened_device_has_the_limits_of_its_adapter() {
    let Some(open) = gpu_or_skip() else { return };
    assert!(!open.report.name.is_empty() && open.check().is_ok());
    assert_eq!(AdapterLimits::from(&open.device.limits()), open.report.limits);
    assert_eq!(open.device.features().contains(wgpu::Features::TIMESTAMP_QUERY), open.report.timestamps);
}

#[test]
fn errors_and_the_end_of_a_device_are_recorded() {
    let Some(open) = gpu_or_skip() else { return };
    let size = open.report.limits.buffer_bytes.saturating_add(4);
    let usage = wgpu::BufferUsages::STORAGE;
    let _ = open.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false });
    let fault = open.fault.get().expect("a buffer larger than the limit is an error");
    assert_eq!(fault.lines().count(), 1, "{fault}");
    assert_eq!(open.check(), Err(EngineError::Refused(fault.clone())));
    open.device.destroy();
    let _ = open.device.poll(wgpu::PollType::Poll);
    assert!(open.lost.get().is_some_and(|reason| !reason.is_empty()));
    assert!(matches!(open.check(), Err(EngineError::Lost(_))));
}

/// Exit code and standard output of the built program; the Vulkan loader sees the drivers of `list`, if one is given.
fn seedflip(arguments: &[&str], drivers: Option<&str>) -> (Option<i32>, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_seedflip"));
    command.args(arguments);
    if let Some(list) = drivers {
        command.env("VK_DRIVER_FILES", list).env("VK_ICD_FILENAMES", list);
    }
    let output = command.output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn the_program_lists_what_is_here() {
    let (code, json) = seedflip(&["devices", "--json"], None);
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let adapters = list();
    assert_eq!((code, &document["schema_version"]), (Some(0), &1.into()));
    assert_eq!(document["devices"], serde_json::to_value(&adapters).unwrap());
    assert_eq!(document["auto"], serde_json::to_value(choose(&adapters, &Choice::Best).ok()).unwrap());
    let (code, text) = seedflip(&["devices"], None);
    assert_eq!(code, Some(0));
    assert!(adapters.iter().all(|a| text.contains(&a.name)), "{text}");
    assert_eq!(text.lines().count(), if adapters.is_empty() { 1 } else { adapters.len() + 2 }, "{text}");
}

#[test]
fn drivers_that_miss_a_session_do_not_complain() {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_seedflip"));
    let output = command.arg("devices").env_remove("XDG_RUNTIME_DIR").output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

#[test]
fn without_a_driver_the_list_is_short_and_no_failure() {
    // A loader that is told of no driver finds none, whatever is installed.
    let (code, json) = seedflip(&["devices", "--json"], Some("/nonexistent"));
    let document: serde_json::Value = serde_json::from_str(&json).unwrap();
    let devices = document["devices"].as_array().unwrap();
    assert_eq!(code, Some(0));
    assert!(devices.iter().all(|d| d["backend"] != "vulkan"), "{json}");
    let (code, text) = seedflip(&["devices"], Some("/nonexistent"));
    assert_eq!(
        (code, text.lines().count()),
        (Some(0), if devices.is_empty() { 1 } else { devices.len() + 2 }),
        "{text}"
    );
}

#[test]
fn the_kernels_of_a_grid_can_be_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new");
    for (grid, drivers, some) in [
        ("24,20,28", None, "plane_flip.wgsl"),
        ("24,20,28", Some("/nonexistent"), "column_weak_power.wgsl"),
        ("160,192,10", Some("/nonexistent"), "rows_gather.wgsl"),
    ] {
        let (code, text) = seedflip(&["devices", "--dump-wgsl", grid, "-o", &path.to_string_lossy()], drivers);
        assert_eq!((code, text.as_str()), (Some(0), ""), "{grid}");
        assert!(path.join(some).exists(), "{grid}: no {some}");
        let (code, printed) = seedflip(&["devices", "--dump-wgsl", grid], drivers);
        assert_eq!(code, Some(0));
        let mut files = 0;
        for file in std::fs::read_dir(&path).unwrap() {
            let file = file.unwrap();
            let text = std::fs::read_to_string(file.path()).unwrap();
            naga::front::wgsl::parse_str(&text).unwrap_or_else(|e| panic!("{}", e.emit_to_string(&text)));
            assert!(printed.contains(&format!("// ==== {}\n{text}", file.file_name().to_string_lossy())));
            files += 1;
        }
        assert!(files >= 15, "{files}");
        std::fs::remove_dir_all(&path).unwrap();
    }
    for wrong in ["64,64", "64,64,x", "64,64,4", "22,24,24"] {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_seedflip"))
            .args(["devices", "--dump-wgsl", wrong])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        // Mesa may have its own say on the same stream.
        let own = text.lines().filter(|line| line.starts_with("seedflip:")).count();
        assert_eq!((output.status.code(), own), (Some(2), 1), "{wrong}: {text}");
        assert!(text.contains(wrong) && output.stdout.is_empty(), "{text}");
    }
}
