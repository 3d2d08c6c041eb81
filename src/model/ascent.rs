//! Elements of all atoms, changed one by one and exchanged two by two as long as their likelihood rises.

use super::assignment::Assignment;
use super::chemistry::Numbers;

/// Sweeps over all atoms and all pairs; they settle in three or four.
const SWEEPS: usize = 12;
/// A change must gain this much, so that rounding cannot decide.
const GAIN: f64 = 1e-9;
/// Neighbours may gain more from an exchange than each of the two alone.
const NEAR_MISS: f64 = 0.5;

/// Changes one atom, or exchanges the elements of two where numbers are known, or changes all atoms of an element where not, until nothing
/// is gained.
pub fn climb(atoms: &mut Assignment) {
    let mut stale = vec![true; atoms.len()];
    for _ in 0..SWEEPS {
        let changed = change_single(atoms, &mut stale);
        let more = if atoms.chemistry.counted() { exchange(atoms) } else { change_kind(atoms) };
        if more {
            stale.fill(true);
        }
        if !changed && !more {
            break;
        }
    }
}

/// Changes single atoms. Those that are not `stale` have been tried amid what is around them now.
fn change_single(atoms: &mut Assignment, stale: &mut [bool]) -> bool {
    let chemistry = atoms.chemistry;
    let mut changed = false;
    for n in 0..atoms.len() {
        if !std::mem::take(&mut stale[n]) {
            continue;
        }
        let old = atoms.of(n);
        let before = atoms.prior();
        let mut best = (atoms.local(n, old) + before + GAIN, old, before);
        for element in (0..chemistry.elements.len()).filter(|&e| e != old) {
            // Bonds and neighbours seldom make up for a scattering power that is out of the question.
            if chemistry.own[n][element] < chemistry.own[n][old] - HOPELESS {
                continue;
            }
            let prior = atoms.prior_with(n, element);
            let value = atoms.local(n, element) + prior;
            if value > best.0 {
                best = (value, element, prior);
            }
        }
        let (_, element, prior) = best;
        if element != old {
            atoms.set(n, element);
            changed = true;
            if chemistry.counted() || prior != before {
                // What is known of numbers bears on all atoms.
                stale.fill(true);
            } else {
                disturb(atoms, n, stale);
            }
        }
    }
    changed
}

/// Marks what a change of atom `n` bears on: neighbours, and theirs by the bonds they count.
fn disturb(atoms: &Assignment, n: usize, stale: &mut [bool]) {
    let neighbours = atoms.chemistry.neighbours;
    for near in neighbours.back(n) {
        stale[near.other] = true;
        neighbours.back(near.other).iter().for_each(|next| stale[next.other] = true);
    }
}

/// Changes all atoms of one element that costs something to be there into another.
fn change_kind(atoms: &mut Assignment) -> bool {
    let Numbers::Free(there) = atoms.chemistry.numbers else { return false };
    let mut changed = false;
    for old in (0..there.len()).filter(|&e| there[e] < 0.0) {
        let of_kind: Vec<usize> = (0..atoms.len()).filter(|&n| atoms.of(n) == old).collect();
        // A single atom has been changed already.
        if of_kind.len() < 2 {
            continue;
        }
        let chemistry = atoms.chemistry;
        let own = |e: usize| of_kind.iter().map(|&n| chemistry.own[n][e]).sum::<f64>();
        let near = own(old) + there[old] - NEAR_KIND;
        let mut best = (atoms.total() + GAIN, old);
        for element in (0..there.len()).filter(|&e| e != old && own(e) > near) {
            of_kind.iter().for_each(|&n| atoms.set(n, element));
            let value = atoms.total();
            if value > best.0 {
                best = (value, element);
            }
        }
        of_kind.iter().for_each(|&n| atoms.set(n, best.1));
        changed |= best.1 != old;
    }
    changed
}

/// All atoms of a kind become another when their own likelihoods fall by no more than this beyond what the kind costs.
const NEAR_KIND: f64 = 3.0;

/// An element is not tried whose own likelihood lies this far below that of the present one.
const HOPELESS: f64 = 60.0;

fn exchange(atoms: &mut Assignment) -> bool {
    let mut changed = false;
    // What each atom would be worth as another element, to look only at pairs that may gain.
    let mut worth: Vec<Vec<f64>> = (0..atoms.len()).map(|n| worth_of(atoms, n)).collect();
    for i in 0..atoms.len() {
        for j in 0..i {
            let (a, b) = (atoms.of(i), atoms.of(j));
            if a == b || worth[i][b] + worth[j][a] <= worth[i][a] + worth[j][b] - NEAR_MISS {
                continue;
            }
            let before = atoms.pair(i, j);
            atoms.set(i, b);
            atoms.set(j, a);
            if atoms.pair(i, j) > before + GAIN {
                changed = true;
                for n in [i, j] {
                    worth[n] = worth_of(atoms, n);
                    for back in atoms.chemistry.neighbours.back(n) {
                        worth[back.other] = worth_of(atoms, back.other);
                    }
                }
            } else {
                atoms.set(i, a);
                atoms.set(j, b);
            }
        }
    }
    changed
}

fn worth_of(atoms: &Assignment, n: usize) -> Vec<f64> {
    (0..atoms.chemistry.elements.len()).map(|element| atoms.local(n, element)).collect()
}
