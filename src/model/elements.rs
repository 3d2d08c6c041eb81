//! Elements of atoms from refined scattering powers, bonds, and what the header says of contents as far as it holds.

use super::ascent::climb;
use super::assignment::Assignment;
use super::atom::Atom;
use super::chemistry::Numbers;
use super::choice::{Assigned, Choice, MOST_ANSWERS, WITHIN};
use super::given::{Expected, Given};
use super::observed::{Observed, SCALE_REACH, SCALE_STEP, ln_scale, scales};
use super::powers::Powers;
use super::proposals::ln_unexpected;
use crate::crystal::elements::CARBON;
use rayon::prelude::*;

/// Numbers of UNIT times one of these may be those of the cell: formula units miscounted.
const MULTIPLES: [f64; 17] =
    [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 9.0, 12.0, 16.0, 18.0, 24.0, 32.0, 48.0, 0.5, 0.25, 1.0 / 3.0, 0.75];
/// A multiple is tried when it comes within these shares of the atoms found.
const NEAR_COUNT: std::ops::RangeInclusive<f64> = 0.8..=1.4;
/// What another multiple than 1 costs, as a ln of probability …
const MULTIPLE_COST: f64 = 2.0;
/// … and counts that UNIT does not know, beyond how unusual they are.
const FREE_COST: f64 = 3.0;
/// The same for neutrons: where carbon and deuterium scatter alike the numbers of UNIT are all that tells them apart.
const FREE_COST_OF_NEUTRONS: f64 = 10.0;

/// What it costs that bonds tell nothing, as a ln of probability.
const LAWLESS_COST: f64 = 30.0;

/// Where carbon was named and has no more than this share of the sites, there may be none …
const LITTLE_CARBON: f64 = 0.25;
/// … where bonds agree, which costs this, as a ln of probability.
const INORGANIC_COST: f64 = 2.0;

/// Where the likeliest answer leaves more than this share of the scattering unexplained (root of squared powers), R1 is asked of every scale: powers
/// that were refined on elements half as heavy as the atoms are not those of the atoms, and bonds of sulphur and oxygen are those of oxygen and
/// carbon.
const UNEXPLAINED: f64 = 0.3;
/// … and no element beyond this one is expected: where one is, powers begin near it, and what remains unexplained is more often a twin, which invented
/// elements imitate.
const NEON: u8 = 10;

/// Gives each atom the element that fits best, and scattering power 1: the likeliest answer, and behind it others that only R1 can tell
/// from it, likeliest first. `d_min` is the resolution in Å; scales are tried within exp ± `reach`.
pub fn assign(
    given: &Given,
    expected: &Expected,
    powers: &Powers,
    atoms: &[Atom],
    d_min: f64,
    reach: f64,
) -> Vec<(Vec<Atom>, Assigned)> {
    let observed = Observed::new(given, powers, atoms, d_min);
    // Atoms in holes come in later than those in peaks.
    let in_peaks = observed.sof.iter().zip(&observed.atoms).filter(|(_, atom)| atom.0 >= 0.0);
    let found: f64 = in_peaks.map(|(sof, _)| sof).sum();
    let named = expected.named_in_peaks();
    let near = |m: &&f64| NEAR_COUNT.contains(&(**m * named / found));
    let counted = |lawful: bool| -> Vec<Choice> {
        MULTIPLES.par_iter().filter(near).filter_map(|&m| observed.by_counts(expected, m, lawful)).collect()
    };
    let (counted_by_law, free) = rayon::join(|| counted(true), || observed.freely(expected, true, reach));
    let mut choices: Vec<Choice> = counted_by_law.into_iter().chain(free).collect();
    let likeliest = |a: &Choice, b: &Choice| b.worth.total_cmp(&a.worth);
    choices.sort_by(likeliest);
    if choices.first().is_some_and(|best| best.bonds < 0.0) {
        choices.extend(observed.freely(expected, false, reach));
        if observed.neutrons {
            // Carbon and deuterium look alike: where bonds tell nothing numbers must.
            choices.extend(counted(false));
        }
        choices.sort_by(likeliest);
    }
    // Where SFAC names carbon alone, nothing is left without it.
    let others = expected.elements.len() > 1;
    if expected.organic && others && choices.first().is_some_and(|best| best.share(CARBON) <= LITTLE_CARBON) {
        let inorganic = observed.freely(&expected.without_carbon(), true, reach);
        let bonded = inorganic.into_iter().filter(|c| c.bonds >= 0.0);
        choices.extend(bonded.map(|c| Choice { worth: c.worth - INORGANIC_COST, ..c }));
        choices.sort_by(likeliest);
    }
    let mut taken: Vec<&Choice> = Vec::new();
    for choice in &choices {
        if taken.len() < MOST_ANSWERS && taken.iter().all(|other| choice.challenges(other)) {
            taken.push(choice);
        }
    }
    let light = expected.elements.iter().all(|element| element.0 <= NEON) && !observed.neutrons;
    let much = light && taken.first().is_some_and(|best| best.off > UNEXPLAINED);
    let doubted = if much { observed.on_every_scale(expected) } else { Vec::new() };
    for choice in &doubted {
        if taken.iter().all(|other| !choice.is_same(other)) {
            taken.push(choice);
        }
    }
    taken.into_iter().map(|choice| choice.assigned(expected, atoms)).collect()
}

impl Observed<'_> {
    /// Elements under the numbers of UNIT times `multiple`; where not `lawful` bonds count nothing.
    fn by_counts(&self, expected: &Expected, multiple: f64, lawful: bool) -> Option<Choice> {
        let kept: Vec<(u8, f64)> = expected.elements.iter().filter(|e| e.1 > 0.0).copied().collect();
        let elements: Vec<u8> = kept.iter().map(|e| e.0).collect();
        let counts: Vec<f64> = kept.iter().map(|e| multiple * e.1).collect();
        let table = self.table(&elements);
        let prior = vec![0.0; elements.len()];
        let mut chosen = self.by_geometry(&elements, &table, self.by_rank(&counts), 1.0);
        let mut worth = f64::NEG_INFINITY;
        let (mut factor, mut bonds) = (1.0, 0.0);
        for _ in 0..2 {
            factor = self.factor(&table, &chosen);
            let chemistry = self.chemistry(&elements, (Numbers::Counted(&counts), lawful), &table, &prior, factor);
            let mut assignment = Assignment::new(&chemistry, chosen);
            climb(&mut assignment);
            worth = assignment.total() + ln_scale(factor.ln());
            bonds = assignment.bonds();
            chosen = assignment.into_chosen();
        }
        let cost = if multiple == 1.0 { 0.0 } else { MULTIPLE_COST } + if lawful { 0.0 } else { LAWLESS_COST };
        let off = self.off(&table, &chosen, factor);
        let (worth, ln_scale, multiple) = (worth - cost, factor.ln(), Some(multiple));
        (!elements.is_empty()).then_some(Choice { elements, chosen, worth, multiple, bonds, ln_scale, off })
    }

    /// The strongest scatterers are the heaviest element, and so on down the list; what is left over is the lightest.
    fn by_rank(&self, counts: &[f64]) -> Vec<usize> {
        let lightest = counts.len().saturating_sub(1);
        let mut order: Vec<usize> = (0..self.atoms.len()).collect();
        order.sort_by(|&a, &b| self.atoms[b].0.total_cmp(&self.atoms[a].0).then(a.cmp(&b)));
        let mut chosen = vec![lightest; self.atoms.len()];
        let (mut element, mut counted) = (0, 0.0);
        for n in order {
            while element < lightest && counted + 0.5 * self.sof[n] > counts[element] {
                element += 1;
                counted = 0.0;
            }
            chosen[n] = element;
            counted += self.sof[n];
        }
        chosen
    }

    /// Elements whatever UNIT says of numbers: the scales at which scattering, bonds and usual shares agree best, with
    /// elements proposed where none that is expected scatters so.
    fn freely(&self, expected: &Expected, lawful: bool, reach: f64) -> Vec<Choice> {
        let own: Vec<u8> = expected.elements.iter().map(|e| e.0).collect();
        let own_table = self.table(&own);
        let free = if self.neutrons { FREE_COST_OF_NEUTRONS } else { FREE_COST };
        let cost = free + if lawful { 0.0 } else { LAWLESS_COST };
        let at = |ln: f64| self.on_scale(expected, (&own, &own_table), lawful, ln, cost);
        let coarse: Vec<f64> = scales(reach, SCALE_STEP).collect();
        let tried: Vec<Choice> = coarse.into_par_iter().map(at).collect();
        let worth = |n: usize| tried.get(n).map_or(f64::NEG_INFINITY, |c| c.worth);
        let is_top = |&n: &usize| worth(n) >= worth(n + 1) && n.checked_sub(1).is_none_or(|m| worth(n) > worth(m));
        let mut tops: Vec<usize> = (0..tried.len()).filter(is_top).collect();
        tops.sort_by(|a, b| worth(*b).total_cmp(&worth(*a)));
        tops.truncate(MOST_ANSWERS);
        let least = tops.first().map_or(f64::NEG_INFINITY, |&n| worth(n) - WITHIN);
        tops.retain(|&n| worth(n) >= least);
        let better = |a: &Choice, b: &Choice| a.worth.total_cmp(&b.worth);
        let climbed = |top: usize| {
            let mut best = at(tried.get(top)?.ln_scale);
            for step in [0.5 * SCALE_STEP, 0.25 * SCALE_STEP] {
                let centre = best.ln_scale;
                let (below, above) = rayon::join(|| at(centre - step), || at(centre + step));
                best = [below, best, above].into_iter().max_by(better)?;
            }
            Some(best)
        };
        tops.into_par_iter().filter_map(climbed).collect()
    }

    /// What each scale says by itself, likely or not.
    fn on_every_scale(&self, expected: &Expected) -> Vec<Choice> {
        let own: Vec<u8> = expected.elements.iter().map(|e| e.0).collect();
        let own_table = self.table(&own);
        let all: Vec<f64> = scales(SCALE_REACH[0], SCALE_STEP).collect();
        all.into_par_iter().map(|ln| self.on_scale(expected, (&own, &own_table), true, ln, FREE_COST)).collect()
    }

    /// The likeliest elements where scattering powers are wrong by the factor with this `ln`, among those expected, which have the powers `own_table`,
    /// and those that are proposed there; where not `lawful` bonds count nothing.
    fn on_scale(
        &self,
        expected: &Expected,
        (own, own_table): (&[u8], &[Vec<f64>]),
        lawful: bool,
        ln: f64,
        cost: f64,
    ) -> Choice {
        let factor = ln.exp();
        let more = self.proposals(factor, own, own_table);
        let mut table = own_table.to_vec();
        for (row, added) in table.iter_mut().zip(self.table(&more)) {
            row.extend(added);
        }
        let elements = [own, &more].concat();
        let known = own.len();
        let prior: Vec<f64> = elements.iter().map(|&z| expected.ln_share(z)).collect();
        let there = |(n, &z): (usize, &u8)| if n < known { 0.0 } else { ln_unexpected(z) };
        let there: Vec<f64> = elements.iter().enumerate().map(there).collect();
        let chemistry = self.chemistry(&elements, (Numbers::Free(&there), lawful), &table, &prior, factor);
        let highest: Vec<usize> = chemistry.own.iter().map(|row| highest(row)).collect();
        let first = self.by_geometry(&elements, &table, highest, factor);
        let mut assignment = Assignment::new(&chemistry, first);
        climb(&mut assignment);
        let (total, bonds) = (assignment.total(), assignment.bonds());
        let chosen = assignment.into_chosen();
        let worth = total + ln_scale(ln) + entropy(&chosen, elements.len()) - cost;
        let off = self.off(&table, &chosen, factor);
        Choice { elements, chosen, worth, multiple: None, bonds, ln_scale: ln, off }
    }
}

fn highest(row: &[f64]) -> usize {
    row.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1)).map_or(0, |(n, _)| n)
}

/// Atoms times the entropy of their composition: with usual shares in place of the shares that came out, atoms pay only for the
/// difference between the two, as they do under counts.
fn entropy(chosen: &[usize], elements: usize) -> f64 {
    let all = chosen.len() as f64;
    let of = |element: usize| chosen.iter().filter(|c| **c == element).count() as f64;
    (0..elements).map(of).filter(|n| *n > 0.0).map(|n| -n * (n / all).ln()).sum()
}
