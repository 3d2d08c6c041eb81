//! The run record: everything another program needs, in one JSON document. `docs/record.schema.json` is its published
//! schema.

use super::candidates::{CandidateRecord, TrialRecord};
use super::cell::{CellRecord, LaueRecord, SpaceGroupRecord};
use super::twin::warning;
use crate::crystal::identity::identify;
use crate::input::{Basis, Input, Taken};
use crate::solve::{Device, Effective, SeedSummary, Solved};
use crate::trials::{Move, StageSeconds, StopReason};
use crate::trust::Evidence;
use crate::{Error, Result};
use schemars::{JsonSchema, Schema, schema_for};
use serde::Serialize;

/// Version of the document; it rises when a field changes its meaning or goes.
pub const SCHEMA_VERSION: u32 = 2;
/// Trials listed one by one; the rest is counted.
const LISTED_TRIALS: usize = 200;

/// The record of a run of seedflip. Everything but `timings` is the same for the same input, seed and version.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Record {
    /// Version of this document; it rises when a field changes its meaning or goes.
    pub schema_version: u32,
    /// `seedflip`.
    pub program: &'static str,
    /// Version of the program.
    pub version: &'static str,
    /// Title of the input.
    pub title: String,
    /// True when the first structure is claimed to be right.
    pub solved: bool,
    /// Probability that the atoms of the first structure are right; 0 without one.
    pub probability: f64,
    /// Probability that its space group is right too.
    pub probability_group: f64,
    /// What that rests on.
    pub evidence: Option<Evidence>,
    /// Why the run ended.
    pub stopped: StopReason,
    /// What the device said when it failed.
    pub fault: Option<String>,
    /// Space group of the first structure; that of the input without one.
    pub space_group: SpaceGroupRecord,
    /// Hermann–Mauguin symbol of the input's space group.
    pub space_group_of_input: Option<String>,
    /// What the intensities say of the Laue class; null where the space group was given.
    pub laue_class: Option<LaueRecord>,
    /// The cell.
    pub cell: CellRecord,
    /// What was taken of which files.
    pub input: Taken,
    /// `xray`, `electron` or `neutron`.
    pub radiation: &'static str,
    /// Wavelength in Å.
    pub wavelength: f64,
    /// The data.
    pub data: DataRecord,
    /// The parameters that the run really used.
    pub parameters: Effective,
    /// The seeds of the run, before and after.
    pub seeds: Option<SeedSummary>,
    /// Seed of every random number.
    pub seed: u32,
    /// What ran the last of the trials.
    pub device: DeviceRecord,
    /// Changes of the device during the search.
    pub device_changes: Vec<Move>,
    /// Trial-cycles in all.
    pub cycles: u64,
    /// Trials that were started, finished or not.
    pub trials_started: u32,
    /// Trials that finished.
    pub trials_finished: usize,
    /// The structures, most believed first, as in the files `_a.res` and so on.
    pub candidates: Vec<CandidateRecord>,
    /// The first 200 finished trials, best first; all where every seed set was tried by itself.
    pub trials: Vec<TrialRecord>,
    /// Files that carry no mark of their own, with the checksum by which they are known again.
    pub files: Vec<FileRecord>,
    /// Where the time went.
    pub timings: TimingsRecord,
}

/// A file of the run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FileRecord {
    /// Its name, without a folder.
    pub name: String,
    /// 64-bit FNV-1a of its bytes, in hexadecimal digits.
    pub checksum: String,
}

/// Merging statistics and what was noticed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DataRecord {
    /// Rows that were read.
    pub rows: usize,
    /// Unique reflections.
    pub unique: usize,
    /// Σ|I − ⟨I⟩|/ΣI over reflections measured more than once.
    pub r_int: Option<f64>,
    /// Rows per unique reflection.
    pub redundancy: f64,
    /// Unique systematic absences of the input's group that were left out.
    pub absences_dropped: usize,
    /// Resolution limit in Å.
    pub d_min: f64,
    /// Share of the unique reflections to that limit that were measured.
    pub completeness: f64,
    /// B of the Wilson plot, Å².
    pub wilson_b: Option<f64>,
    /// ⟨|E² − 1|⟩: 0.74 without a centre, 0.97 with one.
    pub mean_e2_minus_1: f64,
    /// What is worth a word, one line each.
    pub warnings: Vec<String>,
}

/// What ran the trials.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeviceRecord {
    /// `cpu` or `gpu`.
    pub backend: &'static str,
    /// Name of the processor or adapter.
    pub name: String,
    /// Programming interface of a GPU, such as `vulkan`.
    pub api: Option<String>,
    /// Driver of a GPU and its version.
    pub driver: Option<String>,
}

/// Where the time went; the one part of a record that two equal runs do not share.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TimingsRecord {
    /// Wall seconds of the whole run.
    pub wall_s: f64,
    /// Wall seconds of reading and merging.
    pub read_s: f64,
    /// Wall seconds of setting up.
    pub setup_s: f64,
    /// Wall seconds of the trials.
    pub trials_s: f64,
    /// Wall seconds of making structures.
    pub structures_s: f64,
    /// Seconds of the engine's stages, summed over threads.
    pub stages_s: StageSeconds,
    /// Trial-cycles per second of the trials.
    pub cycles_per_s: f64,
    /// Trials finished per second of the trials.
    pub trials_per_s: f64,
    /// Share of its time on a GPU that the GPU worked; null where the search had none.
    pub gpu_busy: Option<f64>,
    /// Threads.
    pub threads: usize,
}

impl Record {
    /// The record of a run, which took `read_seconds` to read its input and `wall_seconds` in all.
    pub fn new(input: &Input, basis: &Basis, solved: &Solved, read_seconds: f64, wall_seconds: f64) -> Self {
        let header = &input.data.header;
        let report = &solved.report;
        let group = solved.structures.first().map_or(&header.space_group, |first| &first.group);
        let structures = solved.structures.iter().zip('a'..);
        // Where every seed set was tried by itself somebody wants to know of each.
        let listed = if solved.judged.is_empty() { LISTED_TRIALS } else { report.finished.len() };
        let listed = report.finished.iter().enumerate().take(listed);
        debug_assert!((0.0..=1.0).contains(&solved.probability), "a probability of {}", solved.probability);
        debug_assert!(!solved.solved || !solved.structures.is_empty(), "solved without a structure");
        Self {
            schema_version: SCHEMA_VERSION,
            program: "seedflip",
            version: env!("CARGO_PKG_VERSION"),
            title: header.title.clone(),
            solved: solved.solved,
            probability: solved.probability,
            probability_group: solved.probability_group,
            evidence: solved.evidence,
            stopped: report.stopped,
            fault: report.fault.clone(),
            space_group: SpaceGroupRecord::new(group),
            space_group_of_input: identify(&header.space_group).map(|identity| identity.hm),
            laue_class: basis.laue.as_ref().map(LaueRecord::new),
            cell: CellRecord::new(&header.cell),
            input: input.taken.clone(),
            radiation: header.radiation.name(),
            wavelength: header.wavelength,
            data: DataRecord::new(input, basis, solved),
            parameters: solved.effective.clone(),
            seeds: solved.seeds.clone(),
            seed: solved.effective.seed,
            device: DeviceRecord::new(&solved.device),
            device_changes: report.moves.clone(),
            cycles: report.cycles,
            trials_started: report.started,
            trials_finished: report.finished.len(),
            candidates: structures.map(|(structure, letter)| CandidateRecord::new(structure, letter)).collect(),
            trials: listed.map(|(place, trial)| TrialRecord::new(solved, place, trial)).collect(),
            files: Vec::new(),
            timings: TimingsRecord::new(solved, read_seconds, wall_seconds),
        }
    }

    /// The record as the text of `NAME.json`.
    ///
    /// # Errors
    /// `Error::Bug` when JSON cannot express it.
    pub fn text(&self) -> Result<String> {
        serde_json::to_string_pretty(self)
            .map_err(|error| Error::Bug(format!("the run record cannot be written: {error}")))
    }

    /// What a program may count on in the document.
    pub fn schema() -> Schema {
        schema_for!(Record)
    }
}

impl DataRecord {
    fn new(input: &Input, basis: &Basis, solved: &Solved) -> Self {
        let (data, merge) = (&input.data, &input.data.merge);
        Self {
            rows: merge.n_rows,
            unique: merge.n_unique,
            r_int: merge.r_int,
            redundancy: merge.mean_redundancy,
            absences_dropped: merge.absences.n_unique,
            d_min: data.shells.d_min,
            completeness: data.shells.completeness,
            wilson_b: data.wilson.as_ref().map(|wilson| wilson.b),
            mean_e2_minus_1: data.statistics.mean_e2_minus_1,
            warnings: input.warnings.iter().cloned().chain(basis.warnings()).chain(warning(solved)).collect(),
        }
    }
}

impl DeviceRecord {
    fn new(device: &Device) -> Self {
        let Device { backend, name, api, driver, .. } = device.clone();
        Self { backend, name, api, driver }
    }
}

impl TimingsRecord {
    fn new(solved: &Solved, read_seconds: f64, wall_seconds: f64) -> Self {
        let seconds = &solved.seconds;
        Self {
            wall_s: wall_seconds,
            read_s: read_seconds,
            setup_s: seconds.setup,
            trials_s: seconds.trials,
            structures_s: seconds.structures,
            stages_s: solved.report.stages,
            cycles_per_s: seconds.rate(solved.report.cycles as f64),
            trials_per_s: seconds.rate(solved.report.finished.len() as f64),
            gpu_busy: solved.report.busy,
            threads: solved.device.threads,
        }
    }
}
