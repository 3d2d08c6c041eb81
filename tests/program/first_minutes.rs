//! What somebody sees in the first minutes: help, listing, model, errors, as snapshots; versions, times and folders masked. After a change on
//! purpose: `INSTA_UPDATE=always cargo test --release --test program first_minutes`, and read the difference.

use crate::program::{repository, seedflip};
use insta::{Settings, assert_snapshot};
use std::path::Path;

/// Columns for which help is laid out.
const WIDTH: usize = 100;

/// What differs from machine to machine, from run to run and from version to version.
fn masked(check: impl FnOnce()) {
    let mut settings = Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    for (pattern, by) in [
        (r"seedflip \d+\.\d+\.\d+", "seedflip VERSION"),
        (r"/\S*/(\w+\.\w+)", "DIR/$1"),
        (r"\d+\.\d s \(\d+ cycles/s\)", "TIME"),
        (r"Device: .* \(cpu\)", "Device: PROCESSOR (cpu)"),
    ] {
        settings.add_filter(pattern, by);
    }
    settings.bind(check);
}

#[test]
fn help_of_every_command() {
    let mut command = seedflip::cli::command().term_width(WIDTH);
    command.build();
    let mut pages = vec![("help".to_owned(), command.clone())];
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        pages.push((format!("help-{}", below.get_name()), below.clone()));
        for deeper in below.get_subcommands().filter(|deeper| deeper.get_name() != "help") {
            pages.push((format!("help-{}-{}", below.get_name(), deeper.get_name()), deeper.clone()));
        }
    }
    for (name, command) in pages {
        let text = command.term_width(WIDTH).render_long_help().to_string();
        // What is promised of every command.
        let whole = ["Example", "Usage: seedflip"].iter().all(|word| text.contains(word));
        assert!(whole, "{name} has no example:\n{text}");
        masked(|| assert_snapshot!(name, text));
    }
}

/// Runs the smallest example.
fn example(folder: &Path) -> String {
    let run = seedflip(&[
        Path::new("solve"),
        &repository("tests/data/farnesiaside.ins"),
        Path::new("-o"),
        folder,
        Path::new("--backend=cpu"),
        Path::new("--threads=2"),
        Path::new("-v"),
    ]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    run.stderr
}

/// A text whose numbers are masked, in which processors differ, and whose lines of one kind are one.
fn kinds(text: &str) -> String {
    let text = text.lines().map(|line| line.split(", checksum").next().unwrap_or(line)).collect::<Vec<_>>().join("\n");
    let mut masked: String = text.chars().map(|c| if c.is_ascii_digit() { '#' } else { c }).collect();
    while masked.contains("##") {
        masked = masked.replace("##", "#");
    }
    // What is near zero has either sign, and peaks alike stand in any order.
    masked = masked.replace("-#", "#");
    let mut lines: Vec<String> = masked.lines().map(|l| l.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    lines.dedup_by(|a, b| kind(a) == kind(b));
    lines.join("\n")
}

/// A line without its signs, and without the names of an atom and its element.
fn kind(line: &str) -> String {
    let label = |word: &str| word.len() <= 3 && word.ends_with('#');
    let words = line.split_whitespace().map(|word| if label(word) { "label" } else { word.trim_start_matches('-') });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn screen_listing_and_model_of_an_example() {
    let folder = tempfile::tempdir().unwrap();
    let said = example(folder.path());
    assert!(!said.contains(['\u{1b}', '\r']), "control codes in a pipe: {said:?}");
    let file = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    masked(|| {
        assert_snapshot!("listing", kinds(&file("farnesiaside.lst")));
        assert_snapshot!("model", kinds(&file("farnesiaside_a.res")));
        assert_snapshot!("verbose", kinds(&said));
    });
}

#[test]
fn errors_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let ins = std::fs::read_to_string(repository("tests/data/aspirin.ins")).unwrap();
    let hkl = std::fs::read_to_string(repository("tests/data/aspirin.hkl")).unwrap();
    let card = |card: &str, by: &str| {
        ins.lines().map(|line| if line.starts_with(card) { by } else { line }).collect::<Vec<_>>().join("\n")
    };
    let cases = [
        ("no CELL", card("CELL", "REM"), hkl.clone()),
        ("no such lattice", card("LATT", "LATT 9"), hkl.clone()),
        ("no such element", card("SFAC", "SFAC C Xx"), hkl.clone()),
        ("escape codes", card("SFAC", "SFAC C \u{1b}[31mX\u{7}"), hkl.clone()),
        ("a long word", card("SYMM", &format!("SYMM {}X", "-".repeat(100_000))), hkl.clone()),
        ("large numbers", card("CELL", "CELL 0.71073 1e308 1e308 1e308 90 90 90"), hkl.clone()),
        ("no reflections", ins.clone(), "\n".into()),
        ("not a number", ins.clone(), hkl.replacen("   1   0   2", "   1   x   2", 1)),
    ];
    let mut all = String::new();
    for (name, ins, hkl) in cases {
        let path = folder.path().join("x.ins");
        std::fs::write(&path, ins).unwrap();
        std::fs::write(path.with_extension("hkl"), hkl).unwrap();
        let run = seedflip(&[Path::new("solve"), &path, Path::new("--backend=cpu")]);
        assert_eq!((run.code, run.stderr.lines().count()), (Some(1), 1), "{name}: {}", run.stderr);
        assert!(run.stderr.chars().count() < 600 && !run.stderr.contains('\u{1b}'), "{name}: {}", run.stderr);
        all.push_str(&format!("{name}\n  {}", run.stderr));
    }
    let device = seedflip(&["solve", "tests/data/aspirin.ins", "--backend", "cpu", "--device", "a\u{1b}[0mb"]);
    all.push_str(&format!("a device with the CPU\n  {}", device.stderr));
    masked(|| assert_snapshot!("errors", all));
}

#[test]
fn versions_and_scripts_come_out() {
    let short = seedflip(&["--version"]);
    assert_eq!((short.code, short.stdout.lines().count()), (Some(0), 1), "{}", short.stderr);
    for arguments in [["-vV"].as_slice(), &["--version", "-v"], &["--version", "--verbose"]] {
        let long = seedflip(arguments).stdout;
        let commit = long.lines().find_map(|line| line.strip_prefix("commit ")).unwrap();
        assert!(commit == "unknown" || commit.trim_end_matches('+').chars().all(|c| c.is_ascii_hexdigit()), "{long}");
        assert!(long.contains("\ntarget ") && long.contains("\nengine cpu"), "{long}");
    }
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = seedflip(&["completions", shell]);
        assert!(script.code == Some(0) && script.stdout.contains("space-group"), "{shell}");
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = seedflip(&[Path::new("man"), Path::new("-o"), folder.path()]);
    assert_eq!(pages.code, Some(0), "{}", pages.stderr);
    let solve = std::fs::read_to_string(folder.path().join("seedflip-solve.1")).unwrap();
    assert!(solve.contains(".TH") && solve.contains("space\\-group"), "{solve}");
    assert!(folder.path().join("seedflip-seed-make.1").exists());
    assert!(seedflip(&["man"]).stdout.contains(".SH"));
}

#[test]
fn no_command_is_a_usage_error() {
    for arguments in [[].as_slice(), &["-v"]] {
        let run = seedflip::<&str>(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (Some(2), ""), "{}", run.stderr);
        assert!(!run.stderr.is_empty());
    }
}
