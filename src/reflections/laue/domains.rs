//! Rhombohedral crystals of an obverse and a reverse domain in one list.

use super::centring::{CentringEvidence, CentringFinding, OBVERSE, REVERSE, evidence, forbids, table};
use crate::crystal::Hkl;
use crate::reflections::MergedReflection;

/// Of nine classes of h − k and l modulo 3 the lattices of both domains forbid four; one has two others, the other two, and both have one: what neither
/// has is 4/5 of the rest.
const NEITHER_OVER_OTHERS: f64 = 0.8;

/// The lattice of the larger domain, where a list is of a rhombohedral crystal on hexagonal axes that is twinned by half a turn about c: reflections
/// of one domain alone are there, those of the other as well, and those of neither are absent or were left out.
pub(super) fn domains(merged: &[MergedReflection], hint: &[[i32; 3]]) -> Option<CentringFinding> {
    let obverse = |h: Hkl| !forbids(&OBVERSE, h);
    let reverse = |h: Hkl| !forbids(&REVERSE, h);
    let part = |inside: &dyn Fn(Hkl) -> bool| evidence("", merged, inside, 0);
    let neither = part(&|h| !obverse(h) && !reverse(h));
    let alone = [part(&|h| obverse(h) && !reverse(h)), part(&|h| reverse(h) && !obverse(h))];
    let complete = NEITHER_OVER_OTHERS * neither.others as f64;
    let neither = CentringEvidence { share: neither.forbidden as f64 / complete.max(1.0), ..neither };
    if !neither.holds() || !alone.iter().all(CentringEvidence::is_there) {
        return None;
    }
    let second = alone[1].relative_intensity > alone[0].relative_intensity;
    let vectors = if second { REVERSE } else { OBVERSE };
    let same = |other: &[[i32; 3]]| other.len() == hint.len() && other.iter().all(|v| hint.contains(v));
    let what = "reflections with −h+k+l ≠ 3n and those with h−k+l ≠ 3n are there, those that break both are absent";
    let counts = alone.map(|e| e.forbidden);
    Some(CentringFinding {
        vectors: vectors.to_vec(),
        table: table(merged),
        why: (!same(&OBVERSE) && !same(&REVERSE))
            .then(|| format!("{what}: {} reflections of one domain alone, {} of the other", counts[0], counts[1])),
        remarks: vec![format!(
            "{what}: a rhombohedral crystal twinned obverse/reverse; phases come from the larger domain, and the twin law is tried"
        )],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reflections::laue::centring::tests::list;

    /// A list of two domains, with or without the reflections that neither has.
    fn mixed(second: f64, with_absent: bool) -> Vec<MergedReflection> {
        list(7, |[h, k, l], noise| {
            let of = |salt: i32| 40.0 + f64::from((7 * h + 13 * k * k + salt * l).rem_euclid(97));
            let part = |there: bool, size: f64| if there { size } else { 0.0 };
            let intensity =
                part((k - h + l) % 3 == 0, (1.0 - second) * of(5)) + part((h - k + l) % 3 == 0, second * of(11));
            (intensity > 0.0 || with_absent).then_some(intensity + noise)
        })
    }

    #[test]
    fn the_larger_of_two_domains_is_taken() {
        for with_absent in [false, true] {
            for (second, vectors) in [(0.1, &OBVERSE), (0.4, &OBVERSE), (0.7, &REVERSE)] {
                let found = domains(&mixed(second, with_absent), &[[0; 3]]).unwrap();
                assert_eq!(found.vectors, vectors, "{second} {with_absent}");
                assert!(found.why.unwrap().contains("of the other"));
            }
            assert!(domains(&mixed(0.0, with_absent), &[[0; 3]]).is_none());
        }
        let primitive: Vec<MergedReflection> =
            mixed(0.3, true).iter().map(|r| MergedReflection { intensity: 50.0, ..*r }).collect();
        assert!(domains(&primitive, &[[0; 3]]).is_none());
        let named = domains(&mixed(0.3, false), &OBVERSE).unwrap();
        assert!(named.why.is_none() && named.vectors == OBVERSE);
    }
}
