//! One real-to-complex and one complex-to-real 3-D transform, with nothing between: what any
//! phasing cycle put together from library transforms pays at the least.

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner, num_complex::Complex32};
use std::sync::Arc;
use std::time::Instant;

/// Lines gathered at once for the transforms along y and x.
const TILE: usize = 16;

/// A planned transform pair with its buffers.
pub struct RealPair {
    dims: [usize; 3],
    forward: Arc<dyn RealToComplex<f32>>,
    backward: Arc<dyn ComplexToReal<f32>>,
    complex: [[Arc<dyn Fft<f32>>; 2]; 2],
    real: Vec<f32>,
    half: Vec<Complex32>,
    tile: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl RealPair {
    /// Plans the pair for a grid of x, y, z points (z contiguous and halved).
    pub fn new(dims: [usize; 3]) -> Self {
        let [nx, ny, nz] = dims;
        let mut real_planner = RealFftPlanner::new();
        let mut planner = FftPlanner::new();
        let forward = real_planner.plan_fft_forward(nz);
        let backward = real_planner.plan_fft_inverse(nz);
        let complex = [nx, ny].map(|n| [planner.plan_fft_forward(n), planner.plan_fft_inverse(n)]);
        let scratch = complex.iter().flatten().map(|f| f.get_inplace_scratch_len()).max().unwrap_or(0);
        Self {
            dims,
            scratch: vec![Complex32::default(); scratch.max(forward.get_scratch_len()).max(backward.get_scratch_len())],
            forward,
            backward,
            complex,
            real: (0..nx * ny * nz).map(|i| (i % 17) as f32 - 8.0).collect(),
            half: vec![Complex32::default(); nx * ny * (nz / 2 + 1)],
            tile: vec![Complex32::default(); TILE * nx.max(ny)],
        }
    }

    /// Runs the pair `repeats` times; seconds of one pair on one thread.
    pub fn seconds(&mut self, repeats: u32) -> f64 {
        let begun = Instant::now();
        for _ in 0..repeats {
            self.run();
        }
        begun.elapsed().as_secs_f64() / f64::from(repeats.max(1))
    }

    fn run(&mut self) {
        let [nx, ny, nz] = self.dims;
        let hz = nz / 2 + 1;
        let scale = 1.0 / (nx * ny * nz) as f32;
        for (real, half) in self.real.chunks_exact_mut(nz).zip(self.half.chunks_exact_mut(hz)) {
            // Lengths are fixed by the plan, so neither transform can fail.
            let _ = self.forward.process_with_scratch(real, half, &mut self.scratch);
        }
        for direction in 0..2 {
            let order = if direction == 0 { [1, 0] } else { [0, 1] };
            for axis in order {
                self.lines(axis, direction);
            }
        }
        for (real, half) in self.real.chunks_exact_mut(nz).zip(self.half.chunks_exact_mut(hz)) {
            half[0].im = 0.0;
            if nz % 2 == 0 {
                half[hz - 1].im = 0.0;
            }
            let _ = self.backward.process_with_scratch(half, real, &mut self.scratch);
            real.iter_mut().for_each(|r| *r *= scale);
        }
    }

    /// Transforms all lines along x (axis 0) or y (axis 1), `TILE` at a time.
    fn lines(&mut self, axis: usize, direction: usize) {
        let [nx, ny, nz] = self.dims;
        let hz = nz / 2 + 1;
        let (n, stride, outer, outer_stride) = if axis == 0 { (nx, ny * hz, ny, hz) } else { (ny, hz, nx, ny * hz) };
        for o in 0..outer {
            for first in (0..hz).step_by(TILE) {
                let count = TILE.min(hz - first);
                let base = o * outer_stride + first;
                for i in 0..n {
                    let row = &self.half[base + i * stride..base + i * stride + count];
                    for (j, value) in row.iter().enumerate() {
                        self.tile[j * n + i] = *value;
                    }
                }
                self.complex[axis][direction].process_with_scratch(&mut self.tile[..count * n], &mut self.scratch);
                for i in 0..n {
                    let row = &mut self.half[base + i * stride..base + i * stride + count];
                    for (j, value) in row.iter_mut().enumerate() {
                        *value = self.tile[j * n + i];
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_returns_what_went_in() {
        for dims in [[8, 9, 10], [6, 20, 15], [32, 40, 36]] {
            let mut pair = RealPair::new(dims);
            let before = pair.real.clone();
            pair.seconds(1);
            assert!(before.iter().zip(&pair.real).all(|(a, b)| (a - b).abs() < 1e-4), "{dims:?}");
        }
    }
}
