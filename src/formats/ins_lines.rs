//! The lines of a SHELX `.ins` or `.res`: continuations, comments, and files that it includes.

use super::ins_atoms::is_card;
use super::text::{decode, lines, plain, read_bytes};
use crate::error::{Error, Result};
use std::path::{Path, PathBuf};

/// What a line holds.
#[derive(Debug, PartialEq)]
pub enum Card {
    /// A card or an atom, with its continuations, without comments; empty for a comment.
    Text(String),
    /// `+file`: the name of the file.
    Include(String),
    /// A card behind a blank: a comment.
    SwitchedOff,
}

/// Files within files at most: more is a file that includes itself.
const DEEPEST: usize = 8;

/// Cards with their first line, counted from 1. A line that begins with a blank is a comment (SHELX manual, chapter 7)
/// unless the line before it goes on: has a `=`, behind which all is comment.
pub fn cards(bytes: &[u8]) -> Vec<(usize, Card)> {
    let mut result: Vec<(usize, Card)> = Vec::new();
    let mut continued = false;
    for (index, raw) in lines(&plain(bytes)).into_iter().enumerate() {
        let line = decode(raw);
        let first = line.split_whitespace().next().unwrap_or("").to_ascii_uppercase();
        if !continued && line.starts_with(char::is_whitespace) {
            if is_card(&first) && first != "REM" {
                result.push((index + 1, Card::SwitchedOff));
            }
            continue;
        }
        if let (false, Some(name)) = (continued, line.strip_prefix('+')) {
            let name = name.split('!').next().unwrap_or("").trim_start_matches('+').trim();
            result.push((index + 1, Card::Include(name.to_owned())));
            continue;
        }
        // Free text may hold `!` and `=`; of all else SHELX ignores what stands behind them.
        let free_text = !continued && (first.starts_with("TITL") || first.starts_with("REM"));
        let text = if free_text { line.as_str() } else { line.split('!').next().unwrap_or("") };
        let before = text.split_once('=').filter(|_| !free_text).map(|(before, _)| before);
        let (goes_on, text) = (before.is_some(), before.unwrap_or(text).trim());
        match result.last_mut() {
            Some((_, Card::Text(last))) if continued => {
                last.push(' ');
                last.push_str(text);
            }
            _ => result.push((index + 1, Card::Text(text.to_owned()))),
        }
        continued = goes_on;
    }
    result
}

/// Path and bytes of the file that line `n` of `path` includes; `depth` counts the files that include `path`.
///
/// # Errors
/// `Error::Input` naming `path` and the line: a file that cannot be read, that is in another folder, or that includes
/// itself.
pub fn include(path: &Path, n: usize, name: &str, depth: usize) -> Result<(PathBuf, Vec<u8>)> {
    let hint = "put the file beside this one, or its cards in place of the line";
    let fault = |what: String| Error::line(path, n, what, hint);
    // A card must not reach for files all over the machine.
    if name.is_empty() || Path::new(name).file_name().is_none_or(|file| file != name) {
        return Err(fault(format!("+{name:?} is no file of the same folder")));
    }
    if depth >= DEEPEST {
        return Err(fault(format!("+{name:?} is the file within {DEEPEST} others")));
    }
    let file = path.with_file_name(name);
    let bytes = read_bytes(&file, hint).map_err(|_| fault(format!("the included file {name:?} cannot be read")))?;
    Ok((file, bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_make_comments_but_not_of_continuations() {
        let text = |text: &str| Card::Text(text.to_owned());
        let found =
            cards(b"TITL a = b ! c\nSFAC C = and more\n H N ! all = here\n HKLF 5\n\tUNIT 1\n   words\n REM x\n+a.txt\n++b c.ins ! d");
        let expected = [
            (1, text("TITL a = b ! c")),
            (2, text("SFAC C H N")),
            (4, Card::SwitchedOff),
            (5, Card::SwitchedOff),
            (8, Card::Include("a.txt".into())),
            (9, Card::Include("b c.ins".into())),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn files_of_other_folders_are_not_included() {
        for name in ["", "..", "../a", "/etc/hosts", "a/b", "missing.txt"] {
            let message = include(Path::new("x.ins"), 3, name, 0).unwrap_err().to_string();
            assert!(message.starts_with("x.ins:3: "), "{message}");
        }
    }
}
