//! The Laue class and the lattice centring, from the intensities.
//!
//! Rotations that the cell allows are tried on the intensities, merged with Friedel mates alone. The symmetry of the input is kept
//! unless the data clearly contradict it; a triclinic input, which says nothing, gives way to what the data obey.

mod centring;
mod decide;
mod domains;
mod evidence;
mod finer;
mod groups;

use super::statistics::usable_part;
use super::{MergedReflection, RawReflection, merge};
use crate::crystal::{Cell, Hkl, LatticeRotation, SpaceGroup, SymOp, friedel, lattice_rotations};
use crate::error::Result;
pub use centring::CentringEvidence;
use centring::{centring, centring_name, forbids};
use decide::{Decision, OnElements};
use domains::domains;
use evidence::PairTable;
pub use evidence::RotationEvidence;
use finer::finer;
use groups::{Members, laue_name, members};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::{BTreeMap, HashSet};

/// Share of the reflections, counted from low resolution, whose completeness is asked for: the outermost few lie in corners.
const COUNTED_SHARE: f64 = 0.95;
/// Rows that R_int must rest on: a list merged but for two outliers has 0.85.
const ROWS_FOR_R_INT: usize = 100;
/// Pairs of reflections that a correlation must rest on.
const FEWEST_PAIRS: usize = 30;
/// Never divide by fewer expected reflections.
const LEAST_EXPECTED: f64 = 1.0;

/// What became of the symmetry of the input.
#[derive(Debug, Clone, PartialEq, JsonSchema, Serialize)]
pub struct LaueChange {
    /// Centring and Laue class of the input.
    pub from: String,
    /// Those that were taken.
    pub to: String,
    /// Why, in plain words.
    pub why: String,
}

/// What the intensities say of Laue class and centring.
#[derive(Debug, Clone, PartialEq)]
pub struct LaueFinding {
    /// Proper rotations of the Laue class with the centring, without translations and inversion: nothing is assumed of
    /// glide planes, screw axes and centres.
    pub group: SpaceGroup,
    /// Name of the Laue class: `2/m`, `mmm`, `4/mmm`, `-3m1`, …
    pub name: &'static str,
    /// R_int of the repeated measurements of one reflection and its Friedel mate; `None` below 100 of them.
    pub r_int: Option<f64>,
    /// Evidence on each rotation of the lattice and the input but the identity.
    pub table: Vec<RotationEvidence>,
    /// Evidence on each centring.
    pub centrings: Vec<CentringEvidence>,
    /// What is not as the input says; `None` when the input is kept.
    pub changed: Option<LaueChange>,
    /// What is worth a word, one line each.
    pub remarks: Vec<String>,
}

/// Laue class and centring of raw rows; `hint` is the space group of the input.
///
/// # Errors
/// Those of `merge`: fewer than `FEWEST_UNIQUE` unique reflections, or no intensity.
pub fn laue_class(rows: &[RawReflection], cell: &Cell, hint: &SpaceGroup) -> Result<LaueFinding> {
    let merged = merge(rows, cell, &SpaceGroup::p1())?;
    let twinned = domains(&merged.reflections, hint.centring());
    let lattice = twinned.unwrap_or_else(|| finer(&merged.reflections, centring(&merged.reflections, hint.centring())));
    let allowed: Vec<MergedReflection> =
        merged.reflections.iter().filter(|r| !forbids(&lattice.vectors, r.hkl)).copied().collect();
    let proper = hint.proper_rotations();
    let mut rotations = lattice_rotations(cell, &group_of(&lattice.vectors, &[]));
    for rot in &proper {
        if !rotations.iter().any(|r| r.rot == *rot) {
            rotations.push(LatticeRotation::of(cell, *rot));
        }
    }
    let in_hint = |r: &LatticeRotation| proper.contains(&r.rot);
    let r_int = merged.report.r_int.filter(|_| merged.report.n_rows_in_r_int >= ROWS_FOR_R_INT);
    let usable = usable_part(&allowed, cell);
    let pairs = PairTable::new(&usable, cell);
    let table: Vec<RotationEvidence> = rotations.iter().skip(1).map(|r| pairs.evidence(*r, in_hint(r))).collect();
    let decision = Decision::new(&rotations, &table, r_int, in_hint);
    let n_vectors = lattice.vectors.len();
    let triclinic = proper.len() == 1;
    let kept = decision.kept();
    let chosen = if triclinic {
        let obeyed = decision.obeyed(kept);
        let merged_in = decision.merged_in(
            |group| completeness(&allowed, cell, n_vectors, group),
            |group| on_elements(&allowed, cell, &lattice.vectors, group),
        );
        if merged_in.count_ones() > obeyed.count_ones() { merged_in } else { obeyed }
    } else {
        kept
    };
    let named = |group: Members| {
        let list: Vec<[[i32; 3]; 3]> = members(group, &rotations).map(|r| r.rot).collect();
        let name = laue_name(&list, centring_name(&lattice.vectors).starts_with('R'));
        (list, name)
    };
    let (list, name) = named(chosen);
    let figures = |(r_sym, noise): (f64, f64)| format!("R_sym {r_sym:.3} against {noise:.3} of noise");
    let mut why: Vec<String> = lattice.why.into_iter().collect();
    if chosen != decision.hint {
        let of_hint = laue_name(&proper, hint.centring().len() == 3);
        why.push(match decision.worst(chosen | decision.hint) {
            Some(worst) if !triclinic => {
                format!("equivalents of Laue class {of_hint} do not agree ({}), those of {name} do", figures(worst))
            }
            Some(worst) => format!("equivalents of Laue class {name} agree ({})", figures(worst)),
            None => format!("the list holds one asymmetric unit of Laue class {name}: it was merged in it"),
        });
    }
    let mut remarks = lattice.remarks;
    let higher = decision.obeyed(chosen);
    if let Some(worst) = decision.worst(higher & !chosen).filter(|_| !triclinic && chosen == decision.hint) {
        remarks.push(format!(
            "metric and intensities ({}) allow Laue class {}, the input has {name}: too low a symmetry in the input, or \
             a merohedral twin",
            figures(worst),
            named(higher).1
        ));
    }
    let changed = (!why.is_empty()).then(|| LaueChange {
        from: format!("{} {}", centring_name(hint.centring()), laue_name(&proper, hint.centring().len() == 3)),
        to: format!("{} {name}", centring_name(&lattice.vectors)),
        why: why.join("; "),
    });
    let group = group_of(&lattice.vectors, &list);
    Ok(LaueFinding { group, name, r_int, table, centrings: lattice.table, changed, remarks })
}

/// How much intensities are alike under rotations of the lattice that the crystal has not: the highest correlation of I/⟨I⟩, each pair of
/// reflections that one relates; `None` where the lattice has no such rotation or too few pairs were measured. Domains of a twin make it high.
///
/// # Errors
/// Those of `merge`.
pub fn likeness(rows: &[RawReflection], cell: &Cell, group: &SpaceGroup) -> Result<Option<f64>> {
    let own = group.proper_rotations();
    let others: Vec<LatticeRotation> =
        lattice_rotations(cell, group).into_iter().filter(|rotation| !own.contains(&rotation.rot)).collect();
    if others.is_empty() {
        return Ok(None);
    }
    let merged = merge(rows, cell, &SpaceGroup::p1())?.reflections;
    let usable = usable_part(&merged, cell);
    let pairs = PairTable::new(&usable, cell);
    let found = others.into_iter().map(|rotation| pairs.evidence(rotation, false));
    Ok(found.filter(|found| found.pairs >= FEWEST_PAIRS).map(|found| found.correlation).reduce(f64::max))
}

/// Rotations and centring vectors as a group; P 1 for rotations that do not close, which closed ones never are.
fn group_of(vectors: &[[i32; 3]], rotations: &[[[i32; 3]; 3]]) -> SpaceGroup {
    SpaceGroup::of_rotations(vectors, rotations.iter().copied()).unwrap_or_else(|_| SpaceGroup::p1())
}

/// Share of the unique reflections of the rotations (with Friedel's law) that a list holds, on a lattice of `centring` vectors.
fn completeness(merged: &[MergedReflection], cell: &Cell, centring: usize, rotations: &[LatticeRotation]) -> f64 {
    let counted = (COUNTED_SHARE * merged.len() as f64) as usize;
    let Some(last) = merged.get(counted) else { return 0.0 };
    let operations: Vec<SymOp> = rotations.iter().map(|r| SymOp::new(r.rot, [0; 3])).collect();
    let unique: HashSet<_> = merged.iter().take(counted).filter_map(|r| images(&operations, r.hkl).pop()).collect();
    let sphere = 4.0 / 3.0 * std::f64::consts::PI * cell.volume / centring as f64 / cell.d_spacing(last.hkl).powi(3);
    let expected = sphere / (2.0 * operations.len() as f64);
    unique.len() as f64 / expected.max(LEAST_EXPECTED)
}

/// What the rotations and Friedel's law make of a reflection, each once, the one that stands for all last.
fn images(operations: &[SymOp], hkl: Hkl) -> Vec<Hkl> {
    let mut all: Vec<Hkl> =
        operations.iter().map(|op| op.rotate_hkl(hkl)).flat_map(|image| [image, friedel(image)]).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Which of the unique reflections on elements of symmetry (those with fewer images than others) a list holds, of those that the lattice
/// `vectors` allows.
fn on_elements(
    merged: &[MergedReflection],
    cell: &Cell,
    vectors: &[[i32; 3]],
    rotations: &[LatticeRotation],
) -> OnElements {
    let counted = (COUNTED_SHARE * merged.len() as f64) as usize;
    let Some(last) = merged.get(counted) else { return OnElements::default() };
    let limit = cell.d_star_sq(last.hkl);
    let operations: Vec<SymOp> = rotations.iter().map(|r| SymOp::new(r.rot, [0; 3])).collect();
    // The rotations that leave a reflection, or turn it into its mate.
    let element = |hkl: Hkl| -> u64 {
        let leaves = |op: &SymOp| [hkl, friedel(hkl)].contains(&op.rotate_hkl(hkl));
        operations.iter().enumerate().filter(|(_, op)| leaves(op)).map(|(n, _)| 1 << n).sum()
    };
    let on_element = |hkl: Hkl| {
        let images = images(&operations, hkl);
        images.last().copied().filter(|_| images.len() < 2 * operations.len()).map(|stands| {
            // Elements that the class makes of each other are one.
            (stands, images.iter().map(|image| element(*image)).min().unwrap_or(0))
        })
    };
    let found: HashSet<(Hkl, u64)> = merged.iter().take(counted).filter_map(|r| on_element(r.hkl)).collect();
    let mut tally: BTreeMap<u64, [usize; 2]> = BTreeMap::new();
    found.iter().for_each(|(_, element)| tally.entry(*element).or_default()[0] += 1);
    for hkl in cell.half_sphere(limit).filter(|&hkl| !forbids(vectors, hkl)) {
        if let Some((_, element)) = on_element(hkl).filter(|(stands, _)| *stands == hkl) {
            tally.entry(element).or_default()[1] += 1;
        }
    }
    OnElements::of(tally.values().copied())
}

#[cfg(test)]
#[path = "laue_tests.rs"]
mod tests;
