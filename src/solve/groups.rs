//! The space groups in which a candidate is worked up.

use super::contender::Contender;
use super::kinship::holds;
use super::note::{Choice, Note};
use super::teller::Teller;
use crate::crystal::symop::{Rotation, inverse_rotation, product};
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::{DataSet, PhasedReflection};
use crate::structure::{Aligned, OriginFit, align, align_at};
use crate::symmetry::{
    Absences, GroupCandidate, OperatorFits, Score, group_candidates, maximal_subgroups, subgroups_of_laue_class, symbol,
};

/// Space groups of a candidate that are worked up …
const MOST_GROUPS: usize = 8;
/// … if their score lies no farther than this below the best.
const CLOSE: f64 = 6.0;
/// Cells of so few atoms are mostly heavy atoms on special positions, whose phases obey several groups alike (sulphur dioxide: ten):
/// there only the model tells.
const TINY: f64 = 30.0;
const CLOSE_WHEN_TINY: f64 = 15.0;
const MOST_WHEN_TINY: usize = 24;
/// Groups of a lower Laue class that are worked up: phases of a perfect twin are a mixture of both domains and obey what neither has.
const MOST_BELOW: usize = 3;

/// Whether a cell of so many atoms is tiny.
pub fn is_tiny(atoms: f64) -> bool {
    atoms <= TINY
}

/// In how many groups a candidate is worked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breadth {
    /// In all that its phases allow.
    Wide,
    /// In the best and the one that the input names: enough to see how its model stands beside that of another candidate.
    Narrow,
    /// In the best of each next lower Laue class, as the domain of what may be a perfect twin.
    Below,
}

/// A space group to try.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// The group, on the axes of the data.
    pub group: SpaceGroup,
    /// What speaks for it; `None` where it was given.
    pub score: Option<Score>,
    /// The input names it.
    pub named: bool,
    /// It is a subgroup of one that comes into question, and no absences contradict it.
    pub below: bool,
    /// What brings the phases of the candidate, and its settled ones, to its origin, where that is known.
    pub origins: [Option<OriginFit>; 2],
}

impl Trial {
    /// The group of the data, or of the input, and no other.
    fn given(group: &SpaceGroup) -> Self {
        Self { group: group.clone(), score: None, named: true, below: false, origins: [None, None] }
    }

    /// A group in which a model or settled phases show symmetry, with what brings those to its origin.
    pub fn seen(found: GroupCandidate, below: bool) -> Self {
        let GroupCandidate { group, score, origin, .. } = found;
        Self { group, score: Some(score), named: false, below, origins: [None, Some(origin)] }
    }

    /// Phases of the candidate on its origin, averaged.
    pub fn own(&self, cell: &Cell, phased: &[PhasedReflection]) -> Aligned {
        self.aligned(0, cell, phased)
    }

    /// Settled ones, or those in which the group was seen.
    pub fn settled(&self, cell: &Cell, phased: &[PhasedReflection]) -> Aligned {
        self.aligned(1, cell, phased)
    }

    fn aligned(&self, version: usize, cell: &Cell, phased: &[PhasedReflection]) -> Aligned {
        match &self.origins[version] {
            Some(origin) => align_at(origin.clone(), &self.group, phased),
            None => align(cell, &self.group, phased),
        }
    }
}

/// Space groups for a candidate, best first: the given one, or those that its own phases and its `settled` ones allow. `atoms` is the
/// number of non-hydrogen atoms expected in the cell. The group that the input names is always among them.
pub fn groups_of(
    data: &DataSet,
    hint: Option<&SpaceGroup>,
    contender: &Contender<'_>,
    settled: Option<&[PhasedReflection]>,
    atoms: f64,
    breadth: Breadth,
    teller: &Teller<'_>,
) -> Vec<Trial> {
    let header = &data.header;
    let laue = &header.space_group;
    let Some(hint) = hint else {
        return vec![Trial::given(laue)];
    };
    // Such phases leave the input's group as good as any.
    if contender.is_mute() {
        return vec![Trial::given(hint)];
    }
    let groups = |phased: &[PhasedReflection], fits: &OperatorFits| {
        group_candidates(&header.cell, laue, hint, phased, fits, data.statistics.mean_e2_minus_1)
    };
    let candidate = contender.candidate;
    let own = groups(&candidate.sighting.phased, &candidate.sighting.fits);
    let of_own = origins(&own);
    let (ranked, of_settled) = match settled {
        Some(phased) => {
            let fits = OperatorFits::new(&header.cell, laue, phased);
            let again = groups(phased, &fits);
            let of_settled = origins(&again);
            (both_versions((own, &candidate.sighting.fits), (again, &fits)), of_settled)
        }
        None => (own, Vec::new()),
    };
    let scores: Vec<(f64, bool)> = ranked.iter().map(|group| (group.score.total, group.is_named())).collect();
    let looks_right = contender.looks_right();
    let choice = Choice { wide: looks_right && breadth == Breadth::Wide, looks_right, tiny: is_tiny(atoms) };
    let chosen = choice.of(&scores);
    teller.note(&Note::Groups { candidate: candidate.id, ranked: &ranked, choice });
    let below = if choice.wide { below(data, &ranked, &chosen) } else { Vec::new() };
    let trial = |(place, group): (usize, GroupCandidate)| {
        let (named, below) = (group.is_named(), below.contains(&place));
        (below || chosen.contains(&place)).then(|| Trial {
            named,
            below,
            score: Some(group.score),
            origins: [&of_own, &of_settled].map(|origins| origin_in(origins, &group.group)),
            group: group.group,
        })
    };
    ranked.into_iter().enumerate().filter_map(trial).collect()
}

/// What brings phases to the origin of each of the groups.
fn origins(groups: &[GroupCandidate]) -> Vec<(SpaceGroup, OriginFit)> {
    groups.iter().map(|found| (found.group.clone(), found.origin.clone())).collect()
}

fn origin_in(origins: &[(SpaceGroup, OriginFit)], group: &SpaceGroup) -> Option<OriginFit> {
    origins.iter().find(|(other, _)| other == group).map(|(_, origin)| origin.clone())
}

/// Space groups of the next lower Laue classes for a candidate whose intensities a perfect twin may have made equal: of each class the best
/// that its phases allow.
pub fn groups_below(data: &DataSet, phased: &[PhasedReflection]) -> Vec<Trial> {
    let header = &data.header;
    let in_class = |laue: &SpaceGroup| -> Vec<Trial> {
        let fits = OperatorFits::new(&header.cell, laue, phased);
        let ranked = group_candidates(&header.cell, laue, laue, phased, &fits, data.statistics.mean_e2_minus_1);
        let top = ranked.first().map_or(0.0, |best| best.score.total);
        let close = ranked.into_iter().take(MOST_BELOW).filter(|group| group.score.total > top - CLOSE_WHEN_TINY);
        close.map(|group| Trial::seen(group, true)).collect()
    };
    // Subgroups that the class turns into each other lead to the same twins.
    let mut classes: Vec<SpaceGroup> = Vec::new();
    for class in maximal_subgroups(&header.space_group) {
        if !classes.iter().any(|other| are_conjugate(&header.space_group, other, &class)) {
            classes.push(class);
        }
    }
    classes.iter().flat_map(in_class).collect()
}

/// True when a rotation of `group` turns the rotations of one subgroup into those of the other.
fn are_conjugate(group: &SpaceGroup, one: &SpaceGroup, other: &SpaceGroup) -> bool {
    let of_other = other.proper_rotations();
    let turned = |by: &Rotation| {
        one.proper_rotations().iter().all(|rot| of_other.contains(&product(&product(by, rot), &inverse_rotation(*by))))
    };
    one.proper_rotations().len() == of_other.len() && group.proper_rotations().iter().any(turned)
}

/// Places of the groups that are maximal subgroups of the chosen ones, in their Laue class, unless absences say that the operations which
/// they lack are there.
fn below(data: &DataSet, ranked: &[GroupCandidate], chosen: &[usize]) -> Vec<usize> {
    let names: Vec<Option<String>> = ranked.iter().map(|other| symbol(&other.group)).collect();
    let mut all: Vec<usize> = Vec::new();
    for group in chosen.iter().map(|&place| &ranked[place].group) {
        let subgroups = subgroups_of_laue_class(group);
        for (place, name) in names.iter().enumerate() {
            if name.as_ref().is_some_and(|name| subgroups.contains(name)) && !all.contains(&place) {
                let merged = data.reflections.iter().map(|r| &r.merged);
                if !holds(&Absences::lifted(merged, group, &ranked[place].group)) {
                    all.push(place);
                }
            }
        }
    }
    all
}

impl Choice {
    /// Places of the groups that are worked up among ranked ones, each a score and whether the input names it: the best, all that are
    /// close when the choice is wide, and the named one for phases that look right.
    pub fn of(&self, scores: &[(f64, bool)]) -> Vec<usize> {
        let (close, most) = if self.tiny { (CLOSE_WHEN_TINY, MOST_WHEN_TINY) } else { (CLOSE, MOST_GROUPS) };
        let most = if self.wide { most } else { 1 };
        let top = scores.first().map_or(0.0, |(total, _)| *total);
        let picked = |(place, (total, named)): &(usize, &(f64, bool))| {
            (*place < most && *total > top - close) || (*named && self.looks_right)
        };
        scores.iter().enumerate().filter(picked).map(|(place, _)| place).collect()
    }
}

/// The groups that a candidate's own phases and its settled ones allow, best first. In a Laue class with rotations the
/// version that shows them better is right about the rest too, and the other only adds groups that it does not name; in
/// Laue class −1, where the one operation to be found is the inversion, the mean of both counts.
fn both_versions(
    (own, own_fits): (Vec<GroupCandidate>, &OperatorFits),
    (settled, settled_fits): (Vec<GroupCandidate>, &OperatorFits),
) -> Vec<GroupCandidate> {
    let (mut first, second) = match (own_fits.evidence(), settled_fits.evidence()) {
        (Some(own_shows), Some(settled_shows)) if own_shows > settled_shows => (own, settled),
        _ => (settled, own),
    };
    for group in second {
        match first.iter_mut().find(|other| other.group == group.group) {
            Some(other) if own_fits.evidence().is_none() => other.blend(group),
            Some(_) => {}
            None => first.push(group),
        }
    }
    first.sort_by(|a, b| b.score.total.total_cmp(&a.score.total));
    first
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::identity::group_by_name;

    #[test]
    fn lower_classes_that_the_higher_turns_into_each_other_count_once() {
        let conjugate = |group: &str, one: &str, other: &str| {
            let [group, one, other] = [group, one, other].map(|name| group_by_name(name, false).unwrap());
            are_conjugate(&group, &one, &other)
        };
        assert!(conjugate("P 4 3 2", "P 4 2 2", "P 4 2 2") && conjugate("P 4 2 2", "P 1 2 1", "P 2 1 1"));
        assert!(!conjugate("P 2 2 2", "P 1 2 1", "P 1 1 2") && !conjugate("P 4 2 2", "P 1 2 1", "P 1 1 2"));
    }

    #[test]
    fn close_groups_are_tried_and_the_named_one_always() {
        let scores = [(9.0, false), (3.1, false), (2.9, false), (-9.0, true)];
        let chosen = |scores: &[(f64, bool)], wide, looks_right, tiny| Choice { wide, looks_right, tiny }.of(scores);
        assert_eq!(chosen(&scores, true, true, false), [0, 1, 3]);
        assert_eq!(chosen(&scores, false, true, false), [0, 3]);
        assert_eq!(chosen(&scores, false, false, false), [0]);
        let tiny = [(9.0, false), (-5.9, false), (-6.1, false)];
        assert_eq!(chosen(&tiny, true, true, true), [0, 1]);
        let many = [(5.0, false); 40];
        assert_eq!([false, true].map(|tiny| chosen(&many, true, true, tiny).len()), [MOST_GROUPS, MOST_WHEN_TINY]);
    }
}
