//! Elements of all atoms, changed one by one and exchanged two by two as long as their likelihood rises.

use super::chemistry::{Chemistry, Numbers};

/// Sweeps over all atoms and all pairs; they settle in three or four.
const SWEEPS: usize = 12;
/// A change must gain this much, so that rounding cannot decide.
const GAIN: f64 = 1e-9;
/// Neighbours may gain more from an exchange than each of the two alone.
const NEAR_MISS: f64 = 0.5;

/// Changes one atom, or exchanges the elements of two where numbers are known, or changes all atoms of an element where not, until nothing
/// is gained.
pub fn climb(chemistry: &Chemistry, chosen: &mut [usize]) {
    let mut stale = vec![true; chosen.len()];
    for _ in 0..SWEEPS {
        let changed = change_single(chemistry, chosen, &mut stale);
        let more = if chemistry.counted() { exchange(chemistry, chosen) } else { change_kind(chemistry, chosen) };
        if more {
            stale.fill(true);
        }
        if !changed && !more {
            break;
        }
    }
}

/// Changes single atoms. Those that are not `stale` have been tried amid what is around them now.
fn change_single(chemistry: &Chemistry, chosen: &mut [usize], stale: &mut [bool]) -> bool {
    let mut changed = false;
    let mut found = chemistry.found(chosen);
    for n in 0..chosen.len() {
        if !std::mem::take(&mut stale[n]) {
            continue;
        }
        let old = chosen[n];
        let sof = chemistry.sof[n];
        let mut best = (chemistry.local(chosen, n) + chemistry.prior(&found) + GAIN, old);
        for element in (0..chemistry.elements.len()).filter(|&e| e != old) {
            // Bonds and neighbours seldom make up for a scattering power that is out of the question.
            if chemistry.own[n][element] < chemistry.own[n][old] - HOPELESS {
                continue;
            }
            chosen[n] = element;
            found[old] -= sof;
            found[element] += sof;
            let value = chemistry.local(chosen, n) + chemistry.prior(&found);
            found[old] += sof;
            found[element] -= sof;
            if value > best.0 {
                best = (value, element);
            }
        }
        chosen[n] = best.1;
        if best.1 != old {
            let before = chemistry.prior(&found);
            found[old] -= sof;
            found[best.1] += sof;
            changed = true;
            if chemistry.counted() || chemistry.prior(&found) != before {
                // What is known of numbers bears on all atoms.
                stale.fill(true);
            } else {
                disturb(chemistry, n, stale);
            }
        }
    }
    changed
}

/// Marks what a change of atom `n` bears on: neighbours, and theirs by the bonds they count.
fn disturb(chemistry: &Chemistry, n: usize, stale: &mut [bool]) {
    for near in &chemistry.contacts[n] {
        stale[near.other] = true;
        chemistry.contacts[near.other].iter().for_each(|next| stale[next.other] = true);
    }
}

/// Changes all atoms of one element that costs something to be there into another.
fn change_kind(chemistry: &Chemistry, chosen: &mut [usize]) -> bool {
    let Numbers::Free(there) = chemistry.numbers else { return false };
    let mut changed = false;
    for old in (0..there.len()).filter(|&e| there[e] < 0.0) {
        let of_kind: Vec<usize> = (0..chosen.len()).filter(|&n| chosen[n] == old).collect();
        // A single atom has been changed already.
        if of_kind.len() < 2 {
            continue;
        }
        let own = |e: usize| of_kind.iter().map(|&n| chemistry.own[n][e]).sum::<f64>();
        let near = own(old) + there[old] - NEAR_KIND;
        let mut best = (chemistry.total(chosen) + GAIN, old);
        for element in (0..there.len()).filter(|&e| e != old && own(e) > near) {
            of_kind.iter().for_each(|&n| chosen[n] = element);
            let value = chemistry.total(chosen);
            if value > best.0 {
                best = (value, element);
            }
        }
        of_kind.iter().for_each(|&n| chosen[n] = best.1);
        changed |= best.1 != old;
    }
    changed
}

/// All atoms of a kind become another when their own likelihoods fall by no more than this beyond what the kind costs.
const NEAR_KIND: f64 = 3.0;

/// An element is not tried whose own likelihood lies this far below that of the present one.
const HOPELESS: f64 = 60.0;

fn exchange(chemistry: &Chemistry, chosen: &mut [usize]) -> bool {
    let mut changed = false;
    // What each atom would be worth as another element, to look only at pairs that may gain.
    let mut worth = worths(chemistry, chosen);
    for i in 0..chosen.len() {
        for j in 0..i {
            let (a, b) = (chosen[i], chosen[j]);
            if a == b || worth[i][b] + worth[j][a] <= worth[i][a] + worth[j][b] - NEAR_MISS {
                continue;
            }
            let before = pair(chemistry, chosen, i, j);
            (chosen[i], chosen[j]) = (b, a);
            if pair(chemistry, chosen, i, j) > before + GAIN {
                changed = true;
                for n in [i, j] {
                    worth[n] = worth_of(chemistry, chosen, n);
                    for contact in &chemistry.contacts[n] {
                        worth[contact.other] = worth_of(chemistry, chosen, contact.other);
                    }
                }
            } else {
                (chosen[i], chosen[j]) = (a, b);
            }
        }
    }
    changed
}

fn worths(chemistry: &Chemistry, chosen: &mut [usize]) -> Vec<Vec<f64>> {
    (0..chosen.len()).map(|n| worth_of(chemistry, chosen, n)).collect()
}

fn worth_of(chemistry: &Chemistry, chosen: &mut [usize], n: usize) -> Vec<f64> {
    let old = chosen[n];
    let values = (0..chemistry.elements.len())
        .map(|element| {
            chosen[n] = element;
            chemistry.local(chosen, n)
        })
        .collect();
    chosen[n] = old;
    values
}

/// Likelihood of all that involves either of two atoms of different sites, and of the counts.
fn pair(chemistry: &Chemistry, chosen: &[usize], i: usize, j: usize) -> f64 {
    let shared = chemistry.between(chosen, i, j);
    chemistry.local(chosen, i) + chemistry.local(chosen, j) - shared + chemistry.prior(&chemistry.found(chosen))
}
