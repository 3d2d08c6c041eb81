//! Host 3-D complex Fourier transform on rustfft, for maps that are made once (Patterson, symmetry
//! search, final density). The engines have their own fused passes.
//!
//! Axis order is C order: index = (x·ny + y)·nz + z. `forward` is exp(−2πi hx), `inverse` exp(+2πi hx),
//! both unnormalised.

use rayon::prelude::*;
use rustfft::{Fft, FftNum, FftPlanner, num_complex::Complex};
use std::sync::Arc;

/// Prime factors that grid sizes are made of.
const SMOOTH_PRIMES: [usize; 4] = [2, 3, 5, 7];

/// Smallest 2·3·5·7-smooth number that is at least `n`.
pub fn smooth_at_least(n: usize) -> usize {
    (n.max(1)..).find(|&m| is_smooth(m)).unwrap_or(n)
}

/// True for numbers with no prime factor above 7.
pub fn is_smooth(n: usize) -> bool {
    let mut rest = n;
    for p in SMOOTH_PRIMES {
        while rest > 0 && rest.is_multiple_of(p) {
            rest /= p;
        }
    }
    rest == 1
}

/// Planned transforms of one grid.
pub struct Fourier3<T: FftNum> {
    dims: [usize; 3],
    forward: [Arc<dyn Fft<T>>; 3],
    inverse: [Arc<dyn Fft<T>>; 3],
}

impl<T: FftNum> Fourier3<T> {
    /// Plans the transforms of a grid of `dims` points.
    pub fn new(dims: [usize; 3]) -> Self {
        let mut planner = FftPlanner::new();
        Self {
            dims,
            forward: dims.map(|n| planner.plan_fft_forward(n)),
            inverse: dims.map(|n| planner.plan_fft_inverse(n)),
        }
    }

    /// Grid points along each axis.
    pub fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// Number of grid points.
    pub fn len(&self) -> usize {
        self.dims.iter().product()
    }

    /// True for a grid without points.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Array index of a Miller index; indices wrap around the grid.
    pub fn index(&self, hkl: [i32; 3]) -> usize {
        let w: [usize; 3] = std::array::from_fn(|i| hkl[i].rem_euclid(self.dims[i] as i32) as usize);
        (w[0] * self.dims[1] + w[1]) * self.dims[2] + w[2]
    }

    /// exp(−2πi hx) transform in place; `data` holds `len()` values.
    pub fn forward(&self, data: &mut [Complex<T>]) {
        self.transform(data, &self.forward);
    }

    /// exp(+2πi hx) transform in place; `data` holds `len()` values.
    pub fn inverse(&self, data: &mut [Complex<T>]) {
        self.transform(data, &self.inverse);
    }

    fn transform(&self, data: &mut [Complex<T>], plans: &[Arc<dyn Fft<T>>; 3]) {
        let [nx, ny, nz] = self.dims;
        let zero = Complex::new(T::zero(), T::zero());
        data.par_chunks_exact_mut(ny * nz).for_each_init(
            || vec![zero; ny * nz],
            |turned, slab| transform_plane(slab, turned, [ny, nz], [&*plans[1], &*plans[2]]),
        );
        // So many planes at a time that all threads have work and the buffer stays small.
        let together = (PLANES_PER_THREAD * rayon::current_num_threads()).min(ny);
        let mut planes = vec![zero; together * nx * nz];
        for first in (0..ny).step_by(together) {
            let count = together.min(ny - first);
            let planes = &mut planes[..count * nx * nz];
            planes.par_chunks_exact_mut(nx * nz).enumerate().for_each(|(plane, columns)| {
                for x in 0..nx {
                    for z in 0..nz {
                        columns[z * nx + x] = data[(x * ny + first + plane) * nz + z];
                    }
                }
                plans[0].process(columns);
            });
            let planes = &*planes;
            data.par_chunks_exact_mut(ny * nz).enumerate().for_each(|(x, slab)| {
                for (columns, row) in planes.chunks_exact(nx * nz).zip(slab[first * nz..].chunks_exact_mut(nz)) {
                    for (z, value) in row.iter_mut().enumerate() {
                        *value = columns[z * nx + x];
                    }
                }
            });
        }
    }
}

/// Planes of columns that each thread transforms before they are put back.
const PLANES_PER_THREAD: usize = 4;

/// Transforms of a plane of `rows` times `columns` values in place, by the plans along its columns and along its rows; `turned` is as long.
pub fn transform_plane<T: FftNum>(
    plane: &mut [Complex<T>],
    turned: &mut [Complex<T>],
    [rows, columns]: [usize; 2],
    [along_columns, along_rows]: [&dyn Fft<T>; 2],
) {
    along_rows.process(plane);
    transpose(plane, turned, rows, columns);
    along_columns.process(turned);
    transpose(turned, plane, columns, rows);
}

fn transpose<T: Copy>(from: &[T], to: &mut [T], rows: usize, columns: usize) {
    for r in 0..rows {
        for c in 0..columns {
            to[c * rows + r] = from[r * columns + c];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_wave_lands_on_its_index() {
        let plan = Fourier3::<f64>::new([6, 5, 9]);
        let hkl = [2, -1, 4];
        let mut data = vec![Complex::new(0.0, 0.0); plan.len()];
        data[plan.index(hkl)] = Complex::new(1.0, 0.0);
        plan.inverse(&mut data);
        let (x, y, z) = (4, 3, 7);
        let turns = 2.0 * 4.0 / 6.0 - 3.0 / 5.0 + 4.0 * 7.0 / 9.0;
        let expected = Complex::from_polar(1.0, std::f64::consts::TAU * turns);
        assert!((data[(x * 5 + y) * 9 + z] - expected).norm() < 1e-12);
        plan.forward(&mut data);
        assert!((data[plan.index(hkl)].re - plan.len() as f64).abs() < 1e-9);
    }

    #[test]
    fn smooth_numbers() {
        assert_eq!(smooth_at_least(11), 12);
        assert_eq!(smooth_at_least(121), 125);
        assert!(is_smooth(2 * 3 * 5 * 7 * 8) && !is_smooth(22) && !is_smooth(0));
    }
}
