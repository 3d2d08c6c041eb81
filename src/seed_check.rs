//! What seeds are worth: coverage, feasibility, inner agreement and, given the truth, their errors.
//!
//! Imports: `seed_input`, `trials`, `phasing`, `engine`, `structure`, `grid`, `seed`, `reflections`, `crystal`,
//! `error`.

use crate::crystal::Hkl;
use crate::engine::{Backend, Method};
use crate::grid::Sampling;
use crate::phasing::seed_quality::{TangentAgreement, tangent_agreement};
use crate::phasing::{Draw, SeedPlaces, Sphere, expected_atoms, feasibility, is_blurred, seeded_portfolio};
use crate::reflections::{DataSet, PhasedReflection};
use crate::seed::known::equivalents;
use crate::seed::{Feasibility, Knowledge, KnownPhase, Origin, Prediction, SeedCounts, TruePhase, UnseededRates};
use crate::seed_input::SeedFile;
use crate::structure::{Hand, Weighting, agreement};
use crate::trials::Crew;
use crate::trials::probe::{PROBED, unseeded_rate};
use crate::{Error, Result};
use serde::Serialize;
use std::collections::HashMap;
use std::f64::consts::TAU;

/// Lower limits of |E| of the coverage table.
const E_LIMITS: [f64; 6] = [2.5, 2.0, 1.5, 1.2, 1.0, 0.0];

/// A shift this near to a whole number is none: a thousandth of an edge is below what seeds determine.
const WHOLE: f64 = 1e-3;

/// Seeds in one shell of |E|.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Coverage {
    /// Lower limit of |E|.
    pub e_from: f64,
    /// Unique reflections.
    pub reflections: usize,
    /// Those with a seed.
    pub seeds: usize,
}

/// Seeds against the truth, after the best superposition in P1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct AgainstTruth {
    /// Mean |Δφ| in degrees over the unique seeds.
    pub mean_error_deg: f64,
    /// Mean cosine of the error.
    pub mean_cosine: f64,
    /// Fraction of bins (or likeliest classes) that hold the true phase; `None` for plain phases.
    pub right_bins: Option<f64>,
    /// Shift of the seeds' origin, fractional; 0 0 0 where they have the model's own.
    pub shift: [f64; 3],
    /// True when the seeds are of the other hand.
    pub inverted: bool,
}

/// Everything that can be said of seeds before a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SeedCheck {
    /// What became of the rows.
    pub counts: SeedCounts,
    /// Seed sets in the file; the figures are of the first, those of each set are in `each`.
    pub sets: usize,
    /// Resolution in Å.
    pub d_min: f64,
    /// Fraction of wrong seeds that the figures assume.
    pub wrong: f64,
    /// Seeds by |E|.
    pub coverage: Vec<Coverage>,
    /// Feasibility figures.
    pub feasibility: Feasibility,
    /// Success that they promise.
    pub prediction: Prediction,
    /// Success of trials without seeds, as probed.
    pub unseeded: UnseededRates,
    /// Agreement of the seeds among themselves.
    pub tangent: TangentAgreement,
    /// Their errors.
    pub truth: Option<AgainstTruth>,
    /// Every set by itself, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub each: Vec<SetCheck>,
}

/// What can be said of one seed set among several.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SetCheck {
    /// Its number, from 0.
    pub set: usize,
    /// Unique reflections with a seed.
    pub used: usize,
    /// Feasibility figures.
    pub feasibility: Feasibility,
    /// Success that they promise.
    pub prediction: Prediction,
    /// Agreement of its seeds among themselves.
    pub tangent: TangentAgreement,
    /// Their errors.
    pub truth: Option<AgainstTruth>,
}

impl SeedCheck {
    /// Checks the first set of `file`.
    ///
    /// # Errors
    /// A device that fails.
    pub fn new(
        data: &DataSet,
        file: &SeedFile,
        truth: Option<&[TruePhase]>,
        wrong: Option<f64>,
        d_min: f64,
        backend: &dyn Backend,
    ) -> Result<Self> {
        let header = &data.header;
        let (cell, group) = (&header.cell, &header.space_group);
        let sphere = Sphere::new(cell, group, &data.reflections, expected_atoms(header), d_min);
        let first = &*file.sets.sets.get(0);
        let origin = file.sets.origin;
        let wrong = wrong.or(file.sets.wrong).unwrap_or_default();
        let feasibility = feasibility(&sphere, group, origin, first, wrong);
        let gridded = sphere.problem(Sampling::Nyquist);
        let places = SeedPlaces::new(&sphere, &gridded);
        let tangent = |known: &[KnownPhase]| {
            let seeds = places.seeds(&gridded.problem, group, origin, known, wrong, Draw::Mean);
            tangent_agreement(&gridded, &seeds)
        };
        let unseeded = unseeded(&sphere, is_blurred(d_min, header.radiation), backend)?;
        let of_set = |set: usize| {
            let known = &*file.sets.sets.get(set);
            let feasibility = self::feasibility(&sphere, group, origin, known, wrong);
            SetCheck {
                set,
                used: known.len(),
                feasibility,
                prediction: Prediction::new(&feasibility, d_min, unseeded),
                tangent: tangent(known),
                truth: truth.map(|truth| against_truth(data, origin, known, truth)),
            }
        };
        Ok(Self {
            counts: file.sets.counts,
            sets: file.sets.sets.len(),
            d_min,
            wrong,
            coverage: coverage(data, first, d_min),
            feasibility,
            prediction: Prediction::new(&feasibility, d_min, unseeded),
            unseeded,
            tangent: tangent(first),
            truth: truth.map(|truth| against_truth(data, origin, first, truth)),
            each: if file.sets.sets.len() > 1 { (0..file.sets.sets.len()).map(of_set).collect() } else { Vec::new() },
        })
    }
}

/// Success of the first arm of each method from random starts.
fn unseeded(sphere: &Sphere, blurred: bool, backend: &dyn Backend) -> Result<UnseededRates> {
    let rate = |method: Method| {
        let Some(arm) = seeded_portfolio(method.into(), blurred).into_iter().next() else { return Ok(0.0) };
        let problem = sphere.problem(arm.sampling).problem;
        let slots = backend.slots(&problem, PROBED);
        Crew::new(backend, &problem, slots, 1)
            .and_then(|crew| unseeded_rate(&mut [crew], &arm, PROBED, 1))
            .map_err(|error| Error::unusable(error.to_string(), "run with --backend cpu"))
    };
    Ok(UnseededRates { message: rate(Method::Message)?, flipping: rate(Method::Flipping)? })
}

fn coverage(data: &DataSet, known: &[KnownPhase], d_min: f64) -> Vec<Coverage> {
    let group = &data.header.space_group;
    let seeded: std::collections::HashSet<Hkl> = known.iter().map(|k| group.laue_representative(k.hkl)).collect();
    let mut table: Vec<Coverage> =
        E_LIMITS.iter().map(|&e_from| Coverage { e_from, reflections: 0, seeds: 0 }).collect();
    for r in data.reflections.iter().filter(|r| data.header.cell.d_spacing(r.merged.hkl) >= d_min * (1.0 - 1e-9)) {
        if let Some(row) = table.iter_mut().find(|row| r.e >= row.e_from) {
            row.reflections += 1;
            row.seeds += usize::from(seeded.contains(&r.merged.hkl));
        }
    }
    table
}

fn against_truth(data: &DataSet, origin: Origin, known: &[KnownPhase], truth: &[TruePhase]) -> AgainstTruth {
    let (cell, group) = (&data.header.cell, &data.header.space_group);
    let by_index: HashMap<Hkl, &TruePhase> = truth.iter().map(|t| (t.hkl, t)).collect();
    let phased = |hkl, e, phase| PhasedReflection { hkl, f: e, e, phase, fom: 1.0 };
    let expanded: Vec<PhasedReflection> = truth
        .iter()
        .flat_map(|t| equivalents(group, t.hkl).map(move |(hkl, offset)| phased(hkl, t.e, t.phase + offset)))
        .collect();
    let copies = if origin == Origin::AsIs { group.primitive_operations().len() } else { 1 };
    let seeds: Vec<PhasedReflection> = known
        .iter()
        .flat_map(|k| {
            let e = by_index.get(&group.laue_representative(k.hkl)).map_or(0.0, |t| t.e);
            let phase = k.mean(0.0).arg();
            equivalents(group, k.hkl).take(copies).map(move |(hkl, offset)| phased(hkl, e, phase + offset))
        })
        .collect();
    // x_truth = hand·x_seed + shift, so φ_truth = hand·φ_seed + 2π h·shift.
    let fit = agreement(cell, &expanded, &seeds, Weighting::E2);
    let truth_phases = crate::structure::lookup::Lookup::new(&expanded);
    let (mut n, mut error, mut cosine, mut right, mut binned) = (0usize, 0.0, 0.0, 0usize, 0usize);
    for k in known {
        let Some((_, phase)) = truth_phases.phase(k.hkl, &expanded) else { continue };
        let turn: f64 = (0..3).map(|i| f64::from(k.hkl[i]) * fit.shift[i]).sum::<f64>() * TAU;
        let true_here = fit.hand.sign() * (phase - turn);
        let off = (k.mean(0.0).arg() - true_here).cos();
        n += 1;
        error += off.clamp(-1.0, 1.0).acos().to_degrees();
        cosine += off;
        if let Some((bin, bins)) = k.knowledge.likeliest_bin() {
            binned += 1;
            right += usize::from(Knowledge::bin_of(k.in_file(true_here), bins) == bin);
        }
    }
    let of = |x: f64| x / n.max(1) as f64;
    AgainstTruth {
        mean_error_deg: of(error),
        mean_cosine: of(cosine),
        right_bins: (binned > 0).then(|| right as f64 / binned as f64),
        shift: fit.shift.map(|x| if (x - x.round()).abs() < WHOLE { 0.0 } else { x }),
        inverted: fit.hand == Hand::Inverted,
    }
}
