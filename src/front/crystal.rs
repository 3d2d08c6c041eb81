//! What was measured.

use crate::basis::{Axes, Basis, data_set, on_telling_axes, turn_to_obverse};
use crate::crystal::{Hkl, SpaceGroup};
#[cfg(feature = "formats")]
use crate::formats::cif::read_model;
#[cfg(feature = "formats")]
use crate::formats::measured::Choice;
#[cfg(feature = "formats")]
use crate::input::{self, Input, Request};
use crate::reflections::{CrystalHeader, DataSet, RawReflection};
#[cfg(feature = "formats")]
use crate::simulate::{SimulateOptions, beam, header, simulate};
use crate::{Error, Result};
#[cfg(feature = "formats")]
use std::path::Path;

/// Beyond this an index is a mistake.
const LARGEST_INDEX: i32 = 9999;

/// A crystal and what was measured of it: cell, symmetry, contents, and reflections with F² and σ, merged and normalised.
///
/// ```
/// use seedflip::{Cell, Crystal, CrystalHeader, RawReflection, SpaceGroup, SymOp};
///
/// let cell = Cell::new([11.2, 6.6, 11.2], [90.0, 95.9, 90.0])?;
/// let group = SpaceGroup::from_generators(&[SymOp::parse("-x,-y,-z")?, SymOp::parse("-x,y+1/2,-z+1/2")?])?;
/// let header = CrystalHeader::new(cell, group, &[("C", 36.0), ("H", 32.0), ("O", 16.0)])?;
/// // Here invented: h k l, F² and σ as they come from the diffractometer, in any order, merged or not.
/// let mut measured = Vec::new();
/// for h in 0..6_i32 {
///     for k in 0..4 {
///         for l in -6..6 {
///             let absent = header.space_group.classify([h, k, l]).absent;
///             let intensity = if absent { 0.0 } else { f64::from(1 + (7 * h + 5 * k + 3 * l).rem_euclid(11)) };
///             measured.push(RawReflection { hkl: [h, k, l], intensity, sigma: 0.1, batch: None });
///         }
///     }
/// }
/// let crystal = Crystal::new(header, measured)?;
/// assert!(crystal.data().reflections.len() > 100);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Crystal {
    source: Source,
}

#[derive(Debug, Clone)]
enum Source {
    /// Files, with all that they say beside the data.
    #[cfg(feature = "formats")]
    Files(Box<Input>),
    /// Arrays.
    Arrays(Box<Measured>),
}

#[derive(Debug, Clone)]
struct Measured {
    data: DataSet,
    warnings: Vec<String>,
}

impl Crystal {
    /// A crystal from its header and the reflections that were measured, merged or not; 0 0 0 is left out. The space group of the
    /// header is a hint: a run without seeds finds the group itself, and takes Laue class and centring from the intensities.
    ///
    /// # Errors
    /// A value that is no number or an index beyond 9999; no positive intensity, fewer reflections than statistics need, or
    /// indices that the cell cannot have.
    pub fn new(header: CrystalHeader, mut reflections: Vec<RawReflection>) -> Result<Self> {
        for (row, r) in reflections.iter().enumerate() {
            let wrong = r.hkl.iter().any(|i| i.abs() > LARGEST_INDEX);
            if wrong || !r.intensity.is_finite() || !r.sigma.is_finite() || r.sigma < 0.0 {
                let ([h, k, l], intensity, sigma) = (r.hkl, r.intensity, r.sigma);
                return Err(Error::unusable(
                    format!("reflection {row} (from 0), {h} {k} {l}, has F² {intensity} and sigma {sigma}"),
                    "give whole indices up to 9999, F² that is finite and sigma that is not negative",
                ));
            }
        }
        reflections.retain(|r| r.hkl != Hkl::default());
        let said = turn_to_obverse(&mut reflections, &header.cell, &header.space_group);
        let (data, _) = data_set(header, reflections, false)?;
        let warnings = said.map(str::to_owned).into_iter().collect();
        Ok(Self { source: Source::Arrays(Box::new(Measured { data, warnings })) })
    }

    /// Reads what `name` stands for: `NAME.ins` with `NAME.hkl` beside it, a file of reflections of any kind (`.hkl`, `.cif`,
    /// `.fcf`, `.mtz`, sf-mmCIF, XDS_ASCII), or NAME alone for what lies there.
    ///
    /// ```
    /// use seedflip::Crystal;
    /// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
    /// assert_eq!(crystal.data().header.elements.len(), 2);
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    ///
    /// # Errors
    /// What cannot be read or used, in one line with file, line and remedy.
    #[cfg(feature = "formats")]
    pub fn read(name: &Path) -> Result<Self> {
        Ok(Self { source: Source::Files(Box::new(input::read(name, None, None)?)) })
    }

    /// The same where there is a choice: reflections in another file, columns of an MTZ file (value and sigma), the data block of
    /// a CIF.
    ///
    /// # Errors
    /// Those of [`read`](Self::read); columns or a block that are not there.
    #[cfg(feature = "formats")]
    pub fn read_part(name: &Path, hkl: Option<&Path>, mtz_columns: &[String], block: Option<&str>) -> Result<Self> {
        let mtz_columns = (!mtz_columns.is_empty()).then(|| mtz_columns.to_vec());
        let choice = Choice { columns: None, mtz_columns, block: block.map(str::to_owned) };
        let input = Request { name, hkl, choice: &choice }.read(None)?;
        Ok(Self { source: Source::Files(Box::new(input)) })
    }

    /// A measurement that never was: intensities of the model in a CIF, as the options have it.
    ///
    /// ```
    /// use seedflip::{Crystal, SimulateOptions};
    /// let options = SimulateOptions { noise: 0.05, completeness: 0.9, ..SimulateOptions::new(1.0) };
    /// let crystal = Crystal::simulated("examples/models/aspirin.cif".as_ref(), &options)?;
    /// assert!((crystal.data().shells.d_min - 1.0).abs() < 0.01);
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    ///
    /// # Errors
    /// A model that cannot be read, options out of range, and those of [`Crystal::new`].
    #[cfg(feature = "formats")]
    pub fn simulated(model: &Path, options: &SimulateOptions) -> Result<Self> {
        let model = read_model(model)?;
        let simulated = simulate(&model, options)?;
        let header = header(&model, beam(Some(options.radiation), model.wavelength, options.d_min));
        let (data, line) = data_set(header, simulated.reflections, options.second.is_some())?;
        let warnings = line.into_iter().collect();
        Ok(Self { source: Source::Arrays(Box::new(Measured { data, warnings })) })
    }

    /// The data: header, merged and normalised reflections, statistics.
    ///
    /// ```
    /// # let crystal = seedflip::Crystal::read("tests/data/aspirin.ins".as_ref())?;
    /// let data = crystal.data();
    /// let strongest = data.reflections.iter().max_by(|a, b| a.e.total_cmp(&b.e)).unwrap();
    /// assert!(strongest.e > 3.0);
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    pub fn data(&self) -> &DataSet {
        match &self.source {
            #[cfg(feature = "formats")]
            Source::Files(input) => &input.data,
            Source::Arrays(measured) => &measured.data,
        }
    }

    /// What is worth a word about reading and data, one line each.
    pub fn warnings(&self) -> Vec<String> {
        let of_reading = match &self.source {
            #[cfg(feature = "formats")]
            Source::Files(input) => &input.warnings,
            Source::Arrays(measured) => &measured.warnings,
        };
        of_reading.iter().chain(&self.data().warnings).cloned().collect()
    }

    /// On axes that hide no rotation, where it stands on others.
    pub(super) fn on_telling_axes(self) -> Result<Self> {
        let source = match self.source {
            #[cfg(feature = "formats")]
            Source::Files(input) => Source::Files(Box::new(input.on_telling_axes()?)),
            Source::Arrays(mut measured) => {
                match on_telling_axes(&measured.data)? {
                    Axes::Telling => {}
                    Axes::Kept { line } => measured.warnings.push(line),
                    Axes::Turned { data, line, .. } => {
                        measured.data = *data;
                        measured.warnings.push(line);
                    }
                }
                Source::Arrays(measured)
            }
        };
        Ok(Self { source })
    }

    /// The data in a group that is given, or else in the Laue class of the intensities.
    pub(super) fn basis(&self, group: Option<SpaceGroup>) -> Result<Basis> {
        let made = match group {
            Some(group) => Basis::of_group(self.data(), group),
            None => Basis::of_laue_class(self.data()),
        };
        made.map_err(|error| self.blame(error))
    }

    fn blame(&self, error: Error) -> Error {
        match &self.source {
            #[cfg(feature = "formats")]
            Source::Files(input) => error.of_file(&input.hkl_path),
            Source::Arrays(_) => error,
        }
    }

    /// As what is written refers to it; files of one that comes from arrays begin with `name`.
    #[cfg(feature = "formats")]
    pub(super) fn input(&self, name: &str) -> Input {
        match &self.source {
            Source::Files(input) => (**input).clone(),
            Source::Arrays(measured) => Input::of_arrays(name, measured.data.clone(), measured.warnings.clone()),
        }
    }
}
