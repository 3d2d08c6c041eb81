//! The strong reflections that carry a search for the origin.

use crate::crystal::Cell;
use crate::reflections::PhasedReflection;

/// The strongest are taken from this many times as many reflections of lowest resolution: a search grid for them
/// has a bounded number of points, however far the data reach.
const POOL_FACTOR: usize = 4;

/// Positions of strong reflections in their list, and how fine a grid they need.
pub struct Strongest {
    /// Positions in the list, in list order.
    pub positions: Vec<usize>,
    /// Resolution in Å that the pool reaches, which may be coarser than that of the data.
    pub d_min: f64,
}

/// Picks up to `count` reflections, the largest E times figure of merit of the pool.
pub fn strongest(cell: &Cell, reflections: &[PhasedReflection], count: usize) -> Strongest {
    let mut pool: Vec<(f64, f64, usize)> = reflections
        .iter()
        .enumerate()
        .filter(|(_, r)| r.e * r.fom > 0.0)
        .map(|(i, r)| (cell.d_star_sq(r.hkl), r.e * r.fom, i))
        .collect();
    pool.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    pool.truncate(POOL_FACTOR * count);
    let d_min = pool.last().map_or(f64::INFINITY, |p| p.0.sqrt().recip());
    pool.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.2.cmp(&b.2)));
    pool.truncate(count);
    let mut positions: Vec<usize> = pool.into_iter().map(|p| p.2).collect();
    positions.sort_unstable();
    Strongest { positions, d_min }
}
