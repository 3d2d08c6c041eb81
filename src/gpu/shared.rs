//! Structs that host and device share; each has the name of its twin in `shaders/shared/bindings.wgsl`.

use crate::twins::reshape::INTERVALS;
use bytemuck::{Pod, Zeroable};

/// `NO_SEEDS` of bindings.wgsl.
pub const NO_SEEDS: u32 = u32::MAX;

/// One dispatch.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
pub struct Params {
    /// First of its trials in `slots`.
    pub first: u32,
    /// Number of that trial among those that share a scratch buffer.
    pub position: u32,
    /// 1: `mixed` is a scratch buffer.
    pub scratch: u32,
    /// 1: the cavity stage leaves posterior means in `field`.
    pub publish: u32,
    /// What the fill stage fills with.
    pub fill: u32,
    /// Padding.
    pub reserved: [u32; 3],
}

/// The phasing problem.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
pub struct Problem {
    /// Partial sums of a plane pass.
    pub planes: u32,
    /// Columns.
    pub columns: u32,
    /// Tiles of columns.
    pub tiles: u32,
    /// Entries.
    pub entries: u32,
    /// Grid points.
    pub points: f32,
    /// Reflections of the full sphere.
    pub sphere: f32,
    /// Atoms in the cell.
    pub atoms: f32,
    /// Measured reflections of the half sphere.
    pub measured: f32,
    /// |E| of the strong.
    pub e_strong: f32,
    /// |E| of the weak.
    pub e_weak: f32,
    /// σ of the map of all E.
    pub sigma_all: f32,
    /// σ of the map of the strong E.
    pub sigma_strong: f32,
    /// Mean of min(E², 9).
    pub e_sq_mean: f32,
    /// Its variance.
    pub e_sq_variance: f32,
    /// Workgroups of the stages over entries.
    pub groups: u32,
    /// Weak reflections.
    pub weak_count: f32,
    /// Scale of maps that are evaluated.
    pub evaluate_scale: f32,
    /// Places of partial sums per slot.
    pub partials: u32,
    /// Place of the phase table in `twiddles`.
    pub phase_table: u32,
    /// Place of the tiles in `table`.
    pub rows: u32,
    /// Measured reflections by shell.
    pub shell_count: [f32; 8],
    /// First height in the table of the reshaped posterior.
    pub shape_from: f32,
    /// Its intervals per unit of height.
    pub shape_density: f32,
    /// Place of the tables of the pair prior in `twiddles`.
    pub pairs: u32,
    /// Place of its direction.
    pub direction: u32,
    /// Place in `lines` of the densities that it keeps.
    pub densities: u32,
    /// Pairs of voxels of a trial.
    pub voxels: u32,
    /// Padding.
    pub reserved: [u32; 2],
    /// The table: slope and offset at the beginning of each interval, and what is added until its end.
    pub shapes: [[f32; 4]; INTERVALS],
}

/// What a trial does.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
pub struct Recipe {
    /// 0 flipping, 1 message passing.
    pub method: u32,
    /// 0 E, 1 √(EF).
    pub amplitudes: u32,
    /// 0 logistic, 1 square, 2 reshaped, 3 pair.
    pub denoiser: u32,
    /// Cycles over which N moves.
    pub anneal: f32,
    /// Flipping threshold over σ.
    pub k: f32,
    /// |E| of the weak.
    pub e_weak: f32,
    /// Factor on N at the start.
    pub n_start: f32,
    /// ln of the end over the start.
    pub n_log_ratio: f32,
    /// Share of the previous cavity kept.
    pub damping: f32,
    /// Factor of the plane pass.
    pub plane_scale: f32,
    /// Factor of the column pass.
    pub column_scale: f32,
    /// Factor on the amplitudes of the first map.
    pub start_factor: f32,
    /// Seed of the run.
    pub seed: u32,
    /// Number of the trial.
    pub trial: u32,
    /// Set in `seeds`, or `NO_SEEDS`.
    pub seed_set: u32,
    /// Cycles for which seeds are held.
    pub hold: u32,
    /// Mean of min(E², 9) over the measured reflections that are no seeds.
    pub free_e_sq_mean: f32,
    /// Its variance.
    pub free_e_sq_variance: f32,
    /// Their number.
    pub free_measured: f32,
    /// Σ m²E² of the seeds.
    pub seed_power: f32,
    /// Number of the others by shell.
    pub free_shell_count: [f32; 8],
    /// 0: seeds are fixed as long as they are held, 1: they take their posterior means.
    pub seed_use: u32,
    /// Padding.
    pub reserved: [u32; 3],
}

/// Where a trial stands.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Default, Pod, Zeroable)]
pub struct State {
    /// Cycles done.
    pub cycles: u32,
    /// σ of the next map.
    pub sigma: f32,
    /// Expected atom height over σ.
    pub height: f32,
    /// ⟨f′⟩/σ.
    pub feedback: f32,
    /// Signal-to-noise of the field, judged by reflections that are no seeds held.
    pub kappa: f32,
    /// Onsager factor of the phases.
    pub beta: f32,
    /// R of the last flipping cycle.
    pub r: f32,
    /// Its flipped share.
    pub flipped: f32,
    /// Figure of merit R_weak.
    pub r_weak: f32,
    /// Figure of merit E-kurtosis.
    pub e_kurtosis: f32,
    /// Figure of merit tan_cos.
    pub tan_cos: f32,
    /// Signal-to-noise that the phase weights use.
    pub kappa_used: f32,
    /// 1/⟨|z|²⟩ of the shells, then 1/τ.
    pub inverse_tau: [f32; 8],
    /// Mean of the density that the pair prior goes out from.
    pub pair_mean: f32,
    /// Padding.
    pub reserved: [f32; 3],
}
