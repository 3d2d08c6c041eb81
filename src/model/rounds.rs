//! The rounds of a model: refine, assign, look for what is missing.

use super::Model;
use super::atom::Atom;
use super::choice::Assigned;
use super::contacts::{FARTHEST, Images, contacts};
use super::difference::{Difference, difference};
use super::elements::assign;
use super::finish::{LISTED, finished};
use super::given::{Expected, Given};
use super::larger::second_domain;
use super::measurements::Measurements;
use super::naming::renamed;
use super::observed::SCALE_REACH;
use super::part::Part;
use super::powers::Powers;
use super::radii::{longest, shortest};
use super::refinement::{Fitted, evaluated, fitted, fitted_with, median_u, refined, weighed};
use super::sketch::roughly;
use super::start::first_atoms;
use super::twin::{Twin, is_twin, tested};
use crate::crystal::SymOp;
use crate::crystal::elements::{HYDROGEN, is_hydrogen};
use crate::twinning::TwinLaw;
use rayon::prelude::*;

/// Rounds at most.
const MOST_ROUNDS: usize = 8;
/// Cycles on coordinates and displacements before scattering powers are refined for the first time. Later rounds begin with a refined model
/// (two cycles, one and none led to the same R1 within 0.001 in structures of 240 and 470 atoms).
const ROUGH: usize = 4;
/// Cycles on coordinates and displacements after elements are assigned.
const CYCLES: usize = 2;
/// Cycles on scattering powers.
const POWER_CYCLES: usize = 3;
/// An atom goes that scatters less than this share of the lightest element expected, that stands too low in a map
/// (see `Limits`) …
const LEAST_POWER: f64 = 0.4;
/// … or whose U, in Å2, exceeds this.
const LARGEST_U: f64 = 0.3;
/// A peak of the difference map may be an atom above this many σ, where it is as high as `Limits` says.
const LEAST_SIGMAS: f64 = 4.0;
/// A model that fits worse is none: structures of random atoms have R1 0.83 with a centre and 0.59 without (Wilson 1950).
const WORST_R1: f64 = 0.55;
/// A less likely choice of elements is taken when R1 is lower by this factor.
const CLEARLY: f64 = 0.85;
/// A round must better the last one by this share to be followed by another.
const LEAST_GAIN: f64 = 0.003;
/// What a model is worth is R1 times 1 + this many times atoms per reflection.
const ATOM_COST: f64 = 8.0;

/// Where what scatters in the crystal sets the limit.
struct Limits {
    /// Cycles on coordinates and displacements at the very end.
    cycles: usize,
    /// An atom goes that stands lower in a map than this share of the lightest element expected with the median
    /// displacement.
    least_peak: f64,
    /// A peak of the difference map may be an atom with this share of what such an atom would show in e/Å3: without and
    /// with a centre, where an atom that the phases lack shows at full height, not at half.
    least_height: [f64; 2],
}

impl Limits {
    /// Hydrogen atoms show a tenth of carbon.
    const OF_XRAYS: Self = Self { cycles: 4, least_peak: 0.15, least_height: [0.2, 0.25] };
    /// No atom is faint, but methyl groups move so much that their hydrogen atoms show a fifth of their height;
    /// hydrogen weighs as much as the atoms it moves on, and comes to rest late.
    const OF_NEUTRONS: Self = Self { cycles: 12, least_peak: 0.08, least_height: [0.1, 0.12] };

    fn of(given: &Given) -> Self {
        if given.neutrons() { Self::OF_NEUTRONS } else { Self::OF_XRAYS }
    }
}

/// Laws that get a model of their own at most, until one stands.
const MOST_LAWS: usize = 2;

/// One round for the listing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Round {
    /// Atoms at its end.
    pub atoms: usize,
    /// Of these, added from the difference map at its beginning.
    pub added: usize,
    /// Atoms taken out.
    pub removed: usize,
    /// R1 over observed reflections.
    pub r1: f64,
}

/// Builds a model; `None` when nothing sensible comes out. Where a law of the lattice promises to explain clearly more, the model is built once
/// more as that of a twin, and stands if it does.
pub fn build_model(given: &Given) -> Option<Model> {
    let single = Built::new(given, None)?;
    let laws = tested(given, &single.measurements, &single.best);
    let mut hopes = laws.iter().filter(|law| law.promises() && !given.clock.over()).take(MOST_LAWS);
    let twinned = hopes.find_map(|test| {
        let given = Given { twin: Some(test.law), ..*given };
        let built = Built::new(&given, Some(single.best.atoms.clone()))?.of_larger_domain(&given, &test.law);
        let fraction = built.best.amplitudes.fraction;
        let twin = Twin { law: test.law, fraction, single: single.best.r1[0] };
        is_twin(&fraction, built.worth(), single.worth()).then_some((given, built, twin))
    });
    let (given, built, twin) = match twinned {
        Some((given, built, twin)) => (given, built, Some(twin)),
        None => (*given, single, None),
    };
    Some(Model { twin, laws, ..built.finished(&given)? })
}

/// A model that is built.
struct Built {
    measurements: Measurements,
    expected: Expected,
    best: Fitted,
    assigned: Assigned,
    rounds: Vec<Round>,
}

impl Built {
    /// From the first atoms of the map, and from those of an earlier model.
    fn new(given: &Given, earlier: Option<Vec<Atom>>) -> Option<Self> {
        let measurements = Measurements::new(given);
        let expected = given.expected();
        let d_min = 0.5 / measurements.list.last()?.stol_sq.sqrt();
        let powers = Powers::new(given.table, &measurements);
        let build = Build { given, measurements: &measurements, expected: &expected, powers: &powers, d_min };
        let starts: Vec<_> = first_atoms(given, &expected, &powers).into_iter().chain(earlier).collect();
        let built: Vec<_> = starts.into_par_iter().filter_map(|atoms| build.from(atoms)).collect();
        let worth = |f: &Fitted| worth(f, &measurements);
        let (best, mut assigned, rounds) = built.into_iter().min_by(|a, b| worth(&a.0).total_cmp(&worth(&b.0)))?;
        let mut whole = Part::whole(given, &measurements);
        let mut part = Part::fine(given, &measurements, best.atoms.len());
        let best = part.taken_over(given, best, &whole);
        let best = renamed(given, &mut part, &powers, best, &mut assigned);
        let calculator = part.calculator(given, &best.atoms);
        let best = refined(given, &calculator, best, Limits::of(given).cycles);
        let best = whole.taken_over(given, best, &part);
        if best.r1[0].is_nan() || best.r1[0] > WORST_R1 {
            return None;
        }
        drop((whole, part));
        Some(Self { measurements, expected, best, assigned, rounds })
    }

    /// The same for the other domain of the twin, where that is the larger one.
    fn of_larger_domain(self, given: &Given, law: &TwinLaw) -> Self {
        let smaller = self.best.amplitudes.fraction.share > 0.5;
        let Some(atoms) = smaller.then(|| second_domain(given, law, &self.best.atoms)).flatten() else { return self };
        let best = evaluated(&Part::whole(given, &self.measurements).calculator(given, &atoms), atoms);
        Self { best, ..self }
    }

    fn worth(&self) -> f64 {
        worth(&self.best, &self.measurements)
    }

    fn finished(self, given: &Given) -> Option<Model> {
        let Self { measurements, expected, best, assigned, rounds } = self;
        let rest = difference(given, &measurements, &best, best.atoms.len() + LISTED)?;
        Some(finished(given, &expected, &measurements, best, &rest, rounds, assigned))
    }
}

/// R1 with parameters counted against it: the smaller the better.
fn worth(f: &Fitted, measurements: &Measurements) -> f64 {
    f.r1[0] * (1.0 + ATOM_COST * f.atoms.len() as f64 / measurements.list.len() as f64)
}

/// What all starts of a model share.
struct Build<'a> {
    given: &'a Given<'a>,
    measurements: &'a Measurements,
    expected: &'a Expected,
    powers: &'a Powers,
    d_min: f64,
}

impl Build<'_> {
    fn worth(&self, f: &Fitted) -> f64 {
        worth(f, self.measurements)
    }

    /// The best model that the rounds lead to from these atoms; `None` with too few reflections for them.
    fn from(&self, atoms: Vec<Atom>) -> Option<(Fitted, Assigned, Vec<Round>)> {
        let Self { given, measurements, expected, powers, d_min } = *self;
        if measurements.list.len() < PER_ATOM * atoms.len() {
            return None;
        }
        let mut whole = Part::whole(given, measurements);
        let mut part = Part::fine(given, measurements, atoms.len());
        let mut added = 0;
        let mut rounds: Vec<Round> = Vec::new();
        let mut best: Option<(Fitted, Assigned)> = None;
        let mut start = roughly(given, measurements, atoms, ROUGH, &mut part);
        while rounds.len() < MOST_ROUNDS {
            let elements: Vec<u8> = start.atoms.iter().map(|a| a.z).collect();
            let calculator = part.calculator(given, &start.atoms);
            let weighed = weighed(given, &calculator, start, POWER_CYCLES);
            let kept = pruned(given, expected, powers, weighed);
            if kept.is_empty() {
                break;
            }
            let removed = elements.len() - kept.len();
            let reach = SCALE_REACH[usize::from(!rounds.is_empty())];
            let mut told: Option<(Fitted, Assigned)> = None;
            for (atoms, by) in assign(given, expected, powers, &kept, d_min, reach) {
                let calculator = part.calculator(given, &atoms);
                let other = refined(given, &calculator, fitted(&calculator, atoms), CYCLES);
                if told.as_ref().is_none_or(|(likelier, _)| other.r1[0] < CLEARLY * likelier.r1[0]) {
                    told = Some((other, by));
                }
            }
            let Some((on_part, assigned)) = told else { break };
            let now = whole.taken_over(given, on_part.clone(), &part);
            rounds.push(Round { atoms: now.atoms.len(), added, removed, r1: now.r1[0] });
            let gained = best.as_ref().is_none_or(|(b, _)| self.worth(&now) < self.worth(b) * (1.0 - LEAST_GAIN));
            if best.as_ref().is_none_or(|(b, _)| self.worth(&now) < self.worth(b)) {
                best = Some((now.clone(), assigned));
            }
            if !gained || given.clock.over() {
                break;
            }
            let rest = difference(given, measurements, &now, now.atoms.len() + LISTED)?;
            let missing = missing(given, expected, &now.atoms, &rest);
            added = missing.len();
            let unchanged = now.atoms.iter().map(|a| a.z).eq(elements);
            if added == 0 && removed == 0 && rounds.len() > 1 && unchanged {
                break;
            }
            let calculator = part.calculator(given, &missing);
            start = fitted_with(&calculator, &on_part, missing);
            if given.neutrons() {
                // Half of the atoms may be new, and hydrogen moves more than they were given.
                let calculator = part.calculator(given, &start.atoms);
                start = refined(given, &calculator, start, ROUGH);
            }
        }
        let (best, assigned) = best?;
        Some((best, assigned, rounds))
    }
}

/// Reflections that an atom needs at least.
const PER_ATOM: usize = 4;

/// Takes out atoms that scatter too little, move too much, or stand too close to a stronger one.
pub(super) fn pruned(given: &Given, expected: &Expected, powers: &Powers, atoms: Vec<Atom>) -> Vec<Atom> {
    let lightest = expected.lightest();
    let typical = powers.height(lightest, median_u(&atoms)).abs();
    let height = |a: &Atom| a.power * powers.height(a.z, a.u).abs() / typical;
    let power: Vec<f64> = atoms.iter().map(|a| a.power * powers.ratio(a.z, lightest, a.u).abs()).collect();
    let least = Limits::of(given).least_peak;
    let near = contacts(given.cell, given.group, &atoms);
    let mut order: Vec<usize> = (0..atoms.len()).collect();
    order.sort_by(|&a, &b| power[b].total_cmp(&power[a]).then(a.cmp(&b)));
    let mut kept = vec![false; atoms.len()];
    for n in order {
        let atom = &atoms[n];
        let clash = near[n]
            .iter()
            .any(|c| (kept[c.other] || c.other == n) && c.distance < expected.shortest(atom.z, atoms[c.other].z));
        kept[n] = !clash && power[n] > LEAST_POWER && height(atom) > least && atom.u < LARGEST_U;
    }
    let mut out: Vec<Atom> = atoms.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(a, _)| a).collect();
    out.iter_mut().for_each(|a| a.settle(given.cell, given.group));
    out
}

/// Atoms for the peaks that stand free and are high enough, and for the holes where atoms may scatter with the opposite sign.
fn missing(given: &Given, expected: &Expected, atoms: &[Atom], rest: &Difference) -> Vec<Atom> {
    let positions: Vec<[f64; 3]> = atoms.iter().map(|a| a.xyz).collect();
    let mut images = Images::new(given.cell, given.group, &positions);
    let lightest = expected.lightest();
    let u = median_u(atoms);
    let centre = given.group.operations().contains(&SymOp::INVERSION);
    let height = Limits::of(given).least_height[usize::from(centre)] * rest.atom_height(given.table, lightest, u).abs();
    let mut missing: Vec<Atom> = Vec::new();
    for (hole, peaks) in [(false, &rest.peaks), (true, &rest.holes)] {
        for peak in peaks {
            if peak.sigmas < LEAST_SIGMAS || peak.height < height {
                break;
            }
            let near = images.near(peak.xyz, FARTHEST);
            let element = |n: usize| atoms.get(n).or_else(|| missing.get(n - atoms.len())).map_or(lightest, |a| a.z);
            let bonded = |z: u8, distance: f64| !is_hydrogen(z) && distance < longest(HYDROGEN, z);
            let bonded = near.iter().any(|c| bonded(element(c.other), c.distance));
            let Some(new) = expected.newcomer(hole, bonded) else { break };
            let least = |z: u8| if given.neutrons() { expected.shortest(new, z) } else { shortest(lightest, z) };
            if near.iter().any(|c| c.distance < least(element(c.other))) {
                continue;
            }
            let atom = Atom::new(given.cell, given.group, new, peak.xyz, u);
            images.insert(given.group, atoms.len() + missing.len(), atom.xyz);
            missing.push(atom);
        }
    }
    missing
}
