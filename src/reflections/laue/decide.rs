//! From evidence on rotations to a group of them.

use super::evidence::RotationEvidence;
use super::groups::{Members, closed_groups, members};
use crate::crystal::LatticeRotation;

/// Pairs that R_sym must rest on.
const FEWEST_PAIRS: usize = 50;
/// Share of images in the list below which the list was merged under the rotation, or measured without it.
const UNCOVERED: f64 = 0.02;

/// R_sym over that of unrelated pairs, above which a rotation relates nothing.
const UNRELATED: f64 = 0.85;
/// The same above which a rotation of the input fails if others, or the repeated measurements, are far better: electron diffraction has up
/// to 0.63 in its right class, with 0.30 for the best rotation; a trigonal structure 0.53–0.57 for the rotations of 6/mmm that it lacks, with 0.06
/// for those that it has. The bar lies between 0.10, the most of any other right class, and 0.53.
const FAILING: f64 = 0.45;
/// How many times better those are. The electron data: 3.6 times the repeated measurements; the trigonal crystal: 9.
const GAP: f64 = 4.0;

/// A rotation that the input does not name is obeyed when R_sym is at most this share of the unrelated pairs' (right ones of 22 unmerged sets have
/// 0.02–0.10, wrong ones 0.53 and more), …
const OBEYED: f64 = 0.25;
/// … the correlation at least this (right: 0.966 and more; wrong: 0.67 and less), …
const OBEYED_CORRELATION: f64 = 0.9;
/// … and R_sym within this many times the noise (R_int or σ) …
const OBEYED_NOISE: f64 = 2.0;
/// … or below this, for lists with too small uncertainties (ylid: 0.030 where σ say 0.004).
const OBEYED_R: f64 = 0.06;
/// Completeness in a group which says that a list without any pairs was merged in it.
const MERGED_COMPLETENESS: f64 = 0.6;

/// So many pairs of a list that was merged say that a rotation is none of its class, …
const FEWEST_TELLING: usize = 8;
/// … when they agree no better than this share of unrelated ones: reflections on the border of one asymmetric unit, which another class of as many
/// rotations would have merged.
const UNLIKE: f64 = 0.5;
/// Of two classes with one asymmetric unit (4/m and mmm, 6/m and −3m) the one whose reflections on elements of symmetry, all on the border of
/// the unit, are there by so much more; the other class has half of them inside and lacks the other half.
const BORDER_MARGIN: f64 = 0.15;
/// No element of symmetry of the right class is without reflections: glides and screws leave a quarter. Below this share, …
const EMPTY: f64 = 0.1;
/// … of so many and more, another class has the list's unit.
const FEWEST_ON_ELEMENT: usize = 20;

/// Whether a rotation is obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Obeyed,
    Violated,
    /// Too few pairs.
    Unknown,
}

/// Reflections on elements of symmetry that a list holds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct OnElements {
    /// Their share in those that there are.
    share: f64,
    /// An element is without any.
    bare: bool,
}

impl OnElements {
    /// From found and possible ones on each element.
    pub fn of(elements: impl Iterator<Item = [usize; 2]>) -> Self {
        let (mut sums, mut bare) = ([0usize; 2], false);
        for [found, possible] in elements {
            sums = [sums[0] + found, sums[1] + possible];
            bare |= possible >= FEWEST_ON_ELEMENT && (found as f64) < EMPTY * possible as f64;
        }
        Self { share: sums[0] as f64 / sums[1].max(1) as f64, bare }
    }
}

/// Rotations, evidence on them and the group of the input.
pub(super) struct Decision<'a> {
    /// The identity first.
    rotations: &'a [LatticeRotation],
    /// On all but the identity.
    table: &'a [RotationEvidence],
    r_int: Option<f64>,
    groups: Vec<Members>,
    /// The group of the input.
    pub hint: Members,
}

impl<'a> Decision<'a> {
    pub fn new(
        rotations: &'a [LatticeRotation],
        table: &'a [RotationEvidence],
        r_int: Option<f64>,
        in_hint: impl Fn(&LatticeRotation) -> bool,
    ) -> Self {
        let hint = rotations.iter().enumerate().filter(|(_, r)| in_hint(r)).map(|(i, _)| 1 << i).sum();
        Self { rotations, table, r_int, groups: closed_groups(rotations), hint }
    }

    /// The largest subgroup of the input's that holds no failing rotation; the input's itself where none fails.
    pub fn kept(&self) -> Members {
        let failing: Members = self.evidence(self.hint).filter(|(_, e)| self.fails(e)).map(|(i, _)| 1 << i).sum();
        let inside = |group: &&Members| **group & !self.hint == 0 && **group & failing == 0;
        let candidates: Vec<Members> = self.groups.iter().filter(inside).copied().collect();
        let largest = candidates.first().map_or(1, |group| group.count_ones());
        let of_best = |group: &Members| self.evidence(*group).map(|(_, e)| relative(e)).fold(0.0, f64::max);
        let equal = candidates.into_iter().filter(|group| group.count_ones() == largest);
        if failing == 0 { self.hint } else { equal.min_by(|a, b| of_best(a).total_cmp(&of_best(b))).unwrap_or(1) }
    }

    /// The largest group above `base` whose further rotations are all obeyed, `base` itself if there is none.
    pub fn obeyed(&self, base: Members) -> Members {
        let fits = |group: Members| {
            group & base == base && self.evidence(group & !base).all(|(_, e)| self.standing(e) == Standing::Obeyed)
        };
        self.groups.iter().copied().find(|group| fits(*group)).unwrap_or(base)
    }

    /// The group in which a list was merged: complete in it (`completeness` tells), and without the image of nearly any
    /// reflection under rotations that are not obeyed. Where several are possible, the one whose reflections on elements of symmetry are there
    /// (`on_elements`), and what several share of which that does not tell.
    pub fn merged_in(
        &self,
        completeness: impl Fn(&[LatticeRotation]) -> f64,
        on_elements: impl Fn(&[LatticeRotation]) -> OnElements,
    ) -> Members {
        let possible = |group: &Members| {
            self.evidence(*group).all(|(_, e)| match self.standing(e) {
                Standing::Obeyed => true,
                Standing::Violated => false,
                Standing::Unknown => e.covered < UNCOVERED && (e.pairs < FEWEST_TELLING || relative(e) < UNLIKE),
            })
        };
        let rotations = |group: Members| members(group, self.rotations).copied().collect::<Vec<LatticeRotation>>();
        let complete = |group: &Members| completeness(&rotations(*group)) > MERGED_COMPLETENESS;
        let candidates: Vec<Members> = self.groups.iter().copied().filter(possible).filter(complete).collect();
        let largest = candidates.first().map_or(1, |group| group.count_ones());
        let equal: Vec<Members> = candidates.into_iter().filter(|group| group.count_ones() == largest).collect();
        if equal.len() < 2 {
            return equal.first().copied().unwrap_or(1);
        }
        let found: Vec<(Members, OnElements)> =
            equal.iter().map(|group| (*group, on_elements(&rotations(*group)))).collect();
        let all_bare = found.iter().all(|(_, on)| on.bare);
        let possible = || found.iter().filter(|(_, on)| all_bare || !on.bare);
        let most = possible().map(|(_, on)| on.share).fold(0.0, f64::max);
        let likely = possible().filter(|(_, on)| on.share > most - BORDER_MARGIN);
        likely.map(|(group, _)| *group).reduce(|a, b| a & b).unwrap_or(1)
    }

    /// Largest R_sym among rotations of a group, with the noise that goes with it.
    pub fn worst(&self, group: Members) -> Option<(f64, f64)> {
        let measured = self.evidence(group).filter(|(_, e)| e.pairs >= FEWEST_PAIRS);
        measured.map(|(_, e)| (e.r_sym, self.noise(e))).max_by(|a, b| a.0.total_cmp(&b.0))
    }

    /// Evidence on the rotations of a set, with their bits.
    fn evidence(&self, group: Members) -> impl Iterator<Item = (usize, &RotationEvidence)> {
        (1..).zip(self.table).filter(move |(i, _)| group >> i & 1 == 1)
    }

    fn standing(&self, e: &RotationEvidence) -> Standing {
        if e.pairs < FEWEST_PAIRS {
            return Standing::Unknown;
        }
        let good = relative(e) < OBEYED
            && e.correlation > OBEYED_CORRELATION
            && e.r_sym < (OBEYED_NOISE * self.noise(e)).max(OBEYED_R);
        if good { Standing::Obeyed } else { Standing::Violated }
    }

    /// R that true equivalents should have.
    fn noise(&self, e: &RotationEvidence) -> f64 {
        e.r_noise.max(self.r_int.unwrap_or(0.0))
    }

    /// Whether a rotation of the input clearly does not merge.
    fn fails(&self, e: &RotationEvidence) -> bool {
        if e.pairs < FEWEST_PAIRS {
            return false;
        }
        let others = self.evidence(self.hint).filter(|(_, other)| other.pairs >= FEWEST_PAIRS);
        let best = others.map(|(_, other)| relative(other)).fold(f64::INFINITY, f64::min);
        let reached = best.min(self.noise(e) / e.r_unrelated);
        relative(e) > UNRELATED || (relative(e) > FAILING && relative(e) > GAP * reached)
    }
}

/// R_sym as a share of what unrelated pairs have; 1 where that is not known.
fn relative(e: &RotationEvidence) -> f64 {
    if e.r_unrelated > 0.0 { e.r_sym / e.r_unrelated } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glide_leaves_half_of_an_element_and_another_class_leaves_one_bare() {
        // I 41/a as 4/m: h k 0 with h even alone. As mmm along the diagonals: all of one mirror plane, nothing of the other.
        let right = OnElements::of([[52, 104], [3, 12]].into_iter());
        let wrong = OnElements::of([[52, 104], [61, 61], [0, 60], [3, 12]].into_iter());
        assert!(!right.bare && wrong.bare && (right.share - wrong.share).abs() < BORDER_MARGIN);
        assert!(!OnElements::of([[0, 19]].into_iter()).bare && !OnElements::of([[0, 0]].into_iter()).bare);
    }
}
