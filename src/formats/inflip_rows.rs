//! The reflections of a Superflip input, between `fbegin` and `endf`.

use super::hklf::HklfFormat;
use super::text::finite;
use crate::error::{Error, Result};
use crate::reflections::RawReflection;
use std::path::Path;

/// What `dataformat` names; `amplitude phase` where it is missing.
#[derive(Debug, Clone, PartialEq)]
pub struct DataFormat {
    columns: Vec<Column>,
    /// Widths of an index and of the items behind the indices; `None` where blanks separate them.
    widths: Option<Vec<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Column {
    Intensity,
    Amplitude,
    Sigma,
    /// A phase, or a number that is not used.
    PassedOver,
}

impl Default for DataFormat {
    fn default() -> Self {
        Self { columns: vec![Column::Amplitude, Column::PassedOver], widths: None }
    }
}

/// 3I4,2F8.2.
const SHELX: [usize; 3] = [4, 8, 8];
/// Widths that make sense, characters.
const WIDTHS: std::ops::RangeInclusive<f64> = 1.0..=64.0;

impl DataFormat {
    /// The words behind `dataformat`.
    pub fn columns(&mut self, words: &[String]) -> std::result::Result<(), String> {
        let mut columns = Vec::new();
        for word in words {
            match word.to_lowercase().as_str() {
                "intensity" => columns.push(Column::Intensity),
                "amplitude" => columns.push(Column::Amplitude),
                "sigma" => columns.push(Column::Sigma),
                "phase" | "dummy" | "a" | "b" => columns.push(Column::PassedOver),
                "shelx" => {
                    self.widths = Some(SHELX.to_vec());
                    columns.extend([Column::Intensity, Column::Sigma]);
                }
                other => return Err(format!("dataformat {other} is not known")),
            }
        }
        let values = columns.iter().filter(|c| matches!(c, Column::Intensity | Column::Amplitude)).count();
        if values != 1 {
            return Err(format!("dataformat {} names {values} columns of data instead of one", words.join(" ")));
        }
        self.columns = columns;
        Ok(())
    }

    /// What the column of data holds.
    pub fn quantity(&self) -> HklfFormat {
        if self.columns.contains(&Column::Intensity) { HklfFormat::Intensities } else { HklfFormat::Amplitudes }
    }

    /// The numbers behind `dataitemwidths`: of an index, then of each item; the last is that of all further ones.
    pub fn widths(&mut self, numbers: &[f64]) -> std::result::Result<(), String> {
        if numbers.len() < 2 || !numbers.iter().all(|w| WIDTHS.contains(w) && w.fract() == 0.0) {
            return Err("dataitemwidths without two whole numbers or more".into());
        }
        self.widths = Some(numbers.iter().map(|w| *w as usize).collect());
        Ok(())
    }

    /// The parts of a line.
    fn cut<'l>(&self, line: &'l str) -> Option<Vec<&'l str>> {
        let Some(widths) = &self.widths else { return Some(line.split_whitespace().collect()) };
        let (index, items) = widths.split_first()?;
        let mut at = 0;
        let mut parts = Vec::new();
        for n in 0..3 + self.columns.len() {
            let width = if n < 3 { *index } else { *items.get(n - 3).or(items.last())? };
            parts.push(line.get(at..line.len().min(at + width)).unwrap_or("").trim());
            at += width;
        }
        Some(parts)
    }
}

/// The rows, and what is worth a word. A value without σ has σ 0. A `0 0 0` ends a list in the manner of SHELX.
///
/// # Errors
/// `Error::Input` naming the line of a row that does not fit, and `path` where there is none.
pub fn rows(path: &Path, list: &[(usize, String)], format: &DataFormat) -> Result<(Vec<RawReflection>, Vec<String>)> {
    let mut out = Vec::with_capacity(list.len());
    for (n, line) in list {
        let text = line.split(['#', '!', ';']).next().unwrap_or("");
        if text.trim().is_empty() {
            continue;
        }
        let fault = || {
            let what = format!("{:?} is no row of three indices and {} numbers", text.trim(), format.columns.len());
            Error::line(path, *n, what, "correct it, or dataformat and dataitemwidths above")
        };
        let parts = format.cut(text).filter(|parts| parts.len() >= 3 + format.columns.len()).ok_or_else(fault)?;
        let index = |i: usize| parts[i].parse::<i16>().map(i32::from).map_err(|_| fault());
        let hkl = [index(0)?, index(1)?, index(2)?];
        if hkl == [0; 3] {
            continue;
        }
        let (mut intensity, mut sigma, mut amplitude) = (0.0, 0.0, false);
        for (column, part) in format.columns.iter().zip(&parts[3..]) {
            let value = finite(part).ok_or_else(fault)?;
            match column {
                Column::Intensity => intensity = value,
                Column::Amplitude => (intensity, amplitude) = (value, true),
                Column::Sigma => sigma = value.max(0.0),
                Column::PassedOver => {}
            }
        }
        if amplitude {
            // σ(F²) = 2Fσ(F) to first order.
            (intensity, sigma) = (intensity * intensity.abs(), 2.0 * intensity.abs() * sigma);
        }
        out.push(RawReflection { hkl, intensity, sigma, batch: None });
    }
    if out.is_empty() {
        return Err(Error::file(path, "holds no reflections", "write them between fbegin and endf"));
    }
    let without = !format.columns.contains(&Column::Sigma);
    let remark = "no standard uncertainties: weights are estimated, and every reflection counts as observed";
    Ok((out, without.then(|| remark.to_owned()).into_iter().collect()))
}
