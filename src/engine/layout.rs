//! Where every coefficient of the half sphere stands: columns of mixed space and their z runs.
//!
//! The engine stores only *mixed* space: M(z, column), transformed along z and not along x and y.
//! A column is a pair (kx, ky); one of each Friedel pair of columns is kept (kx > 0, or kx = 0 and
//! ky ≥ 0), because a real density makes M(z, −kx, −ky) the conjugate of M(z, kx, ky). Columns
//! outside the resolution sphere are not stored. Entries are ordered by column (kx, then ky), then
//! kz ascending; every table of the problem has that order.

use std::ops::Range;

/// Grid index of a coefficient along the engine's x, y, z.
pub type GridIndex = [i32; 3];

/// One column (kx, ky) and its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// kx ≥ 0.
    pub kx: usize,
    /// ky, negative values included (only 0 and above where kx = 0).
    pub ky: i32,
    /// Smallest kz of the sphere in this column; 1 in column (0, 0), where kz < 0 is redundant.
    pub kz_min: i32,
    /// Entries of this column in the tables, kz = kz_min upwards without gaps.
    pub entries: Range<usize>,
}

/// Columns and entries of a half sphere on a grid of nx × ny × nz points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    dims: [usize; 3],
    columns: Vec<Column>,
    len: usize,
    /// For each kx the range of its columns.
    by_kx: Vec<Range<usize>>,
}

impl Layout {
    /// Lays out the half sphere that `indices` (any members of the Friedel pairs, repeats allowed,
    /// 0 0 0 left out) span on a grid of `dims` points. Gaps of a column become entries too, so that
    /// runs are contiguous; the problem treats them as not measured. A convex sphere has none.
    ///
    /// Returns `None` when an index does not fit: |k| must be below half the grid on each axis, so
    /// that no Nyquist plane exists.
    pub fn new(dims: [usize; 3], indices: impl IntoIterator<Item = GridIndex>) -> Option<Self> {
        let mut list: Vec<GridIndex> = indices.into_iter().map(|k| to_half(k).0).filter(|k| *k != [0; 3]).collect();
        if list.iter().any(|k| (0..3).any(|i| 2 * k[i].unsigned_abs() as usize >= dims[i])) {
            return None;
        }
        // Column (0, 0) always exists: it carries F(000).
        list.push([0, 0, 1]);
        list.sort_unstable();
        list.dedup();
        let mut columns: Vec<Column> = Vec::new();
        let mut len = 0;
        for run in list.chunk_by(|a, b| a[..2] == b[..2]) {
            let (kz_min, kz_max) = (if run[0][..2] == [0, 0] { 1 } else { run[0][2] }, run[run.len() - 1][2]);
            let size = (kz_max - kz_min + 1) as usize;
            columns.push(Column { kx: run[0][0] as usize, ky: run[0][1], kz_min, entries: len..len + size });
            len += size;
        }
        let kx_max = columns.last().map_or(0, |c| c.kx);
        let mut by_kx = Vec::with_capacity(kx_max + 1);
        let mut start = 0;
        for kx in 0..=kx_max {
            let end = start + columns[start..].iter().take_while(|c| c.kx == kx).count();
            by_kx.push(start..end);
            start = end;
        }
        Some(Self { dims, columns, len, by_kx })
    }

    /// Grid points along x, y, z.
    pub fn dims(&self) -> [usize; 3] {
        self.dims
    }

    /// Grid points in all.
    pub fn points(&self) -> usize {
        self.dims.iter().product()
    }

    /// The columns; the first is (0, 0).
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Columns of each kx from 0 to the largest.
    pub fn columns_by_kx(&self) -> &[Range<usize>] {
        &self.by_kx
    }

    /// Number of entries: the length of every table.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True when only F(000) is there.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Entry of a coefficient, and whether the entry stands for its Friedel mate (take the complex
    /// conjugate). `None` outside the laid-out sphere.
    pub fn locate(&self, k: GridIndex) -> Option<(usize, bool)> {
        let (half, conjugate) = to_half(k);
        let column = self.columns.binary_search_by(|c| (c.kx as i32, c.ky).cmp(&(half[0], half[1]))).ok()?;
        let column = &self.columns[column];
        let entry = column.entries.start as i64 + i64::from(half[2] - column.kz_min);
        (half[2] >= column.kz_min && entry < column.entries.end as i64).then_some((entry as usize, conjugate))
    }

    /// Grid index of every entry, in table order.
    pub fn indices(&self) -> impl Iterator<Item = GridIndex> {
        self.columns.iter().flat_map(|c| (0..c.entries.len() as i32).map(move |i| [c.kx as i32, c.ky, c.kz_min + i]))
    }
}

/// The Friedel mate that the layout keeps, and whether that took a conjugation.
fn to_half(k: GridIndex) -> (GridIndex, bool) {
    if k >= [0, 0, 0] { (k, false) } else { (k.map(|x| -x), true) }
}

impl Column {
    /// The two runs of a z line of `nz` points that hold this column's entries: (entries, first z)
    /// for kz ≥ 0 and for kz < 0.
    pub fn runs(&self, nz: usize) -> [(Range<usize>, usize); 2] {
        let negative = (-self.kz_min).clamp(0, self.entries.len() as i32) as usize;
        let split = self.entries.start + negative;
        let first = self.kz_min.max(0) as usize;
        [(split..self.entries.end, first), (self.entries.start..split, (nz as i32 + self.kz_min) as usize % nz)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn oblique() -> (Layout, Vec<GridIndex>) {
        let inside = |k: GridIndex| {
            let [x, y, z] = k.map(f64::from);
            x * x + 0.8 * y * y + 1.3 * z * z + 0.9 * x * y - 0.7 * y * z + 0.5 * x * z < 20.0
        };
        let mut all = Vec::new();
        for x in -7..=7 {
            for y in -7..=7 {
                for z in -7..=7 {
                    if inside([x, y, z]) && [x, y, z] != [0; 3] {
                        all.push([x, y, z]);
                    }
                }
            }
        }
        (Layout::new([15, 16, 18], all.iter().copied()).unwrap(), all)
    }

    #[test]
    fn every_index_of_an_oblique_sphere_has_one_entry_with_its_mate() {
        let (layout, all) = oblique();
        for &k in &all {
            let (entry, conjugate) = layout.locate(k).unwrap();
            let (mate, mate_conjugate) = layout.locate(k.map(|x| -x)).unwrap();
            assert_eq!(entry, mate);
            assert_ne!(conjugate, mate_conjugate);
        }
        let listed: Vec<GridIndex> = layout.indices().collect();
        assert_eq!(listed.len(), layout.len());
        for (i, &k) in listed.iter().enumerate() {
            assert_eq!(layout.locate(k), Some((i, false)));
        }
        assert_eq!(layout.len() * 2, all.len(), "a convex sphere leaves no gaps");
        assert_eq!(layout.locate([7, 7, 7]), None);
    }

    #[test]
    fn runs_put_each_entry_at_its_place_on_the_z_line() {
        let (layout, _) = oblique();
        let nz = layout.dims()[2];
        for column in layout.columns() {
            let mut seen = 0;
            for (entries, first) in column.runs(nz) {
                for (i, entry) in entries.enumerate() {
                    let kz = column.kz_min + (entry - column.entries.start) as i32;
                    assert_eq!(first + i, kz.rem_euclid(nz as i32) as usize);
                    seen += 1;
                }
            }
            assert_eq!(seen, column.entries.len());
        }
    }

    #[test]
    fn indices_at_the_nyquist_frequency_are_refused() {
        assert!(Layout::new([8, 8, 8], [[4, 0, 0]]).is_none());
        assert!(Layout::new([9, 8, 8], [[4, 0, 0]]).is_some());
    }
}
