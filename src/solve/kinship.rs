//! A space group beside its subgroup: which of the two explains the data, parameters paid.
//!
//! Models start from the same phases, averaged in each group by itself: atoms of the supergroup, expanded, would stay where they are, since
//! there intensities do not change with what breaks the symmetry.

use super::ranking::paid;
use super::structure::Structure;
use crate::model::Model;
use crate::reflections::DataSet;
use crate::symmetry::{Absences, subgroups_of_laue_class, symbol};

/// The lower symmetry is right where R1 falls below this share of what it is in the higher one, the parameters paid for. Simulated crystals that
/// nearly have a higher symmetry (`benches/quasi.py`) have 0.17 to 0.61, where no absences tell; of pairs of 16 measured crystals the lowest has 0.78
/// (a fluorobenzene in disorder, which a model of lower symmetry imitates), the others about 1. The limit was set after looking at these.
const CLEAR: f64 = 0.70;
/// … or below this one where absences of the higher symmetry are observed.
const CLEAR_WHEN_BROKEN: f64 = 0.95;
/// Absences say something when so many were measured …
const FEWEST: usize = 6;
/// … that the group is right when no larger share of them is observed: λ/2, Renninger reflections …
const HELD: f64 = 0.15;
/// … and wrong when this share is; it is two thirds in a quasi-racemate whose molecules differ by one atom in 31.
const BROKEN: f64 = 0.35;
/// Nobody needs to hear of a supergroup that fits worse than this: the crystal is not nearly so.
const NEARLY: f64 = 0.30;

/// A group and its subgroup, modelled from the same phases.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// R1 in the subgroup and in the group.
    pub r1: [f64; 2],
    /// Operations of the subgroup and of the group.
    pub operations: [usize; 2],
    /// Absences of the group that the subgroup lifts.
    pub lifted: Absences,
    /// What Bijvoet pairs say of the centre that the subgroup lacks: that there is one, or none; `None` where they do not tell, or where it is no centre
    /// that is in doubt.
    pub centre: Option<bool>,
}

impl Pair {
    /// ln of the share to which R1 falls, with the parameters of the lower symmetry paid for.
    pub fn fall(&self) -> f64 {
        paid(self.r1[0], self.operations[0]) - paid(self.r1[1], self.operations[1])
    }

    /// By how much, in ln R1, the subgroup is on the right side of the limit; negative where the group is right; `None` where absences
    /// prove the group, whatever R1 is.
    pub fn weight(&self) -> Option<f64> {
        if holds(&self.lifted) {
            return None;
        }
        let broken = breaks(&self.lifted) || self.centre == Some(false);
        Some(if broken { CLEAR_WHEN_BROKEN } else { CLEAR }.ln() - self.fall())
    }

    /// True where R1 alone leaves open which of the two it is: the subgroup explains more than its parameters, and not so much more.
    fn is_open(&self) -> bool {
        self.fall() < 0.0 && self.weight().is_some_and(|weight| weight <= 0.0)
    }

    /// True when the lower symmetry explains no more, its parameters paid for, and no absences ask for it.
    pub fn is_needless(&self) -> bool {
        self.fall() >= 0.0 && !breaks(&self.lifted)
    }
}

/// True when absences are there, enough to say that the operations are which extinguish them.
pub fn holds(lifted: &Absences) -> bool {
    lifted.measured >= FEWEST && lifted.share() <= HELD
}

/// True when absences are observed that the operations would extinguish.
fn breaks(lifted: &Absences) -> bool {
    lifted.measured >= FEWEST && lifted.share() >= BROKEN
}

/// What the comparison with a relative says of a structure.
#[derive(Debug, Clone, PartialEq)]
pub struct Kinship {
    /// Symbol of the other group.
    pub other: String,
    /// The other group is the subgroup.
    pub below: bool,
    /// The two.
    pub pair: Pair,
}

impl Kinship {
    /// ln R1 by which the structure stands on the right side of the limit; negative when its relative does.
    pub fn margin(&self) -> Option<f64> {
        let weight = self.pair.weight()?;
        Some(if self.below { -weight } else { weight })
    }

    /// What the listing says of it; `None` where there is nothing to say.
    pub fn told(&self) -> Option<String> {
        let Self { other, below, pair: Pair { r1: [lower, upper], lifted, .. } } = self;
        let absences = match lifted.measured {
            0 => String::new(),
            measured => format!("; {} of {measured} absences observed", lifted.observed),
        };
        let centre = match self.pair.centre {
            Some(true) => "; Bijvoet pairs are equal, as with a centre",
            Some(false) => "; Bijvoet pairs differ, as without a centre",
            None => "",
        };
        let absences = format!("{absences}{centre}");
        match (below, self.margin()) {
            (true, None) => Some(format!("absences say that {other} is too low: R1 {lower:.3} there{absences}")),
            (true, Some(_)) => Some(format!("in the subgroup {other} R1 is {lower:.3} (here {upper:.3}){absences}")),
            (false, Some(margin)) if margin > 0.0 && *upper < NEARLY => {
                Some(format!("nearly {other}: R1 {upper:.3} there, {lower:.3} here{absences}"))
            }
            (false, Some(margin)) if margin < 0.0 => {
                Some(format!("in the supergroup {other} R1 is {upper:.3} (here {lower:.3}){absences}"))
            }
            _ => None,
        }
    }
}

/// Compares each of the structures with those of the same candidate in a maximal subgroup or supergroup of its Laue class, models with models
/// and sketches with sketches; of the supergroup the best model counts, of whatever phases. Of several relatives the one that says most
/// against a structure is kept, then the one that says most for it.
pub fn compare(structures: &mut [Structure], data: &DataSet) {
    let names: Vec<Option<String>> = structures.iter().map(|structure| symbol(&structure.group)).collect();
    let best = |n: usize| {
        let alike =
            (0..structures.len()).filter(|&other| names[other] == names[n] && structures[other].model.is_some());
        alike.min_by(|&a, &b| structures[a].best_r1().total_cmp(&structures[b].best_r1()))
    };
    let mut found: Vec<(Option<Kinship>, bool)> = vec![(None, false); structures.len()];
    let mut needless: Vec<(usize, usize)> = Vec::new();
    let operations = |n: usize| structures[n].group.operations().len();
    for upper in 0..structures.len() {
        let lower_ones = |n: &usize| {
            operations(*n) < operations(upper)
                && structures[*n].sketch.is_some()
                && (structures[*n].found.candidate == structures[upper].found.candidate || best(upper) == Some(upper))
        };
        let below = if (0..structures.len()).any(|n| lower_ones(&n)) {
            subgroups_of_laue_class(&structures[upper].group)
        } else {
            Vec::new()
        };
        for lower in (0..structures.len()).filter(lower_ones) {
            if !names[lower].as_ref().is_some_and(|name| below.contains(name)) {
                continue;
            }
            let same = structures[lower].found.candidate == structures[upper].found.candidate;
            let rival = best(upper);
            let r1 = match (&structures[lower].model, rival) {
                (Some(_), Some(rival)) => Some([structures[lower].best_r1(), structures[rival].best_r1()]),
                _ => structures[lower].sketch.zip(structures[upper].sketch).map(|(lower, upper)| [lower, upper]),
            };
            let Some(r1) = r1 else { continue };
            let modelled = structures[lower].model.is_some() && rival.is_some();
            let merged = data.reflections.iter().map(|r| &r.merged);
            let lifted = Absences::lifted(merged, &structures[upper].group, &structures[lower].group);
            let mut pair = Pair { r1, operations: [operations(lower), operations(upper)], lifted, centre: None };
            if same && modelled && pair.is_open() {
                pair.centre = centre(&structures[lower], &structures[upper], data);
            }
            if !same {
                found[lower].1 |= modelled && pair.is_needless();
                continue;
            }
            if modelled && pair.is_needless() {
                needless.push((lower, upper));
            }
            found[upper].1 |= modelled && pair.weight().is_some_and(|weight| weight > 0.0);
            found[lower].1 |= pair.centre == Some(true);
            for (own, other, is_below) in [(upper, lower, true), (lower, upper, false)] {
                let kinship = Kinship { other: names[other].clone().unwrap_or_default(), below: is_below, pair };
                if found[own].0.as_ref().is_none_or(|known| says_more(&kinship, known)) {
                    found[own].0 = Some(kinship);
                }
            }
        }
    }
    for (lower, upper) in across_classes(structures) {
        let [own, other] = [lower, upper].map(|n| structures[n].model.as_ref().map(Model::r1_of_one_domain));
        let (Some(own), Some(other)) = (own, other.or(structures[upper].sketch)) else { continue };
        let operations = [operations(lower), operations(upper)];
        let pair = Pair { r1: [own, other], operations, lifted: Absences::default(), centre: None };
        let better = pair.weight().is_some_and(|weight| weight > 0.0);
        found[upper].1 |= better;
        // A twin must be worth its law, a single crystal its parameters.
        found[lower].1 |= if structures[lower].is_twin() { !better } else { pair.is_needless() };
        for (own, other, is_below) in [(upper, lower, true), (lower, upper, false)] {
            let kinship = Kinship { other: names[other].clone().unwrap_or_default(), below: is_below, pair };
            if better != is_below && found[own].0.as_ref().is_none_or(|known| says_more(&kinship, known)) {
                found[own].0 = Some(kinship);
            }
        }
    }
    // What explains no more than a group that is refuted is not right either.
    for (lower, upper) in needless {
        found[lower].1 |= found[upper].1;
    }
    for (structure, (kinship, refuted)) in structures.iter_mut().zip(found) {
        structure.kinship = kinship;
        structure.refuted = refuted;
    }
}

/// What Bijvoet pairs say of a centre that `lower` lacks and `upper` has.
fn centre(lower: &Structure, upper: &Structure, data: &DataSet) -> Option<bool> {
    if lower.group.is_centrosymmetric() || !upper.group.is_centrosymmetric() {
        return None;
    }
    lower.flack(data)?.shows_centre()
}

/// Places of structures with those of a higher Laue class: of twins, as a perfect one has the intensities of a higher class, and of single crystals in a
/// class that a model of the same phases exceeds.
fn across_classes(structures: &[Structure]) -> Vec<(usize, usize)> {
    let rotations: Vec<usize> = structures.iter().map(|structure| structure.group.laue_rotations().len()).collect();
    let all = || 0..structures.len();
    let pairs = all().flat_map(|lower| all().map(move |upper| (lower, upper)));
    let compared = |&(lower, upper): &(usize, usize)| {
        let same = structures[lower].found.candidate == structures[upper].found.candidate;
        let both = same && [lower, upper].iter().all(|&n| structures[n].model.is_some());
        rotations[lower] < rotations[upper] && (structures[lower].is_twin() || both)
    };
    pairs.filter(compared).collect()
}

/// True when it says more than what is known: first what speaks against the structure.
fn says_more(new: &Kinship, known: &Kinship) -> bool {
    let of = |kinship: &Kinship| kinship.margin().unwrap_or(f64::INFINITY);
    match (of(new) < 0.0 || new.below, of(known) < 0.0 || known.below) {
        (true, true) => of(new) < of(known),
        (false, false) => of(new) > of(known),
        (new, _) => new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: Absences = Absences { measured: 0, observed: 0 };

    fn weight(ratio: f64, lifted: Absences) -> Option<f64> {
        Pair { r1: [0.1 * ratio, 0.1], operations: [2, 4], lifted, centre: None }.weight()
    }

    #[test]
    fn lower_symmetry_wins_where_r1_falls_below_the_limit_parameters_paid() {
        // Twice the parameters explain 0.12 of ln R1.
        let limit = CLEAR * (-0.12f64).exp();
        assert!(weight(limit - 0.001, NONE).unwrap() > 0.0 && weight(limit + 0.001, NONE).unwrap() < 0.0);
        // A quasi-racemate, and benzene rings in disorder.
        assert!(weight(0.023 / 0.098, NONE).unwrap() > 0.9 && weight(0.174 / 0.250, NONE).unwrap() < -0.1);
    }

    #[test]
    fn absences_prove_a_group_or_make_a_small_gain_enough() {
        assert_eq!(weight(0.2, Absences { measured: 100, observed: 15 }), None);
        assert!(weight(0.2, Absences { measured: 100, observed: 16 }).is_some());
        assert!(weight(0.2, Absences { measured: 5, observed: 0 }).is_some());
        let broken = |ratio| weight(ratio, Absences { measured: 258, observed: 173 }).unwrap();
        assert!(broken(0.84) > 0.0 && broken(0.85) < 0.0);
        assert!(weight(0.84, Absences { measured: 258, observed: 90 }).unwrap() < 0.0);
    }

    #[test]
    fn bijvoet_pairs_that_differ_make_a_small_gain_enough() {
        let of = |ratio, centre| Pair { r1: [0.1 * ratio, 0.1], operations: [2, 4], lifted: NONE, centre };
        assert!(of(0.80, Some(false)).weight().unwrap() > 0.0 && of(0.86, Some(false)).weight().unwrap() < 0.0);
        assert!(of(0.80, None).is_open() && !of(0.60, None).is_open() && !of(0.90, None).is_open());
        let told = Kinship { other: "P 1 c 1".into(), below: true, pair: of(0.80, Some(true)) }.told().unwrap();
        assert!(told.ends_with("; Bijvoet pairs are equal, as with a centre"), "{told}");
    }

    #[test]
    fn what_explains_no_more_is_needless() {
        let pair =
            |ratio, lifted| Pair { r1: [0.1 * ratio, 0.1], operations: [2, 4], lifted, centre: None }.is_needless();
        assert!(pair(0.89, NONE) && !pair(0.88, NONE));
        assert!(!pair(1.0, Absences { measured: 100, observed: 60 }));
    }

    #[test]
    fn a_crystal_that_is_nearly_of_a_higher_group_is_told() {
        let lifted = Absences { measured: 258, observed: 173 };
        let pair = Pair { r1: [0.023, 0.098], operations: [2, 4], lifted, centre: None };
        let told = |below| Kinship { other: "P 1 21/c 1".into(), below, pair }.told().unwrap();
        assert_eq!(told(false), "nearly P 1 21/c 1: R1 0.098 there, 0.023 here; 173 of 258 absences observed");
        assert!(told(true).starts_with("in the subgroup"));
    }
}
