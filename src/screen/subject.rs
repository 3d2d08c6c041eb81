//! Data and truth at one resolution and completeness.

use crate::crystal::miller::hash_key;
use crate::crystal::{Hkl, SpaceGroup};
use crate::grid::Sampling;
use crate::phasing::{GriddedSphere, SeedPlaces, Sphere, expected_atoms, has_distances};
use crate::reflections::{DataSet, PhasedReflection};
use crate::seed::known::{allowed_phase, equivalents};
use crate::seed::{Merit, Network, Oracle, SeedFigures, SeedList, SeedSets, TrueModel, TruePhase, resolve};
use crate::structure::{SOLVED_CC, Weighting, agreement};
use crate::twins::random::{trial_hash, unit_interval};
use crate::{Error, Result};
use num_complex::Complex32;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Keeps the choice of the reflections that are kept apart from that of seeds.
const COMPLETENESS_SEED: u32 = 0x0C03_9137;

/// What the trials of one resolution and completeness share.
pub struct Subject<'a> {
    data: &'a DataSet,
    /// The sphere.
    pub sphere: Sphere,
    unique: Vec<TruePhase>,
    measured: HashSet<Hkl>,
    /// True phases of all equivalents, radians.
    phases: HashMap<Hkl, f64>,
    /// True phases of the measured half sphere, with observed F.
    truth: Vec<PhasedReflection>,
}

/// A subject on one grid.
pub struct OnGrid {
    /// Sampling.
    pub sampling: Sampling,
    /// Reflections on the grid.
    pub gridded: GriddedSphere,
    /// Places for seeds.
    pub places: SeedPlaces,
}

impl<'a> Subject<'a> {
    /// `truth` holds the phases of all unique reflections to the best resolution.
    pub fn new(data: &'a DataSet, truth: &[TruePhase], d_min: f64, completeness: f64) -> Self {
        let header = &data.header;
        let (cell, group) = (&header.cell, &header.space_group);
        let kept = |hkl: Hkl| {
            cell.d_spacing(hkl) >= d_min * (1.0 - 1e-9)
                && f64::from(unit_interval(trial_hash(COMPLETENESS_SEED, 0, hash_key(hkl)))) < completeness
        };
        let reflections: Vec<_> = data.reflections.iter().filter(|r| kept(r.merged.hkl)).copied().collect();
        let sphere = Sphere::new(cell, group, &reflections, expected_atoms(header), d_min);
        let sphere = sphere.with_distances(has_distances(header, d_min));
        let unique: Vec<TruePhase> = truth.iter().filter(|t| kept(t.hkl)).copied().collect();
        let measured = unique.iter().map(|t| t.hkl).collect();
        let mut phases: HashMap<Hkl, f64> = HashMap::new();
        for t in &unique {
            for (image, offset) in equivalents(group, t.hkl) {
                let phase = t.phase + offset;
                phases.insert(image, phase);
                phases.insert(crate::crystal::friedel(image), -phase);
            }
        }
        let truth = sphere
            .measured()
            .filter_map(|(hkl, f, e)| Some(PhasedReflection { hkl, f, e, phase: *phases.get(&hkl)?, fom: 1.0 }))
            .collect();
        Self { data, sphere, unique, measured, phases, truth }
    }

    /// Unique reflections.
    pub fn unique(&self) -> usize {
        self.unique.len()
    }

    /// The space group of the data.
    pub fn group(&self) -> &SpaceGroup {
        &self.data.header.space_group
    }

    /// The subject on a grid.
    pub fn on_grid(&self, sampling: Sampling) -> OnGrid {
        let gridded = self.sphere.problem(sampling);
        let places = SeedPlaces::new(&self.sphere, &gridded);
        OnGrid { sampling, gridded, places }
    }

    /// Seeds that an oracle gives, or a network of its skill for the structure `model`, and what they are worth.
    ///
    /// # Errors
    /// When it gives none, and where the structure cannot be calculated.
    pub fn seeds(
        &self,
        oracle: &Oracle,
        network: Option<&Network>,
        model: Option<&TrueModel>,
    ) -> Result<(SeedSets, Merit)> {
        let seeds = match network {
            None => oracle.seeds(self.group(), &self.unique),
            Some(network) => {
                let model = model.ok_or_else(|| Error::Bug("a network has no structure to err about".into()))?;
                let seeds = oracle.seeds_of(network, model, self.group(), &self.unique);
                seeds.map_err(|what| Error::unusable(what, "correct the model"))?
            }
        };
        let mut figures = SeedFigures::default();
        for seed in &seeds {
            let allowed = allowed_phase(self.group(), seed.hkl);
            let truth = self.phases.get(&seed.hkl).copied().unwrap_or_default();
            figures.add(&seed.knowledge, allowed, truth, oracle.wrong);
        }
        let list =
            SeedList { sets: vec![seeds], wrong: Some(oracle.wrong), ..SeedList::new(Path::new("oracle"), "oracle") };
        if list.sets[0].is_empty() {
            let what = format!("--fraction {} of {} reflections leaves no seed", oracle.fraction, self.unique.len());
            return Err(Error::unusable(what, "give a larger fraction"));
        }
        Ok((resolve(&list, self.group(), &self.measured, &|hkl| (hkl, 0.0))?, figures.merit()))
    }

    /// F²-weighted correlation of an engine's phases with the truth: at the seeds' origin, and where that is no
    /// solution with origin and hand free.
    pub fn judge(&self, on: &OnGrid, phases: &[Complex32]) -> f64 {
        let found = self.sphere.phased(&on.gridded, phases);
        let (mut along, mut total) = (0.0, 0.0);
        let here: HashMap<Hkl, f64> = found.iter().map(|r| (r.hkl, r.phase)).collect();
        for t in &self.truth {
            total += t.f * t.f;
            along += here.get(&t.hkl).map_or(0.0, |phase| t.f * t.f * (phase - t.phase).cos());
        }
        let direct = if total > 0.0 { along / total } else { 0.0 };
        if direct >= SOLVED_CC {
            return direct;
        }
        direct.max(agreement(&self.data.header.cell, &self.truth, &found, Weighting::F2).cc)
    }
}
