//! Where the numbers of a reflection list stand: found once from all rows, the same for every row.

use super::hkl_columns::{Columns, Role};
use super::hkl_line::{Row, ascii};
use super::hkl_meaning::{Meaning, meaning};
use std::collections::BTreeMap;
use std::fmt;

/// Layout of a list: how lines are cut into fields, and what the fields hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    cut: Cut,
    /// What the fields hold, from the left; fields behind have no meaning.
    pub roles: Vec<Role>,
    /// Why the roles could be others too: the list is not read by them.
    pub doubt: Option<&'static str>,
}

/// How a line is cut into fields.
#[derive(Debug, Clone, PartialEq)]
pub enum Cut {
    /// At these columns, each the end of a field that is filled from the right. Numbers may touch.
    Columns(Vec<usize>),
    /// At blanks, into this many fields at least.
    Blanks(usize),
}

/// Ends of the columns of 3I4,2F8,I4.
const SHELX: [usize; 6] = [4, 8, 12, 20, 28, 32];
/// What they hold.
const SHELX_ROLES: [Role; 6] = [Role::Index(0), Role::Index(1), Role::Index(2), Role::Value, Role::Sigma, Role::Batch];
/// Fields of a line at most; XDS and Bruker's raw lists have twelve and more.
pub const MOST_FIELDS: usize = 12;
/// Indices of a reflection.
pub const INDICES: usize = 3;
/// Numbers end at a column in one row of so many, or the column is no end of a field: a slip in one line
/// must not make a layout.
const ROWS_PER_SLIP: usize = 100;

/// Fields of a line; empty where nothing stands.
pub type Fields<'a> = [&'a str; MOST_FIELDS];

impl Layout {
    /// 3I4,2F8,I4 (SHELX manual, HKLF).
    pub fn shelx() -> Self {
        Self { cut: Cut::Columns(SHELX.to_vec()), roles: SHELX_ROLES.to_vec(), doubt: None }
    }

    /// The layout that the most rows fit: columns where all numbers end, those of SHELX, or blanks between numbers. The
    /// fields hold what `columns` says, else what the numbers in them look like.
    pub fn of(rows: &[&[u8]], columns: Option<&Columns>) -> Self {
        let roles = columns.map(|columns| &columns.roles[..]);
        let shelx = || match roles {
            Some(_) => Self::with_roles(Cut::Columns(SHELX.to_vec()), roles, rows),
            None => Self::shelx(),
        };
        let mut best = (usize::MAX, Self::shelx());
        // Columns that begin as SHELX's do count as such, or, where rows do not fit, as what they are further on.
        let own = || common_ends(rows, roles, false);
        let begun = || common_ends(rows, roles, true);
        for find in
            [&own, &|| Some(shelx()), &begun, &|| Some(split_at_blanks(rows, roles))] as [&dyn Fn() -> Option<Self>; 4]
        {
            let Some(layout) = find() else { continue };
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

    /// The same for parts of lines, which have no columns where the lines were cut at blanks.
    pub fn of_parts(rows: &[&[u8]], columns: Option<&Columns>, at_blanks: bool) -> Self {
        match at_blanks {
            true => split_at_blanks(rows, columns.map(|columns| &columns.roles[..])),
            false => Self::of(rows, columns),
        }
    }

    fn with_roles(cut: Cut, roles: Option<&[Role]>, rows: &[&[u8]]) -> Self {
        let Meaning { roles, doubt } = match roles {
            Some(roles) => Meaning { roles: roles.to_vec(), doubt: None },
            None => meaning(rows.iter().filter_map(|row| cut.fields(row))),
        };
        Self { cut, roles, doubt }
    }

    /// Fields of a line; `None` where a number lies across the end of a field, or fields are missing.
    pub fn cut<'a>(&self, line: &'a [u8]) -> Option<Fields<'a>> {
        self.cut.fields(line)
    }

    /// True for the columns of SHELX.
    pub fn is_shelx(&self) -> bool {
        *self == Self::shelx()
    }
}

impl Cut {
    /// Fields of a line, see [`Layout::cut`].
    pub fn fields<'a>(&self, line: &'a [u8]) -> Option<Fields<'a>> {
        let mut fields = [""; MOST_FIELDS];
        match self {
            Self::Columns(ends) => {
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
                    *field = ascii(whole).trim();
                    start = end;
                }
            }
            Self::Blanks(least) => {
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
}

impl fmt::Display for Layout {
    /// `columns 3I5,2F10` or `numbers separated by blanks`, with the meaning of the fields where it is not the usual one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Cut::Columns(ends) = &self.cut else { return f.write_str("numbers separated by blanks") };
        let mut groups: Vec<(usize, char, usize)> = Vec::new();
        let mut start = 0;
        for (role, &end) in self.roles.iter().zip(ends) {
            let kind = match role {
                Role::Value | Role::Sigma => 'F',
                Role::PassedOver => 'X',
                _ => 'I',
            };
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

/// Where numbers end in most rows. Fortran and C fill a field from the right, so that numbers end at the same columns in
/// all rows, even where they touch in some. `None` for lists with tabs, which have no columns.
pub fn ends_of(rows: &[&[u8]]) -> Option<Vec<usize>> {
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
    Some(counts.iter().filter(|(_, n)| **n * ROWS_PER_SLIP >= rows.len()).map(|(end, _)| *end).collect())
}

/// Columns that end where numbers do. `None` where those begin as the columns of SHELX and are not asked for, where they
/// are too few, or no columns.
fn common_ends(rows: &[&[u8]], roles: Option<&[Role]>, like_shelx: bool) -> Option<Layout> {
    let ends = ends_of(rows)?;
    let shelx = ends.starts_with(&SHELX[..=INDICES]) && ends.get(INDICES + 1).is_none_or(|end| SHELX.contains(end));
    if (shelx && roles.is_none()) != like_shelx || ends.len() <= INDICES {
        return None;
    }
    let ends = ends.into_iter().take(MOST_FIELDS).collect();
    Some(Layout::with_roles(Cut::Columns(ends), roles, rows))
}

/// As many fields as most rows have, the batch number aside: where fewer are found, numbers touch.
fn split_at_blanks(rows: &[&[u8]], roles: Option<&[Role]>) -> Layout {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        *counts.entry(row.split(u8::is_ascii_whitespace).filter(|f| !f.is_empty()).count()).or_default() += 1;
    }
    let most = counts.iter().max_by_key(|(_, n)| **n).map_or(0, |(fields, _)| *fields);
    if let Some(roles) = roles {
        return Layout::with_roles(Cut::Blanks(roles.len()), Some(roles), rows);
    }
    let loose = Layout::with_roles(Cut::Blanks(most.min(INDICES + 2)), None, rows);
    let sigma = loose.roles.iter().position(|role| *role == Role::Sigma).unwrap_or(INDICES + 1);
    Layout { cut: Cut::Blanks(most.min(sigma + 1)), ..loose }
}
