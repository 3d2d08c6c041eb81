//! Which of the elements that nobody named an atom is, where R1 can tell.
//!
//! Scattering powers rest on the scale, the scale on light atoms with hydrogen on them, and near an absorption edge an element scatters like
//! one ten places lighter: molybdenum hexacarbonyl, measured 100 eV below the edge, comes out with germanium. R1 knows better.

use super::atom::Atom;
use super::choice::Assigned;
use super::given::Given;
use super::part::Part;
use super::powers::Powers;
use super::proposals::proposable;
use super::refinement::{Fitted, fitted, median_u, refined};

/// Elements are compared whose scattering powers are within this factor of that of the proposed one.
const REACH: f64 = 1.4;
/// Cycles for each.
const CYCLES: usize = 2;
/// Another element is taken when it lowers R1 by this factor: of two neighbours of the periodic table the right one seldom has an R1 lower by
/// more than a hundredth.
const BETTER: f64 = 0.97;
/// R1 does not tell elements apart that have one within this factor of the lowest: under a tantalum fluoride it is 0.0578 with hafnium, 0.0571 with
/// iridium, 0.0572 with platinum.
const ALIKE: f64 = 1.02;

/// The model with each proposed element exchanged for the one of like scattering power that fits best, if it fits clearly better.
pub fn renamed(given: &Given, part: &mut Part, powers: &Powers, mut best: Fitted, assigned: &mut Assigned) -> Fitted {
    for proposed in assigned.proposed.iter_mut().filter(|_| !given.clock.over()) {
        let own: Vec<Atom> = best.atoms.iter().filter(|a| a.z == *proposed).cloned().collect();
        let damped = powers.at(median_u(&own));
        let taken: Vec<u8> = best.atoms.iter().map(|a| a.z).collect();
        let near = |z: u8| REACH.recip() < damped.ratio(z, *proposed) && damped.ratio(z, *proposed) < REACH;
        let others: Vec<u8> = proposable().filter(|z| powers.knows(*z) && !taken.contains(z) && near(*z)).collect();
        let mut with = |z: u8| {
            let of = |a: &Atom| if a.z == *proposed { Atom { z, ..a.clone() } } else { a.clone() };
            let atoms: Vec<Atom> = best.atoms.iter().map(of).collect();
            let calculator = part.calculator(given, &atoms);
            (z, refined(given, &calculator, fitted(&calculator, atoms), CYCLES))
        };
        let mut tried: Vec<(u8, Fitted)> = others.into_iter().map(&mut with).collect();
        let Some(lowest) = (0..tried.len()).min_by(|&a, &b| tried[a].1.r1[0].total_cmp(&tried[b].1.r1[0])) else {
            continue;
        };
        if tried[lowest].1.r1[0] < BETTER * best.r1[0] {
            let named = tried.swap_remove(lowest);
            let before = std::mem::replace(&mut best, named.1);
            tried.push((std::mem::replace(proposed, named.0), before));
        }
        let as_good = tried.iter().filter(|(_, other)| other.r1[0] < ALIKE * best.r1[0]).map(|(z, _)| *z);
        let range = as_good.fold([*proposed; 2], |range, z| [range[0].min(z), range[1].max(z)]);
        assigned.alike.push((*proposed, range));
    }
    assigned.alike.retain(|(_, range)| range[0] < range[1]);
    assigned.proposed.sort_unstable();
    best
}

#[cfg(test)]
mod tests {
    use super::super::measurements::Measurements;
    use super::super::simulated::amide;
    use super::*;

    #[test]
    fn an_element_of_like_power_is_found_by_r1() {
        let truth = amide(true, &[]);
        let given = truth.given();
        let all = Measurements::new(&given);
        let (mut part, powers) = (Part::whole(&given, &all), Powers::new(given.table, &all));
        let wrong: Vec<Atom> =
            truth.atoms.iter().map(|a| if a.z == 26 { Atom { z: 30, ..a.clone() } } else { a.clone() }).collect();
        let start = fitted(&part.calculator(&given, &wrong), wrong);
        let mut assigned = Assigned { multiple: None, proposed: vec![30], alike: vec![] };
        let best = renamed(&given, &mut part, &powers, start, &mut assigned);
        assert_eq!((&assigned.proposed[..], &assigned.alike[..]), (&[26][..], &[][..]));
        assert!(best.atoms.iter().any(|a| a.z == 26) && best.r1[0] < 0.02);
    }
}
