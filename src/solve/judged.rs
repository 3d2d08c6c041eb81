//! The trials of a run of all seed sets, each judged by itself.

use super::judge::{Judgement, evidence};
use super::structure::Structure;
use crate::trials::{Finished, RunReport};
use crate::trust::{Evidence, probability};
use std::collections::HashMap;

/// Of each finished trial the probability that its phases are right, as if its seed set (`each` trials) had been alone: trials of other sets that
/// agree count for nothing, nor do other phases. Models are those of the candidate that the trial agrees with, so that one work-up
/// serves all that ended alike. `structures` are ranked, `judgement` is that of the first.
pub fn judged(
    report: &RunReport,
    each: u32,
    structures: &[Structure],
    judgement: &Judgement,
    edges: Option<[f64; 3]>,
) -> Vec<f64> {
    let set = |trial: &Finished| trial.trial / each.max(1);
    let mut found: Vec<Option<(&Evidence, usize)>> = vec![None; report.finished.len()];
    let candidates = &report.verdict.candidates;
    let of_candidates: Vec<Option<Evidence>> = candidates
        .iter()
        .map(|candidate| {
            let place = structures.iter().position(|structure| structure.found.candidate == candidate.id)?;
            // What was asked of the first alone, twins and bonds, goes with its phases.
            if place == 0 { judgement.evidence } else { Some(evidence(&structures[place], edges)) }
        })
        .collect();
    for (candidate, evidence) in candidates.iter().zip(&of_candidates) {
        let Some(evidence) = evidence else { continue };
        let mut of_set: HashMap<u32, usize> = HashMap::new();
        for &member in &candidate.members {
            *of_set.entry(set(&report.finished[member])).or_default() += 1;
        }
        for &member in &candidate.members {
            found[member] = Some((evidence, of_set[&set(&report.finished[member])]));
        }
    }
    let judge = |(trial, found): (&Finished, Option<(&Evidence, usize)>)| {
        let r_weak = f64::from(trial.merits.r_weak);
        let alone = match found {
            Some((evidence, agreeing)) => {
                Evidence { agreeing, r_weak, proven: trial.proven, rival: None, group: None, ..*evidence }
            }
            // Nobody made a model of them.
            None => Evidence { agreeing: 1, r_weak, proven: trial.proven, ..Evidence::default() },
        };
        probability(&alone)
    };
    report.finished.iter().zip(found).map(judge).collect()
}
