//! Elements of peaks, where they are plain: heavy atoms that stand clear of everything lighter.

use crate::crystal::Site;

/// An element stands clear of the next lighter one when its atomic number is this many times larger (Cl against O,
/// S against C; not P against S, nor N against C).
const CLEAR_Z_RATIO: f64 = 1.8;
/// Heights go roughly with Z; the drop behind the last heavy peak must reach this power of the Z ratio …
const GAP_POWER: f64 = 0.5;
/// … and in any case this ratio, which neighbouring peaks of one element hardly ever show.
const MIN_GAP: f64 = 1.3;
/// Largest ratio that counts: behind the lightest element there is only noise, without a Z.
const MAX_Z_RATIO: f64 = 2.5;
/// Heights of one element within a structure differ by less than this factor (displacements, ripples).
const MAX_SPREAD: f64 = 2.5;

/// Gives an element to the sites for which it is plain. `sites` are sorted by height, highest first; `contents` are
/// atomic numbers and atoms per cell (UNIT); `operations` is the number of operations per cell. Sites keep their
/// order; those that stay Q-peaks are left as they are, others are labelled `Cl1`-like by `symbol`.
pub fn assign_elements(sites: &mut [Site], contents: &[(u8, f64)], operations: usize, symbol: impl Fn(u8) -> String) {
    let mut heaviest: Vec<(u8, f64)> = contents.iter().copied().filter(|&(z, n)| z > 1 && n > 0.0).collect();
    heaviest.sort_by_key(|&(z, _)| std::cmp::Reverse(z));
    let mut first = 0;
    for (rank, &(z, expected)) in heaviest.iter().enumerate() {
        let lighter = heaviest.get(rank + 1).map_or(1.0, |&(z, _)| f64::from(z));
        let ratio = (f64::from(z) / lighter).min(MAX_Z_RATIO);
        if ratio < CLEAR_Z_RATIO {
            return;
        }
        let Some(end) = clear_end(sites, first, expected, ratio, operations) else { return };
        for (number, site) in sites[first..end].iter_mut().enumerate() {
            site.element = Some(z);
            site.label = format!("{}{}", symbol(z), number + 1);
        }
        first = end;
    }
}

/// One past the last site of the element that starts at `first`, if a clear drop in height ends it within one site
/// of the expected number of atoms per cell.
fn clear_end(sites: &[Site], first: usize, expected: f64, ratio: f64, operations: usize) -> Option<usize> {
    let height = |i: usize| sites[i].height.filter(|h| *h > 0.0);
    let least_gap = ratio.powf(GAP_POWER).max(MIN_GAP);
    let mut counted = 0.0;
    let mut best: Option<(f64, f64, usize)> = None;
    for end in first + 1..sites.len() {
        let atoms = sites[end - 1].sof * operations as f64;
        let before = counted;
        counted += atoms;
        // One site too few or too many is allowed: UNIT is rounded, and a site may be split or missing.
        let one_less = counted + sites[end].sof * operations as f64;
        if one_less < expected - 0.5 {
            continue;
        }
        if before > expected + 0.5 {
            break;
        }
        let (Some(top), Some(last), Some(next)) = (height(first), height(end - 1), height(end)) else { break };
        if last / next >= least_gap && top / last <= MAX_SPREAD {
            let off = (counted - expected).abs();
            if best.is_none_or(|(other, gap, _)| off < other - 0.5 || (off <= other + 0.5 && last / next > gap)) {
                best = Some((off, last / next, end));
            }
        }
    }
    best.map(|(_, _, end)| end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sites(heights: &[f64]) -> Vec<Site> {
        heights
            .iter()
            .enumerate()
            .map(|(i, &h)| Site {
                label: format!("Q{}", i + 1),
                element: None,
                xyz: [0.0; 3],
                sof: 1.0,
                u_iso: 0.05,
                u_aniso: None,
                height: Some(h),
            })
            .collect()
    }

    fn labels(sites: &[Site]) -> String {
        sites.iter().map(|s| s.label.clone()).collect::<Vec<_>>().join(" ")
    }

    fn name(z: u8) -> String {
        match z {
            35 => "Br".into(),
            17 => "Cl".into(),
            6 => "C".into(),
            _ => format!("Z{z}-"),
        }
    }

    #[test]
    fn clear_heavy_atoms_are_named_and_the_rest_is_not() {
        let mut s = sites(&[60.0, 30.0, 28.0, 13.0, 12.0, 11.0, 10.0]);
        assign_elements(&mut s, &[(6, 8.0), (8, 8.0), (17, 8.0), (35, 4.0), (1, 40.0)], 4, name);
        assert_eq!(labels(&s), "Br1 Cl1 Cl2 Q4 Q5 Q6 Q7");
    }

    #[test]
    fn nothing_is_named_without_a_drop_or_a_lone_heavy_element() {
        let mut s = sites(&[30.0, 27.0, 25.0, 22.0, 20.0]);
        assign_elements(&mut s, &[(6, 12.0), (17, 8.0)], 4, name);
        assert_eq!(labels(&s), "Q1 Q2 Q3 Q4 Q5");
        let mut s = sites(&[30.0, 28.0, 9.0, 8.0]);
        assign_elements(&mut s, &[(6, 8.0), (16, 4.0), (17, 4.0)], 4, name);
        assert_eq!(labels(&s), "Q1 Q2 Q3 Q4");
    }

    #[test]
    fn special_positions_count_with_their_multiplicity() {
        let mut s = sites(&[60.0, 55.0, 13.0, 12.0]);
        (s[0].sof, s[1].sof) = (0.5, 0.5);
        assign_elements(&mut s, &[(35, 4.0), (6, 12.0), (8, 4.0)], 4, name);
        assert_eq!(labels(&s), "Br1 Br2 Q3 Q4");
        let mut s = sites(&[60.0, 55.0, 13.0, 12.0]);
        assign_elements(&mut s, &[(35, 16.0), (6, 12.0), (8, 4.0)], 4, name);
        assert_eq!(labels(&s), "Q1 Q2 Q3 Q4", "two atoms of four are not plain");
    }

    #[test]
    fn a_single_light_element_is_plain_only_above_the_noise() {
        let mut s = sites(&[10.0, 9.0, 8.5, 3.0, 2.8]);
        assign_elements(&mut s, &[(6, 12.0), (1, 8.0)], 4, name);
        assert_eq!(labels(&s), "C1 C2 C3 Q4 Q5");
    }
}
