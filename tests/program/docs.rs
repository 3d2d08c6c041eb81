//! Holds the pages of `docs` to the program: the tutorial's commands run and print what is shown, options exist, and every page has its place in the book.

use crate::markdown::fenced;
use crate::program::repository;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What begins a line of the verdict that differs from run to run: cycles in a second.
const TIMED: &str = "the best trials agree";

fn page(name: &str) -> String {
    let path = repository("docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Pages below `docs`, by their paths there.
fn pages() -> BTreeSet<String> {
    let docs = repository("docs");
    let mut folders: Vec<PathBuf> = vec![docs.clone()];
    let mut found = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() => folders.push(path),
                Some(ending) if ending == "md" => {
                    let name: Vec<_> =
                        path.strip_prefix(&docs).unwrap().iter().map(|part| part.to_string_lossy()).collect();
                    found.insert(name.join("/"));
                }
                _ => {}
            }
        }
    }
    found
}

/// The commands that a page has typed, as words behind the name of the program.
fn commands(text: &str) -> Vec<Vec<String>> {
    let typed = fenced(text, "sh");
    typed
        .iter()
        .flat_map(|block| block.lines())
        .map(|line| {
            let words = line.strip_prefix("seedflip ").unwrap_or_else(|| panic!("no call of seedflip: {line}"));
            words.split_whitespace().map(str::to_owned).collect()
        })
        .collect()
}

fn copy_into(folder: &Path, name: &str) {
    let to = folder.join(name);
    std::fs::create_dir_all(to.parent().unwrap()).unwrap();
    std::fs::copy(repository(name), to).unwrap();
}

#[test]
fn the_tutorial_runs_and_prints_what_it_shows() {
    let text = page("tutorial.md");
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "tests/data/ethyldeoxycytidine.ins",
        "tests/data/ethyldeoxycytidine.hkl",
        "examples/models/ethyldeoxycytidine.cif",
    ] {
        copy_into(folder.path(), name);
    }
    let mut printed = String::new();
    let all = commands(&text);
    assert!(all.len() >= 5, "{all:?}");
    for mut words in all {
        // What a GPU prints differs in its digits.
        if words[0] != "seed" {
            words.extend(["--backend".into(), "cpu".into()]);
        }
        let program = env!("CARGO_BIN_EXE_seedflip");
        let run = Command::new(program).args(&words).current_dir(folder.path()).output().unwrap();
        let [out, err] = [&run.stdout, &run.stderr].map(|bytes| String::from_utf8_lossy(bytes));
        assert!(run.status.success(), "{words:?}: {err}");
        printed += &format!("{out}{err}");
    }
    printed += &std::fs::read_to_string(folder.path().join("out/ethyldeoxycytidine.lst")).unwrap();
    let said: BTreeSet<String> = printed.lines().map(words_alone).collect();
    let shown = fenced(&text, "text");
    for line in shown.iter().flat_map(|block| block.lines()).filter(|line| !line.starts_with(TIMED)) {
        assert!(said.contains(&words_alone(line)), "the tutorial shows what is not printed: {line}");
    }
    assert!(folder.path().join("screen/screen.html").exists());
}

/// A line with its blanks made one, and its numbers cut to two places: last digits differ from processor to processor.
fn words_alone(line: &str) -> String {
    let cut = |word: &str| match word.split_once('.') {
        Some((whole, rest)) if rest.len() > 2 && rest.chars().all(|c| c.is_ascii_digit()) => {
            format!("{whole}.{}", &rest[..2])
        }
        _ => word.to_owned(),
    };
    line.split_whitespace().map(cut).collect::<Vec<_>>().join(" ")
}

#[test]
fn every_option_of_the_pages_exists() {
    let root = seedflip::cli::command();
    let mut calls = 0;
    for name in pages() {
        let text = page(&name);
        let typed = text.lines().filter_map(|l| l.trim_start_matches("exec ").strip_prefix("seedflip "));
        let inline = text.split('`').filter_map(|code| code.strip_prefix("seedflip "));
        for call in typed.chain(inline) {
            let words: Vec<&str> = call.split_whitespace().collect();
            let mut command = root.find_subcommand(words[0]).or_else(|| root.find_subcommand("solve")).unwrap();
            command = words.get(1).and_then(|word| command.find_subcommand(word)).unwrap_or(command);
            let known: BTreeSet<&str> =
                command.get_arguments().chain(root.get_arguments()).filter_map(|o| o.get_long()).collect();
            for flag in words.iter().filter_map(|word| word.strip_prefix("--")) {
                assert!(known.contains(flag), "{name}: `seedflip {call}`: {} has no --{flag}", command.get_name());
            }
            calls += 1;
        }
    }
    assert!(calls >= 10, "{calls}");
}

#[test]
fn every_page_has_its_place_in_the_book_and_links_lead_somewhere() {
    let summary = page("SUMMARY.md");
    for name in pages() {
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name} is not in SUMMARY.md");
        let folder = repository("docs").join(&name);
        let folder = folder.parent().unwrap();
        let text = page(&name);
        let targets = text.split("](").skip(1).filter_map(|rest| rest.split(')').next());
        for target in targets.filter(|t| !t.contains("://")) {
            let file = target.split('#').next().unwrap();
            assert!(file.is_empty() || folder.join(file).exists(), "{name}: nothing at {target}");
        }
    }
}

/// Comments cite sections of the recipe notes: each is there.
#[test]
fn sections_of_the_notes_that_comments_cite_are_there() {
    let notes = page("notes/recipe.md");
    let mut folders = vec![repository("src"), repository("shaders")];
    let mut cited = BTreeSet::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            for rest in text.split("recipe notes §").skip(1) {
                cited.extend(rest.chars().next());
            }
        }
    }
    assert!(cited.len() >= 5, "{cited:?}");
    for section in cited {
        assert!(notes.contains(&format!("\n## {section}. ")), "no section {section}");
    }
}
