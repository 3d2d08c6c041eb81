//! The layout as the device wants it: columns ordered by ky and then kx, in tiles of sixteen, entries by tile, kz and
//! column, so that neighbouring threads read neighbouring values in both passes.

use crate::engine::Problem;
use crate::engine::layout::Layout;
use crate::engine::problem::UNMEASURED;
use crate::wgsl::shape::TILE;

/// `NO_COLUMN` of bindings.wgsl.
pub const NO_COLUMN: u32 = u32::MAX;
/// `MATE` of bindings.wgsl.
pub const MATE: u32 = 1 << 31;
/// `OUTSIDE` of bindings.wgsl: not in the sphere.
pub const OUTSIDE: f32 = -2.0;
/// `ORIGIN` of bindings.wgsl: 0 0 0.
pub const ORIGIN: f32 = -3.0;
/// `SILENT` of bindings.wgsl: no measurement.
pub const SILENT: u32 = 8;

/// Columns and entries in device order.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Largest kx with columns, plus one.
    pub active: usize,
    /// Columns, filled up to whole tiles.
    pub columns: usize,
    /// Rows of the plane (ny): first column with kx > 0, its kx, the last kx, column of kx = 0.
    pub rows: Vec<[u32; 4]>,
    /// Tiles: first entry, smallest and largest kz (two's complement), 0.
    pub tiles: Vec<[u32; 4]>,
    /// Device entry of every layout entry.
    pub entry: Vec<u32>,
    /// Number of device entries.
    pub entries: usize,
}

impl Tables {
    /// Orders a layout for the device.
    pub fn new(layout: &Layout) -> Self {
        let ny = layout.dims()[1];
        let active = layout.columns_by_kx().len().max(1);
        // Range of kz by (row, kx); the columns between the first and the last kx of a row exist, empty or not.
        let mut extent = vec![None; ny * active];
        for column in layout.columns() {
            let row = column.ky.rem_euclid(ny as i32) as usize;
            // Column (0, 0) holds F(000) as well.
            let low = if column.kx == 0 && column.ky == 0 { 0 } else { column.kz_min };
            let high = column.kz_min + column.entries.len() as i32 - 1;
            extent[row * active + column.kx] = Some((low, high.max(low), column.entries.start));
        }
        let mut rows = vec![[0, 1, 0, NO_COLUMN]; ny];
        let mut order: Vec<Option<(i32, i32, usize)>> = Vec::new();
        for (row, line) in rows.iter_mut().zip(extent.chunks_exact(active)) {
            if line[0].is_some() {
                row[3] = order.len() as u32;
                order.push(line[0]);
            }
            let first = (1..active).find(|&kx| line[kx].is_some());
            let last = (1..active).rev().find(|&kx| line[kx].is_some());
            if let (Some(first), Some(last)) = (first, last) {
                (row[0], row[1], row[2]) = (order.len() as u32, first as u32, last as u32);
                order.extend(&line[first..=last]);
            }
        }
        for ky in 1..ny {
            if rows[ky][3] == NO_COLUMN && rows[ny - ky][3] < MATE {
                rows[ky][3] = rows[ny - ky][3] | MATE;
            }
        }
        order.resize(order.len().next_multiple_of(TILE), None);
        let mut entry = vec![0; layout.len()];
        let mut tiles = Vec::new();
        let mut entries = 0;
        for tile in order.chunks_exact(TILE) {
            let low = tile.iter().flatten().map(|c| c.0).min().unwrap_or(1);
            let high = tile.iter().flatten().map(|c| c.1).max().unwrap_or(0);
            tiles.push([entries as u32, low as u32, high as u32, 0]);
            for (line, column) in tile.iter().enumerate() {
                let Some((from, to, first)) = *column else { continue };
                // F(000) has no entry in the layout.
                let skip = i32::from(tiles.len() == 1 && line == 0);
                for kz in from + skip..=to {
                    let place = entries + (kz - low) as usize * TILE + line;
                    entry[first + (kz - from - skip) as usize] = place as u32;
                }
            }
            entries += (high - low + 1).max(0) as usize * TILE;
        }
        Self { active, columns: order.len(), rows, tiles, entry, entries }
    }

    /// A table in device order from one in layout order.
    pub fn spread<T: Copy>(&self, values: impl IntoIterator<Item = T>, elsewhere: T) -> Vec<T> {
        let mut table = vec![elsewhere; self.entries];
        for (&place, value) in self.entry.iter().zip(values) {
            table[place as usize] = value;
        }
        table
    }

    /// |E| and √(|E||F|) of every entry, the marks of bindings.wgsl where there is none; the places of |h| where the problem
    /// knows distances.
    pub fn targets(&self, problem: &Problem) -> Vec<f32> {
        use crate::engine::Amplitudes::{E, SqrtEF};
        let lengths = problem.pairs().map(|pairs| self.spread(pairs.places.iter().copied(), 0.0));
        [E, SqrtEF]
            .into_iter()
            .flat_map(|amplitudes| {
                let mut table = self.spread(problem.targets(amplitudes).iter().copied(), OUTSIDE);
                // Place of 0 0 0: tile 0, kz = 0, column 0.
                let low = self.tiles.first().map_or(0, |tile| tile[1] as i32);
                if let Some(origin) = table.get_mut((-low) as usize * TILE) {
                    *origin = ORIGIN;
                }
                table
            })
            .chain(lengths.into_iter().flatten())
            .collect()
    }

    /// Shell codes, then random-number keys.
    pub fn codes(&self, problem: &Problem) -> Vec<u32> {
        let codes = problem
            .shell()
            .iter()
            .zip(problem.e())
            .map(|(&shell, &e)| u32::from(shell) | if e == UNMEASURED { SILENT } else { 0 });
        let mut table = self.spread(codes, SILENT);
        table.extend(self.spread(problem.keys().iter().copied(), 0));
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_has_a_place_of_its_own_and_every_column_a_row() {
        let indices = (-6..=6).flat_map(|x| (-7i32..=7).flat_map(move |y| (-8..=8).map(move |z| [x, y, z])));
        let inside = |k: &[i32; 3]| k[0] * k[0] + k[1] * k[1] + k[2] * k[2] + k[0] * k[1] < 50 && *k != [0; 3];
        let layout = Layout::new([15, 16, 18], indices.filter(inside)).unwrap();
        let tables = Tables::new(&layout);
        let mut seen = tables.entry.clone();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), layout.len());
        assert!(seen.iter().all(|&p| (p as usize) < tables.entries));
        for (k, &place) in layout.indices().zip(&tables.entry) {
            let row = tables.rows[k[1].rem_euclid(16) as usize];
            let column = if k[0] == 0 { row[3] } else { row[0] + k[0] as u32 - row[1] };
            let tile = tables.tiles[column as usize / TILE];
            assert_eq!(place, tile[0] + (k[2] - tile[1] as i32) as u32 * 16 + column % 16, "{k:?}");
            if k[0] == 0 && k[1] > 0 {
                assert_eq!(tables.rows[(16 - k[1]) as usize][3], column | MATE);
            }
        }
        assert!(tables.entries < 2 * layout.len(), "{} places for {}", tables.entries, layout.len());
    }
}
