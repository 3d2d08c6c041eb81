//! The lines `#key=value` of a CSV list: what its indices and phases refer to.

use super::checks::fraction;
use crate::crystal::identity::group_by_name;
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use crate::formats::text::finite;
use crate::seed::{Frame, Knowledge, Origin};
use std::f64::consts::TAU;
use std::path::Path;

const KEYS: [&str; 6] = ["setting", "cell", "origin", "sign", "wrong", "source"];
/// γ beyond this, in degrees from 90, means hexagonal axes of a rhombohedral group.
const NOT_RIGHT_ANGLED: f64 = 1.0;

/// What the head has said so far.
#[derive(Debug, Default)]
pub(super) struct Head {
    setting: Option<(String, usize)>,
    cell: Option<Cell>,
    origin: Origin,
    /// Phases are those of F = Σ f exp(−2πi h·x).
    other_sign: bool,
    seen: Vec<&'static str>,
    /// Fraction of wrong seeds.
    pub wrong: Option<f64>,
    /// Where the seeds come from.
    pub source: Option<String>,
    /// What was passed over.
    pub warnings: Vec<String>,
}

/// Key and value of a comment that has the form of one: a single word before the `=`.
fn key_value(comment: &str) -> Option<(String, &str)> {
    let (key, value) = comment.split_once('=')?;
    let key = key.trim().to_ascii_lowercase();
    let word = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c));
    word.then(|| (key, value.trim()))
}

fn known(comment: &str) -> Option<(&'static str, &str)> {
    let (key, value) = key_value(comment)?;
    KEYS.iter().find(|k| **k == key).map(|k| (*k, value))
}

impl Head {
    /// True for a comment with one of the known keys.
    pub fn knows(comment: &str) -> bool {
        known(comment).is_some()
    }

    /// `Err` for a known key where only comments may stand.
    pub fn refuse(comment: &str, line: usize, path: &Path) -> Result<()> {
        known(comment).map_or(Ok(()), |(key, _)| {
            Err(Error::line(path, line, format!("#{key}= comes after the header"), "move it to the top of the file"))
        })
    }

    /// Takes one comment, given without its `#`.
    pub fn read(&mut self, comment: &str, line: usize, path: &Path) -> Result<()> {
        let Some((key, value)) = known(comment) else {
            if let Some((key, _)) = key_value(comment) {
                self.warnings.push(format!("line {line}: #{key}= is ignored; known are {}", KEYS.join(", ")));
            }
            return Ok(());
        };
        let fault = |what: String, hint: &str| Err(Error::line(path, line, what, hint));
        if self.seen.contains(&key) {
            return fault(format!("#{key}= is given twice"), "leave one");
        }
        self.seen.push(key);
        match key {
            "setting" => self.setting = Some((value.to_owned(), line)),
            "cell" => match cell(value) {
                Ok(cell) => self.cell = Some(cell),
                Err(what) => return fault(what, "give a, b, c in Å and α, β, γ in degrees"),
            },
            "origin" => match value.to_ascii_lowercase().as_str() {
                "as-is" => self.origin = Origin::AsIs,
                "floating" => self.origin = Origin::Floating,
                _ => return fault(format!("the origin is {value:?}"), "origin is as-is or floating"),
            },
            "sign" => match is_other_sign(value) {
                Some(other) => self.other_sign = other,
                None => return fault(format!("the sign is {value:?}"), "sign is that of 2πi in F: + or -"),
            },
            "wrong" => match finite(value).and_then(fraction) {
                Some(wrong) => self.wrong = Some(wrong),
                None => return fault(format!("wrong is {value:?}"), "give the fraction of wrong seeds, 0 to 1"),
            },
            _ => self.source = Some(value.to_owned()),
        }
        Ok(())
    }

    /// The frame; `Err` when the setting is no space group.
    pub fn frame(&self, path: &Path) -> Result<Frame> {
        let group = match &self.setting {
            None => None,
            Some((text, line)) => Some(self.group(text).map_err(|what| {
                Error::line(path, *line, what, "give a Hermann-Mauguin or Hall symbol, or operations separated by ;")
            })?),
        };
        Ok(Frame { cell: self.cell.clone(), group, origin: self.origin })
    }

    fn group(&self, text: &str) -> std::result::Result<SpaceGroup, String> {
        if text.contains(',') {
            let parts = text.split(';').filter(|part| !part.trim().is_empty());
            let operations: Vec<SymOp> = parts.map(SymOp::parse).collect::<std::result::Result<_, _>>()?;
            return SpaceGroup::from_generators(&operations);
        }
        let rhombohedral = self
            .cell
            .as_ref()
            .is_some_and(|c| (c.angles[2] - 90.0).abs() > NOT_RIGHT_ANGLED && c.angles[0] == c.angles[2]);
        group_by_name(text, rhombohedral).ok_or_else(|| format!("the setting {text:?} is no known space group"))
    }

    /// Knowledge turned to this crate's sign convention: the other one has every phase negated.
    pub fn in_our_sign(&self, knowledge: Knowledge) -> Knowledge {
        match knowledge {
            same if !self.other_sign => same,
            Knowledge::Phase { phase, weight } => Knowledge::Phase { phase: (-phase).rem_euclid(TAU), weight },
            Knowledge::Bin { bin, bins, weight } => Knowledge::Bin { bin: (bins - bin) % bins, bins, weight },
            Knowledge::Classes(mut p) => {
                // Class 0 stays, class b changes places with n − b.
                if let Some(others) = p.get_mut(1..) {
                    others.reverse();
                }
                Knowledge::Classes(p)
            }
        }
    }
}

fn cell(text: &str) -> std::result::Result<Cell, String> {
    let numbers: Option<Vec<f64>> =
        text.split([' ', ',', ';', '\t']).filter(|word| !word.is_empty()).map(finite).collect();
    match numbers.as_deref() {
        Some(&[a, b, c, alpha, beta, gamma]) => Cell::new([a, b, c], [alpha, beta, gamma]),
        _ => Err(format!("the cell {text:?} is not six numbers")),
    }
}

/// Whether F = Σ f exp(−2πi h·x); `None` for a text that says neither.
fn is_other_sign(text: &str) -> Option<bool> {
    let text: String = text.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let text = text.replace('−', "-");
    match text.as_str() {
        "+" | "plus" => Some(false),
        "-" | "minus" => Some(true),
        _ if text.contains("exp(-") => Some(true),
        _ if text.contains("exp(+") || text.contains("exp(2") => Some(false),
        _ => None,
    }
}
