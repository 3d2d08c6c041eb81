//! Which columns of an MTZ file hold the measured data.

use crate::error::{Error, Result};
use crate::formats::hklf::HklfFormat::{self, Amplitudes, Intensities};
use crate::formats::mtz_header::{Column, Mtz};
use std::path::Path;

/// Labels of measured data, best first; others of the right type come behind them.
const LABELS: [&str; 14] = [
    "IMEAN",
    "I",
    "IOBS",
    "I-OBS",
    "I-OBS-FILTERED",
    "IHL",
    "FP",
    "F",
    "FOBS",
    "F-OBS",
    "F-OBS-FILTERED",
    "FMEAN",
    "FO",
    "FNAT",
];
/// Beginnings of labels of what is calculated or filled in: of type F too.
const CALCULATED: [&str; 14] = [
    "FC", "FWT", "DELFWT", "2FOFC", "FOFC", "FEM", "FDM", "F-MODEL", "F_MODEL", "FMODEL", "FPART", "PHWT", "FBULK", "E",
];

/// One value of a reflection and its uncertainty.
pub type Pair<'m> = (&'m Column, Option<&'m Column>);

/// The columns that are read.
#[derive(Debug)]
pub struct Chosen<'m> {
    /// Mean values, or those of the reflection itself.
    pub value: Pair<'m>,
    /// Those of the Friedel mate.
    pub mate: Option<Pair<'m>>,
    /// F² or F.
    pub quantity: HklfFormat,
}

impl Chosen<'_> {
    /// Labels in the order that `--mtz-columns` takes them.
    pub fn labels(&self) -> String {
        let pair = |(value, sigma): &Pair<'_>| {
            let sigma = sigma.map_or_else(String::new, |s| format!(",{}", s.label));
            format!("{}{sigma}", value.label)
        };
        let mate = self.mate.as_ref().map_or_else(String::new, |mate| format!(",{}", pair(mate)));
        format!("{}{mate}", pair(&self.value))
    }
}

/// The columns that a user names: value and σ, or value and σ of both mates.
///
/// # Errors
/// `Error::Usage`: another number of labels; a label that is not there; values of a type that is neither.
pub fn named<'m>(mtz: &'m Mtz<'_>, labels: &[String]) -> Result<Chosen<'m>> {
    let find = |label: &String| {
        mtz.columns.iter().find(|c| c.label == *label).ok_or_else(|| {
            let all: Vec<&str> = mtz.columns.iter().map(|c| c.label.as_str()).collect();
            Error::Usage(format!("--mtz-columns: there is no column {label}, but {}", all.join(", ")))
        })
    };
    let (value, mate) = match labels {
        [value] => ((find(value)?, None), None),
        [value, sigma] => ((find(value)?, Some(find(sigma)?)), None),
        [a, b, c, d] => ((find(a)?, Some(find(b)?)), Some((find(c)?, Some(find(d)?)))),
        _ => {
            let what = "takes VALUE,SIGMA or those of I(+) and I(-), four in all";
            return Err(Error::Usage(format!("--mtz-columns {}: {what}", labels.join(","))));
        }
    };
    let quantity = match value.0.kind {
        'J' | 'K' => Intensities,
        'F' | 'G' => Amplitudes,
        other => {
            let what =
                format!("--mtz-columns: {} is of type {other}, neither intensities nor amplitudes", value.0.label);
            return Err(Error::Usage(what));
        }
    };
    Ok(Chosen { value, mate, quantity })
}

/// The columns of the best measured data: intensities before amplitudes, means before pairs of Friedel mates.
///
/// # Errors
/// `Error::Input`: no column of the types J, K, F and G that is not calculated.
pub fn best<'m>(mtz: &'m Mtz<'_>, path: &Path) -> Result<Chosen<'m>> {
    let of = |kind: char, quantity: HklfFormat| {
        let mut columns: Vec<&Column> =
            mtz.columns.iter().filter(|c| c.kind == kind && !is_calculated(&c.label)).collect();
        columns.sort_by_key(|c| {
            let label = c.label.to_ascii_uppercase();
            let rank = LABELS.iter().position(|l| *l == label).unwrap_or(LABELS.len());
            // What has no uncertainty was hardly measured.
            (sigma_of(mtz, c).is_none(), rank)
        });
        columns.first().map(|c| Chosen { value: (*c, sigma_of(mtz, c)), mate: None, quantity })
    };
    let mates = |kind: char, quantity: HklfFormat| {
        let mut signed = mtz.columns.iter().filter(|c| c.kind == kind);
        let (plus, minus) = (signed.next()?, signed.next()?);
        let (plus, minus) = if is_minus(&plus.label) { (minus, plus) } else { (plus, minus) };
        let pair = |column| (column, sigma_of(mtz, column));
        Some(Chosen { value: pair(plus), mate: Some(pair(minus)), quantity })
    };
    of('J', Intensities)
        .or_else(|| mates('K', Intensities))
        .or_else(|| of('F', Amplitudes))
        .or_else(|| mates('G', Amplitudes))
        .ok_or_else(|| {
            let all: Vec<String> = mtz.columns.iter().map(|c| format!("{} ({})", c.label, c.kind)).collect();
            let what = format!("has no column of measured intensities or amplitudes: {}", all.join(", "));
            Error::file(path, what, "name them with --mtz-columns VALUE,SIGMA")
        })
}

fn is_calculated(label: &str) -> bool {
    let label = label.to_ascii_uppercase();
    CALCULATED.iter().any(|start| label.starts_with(start))
}

fn is_minus(label: &str) -> bool {
    label.contains("(-)") || label.to_ascii_lowercase().ends_with("minus")
}

/// The uncertainty of a column: of the label `SIG` + its own, else the next column of a type for uncertainties.
fn sigma_of<'m>(mtz: &'m Mtz<'_>, value: &Column) -> Option<&'m Column> {
    let fits = |c: &&Column| matches!((value.kind, c.kind), ('J' | 'F', 'Q') | ('K', 'M' | 'Q') | ('G', 'L' | 'Q'));
    let label = format!("SIG{}", value.label);
    let named = mtz.columns.iter().filter(fits).find(|c| c.label.eq_ignore_ascii_case(&label));
    named.or_else(|| mtz.columns.get(value.at + 1).filter(fits))
}
