//! `screen.csv`: one line a trial.

use super::{Condition, Outcome};
use crate::seed::{Merit, Network};
use std::fmt::Write;

const HEADER: &str = "method,of,d_min,completeness,bins,wrong,fraction,errors,skill,temperature,draw,solved,cc,cycles,kappa,r_weak,s0,\
                      predicted_one_b,predicted_spread,accuracy,nll,phase_error,cosine,said_cosine";

/// Decimals of the figures, and of κ.
const DECIMALS: usize = 4;
const DECIMALS_OF_KAPPA: usize = 3;

/// An outcome as the table has it, to the last decimal of a line: what is summed from it can be summed from the table.
pub fn as_written(outcome: Outcome) -> Outcome {
    let short = |x: f64| format!("{x:.DECIMALS$}").parse().unwrap_or(x);
    let merit = outcome.merit;
    Outcome {
        cc: short(outcome.cc),
        kappa: format!("{:.DECIMALS_OF_KAPPA$}", outcome.kappa).parse().unwrap_or(outcome.kappa),
        r_weak: short(outcome.r_weak),
        s0: short(outcome.s0),
        predicted: outcome.predicted.map(short),
        merit: Merit {
            accuracy: short(merit.accuracy),
            nll: short(merit.nll),
            error_deg: short(merit.error_deg),
            cosine: short(merit.cosine),
            said: short(merit.said),
        },
        ..outcome
    }
}

/// Fields that name a condition, as they stand at the beginning of a line.
fn key(c: &Condition) -> String {
    let pool = serde_json::to_string(&c.pool).unwrap_or_default();
    let (errors, size) = match c.network {
        Some(Network { errors, skill, temperature }) => {
            (serde_json::to_string(&errors).unwrap_or_default(), format!("{skill},{temperature}"))
        }
        None => ("bins".into(), ",".into()),
    };
    format!(
        "{},{},{},{},{},{},{},{},{size}",
        c.method,
        pool.trim_matches('"'),
        c.d_min,
        c.completeness,
        c.bins,
        c.wrong,
        c.fraction,
        errors.trim_matches('"'),
    )
}

/// The file. `run` is a line that names what was run.
pub fn write(run: &str, conditions: &[Condition], outcomes: &[Outcome]) -> String {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by_key(|o| (o.condition, o.draw));
    let mut out = format!("# {run}\n{HEADER}\n");
    for o in sorted {
        let _ = writeln!(
            out,
            "{},{},{},{:.DECIMALS$},{},{:.DECIMALS_OF_KAPPA$},{:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$},\
             {:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$}",
            key(&conditions[o.condition]),
            o.draw,
            u8::from(o.solved()),
            o.cc,
            o.cycles,
            o.kappa,
            o.r_weak,
            o.s0,
            o.predicted[0],
            o.predicted[1],
            o.merit.accuracy,
            o.merit.nll,
            o.merit.error_deg,
            o.merit.cosine,
            o.merit.said
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Pool;

    #[test]
    fn outcomes_stand_in_the_order_of_the_grid_to_the_last_decimal_of_their_line() {
        let condition = |fraction: f64| Condition {
            method: "mp-n1".into(),
            fraction,
            pool: Pool::StrongThird,
            bins: 4,
            wrong: 0.25,
            d_min: 1.0,
            completeness: 1.0,
            network: None,
        };
        let third = 1.0 / 3.0;
        let outcome = |condition: usize, draw: u32| Outcome {
            condition,
            draw,
            cc: third,
            cycles: 20,
            kappa: third,
            r_weak: third,
            s0: third,
            predicted: [third; 2],
            merit: Merit { accuracy: third, nll: third, error_deg: third, cosine: third, said: third },
        };
        let conditions = [condition(0.05), condition(0.1)];
        let outcomes = [outcome(1, 2), outcome(0, 1), outcome(1, 1)];
        let text = write("this", &conditions, &outcomes);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[..2], ["# this", HEADER]);
        assert_eq!(
            lines[2],
            format!("mp-n1,strong-third,1,1,4,0.25,0.05,bins,,,1,0,0.3333,20,0.333{}", ",0.3333".repeat(9))
        );
        assert!(lines[3].contains(",0.1,bins,,,1,0,") && lines[4].contains(",0.1,bins,,,2,0,") && lines.len() == 5);
        assert_eq!(write("this", &conditions, &outcomes.map(as_written)), text);
    }
}
