//! What was taken of which files.

use crate::formats::HklfFormat;
use crate::formats::measured::{Measured, file_name};
use schemars::JsonSchema;
use serde::Serialize;
use std::fmt;
use std::path::Path;

/// Where crystal and reflections of a run come from.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Taken {
    /// Name of the reflection file, without its folder.
    pub reflections: String,
    /// Kind of that file, in words: `reflection list`, `CIF`, `MTZ` …
    pub kind: &'static str,
    /// Block, loop or columns that were taken of it; empty where there is one list only.
    pub part: String,
    /// Where the numbers of a text list stand, such as `columns 3I4,2F8,I4`; null for other kinds.
    pub layout: Option<String>,
    /// `F²` or `F`.
    pub quantity: &'static str,
    /// Rows that were read.
    pub rows: usize,
    /// Name of the file that says what the crystal is, without its folder; null where the reflection file does.
    pub crystal: Option<String>,
}

impl Taken {
    /// So many reflections that another program handed over.
    pub fn of_arrays(rows: usize) -> Self {
        Self {
            reflections: "arrays".to_owned(),
            kind: "arrays",
            part: String::new(),
            layout: None,
            quantity: HklfFormat::Intensities.symbol(),
            rows,
            crystal: None,
        }
    }

    /// Reflections of `data`, the crystal of `source`.
    pub fn new(source: Option<&Path>, data: &Path, measured: &Measured) -> Self {
        Self {
            reflections: file_name(data),
            kind: measured.kind,
            part: measured.part.clone(),
            layout: measured.layout.clone(),
            quantity: measured.quantity.symbol(),
            rows: measured.reflections.len(),
            crystal: source.map(file_name),
        }
    }
}

impl fmt::Display for Taken {
    /// `t.cif: CIF, block t, _shelx_hkl_file, 986 rows of F²; crystal of t.ins`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.reflections, self.kind)?;
        if !self.part.is_empty() {
            write!(f, ", {}", self.part)?;
        }
        write!(f, ", {} rows of {}", self.rows, self.quantity)?;
        self.crystal.as_ref().map_or(Ok(()), |crystal| write!(f, "; crystal of {crystal}"))
    }
}
