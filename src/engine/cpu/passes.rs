//! The two fused passes over mixed space, on rustfft, one trial at a time.
//!
//! *Columns*: z-transform, work on the coefficients of a column, inverse z-transform.
//! *Planes*: inverse transform of one plane (y, then x), work on the density, forward transform.
//! Neither the whole density nor the whole set of coefficients is ever stored. In a plane two real
//! rows y and y + ⌈ny/2⌉ share one complex x-line, so every transform is a plain complex one.

use crate::engine::layout::{Column, Layout};
use rustfft::{Fft, FftPlanner, num_complex::Complex32};
use std::sync::Arc;

/// Columns that are gathered into one batch of z-lines: 16 × 8 bytes are two cache lines of a row.
const TILE: usize = 16;

const ZERO: Complex32 = Complex32::new(0.0, 0.0);

/// Work on one run of density values; called for every row pair of every plane.
pub trait PlaneStep {
    /// Changes the densities in place and adds to whatever sums the step keeps.
    fn apply(&mut self, rho: &mut [f32]);
}

/// A stretch of neighbouring columns of one kx that is contiguous in y as well.
struct Segment {
    column: usize,
    y: usize,
    len: usize,
}

/// Planned passes of one layout.
pub struct Passes {
    layout: Arc<Layout>,
    forward: [Arc<dyn Fft<f32>>; 3],
    inverse: [Arc<dyn Fft<f32>>; 3],
    segments: Vec<Vec<Segment>>,
}

/// Buffers of one thread.
pub struct Scratch {
    lines: Vec<Complex32>,
    plane: Vec<Complex32>,
    rows: Vec<Complex32>,
    fft: Vec<Complex32>,
    single: Vec<f32>,
    /// What the pair prior keeps of a trial within a cycle, empty before it is used.
    pub pairs: PairScratch,
}

/// Buffers of the pair prior: a second mixed space, and densities in the order of the plane passes.
#[derive(Default)]
pub struct PairScratch {
    /// Mixed space of what changes along the direction.
    pub mixed: Vec<Complex32>,
    /// The cavity map.
    pub map: Vec<f32>,
    /// Change of q along the direction.
    pub change: Vec<f32>,
}

impl Passes {
    /// Plans the transforms and the copies of a layout.
    pub fn new(layout: Arc<Layout>) -> Self {
        let mut planner = FftPlanner::new();
        let dims = layout.dims();
        let segments = layout
            .columns_by_kx()
            .iter()
            .map(|range| {
                let mut list: Vec<Segment> = Vec::new();
                for column in range.clone() {
                    let y = layout.columns()[column].ky.rem_euclid(dims[1] as i32) as usize;
                    match list.last_mut() {
                        Some(last) if last.y + last.len == y => last.len += 1,
                        _ => list.push(Segment { column, y, len: 1 }),
                    }
                }
                list
            })
            .collect();
        Self {
            forward: dims.map(|n| planner.plan_fft_forward(n)),
            inverse: dims.map(|n| planner.plan_fft_inverse(n)),
            layout,
            segments,
        }
    }

    /// Length of a trial's mixed space: nz × number of columns.
    pub fn mixed_len(&self) -> usize {
        self.layout.dims()[2] * self.layout.columns().len()
    }

    /// Buffers for one thread.
    pub fn scratch(&self) -> Scratch {
        let [nx, ny, nz] = self.layout.dims();
        let fft = self.forward.iter().chain(&self.inverse).map(|f| f.get_inplace_scratch_len()).max().unwrap_or(0);
        Scratch {
            lines: vec![ZERO; TILE * nz],
            plane: vec![ZERO; self.segments.len() * ny],
            rows: vec![ZERO; ny.div_ceil(2) * nx],
            fft: vec![ZERO; fft],
            single: vec![0.0; nx],
            pairs: PairScratch::default(),
        }
    }

    /// Column pass. For every column `step(column, line)` gets the z-line: after the forward
    /// transform when `FORWARD` (unnormalised, to be divided by the number of grid points), else
    /// cleared. When `INVERSE`, what `step` leaves is transformed back and stored in `mixed`.
    pub fn columns<const FORWARD: bool, const INVERSE: bool>(
        &self,
        mixed: &mut [Complex32],
        scratch: &mut Scratch,
        mut step: impl FnMut(&Column, &mut [Complex32]),
    ) {
        let nz = self.layout.dims()[2];
        let stride = self.layout.columns().len();
        for (tile, columns) in self.layout.columns().chunks(TILE).enumerate() {
            let first = tile * TILE;
            let lines = &mut scratch.lines[..columns.len() * nz];
            if FORWARD {
                for (z, row) in mixed.chunks_exact(stride).enumerate() {
                    for (line, value) in row[first..first + columns.len()].iter().enumerate() {
                        lines[line * nz + z] = *value;
                    }
                }
                self.forward[2].process_with_scratch(lines, &mut scratch.fft);
            } else {
                lines.fill(ZERO);
            }
            for (column, line) in columns.iter().zip(lines.chunks_exact_mut(nz)) {
                step(column, line);
            }
            if INVERSE {
                self.inverse[2].process_with_scratch(lines, &mut scratch.fft);
                for (z, row) in mixed.chunks_exact_mut(stride).enumerate() {
                    for (line, value) in row[first..first + columns.len()].iter_mut().enumerate() {
                        *value = lines[line * nz + z];
                    }
                }
            }
        }
    }

    /// Plane pass: `step` sees every density value once, and what it leaves is transformed forward.
    pub fn planes(&self, mixed: &mut [Complex32], scratch: &mut Scratch, step: &mut impl PlaneStep) {
        self.planes_of::<true, true>(mixed, scratch, step);
    }

    /// The same without the transform from `mixed`, when not `INVERSE`: `step` has to set every value; or without that back
    /// to it, when not `FORWARD`. Values come in the same order in every pass.
    pub fn planes_of<const INVERSE: bool, const FORWARD: bool>(
        &self,
        mixed: &mut [Complex32],
        scratch: &mut Scratch,
        step: &mut impl PlaneStep,
    ) {
        let [nx, ny, _] = self.layout.dims();
        let half = ny.div_ceil(2);
        for row in mixed.chunks_exact_mut(self.layout.columns().len()) {
            if INVERSE {
                self.gather_plane(row, &mut scratch.plane, ny);
                self.inverse[1].process_with_scratch(&mut scratch.plane, &mut scratch.fft);
                pack_rows(&scratch.plane, &mut scratch.rows, nx, ny);
                self.inverse[0].process_with_scratch(&mut scratch.rows, &mut scratch.fft);
            }
            if ny % 2 == 0 {
                step.apply(bytemuck::cast_slice_mut(&mut scratch.rows));
            } else {
                // The last line carries one real row alone.
                let (pairs, last) = scratch.rows.split_at_mut((half - 1) * nx);
                step.apply(bytemuck::cast_slice_mut(pairs));
                for (single, value) in scratch.single.iter_mut().zip(last.iter()) {
                    *single = value.re;
                }
                step.apply(&mut scratch.single);
                for (single, value) in scratch.single.iter().zip(last) {
                    *value = Complex32::new(*single, 0.0);
                }
            }
            if !FORWARD {
                continue;
            }
            self.forward[0].process_with_scratch(&mut scratch.rows, &mut scratch.fft);
            unpack_rows(&scratch.rows, &mut scratch.plane, nx, ny);
            self.forward[1].process_with_scratch(&mut scratch.plane, &mut scratch.fft);
            for (line, segments) in scratch.plane.chunks_exact(ny).zip(&self.segments) {
                for s in segments {
                    row[s.column..s.column + s.len].copy_from_slice(&line[s.y..s.y + s.len]);
                }
            }
        }
    }

    /// Spreads one row of mixed space over the y-lines of its plane, zeros outside the sphere.
    fn gather_plane(&self, row: &[Complex32], plane: &mut [Complex32], ny: usize) {
        for (kx, (line, segments)) in plane.chunks_exact_mut(ny).zip(&self.segments).enumerate() {
            line.fill(ZERO);
            for s in segments {
                line[s.y..s.y + s.len].copy_from_slice(&row[s.column..s.column + s.len]);
            }
            if kx == 0 {
                // Columns (0, −ky) are not stored: they are the conjugates of (0, ky).
                line[0].im = 0.0;
                for y in 1..ny.div_ceil(2) {
                    line[ny - y] = line[y].conj();
                }
            }
        }
    }
}

/// Rows y and y + ⌈ny/2⌉ of the half-transformed plane become one complex x-line each, with the
/// Hermitian half along x filled in. The second row of the last pair is 0 when ny is odd.
fn pack_rows(plane: &[Complex32], rows: &mut [Complex32], nx: usize, ny: usize) {
    let half = ny.div_ceil(2);
    let active = plane.len() / ny;
    for line in rows.chunks_exact_mut(nx) {
        line[active..nx + 1 - active].fill(ZERO);
    }
    for (kx, line) in plane.chunks_exact(ny).enumerate() {
        let (lower, upper) = line.split_at(half);
        let mut put = |l: usize, a: Complex32, b: Complex32| {
            rows[l * nx + kx] = Complex32::new(a.re - b.im, a.im + b.re);
            if kx > 0 {
                rows[l * nx + nx - kx] = Complex32::new(a.re + b.im, b.re - a.im);
            }
        };
        for (l, (&a, &b)) in lower.iter().zip(upper).enumerate() {
            put(l, a, b);
        }
        if upper.len() < half {
            put(half - 1, lower[half - 1], ZERO);
        }
    }
}

/// The inverse of `pack_rows` after the forward x-transform.
fn unpack_rows(rows: &[Complex32], plane: &mut [Complex32], nx: usize, ny: usize) {
    let half = ny.div_ceil(2);
    for (kx, line) in plane.chunks_exact_mut(ny).enumerate() {
        let (lower, upper) = line.split_at_mut(half);
        let mirror = (nx - kx) % nx;
        let split = |l: usize| {
            let (v, m) = (rows[l * nx + kx], rows[l * nx + mirror]);
            (
                Complex32::new(0.5 * (v.re + m.re), 0.5 * (v.im - m.im)),
                Complex32::new(0.5 * (v.im + m.im), 0.5 * (m.re - v.re)),
            )
        };
        for (l, (a, b)) in lower.iter_mut().zip(upper.iter_mut()).enumerate() {
            (*a, *b) = split(l);
        }
        if upper.len() < half {
            lower[half - 1] = split(half - 1).0;
        }
    }
}

/// Runs `work` on the table ranges of a column and the matching stretches of its z-line, clears the
/// rest of the line, and for column (0, 0) treats F(000) with `origin` and completes kz < 0.
pub fn with_entries(
    column: &Column,
    line: &mut [Complex32],
    origin: impl FnOnce(Complex32) -> Complex32,
    mut work: impl FnMut(std::ops::Range<usize>, &mut [Complex32]),
) {
    let nz = line.len();
    let [(upper, first), (lower, second)] = column.runs(nz);
    let is_origin = column.kx == 0 && column.ky == 0;
    if is_origin {
        line[0] = origin(line[0]);
    }
    let upper_end = first + upper.len();
    if !upper.is_empty() {
        work(upper, &mut line[first..upper_end]);
    }
    if is_origin {
        line[upper_end..].fill(ZERO);
        for z in 1..upper_end {
            line[nz - z] = line[z].conj();
        }
        return;
    }
    // Without an entry at kz = 0 (strongly oblique cells) the run starts elsewhere: clear around it.
    line[..first].fill(ZERO);
    let lower_len = lower.len();
    if lower_len == 0 {
        line[upper_end..].fill(ZERO);
        return;
    }
    line[upper_end..second].fill(ZERO);
    work(lower, &mut line[second..second + lower_len]);
    line[second + lower_len..].fill(ZERO);
}
