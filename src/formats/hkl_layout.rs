//! Where the numbers of a reflection list stand: found once from all rows, the same for every row.

use super::hkl_line::{Row, number, text_of};
use std::collections::BTreeMap;
use std::fmt;

/// Layout of a list: h, k, l, further integers if any, value, uncertainty, batch number.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    cut: Cut,
    /// Integers between l and the value: satellite indices or numbers of a batch or bank.
    pub between: usize,
    /// True when the field behind the uncertainty is an integer.
    pub batch: bool,
}

/// How a line is cut into fields.
#[derive(Debug, Clone, PartialEq)]
enum Cut {
    /// At these columns, each the end of a field that is filled from the right. Numbers may touch.
    Columns(Vec<usize>),
    /// At blanks, into this many fields at least.
    Blanks(usize),
}

/// Ends of the columns of 3I4,2F8,I4.
const SHELX: [usize; 6] = [4, 8, 12, 20, 28, 32];
/// Fields that have a meaning: h k l, three integers, value, uncertainty, batch.
const FIELDS: usize = 9;
/// Indices of a reflection.
const INDICES: usize = 3;
/// Integers that may stand between l and the value: three of a (3+3)-dimensional list.
const MOST_BETWEEN: usize = 3;
/// A satellite index or the number of a batch or bank is no larger; an intensity without decimals is, somewhere.
const LARGEST_BETWEEN: i64 = 99;
/// Numbers end at a column in one row of so many, or the column is no end of a field: a slip in one line
/// must not make a layout.
const ROWS_PER_SLIP: usize = 100;

/// Fields of a line; empty where nothing stands.
type Fields<'a> = [&'a str; FIELDS];

impl Layout {
    /// 3I4,2F8,I4 (SHELX manual, HKLF).
    pub fn shelx() -> Self {
        Self { cut: Cut::Columns(SHELX.to_vec()), between: 0, batch: true }
    }

    /// The layout that the most rows fit: columns where all numbers end, those of SHELX, or blanks between numbers.
    pub fn of(rows: &[&[u8]]) -> Self {
        let mut best = (usize::MAX, Self::shelx());
        for layout in [common_ends(rows), Some(Self::shelx()), Some(split_at_blanks(rows))].into_iter().flatten() {
            let misfits = rows.iter().filter(|row| Row::read(row, &layout).is_none()).count();
            if misfits < best.0 {
                best = (misfits, layout);
            }
            if misfits == 0 {
                break;
            }
        }
        best.1
    }

    /// Fields of a line; `None` where a number lies across the end of a field, or fields are missing.
    pub fn cut<'a>(&self, line: &'a [u8]) -> Option<Fields<'a>> {
        let mut fields = [""; FIELDS];
        match &self.cut {
            Cut::Columns(ends) => {
                let mut start = 0;
                let filled_from_the_right = ends[..] != SHELX;
                for (i, (field, &end)) in fields.iter_mut().zip(ends).enumerate() {
                    let whole = line.get(start..end.min(line.len())).unwrap_or(&[]);
                    let ragged = filled_from_the_right && whole.trim_ascii_end().len() < end - start;
                    if (ragged && !whole.trim_ascii().is_empty()) || (i > INDICES && spills_over(line, start, end)) {
                        return None;
                    }
                    if !whole.is_ascii() {
                        return None;
                    }
                    *field = text_of(whole).trim();
                    start = end;
                }
            }
            Cut::Blanks(least) => {
                let mut found = 0;
                for (field, text) in fields.iter_mut().zip(std::str::from_utf8(line).ok()?.split_ascii_whitespace()) {
                    *field = text;
                    found += 1;
                }
                if found < *least {
                    return None;
                }
            }
        }
        Some(fields)
    }

    /// The layout with a meaning for every field, from what all rows hold there.
    fn with_meanings(cut: Cut, rows: &[&[u8]]) -> Self {
        let plain = Self { cut, between: 0, batch: false };
        let (mut integers, mut small, mut there) = ([true; FIELDS], [true; FIELDS], [0; FIELDS]);
        for fields in rows.iter().filter_map(|row| plain.cut(row)) {
            // A slip in one line must not change the meaning for all.
            if fields.iter().take(INDICES).any(|f| f.parse::<i64>().is_err()) {
                continue;
            }
            for (i, field) in fields.iter().enumerate().filter(|(_, f)| !f.is_empty()) {
                let integer = field.parse::<i64>().ok();
                integers[i] &= integer.is_some();
                small[i] &= integer.is_some_and(|x| x.abs() <= LARGEST_BETWEEN);
                there[i] += usize::from(number(field).is_some());
            }
        }
        let real = |i: usize| there[i] > 0 && !integers[i];
        let between = (1..=MOST_BETWEEN)
            .find(|&n| {
                let value = INDICES + n;
                (INDICES..value).all(|i| small[i] && there[i] > 0) && real(value) && real(value + 1)
            })
            .unwrap_or(0);
        let behind = INDICES + between + 2;
        Self { between, batch: integers.get(behind) == Some(&true) && there[behind] > 0, ..plain }
    }

    /// True for the columns of SHELX.
    pub fn is_shelx(&self) -> bool {
        *self == Self::shelx()
    }
}

impl fmt::Display for Layout {
    /// `columns 3I5,2F10` or `numbers separated by blanks`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cut::Columns(ends) = &self.cut else { return f.write_str("numbers separated by blanks") };
        let value = INDICES + self.between;
        let mut groups: Vec<(usize, char, usize)> = Vec::new();
        let mut start = 0;
        for (i, &end) in ends.iter().take(value + 2 + usize::from(self.batch)).enumerate() {
            let kind = if i == value || i == value + 1 { 'F' } else { 'I' };
            match groups.last_mut() {
                Some((n, k, width)) if (*k, *width) == (kind, end - start) => *n += 1,
                _ => groups.push((1, kind, end - start)),
            }
            start = end;
        }
        let words = groups.iter().map(|(n, kind, width)| match n {
            1 => format!("{kind}{width}"),
            _ => format!("{n}{kind}{width}"),
        });
        write!(f, "columns {}", words.collect::<Vec<_>>().join(","))
    }
}

/// True when a number runs across the left border of these columns. Numbers may touch there
/// (`11847.60` behind an index), but Fortran fills a field from the right: one that starts in its
/// first column and does not fill it is the tail of a number in wider columns.
fn spills_over(line: &[u8], start: usize, end: usize) -> bool {
    let solid = |i: usize| line.get(i).is_some_and(|b| !b.is_ascii_whitespace());
    start > 0 && solid(start - 1) && solid(start) && !(start..end).all(solid)
}

/// Fortran and C fill a field from the right, so that numbers end at the same columns in all rows, even where they
/// touch in some. `None` where those are the columns of SHELX, too few, or no columns (tabs).
fn common_ends(rows: &[&[u8]]) -> Option<Layout> {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        if row.contains(&b'\t') {
            return None;
        }
        let solid = |i: usize| row.get(i).is_some_and(|b| !b.is_ascii_whitespace());
        for end in (1..=row.len()).filter(|&i| solid(i - 1) && !solid(i)) {
            *counts.entry(end).or_default() += 1;
        }
    }
    let ends: Vec<usize> =
        counts.iter().filter(|(_, n)| **n * ROWS_PER_SLIP >= rows.len()).map(|(end, _)| *end).collect();
    let shelx = ends.starts_with(&SHELX[..=INDICES]) && ends.get(INDICES + 1).is_none_or(|end| SHELX.contains(end));
    if shelx || ends.len() <= INDICES {
        return None;
    }
    let ends = ends.into_iter().take(FIELDS).collect();
    Some(Layout::with_meanings(Cut::Columns(ends), rows))
}

/// As many fields as most rows have, the batch number aside: where fewer are found, numbers touch.
fn split_at_blanks(rows: &[&[u8]]) -> Layout {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).count()).or_default() += 1;
    }
    let most = counts.iter().max_by_key(|(_, n)| **n).map_or(0, |(fields, _)| *fields);
    let loose = Layout::with_meanings(Cut::Blanks(most.min(INDICES + 2)), rows);
    Layout { cut: Cut::Blanks(most.min(INDICES + loose.between + 2)), ..loose }
}
