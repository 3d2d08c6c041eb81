//! Integer matrices of determinant +1: changes of axes.

use crate::crystal::symop::{Rotation, determinant};
use std::cmp::Reverse;

/// Row by row, as rotations are.
pub(super) type Matrix = Rotation;

/// Matrices with elements −1, 0, 1: settings in use are sums and differences of axes.
const MATRICES: u32 = 3u32.pow(9);

/// All matrices of determinant +1 with elements −1, 0, 1; the identity first, then those with least mixing of axes and least turning.
pub(super) fn unimodular() -> Vec<Matrix> {
    let element = |code: u32, place: usize| (code / 3u32.pow(place as u32) % 3) as i32 - 1;
    let mut all: Vec<Matrix> = (0..MATRICES)
        .map(|code| std::array::from_fn(|i| std::array::from_fn(|j| element(code, 3 * i + j))))
        .filter(|q| determinant(*q) == 1)
        .collect();
    let mixing = |q: &Matrix| q.as_flattened().iter().map(|x| x.abs()).sum::<i32>();
    all.sort_by_key(|q| (mixing(q), Reverse(q[0][0] + q[1][1] + q[2][2]), Reverse(*q)));
    all
}

/// h m of a row, as indices are transformed.
pub(super) fn row_times(h: [i32; 3], m: &Matrix) -> [i32; 3] {
    std::array::from_fn(|j| (0..3).map(|i| h[i] * m[i][j]).sum())
}

/// m t of a column, as coordinates are transformed.
pub(super) fn column_times(m: &Matrix, t: [i32; 3]) -> [i32; 3] {
    std::array::from_fn(|i| (0..3).map(|j| m[i][j] * t[j]).sum())
}
