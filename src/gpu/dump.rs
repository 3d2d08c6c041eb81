//! The modules that a device would be given for a grid, to be read.

use super::AdapterLimits;
use super::kernels::{Kernel, source};
use super::plan::{Plan, Planes, Tuning};
use super::tables::Tables;
use crate::engine::{EngineError, Problem};
use crate::wgsl::stage::{Coefficients, Density, Linear};

/// Modules of a plan.
pub struct Dump {
    /// The plan in one line.
    pub plan: String,
    /// Name of a file and what is in it, in the order of a cycle.
    pub files: Vec<(String, String)>,
}

/// Every module of a problem's grid on a device.
///
/// # Errors
/// `EngineError::Refused` when the device cannot work on the grid.
pub fn dump(problem: &Problem, limits: &AdapterLimits, tuning: &Tuning) -> Result<Dump, EngineError> {
    let plan = Plan::new(problem, &Tables::new(problem.layout()), 1, limits, tuning)?;
    let mut files = Vec::new();
    let mut add = |name: String, kernel| files.push((format!("{name}.wgsl"), source(&plan, kernel)));
    for density in Density::ALL {
        let name = stage(density);
        match plan.planes {
            Planes::Whole(_) => add(format!("plane_{name}"), Kernel::Plane(density, 0)),
            // The first and the last of the three are those of every stage.
            Planes::Rows(_) => {
                if density == Density::Flip {
                    add("rows_spread".into(), Kernel::Plane(density, 0));
                    add("rows_gather".into(), Kernel::Plane(density, 2));
                }
                add(format!("rows_{name}"), Kernel::Plane(density, 1));
            }
        }
    }
    for coefficients in Coefficients::ALL {
        add(format!("column_{}", stage(coefficients)), Kernel::Column(coefficients, false));
        if coefficients.knows_seeds() {
            add(format!("column_{}_seeds", stage(coefficients)), Kernel::Column(coefficients, true));
        }
    }
    for linear in Linear::ALL {
        add(stage(linear), Kernel::Linear(linear, false));
        if linear.knows_seeds() {
            add(format!("{}_seeds", stage(linear)), Kernel::Linear(linear, true));
        }
    }
    Ok(Dump { plan: plan.describe(), files })
}

/// Name of a stage as its file in `shaders/` has it: `weak_power` for `WeakPower`.
fn stage(stage: impl std::fmt::Debug) -> String {
    let mut name = String::new();
    for letter in format!("{stage:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}
