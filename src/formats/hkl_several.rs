//! Several reflections in a line of a list: lines cut into one reflection each.

use super::hkl_columns::Columns;
use super::hkl_layout::{INDICES, Layout, MOST_FIELDS, ends_of};
use super::hkl_line::{Row, ascii, ends_list};
use std::borrow::Cow;

/// The rows of a list, one reflection each.
#[derive(Debug, PartialEq)]
pub struct Pieces<'a> {
    /// Reflections in a line.
    pub each: usize,
    /// The parts of the lines that hold a reflection, in order; all lines but the last have `each` of them.
    pub rows: Cow<'a, [&'a [u8]]>,
    /// Lines were cut at blanks: numbers of the parts are no longer in columns.
    pub at_blanks: bool,
    /// Why a line may hold more than one, where that is not clear.
    pub doubt: Option<&'static str>,
}

/// Numbers of a reflection that are looked for: h k l F², and more.
const COUNTS: std::ops::RangeInclusive<usize> = INDICES + 1..=MOST_FIELDS;
/// Indices of all parts of a line span about the same range: their largest ones differ by this factor, and by so many, at most.
const RANGE_FACTOR: i64 = 4;
const RANGE_SLACK: i64 = 2;
/// Where more than one part in so many repeats the indices at the beginning of its line, they are those of the same reflection.
const REPEATED: usize = 10;
const OTHERWISE: &str = "its lines do not hold as many reflections as --columns says";
const DOUBT: &str = "a line seems to hold several reflections, but not surely";

/// Cuts the lines of a list. With `columns` they say how many reflections a line has; else several are found where all
/// parts of all lines have the same layout, plausible by itself, with indices of the same range.
pub fn pieces<'a>(list: &'a [&'a [u8]], columns: Option<&Columns>) -> Pieces<'a> {
    let counts: Vec<usize> = list.iter().map(|row| fields(row).count()).collect();
    let most = counts.iter().copied().max().unwrap_or(0);
    if let Some(columns) = columns {
        return match cut(list, &counts, columns.roles.len()).filter(|parts| parts.each == columns.each) {
            _ if columns.each == 1 => one(list),
            Some(Parts { each, rows, at_blanks }) => Pieces { each, rows: Cow::Owned(rows), at_blanks, doubt: None },
            None => Pieces { doubt: Some(OTHERWISE), ..one(list) },
        };
    }
    let mut doubt = None;
    for count in COUNTS.filter(|count| most >= 2 * count) {
        let Some(parts) = cut(list, &counts, count) else { continue };
        match verdict(&parts) {
            Verdict::Several => {
                let Parts { each, rows, at_blanks } = parts;
                return Pieces { each, rows: Cow::Owned(rows), at_blanks, doubt: None };
            }
            Verdict::Unclear => doubt = Some(DOUBT),
            Verdict::One => {}
        }
    }
    Pieces { doubt, ..one(list) }
}

fn one<'a>(list: &'a [&'a [u8]]) -> Pieces<'a> {
    Pieces { each: 1, rows: Cow::Borrowed(list), at_blanks: false, doubt: None }
}

/// Words of a line with their places.
fn fields(row: &[u8]) -> impl Iterator<Item = (usize, usize)> {
    let solid = move |i: usize| row.get(i).is_some_and(|b| !b.is_ascii_whitespace());
    let starts = (0..row.len()).filter(move |&i| solid(i) && (i == 0 || !solid(i - 1)));
    starts.map(move |start| (start, (start..row.len()).find(|&i| !solid(i)).unwrap_or(row.len())))
}

/// Lines that are cut, see [`Pieces`].
struct Parts<'a> {
    each: usize,
    rows: Vec<&'a [u8]>,
    at_blanks: bool,
}

/// Lines cut into parts of so many numbers, at blanks or at columns that come again; `None` where they are not all alike,
/// the last one aside, which may have fewer parts.
fn cut<'a>(list: &[&'a [u8]], counts: &[usize], numbers: usize) -> Option<Parts<'a>> {
    let (last, whole) = counts.split_last()?;
    let most = whole.first().copied().unwrap_or(*last);
    let alike = whole.iter().all(|n| *n == most) && *last <= most;
    if alike && most >= 2 * numbers && most % numbers == 0 && last % numbers == 0 {
        let parts = |row: &&'a [u8]| {
            let places: Vec<(usize, usize)> = fields(row).collect();
            let part = |group: &[(usize, usize)]| row.get(group.first()?.0..group.last()?.1);
            places.chunks(numbers).filter_map(part).collect::<Vec<_>>()
        };
        return Some(Parts { each: most / numbers, rows: list.iter().flat_map(parts).collect(), at_blanks: true });
    }
    let ends = ends_of(list)?;
    let period = *ends.get(numbers - 1)?;
    let again = |(i, end): (usize, &usize)| ends.get(i + numbers).is_none_or(|next| *next == end + period);
    if ends.len() < 2 * numbers || ends.len() % numbers != 0 || !ends.iter().enumerate().all(again) {
        return None;
    }
    let each = ends.len() / numbers;
    let parts = |row: &&'a [u8]| row.chunks(period).filter(|part| !part.iter().all(u8::is_ascii_whitespace));
    // A line that has not all its parts would put those behind it into the wrong places.
    let full = list.split_last()?.1.iter().all(|row| parts(row).count() == each);
    full.then(|| Parts { each, rows: list.iter().flat_map(parts).collect(), at_blanks: false })
}

enum Verdict {
    One,
    Several,
    Unclear,
}

/// Whether the parts are reflections of their own: numbers in the same places, indices of the same range that differ from
/// those at the beginning of the line, and data that are plausible in each part by itself.
fn verdict(parts: &Parts<'_>) -> Verdict {
    let Parts { each, ref rows, at_blanks } = *parts;
    let has_indices = |part: &&[u8]| {
        let mut words = fields(part).filter_map(|(start, end)| part.get(start..end));
        ends_list(part) || words.by_ref().take(INDICES).filter(|w| ascii(w).parse::<i64>().is_ok()).count() == INDICES
    };
    if at_blanks && !rows.iter().take(each).all(has_indices) {
        return Verdict::One;
    }
    let rows = rows.get(..rows.iter().position(|part| ends_list(part)).unwrap_or(rows.len())).unwrap_or(&[]);
    let mut groups: Vec<(Vec<Row>, Layout)> = Vec::with_capacity(each);
    for place in 0..each {
        let parts: Vec<&[u8]> = rows.iter().skip(place).step_by(each).copied().collect();
        let layout = Layout::of_parts(&parts, None, at_blanks);
        let read: Option<Vec<Row>> = parts.iter().map(|part| Row::read(part, &layout)).collect();
        match read {
            Some(read) => groups.push((read, layout)),
            None => return Verdict::One,
        }
    }
    let Some(((first, layout), others)) = groups.split_first() else { return Verdict::One };
    let largest = |rows: &[Row], i: usize| rows.iter().map(|row| i64::from(row.hkl[i]).abs()).max().unwrap_or(0);
    let near = |a: i64, b: i64| a <= b.saturating_mul(RANGE_FACTOR).saturating_add(RANGE_SLACK);
    let negative = |rows: &[Row]| rows.iter().any(|row| row.hkl.iter().any(|i| *i < 0));
    let alike = others.iter().all(|(rows, _)| {
        (0..INDICES).all(|i| {
            let (a, b) = (largest(first, i), largest(rows, i));
            near(a, b) && near(b, a)
        })
    });
    let signs = !negative(first) || others.iter().any(|(rows, _)| negative(rows));
    if !alike || !signs {
        return Verdict::One;
    }
    let repeated = others.iter().flat_map(|(rows, _)| rows.iter().zip(first)).filter(|(a, b)| a.hkl == b.hkl).count();
    let compared: usize = others.iter().map(|(rows, _)| rows.len()).sum();
    if repeated * REPEATED > compared {
        return Verdict::One;
    }
    let same = others.iter().all(|(_, other)| other.roles == layout.roles && other.doubt.is_none());
    if same && layout.doubt.is_none() { Verdict::Several } else { Verdict::Unclear }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn each(text: &str) -> (usize, usize, bool) {
        let list: Vec<&[u8]> = text.lines().map(str::as_bytes).collect();
        let Pieces { each, rows, doubt, .. } = pieces(&list, None);
        (each, rows.len(), doubt.is_some())
    }

    #[test]
    fn lines_are_cut_where_all_parts_are_reflections() {
        let row = |i: i32| format!("{:4}{:4}{:4}{:8.2}{:8.2}", i % 7 - 3, i % 5, i, 900.5 / f64::from(i), 1.5);
        let lines = |n: i32, per: usize, between: &str| {
            let rows: Vec<String> = (1..=n).map(row).collect();
            rows.chunks(per).map(|line| line.join(between)).collect::<Vec<_>>().join("\n")
        };
        assert_eq!(each(&lines(60, 1, "")), (1, 60, false));
        assert_eq!(each(&lines(60, 2, "")), (2, 60, false));
        assert_eq!(each(&lines(59, 3, "  ")), (3, 59, false));
        // Numbers that touch, and an end within a line.
        let touching = lines(60, 2, "").replace("  -3", "-103").replace("  900.50", "99900.50");
        assert_eq!(each(&touching), (2, 60, false));
        assert_eq!(each(&(lines(59, 2, "") + "   0   0   0    0.00    0.00")), (2, 60, false));
        // One reflection with more behind it.
        let more = |tail: &dyn Fn(i32) -> String| (1..60).map(|i| row(i) + &tail(i) + "\n").collect::<String>();
        assert_eq!(each(&more(&|i| format!(" {} 2 3 0.5 0.7", 100 + i))), (1, 59, false));
        assert_eq!(each(&more(&|i| format!(" 0.5 0.7 {i}"))), (1, 59, false));
        assert_eq!(each(&more(&|i| row(i))), (1, 59, false));
        // Indices in another cell with numbers that are no σ.
        let other = more(&|i| format!(" {} {} {} 12.5 {}.5", i % 5, -(i % 7), i, (i * 37) % 400 + 100));
        assert_eq!(each(&other), (1, 59, true));
    }
}
