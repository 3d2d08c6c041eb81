//! From a path to data ready for phasing: `NAME.ins` with `NAME.hkl` beside it, or a file of reflections of any kind.
//!
//! Imports: `basis`, `formats`, `reflections`, `crystal`, `error`.

use crate::Result;
pub use crate::basis::Basis;
use crate::basis::{Axes, data_set, on_telling_axes};
use crate::crystal::{Radiation, SpaceGroup};
use crate::formats::measured::Choice;
use crate::formats::{Hklf, HklfFormat, Ins};
use crate::reflections::{CrystalHeader, DataSet};
use std::path::{Path, PathBuf};
pub use taken::Taken;
pub use together::Together;
use together::together;

pub mod folder;
pub mod inflip;
mod neutrons;
mod obverse;
pub mod places;
mod taken;
mod together;

/// A data set with where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Input {
    /// The instruction file as read, or what other files say in its place.
    pub ins: Ins,
    /// Merged and normalised reflections.
    pub data: DataSet,
    /// What the results are named after: the instruction file, or one that might be there beside the reflections.
    pub ins_path: PathBuf,
    /// The reflection file that was read.
    pub hkl_path: PathBuf,
    /// True where a SHELX program reads the same from `hkl_path` and the card in `ins.hklf`; else the list is to be
    /// written anew for it.
    pub shelx_list: bool,
    /// What was taken: files, kind, block or columns, rows, F or F².
    pub taken: Taken,
    /// True for NAME.ins, as it was written, and NAME.hkl: nothing that needs to be said.
    pub plain: bool,
    /// What the readers noticed, one line each.
    pub warnings: Vec<String>,
}

/// What is to be read.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// A name on the command line, see `places`.
    pub name: &'a Path,
    /// The reflections, where they are in another file.
    pub hkl: Option<&'a Path>,
    /// Columns and blocks.
    pub choice: &'a Choice,
}

impl Request<'_> {
    /// Reads the files, merges and normalises. `radiation` overrides what the wavelength says.
    ///
    /// # Errors
    /// Those of the readers and of `DataSet::new`, the latter blamed on the reflection file; a crystal of which no file
    /// says the cell.
    pub fn read(&self, radiation: Option<Radiation>) -> Result<Input> {
        let Together { ins, rows, ins_path, hkl_path, shelx_list, plain, taken, mut warnings } = together(self)?;
        let mut header = ins.header();
        header.radiation = radiation.unwrap_or(header.radiation);
        warnings.extend(neutrons::remarks(&header));
        let twin = ins.hklf.format == HklfFormat::TwinIntensities;
        let (data, line) = data_set(header, rows, twin).map_err(|error| error.of_file(&hkl_path))?;
        warnings.extend(line);
        Ok(Input { ins, data, ins_path, hkl_path, shelx_list, taken, plain, warnings })
    }

    /// Reads the files without merging.
    ///
    /// # Errors
    /// Those of the readers; a crystal of which no file says the cell.
    pub fn rows(&self) -> Result<Together> {
        together(self)
    }
}

/// Reads the files that `name` stands for (see `places`), the reflections from `hkl` where that is given, with nothing
/// chosen by hand, see [`Request::read`].
///
/// # Errors
/// Those of [`Request::read`].
pub fn read(name: &Path, hkl: Option<&Path>, radiation: Option<Radiation>) -> Result<Input> {
    Request { name, hkl, choice: &Choice::default() }.read(radiation)
}

impl Input {
    /// Of a crystal that comes from arrays: files of it begin with `name`, and are written with a list of their own.
    pub fn of_arrays(name: &str, data: DataSet, warnings: Vec<String>) -> Self {
        let CrystalHeader { title, wavelength, radiation, cell, space_group, z, elements } = data.header.clone();
        let ins = Ins {
            title: if title.is_empty() { name.to_owned() } else { title },
            wavelength,
            neutrons: radiation == Radiation::Neutron,
            cell,
            space_group,
            z,
            cell_sigma: [0.0; 6],
            elements,
            hklf: Hklf {
                format: if data.domains.is_some() { HklfFormat::TwinIntensities } else { HklfFormat::Intensities },
                ..Hklf::default()
            },
            kept: Vec::new(),
            sites: Vec::new(),
            warnings: Vec::new(),
        };
        let (ins_path, hkl_path) = (PathBuf::from(format!("{name}.ins")), PathBuf::from(format!("{name}.hkl")));
        let taken = Taken::of_arrays(data.listed().len());
        Self { ins, data, ins_path, hkl_path, shelx_list: false, taken, plain: false, warnings }
    }

    /// The input's space group, or another one, as it is.
    ///
    /// # Errors
    /// Those of `DataSet::new`.
    pub fn with_group(&self, group: SpaceGroup) -> Result<Basis> {
        Basis::of_group(&self.data, group).map_err(|error| error.of_file(&self.hkl_path))
    }

    /// Laue class and centring from the intensities, the space group left open.
    ///
    /// # Errors
    /// Those of `DataSet::of_laue_class`.
    pub fn with_laue_class(&self) -> Result<Basis> {
        Basis::of_laue_class(&self.data).map_err(|error| error.of_file(&self.hkl_path))
    }

    /// The same on axes on which all rotations that lattice and intensities have are whole numbers, see [`on_telling_axes`].
    ///
    /// # Errors
    /// Those of `DataSet::new`.
    pub fn on_telling_axes(mut self) -> Result<Self> {
        let axes = on_telling_axes(&self.data).map_err(|error| error.of_file(&self.hkl_path))?;
        let (data, basis) = match axes {
            Axes::Telling => return Ok(self),
            Axes::Kept { line } => {
                self.warnings.push(line);
                return Ok(self);
            }
            Axes::Turned { data, basis, line } => {
                self.warnings.push(line);
                (*data, basis)
            }
        };
        let old = &self.data.header;
        let cell_sigma = old.cell.transformed_sigma(self.ins.cell_sigma, &basis, old.space_group.axes_alike());
        let mut hklf = self.ins.hklf;
        let matrix = hklf.matrix;
        hklf.matrix = std::array::from_fn(|j| {
            std::array::from_fn(|k| (0..3).map(|i| basis[i][j] * matrix[i][k]).sum::<f64>() + 0.0)
        });
        let CrystalHeader { cell, space_group, z, elements, .. } = data.header.clone();
        let ins = Ins { cell, cell_sigma, space_group, z, elements, hklf, ..self.ins };
        Ok(Self { ins, data, ..self })
    }
}
