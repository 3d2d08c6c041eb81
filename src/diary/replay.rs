//! The decisions of a run taken again, from what its diary has.

use super::page::{Diary, Moment, Signed, Stood, Truth, long};
use super::tally::Tally;
use crate::phasing::{Arm, blurred_portfolio, portfolio, with_atom_starts};
use crate::solve::{Entry, Judgement, Pace, standings};
use crate::symmetry::total;
use crate::trials::{Candidate, Deal, Findings, Goal, Running, Turn};
use crate::trust::{Evidence, log_odds};
use std::collections::BTreeMap;

/// Takes all decisions of a run again. Where they fall otherwise than they did, what follows is judged by what was kept of the
/// run as it went: by the next look that it had.
pub fn replayed(diary: &Diary) -> Tally {
    let mut tally = Tally { runs: 1, ..Tally::default() };
    let portfolio = if diary.blurred { blurred_portfolio } else { portfolio };
    let plain = portfolio(diary.methods, diary.atoms);
    let arms = if diary.atoms_each > 0 { with_atom_starts(plain, diary.atoms_each) } else { plain };
    follow_trials(diary, &arms, &mut tally);
    let findings = follow_search(diary, &mut tally);
    follow_work_up(diary, &mut tally);
    weigh_trials(diary, &findings, &mut tally);
    tally
}

/// Which arms trials get, and when their stages end.
fn follow_trials(diary: &Diary, arms: &[Arm], tally: &mut Tally) {
    let mut deal = Deal::new(arms);
    let mut running: BTreeMap<u32, (Running, bool)> = BTreeMap::new();
    for moment in &diary.moments {
        match moment {
            Moment::Started(trial, arm) => {
                tally.arms.count(deal.arm(*trial).name == *arm);
                if let Some(arm) = arms.iter().find(|own| own.name == *arm) {
                    let trial_of = Running::new(*arm, arm.recipe(diary.seed, *trial));
                    running.insert(*trial, (trial_of.with_distances(diary.distances), false));
                }
            }
            Moment::Looked { trial, cycles, merits } => {
                if let Some((running, over)) = running.get_mut(trial).filter(|(_, over)| !over) {
                    *over = matches!(running.turn(&long(*merits), *cycles), Turn::End | Turn::Prove);
                    tally.cycles += u64::from(*over) * u64::from(*cycles);
                }
            }
            Moment::Finished(finished) => {
                deal.learn(finished);
                tally.ends.count(running.get(&finished.trial).is_some_and(|(_, over)| *over));
            }
            _ => {}
        }
    }
}

/// When the search pauses, what the judge says, and when the run ends; what it had found by then.
fn follow_search(diary: &Diary, tally: &mut Tally) -> Findings {
    let looks: Vec<Look<'_>> = diary.moments.iter().filter_map(Look::of).collect();
    let (mut findings, mut goal) = (Findings::default(), Some(Goal::default()));
    // A diary does not say what a processor would have been given: where most trials agreed it ends by itself.
    let mut pace = Pace::new(u32::MAX);
    let mut last: Option<&Look<'_>> = None;
    let mut moments = diary.moments.iter().peekable();
    while let Some(moment) = moments.next() {
        if let Moment::Finished(finished) = moment {
            match moments.peek() {
                Some(Moment::Compared { agreements, fits, .. }) => {
                    findings.take_told(finished.clone(), agreements, &fits.clone().unwrap_or_default());
                }
                _ => findings.take_told(finished.clone(), &[], &Default::default()),
            }
        }
        // A look ends the step in which the search paused; the last of a run comes without a pause.
        if !matches!(moment, Moment::Step | Moment::Judged { ended: false, .. }) {
            continue;
        }
        if !goal.as_ref().is_some_and(|goal| goal.reached(&findings)) {
            continue;
        }
        let finished = findings.finished.len();
        tally.looks.count(looks.iter().any(|look| look.finished == finished && !look.ended));
        // What it would have seen is what the run saw when it next looked.
        let Some(look) = looks.iter().find(|look| look.finished >= finished) else { break };
        last = Some(look);
        goal = pace.after(&look.judgement(), &findings).continue_value();
        if goal.is_none() {
            break;
        }
    }
    let stopped_early = goal.is_none();
    let look = if stopped_early { last } else { looks.last() };
    if let (Some(look), Some(truth)) = (look, &diary.truth) {
        let recorded = looks.last().is_some_and(|last| last.finished == look.finished);
        tally.ends_alike.count(recorded);
        tally.trials += findings.finished.len() as u64;
        if recorded {
            verdict(look, truth, tally);
        }
    }
    findings
}

/// A look of the judge.
struct Look<'a> {
    finished: usize,
    ended: bool,
    structures: &'a [Stood],
    evidence: Option<Evidence>,
}

impl<'a> Look<'a> {
    fn of(moment: &'a Moment) -> Option<Self> {
        match moment {
            Moment::Judged { finished, ended, structures, evidence } => {
                Some(Self { finished: *finished, ended: *ended, structures, evidence: evidence.as_deref().copied() })
            }
            _ => None,
        }
    }

    /// Structures in the order of the ranking, each with its place in the diary and how it stands.
    fn ranked(&self) -> Vec<(usize, f64)> {
        let entry = |stood: &Stood| Entry {
            candidate: stood.candidate,
            r1: stood.r1,
            operations: stood.operations,
            score: stood.score.unwrap_or(0.0),
            log_odds: log_odds(&stood.evidence),
            refuted: stood.refuted,
        };
        let entries: Vec<Entry> = self.structures.iter().map(entry).collect();
        let mut ranked: Vec<(usize, f64)> = standings(&entries).into_iter().enumerate().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        ranked
    }

    /// What is thought of the first: with its bonds, where it was first then as well.
    fn judgement(&self) -> Judgement {
        let first = self.ranked().first().map(|(place, _)| *place);
        let own = |place: usize| self.structures.get(place).map(|stood| stood.evidence);
        Judgement::of(match first {
            Some(0) => self.evidence,
            Some(place) => own(place),
            None => None,
        })
    }
}

/// What the run says in the end, beside what is right.
fn verdict(look: &Look<'_>, truth: &Truth, tally: &mut Tally) {
    let ranked = look.ranked();
    let Some(&(first, _)) = ranked.first() else { return };
    let Some(&[right, group_right]) = truth.structures.get(first) else { return };
    let judgement = look.judgement();
    tally.atoms.add(judgement.probability, right);
    tally.leaders.count(right);
    if right {
        tally.groups_first.count(group_right);
    }
    if judgement.evidence.is_some_and(|evidence| evidence.group.is_some()) {
        tally.groups.add(judgement.probability_group, group_right);
    }
}

/// Groups chosen, polishes taken, routes left open, models made.
fn follow_work_up(diary: &Diary, tally: &mut Tally) {
    for moment in &diary.moments {
        match moment {
            Moment::Groups { groups, choice, .. } => {
                let scores: Vec<(f64, bool)> = groups.iter().map(scored).collect();
                let mut order: Vec<usize> = (0..scores.len()).collect();
                order.sort_by(|&a, &b| scores[b].0.total_cmp(&scores[a].0).then(a.cmp(&b)));
                let sorted: Vec<(f64, bool)> = order.iter().map(|&place| scores[place]).collect();
                let chosen = choice.of(&sorted);
                tally.groups_chosen += chosen.len() as u64;
                let Some(truth) = diary.truth.as_ref().filter(|truth| truth.structures.first().is_some_and(|s| s[0]))
                else {
                    continue;
                };
                let is_right = |place: usize| truth.groups.contains(&groups[order[place]].name);
                if choice.looks_right {
                    tally.groups_by_phases.count(is_right(0));
                    tally.groups_among.count(chosen.iter().any(|&place| is_right(place)));
                }
            }
            Moment::Polished(polished) => tally.polished.count(polished.is_taken()),
            Moment::Routes(routes) => tally.routes_open.count(routes.are_open()),
            Moment::Models(models) => models.hopeful().into_iter().for_each(|hopeful| tally.models.count(hopeful)),
            _ => {}
        }
    }
}

fn scored(group: &Signed) -> (f64, bool) {
    (total(&group.signs), group.signs.iter().any(|signs| signs.named))
}

/// Trials that looked right, and were.
fn weigh_trials(diary: &Diary, findings: &Findings, tally: &mut Tally) {
    let Some(truth) = &diary.truth else { return };
    let last = diary.moments.iter().rev().find_map(Look::of);
    let right: Vec<u32> = last
        .iter()
        .flat_map(|look| look.structures.iter().zip(&truth.structures))
        .filter(|(_, right)| right[0])
        .map(|(stood, _)| stood.candidate)
        .collect();
    for candidate in &findings.verdict.candidates {
        let is_right = right.contains(&candidate.id);
        let convinces = candidate.convinces(&findings.finished);
        let members = |candidate: &Candidate| candidate.members.len() as u64;
        if is_right {
            tally.right_candidates.count(convinces);
            tally.right_trials += members(candidate);
        } else {
            tally.wrong_candidates.count(convinces);
            tally.wrong_trials += members(candidate);
        }
    }
}
