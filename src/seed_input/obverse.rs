//! Seeds in the reverse setting of a rhombohedral crystal whose data were turned into the obverse one.

use crate::crystal::SpaceGroup;
use crate::seed::Seed;

/// Centring vectors 2/3 1/3 1/3 of the obverse and 1/3 2/3 1/3 of the reverse setting, in units of 1/24.
const OBVERSE: [i32; 3] = [16, 8, 8];
const REVERSE: [i32; 3] = [8, 16, 8];
/// Seeds that must obey a setting for it to be theirs: a few of other kinds are for the next to refuse.
const ENOUGH: f64 = 0.95;

/// Turns seeds by half a turn about c, h k l into −h −k l with the same phase, where those of the data are obverse and
/// all seeds obey the reverse setting, which their file does not name; a line says so.
pub fn turn(sets: &mut [Vec<Seed>], own: Option<&SpaceGroup>, of_data: &SpaceGroup) -> Option<String> {
    let named = own.is_some_and(|group| group.centring().contains(&REVERSE));
    if named || !of_data.centring().contains(&OBVERSE) {
        return None;
    }
    let seeds = || sets.iter().flatten();
    let obeying = |[x, y, z]: [i32; 3]| {
        let whole = |s: &&Seed| (s.hkl[0] * x + s.hkl[1] * y + s.hkl[2] * z) % 24 == 0;
        seeds().filter(whole).count() as f64
    };
    let all = seeds().count() as f64;
    if all == 0.0 || obeying(REVERSE) < ENOUGH * all || obeying(OBVERSE) >= ENOUGH * all {
        return None;
    }
    for seed in sets.iter_mut().flatten() {
        let [h, k, l] = seed.hkl;
        seed.hkl = [-h, -k, l];
    }
    Some("the seeds are in the reverse setting of a rhombohedral cell and were turned as the data were".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Knowledge;

    #[test]
    fn only_reverse_seeds_are_turned() {
        let seed = |hkl| Seed { hkl, knowledge: Knowledge::Phase { phase: 1.0, weight: None }, line: None };
        let obverse = SpaceGroup::from_latt_symm(3, &[]).unwrap();
        let mut sets = [vec![seed([1, 0, 1]), seed([0, 2, 1]), seed([0, 0, 3])]];
        let found = |sets: &[Vec<Seed>]| -> Vec<[i32; 3]> { sets[0].iter().map(|s| s.hkl).collect() };
        let primitive = SpaceGroup::p1();
        assert!(turn(&mut sets, None, &primitive).is_none());
        assert!(turn(&mut sets, None, &obverse).is_none(), "1 0 1 obeys the obverse setting");
        let mut sets = [vec![seed([-1, 0, 1]), seed([0, -2, 1]), seed([0, 0, 3])]];
        assert!(turn(&mut sets, None, &obverse).is_some());
        assert_eq!(found(&sets), [[1, 0, 1], [0, 2, 1], [0, 0, 3]]);
    }
}
