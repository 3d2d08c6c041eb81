//! Charge flipping proper: densities below δ change sign.

use multiversion::multiversion;

/// Replaces ρ < `delta` by −ρ; returns how many voxels that were.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+sse4.1", "aarch64+neon"))]
pub fn flip(rho: &mut [f32], delta: f32) -> u32 {
    let mut flipped = 0;
    for value in rho {
        let low = *value < delta;
        *value = if low { -*value } else { *value };
        flipped += u32::from(low);
    }
    flipped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn low_density_changes_sign() {
        let mut rho = [2.0, 0.5, -3.0, 1.0];
        assert_eq!(flip(&mut rho, 1.0), 2);
        assert_eq!(rho, [2.0, -0.5, 3.0, 1.0]);
    }
}
