//! Why a run is believed or not, and what to try next, in plain words.

use super::table::percent;
use crate::input::{Basis, Input};
use crate::solve::Solved;
use crate::trials::verdict::SYMMETRY_FOUND;
use crate::trust::{Evidence, OTHER_CELL, other_metric};

/// R1 of a model without hydrogen and with isotropic displacements: below, nothing essential is missing …
const GOOD_R1: f64 = 0.20;
/// … and above, most of it is (random atoms have 0.59 and more, Wilson 1950).
const POOR_R1: f64 = 0.40;
/// Resolution in Å that phasing without seeds asks of a structure without heavy atoms (recipe notes §6).
const ATOMIC_RESOLUTION: f64 = 1.2;
/// Below this share of the atoms that the volume has room for a word is due.
const FEW_ATOMS: f64 = 0.6;
/// Factors of the axes that are off by this much, as ln, are named.
const NAMED_FACTOR: f64 = 0.02;
/// Below this completeness much is missing.
const INCOMPLETE: f64 = 0.85;
/// Atoms in the primitive cell above which unseeded phasing of equal atoms is a matter of luck (recipe notes §3, §6).
const LARGE: f64 = 600.0;

/// What was believed or not, one line each.
pub fn reasons(solved: &Solved) -> Vec<String> {
    let Some(evidence) = &solved.evidence else { return vec!["no trial finished".into()] };
    let mut lines = vec![match evidence.agreeing {
        1 => "one trial alone found it; others would confirm it".to_owned(),
        n => format!("{n} trials, from different starts, found the same phases"),
    }];
    lines.push(match evidence.symmetry {
        None => "in a triclinic lattice no rotation can confirm phases that were found without symmetry".to_owned(),
        Some(s) if s > SYMMETRY_FOUND => {
            format!("phases found without symmetry show that of the intensities (correlation {s:.2})")
        }
        Some(s) => format!("phases found without symmetry do not show that of the intensities (correlation {s:.2})"),
    });
    lines.push(match evidence.r1 {
        None => "no sensible model of atoms came out of the map".to_owned(),
        Some(r1) if r1 < GOOD_R1 => {
            format!("the model of atoms explains the data (R1 {r1:.3}, no hydrogen, isotropic)")
        }
        Some(r1) if r1 < POOR_R1 => format!("the model of atoms explains the data in part (R1 {r1:.3})"),
        Some(r1) => format!("the model of atoms does not explain the data (R1 {r1:.3})"),
    });
    if evidence.reach > OTHER_CELL {
        lines.push(format!(
            "reflections reach {:.2} times as far in one direction as in another: they were measured in another cell, or a \
             large part of the sphere is missing",
            evidence.reach
        ));
    }
    if let Some(share) = evidence.share.filter(|share| *share < FEW_ATOMS) {
        lines.push(format!("the model holds {} of the atoms that the volume has room for", percent(share)));
    }
    if evidence.proposed > 0 {
        lines.push(format!("{} elements of the model are not on SFAC: proposals, to be looked at", evidence.proposed));
    }
    lines.extend(metric_line(evidence));
    lines
}

/// What bond lengths say against the cell, if they do: along which axes distances are too long or too short, and by what factor.
pub fn metric_line(evidence: &Evidence) -> Option<String> {
    let metric = evidence.metric.filter(|_| other_metric(evidence))?;
    let off: Vec<String> = ["a", "b", "c"]
        .iter()
        .zip(metric.factors)
        .filter(|(_, factor)| factor.ln().abs() > NAMED_FACTOR)
        .map(|(axis, factor)| format!("{factor:.2} times too long along {axis}"))
        .collect();
    Some(format!("bond lengths contradict the cell: distances are {}; check CELL", off.join(", ")))
}

/// What may help a run that was not believed, one line each.
pub fn advice(solved: &Solved, input: &Input, basis: &Basis) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(evidence) = &solved.evidence else { return vec!["give it more time: --time-limit".into()] };
    if evidence.reach > OTHER_CELL {
        lines.push("check that the cell on CELL is the one in which the .hkl was measured".into());
    }
    if other_metric(evidence) {
        lines.push(
            "the phases may be right and the cell wrong: divide the named axes by the factor and run again".into(),
        );
    }
    if evidence.agreeing > 1 && evidence.symmetry.is_some_and(|s| s <= SYMMETRY_FOUND) {
        lines
            .push("trials agree but do not show the symmetry: try a lower Laue class, or P1 (LATT -1, no SYMM)".into());
    }
    if evidence.agreeing == 1 {
        lines.push("more trials (--trials, --time-limit) or another --seed, so that a second one can agree".into());
    }
    let shells = &input.data.shells;
    if shells.d_min > ATOMIC_RESOLUTION {
        lines.push(format!(
            "the data end at {:.2} Å; without heavy atoms 1.2 Å or better is needed, or seeds (--seeds, docs/seeds.md)",
            shells.d_min
        ));
    } else if solved.effective.d_min > shells.d_min + 0.05 && solved.effective.atoms > LARGE {
        lines.push(format!("a finer resolution limit: --resolution {:.2}", shells.d_min));
    }
    if solved.effective.sphere_completeness < INCOMPLETE {
        lines.push(format!(
            "only {} of the reflections are measured: more complete data",
            percent(solved.effective.sphere_completeness)
        ));
    }
    if solved.effective.atoms > LARGE {
        lines.push(
            "a cell this large often needs seeds: a fragment, a model, phases of a network (docs/seeds.md)".into(),
        );
    }
    if basis.laue.as_ref().is_some_and(|laue| !laue.remarks.is_empty()) {
        lines.push("a twin, or another Laue class: see the remarks on the Laue class".into());
    }
    lines
}
