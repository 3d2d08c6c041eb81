//! Seeds as a network would give them: probabilities of phase classes, with errors of a stated size, kind and honesty.
//!
//! - `belief`  how probable a belief makes each class
//! - `model`   a structure that is wrong on purpose

mod belief;
mod model;

pub use model::TrueModel;

use super::known::allowed_phase;
use super::oracle::{Purpose, chance};
use super::{Knowledge, Seed, TruePhase};
use crate::crystal::SpaceGroup;
use belief::{Belief, concentration_scale};
use serde::Serialize;
use std::f64::consts::{PI, TAU};

/// B in Å² by which the concentration of a network falls that knows what is coarse better than what is fine, as exp(−2B sin²θ/λ²): half of it is
/// left at 1.7 Å, a sixth at 1.05 Å. A choice, not a measurement: the steepest that leaves a cut at 0.9 Å something to say at its edge.
const FALL: f64 = 4.0;
/// Seeds that are calibrated together where a wrong structure gives them: a mean cosine of so many is good to 0.05.
const SHELL: usize = 200;

/// What errors go with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Errors {
    /// With nothing: every phase is as doubtful as any other.
    Even,
    /// With resolution: fine detail is doubtful.
    Resolution,
    /// With |E|: weak reflections are doubtful.
    Strength,
    /// With a structure whose atoms are all displaced: errors of different reflections have one cause.
    Displaced,
    /// With a structure of which atoms are missing.
    Partial,
}

/// A network.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Network {
    /// What its errors go with.
    pub errors: Errors,
    /// Mean cosine of the phase error over the seeds, 0…1.
    pub skill: f64,
    /// 1 for a network that knows how often it is right; what it says is p^(1/T) of what is true, so it is too sure of itself below 1.
    pub temperature: f64,
}

impl Network {
    /// What it says of the phases `chosen`, in `bins` classes. A fraction `wrong` of them it takes for any other, and does not know it. Every choice
    /// depends on (seed, reflection or atom) alone.
    ///
    /// # Errors
    /// In words, where `model`, the structure behind the phases, cannot be calculated.
    pub fn seeds(
        &self,
        group: &SpaceGroup,
        chosen: &[&TruePhase],
        model: &TrueModel,
        bins: u32,
        wrong: f64,
        seed: u32,
    ) -> Result<Vec<Seed>, String> {
        let beliefs = match self.errors {
            Errors::Displaced | Errors::Partial => self.of_wrong_model(group, chosen, model, seed)?,
            Errors::Even | Errors::Resolution | Errors::Strength => self.of_chance(group, chosen, model, seed),
        };
        let said = |(t, belief): (&&TruePhase, Belief)| {
            let belief = if chance(seed, t.hkl, Purpose::Wrong) < wrong {
                let any = match belief.allowed {
                    Some(_) => belief.phase + PI,
                    None => TAU * chance(seed, t.hkl, Purpose::OtherBin),
                };
                Belief { phase: any, ..belief }
            } else {
                belief
            };
            Seed { hkl: t.hkl, knowledge: Knowledge::Classes(belief.classes(bins, self.temperature)), line: None }
        };
        Ok(chosen.iter().zip(beliefs).map(said).collect())
    }

    /// Errors that have nothing to do with each other; how large they are goes with what is asked for.
    fn of_chance(&self, group: &SpaceGroup, chosen: &[&TruePhase], model: &TrueModel, seed: u32) -> Vec<Belief> {
        let relative: Vec<f64> = chosen
            .iter()
            .map(|t| match self.errors {
                Errors::Resolution => (-0.5 * FALL / model.d_spacing(t.hkl).powi(2)).exp(),
                Errors::Strength => t.e * t.e,
                _ => 1.0,
            })
            .collect();
        let centric: Vec<bool> = chosen.iter().map(|t| allowed_phase(group, t.hkl).is_some()).collect();
        let scale = concentration_scale(&relative, &centric, self.skill);
        let belief = |(t, relative): (&&TruePhase, f64)| {
            let exact = Belief { phase: t.phase, kappa: scale * relative, allowed: allowed_phase(group, t.hkl) };
            exact.disturbed(chance(seed, t.hkl, Purpose::Error))
        };
        chosen.iter().zip(relative).map(belief).collect()
    }

    /// Phases of a structure that is wrong by as much as the skill asks for.
    fn of_wrong_model(
        &self,
        group: &SpaceGroup,
        chosen: &[&TruePhase],
        model: &TrueModel,
        seed: u32,
    ) -> Result<Vec<Belief>, String> {
        let factors = model.wrong(self.errors, self.skill, chosen, seed)?;
        let allowed: Vec<Option<f64>> = chosen.iter().map(|t| allowed_phase(group, t.hkl)).collect();
        // Shell by shell, as the reader of models does: what a network has learned of its own errors.
        let mut order: Vec<usize> = (0..chosen.len()).collect();
        order.sort_by(|&a, &b| model.d_spacing(chosen[b].hkl).total_cmp(&model.d_spacing(chosen[a].hkl)));
        let mut beliefs = vec![Belief { phase: 0.0, kappa: 0.0, allowed: None }; chosen.len()];
        let shells = order.len().div_ceil(SHELL).max(1);
        for shell in order.chunks(order.len().div_ceil(shells).max(1)) {
            let of = |f: &dyn Fn(usize) -> f64| shell.iter().map(|&i| f(i)).collect::<Vec<f64>>();
            let power = |i: usize| factors[i].norm_sqr() / f64::from(group.classify(chosen[i].hkl).epsilon.max(1));
            let mean = of(&power).iter().sum::<f64>() / shell.len() as f64;
            let relative = of(&|i| chosen[i].e * (power(i) / mean.max(f64::MIN_POSITIVE)).sqrt());
            let cosine = of(&|i| (factors[i].arg() - chosen[i].phase).cos()).iter().sum::<f64>() / shell.len() as f64;
            let centric: Vec<bool> = shell.iter().map(|&i| allowed[i].is_some()).collect();
            let scale = concentration_scale(&relative, &centric, cosine);
            for (&i, relative) in shell.iter().zip(relative) {
                let phase = factors[i].arg();
                // Of a centric phase that the structure leaves off its axis by an error of rounding.
                let phase = allowed[i].map_or(phase, |a| if (phase - a).cos() >= 0.0 { a } else { a + PI });
                beliefs[i] = Belief { phase, kappa: scale * relative, allowed: allowed[i] };
            }
        }
        Ok(beliefs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::reframe::Reframing;
    use crate::crystal::{Cell, Radiation, ScatteringTable, Site, SymOp};
    use crate::seed::SeedFigures;

    /// A P 21 cell of forty atoms with the phases of its reflections.
    fn crystal() -> (SpaceGroup, TrueModel, Vec<TruePhase>) {
        let cell = Cell::new([9.0, 10.0, 11.0], [90.0, 100.0, 90.0]).unwrap();
        let group = SpaceGroup::from_latt_symm(-1, &[SymOp::parse("-x,1/2+y,-z").unwrap()]).unwrap();
        let number = |i: u32, axis: u32| {
            f64::from(crate::twins::random::unit_interval(crate::twins::random::trial_hash(3, axis, i)))
        };
        let site = |i: u32| Site {
            label: format!("C{i}"),
            element: Some(6),
            xyz: std::array::from_fn(|axis| number(i, axis as u32)),
            sof: 1.0,
            u_iso: 0.03,
            u_aniso: None,
            height: None,
        };
        let sites: Vec<Site> = (0..40).map(site).collect();
        let in_place = Reframing { rotation: SymOp::IDENTITY.rot, shift: [0.0; 3], floating: false };
        let model = TrueModel::new(cell, group.clone(), sites, ScatteringTable::new(Radiation::Xray), in_place);
        let all = (-8..=8).flat_map(|h| (0..=9).flat_map(move |k| (0..=10).map(move |l| [h, k, l])));
        let hkls: Vec<_> = all
            .filter(|hkl| model.d_spacing(*hkl) > 1.0 && !group.classify(*hkl).absent && *hkl != [0; 3])
            .filter(|hkl| group.laue_representative(*hkl) == *hkl)
            .collect();
        let factors = model.factors(&hkls).unwrap();
        let mean = factors.iter().map(|f| f.norm_sqr()).sum::<f64>() / factors.len() as f64;
        let truth = hkls.iter().zip(factors);
        let truth = truth.map(|(&hkl, f)| TruePhase { hkl, e: (f.norm_sqr() / mean).sqrt(), phase: f.arg() });
        (group, model, truth.collect())
    }

    fn figures(network: Network, bins: u32, wrong: f64, seed: u32) -> SeedFigures {
        let (group, model, truth) = crystal();
        let chosen: Vec<&TruePhase> = truth.iter().filter(|t| t.e > 0.7).collect();
        let seeds = network.seeds(&group, &chosen, &model, bins, wrong, seed).unwrap();
        let mut figures = SeedFigures::default();
        for (seed, t) in seeds.iter().zip(&chosen) {
            figures.add(&seed.knowledge, allowed_phase(&group, t.hkl), t.phase, 0.0);
        }
        figures
    }

    #[test]
    fn every_kind_of_error_has_the_skill_and_the_honesty_that_are_asked_for() {
        for errors in [Errors::Even, Errors::Resolution, Errors::Strength, Errors::Displaced, Errors::Partial] {
            for skill in [0.3, 0.6] {
                let network = Network { errors, skill, temperature: 1.0 };
                let all: Vec<SeedFigures> = (1..=4).map(|seed| figures(network, 8, 0.0, seed)).collect();
                let mean = |f: &dyn Fn(&SeedFigures) -> f64| all.iter().map(f).sum::<f64>() / all.len() as f64;
                let (cosine, said) = (mean(&|f| f.mean_cosine()), mean(&|f| f.said()));
                assert!((cosine - skill).abs() < 0.06, "{errors:?} {skill}: {cosine}");
                // Bins cost a twentieth of the cosine of what is said.
                assert!((said - cosine).abs() < 0.06, "{errors:?} {skill}: said {said}, found {cosine}");
            }
        }
    }

    #[test]
    fn a_temperature_changes_what_is_said_and_not_what_is_known() {
        let at = |temperature: f64| figures(Network { errors: Errors::Strength, skill: 0.5, temperature }, 8, 0.0, 1);
        let [sure, honest, shy] = [0.5, 1.0, 2.0].map(at);
        assert!(sure.accuracy() == honest.accuracy() && honest.accuracy() == shy.accuracy());
        assert!(sure.said() > honest.said() + 0.1 && shy.said() < honest.said() - 0.1);
        assert!(honest.nll() < sure.nll() && honest.nll() < shy.nll());
        // Some that it takes for any other cost skill and honesty.
        let outliers = figures(Network { errors: Errors::Even, skill: 0.8, temperature: 1.0 }, 8, 0.4, 1);
        assert!(outliers.mean_cosine() < 0.6 && outliers.said() > 0.7);
    }

    #[test]
    fn errors_lie_where_their_kind_has_them() {
        let (group, model, truth) = crystal();
        let chosen: Vec<&TruePhase> = truth.iter().collect();
        let halves = |errors: Errors, key: &dyn Fn(&TruePhase) -> f64| {
            let network = Network { errors, skill: 0.5, temperature: 1.0 };
            let seeds = network.seeds(&group, &chosen, &model, 8, 0.0, 1).unwrap();
            let mut order: Vec<usize> = (0..chosen.len()).collect();
            order.sort_by(|&a, &b| key(chosen[a]).total_cmp(&key(chosen[b])));
            let (low, high) = order.split_at(order.len() / 2);
            [low, high].map(|half| {
                let mut figures = SeedFigures::default();
                for &i in half {
                    let allowed = allowed_phase(&group, chosen[i].hkl);
                    figures.add(&seeds[i].knowledge, allowed, chosen[i].phase, 0.0);
                }
                figures.mean_cosine()
            })
        };
        let [weak, strong] = halves(Errors::Strength, &|t| t.e);
        assert!(strong > weak + 0.3, "{weak} {strong}");
        let [fine, coarse] = halves(Errors::Resolution, &|t| model.d_spacing(t.hkl));
        assert!(coarse > fine + 0.2, "{fine} {coarse}");
        let [one, other] = halves(Errors::Even, &|t| t.e);
        assert!((one - other).abs() < 0.08, "{one} {other}");
    }
}
