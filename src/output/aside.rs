//! Files of others that are in the way, and maps under names of the user's choice.

use super::mark::is_own_map;
use crate::formats::ccp4::{around, ccp4};
use crate::formats::m81::m81;
use crate::formats::write_bytes;
use crate::formats::xplor_write::xplor;
use crate::solve::Structure;
use crate::{Error, Result};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Renames a file to NAME.1 or the next number that is free.
///
/// # Errors
/// The system's.
pub fn set_aside(path: &Path) -> std::io::Result<PathBuf> {
    let numbered = |n: u32| {
        let mut name = path.as_os_str().to_owned();
        name.push(format!(".{n}"));
        PathBuf::from(name)
    };
    let free = (1..).map(numbered).find(|other| !is_there(other));
    let other = free.ok_or(ErrorKind::AlreadyExists)?;
    std::fs::rename(path, &other)?;
    Ok(other)
}

/// A link counts, wherever it leads.
pub fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// What is said of a file that got another name.
pub fn kept_line(path: &Path, other: &Path) -> String {
    format!("{} was not written by seedflip, or changed since; it is kept as {}", path.display(), other.display())
}

/// Formats of maps, by the ending of the name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MapFormat {
    /// `.xplor`.
    Xplor,
    /// `.ccp4`, `.map`, `.mrc`.
    Ccp4,
    /// `.m81`, the binary maps of JANA.
    M81,
}

impl MapFormat {
    /// The endings in words.
    pub const ENDINGS: &str = ".xplor, .m81, .ccp4, .map or .mrc";

    /// The format of a name; `None` for endings that are not written.
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "xplor" => Some(Self::Xplor),
            "ccp4" | "map" | "mrc" => Some(Self::Ccp4),
            "m81" => Some(Self::M81),
            _ => None,
        }
    }
}

/// Writes the map of a structure to `path`, whole or not at all. A map that seedflip wrote is replaced, any other file gets
/// another name: the line that says so.
///
/// # Errors
/// `Error::Output`, and `Error::Usage` for an ending that is not written.
pub fn write_map(path: &Path, structure: &Structure, label: &str) -> Result<Option<String>> {
    let map = &structure.solution.map;
    let bytes = match MapFormat::of(path) {
        Some(MapFormat::Xplor) => xplor(map, label).into_bytes(),
        Some(MapFormat::Ccp4) => {
            let sites: Vec<[f64; 3]> = structure.sites().iter().map(|site| site.xyz).collect();
            ccp4(map, &structure.group, &around(map, &sites), label)
        }
        Some(MapFormat::M81) => m81(map),
        None => return Err(Error::Usage(format!("{}: maps end in {}", path.display(), MapFormat::ENDINGS))),
    };
    let kept = if is_there(path) && !is_own_map(path) {
        let other = set_aside(path).map_err(|source| Error::Output { path: path.to_owned(), source })?;
        Some(kept_line(path, &other))
    } else {
        None
    };
    write_bytes(path, &bytes)?;
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_name_formats() {
        let of = |name: &str| MapFormat::of(Path::new(name));
        assert_eq!(
            [of("a.XPLOR"), of("a.ccp4"), of("a b.map")],
            [Some(MapFormat::Xplor), Some(MapFormat::Ccp4), Some(MapFormat::Ccp4)]
        );
        assert_eq!(of("a.m81"), Some(MapFormat::M81));
        assert_eq!([of("a.m80"), of("a"), of(".xplor")], [None; 3]);
    }
}
