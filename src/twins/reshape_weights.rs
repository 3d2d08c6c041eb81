//! Weights of the reshaped posterior: written by `training/train.py`, from simulated packed molecules, no measured data.

/// All products of up to two of x = ln s, y = s/√(M/N) and z = ln(M/N)/4: 1, x, y, z, x², xy, xz, y², yz, z².
pub const FEATURES: usize = 10;

/// ln a.
pub const LN_SLOPE: [f64; FEATURES] =
    [-0.0956, 0.1154, -0.0123, 0.0705, -0.4277, -0.0185, -0.1331, 0.3974, -0.1766, 0.1404];

/// b.
pub const OFFSET: [f64; FEATURES] = [0.2220, 0.3793, 0.9215, -0.4783, 0.0544, 0.0711, -0.0194, 0.4261, 0.2675, -0.8835];
