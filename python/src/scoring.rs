//! Phases of others: what they are worth, and how good they must be.

use crate::Figure;
use crate::crystal::{Crystal, Indices, indices};
use crate::error::{raised, wrong};
use crate::solving::{device_of, listening};
use numpy::{AllowTypeChange, PyArray1, PyArrayLikeDyn};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use seedflip::{Clock, Score, Screening, Tally};
use std::path::PathBuf;

/// Scores sets of phases. See the stubs.
#[pyfunction]
#[pyo3(signature = (crystal, phases, hkl=None, *, expanded=true))]
pub fn score<'py>(
    py: Python<'py>,
    crystal: &Crystal,
    phases: PyArrayLikeDyn<'py, f64, AllowTypeChange>,
    hkl: Option<Indices<'py>>,
    expanded: bool,
) -> PyResult<Bound<'py, PyDict>> {
    let hkl = match hkl {
        Some(hkl) => indices(&hkl)?,
        None => crystal.inner.data().reflections.iter().map(|r| r.merged.hkl).collect(),
    };
    let array = phases.as_array();
    if !(1..=2).contains(&array.ndim()) || array.shape().last() != Some(&hkl.len()) {
        let shape = array.shape();
        return Err(self::wrong(format!(
            "phases have shape {shape:?} beside hkl ({}, 3); give (N,) or (T, N)",
            hkl.len()
        )));
    }
    let sets: Vec<Vec<f64>> = array.rows().into_iter().map(|row| row.to_vec()).collect();
    let scored: seedflip::Result<Vec<Score>> =
        py.detach(|| sets.iter().map(|set| seedflip::score(&crystal.inner, &hkl, set, expanded)).collect());
    let scores = scored.map_err(raised)?;
    let columns = PyDict::new(py);
    let figures: [Figure<Score, f64>; 5] = [
        ("r_weak", |s| f64::from(s.merits.r_weak)),
        ("e_kurtosis", |s| f64::from(s.merits.e_kurtosis)),
        ("tan_cos", |s| f64::from(s.merits.tan_cos)),
        ("symmetry", |s| s.symmetry.unwrap_or(f64::NAN)),
        ("residual_deg", |s| s.residual),
    ];
    for (name, figure) in figures {
        columns.set_item(name, PyArray1::from_vec(py, scores.iter().map(figure).collect()))?;
    }
    let reflections = scores.iter().map(|s| s.reflections as i64).collect();
    columns.set_item("reflections", PyArray1::from_vec(py, reflections))?;
    Ok(columns)
}

/// Screens the quality of seeds. See the stubs.
#[pyfunction]
#[pyo3(signature = (crystal, model, *, fractions=vec![0.1, 0.2, 0.5], bins=vec![4], wrong=vec![0.0], methods=vec!["mp-n1".to_owned()],
    resolutions=vec![], completeness=vec![1.0], strong=true, draws=10, device="auto", threads=None))]
#[allow(clippy::too_many_arguments)]
pub fn screen<'py>(
    py: Python<'py>,
    crystal: &Crystal,
    model: PathBuf,
    fractions: Vec<f64>,
    bins: Vec<u32>,
    wrong: Vec<f64>,
    methods: Vec<String>,
    resolutions: Vec<f64>,
    completeness: Vec<f64>,
    strong: bool,
    draws: u32,
    device: &str,
    threads: Option<usize>,
) -> PyResult<Bound<'py, PyDict>> {
    if let Some(n) = bins.iter().find(|n| !(2..=360).contains(*n)) {
        return Err(self::wrong(format!("{n} bins cannot be; the number of bins is a whole number from 2 to 360")));
    }
    let clock = Clock::endless();
    let screening = Screening {
        methods,
        fractions,
        strong,
        bins,
        wrong,
        resolutions,
        completeness,
        draws,
        device: device_of(device),
        threads: threads.unwrap_or_default(),
        clock: clock.clone(),
    };
    let crystal = crystal.inner.clone();
    let tallies = listening(py, &clock, move || seedflip::screen(&crystal, &model, &screening))?.map_err(raised)?;
    let columns = PyDict::new(py);
    columns.set_item("method", tallies.iter().map(|t| t.condition.method.as_str()).collect::<Vec<_>>())?;
    let figures: [Figure<Tally, f64>; 10] = [
        ("resolution", |t| t.condition.d_min),
        ("completeness", |t| t.condition.completeness),
        ("wrong", |t| t.condition.wrong),
        ("fraction", |t| t.condition.fraction),
        ("low", |t| t.interval[0]),
        ("high", |t| t.interval[1]),
        ("median_cycles", |t| t.median_cycles.map_or(f64::NAN, f64::from)),
        ("mean_cc", |t| t.mean_cc.unwrap_or(f64::NAN)),
        ("s0", |t| t.s0),
        ("predicted", |t| t.predicted[0]),
    ];
    for (name, figure) in figures {
        columns.set_item(name, PyArray1::from_vec(py, tallies.iter().map(figure).collect()))?;
    }
    let counts: [Figure<Tally, i64>; 3] =
        [("bins", |t| i64::from(t.condition.bins)), ("solved", |t| t.solved as i64), ("trials", |t| t.trials as i64)];
    for (name, count) in counts {
        columns.set_item(name, PyArray1::from_vec(py, tallies.iter().map(count).collect()))?;
    }
    Ok(columns)
}
