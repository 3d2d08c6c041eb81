//! Holds README.md to the program: its commands work, its output is real, its options exist.

use crate::markdown::fenced;
use crate::program::{repository, seedflip};
use std::collections::BTreeSet;

/// How the README calls the program; the test calls the same build directly.
const CARGO_RUN: &str = "cargo run --release -- ";
/// The README's test command.
const CARGO_TEST: &str = "cargo test --release";
/// Lines of the README that a reader sees before scrolling.
const FIRST_SCREEN: usize = 40;

fn readme() -> String {
    std::fs::read_to_string(repository("README.md")).unwrap()
}

/// The two commands.
fn commands() -> (String, String) {
    let blocks = fenced(&readme(), "sh");
    let lines: Vec<&str> = blocks[0].lines().collect();
    let [solve, test] = lines[..] else { panic!("the first block has {} commands, not two", lines.len()) };
    (solve.to_owned(), test.to_owned())
}

/// `--words` of a text.
fn flags(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    words.filter(|w| w.len() > 2 && w.starts_with("--")).map(str::to_owned).collect()
}

/// Every word of each line, numbers masked: times differ from run to run, and last digits from processor to processor.
fn shape(text: &str) -> Vec<String> {
    let masked = |line: &str| {
        let digits_to_marks: String =
            line.chars().map(|c| if c.is_ascii_digit() || c == '.' { '#' } else { c }).collect();
        let words: Vec<String> = digits_to_marks.split_whitespace().map(|w| w.replace("##", "#")).collect();
        words.iter().map(|w| w.trim_end_matches('#')).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(masked).collect()
}

#[test]
fn the_first_command_solves_its_example_and_prints_what_is_shown() {
    let (solve, _) = commands();
    let mut arguments: Vec<&str> = solve.strip_prefix(CARGO_RUN).unwrap().split_whitespace().collect();
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = folder.path().to_string_lossy().into_owned();
    let output = arguments.iter().position(|a| *a == "-o").unwrap() + 1;
    arguments[output] = &elsewhere;
    // What a GPU prints differs in its digits, and in a line on software adapters.
    arguments.extend(["--backend", "cpu"]);
    let run = seedflip(&arguments);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""), "{}", run.stderr);
    let stem = std::path::Path::new(arguments[1]).file_stem().unwrap().to_string_lossy().into_owned();
    let record = std::fs::read_to_string(folder.path().join(format!("{stem}.json"))).unwrap();
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    assert_eq!(record["solved"], true);
    let shown = &fenced(&readme(), "text")[0];
    assert_eq!(shape(&run.stderr), shape(shown), "README shows\n{shown}\nthe program prints\n{}", run.stderr);
    assert_eq!(run.stderr.lines().next(), shown.lines().next());
    // The files it names are there, and the README's table explains each.
    let text = readme();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(text.contains(&format!("`{}`", name.replace(&stem, "NAME"))), "README does not explain {name}");
    }
}

#[test]
fn the_second_command_is_what_ci_runs() {
    let (_, test) = commands();
    assert_eq!(test, CARGO_TEST);
    let ci = std::fs::read_to_string(repository(".ci/run")).unwrap();
    assert!(ci.lines().any(|l| l == format!("step {test}")), ".ci/run does not run the README's test command");
}

#[test]
fn the_commands_stand_on_the_first_screen() {
    let text = readme();
    let (solve, test) = commands();
    for command in [solve, test] {
        assert!(text.lines().take(FIRST_SCREEN).any(|l| l == command), "{command} stands too far down");
    }
}

#[test]
fn every_option_of_the_readme_exists() {
    let text = readme();
    let mut calls = 0;
    // Inline code that calls the program.
    for code in text.split('`').filter(|c| c.starts_with("seedflip ")) {
        let words: Vec<&str> = code.split_whitespace().skip(1).collect();
        let command = seedflip::cli::command();
        // `seedflip NAME` is a call of `solve`.
        let mut of = command.find_subcommand(words[0]).or_else(|| command.find_subcommand("solve")).unwrap();
        of = of.find_subcommand(words.get(1).unwrap_or(&"")).unwrap_or(of);
        let of_all = command.get_arguments().filter(|_| words[0].starts_with('-'));
        let global = command.get_arguments().filter(|option| option.is_global_set());
        let known: BTreeSet<&str> =
            of.get_arguments().chain(of_all).chain(global).filter_map(|option| option.get_long()).collect();
        for flag in flags(code).into_iter().filter(|flag| flag != "--help") {
            assert!(known.contains(flag.trim_start_matches("--")), "`{code}`: {} has no {flag}", of.get_name());
        }
        calls += 1;
    }
    assert!(calls >= 3, "README names {calls} calls of the program");
}

/// An option as the README's table names it: `-o`, `--output DIR`.
fn cell(option: &clap::Arg) -> String {
    let short = option.get_short().map_or(String::new(), |letter| format!("`-{letter}`, "));
    let takes_value = option.get_action().takes_values();
    let value =
        option.get_value_names().filter(|_| takes_value).map_or(String::new(), |names| format!(" {}", names[0]));
    format!("{short}`--{}{value}`", option.get_long().unwrap())
}

#[test]
fn the_table_of_options_has_those_of_solve_and_no_others() {
    let command = seedflip::cli::command();
    let solve = command.find_subcommand("solve").unwrap();
    let global = command.get_arguments().filter(|option| option.is_global_set());
    let shown = |option: &&clap::Arg| option.get_long().is_some() && !option.is_hide_set();
    let known: BTreeSet<String> = solve.get_arguments().chain(global).filter(shown).map(cell).collect();
    let text = readme();
    let rows = text.lines().filter(|line| line.starts_with("| `-"));
    let listed: BTreeSet<String> =
        rows.filter_map(|row| Some(row.strip_prefix("| ")?.split_once(" |")?.0.to_owned())).collect();
    let missing: Vec<&String> = known.difference(&listed).collect();
    let unknown: Vec<&String> = listed.difference(&known).collect();
    assert!(
        missing.is_empty() && unknown.is_empty(),
        "missing in README.md: {missing:?}; unknown to solve: {unknown:?}"
    );
}

#[test]
fn every_command_is_named_in_the_readme() {
    let text = readme();
    for command in seedflip::cli::command().get_subcommands() {
        let call = format!("seedflip {}", command.get_name());
        assert!(text.contains(&call), "README.md does not name {call}");
    }
}

#[test]
fn files_that_the_readme_names_exist() {
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
        assert!(repository(file).exists(), "{file}");
    }
    assert!(readme().contains("`LICENSE-MIT`, `LICENSE-APACHE`"));
}
