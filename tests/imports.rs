//! Holds the source tree to what `src/lib.rs` says of it: import directions, no panics, short files.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Words that end the program instead of returning an error.
const PANICS: [&str; 6] = [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "unreachable!"];
/// Words of the standard library that end the program when nobody hears them: `output::say` never does.
const LOUD: [&str; 3] = ["println!", "print!", "dbg!"];
/// The exceptions: file, word, and why nothing can go wrong there.
const ALLOWED_PANICS: [(&str, &str, &str); 1] =
    [("phasing/setup.rs", "unreachable!", "the grid is computed from the very indices that are laid out on it")];
/// A file longer than the median should be the exception.
const LONGEST_MEDIAN: usize = 250;

/// A source file without its tests and comments.
struct Source {
    /// Path below `src`, with `/`.
    name: String,
    /// First part of the module path: `engine` for `engine/cpu/mod.rs`.
    module: String,
    /// Parts of the module path.
    depth: usize,
    code: String,
    lines: usize,
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every file of `src` but `main.rs` and `lib.rs`, less files that only tests include.
fn sources() -> Vec<Source> {
    let root = source_folder();
    let mut paths = Vec::new();
    rust_files(&root, &mut paths);
    paths.sort();
    let mut test_files = BTreeSet::new();
    let mut sources = Vec::new();
    for path in paths {
        let relative = path.strip_prefix(&root).unwrap();
        let name = relative.to_string_lossy().replace('\\', "/");
        if name == "main.rs" || name == "lib.rs" {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (code, included) = without_tests(&text);
        test_files.extend(included.into_iter().map(|file| path.with_file_name(file)));
        let parts: Vec<&str> = name.trim_end_matches(".rs").trim_end_matches("/mod").split('/').collect();
        let lines = text.lines().count();
        sources.push((path.clone(), Source { module: parts[0].into(), depth: parts.len(), name, code, lines }));
    }
    sources.into_iter().filter(|(path, _)| !test_files.contains(path)).map(|(_, source)| source).collect()
}

/// The code outside `#[cfg(test)]` items and comments, and the names of files that such items include.
fn without_tests(text: &str) -> (String, Vec<String>) {
    let (mut code, mut included) = (String::new(), Vec::new());
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.trim() != "#[cfg(test)]" {
            // A `//` inside a string would cut the line short; no string here holds code.
            code.push_str(line.split("//").next().unwrap_or(""));
            code.push('\n');
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let mut path = None;
        for item in lines.by_ref() {
            if let Some(quoted) = item.trim().strip_prefix("#[path = \"") {
                path = quoted.strip_suffix("\"]").map(str::to_owned);
            } else if let Some(module) =
                item.trim().trim_start_matches("pub(crate) ").strip_prefix("mod ").and_then(|m| m.strip_suffix(';'))
            {
                included.push(path.take().unwrap_or_else(|| format!("{module}.rs")));
                break;
            } else if item.strip_prefix(indent).is_some_and(|rest| rest == "}")
                || item.trim().ends_with(';') && item.starts_with(&format!("{indent}use "))
            {
                break;
            }
        }
    }
    (code, included)
}

/// Rows `module ← those it may import` of the table in `lib.rs`, in order.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let text = std::fs::read_to_string(source_folder().join("lib.rs")).unwrap();
    let rows = text.lines().filter_map(|l| l.strip_prefix("//! ")?.split_once('←'));
    rows.map(|(module, allowed)| {
        (module.trim().to_owned(), allowed.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>())
    })
    .collect()
}

/// First names of all paths below `crate::`; names of types are the re-exports of `error`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let rest = &code[at + "crate::".len()..];
        let names: Vec<&str> = match rest.strip_prefix('{') {
            Some(group) => top_level(group),
            None => vec![rest],
        };
        for name in names {
            let name: String = name.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
            let is_type = name.starts_with(char::is_uppercase);
            found.insert(if is_type { "error".into() } else { name });
        }
    }
    found
}

/// The members of a `{a, b::{c, d}}` group, given without its first brace.
fn top_level(group: &str) -> Vec<&str> {
    let (mut depth, mut start, mut members) = (0, 0, Vec::new());
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => {
                members.push(&group[start..i]);
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                members.push(&group[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    members.into_iter().filter(|m| !m.trim().is_empty()).collect()
}

#[test]
fn the_reader_of_paths_reads_paths() {
    let code = "use crate::{Error, a::{b, c},\n d};\nlet x = crate::e::f(); use other_crate::g;";
    assert_eq!(imports(code).into_iter().collect::<Vec<_>>(), ["a", "d", "e", "error"]);
    let (code, included) = without_tests(
        "use a;\n#[cfg(test)]\nmod x;\nb // c\n#[cfg(test)]\n#[path = \"y.rs\"]\nmod tests;\n#[cfg(test)]\nmod tests {\n  z {\n  }\n}\nd\n",
    );
    assert_eq!((code.as_str(), included), ("use a;\nb \nd\n", vec!["x.rs".to_owned(), "y.rs".to_owned()]));
}

#[test]
fn the_table_has_every_module_once_and_arrows_point_down() {
    let text = std::fs::read_to_string(source_folder().join("lib.rs")).unwrap();
    let mut modules: Vec<&str> = text.lines().filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let table = table();
    let mut listed: Vec<&str> = table.iter().map(|(module, _)| module.as_str()).collect();
    for (row, (module, allowed)) in table.iter().enumerate() {
        for import in allowed {
            assert!(listed[..row].contains(&import.as_str()), "{module} ← {import}: {import} does not stand above it");
        }
    }
    modules.sort_unstable();
    listed.sort_unstable();
    assert_eq!(modules, listed, "the table and the modules of lib.rs differ");
}

#[test]
fn modules_import_what_the_table_allows() {
    let table: BTreeMap<_, _> = table().into_iter().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let allowed = &table[&source.module];
        for import in imports(&source.code) {
            if import != source.module && !allowed.contains(&import) {
                wrong.push(format!("src/{}: {} may not import {import}", source.name, source.module));
            }
        }
        let way_out = "super::".repeat(source.depth);
        if source.code.contains(&way_out) {
            wrong.push(format!("src/{}: {way_out} leads out of its module; write crate::", source.name));
        }
    }
    assert!(wrong.is_empty(), "{}\n(the table stands in src/lib.rs)", wrong.join("\n"));
}

#[test]
fn walls_that_must_not_move() {
    let table: BTreeMap<_, _> = table().into_iter().collect();
    for (module, never) in [
        ("formats", ["engine", "phasing", "trials"].as_slice()),
        ("engine", &["crystal", "reflections", "structure", "formats"]),
        ("report", &["engine", "phasing"]),
        ("twins", &["engine", "crystal"]),
    ] {
        for other in never {
            assert!(!table[module].contains(*other), "{module} must never see {other}");
        }
    }
    // Whoever may see the boundary still has no business behind it: `solve` and `bench` choose an implementation.
    for source in sources() {
        let chooses = ["engine", "solve", "device", "bench"].contains(&source.module.as_str());
        assert!(chooses || !source.code.contains("engine::cpu"), "src/{} names an engine implementation", source.name);
    }
}

#[test]
fn modules_say_what_they_import() {
    let root = source_folder();
    for (module, allowed) in table() {
        let files = [root.join(format!("{module}.rs")), root.join(&module).join("mod.rs")];
        let text = files.iter().find_map(|f| std::fs::read_to_string(f).ok()).unwrap();
        let docs: Vec<&str> = text.lines().map_while(|l| l.strip_prefix("//!")).map(str::trim).collect();
        let docs = docs.join(" ");
        let Some((_, rest)) = docs.split_once("Imports: ") else { continue };
        let sentence = rest.split('.').next().unwrap_or("");
        let named: BTreeSet<String> = sentence.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        assert_eq!(named, allowed, "the first comment of {module} and the table in lib.rs differ");
    }
}

#[test]
fn nothing_panics_on_purpose() {
    let mut excused = BTreeSet::new();
    for source in sources() {
        for word in PANICS {
            let times = source.code.matches(word).count();
            let excuse = ALLOWED_PANICS.iter().position(|(file, w, _)| *file == source.name && *w == word);
            match excuse {
                Some(i) if times == 1 => drop(excused.insert(i)),
                _ => assert_eq!(times, 0, "src/{} has {word}: return an Error instead", source.name),
            }
        }
    }
    assert_eq!(excused.len(), ALLOWED_PANICS.len(), "an exception is no longer needed: {ALLOWED_PANICS:?}");
}

#[test]
fn nothing_ends_the_program_by_speaking() {
    let main = std::fs::read_to_string(source_folder().join("main.rs")).unwrap();
    let sources = sources();
    let texts = sources.iter().map(|s| (s.name.as_str(), s.code.as_str())).chain([("main.rs", main.as_str())]);
    for (name, code) in texts {
        for word in LOUD {
            assert!(!code.contains(word), "src/{name} has {word}: use output::say, which survives a closed stderr");
        }
    }
}

#[test]
fn files_are_short() {
    let mut lines: Vec<usize> = sources().iter().map(|s| s.lines).collect();
    lines.sort_unstable();
    let median = lines[lines.len() / 2];
    assert!(median < LONGEST_MEDIAN, "the median file has {median} lines");
}

/// Everything that runs trials does so by the one loop: a second one would have to learn all that the first one knows
/// of queues, of several engines and of stages.
#[test]
fn one_loop_advances_engines() {
    let calls = |code: &str| code.contains(".advance(") || code.contains("engine.begin(");
    let callers: Vec<String> = sources()
        .into_iter()
        .filter(|s| !["engine", "gpu", "bench"].contains(&s.module.as_str()) && calls(&s.code))
        .map(|s| s.name)
        .collect();
    assert_eq!(callers, ["trials/slots.rs"]);
    let bench = std::fs::read_to_string(source_folder().join("../benches/success.rs")).unwrap();
    assert!(!bench.contains(".advance("), "benches/success.rs has a loop of its own");
}

/// Which iteration a trial runs is a `Method`; what follows from it stands in its protocol.
#[test]
fn the_method_is_no_flag() {
    for source in sources() {
        for flag in ["flipping: bool", "is_flipping", "message: bool"] {
            assert!(!source.code.contains(flag), "src/{} has {flag}: ask the Method", source.name);
        }
    }
}

/// Files of the loop and of the GPU engine hold one noun each.
#[test]
fn files_of_the_loop_stay_below_three_hundred_lines() {
    for source in sources() {
        let held = ["trials", "engine", "phasing", "screen"].contains(&source.module.as_str())
            || source.name.starts_with("gpu/engine");
        assert!(!held || source.lines <= 300, "src/{} has {} lines: split it by noun", source.name, source.lines);
    }
}
