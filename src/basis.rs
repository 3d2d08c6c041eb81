//! The data that a run rests on: in a group that is given, or in the Laue class that the intensities have; on axes that show it.
//!
//! Imports: `reflections`, `crystal`, `error`.

mod axes;
mod obverse;

pub use axes::{Axes, on_telling_axes};
pub use obverse::turn_to_obverse;

use crate::Result;
use crate::crystal::contents::likely;
use crate::crystal::identity::group_by_name;
use crate::crystal::{Cell, ElementCount, Radiation, SpaceGroup};
use crate::reflections::{
    CrystalHeader, DataSet, Domains, LaueFinding, MergedReflection, RawReflection, laue_class, regroup,
};
use std::borrow::Cow;
use std::sync::Arc;

/// Rhombohedral angles are equal to this, degrees.
const SAME_ANGLE: f64 = 0.05;

/// The data that a run rests on, and what it takes for granted of their symmetry.
#[derive(Debug, Clone, PartialEq)]
pub struct Basis {
    /// The data, merged in the given space group or in the Laue class.
    pub data: DataSet,
    /// The space group that the input names, where the group is to be found; `None` where that of the data is given.
    pub hint: Option<SpaceGroup>,
    /// What the intensities say of Laue class and centring, where the group is to be found.
    pub laue: Option<LaueFinding>,
}

impl Basis {
    /// The space group of `data`, or another one, as it is.
    ///
    /// # Errors
    /// Those of `DataSet::new`.
    pub fn of_group(data: &DataSet, group: SpaceGroup) -> Result<Self> {
        if group == data.header.space_group {
            return Ok(Self { data: data.clone(), hint: None, laue: None });
        }
        let header = CrystalHeader { space_group: group, ..data.header.clone() };
        let sum_f2 = scattering_power(&header);
        let rows = rows_in(data, &header.space_group);
        let made = DataSet::new(header, &rows, sum_f2)?;
        Ok(Self { data: made.of_domains(data.domains.clone()), hint: None, laue: None })
    }

    /// Laue class and centring from the intensities of `data`, the space group left open.
    ///
    /// # Errors
    /// Those of `DataSet::of_laue_class`.
    pub fn of_laue_class(data: &DataSet) -> Result<Self> {
        let own = &data.header;
        // Equivalents of a twin that were taken apart need not agree.
        let unmixed = data.domains.as_ref().map(|domains| domains.unmixed(&own.cell, &own.space_group));
        let rows = unmixed.as_ref().map_or(&data.rows[..], |unmixed| unmixed.measured_alone());
        let laue = laue_class(rows, &own.cell, &own.space_group)?;
        let header = CrystalHeader { space_group: laue.group.clone(), ..own.clone() };
        let sum_f2 = scattering_power(&header);
        let rows = rows_in(data, &header.space_group);
        let made = DataSet::of_laue_class(header, &rows, sum_f2)?.of_domains(data.domains.clone());
        let hint = if laue.changed.is_some() { laue.group.clone() } else { own.space_group.clone() };
        Ok(Self { data: made, hint: Some(hint), laue: Some(laue) })
    }

    /// Unique reflections in a group that was found.
    ///
    /// # Errors
    /// Those of `regroup`.
    pub fn merged_in(&self, group: &SpaceGroup) -> Result<Vec<MergedReflection>> {
        regroup(&self.data, group)
    }

    /// What is worth a word before the run, one line each.
    pub fn warnings(&self) -> Vec<String> {
        let of_laue = self.laue.iter().flat_map(|laue| {
            let changed =
                laue.changed.iter().map(|c| format!("{} is taken, not {} of the input: {}", c.to, c.from, c.why));
            changed.chain(laue.remarks.iter().cloned())
        });
        of_laue.chain(self.data.warnings.iter().cloned()).collect()
    }
}

/// Rows to be merged in `group`: as read, or those of a twin one by one.
fn rows_in<'a>(data: &'a DataSet, group: &SpaceGroup) -> Cow<'a, [RawReflection]> {
    match &data.domains {
        Some(domains) => Cow::Owned(domains.unmixed(&data.header.cell, group).rows),
        None => Cow::Borrowed(&data.rows),
    }
}

/// The space group that is called `symbol`, in a setting that `cell` can have.
///
/// # Errors
/// In words what is wrong with it.
pub fn group_of_symbol(symbol: &str, cell: &Cell) -> std::result::Result<SpaceGroup, String> {
    let rhombohedral = cell.angles.iter().all(|angle| (angle - cell.angles[0]).abs() < SAME_ANGLE);
    let group = group_by_name(symbol, rhombohedral && cell.angles[0] != 90.0)
        .ok_or("no such space group; write it like P21/n or I 41/a")?;
    if !group.leaves(cell) {
        return Err("the cell does not have this symmetry; choose a setting for its axes".into());
    }
    Ok(group)
}

/// Merges and normalises rows; those of a `twin` are of both its domains, and are taken apart first: a line says so.
///
/// # Errors
/// Those of `DataSet::new`.
pub fn data_set(header: CrystalHeader, rows: Vec<RawReflection>, twin: bool) -> Result<(DataSet, Option<String>)> {
    let sum_f2 = scattering_power(&header);
    if !twin {
        return Ok((DataSet::new(header, &rows, sum_f2)?, None));
    }
    let domains = Domains::new(rows);
    let unmixed = domains.unmixed(&header.cell, &header.space_group);
    let line = twin_line(&domains, unmixed.share);
    let data = DataSet::new(header, &unmixed.rows, sum_f2)?;
    Ok((data.of_domains(Some(Arc::new(domains))), Some(line)))
}

/// What is known of a twin whose reflections fall together here and there before there is a model.
fn twin_line(domains: &Domains, share: f64) -> String {
    let counts = domains.counts();
    let [first, second] = counts.alone;
    format!(
        "HKLF 5, a twin of two domains: {} observations, {first} of the first alone, {second} of the second, \
         {} overlaps ({:.0} %); taken apart for the phases with a fraction of about {share:.2}",
        counts.all(),
        counts.overlaps,
        100.0 * counts.overlap()
    )
}

/// Σf² over the atoms of the cell as a function of (sin θ/λ)².
pub fn scattering_power(header: &CrystalHeader) -> impl Fn(f64) -> f64 + use<> {
    let table = header.table();
    let neutrons = header.radiation == Radiation::Neutron;
    let contents = likely(&header.elements, header.cell.volume);
    move |stol_sq| {
        let factor = |e: &ElementCount| match e.coefficients {
            // a1 b1 a2 b2 a3 b3 a4 b4 c of the user's own SFAC card.
            Some(c) if !neutrons => {
                c[..8].chunks_exact(2).map(|ab| ab[0] * (-ab[1] * stol_sq).exp()).sum::<f64>() + c[8]
            }
            _ => table.factor(e.atomic_number, stol_sq).unwrap_or(0.0),
        };
        contents.iter().map(|e| e.count * factor(e).powi(2)).sum()
    }
}
