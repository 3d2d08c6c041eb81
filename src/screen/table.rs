//! `screen.csv`: one line a trial, written, and read again to go on.

use super::{Condition, Outcome};
use crate::formats::text::{decode, finite, lines, read_bytes};
use crate::{Error, Result};
use std::collections::{HashMap, HashSet};
use std::fmt::Write;
use std::path::Path;

const HEADER: &str = "method,of,d_min,completeness,bins,wrong,fraction,draw,solved,cc,cycles,kappa,r_weak,s0,predicted_one_b,predicted_spread";

/// Decimals of the figures, and of κ.
const DECIMALS: usize = 4;
const DECIMALS_OF_KAPPA: usize = 3;

/// An outcome as the table keeps it, to the last decimal of a line: a screen that was ended and went on has the same
/// ones as an unbroken screen.
pub fn as_written(outcome: Outcome) -> Outcome {
    let short = |x: f64| format!("{x:.DECIMALS$}").parse().unwrap_or(x);
    Outcome {
        cc: short(outcome.cc),
        kappa: format!("{:.DECIMALS_OF_KAPPA$}", outcome.kappa).parse().unwrap_or(outcome.kappa),
        r_weak: short(outcome.r_weak),
        s0: short(outcome.s0),
        predicted: outcome.predicted.map(short),
        ..outcome
    }
}

/// What to do about a table that cannot be gone on with.
const HINT: &str = "remove it, or choose another folder with -o";

/// Fields that name a condition, as they stand at the beginning of a line.
fn key(c: &Condition) -> String {
    let pool = serde_json::to_string(&c.pool).unwrap_or_default();
    format!(
        "{},{},{},{},{},{},{}",
        c.method,
        pool.trim_matches('"'),
        c.d_min,
        c.completeness,
        c.bins,
        c.wrong,
        c.fraction
    )
}

/// The file. `run` is a line that names what was run, so that another screen does not go on from it.
pub fn write(run: &str, conditions: &[Condition], outcomes: &[Outcome]) -> String {
    let mut sorted: Vec<&Outcome> = outcomes.iter().collect();
    sorted.sort_by_key(|o| (o.condition, o.draw));
    let mut out = format!("# {run}\n{HEADER}\n");
    for o in sorted {
        let _ = writeln!(
            out,
            "{},{},{},{:.DECIMALS$},{},{:.DECIMALS_OF_KAPPA$},{:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$},{:.DECIMALS$}",
            key(&conditions[o.condition]),
            o.draw,
            u8::from(o.solved()),
            o.cc,
            o.cycles,
            o.kappa,
            o.r_weak,
            o.s0,
            o.predicted[0],
            o.predicted[1]
        );
    }
    out
}

/// Outcomes of an earlier run of the same screen; those of conditions that are not asked for now are left out.
///
/// # Errors
/// A file of another run, or one that is damaged.
pub fn read(path: &Path, run: &str, conditions: &[Condition], draws: u32) -> Result<Vec<Outcome>> {
    parse(path, &read_bytes(path, HINT)?, run, conditions, draws)
}

/// The same of the bytes of the file.
///
/// # Errors
/// As [`read`].
pub fn parse(path: &Path, bytes: &[u8], run: &str, conditions: &[Condition], draws: u32) -> Result<Vec<Outcome>> {
    let rows: Vec<String> = lines(bytes).into_iter().map(decode).collect();
    if rows.first().map(String::as_str) != Some(&format!("# {run}")) {
        return Err(Error::line(path, 1, "is of a screen with other data or settings", HINT));
    }
    if rows.get(1).map(String::as_str) != Some(HEADER) {
        return Err(Error::line(path, 2, "is not the header of a screen", HINT));
    }
    let places: HashMap<String, usize> = conditions.iter().enumerate().map(|(place, c)| (key(c), place)).collect();
    let mut seen = HashSet::new();
    let own = HEADER.split(',').count();
    let mut outcomes = Vec::new();
    for (number, row) in rows.iter().enumerate().skip(2).filter(|(_, row)| !row.is_empty()) {
        let fields: Vec<&str> = row.split(',').collect();
        let damaged = || Error::line(path, number + 1, "is not a line of a screen", HINT);
        if fields.len() != own {
            return Err(damaged());
        }
        let value = |i: usize| finite(fields[i]).ok_or_else(damaged);
        let draw = fields[7].parse::<u32>().map_err(|_| damaged())?;
        let cycles = fields[10].parse::<u32>().map_err(|_| damaged())?;
        if draw == 0 {
            return Err(damaged());
        }
        let Some(condition) = places.get(&fields[..7].join(",")).copied() else { continue };
        if !seen.insert((condition, draw)) {
            let what = format!("names draw {draw} of its condition for the second time");
            return Err(Error::line(path, number + 1, what, HINT));
        }
        if draw <= draws {
            outcomes.push(Outcome {
                condition,
                draw,
                cc: value(9)?,
                cycles,
                kappa: value(11)?,
                r_weak: value(12)?,
                s0: value(13)?,
                predicted: [value(14)?, value(15)?],
            });
        }
    }
    Ok(outcomes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Pool;

    #[test]
    fn an_outcome_as_written_is_read_again_as_it_is() {
        let condition = Condition {
            method: "mp-n1".into(),
            fraction: 0.1,
            pool: Pool::StrongThird,
            bins: 4,
            wrong: 0.25,
            d_min: 1.0,
            completeness: 1.0,
        };
        let third = 1.0 / 3.0;
        let (condition, outcome) = (
            [condition],
            Outcome {
                condition: 0,
                draw: 1,
                cc: third,
                cycles: 20,
                kappa: third,
                r_weak: third,
                s0: third,
                predicted: [third; 2],
            },
        );
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("screen.csv");
        std::fs::write(&path, write("this", &condition, std::slice::from_ref(&outcome))).unwrap();
        let read = read(&path, "this", &condition, 1).unwrap();
        assert_eq!(read, [as_written(outcome.clone())]);
        assert_ne!(read, [outcome]);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let condition = |fraction: f64| Condition {
            method: "mp-n1".into(),
            fraction,
            pool: Pool::StrongThird,
            bins: 4,
            wrong: 0.25,
            d_min: 1.0,
            completeness: 1.0,
        };
        let conditions = [condition(0.05), condition(0.1)];
        let outcome = |condition: usize, draw: u32| Outcome {
            condition,
            draw,
            cc: 0.75,
            cycles: 20,
            kappa: 3.5,
            r_weak: 0.125,
            s0: 1.25,
            predicted: [0.5, 0.75],
        };
        let outcomes = [outcome(0, 1), outcome(1, 1), outcome(1, 2)];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("screen.csv");
        std::fs::write(&path, write("this", &conditions, &outcomes)).unwrap();
        assert_eq!(read(&path, "this", &conditions, 10).unwrap(), outcomes);
        assert_eq!(read(&path, "this", &conditions, 1).unwrap(), outcomes[..2]);
        // Another order of the grid, and one condition less.
        assert_eq!(read(&path, "this", &conditions[1..], 10).unwrap(), [outcome(0, 1), outcome(0, 2)]);
        let error = read(&path, "that", &conditions, 10).unwrap_err().to_string();
        assert!(
            error.ends_with(
                "screen.csv:1: is of a screen with other data or settings; remove it, or choose another folder with -o"
            ),
            "{error}"
        );
        let whole = write("this", &conditions, &outcomes);
        let last = whole.lines().last().unwrap();
        for (row, word) in [(last.to_owned(), "second time"), (last.replace(",2,1,", ",0,1,"), "is not a line")] {
            std::fs::write(&path, format!("{whole}{row}\n")).unwrap();
            let message = read(&path, "this", &conditions, 10).unwrap_err().to_string();
            assert!(message.contains("screen.csv:6: ") && message.contains(word), "{message}");
        }
        std::fs::write(&path, "# this\n".to_owned() + HEADER + "\n1,2\n").unwrap();
        assert!(read(&path, "this", &conditions, 10).unwrap_err().to_string().contains("screen.csv:3: is not a line"));
    }
}
