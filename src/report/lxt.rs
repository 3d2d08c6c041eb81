//! The listing `NAME.lxt`: a table in the columns of SHELXT, which Olex2 and others read.

use super::refinement::shelx_symbol;
use super::table;
use crate::crystal::elements::symbol;
use crate::input::Input;
use crate::solve::{Solved, Structure};
use std::fmt::Write;

/// The names of the columns, as readers look for them.
pub const COLUMNS: &str = "   R1  Rweak Alpha SysAbs  Orientation      Space group  Flack_x  File  Formula";
/// R1 of a structure without a model.
const NO_MODEL: f64 = 0.999;
/// Figures have five columns.
const LARGEST: f64 = 9.999;

/// The listing. R1 of the model; Rweak of the best trial; Alpha: 1 less the mean correlation of the group's operations in the P1
/// phases; SysAbs: mean E² of the absences. Flack_x is open where anomalous scattering says nothing; the formula
/// is that of the cell divided by Z. Readers cut the group out of columns 38 to 51 and the file out of 59 to 76.
pub fn listing(input: &Input, solved: &Solved, stem: &str) -> String {
    let mut out = format!("seedflip {}\n\n", env!("CARGO_PKG_VERSION"));
    out.push_str(&table::data_summary(input));
    let _ = writeln!(out, " Mean |E^2-1|   Rest {:.3}", input.data.statistics.mean_e2_minus_1);
    let _ = writeln!(out, "\n{COLUMNS}");
    for (structure, letter) in solved.structures.iter().zip('a'..) {
        let file = format!("{stem}_{letter}");
        let score = structure.score.as_ref();
        let figure = |x: f64| x.clamp(0.0, LARGEST);
        let _ = writeln!(
            out,
            " {:5.3} {:5.3} {:5.3} {:4.2}   as input   {:<14}{:>6} {file:<17}  {}",
            structure.model.as_ref().map_or(NO_MODEL, |m| figure(m.r1)),
            figure(structure.found.trial.merits.r_weak.into()),
            score.map_or(0.0, |s| figure(1.0 - s.held)),
            score.and_then(|s| s.absences).map_or(0.0, figure),
            shelx_symbol(&structure.group),
            structure.absolute.map_or(String::new(), |a| format!("{:.2}", a.flack.x.clamp(-LARGEST, LARGEST))),
            formula(structure, input.data.header.z)
        );
    }
    if !solved.solved {
        let _ = write!(out, "\n{}\n", not_solved(solved));
    }
    out
}

/// What is said on the screen of a run that is not believed, between the marks that callers look for.
pub fn not_solved(solved: &Solved) -> String {
    let sure = table::sureness(solved.probability);
    format!("** seedflip: no solution is believed (probability of the best {sure}) **")
}

/// Carbon first, then by symbol.
fn formula(structure: &Structure, z: f64) -> String {
    const CARBON: u8 = 6;
    let Some(model) = &structure.model else { return "no model".to_owned() };
    let mut parts = model.formula.clone();
    parts.sort_by_key(|&(z, _)| (z != CARBON, symbol(z)));
    let part = |&(element, n): &(u8, f64)| {
        let text = format!("{:.2}", n / z.max(1.0));
        format!("{}{}", symbol(element).unwrap_or("X"), text.trim_end_matches('0').trim_end_matches('.'))
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" ")
}
