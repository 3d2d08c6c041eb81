//! Measured reflections of a CCP4 MTZ file.

use super::Measured;
use super::facts::Facts;
use super::mtz_columns::{Chosen, best, named};
use super::row::reflection;
use crate::error::{Error, Result};
use crate::formats::hklf::{Hklf, HklfFormat};
use crate::formats::mtz_header::{Column, Mtz};
use std::path::Path;

/// Column of an unmerged file that scaling leaves behind.
const SCALED: &str = "SCALEUSED";
/// Values of M/ISYM at which a reflection is but a part of one.
const PARTIAL: f64 = 256.0;

/// Reads an MTZ file, the columns of `labels` where those are given.
///
/// # Errors
/// `Error::Input`: a damaged file, one without indices, one whose rows belong to frames that were not scaled, and those
/// of the choice of columns.
pub fn read(path: &Path, bytes: &[u8], labels: Option<&[String]>) -> Result<Measured> {
    let mtz = Mtz::parse(bytes, path)?;
    let chosen = match labels {
        Some(labels) => named(&mtz, labels)?,
        None => best(&mtz, path)?,
    };
    let [Some(h), Some(k), Some(l)] =
        ["H", "K", "L"].map(|label| mtz.columns.iter().find(|c| c.kind == 'H' && c.label == label))
    else {
        return Err(Error::file(path, "has no columns H, K and L of type H", "write the file again with them"));
    };
    unmerged(&mtz, path)?;
    let (mut reflections, mut unmeasured) = (Vec::new(), 0);
    for row in 0..mtz.rows() {
        let number = |column: &Column| mtz.value(row, column);
        let hkl = [h, k, l].map(|column| number(column).unwrap_or(f64::NAN));
        let mut measured = false;
        for (pair, sign) in [(Some(&chosen.value), 1.0), (chosen.mate.as_ref(), -1.0)] {
            let Some((value, sigma)) = pair else { continue };
            let Some(found) = number(value) else { continue };
            measured = true;
            let read = reflection(hkl.map(|x| sign * x), found, sigma.and_then(number), chosen.quantity);
            reflections.push(read.map_err(|what| {
                Error::file(path, format!("row {row} (from 0): {what}"), "fetch or write the file again")
            })?);
        }
        unmeasured += usize::from(!measured);
    }
    let facts = Facts {
        neutrons: false,
        title: mtz.title.clone(),
        wavelength: wavelength(&mtz, &chosen),
        cell: mtz.cell.clone(),
        group: mtz.group.clone(),
        ..Facts::default()
    };
    let warnings = warnings(&mtz, &chosen, unmeasured);
    let part = format!("columns {}", chosen.labels());
    let (quantity, hklf) = (chosen.quantity, Hklf::default());
    Ok(Measured { kind: "MTZ", part, layout: None, quantity, reflections, facts, warnings, hklf })
}

/// Refuses rows of frames that were not brought to one scale, or that are parts of reflections.
fn unmerged(mtz: &Mtz<'_>, path: &Path) -> Result<()> {
    if mtz.batches == 0 {
        return Ok(());
    }
    let refused = |what: &str| Err(Error::file(path, what, "scale or merge it with AIMLESS first"));
    if !mtz.columns.iter().any(|c| c.label == SCALED) {
        return refused("is an unmerged MTZ of frames without scales");
    }
    let flags = mtz.columns.iter().find(|c| c.kind == 'Y');
    let partial = |column: &Column| (0..mtz.rows()).any(|row| mtz.value(row, column).is_some_and(|m| m >= PARTIAL));
    if flags.is_some_and(partial) {
        return refused("is an unmerged MTZ with parts of reflections");
    }
    Ok(())
}

/// The wavelength of the data set of the values, else of the only one.
fn wavelength(mtz: &Mtz<'_>, chosen: &Chosen<'_>) -> Option<f64> {
    let of_set = mtz.wavelengths.iter().find(|(set, _)| *set == chosen.value.0.dataset);
    match (of_set, &mtz.wavelengths[..]) {
        (Some((_, wavelength)), _) | (None, [(_, wavelength)]) => Some(*wavelength),
        _ => None,
    }
}

fn warnings(mtz: &Mtz<'_>, chosen: &Chosen<'_>, unmeasured: usize) -> Vec<String> {
    let mut warnings = Vec::new();
    let taken = |c: &Column| {
        let pair = |p: &(&Column, Option<&Column>)| p.0.at == c.at;
        pair(&chosen.value) || chosen.mate.as_ref().is_some_and(pair)
    };
    let others: Vec<&str> = mtz
        .columns
        .iter()
        .filter(|c| matches!(c.kind, 'J' | 'K' | 'F' | 'G') && !taken(c))
        .map(|c| c.label.as_str())
        .collect();
    if !others.is_empty() {
        let what = match chosen.quantity {
            HklfFormat::Intensities | HklfFormat::LaueIntensities | HklfFormat::TwinIntensities => "intensities",
            HklfFormat::Amplitudes => "amplitudes",
        };
        let (labels, others) = (chosen.labels(), others.join(", "));
        warnings.push(format!("the {what} of {labels} are taken, not {others}: --mtz-columns chooses others"));
    }
    if chosen.mate.is_some() {
        warnings.push("the values of Friedel mates are averaged".to_owned());
    }
    if chosen.value.1.is_none() {
        warnings.push(format!("{} has no column of uncertainties: they are estimated", chosen.value.0.label));
    }
    if unmeasured > 0 {
        warnings.push(format!("{unmeasured} reflections without a measured value are left out"));
    }
    warnings
}
