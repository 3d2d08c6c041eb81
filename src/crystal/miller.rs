//! Miller indices and the half of reciprocal space that stands for a Friedel pair.

/// Miller indices h, k, l.
pub type Hkl = [i32; 3];

/// −h −k −l, the Friedel mate.
pub fn friedel(hkl: Hkl) -> Hkl {
    hkl.map(|x| -x)
}

/// True for the member of a Friedel pair that stands for both: h > 0, or h = 0 and k > 0, or
/// h = k = 0 and l > 0. 0 0 0 belongs to neither half.
pub fn in_half(hkl: Hkl) -> bool {
    hkl > [0, 0, 0]
}

/// The member of a Friedel pair that stands for both; 0 0 0 is its own.
pub fn half(hkl: Hkl) -> Hkl {
    if in_half(hkl) { hkl } else { friedel(hkl) }
}

/// A number of a reflection for counter hashes (spatial hash of Teschner et al. 2003), the same wherever it is drawn.
pub fn hash_key(hkl: Hkl) -> u32 {
    hkl[0].cast_unsigned().wrapping_mul(73_856_093)
        ^ hkl[1].cast_unsigned().wrapping_mul(19_349_663)
        ^ hkl[2].cast_unsigned().wrapping_mul(83_492_791)
}

/// What a phase gains when the positions move by `shift` (fractions): 2π h·s in radians, less than a turn.
pub fn phase_gain(hkl: Hkl, shift: [f64; 3]) -> f64 {
    let turns: f64 = (0..3).map(|i| f64::from(hkl[i]) * shift[i]).sum();
    std::f64::consts::TAU * turns.fract()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_each_pair_is_in_the_half() {
        for h in -2..=2 {
            for k in -2..=2 {
                for l in -2..=2 {
                    let hkl = [h, k, l];
                    let count = u8::from(in_half(hkl)) + u8::from(in_half(friedel(hkl)));
                    assert_eq!(count, u8::from(hkl != [0, 0, 0]));
                }
            }
        }
    }
}
