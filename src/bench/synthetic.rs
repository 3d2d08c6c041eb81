//! A synthetic phasing problem for timing: the largest sphere that fits a grid, Wilson-distributed E.

use crate::engine::problem::{Coefficient, SHELLS};
use crate::engine::{Layout, Problem};
use crate::twins::random::{pcg_hash, trial_hash, unit_interval};

/// Grid points per atom at a grid of d_min/2: 18 Å³ an atom (organic crystals) at d_min = 0.8 Å, as in
/// the cells that the peers were timed on.
const POINTS_PER_ATOM: f32 = 280.0;

/// d_min of these cells, Å.
const D_MIN: f64 = 0.8;

/// Problem on `dims` points with every reflection inside the ellipsoid |k_i| < n_i/2 measured. Throughput
/// does not depend on the amplitudes. `None` for grids too small to hold a reflection.
pub fn problem(dims: [usize; 3]) -> Option<Problem> {
    made(dims, false)
}

/// The same where atoms keep distances, for the pair prior.
pub fn problem_with_distances(dims: [usize; 3]) -> Option<Problem> {
    made(dims, true)
}

fn made(dims: [usize; 3], distances: bool) -> Option<Problem> {
    let limit = dims.map(|n| n.saturating_sub(1) as i32 / 2);
    let radius = |k: [i32; 3]| (0..3).map(|i| (f64::from(k[i]) / (f64::from(limit[i]) + 0.5)).powi(2)).sum::<f64>();
    let mut inside = Vec::new();
    for x in 0..=limit[0] {
        for y in -limit[1]..=limit[1] {
            for z in -limit[2]..=limit[2] {
                if radius([x, y, z]) < 1.0 {
                    inside.push([x, y, z]);
                }
            }
        }
    }
    let layout = Layout::new(dims, inside)?;
    let atoms = dims.iter().product::<usize>() as f32 / POINTS_PER_ATOM;
    let key = |k: [i32; 3]| pcg_hash(pcg_hash(pcg_hash(k[0] as u32) ^ k[1] as u32) ^ k[2] as u32);
    let coefficient = |k: [i32; 3]| {
        let e = (-unit_interval(trial_hash(1, 0, key(k))).max(f32::MIN_POSITIVE).ln()).sqrt();
        let shell = (radius(k).powf(1.5) * SHELLS as f64) as u8;
        Coefficient { measured: Some((e, e)), shell }
    };
    let lengths: Vec<f32> = layout.indices().map(|k| (radius(k).sqrt() / D_MIN) as f32).collect();
    let problem = Problem::new(layout, atoms, coefficient, key);
    Some(if distances { problem.with_distances(&lengths) } else { problem })
}
