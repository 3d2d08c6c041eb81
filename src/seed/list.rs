//! A list of seeds as a file gives it, with the frame it refers to.

use super::Knowledge;
use crate::crystal::{Cell, Hkl, SpaceGroup};
use std::path::{Path, PathBuf};

/// Where the phases have their origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Origin {
    /// Where the symmetry operations of the frame (or of the data) have theirs: equivalents follow by symmetry.
    #[default]
    AsIs,
    /// Anywhere, the same for all seeds: only Friedel mates follow.
    Floating,
}

/// What the indices and phases of a list refer to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Frame {
    /// Unit cell, where the file has one.
    pub cell: Option<Cell>,
    /// Space group in the setting of the file, where it has one.
    pub group: Option<SpaceGroup>,
    /// Origin of the phases.
    pub origin: Origin,
}

/// One seed as read: any equivalent, either Friedel mate.
#[derive(Debug, Clone, PartialEq)]
pub struct Seed {
    /// Miller indices in the frame of the list.
    pub hkl: Hkl,
    /// What is known.
    pub knowledge: Knowledge,
    /// Line of a text file, from 1.
    pub line: Option<usize>,
}

/// Everything a seed file says.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedList {
    /// The file.
    pub path: PathBuf,
    /// What kind of file it is, for reports, such as `CSV` or `fcf LIST 6`.
    pub kind: &'static str,
    /// What it refers to.
    pub frame: Frame,
    /// One or more seed sets over the same reflections; trials take them in turn.
    pub sets: Vec<Vec<Seed>>,
    /// Fraction of seeds in a wrong bin, where the file states it.
    pub wrong: Option<f64>,
    /// Share of the scattering that the atoms behind the phases have, where it is too small to be measured: the phases are good for a start, not
    /// to be held.
    pub share: Option<f64>,
    /// Free text on where the seeds come from.
    pub source: Option<String>,
    /// What the user should know about the reading, one line each.
    pub warnings: Vec<String>,
}

impl SeedList {
    /// A list without seeds that says nothing of itself, for a reader to fill.
    pub fn new(path: &Path, kind: &'static str) -> Self {
        Self {
            path: path.to_owned(),
            kind,
            frame: Frame::default(),
            sets: Vec::new(),
            wrong: None,
            share: None,
            source: None,
            warnings: Vec::new(),
        }
    }
}
