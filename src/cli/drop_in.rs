//! Command lines as other programs write them for SHELXT: `NAME -t4 -a -m1000`, or `-t4 NAME`.

use super::places;
use crate::output::say;
use std::ffi::OsString;
use std::path::Path;

/// Single letters that are options here as well.
const OWN: [&str; 4] = ["-o", "-q", "-h", "-"];
/// What a caller of SHELXT looks for beside the model.
const FILES: &str = "cif,lxt";

/// The words behind `solve` for a line of SHELXT, the name of the program left out; `None` where the line is none: its
/// first word that is no option must stand for data without being a file itself. Threads and space group are taken
/// over, and one line says what else was asked for.
pub fn translated(words: &[OsString]) -> Option<Vec<OsString>> {
    let at = words.iter().position(|word| !of_shelxt(word))?;
    let name = words.get(at)?;
    let path = Path::new(name);
    if path.is_file() || name.to_string_lossy().starts_with('-') || !places::stands_for_data(path) {
        return None;
    }
    let (mut out, mut passed_over) = (vec![name.clone()], Vec::new());
    let rest = words.iter().enumerate().filter(|(n, _)| *n != at).map(|(_, word)| word);
    for word in rest {
        match meaning(word) {
            Meaning::Own => out.push(word.clone()),
            Meaning::Is(option, value) => out.extend([option.into(), value.into()]),
            Meaning::PassedOver => passed_over.push(word.to_string_lossy().into_owned()),
        }
    }
    let asks = |option: &str| out.iter().any(|word| word.to_string_lossy().starts_with(option));
    if !asks("--write") {
        out.extend(["--write".into(), FILES.into()]);
    }
    if !passed_over.is_empty() {
        say::line(&format!("options of SHELXT that have no meaning here: {}", passed_over.join(" ")));
    }
    Some(out)
}

/// What a word of the line is.
enum Meaning {
    /// A word of our own.
    Own,
    /// An option of ours with a value.
    Is(&'static str, String),
    /// Something that only SHELXT knows.
    PassedOver,
}

/// A minus, one letter, and a value without a blank: `-t4`, `-a`, `-sP6_mmm`.
fn of_shelxt(word: &OsString) -> bool {
    let text = word.to_string_lossy();
    let letter = text.strip_prefix('-').and_then(|rest| rest.chars().next());
    // `-v` may be said several times, and with `-V`.
    let verbose = text.strip_prefix('-').is_some_and(|rest| rest.chars().all(|c| c.eq_ignore_ascii_case(&'v')));
    letter.is_some_and(|c| c.is_ascii_alphabetic()) && !verbose && !OWN.contains(&&*text)
}

fn meaning(word: &OsString) -> Meaning {
    if !of_shelxt(word) {
        return Meaning::Own;
    }
    let text = word.to_string_lossy();
    let (letter, value) = text.split_at(2);
    let threads = || value.parse::<u16>().ok().filter(|n| (1..=super::MOST_THREADS).contains(&i64::from(*n)));
    match letter {
        "-t" if threads().is_some() => Meaning::Is("--threads", value.to_owned()),
        // A solidus cannot stand in every shell.
        "-s" if !value.is_empty() => Meaning::Is("--space-group", value.trim_matches('"').replace('_', "/")),
        _ => Meaning::PassedOver,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_shelxt_are_understood() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("x.ins"), "TITL x\n").unwrap();
        let name = folder.path().join("x");
        let line = |words: &[&str]| {
            let words: Vec<OsString> =
                words.iter().map(|w| if *w == "x" { name.clone().into_os_string() } else { (*w).into() }).collect();
            let found = translated(&words)?;
            Some(found[1..].iter().map(|w| w.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" "))
        };
        for (words, expected) in [
            (&["x"][..], Some("--write cif,lxt")),
            (&["x", "-t2"], Some("--threads 2 --write cif,lxt")),
            (&["-t2", "-a0.3", "x"], Some("--threads 2 --write cif,lxt")),
            (&["x", "-sP6_mmm", "-m1000", "-t0"], Some("--space-group P6/mmm --write cif,lxt")),
            (&["x", "-o", "out", "--write", "none"], Some("-o out --write none")),
            (&["x", "-vv"], Some("-vv --write cif,lxt")),
            (&["-vV"], None),
            (&["--help"], None),
            (&["-V"], None),
            (&["y", "-t2"], None),
            (&["solve", "x"], None),
            (&[], None),
        ] {
            assert_eq!(line(words).as_deref(), expected, "{words:?}");
        }
    }
}
