//! The integer counter hash that all random starts come from: the same on CPU and GPU, on any shard.

/// One round of the PCG-RXS-M-XS 32-bit output hash (Jarzynski & Olano 2020, JCGT 9(3), 20): no state,
/// passes the usual avalanche tests, four integer operations in WGSL.
pub fn pcg_hash(value: u32) -> u32 {
    let state = value.wrapping_mul(747_796_405).wrapping_add(2_891_336_453);
    let word = ((state >> ((state >> 28) + 4)) ^ state).wrapping_mul(277_803_737);
    (word >> 22) ^ word
}

/// Hash of (seed, trial, reflection key).
pub fn trial_hash(seed: u32, trial: u32, key: u32) -> u32 {
    pcg_hash(key ^ pcg_hash(trial ^ pcg_hash(seed)))
}

/// Number of unit vectors in the phase table: 2¹² directions, 0.09° apart. A table in place of sin
/// and cos makes starts bitwise equal on every device.
pub const PHASE_TABLE_SIZE: usize = 4096;

/// cos and sin of i·2π/4096, rounded from f64.
pub fn phase_table() -> Vec<[f32; 2]> {
    (0..PHASE_TABLE_SIZE)
        .map(|i| {
            let (sin, cos) = (std::f64::consts::TAU * i as f64 / PHASE_TABLE_SIZE as f64).sin_cos();
            [cos as f32, sin as f32]
        })
        .collect()
}

/// Place in the phase table that a hash stands for.
pub fn phase_index(hash: u32) -> usize {
    (hash >> (32 - PHASE_TABLE_SIZE.trailing_zeros())) as usize
}

/// A number in [0, 1) from a hash, exact in f32.
pub fn unit_interval(hash: u32) -> f32 {
    (hash >> 8) as f32 / (1u32 << 24) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_values_and_uniformity() {
        // Fixed for ever: starts must not change between versions.
        assert_eq!(pcg_hash(0), 129_708_002);
        let mut histogram = [0u32; 16];
        for key in 0..16_000 {
            histogram[phase_index(trial_hash(7, 3, key)) / 256] += 1;
        }
        assert!(histogram.iter().all(|&n| (880..1120).contains(&n)), "{histogram:?}");
    }

    #[test]
    fn trials_and_seeds_differ() {
        let same = (0..1000).filter(|&k| phase_index(trial_hash(1, 1, k)) == phase_index(trial_hash(1, 2, k))).count();
        assert!(same < 10);
    }
}
