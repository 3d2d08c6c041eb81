//! The order of stages: of a start, a cycle, an evaluation.
//!
//! ```text
//! flipping   planes(flip) ─▶ columns(amplitude) ─▶ finish
//! message    planes(posterior) ─▶ finish ─▶ columns(field) ─▶ finish ─▶ covariance ─▶ finish ─▶ divergence ─▶ finish
//!            ─▶ columns(cavity) ─▶ finish
//! pair       planes(pair first) ─▶ finish ─▶ planes(pair slope) ─▶ columns(pair filter) ─▶ planes(pair keep)
//!            ─▶ columns(pair filter) ─▶ planes(pair last) ─▶ finish ─▶ columns(field), and on as above
//! merits     [columns(phases)] ─▶ columns(fill strong) ─▶ planes(square) ─▶ columns(tangent) ─▶ finish
//!            ─▶ columns(fill all) ─▶ planes(cut) ─▶ columns(weak power) ─▶ finish
//! ```

use super::chunk::Chunk;
use super::kernels::{Kernel, Kernels};
use super::plan::{Plan, Planes};
use super::shared::Params;
use crate::engine::EngineError;
use crate::wgsl::column::Sides;
use crate::wgsl::shape::TILE;
use crate::wgsl::stage::{Coefficients, Density, Linear};

/// `FILL_START`, `FILL_STRONG` and `FILL_ALL` of bindings.wgsl.
const FILL_START: u32 = 0;
const FILL_STRONG: u32 = 1;
const FILL_ALL: u32 = 2;

/// Where the time of a step is booked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stage {
    /// Plane passes.
    Planes,
    /// Column passes.
    Columns,
    /// Sums, κ and β of message passing, and all finishing stages.
    Weights,
    /// Starts.
    Starts,
    /// Figures of merit.
    Merits,
}

/// Trials `first` to `first + count` of the chunk's list, dispatched together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Batch {
    /// First place in the list.
    pub first: usize,
    /// Trials.
    pub count: usize,
}

impl Batch {
    /// The batch in parts of at most `size`.
    fn parts(self, size: usize) -> impl Iterator<Item = Batch> {
        (0..self.count)
            .step_by(size.max(1))
            .map(move |at| Batch { first: self.first + at, count: size.max(1).min(self.count - at) })
    }
}

/// One dispatch.
pub struct Step {
    /// What is dispatched.
    pub kernel: Kernel,
    offset: u32,
    scratch: bool,
    groups: [u32; 2],
    /// Where its time is booked.
    pub stage: Stage,
}

/// Collects the dispatches of a chunk.
pub struct Recorder<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The chunk.
    pub chunk: &'a mut Chunk,
    /// Some trials may have seeds that are held.
    pub seeds: bool,
    /// Dispatches so far.
    pub steps: Vec<Step>,
}

type Outcome = Result<(), EngineError>;

impl Recorder<'_> {
    /// Start phases of `random`, first maps of `all` (the random ones come first in the list).
    pub fn start(&mut self, random: Batch, all: Batch) -> Outcome {
        let groups = self.plan.groups;
        self.dispatch(Kernel::Linear(Linear::Random, false), groups, random, Params::default(), Stage::Starts)?;
        self.columns(Coefficients::Fill, all, Params { fill: FILL_START, ..Params::default() }, Stage::Starts)?;
        self.finish("finish_start", all, Stage::Starts)
    }

    /// One cycle of charge flipping.
    pub fn flipping(&mut self, batch: Batch) -> Outcome {
        self.planes(Density::Flip, batch, Params::default(), Stage::Planes)?;
        self.columns(Coefficients::Amplitude, batch, Params::default(), Stage::Columns)?;
        self.finish("finish_amplitude", batch, Stage::Columns)
    }

    /// One cycle of message passing; `publish` leaves the posterior means in `field`.
    pub fn message(&mut self, batch: Batch, publish: bool) -> Outcome {
        let none = Params::default();
        self.planes(Density::Posterior, batch, none, Stage::Planes)?;
        self.weighed(batch, publish)
    }

    /// The same under the pair prior, whose densities are kept for so many trials at a time.
    pub fn pairs(&mut self, batch: Batch, publish: bool) -> Outcome {
        let (own, scratch) = (Params::default(), Params { scratch: 1, ..Params::default() });
        for part in batch.parts(self.plan.pairs) {
            self.planes(Density::PairFirst, part, own, Stage::Planes)?;
            self.finish("finish_pair", part, Stage::Weights)?;
            self.planes(Density::PairSlope, part, scratch, Stage::Planes)?;
            self.columns(Coefficients::PairFilter, part, scratch, Stage::Columns)?;
            self.planes(Density::PairKeep, part, scratch, Stage::Planes)?;
            self.columns(Coefficients::PairFilter, part, own, Stage::Columns)?;
            self.planes(Density::PairLast, part, own, Stage::Planes)?;
        }
        self.weighed(batch, publish)
    }

    /// What follows the density in a cycle of message passing.
    fn weighed(&mut self, batch: Batch, publish: bool) -> Outcome {
        if batch.count == 0 {
            return Ok(());
        }
        let none = Params::default();
        let groups = self.plan.groups;
        self.finish("finish_posterior", batch, Stage::Weights)?;
        self.columns(Coefficients::Field, batch, none, Stage::Columns)?;
        self.finish("finish_field", batch, Stage::Weights)?;
        self.dispatch(Kernel::Linear(Linear::Covariance, self.seeds), groups, batch, none, Stage::Weights)?;
        self.finish("finish_covariance", batch, Stage::Weights)?;
        self.dispatch(Kernel::Linear(Linear::Divergence, self.seeds), groups, batch, none, Stage::Weights)?;
        self.finish("finish_divergence", batch, Stage::Weights)?;
        self.columns(Coefficients::Cavity, batch, Params { publish: publish.into(), ..none }, Stage::Columns)?;
        self.finish("finish_cavity", batch, Stage::Weights)
    }

    /// Reads the phases of flipping trials into `field`.
    pub fn phases(&mut self, flipping: Batch) -> Outcome {
        self.columns(Coefficients::Phases, flipping, Params::default(), Stage::Merits)
    }

    /// Reads the coefficients of the next maps of flipping trials into `field`: without a feedback, that is what the field
    /// of message passing is.
    pub fn coefficients(&mut self, flipping: Batch) -> Outcome {
        self.columns(Coefficients::Field, flipping, Params::default(), Stage::Merits)
    }

    /// Figures of merit of `all` trials from the phases in `field`.
    pub fn merits(&mut self, all: Batch) -> Outcome {
        for part in all.parts(self.plan.scratch) {
            let scratch = Params { scratch: 1, fill: FILL_STRONG, ..Params::default() };
            self.columns(Coefficients::Fill, part, scratch, Stage::Merits)?;
            self.planes(Density::Square, part, scratch, Stage::Merits)?;
            self.columns(Coefficients::Tangent, part, scratch, Stage::Merits)?;
            self.finish("finish_tangent", part, Stage::Merits)?;
            let scratch = Params { fill: FILL_ALL, ..scratch };
            self.columns(Coefficients::Fill, part, scratch, Stage::Merits)?;
            self.planes(Density::Cut, part, scratch, Stage::Merits)?;
            self.columns(Coefficients::WeakPower, part, scratch, Stage::Merits)?;
            self.finish("finish_weak_power", part, Stage::Merits)?;
        }
        Ok(())
    }

    fn planes(&mut self, density: Density, batch: Batch, params: Params, stage: Stage) -> Outcome {
        let [_, _, nz] = self.plan.dims;
        let (tiles, size) = match &self.plan.planes {
            Planes::Whole(_) => return self.dispatch(Kernel::Plane(density, 0), nz, batch, params, stage),
            Planes::Rows(shape) => ([shape.y_tiles(), shape.x_tiles(), shape.y_tiles()], self.plan.rows),
        };
        for part in batch.parts(size) {
            let position = (part.first - batch.first) as u32;
            // Nothing is spread where only the way back is wanted, and nothing gathered where that is not.
            let wanted = match density.sides() {
                Sides::Both => 0..3,
                Sides::Forward => 1..3,
                Sides::Inverse => 0..2,
            };
            for kernel in wanted {
                let tiles = tiles[kernel];
                let params = Params { position, ..params };
                self.dispatch(Kernel::Plane(density, kernel), nz * tiles, part, params, stage)?;
            }
        }
        Ok(())
    }

    fn columns(&mut self, coefficients: Coefficients, batch: Batch, params: Params, stage: Stage) -> Outcome {
        // A start may take seeds that nothing holds afterwards.
        let seeds = coefficients == Coefficients::Fill || (self.seeds && coefficients.knows_seeds());
        self.dispatch(Kernel::Column(coefficients, seeds), self.plan.stored / TILE, batch, params, stage)
    }

    fn finish(&mut self, entry_point: &'static str, batch: Batch, stage: Stage) -> Outcome {
        self.dispatch(Kernel::Finish(entry_point, self.seeds), 1, batch, Params::default(), stage)
    }

    fn dispatch(&mut self, kernel: Kernel, groups: usize, batch: Batch, params: Params, stage: Stage) -> Outcome {
        if batch.count == 0 {
            return Ok(());
        }
        let set = Params { first: batch.first as u32, ..params };
        let offset = self.chunk.offset(set).ok_or_else(|| EngineError::Refused("too many parameter sets".into()))?;
        let scratch = params.scratch == 1;
        self.steps.push(Step { kernel, offset, scratch, groups: [groups as u32, batch.count as u32], stage });
        Ok(())
    }
}

/// Puts dispatches of kernels that are `ready` into a compute pass.
pub fn encode(pass: &mut wgpu::ComputePass<'_>, chunk: &Chunk, kernels: &Kernels, steps: &[Step]) {
    for step in steps {
        let Some(pipeline) = kernels.pipeline(step.kernel) else { continue };
        pass.set_pipeline(pipeline);
        pass.set_bind_group(0, if step.scratch { &chunk.scratch } else { &chunk.own }, &[step.offset]);
        pass.dispatch_workgroups(step.groups[0], step.groups[1], 1);
    }
}
