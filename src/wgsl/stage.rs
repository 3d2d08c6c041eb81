//! The stages of a cycle and their complete WGSL modules: hand-written files joined with generated transforms.

use super::column::Sides;
use super::exchange::Cells;
use super::four_pass::RowShape;
use super::shape::{ColumnShape, PlaneShape};

/// What happens to the density in a plane pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Density {
    /// Charge flipping.
    Flip,
    /// Soft atom posterior.
    Posterior,
    /// Pair prior: the density kept, and what it goes out from.
    PairFirst,
    /// Pair prior: change of that along the direction.
    PairSlope,
    /// Pair prior: change of its field along the direction, kept.
    PairKeep,
    /// Pair prior: its posterior.
    PairLast,
    /// Square and moments.
    Square,
    /// Low-density cut.
    Cut,
}

/// What happens to the coefficients in a column pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coefficients {
    /// Coefficients of a map from phases.
    Fill,
    /// Measured moduli imposed.
    Amplitude,
    /// Phases read.
    Phases,
    /// Field of the pair prior.
    PairFilter,
    /// Message-passing field.
    Field,
    /// New cavity coefficients.
    Cavity,
    /// Squared map against its phases.
    Tangent,
    /// Power of the cut map.
    WeakPower,
}

/// A stage that runs over entries or partial sums, without transforms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Linear {
    /// Random start phases.
    Random,
    /// Covariance of the field with E².
    Covariance,
    /// Divergence of the phase weights.
    Divergence,
    /// All finishing stages, one entry point each.
    Finish,
}

/// Number format of mixed space in device memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Storage {
    /// Eight bytes a value.
    #[default]
    F32,
    /// Four bytes a value; arithmetic stays in f32.
    F16,
}

/// Threads of the stages without transforms.
pub const LINEAR_THREADS: usize = 64;

const BINDINGS: &str = include_str!("../../shaders/shared/bindings.wgsl");
const PLANES: &str = include_str!("../../shaders/shared/planes.wgsl");
const COLUMNS: &str = include_str!("../../shaders/shared/columns.wgsl");
const REDUCE: &str = include_str!("../../shaders/shared/reduce.wgsl");
const RESTRAIN: &str = include_str!("../../shaders/restrain.wgsl");
const WEIGHTS: &str = include_str!("../../shaders/weights.wgsl");
const BESSEL: &str = include_str!("../../shaders/bessel.wgsl");
const PRIOR: &str = include_str!("../../shaders/prior.wgsl");
const EXPONENTIAL: &str = include_str!("../../shaders/exponential.wgsl");
const PAIR: &str = include_str!("../../shaders/pair.wgsl");

impl Storage {
    /// Bytes of a complex value of mixed space.
    pub fn bytes(self) -> usize {
        match self {
            Self::F32 => 8,
            Self::F16 => 4,
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::F32 => include_str!("../../shaders/shared/mixed_f32.wgsl"),
            Self::F16 => include_str!("../../shaders/shared/mixed_f16.wgsl"),
        }
    }
}

impl Density {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Flip,
        Self::Posterior,
        Self::PairFirst,
        Self::PairSlope,
        Self::PairKeep,
        Self::PairLast,
        Self::Square,
        Self::Cut,
    ];

    /// The hand-written file of this stage, after what it calls on.
    pub fn text(self) -> String {
        let needs = match self {
            Self::Posterior => EXPONENTIAL.to_owned(),
            _ if self.is_placed() => [EXPONENTIAL, PAIR].concat(),
            _ => String::new(),
        };
        needs
            + match self {
                Self::Flip => include_str!("../../shaders/flip.wgsl"),
                Self::Posterior => include_str!("../../shaders/posterior.wgsl"),
                Self::PairFirst => include_str!("../../shaders/pair_first.wgsl"),
                Self::PairSlope => include_str!("../../shaders/pair_slope.wgsl"),
                Self::PairKeep => include_str!("../../shaders/pair_keep.wgsl"),
                Self::PairLast => include_str!("../../shaders/pair_last.wgsl"),
                Self::Square => include_str!("../../shaders/square.wgsl"),
                Self::Cut => include_str!("../../shaders/cut.wgsl"),
            }
    }

    /// Transforms that the stage needs: forward is from density to coefficients.
    pub fn sides(self) -> Sides {
        match self {
            Self::PairSlope => Sides::Forward,
            Self::PairKeep => Sides::Inverse,
            _ => Sides::Both,
        }
    }

    /// Whether the stage has to know which voxels it sees, of which trial.
    pub fn is_placed(self) -> bool {
        matches!(self, Self::PairFirst | Self::PairSlope | Self::PairKeep | Self::PairLast)
    }
}

impl Coefficients {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Fill,
        Self::Amplitude,
        Self::Phases,
        Self::PairFilter,
        Self::Field,
        Self::Cavity,
        Self::Tangent,
        Self::WeakPower,
    ];

    /// The hand-written file of this stage.
    pub fn text(self) -> &'static str {
        match self {
            Self::Fill => include_str!("../../shaders/fill.wgsl"),
            Self::Amplitude => include_str!("../../shaders/amplitude.wgsl"),
            Self::Phases => include_str!("../../shaders/phases.wgsl"),
            Self::PairFilter => include_str!("../../shaders/pair_filter.wgsl"),
            Self::Field => include_str!("../../shaders/field.wgsl"),
            Self::Cavity => include_str!("../../shaders/cavity.wgsl"),
            Self::Tangent => include_str!("../../shaders/tangent.wgsl"),
            Self::WeakPower => include_str!("../../shaders/weak_power.wgsl"),
        }
    }

    /// Whether trials with seeds and without take different ways through the stage.
    pub fn knows_seeds(self) -> bool {
        matches!(self, Self::Fill | Self::Amplitude | Self::Field | Self::Cavity)
    }

    /// Whether it has a second vector of sums, those of shells 4 to 7.
    fn sums_shells(self) -> bool {
        self == Self::Field
    }

    /// What its file calls on besides.
    fn needs(self) -> String {
        match self {
            Self::Cavity => [RESTRAIN, BESSEL, WEIGHTS, PRIOR].concat(),
            Self::Fill | Self::Amplitude | Self::Field => RESTRAIN.to_owned(),
            Self::Phases | Self::PairFilter | Self::Tangent | Self::WeakPower => String::new(),
        }
    }

    /// Transforms that the stage needs.
    pub fn sides(self) -> Sides {
        match self {
            Self::Amplitude | Self::PairFilter => Sides::Both,
            Self::Fill | Self::Cavity => Sides::Inverse,
            Self::Phases | Self::Field | Self::Tangent | Self::WeakPower => Sides::Forward,
        }
    }
}

impl Linear {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Random, Self::Covariance, Self::Divergence, Self::Finish];

    /// Whether trials with seeds and without take different ways through the stage.
    pub fn knows_seeds(self) -> bool {
        self != Self::Random
    }

    /// The complete module; `seeds`: for trials of which some may have seeds.
    pub fn module(self, storage: Storage, seeds: bool) -> String {
        let (sum, text) = match self {
            Self::Random => ("f32", include_str!("../../shaders/random.wgsl").to_owned()),
            Self::Covariance => {
                ("vec2<f32>", [RESTRAIN, BESSEL, WEIGHTS, include_str!("../../shaders/covariance.wgsl")].concat())
            }
            Self::Divergence => {
                ("f32", [RESTRAIN, BESSEL, WEIGHTS, PRIOR, include_str!("../../shaders/divergence.wgsl")].concat())
            }
            Self::Finish => ("vec4<f32>", [RESTRAIN, include_str!("../../shaders/finish.wgsl")].concat()),
        };
        module(storage, &[&text], sum, LINEAR_THREADS, seeds)
    }
}

/// The complete module of a plane pass that holds whole planes.
pub fn plane_module(shape: &PlaneShape, density: Density, storage: Storage) -> String {
    let cells = cells(shape.cells_kind, shape.cells());
    let main = main_function(shape.threads, &shape.body(density.sides(), density.is_placed()));
    module(storage, &[PLANES, &density.text(), &cells, &main], "vec2<f32>", shape.threads, false)
}

/// The complete module of a column pass; `seeds`: for trials of which some may have seeds.
pub fn column_module(shape: &ColumnShape, coefficients: Coefficients, storage: Storage, seeds: bool) -> String {
    let cells = cells(shape.cells_kind, shape.cells());
    let main = main_function(shape.threads, &shape.body(coefficients.sides(), coefficients.sums_shells()));
    let parts = [COLUMNS, &coefficients.needs(), coefficients.text(), &cells, &main];
    module(storage, &parts, "vec4<f32>", shape.threads, seeds)
}

/// The complete modules of the four-pass way: columns to rows, rows with the density stage, rows to columns.
pub fn row_modules(shape: &RowShape, density: Density, storage: Storage) -> [String; 3] {
    let cells = [shape.y_cells(), shape.x_cells(), shape.y_cells()].map(|n| self::cells(shape.cells_kind, n));
    let bodies = [shape.spread_body(), shape.density_body(density.sides(), density.is_placed()), shape.gather_body()];
    let threads = [shape.y_threads, shape.x_threads, shape.y_threads];
    std::array::from_fn(|i| {
        let main = main_function(threads[i], &bodies[i]);
        let stage = if i == 1 { density.text() } else { String::new() };
        module(storage, &[PLANES, &stage, &cells[i], &main], "vec2<f32>", threads[i], false)
    })
}

fn cells(kind: Cells, count: usize) -> String {
    let kind = match kind {
        Cells::Complex => "vec2<f32>",
        Cells::Real => "f32",
    };
    format!("\nvar<workgroup> cells: array<{kind}, {count}>;\n")
}

fn main_function(threads: usize, body: &str) -> String {
    format!(
        "\n@compute @workgroup_size({threads})\n\
         fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) t: u32) {{\n{body}}}\n"
    )
}

fn module(storage: Storage, parts: &[&str], sum: &str, threads: usize, seeds: bool) -> String {
    let header = format!("alias SUM = {sum};\nconst THREADS: u32 = {threads}u;\nconst SEEDS: bool = {seeds};\n");
    let mut text = [BINDINGS, storage.text(), &header, REDUCE].concat();
    parts.iter().for_each(|part| text.push_str(part));
    text
}
