//! Structures and trials in the run record.

use super::table::formula;
use super::twin::{DomainsRecord, LawRecord, TwinRecord};
use crate::crystal::identity::identify;
use crate::solve::{Absolute, Route, Solved, Structure};
use crate::symmetry::Score;
use crate::trials::{ArmId, Finished, Merits, Recipe};
use schemars::JsonSchema;
use serde::Serialize;

/// A structure: the file of one ending, and the candidate it was made of.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CandidateRecord {
    /// Ending of its file, `_a.res` and so on.
    pub file: String,
    /// Number of its best trial.
    pub trial: u32,
    /// Arm of that trial.
    pub arm: ArmId,
    /// Figures of merit of that trial.
    pub merits: Merits,
    /// Trials that found these phases.
    pub agreeing_trials: usize,
    /// From the origin of the trial to that of the space group, fractions of the axes.
    pub origin_shift: [f64; 3],
    /// Mean residual of the group's operations in the phases, degrees.
    pub phase_residual_deg: f64,
    /// The same for each operation.
    pub operations: Vec<OperationRecord>,
    /// Whether the P1 phases show the symmetry of the intensities; null where there is nothing to find.
    pub symmetry_found: Option<bool>,
    /// How well they do, 0…1.
    pub symmetry_evidence: Option<f64>,
    /// Hermann–Mauguin symbol of the space group.
    pub space_group: Option<String>,
    /// What speaks for the group; null where it was given.
    pub space_group_score: Option<Score>,
    /// By what structures are ranked, higher first.
    pub belief: f64,
    /// What the phases went through.
    pub route: Route,
    /// Mean figure of merit of the averaged phases, 0…1.
    pub mean_figure_of_merit: f64,
    /// Atoms and peaks in the file.
    pub sites: usize,
    /// Atoms among them; null where there is no model.
    pub atoms: Option<usize>,
    /// R1 of the model over reflections above 2σ(I).
    pub r1: Option<f64>,
    /// R1 of the model over all reflections.
    pub r1_all: Option<f64>,
    /// Atoms per cell, heaviest first: `S4 O16 C88`.
    pub formula: Option<String>,
    /// Flack's parameter; null with a centre, and where anomalous scattering says nothing.
    pub absolute_structure: Option<Absolute>,
    /// The second domain of a twin, R1 and all else that is said of the fit being of both; null for a single crystal.
    pub twin: Option<TwinRecord>,
    /// The domains of a twin whose list says which reflections fall together (HKLF 5), R1 and all else that is said of the fit being of their sums; null
    /// for other lists.
    pub domains: Option<DomainsRecord>,
    /// Twin laws tried on the model of a single crystal: those of the lattice, the one that explains most first, and the best half turn that is none of it.
    pub twin_laws: Vec<LawRecord>,
}

/// An operation of a space group in the P1 phases.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OperationRecord {
    /// The operation: `-x,y+1/2,-z`.
    pub op: String,
    /// Mean phase residual in degrees.
    pub phase_residual_deg: f64,
}

/// A finished trial.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct TrialRecord {
    /// Its number, from 0.
    pub trial: u32,
    /// Its arm.
    pub arm: ArmId,
    /// What it did.
    pub recipe: Recipe,
    /// Its figures of merit at the end.
    pub merits: Merits,
    /// The seed set, from 0, that it started from; absent without seeds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set: Option<usize>,
    /// Cycles from its start to its end; of a run that tries every seed set by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cycles: Option<u32>,
    /// Probability that its phases are right, judged without the trials of other sets; of such a run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
}

impl CandidateRecord {
    /// The record of a structure.
    pub fn new(structure: &Structure, letter: char) -> Self {
        let found = &structure.found;
        let best = &found.trial;
        let origin = &structure.solution.origin;
        let operations = origin.operators.iter();
        let model = structure.model.as_ref();
        Self {
            file: format!("_{letter}.res"),
            trial: best.trial,
            arm: best.arm,
            merits: best.merits,
            agreeing_trials: found.agreeing,
            origin_shift: origin.shift,
            phase_residual_deg: origin.residual,
            operations: operations
                .map(|o| OperationRecord { op: o.op.to_string(), phase_residual_deg: o.degrees })
                .collect(),
            symmetry_found: found.symmetry_found,
            symmetry_evidence: found.symmetry,
            space_group: identify(&structure.group).map(|identity| identity.hm),
            space_group_score: structure.score,
            belief: structure.standing,
            route: structure.route,
            mean_figure_of_merit: structure.solution.phases.mean_fom,
            sites: structure.sites().len(),
            atoms: model.map(|m| m.atoms),
            r1: model.map(|m| m.r1),
            r1_all: model.map(|m| m.r1_all),
            formula: model.map(formula),
            absolute_structure: structure.absolute,
            twin: model.and_then(|m| m.twin).as_ref().map(TwinRecord::new),
            domains: model.and_then(|m| m.domains).as_ref().map(DomainsRecord::new),
            twin_laws: model.iter().flat_map(|m| &m.laws).map(LawRecord::new).collect(),
        }
    }
}

impl TrialRecord {
    /// The record of the finished trial in this place.
    pub fn new(solved: &Solved, place: usize, trial: &Finished) -> Self {
        let probability = solved.judged.get(place).copied();
        Self {
            trial: trial.trial,
            arm: trial.arm,
            recipe: trial.recipe,
            merits: trial.merits,
            set: solved.set_of(trial.trial),
            cycles: probability.map(|_| trial.cycles),
            probability,
        }
    }
}
