//! What came of it.

use crate::Figure;
use crate::crystal::{Column, Indices, indices, rows_of_three, triplets};
use crate::error::{raised, wrong};
use numpy::{Complex32, PyArray1, PyArray2, PyArray3, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use seedflip::crystal::elements::symbol;
use seedflip::crystal::friedel;
use seedflip::seed::known::equivalents;
use seedflip::structure::unique::special_position;
use seedflip::structure::{Weighting, agreement};
use seedflip::{Finished, Outcome, PhasedReflection, Site, Structure};
use std::collections::HashMap;
use std::path::PathBuf;

/// The result of `solve`. See the stubs for shapes and units.
#[pyclass(frozen, module = "seedflip")]
pub struct Result {
    outcome: Outcome,
}

impl Result {
    pub fn new(outcome: Outcome) -> Self {
        Self { outcome }
    }

    fn first(&self) -> Option<&Structure> {
        self.outcome.structures().first()
    }
}

#[pymethods]
impl Result {
    #[getter]
    fn solved(&self) -> bool {
        self.outcome.is_solved()
    }

    #[getter]
    fn probability(&self) -> f64 {
        self.outcome.probability()
    }

    #[getter]
    fn probability_group(&self) -> f64 {
        self.outcome.probability_of_group()
    }

    #[getter]
    fn stopped<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = serde_json::to_string(&self.outcome.stopped()).map_err(|error| wrong(error.to_string()))?;
        py.import("json")?.call_method1("loads", (text,))
    }

    #[getter]
    fn fault(&self) -> Option<&str> {
        self.outcome.fault()
    }

    #[getter]
    fn seconds(&self) -> f64 {
        self.outcome.seconds()
    }

    #[getter]
    fn warnings(&self) -> Vec<String> {
        self.outcome.warnings()
    }

    #[getter]
    fn space_group(&self) -> Option<String> {
        self.outcome.space_group()
    }

    #[getter]
    fn symops(&self) -> Vec<String> {
        self.first().map_or_else(Vec::new, |first| triplets(&first.group))
    }

    #[getter]
    fn cell(&self) -> (f64, f64, f64, f64, f64, f64) {
        let cell = &self.outcome.crystal().data().header.cell;
        let ([a, b, c], [alpha, beta, gamma]) = (cell.lengths, cell.angles);
        (a, b, c, alpha, beta, gamma)
    }

    #[getter]
    fn r1(&self) -> Option<f64> {
        self.first().and_then(|first| first.model.as_ref()).map(|model| model.r1)
    }

    #[getter]
    fn atoms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let sites: &[Site] = self.first().and_then(|first| first.model.as_ref()).map_or(&[], |m| &m.sites[..m.atoms]);
        let columns = PyDict::new(py);
        columns.set_item("label", sites.iter().map(|site| site.label.as_str()).collect::<Vec<_>>())?;
        let element = |site: &Site| site.element.and_then(symbol).unwrap_or("X");
        columns.set_item("element", sites.iter().map(element).collect::<Vec<_>>())?;
        let xyz: Vec<[f64; 3]> = sites.iter().map(|site| site.xyz).collect();
        columns.set_item("xyz", rows_of_three(py, &xyz)?)?;
        let cell = &self.outcome.crystal().data().header.cell;
        let order = |site: &Site| self.first().map_or(1, |first| special_position(cell, &first.group, site.xyz).1);
        let occupancy = |site: &Site| site.sof * order(site) as f64;
        columns.set_item("occupancy", PyArray1::from_vec(py, sites.iter().map(occupancy).collect()))?;
        columns.set_item("u_iso", PyArray1::from_vec(py, sites.iter().map(|site| site.u_iso).collect()))?;
        Ok(columns)
    }

    #[getter]
    fn trials<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let trials = self.outcome.trials();
        let columns = PyDict::new(py);
        let set = |t: &Finished| self.outcome.set_of(t.trial).map_or(-1, |set| set as i64);
        columns.set_item("trial", PyArray1::from_vec(py, trials.iter().map(|t| i64::from(t.trial)).collect()))?;
        columns.set_item("set", PyArray1::from_vec(py, trials.iter().map(set).collect()))?;
        columns.set_item("arm", trials.iter().map(|t| t.arm.word()).collect::<Vec<_>>())?;
        columns.set_item("method", trials.iter().map(|t| t.recipe.method().name()).collect::<Vec<_>>())?;
        columns.set_item("cycles", PyArray1::from_vec(py, trials.iter().map(|t| i64::from(t.cycles)).collect()))?;
        let figures: [Figure<Finished, f32>; 6] = [
            ("r_weak", |t| t.merits.r_weak),
            ("e_kurtosis", |t| t.merits.e_kurtosis),
            ("tan_cos", |t| t.merits.tan_cos),
            ("r", |t| t.merits.r),
            ("flipped", |t| t.merits.flipped),
            ("kappa", |t| t.merits.kappa),
        ];
        for (name, figure) in figures {
            columns.set_item(name, PyArray1::from_vec(py, trials.iter().map(figure).collect()))?;
        }
        let promising = trials.iter().map(Finished::is_promising).collect();
        columns.set_item("promising", PyArray1::from_vec(py, promising))?;
        columns.set_item("proven", trials.iter().map(|t| t.proven).collect::<Vec<_>>())?;
        let agreeing = self.outcome.agreeing().into_iter().map(|n| n as i64).collect();
        columns.set_item("agreeing", PyArray1::from_vec(py, agreeing))?;
        let judged = self.outcome.judged_by_set();
        let probability = (0..trials.len()).map(|place| judged.get(place).copied().unwrap_or(f64::NAN)).collect();
        columns.set_item("probability", PyArray1::from_vec(py, probability))?;
        Ok(columns)
    }

    #[getter]
    fn phases<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<Complex32>>> {
        let kept = self.outcome.phases_of_trials();
        PyArray1::from_slice(py, &kept.phases).reshape([kept.trials.len(), kept.hkl.len()])
    }

    #[getter]
    fn phases_trial<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<i64>> {
        let trials = &self.outcome.phases_of_trials().trials;
        PyArray1::from_vec(py, trials.iter().map(|trial| i64::from(*trial)).collect())
    }

    #[getter]
    fn hkl<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyArray2<i32>>> {
        rows_of_three(py, &self.outcome.phases_of_trials().hkl)
    }

    #[getter]
    fn solution<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let phased: &[PhasedReflection] = self.first().map_or(&[], |first| &first.solution.phases.reflections);
        let columns = PyDict::new(py);
        let hkl: Vec<[i32; 3]> = phased.iter().map(|r| r.hkl).collect();
        columns.set_item("hkl", rows_of_three(py, &hkl)?)?;
        let figures: [Figure<PhasedReflection, f64>; 4] =
            [("f", |r| r.f), ("e", |r| r.e), ("phase", |r| r.phase), ("fom", |r| r.fom)];
        for (name, figure) in figures {
            columns.set_item(name, PyArray1::from_vec(py, phased.iter().map(figure).collect()))?;
        }
        Ok(columns)
    }

    #[getter]
    fn map<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyArray3<f32>>>> {
        self.outcome.map().map(|map| PyArray1::from_slice(py, &map.values).reshape(map.dims)).transpose()
    }

    #[getter]
    fn map_sigma(&self) -> Option<f64> {
        self.outcome.map().map(|map| map.sigma)
    }

    /// Correlation of the kept phases of every trial with phases that are known. See the stubs.
    #[pyo3(signature = (hkl, phi, *, expanded=true))]
    fn correlation<'py>(
        &self,
        py: Python<'py>,
        hkl: Indices<'py>,
        phi: Column<'py>,
        expanded: bool,
    ) -> PyResult<Bound<'py, PyArray1<f64>>> {
        let hkl = indices(&hkl)?;
        let phi: Vec<f64> = phi.as_array().iter().copied().collect();
        if phi.len() != hkl.len() {
            return Err(wrong(format!("{} phases for {} reflections; give as many of each", phi.len(), hkl.len())));
        }
        let cc = py.detach(|| self.correlations(&hkl, &phi, expanded));
        Ok(PyArray1::from_vec(py, cc))
    }

    fn record<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let text = py.detach(|| self.outcome.record("crystal").text()).map_err(raised)?;
        py.import("json")?.call_method1("loads", (text,))
    }

    #[pyo3(signature = (folder, name="crystal"))]
    fn write(&self, py: Python<'_>, folder: PathBuf, name: &str) -> PyResult<()> {
        py.detach(|| self.outcome.write(&folder, name)).map_err(raised)
    }

    fn to_gemmi<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        others(slf, "to_gemmi")
    }

    fn to_ase<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        others(slf, "to_ase")
    }

    fn to_pandas<'py>(slf: &Bound<'py, Self>) -> PyResult<Bound<'py, PyAny>> {
        others(slf, "to_pandas")
    }

    fn __repr__(&self) -> String {
        let word = if self.solved() { "solved" } else { "not solved" };
        let group = self.space_group().map_or(String::new(), |group| format!(", {group}"));
        let r1 = self.r1().map_or(String::new(), |r1| format!(", R1 {r1:.3}"));
        format!("Result({word}{group}{r1}, probability {:.3})", self.probability())
    }
}

/// A function of the part that is written in Python, as it needs other packages.
fn others<'py>(result: &Bound<'py, Result>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    result.py().import("seedflip.others")?.call_method1(name, (result,))
}

impl Result {
    fn correlations(&self, hkl: &[[i32; 3]], phi: &[f64], expanded: bool) -> Vec<f64> {
        let header = &self.outcome.crystal().data().header;
        let mut known: HashMap<[i32; 3], f64> = HashMap::new();
        for (&hkl, &phase) in hkl.iter().zip(phi) {
            let images: Vec<_> =
                if expanded { equivalents(&header.space_group, hkl).collect() } else { vec![(hkl, 0.0)] };
            for (image, offset) in images {
                known.insert(image, phase + offset);
                known.insert(friedel(image), -phase - offset);
            }
        }
        let kept = self.outcome.phases_of_trials();
        let found = |phase: &dyn Fn(usize) -> Option<f64>| -> Vec<PhasedReflection> {
            let row = |(i, &hkl): (usize, &[i32; 3])| {
                Some(PhasedReflection { hkl, f: kept.f[i], e: kept.e[i], phase: phase(i)?, fom: 1.0 })
            };
            kept.hkl.iter().enumerate().filter_map(row).collect()
        };
        let truth = found(&|i| known.get(&kept.hkl[i]).copied());
        let each = kept.hkl.len();
        let of_trial = |phases: &[Complex32]| {
            let trial = found(&|i| Some(f64::from(phases[i].arg())));
            agreement(&header.cell, &truth, &trial, Weighting::F2).cc
        };
        if each == 0 { Vec::new() } else { kept.phases.chunks_exact(each).map(of_trial).collect() }
    }
}
