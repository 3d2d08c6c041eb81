//! A space group beside its subgroup: which of the two explains the data, parameters paid.

use super::ranking::paid;
use super::structure::Structure;
use crate::reflections::{DataSet, MergedReflection};
use crate::symmetry::{Absences, subgroups_of_laue_class, symbol};
use schemars::JsonSchema;
use serde::Serialize;

/// The lower symmetry is right where R1 falls below this share of what it is in the higher one, the parameters paid for …
const CLEAR: f64 = 0.70;
/// … or below this one where absences of the higher symmetry are observed.
const CLEAR_WHEN_BROKEN: f64 = 0.95;
/// Absences say something when so many were measured …
const FEWEST: usize = 6;
/// … that the group is right when no larger share of them is observed …
const HELD: f64 = 0.15;
/// … and wrong when this share is.
const BROKEN: f64 = 0.35;

/// A group and its subgroup, modelled from the same phases.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct Pair {
    /// R1 in the subgroup and in the group.
    pub r1: [f64; 2],
    /// Operations of the subgroup and of the group.
    pub operations: [usize; 2],
    /// Absences of the group that the subgroup lifts.
    pub lifted: Absences,
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
        let broken = self.lifted.measured >= FEWEST && self.lifted.share() >= BROKEN;
        Some(if broken { CLEAR_WHEN_BROKEN } else { CLEAR }.ln() - self.fall())
    }
}

/// True when absences are there, enough to say that the operations are which extinguish them.
pub fn holds(lifted: &Absences) -> bool {
    lifted.measured >= FEWEST && lifted.share() <= HELD
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
}

/// Compares each of the structures with those of the same candidate in a maximal subgroup or supergroup of its Laue class, models all; of several
/// relatives the one that says most against it counts, then the one that says most for it.
pub fn compare(structures: &mut [Structure], data: &DataSet) {
    let reflections = || data.reflections.iter().map(|r| &r.merged);
    let modelled: Vec<usize> = (0..structures.len()).filter(|&n| structures[n].model.is_some()).collect();
    let names: Vec<Option<String>> = structures.iter().map(|structure| symbol(&structure.group)).collect();
    let mut kin: Vec<Option<Kinship>> = vec![None; structures.len()];
    for &upper in &modelled {
        let siblings = |n: &&usize| {
            **n != upper && structures[**n].found.candidate == structures[upper].found.candidate
                && structures[**n].group.operations().len() < structures[upper].group.operations().len()
        };
        let mut others = modelled.iter().filter(siblings).peekable();
        if others.peek().is_none() {
            continue;
        }
        let below = subgroups_of_laue_class(&structures[upper].group);
        for &lower in others.filter(|&&n| names[n].as_ref().is_some_and(|name| below.contains(name))) {
            let pair = pair(&structures[lower], &structures[upper], reflections());
            for (own, other, is_below) in [(upper, lower, true), (lower, upper, false)] {
                let kinship = Kinship { other: names[other].clone().unwrap_or_default(), below: is_below, pair };
                if kin[own].as_ref().is_none_or(|known| says_more(&kinship, known)) {
                    kin[own] = Some(kinship);
                }
            }
        }
    }
    structures.iter_mut().zip(kin).for_each(|(structure, kinship)| structure.kinship = kinship);
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

fn pair<'a>(lower: &Structure, upper: &Structure, reflections: impl Iterator<Item = &'a MergedReflection>) -> Pair {
    let of = |structure: &Structure| structure.group.operations().len();
    Pair {
        r1: [lower.best_r1(), upper.best_r1()],
        operations: [of(lower), of(upper)],
        lifted: Absences::lifted(reflections, &upper.group, &lower.group),
    }
}
