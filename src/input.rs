//! From a path to data ready for phasing: `NAME.ins` with `NAME.hkl` beside it, or a file of reflections of any kind.
//!
//! Imports: `formats`, `reflections`, `crystal`, `error`.

use crate::crystal::contents::likely;
use crate::crystal::{ElementCount, Radiation, SpaceGroup};
use crate::formats::measured::Choice;
use crate::formats::{HklfFormat, Ins};
use crate::reflections::{
    CrystalHeader, DataSet, Domains, LaueFinding, MergedReflection, RawReflection, laue_class, regroup,
};
use crate::{Error, Result};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
pub use taken::Taken;
pub use together::Together;
use together::together;

mod axes;
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
        let sum_f2 = scattering_power(&header);
        let twin = ins.hklf.format == HklfFormat::TwinIntensities;
        let (domains, rows) = if twin {
            let domains = Domains::new(rows);
            let unmixed = domains.unmixed(&header.cell, &header.space_group);
            warnings.push(twin_line(&domains, unmixed.share));
            (Some(Arc::new(domains)), unmixed.rows)
        } else {
            (None, rows)
        };
        let data = DataSet::new(header, &rows, sum_f2).map_err(|error| error.of_file(&hkl_path))?.of_domains(domains);
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

/// The data that a run rests on, and what it takes for granted of their symmetry.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// The data, merged in the given space group or in the Laue class.
    pub data: DataSet,
    /// The space group that the input names, where the group is to be found; `None` where that of the data is given.
    pub hint: Option<SpaceGroup>,
    /// What the intensities say of Laue class and centring, where the group is to be found.
    pub laue: Option<LaueFinding>,
}

impl Basis {
    /// Unique reflections in a group that was found.
    ///
    /// # Errors
    /// Those of `regroup`.
    pub fn merged_in(&self, group: &SpaceGroup) -> Result<Vec<MergedReflection>> {
        regroup(&self.data, group)
    }

    /// What is worth a word before the run, one line each.
    pub fn warnings(&self) -> Vec<String> {
        let of_laue = self.laue.iter().flat_map(|laue| {
            let changed =
                laue.changed.iter().map(|c| format!("{} is taken, not {} of the input: {}", c.to, c.from, c.why));
            changed.chain(laue.remarks.iter().cloned())
        });
        of_laue.chain(self.data.warnings.iter().cloned()).collect()
    }
}

impl Input {
    /// The input's space group, or another one, as it is.
    ///
    /// # Errors
    /// Those of `DataSet::new`.
    pub fn with_group(&self, group: SpaceGroup) -> Result<Basis> {
        if group == self.data.header.space_group {
            return Ok(Basis { data: self.data.clone(), hint: None, laue: None });
        }
        let header = CrystalHeader { space_group: group, ..self.data.header.clone() };
        let sum_f2 = scattering_power(&header);
        let rows = self.rows_in(&header.space_group);
        let data = DataSet::new(header, &rows, sum_f2).map_err(|error| error.of_file(&self.hkl_path))?;
        Ok(Basis { data: data.of_domains(self.data.domains.clone()), hint: None, laue: None })
    }

    /// Rows to be merged in `group`: as read, or those of a twin one by one.
    fn rows_in(&self, group: &SpaceGroup) -> Cow<'_, [RawReflection]> {
        let cell = &self.data.header.cell;
        match &self.data.domains {
            Some(domains) => Cow::Owned(domains.unmixed(cell, group).rows),
            None => Cow::Borrowed(&self.data.rows),
        }
    }

    /// Laue class and centring from the intensities, the space group left open.
    ///
    /// # Errors
    /// Those of `DataSet::of_laue_class`.
    pub fn with_laue_class(&self) -> Result<Basis> {
        let own = &self.data.header;
        let blamed = |error: Error| error.of_file(&self.hkl_path);
        // Equivalents of a twin that were taken apart need not agree.
        let unmixed = self.data.domains.as_ref().map(|domains| domains.unmixed(&own.cell, &own.space_group));
        let rows = unmixed.as_ref().map_or(&self.data.rows[..], |unmixed| unmixed.measured_alone());
        let laue = laue_class(rows, &own.cell, &own.space_group).map_err(blamed)?;
        let header = CrystalHeader { space_group: laue.group.clone(), ..own.clone() };
        let sum_f2 = scattering_power(&header);
        let rows = self.rows_in(&header.space_group);
        let data = DataSet::of_laue_class(header, &rows, sum_f2).map_err(blamed)?;
        let data = data.of_domains(self.data.domains.clone());
        let hint = if laue.changed.is_some() { laue.group.clone() } else { own.space_group.clone() };
        Ok(Basis { data, hint: Some(hint), laue: Some(laue) })
    }
}

/// What is known of a twin whose reflections fall together here and there before there is a model.
fn twin_line(domains: &Domains, share: f64) -> String {
    let counts = domains.counts();
    let [first, second] = counts.alone;
    format!(
        "HKLF 5, a twin of two domains: {} observations, {first} of the first alone, {second} of the second, \
         {} overlaps ({:.0} %); taken apart for the phases with a fraction of about {share:.2}",
        counts.all(),
        counts.overlaps,
        100.0 * counts.overlap()
    )
}

/// Σf² over the atoms of the cell as a function of (sin θ/λ)².
fn scattering_power(header: &CrystalHeader) -> impl Fn(f64) -> f64 + use<> {
    let table = header.table();
    let neutrons = header.radiation == Radiation::Neutron;
    let contents = likely(&header.elements, header.cell.volume);
    move |stol_sq| {
        let factor = |e: &ElementCount| match e.coefficients {
            // a1 b1 a2 b2 a3 b3 a4 b4 c of the user's own SFAC card.
            Some(c) if !neutrons => {
                c[..8].chunks_exact(2).map(|ab| ab[0] * (-ab[1] * stol_sq).exp()).sum::<f64>() + c[8]
            }
            _ => table.factor(e.atomic_number, stol_sq).unwrap_or(0.0),
        };
        contents.iter().map(|e| e.count * factor(e).powi(2)).sum()
    }
}
