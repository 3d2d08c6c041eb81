//! Elements of atoms from refined scattering powers, bonds, and what the header says of contents as far as it holds.

use super::ascent::climb;
use super::atom::Atom;
use super::chemistry::{Chemistry, Numbers};
use super::contacts::{Contact, FARTHEST, contacts};
use super::given::{Expected, Given};
use super::powers::Powers;
use super::proposals::{ln_unexpected, proposals};

/// Scattering powers are right to this share: hydrogen atoms ride on carbon, displacements are not isotropic.
const POWER_SHARE: f64 = 0.08;
/// The same beyond neon, where hydrogen weighs little.
const HEAVY_SHARE: f64 = 0.06;
/// Scattering power of neon in units of carbon.
const HEAVY_POWER: f64 = 1.7;
/// Share by which a scattering power may be off that was not refined.
const UNREFINED_SHARE: f64 = 0.5;
/// Tails of errors: Student's t with so many degrees of freedom.
const FREEDOM: f64 = 5.0;
/// Uncertainty of a distance in Å, as a share of the resolution (about 0.02 Å at 0.8 Å before the last cycles).
const DISTANCE_SHARE: f64 = 0.025;
/// Scattering powers are counted in units of this element.
const REFERENCE: u8 = 6;
/// The scale of scattering powers is looked for within exp ± this of what it was …
const SCALE_REACH: f64 = 0.63;
/// … in steps of this, as ln …
const SCALE_STEP: f64 = 0.07;
/// … and expected within this.
const SCALE_SIGMA: f64 = 0.35;
/// Numbers of UNIT times one of these may be those of the cell: formula units miscounted.
const MULTIPLES: [f64; 17] =
    [1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 9.0, 12.0, 16.0, 18.0, 24.0, 32.0, 48.0, 0.5, 0.25, 1.0 / 3.0, 0.75];
/// A multiple is tried when it comes within these shares of the atoms found.
const NEAR_COUNT: std::ops::RangeInclusive<f64> = 0.8..=1.4;
/// What another multiple than 1 costs, as a ln of probability …
const MULTIPLE_COST: f64 = 2.0;
/// … and counts that UNIT does not know, beyond how unusual they are.
const FREE_COST: f64 = 3.0;

/// Answers that R1 is asked to tell apart.
const MOST_ANSWERS: usize = 3;
/// An answer is kept beside a likelier one when it is worse by no more than this, as a ln of probability …
const WITHIN: f64 = 40.0;
/// … and leaves less of the scattering unexplained, by this share of it, …
const BETTER_SEEN: f64 = 0.1;
/// … or has another scale, by this as ln.
const OTHER_SCALE: f64 = 0.2;

/// What it costs that bonds tell nothing, as a ln of probability.
const LAWLESS_COST: f64 = 30.0;

/// Where carbon was named and has no more than this share of the sites, there may be none …
const LITTLE_CARBON: f64 = 0.25;
/// … which costs this, as a ln of probability.
const INORGANIC_COST: f64 = 2.0;
const CARBON: u8 = 6;

/// What the elements were assigned by.
#[derive(Debug, Clone, PartialEq)]
pub struct Assigned {
    /// UNIT times this holds; `None` where the data refute its numbers.
    pub multiple: Option<f64>,
    /// Elements in use that were not expected.
    pub proposed: Vec<u8>,
}

/// The atoms as they were observed.
struct Observed<'a> {
    powers: &'a Powers,
    /// Scattering power in units of the reference, its uncertainty in the same unit (infinite when not refined), U in Å2.
    atoms: Vec<(f64, f64, f64)>,
    contacts: Vec<Vec<Contact>>,
    sof: Vec<f64>,
    /// Uncertainty of distances, Å.
    sigma: f64,
}

/// Elements for all atoms, with what they are worth.
struct Choice {
    elements: Vec<u8>,
    chosen: Vec<usize>,
    worth: f64,
    multiple: Option<f64>,
    /// The part of the worth that bonds and neighbours have.
    bonds: f64,
    /// ln of the factor of the scale.
    ln_scale: f64,
    /// Share of scattering left unexplained.
    off: f64,
}

/// Gives each atom the element that fits best, and scattering power 1: the likeliest answer, and behind it others that only R1 can tell
/// from it, likeliest first. `d_min` is the resolution in Å.
pub fn assign(
    given: &Given,
    expected: &Expected,
    powers: &Powers,
    atoms: &[Atom],
    d_min: f64,
) -> Vec<(Vec<Atom>, Assigned)> {
    let observed = Observed {
        powers,
        atoms: atoms
            .iter()
            .map(|a| {
                let unit = powers.ratio(a.z, REFERENCE, a.u);
                (a.power * unit, a.sigma_power * unit, a.u)
            })
            .collect(),
        contacts: contacts(given.cell, given.group, atoms),
        sof: atoms.iter().map(|a| a.sof).collect(),
        sigma: (DISTANCE_SHARE * d_min).min(0.1 * FARTHEST),
    };
    let found: f64 = observed.sof.iter().sum();
    let named: f64 = expected.elements.iter().map(|e| e.1).sum();
    let counted = MULTIPLES
        .iter()
        .filter(|&&m| NEAR_COUNT.contains(&(m * named / found)))
        .filter_map(|&m| observed.by_counts(expected, m));
    let mut choices: Vec<Choice> = counted.chain(observed.freely(expected, true)).collect();
    let likeliest = |a: &Choice, b: &Choice| b.worth.total_cmp(&a.worth);
    choices.sort_by(likeliest);
    if choices.first().is_some_and(|best| best.bonds < 0.0) {
        choices.extend(observed.freely(expected, false));
        choices.sort_by(likeliest);
    }
    if expected.organic && choices.first().is_some_and(|best| best.share(CARBON) <= LITTLE_CARBON) {
        let inorganic = observed.freely(&expected.without_carbon(), true);
        choices.extend(inorganic.into_iter().map(|c| Choice { worth: c.worth - INORGANIC_COST, ..c }));
        choices.sort_by(likeliest);
    }
    let mut taken: Vec<&Choice> = Vec::new();
    for choice in &choices {
        if taken.len() < MOST_ANSWERS && taken.iter().all(|other| choice.challenges(other)) {
            taken.push(choice);
        }
    }
    taken.into_iter().map(|choice| observed.assigned(expected, atoms, choice)).collect()
}

impl Choice {
    /// The share of the sites that an element has.
    fn share(&self, z: u8) -> f64 {
        let of = self.chosen.iter().filter(|&&e| self.elements[e] == z).count();
        of as f64 / self.chosen.len().max(1) as f64
    }

    /// Whether this answer may be right although `other` is likelier: it scatters more nearly as was seen, or stands on another scale.
    fn challenges(&self, other: &Choice) -> bool {
        self.worth > other.worth - WITHIN
            && (self.off < other.off - BETTER_SEEN || (self.ln_scale - other.ln_scale).abs() > OTHER_SCALE)
    }
}

impl Observed<'_> {
    /// The atoms with the elements chosen.
    fn assigned(&self, expected: &Expected, atoms: &[Atom], choice: &Choice) -> (Vec<Atom>, Assigned) {
        let mut atoms = atoms.to_vec();
        for (atom, element) in atoms.iter_mut().zip(&choice.chosen) {
            atom.z = choice.elements[*element];
            atom.power = 1.0;
            atom.sigma_power = f64::INFINITY;
        }
        let mut proposed: Vec<u8> = atoms.iter().map(|a| a.z).collect();
        proposed.sort_unstable();
        proposed.dedup();
        proposed.retain(|z| expected.elements.iter().all(|e| e.0 != *z));
        (atoms, Assigned { multiple: choice.multiple, proposed })
    }

    /// How far the scattering of the elements chosen is from what was seen on this scale: root of the share of squared powers.
    fn off(&self, table: &[Vec<f64>], chosen: &[usize], factor: f64) -> f64 {
        let (mut off, mut all) = (0.0, 0.0);
        for (n, &(seen, ..)) in self.atoms.iter().enumerate() {
            off += self.sof[n] * (factor * seen - table[n][chosen[n]]).powi(2);
            all += self.sof[n] * (factor * seen).powi(2);
        }
        if all > 0.0 { (off / all).sqrt() } else { 0.0 }
    }

    /// ln likelihood of the observed scattering power of atom `n` when its true one is `power` and the scale is wrong by `factor`.
    fn scattering(&self, n: usize, power: f64, factor: f64) -> f64 {
        let (seen, sigma, _) = self.atoms[n];
        let (seen, sigma) = (factor * seen, factor * sigma);
        let variance = if sigma.is_finite() {
            let share = if power > HEAVY_POWER { HEAVY_SHARE } else { POWER_SHARE };
            sigma * sigma + (share * power).powi(2)
        } else {
            (UNREFINED_SHARE * power).powi(2)
        };
        let t_sq = (seen - power).powi(2) / variance;
        -0.5 * (FREEDOM + 1.0) * (t_sq / FREEDOM).ln_1p() - 0.5 * variance.ln() + factor.ln()
    }

    /// Powers of `elements` for each atom.
    fn table(&self, elements: &[u8]) -> Vec<Vec<f64>> {
        let of = |u: f64| elements.iter().map(|&z| self.powers.ratio(z, REFERENCE, u)).collect();
        self.atoms.iter().map(|a| of(a.2)).collect()
    }

    fn chemistry<'a>(
        &'a self,
        elements: &'a [u8],
        (numbers, lawful): (Numbers<'a>, bool),
        table: &[Vec<f64>],
        prior: &[f64],
        factor: f64,
    ) -> Chemistry<'a> {
        let own = |(n, row): (usize, &Vec<f64>)| {
            row.iter().zip(prior).map(|(&power, prior)| self.scattering(n, power, factor) + prior).collect()
        };
        let own = table.iter().enumerate().map(own).collect();
        Chemistry { elements, numbers, lawful, own, contacts: &self.contacts, sof: &self.sof, sigma: self.sigma }
    }

    /// The factor of the scale at which the elements chosen scatter most nearly as was seen.
    fn factor(&self, table: &[Vec<f64>], chosen: &[usize]) -> f64 {
        let value = |ln: f64| -> f64 {
            let factor = ln.exp();
            let all: f64 = chosen.iter().enumerate().map(|(n, &e)| self.scattering(n, table[n][e], factor)).sum();
            all + ln_scale(ln)
        };
        let best = scales(0.5 * SCALE_STEP).max_by(|a, b| value(*a).total_cmp(&value(*b)));
        best.unwrap_or(0.0).exp()
    }

    /// Elements under the numbers of UNIT times `multiple`.
    fn by_counts(&self, expected: &Expected, multiple: f64) -> Option<Choice> {
        let kept: Vec<(u8, f64)> = expected.elements.iter().filter(|e| e.1 > 0.0).copied().collect();
        let elements: Vec<u8> = kept.iter().map(|e| e.0).collect();
        let counts: Vec<f64> = kept.iter().map(|e| multiple * e.1).collect();
        let table = self.table(&elements);
        let prior = vec![0.0; elements.len()];
        let mut chosen = self.by_rank(&counts);
        let mut worth = f64::NEG_INFINITY;
        let (mut factor, mut bonds) = (1.0, 0.0);
        for _ in 0..2 {
            factor = self.factor(&table, &chosen);
            let chemistry = self.chemistry(&elements, (Numbers::Counted(&counts), true), &table, &prior, factor);
            climb(&chemistry, &mut chosen);
            worth = chemistry.total(&chosen) + ln_scale(factor.ln());
            bonds = chemistry.bonds(&chosen);
        }
        let cost = if multiple == 1.0 { 0.0 } else { MULTIPLE_COST };
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
    fn freely(&self, expected: &Expected, lawful: bool) -> Vec<Choice> {
        let own: Vec<u8> = expected.elements.iter().map(|e| e.0).collect();
        let own_table = self.table(&own);
        let cost = FREE_COST + if lawful { 0.0 } else { LAWLESS_COST };
        let at = |ln: f64| {
            let factor = ln.exp();
            let scaled = self.atoms.iter().map(|&(power, _, u)| (factor * power, u));
            let more = proposals(self.powers, REFERENCE, &own, &own_table, scaled);
            let mut table = own_table.clone();
            for (row, added) in table.iter_mut().zip(self.table(&more)) {
                row.extend(added);
            }
            let elements = [own.clone(), more].concat();
            let known = own.len();
            let prior: Vec<f64> = elements.iter().map(|&z| expected.ln_share(z)).collect();
            let there = |(n, &z): (usize, &u8)| if n < known { 0.0 } else { ln_unexpected(z) };
            let there: Vec<f64> = elements.iter().enumerate().map(there).collect();
            let chemistry = self.chemistry(&elements, (Numbers::Free(&there), lawful), &table, &prior, factor);
            let mut chosen: Vec<usize> = chemistry.own.iter().map(|row| highest(row)).collect();
            climb(&chemistry, &mut chosen);
            let worth = chemistry.total(&chosen) + ln_scale(ln) + entropy(&chosen, elements.len()) - cost;
            let off = self.off(&table, &chosen, factor);
            let bonds = chemistry.bonds(&chosen);
            Choice { elements, chosen, worth, multiple: None, bonds, ln_scale: ln, off }
        };
        let tried: Vec<Choice> = scales(SCALE_STEP).map(at).collect();
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
                best = [at(centre - step), best, at(centre + step)].into_iter().max_by(better)?;
            }
            Some(best)
        };
        tops.into_iter().filter_map(climbed).collect()
    }
}

/// ln prior of the scale.
fn ln_scale(ln: f64) -> f64 {
    -0.5 * (ln / SCALE_SIGMA).powi(2)
}

/// Scales to try, as ln.
fn scales(step: f64) -> impl Iterator<Item = f64> {
    let most = (SCALE_REACH / step).round() as i32;
    (-most..=most).map(move |n| f64::from(n) * step)
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
