//! Measured reflections in the loops of a CIF block: which columns hold them, and their rows.

use super::row::reflection;
use crate::error::{Error, Result};
use crate::formats::cif::syntax::{Block, Column, number};
use crate::formats::hklf::HklfFormat::{self, Amplitudes, Intensities};
use crate::reflections::RawReflection;
use std::collections::{HashMap, HashSet};
use std::path::Path;

/// Columns of one quantity: value, uncertainties under old and new names, the same for the Friedel mate in columns that
/// have both.
struct Names {
    value: &'static str,
    sigma: &'static [&'static str],
    mate: Option<(&'static str, &'static str)>,
    quantity: HklfFormat,
}

const fn names(value: &'static str, sigma: &'static [&'static str], quantity: HklfFormat) -> Names {
    Names { value, sigma, mate: None, quantity }
}

/// Of `_refln`, intensities first; in lower case, the dot of a category replaced by `_` (CIF core 2 and 3, mmCIF).
const MERGED: [Names; 6] = [
    names(
        "_refln_f_squared_meas",
        &["_refln_f_squared_sigma", "_refln_f_squared_meas_su", "_refln_f_squared_meas_sigma"],
        Intensities,
    ),
    names(
        "_refln_intensity_meas",
        &["_refln_intensity_sigma", "_refln_intensity_meas_su", "_refln_intensity_meas_sigma"],
        Intensities,
    ),
    Names {
        value: "_refln_pdbx_i_plus",
        sigma: &["_refln_pdbx_i_plus_sigma"],
        mate: Some(("_refln_pdbx_i_minus", "_refln_pdbx_i_minus_sigma")),
        quantity: Intensities,
    },
    names("_refln_f_meas", &["_refln_f_sigma", "_refln_f_meas_su", "_refln_f_meas_sigma"], Amplitudes),
    names("_refln_f_meas_au", &["_refln_f_meas_sigma_au", "_refln_f_meas_au_su"], Amplitudes),
    Names {
        value: "_refln_pdbx_f_plus",
        sigma: &["_refln_pdbx_f_plus_sigma"],
        mate: Some(("_refln_pdbx_f_minus", "_refln_pdbx_f_minus_sigma")),
        quantity: Amplitudes,
    },
];
/// Of `_diffrn_refln`.
const UNMERGED: [Names; 1] = [names(
    "_diffrn_refln_intensity_net",
    &[
        "_diffrn_refln_intensity_u",
        "_diffrn_refln_intensity_sigma",
        "_diffrn_refln_intensity_net_su",
        "_diffrn_refln_intensity_net_u",
    ],
    Intensities,
)];
/// Flags of what was measured; `x` says not to be used.
const STATUS: [&str; 3] = ["_refln_observed_status", "_refln_include_status", "_refln_status"];
const NOT_TO_BE_USED: &str = "x";
/// Amplitudes are taken in place of intensities where fewer than this share of the rows has an intensity.
const ENOUGH: f64 = 0.5;
/// What to do about a damaged loop.
const HINT: &str = "fetch or write the file again";

/// Where a block holds measured reflections.
pub struct Source<'a> {
    h: Column<'a>,
    k: Column<'a>,
    l: Column<'a>,
    value: Column<'a>,
    sigma: Option<Column<'a>>,
    mate: Option<(Column<'a>, Option<Column<'a>>)>,
    /// Tag of the value.
    pub tag: &'static str,
    /// F² or F.
    pub quantity: HklfFormat,
    /// `_refln`, against `_diffrn_refln`.
    pub merged: bool,
    /// Scale groups that the rows belong to: more than one is merged data of several frames without a common scale.
    pub scale_groups: usize,
}

/// Rows of a source, and what was passed over.
pub struct Rows {
    pub reflections: Vec<RawReflection>,
    pub warnings: Vec<String>,
}

impl<'a> Source<'a> {
    /// Merged reflections of `_refln`, where a column has numbers.
    pub fn merged(block: &'a Block<'a>) -> Option<Self> {
        let mut best: Option<(usize, Self)> = None;
        for names in &MERGED {
            let Some(source) = Self::of(block, "_refln", names) else { continue };
            let there = source.numbers();
            let better = best.as_ref().is_none_or(|(known, _)| *known as f64 <= ENOUGH * there as f64);
            if there > 0 && better {
                best = Some((there, source));
            }
        }
        best.map(|(_, source)| source)
    }

    /// Net intensities of `_diffrn_refln`.
    pub fn unmerged(block: &'a Block<'a>) -> Option<Self> {
        UNMERGED.iter().find_map(|names| Self::of(block, "_diffrn_refln", names)).filter(|source| source.numbers() > 0)
    }

    fn of(block: &'a Block<'a>, category: &str, names: &Names) -> Option<Self> {
        let value = block.column(names.value)?;
        let [h, k, l] = ["h", "k", "l"].map(|index| value.neighbour(&format!("{category}_index_{index}")));
        let mate = names.mate.and_then(|(mate, sigma)| Some((value.neighbour(mate)?, value.neighbour(sigma))));
        let groups = value.neighbour(&format!("{category}_scale_group_code"));
        let scale_groups =
            groups.map_or(1, |g| (0..g.len()).filter_map(|i| g.get(i)).map(|v| v.text).collect::<HashSet<_>>().len());
        Some(Self {
            h: h?,
            k: k?,
            l: l?,
            value,
            sigma: names.sigma.iter().find_map(|tag| value.neighbour(tag)),
            mate,
            tag: names.value,
            quantity: names.quantity,
            merged: category == "_refln",
            scale_groups,
        })
    }

    /// Rows with a number in the column of the values.
    pub fn numbers(&self) -> usize {
        (0..self.value.len()).filter_map(|row| self.value.get(row)).filter(|v| number(v.text).is_some()).count()
    }

    /// The rows, net intensities on the scale of their group; `block` has the scales.
    ///
    /// # Errors
    /// `Error::Input` naming `path` and the line: a value that is no number, an index that is missing or none, and a
    /// loop that ends within a row.
    pub fn rows(&self, block: &'a Block<'a>, path: &Path) -> Result<Rows> {
        if let Some(last) = self.value.left_over() {
            return Err(Error::line(path, last.line, "the loop of reflections ends within a row", HINT));
        }
        let (mut reflections, mut unmeasured, mut unused) = (Vec::with_capacity(self.value.len()), 0, 0);
        let status = STATUS.iter().find_map(|tag| self.value.neighbour(tag));
        let scales = if self.merged { HashMap::new() } else { group_scales(block) };
        let group = self.value.neighbour("_diffrn_refln_scale_group_code");
        for row in 0..self.value.len() {
            let mut hkl = [0.0; 3];
            for (slot, column) in hkl.iter_mut().zip([self.h, self.k, self.l]) {
                *slot = value(column, row, path)?.unwrap_or(f64::NAN);
            }
            let code = group.and_then(|g| g.get(row)).map(|v| v.text);
            let scale = code.and_then(|code| scales.get(code)).copied().unwrap_or(1.0);
            let batch = code.and_then(|code| code.parse().ok());
            let mates = self.mate.map(|(value, sigma)| (value, sigma, -1.0));
            let mut measured = false;
            for (column, sigma, sign) in [Some((self.value, self.sigma, 1.0)), mates].into_iter().flatten() {
                let Some(found) = value(column, row, path)? else { continue };
                measured = true;
                if status.and_then(|s| s.get(row)).is_some_and(|s| s.text == NOT_TO_BE_USED) {
                    unused += 1;
                    continue;
                }
                let sigma = sigma.map_or(Ok(None), |sigma| value(sigma, row, path))?;
                let line = column.get(row).map_or(0, |v| v.line);
                let read = reflection(hkl.map(|x| sign * x), found * scale, sigma.map(|s| s * scale), self.quantity);
                let read = read.map_err(|what| Error::line(path, line, what, "correct the loop of reflections"))?;
                reflections.push(RawReflection { batch, ..read });
            }
            unmeasured += usize::from(!measured);
        }
        let mut warnings = Vec::new();
        if unused > 0 {
            warnings.push(format!("{unused} reflections with the status x are left out"));
        }
        if unmeasured > 0 {
            warnings.push(format!("{unmeasured} reflections without a measured value are left out"));
        }
        if self.mate.is_some() {
            warnings.push("the values of Friedel mates are averaged".to_owned());
        }
        Ok(Rows { reflections, warnings })
    }
}

/// Factors that bring net intensities to one scale, by group.
fn group_scales<'a>(block: &'a Block<'a>) -> HashMap<&'a str, f64> {
    let Some(codes) = block.column("_diffrn_scale_group_code") else { return HashMap::new() };
    let Some(factors) = codes.neighbour("_diffrn_scale_group_i_net") else { return HashMap::new() };
    let factor = |row| Some((codes.get(row)?.text, number(factors.get(row)?.text).filter(|x| *x > 0.0)?));
    (0..codes.len()).filter_map(factor).collect()
}

/// A number of a loop; `None` for `?` and `.`.
fn value(column: Column<'_>, row: usize, path: &Path) -> Result<Option<f64>> {
    let Some(value) = column.get(row).filter(|v| !matches!(v.text, "?" | ".")) else { return Ok(None) };
    let fault = || {
        let text: String = value.text.chars().take(40).map(|c| if c.is_control() { '?' } else { c }).collect();
        Error::line(path, value.line, format!("{text:?} is not a number"), "correct the loop of reflections")
    };
    number(value.text).map(Some).ok_or_else(fault)
}
