//! Peaks of a map: local maxima, placed between the grid points.

use super::density::DensityMap;
use nalgebra::{Matrix3, Vector3};
use rayon::prelude::*;

/// A peak must stand this far above the mean, in σ of the map.
const MIN_HEIGHT: f64 = 1.0;
/// Farthest that interpolation may move a peak from its grid point along an axis, in grid steps.
const MAX_MOVE: f64 = 0.75;

/// A maximum of the map.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Peak {
    /// Fractional coordinates in 0…1.
    pub xyz: [f64; 3],
    /// Interpolated height in σ of the map.
    pub height: f64,
}

/// All peaks of the whole cell above 1 σ, highest first.
pub fn find_peaks(map: &DensityMap) -> Vec<Peak> {
    if map.sigma.is_nan() || map.sigma <= 0.0 {
        return Vec::new();
    }
    let [nx, ny, nz] = map.dims;
    let floor = (MIN_HEIGHT * map.sigma) as f32;
    let in_plane = |x: usize| {
        (0..ny * nz).filter_map(move |n| {
            let centre = map.values[x * ny * nz + n];
            let point = [x, n / nz, n % nz];
            let top = centre > floor && !is_slope(map, point, centre);
            top.then(|| peak_at(map, point.map(|i| i as i64), centre))?
        })
    };
    let mut peaks: Vec<Peak> = (0..nx).into_par_iter().flat_map_iter(in_plane).collect();
    peaks.par_sort_by(|a: &Peak, b: &Peak| b.height.total_cmp(&a.height).then(a.xyz[0].total_cmp(&b.xyz[0])));
    peaks
}

/// Offset of the n-th of the 27 points of a neighbourhood; number 13 is the centre.
fn offset(n: usize) -> [i64; 3] {
    [n as i64 / 9 - 1, n as i64 / 3 % 3 - 1, n as i64 % 3 - 1]
}

/// True where a neighbour along an axis is higher: of most points the first that is looked at.
fn is_slope(map: &DensityMap, point: [usize; 3], centre: f32) -> bool {
    let [nx, ny, nz] = map.dims;
    let strides = [ny * nz, nz, 1];
    let here = point[0] * strides[0] + point[1] * strides[1] + point[2];
    [(nx, 0), (ny, 1), (nz, 2)].into_iter().any(|(n, axis)| {
        let (i, stride) = (point[axis], strides[axis]);
        let up = if i + 1 < n { here + stride } else { here - i * stride };
        let down = if i > 0 { here - stride } else { here + (n - 1) * stride };
        map.values[up] > centre || map.values[down] > centre
    })
}

/// The interpolated peak of a grid point that tops its 26 neighbours (of equal neighbours the first in grid order).
fn peak_at(map: &DensityMap, [x, y, z]: [i64; 3], centre: f32) -> Option<Peak> {
    let mut near = [0.0; 27];
    for (n, value) in near.iter_mut().enumerate() {
        let [i, j, k] = offset(n);
        let neighbour = map.at(x + i, y + j, z + k);
        if neighbour > centre || (neighbour == centre && n < 13) {
            return None;
        }
        *value = f64::from(neighbour);
    }
    let (step, gain) = quadratic_top(&near);
    let point = [x, y, z];
    let xyz = std::array::from_fn(|i| ((point[i] as f64 + step[i]) / map.dims[i] as f64).rem_euclid(1.0));
    Some(Peak { xyz, height: (f64::from(centre) + gain) / map.sigma })
}

/// Least-squares quadratic through the 27 points: where it is highest, in grid steps from the centre, and how much
/// higher than at the centre. The sums over the points decouple into the constants below.
fn quadratic_top(near: &[f64; 27]) -> ([f64; 3], f64) {
    // Σu² = 18, Σ(u²−2/3)² = 6 and Σu²v² = 12 over the 27 points.
    let mut g = Vector3::<f64>::zeros();
    let mut h = Matrix3::<f64>::zeros();
    for (n, &value) in near.iter().enumerate() {
        let u = offset(n).map(|i| i as f64);
        for i in 0..3 {
            g[i] += value * u[i] / 18.0;
            h[(i, i)] += 2.0 * value * (u[i] * u[i] - 2.0 / 3.0) / 6.0;
            for j in 0..i {
                h[(i, j)] += value * u[i] * u[j] / 12.0;
            }
        }
    }
    for i in 0..3 {
        for j in 0..i {
            h[(j, i)] = h[(i, j)];
        }
    }
    let full = (-h).cholesky().map(|c| c.solve(&g));
    let step = match full {
        Some(step) if step.amax() <= MAX_MOVE => step,
        // A saddle-shaped or strongly slanting fit: each axis by itself.
        _ => Vector3::from_fn(|i, _| if h[(i, i)] < 0.0 { (-g[i] / h[(i, i)]).clamp(-0.5, 0.5) } else { 0.0 }),
    };
    ([step[0], step[1], step[2]], 0.5 * g.dot(&step).max(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::Cell;

    #[test]
    fn a_gaussian_between_grid_points_is_found_where_it_stands() {
        let cell = Cell::new([5.0, 6.0, 7.0], [75.0, 95.0, 110.0]).unwrap();
        let dims = [24, 28, 32];
        let centre = [0.51, 0.983, 0.267];
        let mut values = Vec::new();
        for x in 0..dims[0] {
            for y in 0..dims[1] {
                for z in 0..dims[2] {
                    let at = [x as f64 / 24.0, y as f64 / 28.0, z as f64 / 32.0];
                    let r = cell.distance_mod_lattice(at, centre);
                    values.push((-r * r / (2.0 * 0.45f64.powi(2))).exp() as f32);
                }
            }
        }
        let map = DensityMap { dims, cell: cell.clone(), values, sigma: 0.1 };
        let peaks = find_peaks(&map);
        assert_eq!(peaks.len(), 1);
        assert!(cell.distance_mod_lattice(peaks[0].xyz, centre) < 0.01, "{:?}", peaks[0]);
        assert!((peaks[0].height - 10.0).abs() < 0.2);
    }
}
