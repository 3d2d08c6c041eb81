//! What is known of phases beforehand.

use crate::crystal::{Indices, indices};
use crate::error::{raised, wrong};
use numpy::{AllowTypeChange, PyArrayLikeDyn, PyReadonlyArrayDyn};
use pyo3::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// Seed sets. See the stubs for shapes and units.
#[pyclass(frozen, module = "seedflip")]
pub struct Seeds {
    pub inner: seedflip::Seeds,
    /// Fraction of wrong entries, where it is known.
    pub wrong: Option<f64>,
}

/// The one copy that is made of an array, in C order.
fn values<T: numpy::Element + Copy>(array: &PyReadonlyArrayDyn<'_, T>) -> Arc<[T]> {
    match array.as_slice() {
        Ok(slice) => slice.into(),
        Err(_) => array.as_array().iter().copied().collect(),
    }
}

/// Refuses an array whose last axes are not those of the reflections.
fn check(name: &str, shape: &[usize], rows: usize, classes: bool) -> PyResult<()> {
    let axes = if classes { &shape[..shape.len().saturating_sub(1)] } else { shape };
    match axes {
        [n] | [_, n] if *n == rows => Ok(()),
        _ => {
            let wanted = if classes { "(N, n) or (T, N, n)" } else { "(N,) or (T, N)" };
            Err(wrong(format!("{name} has shape {shape:?} beside hkl ({rows}, 3); give {wanted}")))
        }
    }
}

fn made(seeds: seedflip::Result<seedflip::Seeds>, wrong: Option<f64>, floating: bool) -> PyResult<Seeds> {
    let seeds = seeds.map_err(raised)?;
    Ok(Seeds { inner: if floating { seeds.floating() } else { seeds }, wrong })
}

#[pymethods]
impl Seeds {
    #[staticmethod]
    #[pyo3(signature = (hkl, p, *, wrong=None, floating=false))]
    fn from_probabilities(
        hkl: Indices<'_>,
        p: PyArrayLikeDyn<'_, f32, AllowTypeChange>,
        wrong: Option<f64>,
        floating: bool,
    ) -> PyResult<Self> {
        let hkl = indices(&hkl)?;
        let shape = p.as_array().shape().to_vec();
        check("p", &shape, hkl.len(), true)?;
        let classes = shape.last().copied().unwrap_or_default();
        made(seedflip::Seeds::from_probabilities(hkl, values(&p), classes), wrong, floating)
    }

    #[staticmethod]
    #[pyo3(signature = (hkl, phi, weight=None, *, wrong=None, floating=false))]
    fn from_phases(
        hkl: Indices<'_>,
        phi: PyArrayLikeDyn<'_, f64, AllowTypeChange>,
        weight: Option<PyArrayLikeDyn<'_, f64, AllowTypeChange>>,
        wrong: Option<f64>,
        floating: bool,
    ) -> PyResult<Self> {
        let hkl = indices(&hkl)?;
        check("phi", phi.as_array().shape(), hkl.len(), false)?;
        let rows = hkl.len();
        let mut seeds = seedflip::Seeds::from_phases(hkl, values(&phi));
        if let Some(weight) = weight {
            check("weight", weight.as_array().shape(), rows, false)?;
            seeds = seeds.and_then(|seeds| seeds.weighted(values(&weight)));
        }
        made(seeds, wrong, floating)
    }

    #[staticmethod]
    #[pyo3(signature = (hkl, bins, n, *, wrong=None, floating=false))]
    fn from_bins(
        hkl: Indices<'_>,
        bins: PyArrayLikeDyn<'_, f64, AllowTypeChange>,
        n: u32,
        wrong: Option<f64>,
        floating: bool,
    ) -> PyResult<Self> {
        let hkl = indices(&hkl)?;
        check("bins", bins.as_array().shape(), hkl.len(), false)?;
        let whole = |bin: &f64| {
            let fits = bin.fract() == 0.0 && (0.0..f64::from(n)).contains(bin);
            fits.then_some(*bin as u32)
                .ok_or_else(|| self::wrong(format!("seeds: the bin is {bin} of {n}; bins count from 0 to nbins - 1")))
        };
        let bins: Vec<u32> = bins.as_array().iter().map(whole).collect::<PyResult<_>>()?;
        made(seedflip::Seeds::from_bins(hkl, bins, n), wrong, floating)
    }

    #[staticmethod]
    #[pyo3(signature = (path, *, wrong=None))]
    fn from_file(path: PathBuf, wrong: Option<f64>) -> Self {
        Self { inner: seedflip::Seeds::in_file(&path), wrong }
    }

    fn __len__(&self) -> PyResult<usize> {
        self.inner.sets().ok_or_else(|| wrong("the seeds are in a file that is not read before a run"))
    }

    fn __repr__(&self) -> String {
        match self.inner.sets() {
            Some(sets) => format!("Seeds({sets} sets)"),
            None => "Seeds(in a file)".into(),
        }
    }
}
