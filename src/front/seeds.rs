//! What is known of phases beforehand.

use crate::Result;
use crate::crystal::Hkl;
use crate::reflections::DataSet;
use crate::seed::{Origin, SeedArrays};
#[cfg(feature = "formats")]
use crate::seed_input::read_seeds;
use crate::seed_input::{SeedFile, take_arrays};
#[cfg(feature = "formats")]
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Phases that are known before phasing, well or badly: T sets of them, tried in turn by the trials.
///
/// Phases follow F(h) = Σ f exp(+2πi h·x) and refer to the origin of the space group of the crystal, unless they are
/// [`floating`](Self::floating). One entry stands for all its equivalents. Arrays have the reflection fastest and are
/// shared, not copied, until a set is tried.
///
/// ```
/// use seedflip::Seeds;
/// // Two sets over three reflections, from a classifier of two classes (0 and π).
/// let hkl = [[1, 0, 2], [0, 2, 1], [3, 1, -1]];
/// let p = [0.9, 0.1, 0.5, 0.5, 0.2, 0.8, 0.7, 0.3, 0.6, 0.4, 0.1, 0.9];
/// let seeds = Seeds::from_probabilities(&hkl[..], &p[..], 2)?;
/// assert_eq!(seeds.sets(), Some(2));
/// # Ok::<(), seedflip::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Seeds {
    said: Said,
}

#[derive(Debug, Clone, PartialEq)]
enum Said {
    Arrays(Box<SeedArrays>),
    /// Read when it is known for which data.
    #[cfg(feature = "formats")]
    File(PathBuf),
}

impl Seeds {
    /// Probabilities of `classes` equal phase bins, T·N·classes of them, class fastest; bin b is centred on 2πb/classes. NaN where a
    /// set says nothing.
    ///
    /// # Errors
    /// Numbers that do not go with those of the reflections; probabilities that do not sum to 1.
    pub fn from_probabilities(hkl: impl Into<Arc<[Hkl]>>, p: impl Into<Arc<[f32]>>, classes: usize) -> Result<Self> {
        SeedArrays::of_classes(hkl.into(), p.into(), classes).map(Self::of)
    }

    /// Phases in radians, T·N of them; NaN where a set says nothing.
    ///
    /// ```
    /// use seedflip::Seeds;
    /// let seeds = Seeds::from_phases(&[[1, 0, 2], [0, 2, 1]][..], &[0.3, -1.2][..])?.weighted(&[0.9, 0.5][..])?;
    /// assert_eq!(seeds.sets(), Some(1));
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    ///
    /// # Errors
    /// Numbers that do not go with those of the reflections; an infinite phase.
    pub fn from_phases(hkl: impl Into<Arc<[Hkl]>>, phases: impl Into<Arc<[f64]>>) -> Result<Self> {
        SeedArrays::of_phases(hkl.into(), phases.into()).map(Self::of)
    }

    /// Numbers of equal phase bins from 0 on, T·N of them; bin b of n is centred on 2πb/n.
    ///
    /// ```
    /// use seedflip::Seeds;
    /// let error = Seeds::from_bins(&[[1, 0, 2]][..], &[4][..], 4).unwrap_err();
    /// assert_eq!(error.to_string(), "seeds: the bin is 4 of 4; bins count from 0 to nbins - 1");
    /// ```
    ///
    /// # Errors
    /// Numbers that do not go with those of the reflections; a bin that is none.
    pub fn from_bins(hkl: impl Into<Arc<[Hkl]>>, bins: impl Into<Arc<[u32]>>, of: u32) -> Result<Self> {
        SeedArrays::of_bins(hkl.into(), bins.into(), of).map(Self::of)
    }

    /// The seeds of a file: CSV, `.fcf`, MTZ, NPY, NPZ, `.phs`, a model or a map; see `docs/seeds.md`. It is read when the run
    /// begins, as what it means depends on the data.
    #[cfg(feature = "formats")]
    pub fn in_file(path: &Path) -> Self {
        Self { said: Said::File(path.to_owned()) }
    }

    /// The same with figures of merit, the mean cosines of the phase errors, 0 to 1: N of them, or T·N. Those of files stay what
    /// the file says.
    ///
    /// # Errors
    /// Other numbers of them; one outside 0 to 1.
    pub fn weighted(self, weights: impl Into<Arc<[f64]>>) -> Result<Self> {
        match self.said {
            Said::Arrays(arrays) => (*arrays).weighted(weights.into()).map(Self::of),
            #[cfg(feature = "formats")]
            Said::File(_) => Ok(self),
        }
    }

    /// The same with their origin anywhere, one for all of a set: only Friedel mates follow. Files say so themselves.
    #[must_use]
    pub fn floating(mut self) -> Self {
        match &mut self.said {
            Said::Arrays(arrays) => arrays.frame.origin = Origin::Floating,
            #[cfg(feature = "formats")]
            Said::File(_) => {}
        }
        self
    }

    /// Number of sets; `None` for a file that is not read yet.
    pub fn sets(&self) -> Option<usize> {
        match &self.said {
            Said::Arrays(arrays) => Some(arrays.sets()),
            #[cfg(feature = "formats")]
            Said::File(_) => None,
        }
    }

    /// Brought to the reflections of `data` with d ≥ `d_min` (Å).
    pub(super) fn on(&self, data: &DataSet, d_min: f64) -> Result<SeedFile> {
        match &self.said {
            Said::Arrays(arrays) => take_arrays(arrays, data, d_min),
            #[cfg(feature = "formats")]
            Said::File(path) => read_seeds(path, data, d_min),
        }
    }

    fn of(arrays: SeedArrays) -> Self {
        Self { said: Said::Arrays(Box::new(arrays)) }
    }
}
