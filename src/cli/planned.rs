//! Plans of runs that keep a journal.

use crate::Result;
use crate::formats::checksum::checksum_text;
use crate::input::Input;
use crate::journal::{Call, Contents, Plan};
use std::path::Path;

/// The plan of `command` on a data set, with further files by what they are for. Files count by their contents, and so do the data as they were
/// read: instructions may name others.
///
/// # Errors
/// A file that cannot be read again.
pub fn plan(command: &str, input: &Input, files: &[(&str, Option<&Path>)]) -> Result<Plan> {
    let mut plan = Plan::new(command, call(command));
    let read = [("instructions", Some(input.ins_path.as_path())), ("reflections", Some(input.hkl_path.as_path()))];
    for (role, path) in read.iter().chain(files) {
        // What results are named after need not be there.
        if let Some(path) = path.filter(|path| path.exists()) {
            plan.inputs.insert((*role).into(), Contents::of(path)?);
        }
    }
    let data = Contents { name: "as read".into(), checksum: checksum_text(format!("{:?}", input.data).as_bytes()) };
    plan.inputs.insert("the crystal".into(), data);
    Ok(plan)
}

/// How the program was called.
pub fn call(command: &str) -> Call {
    let mut words: Vec<String> = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    // `seedflip NAME` is short for `seedflip solve NAME`.
    if words.first().is_none_or(|first| first != command) {
        words.insert(0, command.into());
    }
    let folder = std::env::current_dir().map(|folder| folder.display().to_string());
    Call { words, folder: folder.unwrap_or_default() }
}

/// What is said of lines of a journal that were changed or damaged.
pub fn damage(lines: usize) -> Option<String> {
    (lines > 0)
        .then(|| format!("warning: {lines} damaged lines of the journal count for nothing; their trials run again"))
}
