//! The space groups that P1 phases and intensities allow, best first.

use super::intrinsic::alike;
use super::operators::OperatorFits;
use super::score::{Score, Signs};
use crate::crystal::identity::{groups_of_laue_class, identify};
use crate::crystal::symop::{Rotation, SymOp, negative, product};
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::PhasedReflection;
use crate::structure::{OriginFit, fit_origin};

/// An operation that correlates less than this part of the best is in no candidate: true ones of centrosymmetric structures
/// whose phases have left their centre go down to 0.42 (a copper complex).
const LEAST_HELD: f64 = 0.35;
/// A rotation of the Laue class is given up when neither it nor its negative reaches this part of the best: phases of
/// a twin, or of a Laue class taken too high.
const LEAST_EITHER: f64 = 0.6;
/// Groups that are looked at closely: in tiny cells of heavy atoms the phases allow that many.
const MOST_GROUPS: usize = 24;
/// A group that the phases allow.
#[derive(Debug, Clone, PartialEq)]
pub struct GroupCandidate {
    /// The group, on the axes of the data, at a tabulated origin.
    pub group: SpaceGroup,
    /// What speaks for it, in each version of the phases that counts …
    pub signs: Vec<Signs>,
    /// … and what that amounts to: that of the first, with the mean of all totals.
    pub score: Score,
    /// What brings the phases to its origin.
    pub origin: OriginFit,
}

impl GroupCandidate {
    /// True for the group that the input names.
    pub fn is_named(&self) -> bool {
        self.signs.iter().any(|signs| signs.named)
    }

    /// Lets another version of the phases count as much.
    pub fn blend(&mut self, other: Self) {
        self.signs.extend(other.signs);
        self.score.total = total(&self.signs);
    }
}

/// The total by which a group is ranked for which several versions of the phases count alike.
pub fn total(signs: &[Signs]) -> f64 {
    signs.iter().map(|signs| signs.score().total).sum::<f64>() / signs.len().max(1) as f64
}

/// Ranks the groups of the Laue class of `laue`, on any axes, that `phased` and its `fits` allow, and the one that `hint` names, whatever
/// they say of it, where the Laue class allows it. Never empty: where they allow none, `hint` is what remains.
pub fn group_candidates(
    cell: &Cell,
    laue: &SpaceGroup,
    hint: &SpaceGroup,
    phased: &[PhasedReflection],
    fits: &OperatorFits,
    mean_e2_minus_1: f64,
) -> Vec<GroupCandidate> {
    let rotations = obeyed(laue, fits);
    let mut groups = groups_of_laue_class(laue.centring(), &rotations);
    if groups.is_empty() {
        groups = vec![hint.clone(), laue.clone()];
    }
    let level = fits.level();
    let named = (*hint != hint.symmorphic()).then(|| identify(hint)).flatten().map(|identity| identity.hm);
    let is_named =
        |group: &SpaceGroup| named.as_ref().is_some_and(|name| identify(group).is_some_and(|own| own.hm == *name));
    let of_hint = groups.iter().find(|group| is_named(group)).cloned().or_else(|| allowed(laue, hint));
    let mut possible: Vec<(f64, SpaceGroup)> = groups
        .into_iter()
        .filter_map(|group| {
            let mut sum = 0.0;
            for op in &group.primitive_operations()[1..] {
                let fit = fits.of(&op.rot)?;
                if fit.correlation < LEAST_HELD * level || !alike(cell, &group, op, &fit) {
                    return None;
                }
                sum += fit.correlation;
            }
            Some((sum, group))
        })
        .collect();
    possible.sort_by(|a, b| b.0.total_cmp(&a.0));
    possible.truncate(MOST_GROUPS);
    if possible.is_empty() {
        possible.push((0.0, hint.clone()));
    }
    if let Some(group) = of_hint.filter(|_| named.is_some())
        && !possible.iter().any(|(_, other)| is_named(other))
    {
        possible.push((0.0, group));
    }
    let mut candidates: Vec<GroupCandidate> = possible
        .into_iter()
        .map(|(_, group)| {
            let origin = fit_origin(cell, &group, phased);
            let signs = Signs::new(&group, &origin, fits, phased, mean_e2_minus_1, is_named(&group));
            GroupCandidate { group, score: signs.score(), signs: vec![signs], origin }
        })
        .collect();
    candidates.sort_by(|a, b| b.score.total.total_cmp(&a.score.total));
    candidates
}

/// The group that the input names, where its centring is that of the Laue class and its rotations are among the class's.
fn allowed(laue: &SpaceGroup, hint: &SpaceGroup) -> Option<SpaceGroup> {
    let rotations = laue.laue_rotations();
    let within = hint.primitive_operations().iter().all(|op| rotations.contains(&op.rot));
    (within && hint.centring() == laue.centring()).then(|| hint.clone())
}

/// The largest group of rotations of the Laue class that the phases obey, negatives included.
fn obeyed(laue: &SpaceGroup, fits: &OperatorFits) -> Vec<Rotation> {
    let level = fits.level();
    let proper: Vec<Rotation> = laue
        .proper_rotations()
        .into_iter()
        .filter(|rot| *rot == SymOp::IDENTITY.rot || fits.of_either(rot) >= LEAST_EITHER * level)
        .collect();
    let mut best = vec![SymOp::IDENTITY.rot];
    for a in &proper {
        for b in &proper {
            let closed = closure(&[*a, *b]);
            if closed.len() > best.len() && closed.iter().all(|rot| proper.contains(rot)) {
                best = closed;
            }
        }
    }
    best.iter().flat_map(|&rot| [rot, negative(rot)]).collect()
}

/// The rotations that `generators` generate.
fn closure(generators: &[Rotation]) -> Vec<Rotation> {
    let mut all = vec![SymOp::IDENTITY.rot];
    let mut next = 0;
    while next < all.len() {
        for generator in generators {
            let next_one = product(&all[next], generator);
            if !all.contains(&next_one) {
                all.push(next_one);
            }
        }
        next += 1;
    }
    all
}
