//! Why a run is believed or not, and what to try next, in plain words.

use super::table::{percent, sureness};
use super::twin::imitation;
use crate::input::{Basis, Input};
use crate::solve::Solved;
use crate::trials::verdict::SYMMETRY_FOUND;
use crate::trust::{Evidence, all_alike, other_edges, other_metric, other_size, perhaps_higher, perhaps_twin};

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
/// Trials that are proposed for a run that had nothing else to blame, over those it had.
const MORE_TRIALS: u32 = 4;
/// Atoms in the primitive cell above which unseeded phasing of equal atoms is a matter of luck (recipe notes §3, §6).
const LARGE: f64 = 600.0;

/// What was believed or not, one line each.
pub fn reasons(solved: &Solved) -> Vec<String> {
    match &solved.evidence {
        Some(evidence) => {
            // That of a twin counts less than it is.
            let first = solved.structures.first();
            let r1 = first.and_then(|first| first.model.as_ref()).map(|model| model.r1);
            let told = first.and_then(|first| first.kinship.as_ref()?.told());
            let evidence = Evidence { r1: r1.or(evidence.r1), ..*evidence };
            why(&evidence, solved.probability_group).into_iter().chain(told).collect()
        }
        None => vec!["no trial finished".into()],
    }
}

/// What evidence says, one line each; `group` is the probability that the space group is right too.
pub fn why(evidence: &Evidence, group: f64) -> Vec<String> {
    let sure = sureness(group);
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
            format!("the model of atoms explains the data (R1 {r1:.3}, isotropic)")
        }
        Some(r1) if r1 < POOR_R1 => format!("the model of atoms explains the data in part (R1 {r1:.3})"),
        Some(r1) => format!("the model of atoms does not explain the data (R1 {r1:.3})"),
    });
    if let Some(group) = evidence.group {
        let next = match group.margin {
            Some(margin) => format!("{margin:.1} above the next in the ranking"),
            None => "no other group came into question".into(),
        };
        lines.push(format!("the space group is right as well with probability {sure}: {next}"));
        if perhaps_higher(evidence) {
            lines.push(
                "a supergroup explains as much, its fewer parameters counted: atoms that the higher symmetry joins may be mixtures"
                    .into(),
            );
        }
    }
    if let Some(share) = evidence.share.filter(|share| *share < FEW_ATOMS) {
        lines.push(format!("the model holds {} of the atoms that the volume has room for", percent(share)));
    }
    if evidence.proposed > 0 {
        lines.push(format!("{} elements of the model are not on SFAC: proposals, to be looked at", evidence.proposed));
    }
    lines.extend(contrast_line(evidence));
    lines.extend(twin_reason(evidence));
    lines.extend(cell_lines(evidence));
    lines
}

/// That intensities are none of a crystal with many atoms, if so.
fn contrast_line(evidence: &Evidence) -> Option<String> {
    let contrast = evidence.contrast.filter(|_| all_alike(evidence))?;
    Some(format!(
        "intensities differ less than those of any crystal or twin (mean |E^2-1| {contrast:.2}), and no model explains them"
    ))
}

/// That the crystal may be a twin of which the model says nothing, if so.
fn twin_reason(evidence: &Evidence) -> Option<String> {
    if !perhaps_twin(evidence) {
        return None;
    }
    let alike = evidence.likeness.map(|likeness| {
        format!(
            "a rotation of the lattice that the group lacks makes intensities alike (correlation {likeness:.2}): the crystal \
             may be a twin whose law this model does not bear out"
        )
    });
    alike.or_else(|| {
        let contrast = evidence.contrast?;
        Some(format!(
            "intensities differ as little as those of a twin (mean |E^2-1| {contrast:.2}), and the model is that of a single crystal"
        ))
    })
}

/// What speaks against the cell, one line each.
pub fn cell_lines(evidence: &Evidence) -> Vec<String> {
    edges_line(evidence).into_iter().chain(metric_line(evidence)).chain(size_line(evidence)).collect()
}

/// What the reflections say against the cell, if they do: which edges are too long or too short, and by what factor.
fn edges_line(evidence: &Evidence) -> Option<String> {
    let edges = evidence.edges.filter(|_| other_edges(evidence))?.factors;
    Some(format!("the reflections do not fill a sphere in this cell: distances are {}; check CELL", too_long(edges)))
}

/// Factors that are worth a word, with their axes.
fn too_long(factors: [f64; 3]) -> String {
    let off = ["a", "b", "c"].iter().zip(factors).filter(|(_, factor)| factor.ln().abs() > NAMED_FACTOR);
    off.map(|(axis, factor)| format!("{factor:.2} times too long along {axis}")).collect::<Vec<_>>().join(", ")
}

/// What bond lengths say against the cell, if they do: along which axes distances are too long or too short, and by what factor.
fn metric_line(evidence: &Evidence) -> Option<String> {
    let metric = evidence.metric.filter(|_| other_metric(evidence))?;
    Some(format!("bond lengths contradict the cell: distances are {}; check CELL", too_long(metric.factors)))
}

/// What the fall of scattering says against the size of the cell, if it does and bonds do not say more.
fn size_line(evidence: &Evidence) -> Option<String> {
    let size = evidence.falloff.filter(|_| other_size(evidence) && !other_metric(evidence))?;
    Some(format!(
        "scattering falls off with angle as in a cell of another size: distances are about {:.2} times too long in all \
         directions; check CELL",
        size.factor
    ))
}

/// What may help a run that was not believed, one line each, the likely cause first; never none.
pub fn advice(solved: &Solved, input: &Input, basis: &Basis) -> Vec<String> {
    let Some(evidence) = &solved.evidence else { return vec!["give it more time: --time-limit".into()] };
    let laue_doubted = basis.laue.as_ref().is_some_and(|laue| !laue.remarks.is_empty());
    let mut lines: Vec<String> = imitation(input, basis, solved).into_iter().collect();
    lines.extend(advice_of_evidence(evidence));
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
    if laue_doubted {
        lines.push("a twin, a smaller cell, or another Laue class: see the remarks on the Laue class".into());
    }
    if lines.is_empty() {
        let trials = solved.report.started.saturating_mul(MORE_TRIALS);
        lines.push(format!(
            "more trials from other starts: --trials {trials} --seed {}",
            solved.effective.seed.wrapping_add(1)
        ));
    }
    lines
}

/// What evidence itself says of the likely cause.
fn advice_of_evidence(evidence: &Evidence) -> Vec<String> {
    let mut lines = Vec::new();
    let shown = evidence.symmetry.is_none_or(|s| s > SYMMETRY_FOUND);
    let unexplained = evidence.r1.is_none_or(|r1| r1 >= GOOD_R1);
    if all_alike(evidence) {
        lines.push("check the list of reflections: its intensities hardly differ; were they measured?".into());
    }
    if other_edges(evidence) {
        lines.push(
            "check CELL: the reflections of a list fill a sphere, unless it was cut unevenly; these would in another cell"
                .into(),
        );
    }
    if other_metric(evidence) {
        lines.push(
            "the phases may be right and the cell wrong: divide the named axes by the factor and run again".into(),
        );
    }
    if other_size(evidence) && !other_metric(evidence) {
        lines.push(
            "check CELL and the wavelength: atoms are as wide as elements are in a cell of another size alone".into(),
        );
    }
    if perhaps_twin(evidence) {
        lines.push(
            "a twin in another group of the Laue class: more trials (--trials), or each group in turn (--space-group)"
                .into(),
        );
    }
    if evidence.agreeing > 1 && !shown {
        lines
            .push("trials agree but do not show the symmetry: try a lower Laue class, or P1 (LATT -1, no SYMM)".into());
    }
    if evidence.agreeing > 1 && shown && unexplained {
        lines.push(
            "the phases are likely right and the model is not: disorder, modulation or a twin; look at the map NAME_a.ccp4"
                .into(),
        );
        lines.push("elements may be missing: name those that the crystal may hold on SFAC and run again".into());
    }
    if evidence.agreeing > 1 && shown && !unexplained {
        lines.push(
            "atoms explain the data and something else speaks against them: see the reasons above, then check the bonds"
                .into(),
        );
    }
    if evidence.proposed > 0 {
        lines.push("name the elements proposed on SFAC if they can be there, and run again".into());
    }
    if evidence.agreeing == 1 {
        lines.push("more trials (--trials, --time-limit) or another --seed, so that a second one can agree".into());
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trust::Edges;

    const NONE: Evidence = Evidence {
        agreeing: 1,
        symmetry: Some(0.2),
        r_weak: 0.3,
        r1: Some(0.5),
        proven: None,
        edges: None,
        contrast: None,
        twinned: false,
        likeness: None,
        per_parameter: 10.0,
        share: Some(0.9),
        left: Some(0.5),
        proposed: 0,
        clashes: 0,
        metric: None,
        falloff: None,
        rival: None,
        group: None,
    };

    #[test]
    fn every_kind_of_doubt_has_its_advice() {
        let of = |evidence: Evidence| advice_of_evidence(&evidence).join("\n");
        assert!(of(NONE).contains("more trials"));
        let agreed = Evidence { agreeing: 5, ..NONE };
        assert!(of(agreed).contains("lower Laue class"));
        let shown = Evidence { symmetry: Some(0.9), r1: Some(0.35), ..agreed };
        assert!(of(shown).contains("disorder, modulation or a twin") && of(shown).contains("SFAC"));
        let explained = Evidence { r1: Some(0.08), share: Some(0.3), ..shown };
        assert!(of(explained).contains("speaks against"));
        assert!(
            of(Evidence { edges: Some(Edges { factors: [1.1, 1.0, 1.0], gain: None }), ..explained })
                .contains("check CELL")
        );
    }

    #[test]
    fn what_speaks_against_a_cell_names_axes_and_factors() {
        let lines = cell_lines(&Evidence { edges: Some(Edges { factors: [1.0, 1.08, 1.0], gain: None }), ..NONE });
        assert!(lines.len() == 1 && lines[0].contains("1.08 times too long along b;"), "{lines:?}");
    }
}
