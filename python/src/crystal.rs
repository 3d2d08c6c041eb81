//! What was measured.

use crate::error::{raised, wrong};
use numpy::{AllowTypeChange, PyArray1, PyArray2, PyArrayLike1, PyArrayLike2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use seedflip::crystal::identity::{group_by_name, identify};
use seedflip::{CrystalHeader, Radiation, RawReflection, SimulateOptions, SpaceGroup, SymOp};
use std::path::PathBuf;

/// A crystal and its measurement. See the stubs for shapes and units.
#[pyclass(frozen, module = "seedflip")]
pub struct Crystal {
    pub inner: seedflip::Crystal,
}

/// Operations as triplets, or the symbol of a group.
#[derive(FromPyObject)]
pub enum Symmetry {
    Symbol(String),
    Operations(Vec<String>),
}

/// The group that is meant.
fn space_group(symmetry: &Symmetry) -> PyResult<SpaceGroup> {
    match symmetry {
        Symmetry::Symbol(symbol) => group_by_name(symbol, false)
            .ok_or_else(|| wrong(format!("space group {symbol}: no such space group; write it like P21/n or I 41/a"))),
        Symmetry::Operations(triplets) => {
            let operation = |text: &String| {
                SymOp::parse(text).map_err(|what| wrong(format!("symops {text:?}: {what}; write it like -x,y+1/2,-z")))
            };
            let operations: Vec<SymOp> = triplets.iter().map(operation).collect::<PyResult<_>>()?;
            SpaceGroup::from_generators(&operations)
                .map_err(|what| wrong(format!("symops: {what}; give the operations of one space group")))
        }
    }
}

pub fn radiation(name: &str) -> PyResult<Radiation> {
    Radiation::from_name(name)
        .ok_or_else(|| wrong(format!("radiation {name:?} is not known; choose xray, electron or neutron")))
}

/// Miller indices as anybody gives them: integers of any width, or floats that are whole.
pub type Indices<'py> = PyArrayLike2<'py, f64, AllowTypeChange>;
/// A column of numbers as anybody gives it.
pub type Column<'py> = PyArrayLike1<'py, f64, AllowTypeChange>;

/// Beyond this an index is a mistake.
const LARGEST_INDEX: f64 = 9999.0;

/// Rows of Miller indices.
pub fn indices(hkl: &Indices<'_>) -> PyResult<Vec<[i32; 3]>> {
    let rows = hkl.as_array();
    if rows.ncols() != 3 {
        return Err(wrong(format!("hkl has {} columns; give an array of shape (N, 3)", rows.ncols())));
    }
    if let Some(x) = rows.iter().find(|x| x.fract() != 0.0 || x.abs() > LARGEST_INDEX || x.is_nan()) {
        return Err(wrong(format!("hkl holds {x}, not a Miller index; indices are whole numbers")));
    }
    Ok(rows.rows().into_iter().map(|row| [row[0] as i32, row[1] as i32, row[2] as i32]).collect())
}

/// Rows of three as an array.
pub fn rows_of_three<'py, T: numpy::Element + Copy>(
    py: Python<'py>,
    rows: &[[T; 3]],
) -> PyResult<Bound<'py, PyArray2<T>>> {
    PyArray1::from_vec(py, rows.as_flattened().to_vec()).reshape([rows.len(), 3])
}

#[pymethods]
impl Crystal {
    #[staticmethod]
    #[pyo3(signature = (path, hkl=None))]
    fn from_shelx(py: Python<'_>, path: PathBuf, hkl: Option<PathBuf>) -> PyResult<Self> {
        py.detach(|| seedflip::Crystal::read_part(&path, hkl.as_deref(), &[], None)).map(Self::of).map_err(raised)
    }

    #[staticmethod]
    #[pyo3(signature = (path, block=None))]
    fn from_cif(py: Python<'_>, path: PathBuf, block: Option<String>) -> PyResult<Self> {
        py.detach(|| seedflip::Crystal::read_part(&path, None, &[], block.as_deref())).map(Self::of).map_err(raised)
    }

    #[staticmethod]
    #[pyo3(signature = (path, columns=None))]
    fn from_mtz(py: Python<'_>, path: PathBuf, columns: Option<Vec<String>>) -> PyResult<Self> {
        let columns = columns.unwrap_or_default();
        py.detach(|| seedflip::Crystal::read_part(&path, None, &columns, None)).map(Self::of).map_err(raised)
    }

    #[staticmethod]
    #[pyo3(signature = (cell, symops, hkl, intensity, sigma, contents, *, wavelength=0.71073, radiation="xray", title=""))]
    #[allow(clippy::too_many_arguments)]
    fn from_arrays(
        py: Python<'_>,
        cell: [f64; 6],
        symops: Symmetry,
        hkl: Indices<'_>,
        intensity: Column<'_>,
        sigma: Column<'_>,
        contents: &Bound<'_, PyDict>,
        wavelength: f64,
        radiation: &str,
        title: &str,
    ) -> PyResult<Self> {
        let [a, b, c, alpha, beta, gamma] = cell;
        let cell =
            seedflip::Cell::new([a, b, c], [alpha, beta, gamma]).map_err(|what| wrong(format!("cell: {what}")))?;
        let group = space_group(&symops)?;
        if !group.leaves(&cell) {
            return Err(wrong(
                "the cell does not have the symmetry of symops; give the operations on the axes of the cell",
            ));
        }
        let contents: Vec<(String, f64)> = contents
            .iter()
            .map(|(symbol, count)| Ok((symbol.extract()?, count.extract()?)))
            .collect::<PyResult<_>>()?;
        let contents: Vec<(&str, f64)> = contents.iter().map(|(symbol, count)| (symbol.as_str(), *count)).collect();
        let header = CrystalHeader::new(cell, group, &contents).map_err(raised)?;
        if !(wavelength.is_finite() && wavelength > 0.0) {
            return Err(wrong(format!("wavelength {wavelength} is no length in Å")));
        }
        let header =
            CrystalHeader { wavelength, radiation: self::radiation(radiation)?, title: title.to_owned(), ..header };
        let hkl = indices(&hkl)?;
        let (intensity, sigma) = (intensity.as_array(), sigma.as_array());
        if intensity.len() != hkl.len() || sigma.len() != hkl.len() {
            let (i, s) = (intensity.len(), sigma.len());
            return Err(wrong(format!(
                "{i} intensities and {s} sigmas for {} reflections; give as many of each",
                hkl.len()
            )));
        }
        let rows = hkl.into_iter().zip(intensity.iter().zip(&sigma));
        let rows: Vec<RawReflection> =
            rows.map(|(hkl, (&intensity, &sigma))| RawReflection { hkl, intensity, sigma, batch: None }).collect();
        py.detach(|| seedflip::Crystal::new(header, rows)).map(Self::of).map_err(raised)
    }

    #[getter]
    fn title(&self) -> &str {
        &self.header().title
    }

    #[getter]
    fn cell(&self) -> (f64, f64, f64, f64, f64, f64) {
        let cell = &self.header().cell;
        let ([a, b, c], [alpha, beta, gamma]) = (cell.lengths, cell.angles);
        (a, b, c, alpha, beta, gamma)
    }

    #[getter]
    fn space_group(&self) -> Option<String> {
        identify(&self.header().space_group).map(|identity| identity.hm)
    }

    #[getter]
    fn symops(&self) -> Vec<String> {
        triplets(&self.header().space_group)
    }

    #[getter]
    fn contents<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let contents = PyDict::new(py);
        for element in &self.header().elements {
            contents.set_item(&element.symbol, element.count)?;
        }
        Ok(contents)
    }

    #[getter]
    fn wavelength(&self) -> f64 {
        self.header().wavelength
    }

    #[getter]
    fn radiation(&self) -> &'static str {
        self.header().radiation.name()
    }

    #[getter]
    fn d_min(&self) -> f64 {
        self.inner.data().shells.d_min
    }

    #[getter]
    fn completeness(&self) -> f64 {
        self.inner.data().shells.completeness
    }

    #[getter]
    fn r_int(&self) -> Option<f64> {
        self.inner.data().merge.r_int
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.inner.warnings()
    }

    #[getter]
    fn hkl<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i32>>> {
        let rows: Vec<[i32; 3]> = self.inner.data().reflections.iter().map(|r| r.merged.hkl).collect();
        rows_of_three(py, &rows)
    }

    #[getter]
    fn intensity<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.column(py, |r| r.merged.intensity)
    }

    #[getter]
    fn sigma<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.column(py, |r| r.merged.sigma)
    }

    #[getter]
    fn f<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.column(py, |r| r.f)
    }

    #[getter]
    fn e<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        self.column(py, |r| r.e)
    }

    #[getter]
    fn centric<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<bool>> {
        self.column(py, |r| r.merged.centric)
    }

    fn __repr__(&self) -> String {
        let group = self.space_group().unwrap_or_else(|| "unknown group".into());
        format!("Crystal({:?}, {group}, {} unique reflections)", self.title(), self.inner.data().reflections.len())
    }
}

impl Crystal {
    fn of(inner: seedflip::Crystal) -> Self {
        Self { inner }
    }

    fn header(&self) -> &CrystalHeader {
        &self.inner.data().header
    }

    fn column<'py, T: numpy::Element>(
        &self,
        py: Python<'py>,
        value: impl Fn(&seedflip::reflections::NormalisedReflection) -> T,
    ) -> Bound<'py, PyArray1<T>> {
        PyArray1::from_vec(py, self.inner.data().reflections.iter().map(value).collect())
    }
}

/// The operations of a group.
pub fn triplets(group: &SpaceGroup) -> Vec<String> {
    group.operations().iter().map(|op| op.to_string().to_lowercase().replace(' ', "")).collect()
}

/// A measurement that never was. See the stubs.
#[pyfunction]
#[pyo3(signature = (model, d_min, *, noise=0.0, completeness=1.0, missing_cone=None, radiation="xray", seed=1))]
#[allow(clippy::too_many_arguments)]
pub fn simulate(
    py: Python<'_>,
    model: PathBuf,
    d_min: f64,
    noise: f64,
    completeness: f64,
    missing_cone: Option<f64>,
    radiation: &str,
    seed: u64,
) -> PyResult<Crystal> {
    let radiation = self::radiation(radiation)?;
    let options = SimulateOptions { noise, completeness, missing_cone, radiation, seed, ..SimulateOptions::new(d_min) };
    py.detach(|| seedflip::Crystal::simulated(&model, &options)).map(Crystal::of).map_err(raised)
}
