//! Not every reflection may be a seed: those that stay free judge the trial.

use crate::crystal::Hkl;
use crate::reflections::DataSet;
use crate::seed::{KnownSets, SeedSets};
use std::collections::HashMap;

/// Largest share of the unique reflections that become seeds. Message passing takes its signal-to-noise κ from the others,
/// and a third of the reflections, the strongest, carries three quarters of ΣE².
const MOST_SEEDED: f64 = 1.0 / 3.0;

/// Keeps in each set the seeds that say most, by m²E², up to a third of the `measured` unique reflections; how many were
/// left out of the largest set.
pub fn limit(sets: &mut SeedSets, data: &DataSet, measured: usize) -> usize {
    let most = (MOST_SEEDED * measured as f64).ceil() as usize;
    // Sets that are made when they are asked for have passed here.
    let KnownSets::Listed(list) = &mut sets.sets else { return 0 };
    if list.iter().all(|set| set.len() <= most) {
        return 0;
    }
    let group = &data.header.space_group;
    let e: HashMap<Hkl, f64> = data.reflections.iter().map(|r| (r.merged.hkl, r.e)).collect();
    let wrong = sets.wrong.unwrap_or_default();
    let mut left_out = 0;
    for set in list.iter_mut() {
        left_out = left_out.max(set.len().saturating_sub(most));
        let says = |known: &crate::seed::KnownPhase| {
            let e = e.get(&group.laue_representative(known.hkl)).copied().unwrap_or_default();
            known.mean(wrong).norm_sqr() * e * e
        };
        // What each says is asked once: there may be a thousand sets.
        let mut rated: Vec<_> = set.drain(..).map(|known| (says(&known), known)).collect();
        rated.sort_by(|(a, one), (b, other)| b.total_cmp(a).then(one.hkl.cmp(&other.hkl)));
        rated.truncate(most);
        set.extend(rated.into_iter().map(|(_, known)| known));
    }
    sets.counts.used = list.first().map_or(0, Vec::len);
    left_out
}
