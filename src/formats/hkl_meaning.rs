//! What the fields of a reflection list hold, from the numbers in them.

use super::hkl_columns::Role;
use super::hkl_layout::{Fields, INDICES, MOST_FIELDS};
use super::hkl_line::number;

/// Roles of the fields, and why they could be others.
pub struct Meaning {
    /// From the left.
    pub roles: Vec<Role>,
    /// Two readings that the numbers do not tell apart.
    pub doubt: Option<&'static str>,
}

/// Integers that may stand between l and the value: three of a (3+3)-dimensional list.
const MOST_BETWEEN: usize = 3;
/// A satellite index is no larger.
const LARGEST_SATELLITE: f64 = 9.0;
/// The number of a batch or bank is no larger; an intensity without decimals is, somewhere.
const LARGEST_BATCH: f64 = 99.0;

/// Rows that are looked at more closely, and the fewest that tell anything.
const LOOKED_AT: usize = 20_000;
const FEWEST: usize = 30;
/// Of the strongest reflections one in ten; their σ is below half of their intensity in any data.
const STRONGEST: usize = 10;
const LARGEST_SIGMA: f64 = 0.5;
/// Uncertainties grow with the intensities, or are all alike: a rank correlation below this, and this relative spread, is neither. The least
/// seen with numbers of chance is 0.1 for a hundred rows.
const LEAST_CORRELATION: f64 = 0.1;
const SPREAD: f64 = 0.3;
/// Intensities are many weak and few strong ones: the median is far below the largest. Numbers of frames are even.
const LARGEST_MEDIAN: f64 = 0.25;

/// What is known of a field over all rows.
#[derive(Clone)]
struct Field {
    /// Numbers that are there.
    count: usize,
    /// All of them are whole and written without a point.
    whole: bool,
    /// The largest magnitude.
    largest: f64,
    /// Some are 0.
    zeros: bool,
    /// Numbers of the first rows, NaN where there is none.
    first: Vec<f64>,
}

/// What the fields of a list hold: h k l, further integers if any, value, σ, batch number.
pub fn meaning<'a>(rows: impl Iterator<Item = Fields<'a>>) -> Meaning {
    let mut found = vec![Field { count: 0, whole: true, largest: 0.0, zeros: false, first: Vec::new() }; MOST_FIELDS];
    for (row, fields) in rows.enumerate() {
        // A slip in one line must not change the meaning for all.
        if fields.iter().take(INDICES).any(|f| f.parse::<i64>().is_err()) {
            continue;
        }
        for (field, text) in found.iter_mut().zip(fields) {
            let x = number(text);
            if row < LOOKED_AT {
                field.first.push(x.unwrap_or(f64::NAN));
            }
            let Some(x) = x else { continue };
            field.count += 1;
            field.whole &= text.parse::<i64>().is_ok();
            field.largest = field.largest.max(x.abs());
            field.zeros |= x == 0.0;
        }
    }
    let there = found.iter().take_while(|f| f.count > 0).count();
    let real = |i: usize| i < there && !found[i].whole;
    let (between, doubt) = value_behind(&found[..there], &real);
    let value = INDICES + between;
    let doubt = doubt.or_else(|| implausible(found.get(value)?, found.get(value + 1).filter(|_| value + 1 < there)));
    let mut roles: Vec<Role> = (0..INDICES).map(Role::Index).collect();
    let satellites = found.get(INDICES..value).unwrap_or(&[]);
    let modulated = satellites.iter().all(|f| f.largest <= LARGEST_SATELLITE && f.zeros);
    roles.extend(satellites.iter().map(|_| if modulated { Role::Satellite } else { Role::PassedOver }));
    roles.push(Role::Value);
    roles.push(Role::Sigma);
    if value + 2 < there && found[value + 2].whole {
        roles.push(Role::Batch);
    }
    Meaning { roles, doubt }
}

/// How many integers stand between l and the value, and why that may be wrong.
fn value_behind(found: &[Field], real: &impl Fn(usize) -> bool) -> (usize, Option<&'static str>) {
    let whole = |i: usize| i < found.len() && !real(i);
    let (value, sigma) = (INDICES, INDICES + 1);
    // Values and σ are written alike: both with decimals, or both without.
    if let Some(between) = (0..=MOST_BETWEEN)
        .find(|&n| (value..value + n).all(whole) && real(value + n) && (real(sigma + n) || sigma + n >= found.len()))
    {
        let unsure = between > 0 && sigma + between >= found.len();
        return (between, unsure.then_some("the whole numbers behind l are F², or a number of a batch before it"));
    }
    if real(value) {
        return (0, Some("the whole numbers behind F² are its σ, or numbers of batches without a σ"));
    }
    if (value..found.len()).any(real) {
        return (0, Some("one of several columns of numbers behind l is F²"));
    }
    // Whole numbers everywhere: an uncertainty is below the largest value, and a value is larger than a batch number.
    let [first, second, ..] = found.get(value..).unwrap_or(&[]) else { return (0, None) };
    if second.largest <= first.largest {
        return (0, None);
    }
    let third = found.get(value + 2).map_or(0.0, |f| f.largest);
    let batch = first.largest <= LARGEST_BATCH && second.largest > LARGEST_BATCH;
    if batch && third > 0.0 && third <= second.largest {
        return (1, None);
    }
    (0, Some("the whole numbers behind l are F², or numbers of batches before it"))
}

/// Why a column is hardly the intensity with the uncertainty in the next; `None` where it may well be, or rows are few.
fn implausible(value: &Field, sigma: Option<&Field>) -> Option<&'static str> {
    let mut sizes: Vec<(f64, f64)> = match sigma {
        Some(sigma) => value.first.iter().zip(&sigma.first).map(|(x, s)| (x.abs(), *s)).collect(),
        None => value.first.iter().map(|x| (x.abs(), 0.0)).collect(),
    };
    sizes.retain(|(x, s)| x.is_finite() && s.is_finite());
    if sizes.len() < FEWEST {
        return None;
    }
    sizes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let strong = sizes.get(..sizes.len() / STRONGEST).unwrap_or(&[]);
    let alike = strong.iter().filter(|(x, s)| *s > LARGEST_SIGMA * x).count();
    if 2 * alike > strong.len() {
        return Some("what should be σ is as large as F²: it may be F² itself, or a calculated value");
    }
    let one = sizes.first().map(|(_, s)| *s);
    if sigma.is_some_and(|s| s.whole) && sizes.iter().all(|(_, s)| Some(*s) == one) {
        return Some("what should be σ is one whole number in all rows, as of one batch");
    }
    if sigma.is_some() && unrelated(&sizes) {
        return Some("what should be σ has nothing to do with F²");
    }
    let alike = sizes.first().zip(sizes.last()).is_some_and(|(most, least)| most.0 == least.0);
    if value.whole && alike {
        return Some("the whole numbers behind l are all the same, as of one batch");
    }
    let median = sizes.get(sizes.len() / 2).map_or(0.0, |(x, _)| *x);
    (value.whole && median > LARGEST_MEDIAN * value.largest)
        .then_some("the whole numbers behind l are spread as numbers of frames are, not as F²")
}

/// True where what stands in SHELX's columns of σ, beside magnitudes of F², is hardly σ. It is taken as such all the same.
pub fn is_hardly_sigma(rows: impl Iterator<Item = (f64, f64)>) -> bool {
    let mut sizes: Vec<(f64, f64)> = rows.take(LOOKED_AT).collect();
    sizes.sort_by(|a, b| b.0.total_cmp(&a.0));
    let same = sizes.windows(2).all(|pair| pair[0].1 == pair[1].1);
    sizes.len() >= FEWEST && (same || unrelated(&sizes))
}

/// True where uncertainties neither grow with the intensities, the strongest of which stand first, nor are all alike.
fn unrelated(sizes: &[(f64, f64)]) -> bool {
    let n = sizes.len() as f64;
    let mean = sizes.iter().map(|(_, s)| s).sum::<f64>() / n;
    let spread = (sizes.iter().map(|(_, s)| (s - mean).powi(2)).sum::<f64>() / n).sqrt();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|&a, &b| sizes[b].1.total_cmp(&sizes[a].1));
    // Spearman's: of the ranks, which the order of the list is for the intensities; equal numbers share theirs.
    let middle = (n - 1.0) / 2.0;
    let mut product = 0.0;
    let mut rank = 0.0;
    for tied in order.chunk_by(|&a, &b| sizes[a].1 == sizes[b].1) {
        let count = tied.len() as f64;
        let shared = rank + (count - 1.0) / 2.0 - middle;
        product += shared * tied.iter().map(|&i| i as f64 - middle).sum::<f64>();
        rank += count;
    }
    let correlation = 12.0 * product / (n * (n * n - 1.0));
    spread > SPREAD * mean.abs() && correlation < LEAST_CORRELATION
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Roles of the fields behind l, in letters, `?` behind them for a doubt.
    fn read(row: impl Fn(i32) -> String) -> String {
        let rows: Vec<String> = (1..=400).map(|i| format!("{} {} {} {}", i % 9, i % 7, i % 5, row(i))).collect();
        let fields = rows.iter().map(|row| {
            let mut fields = [""; MOST_FIELDS];
            for (field, text) in fields.iter_mut().zip(row.split(' ')) {
                *field = text;
            }
            fields
        });
        let found = meaning(fields);
        let letter = |role: &Role| match role {
            Role::Index(_) => 'x',
            Role::Satellite => 'm',
            Role::Batch => 'b',
            Role::Value => 'I',
            Role::Sigma => 's',
            Role::PassedOver => '-',
        };
        let letters: String = found.roles.iter().skip(3).map(letter).collect();
        if found.doubt.is_some() { letters + "?" } else { letters }
    }

    #[test]
    fn numbers_tell_what_columns_hold() {
        // Long-tailed, as intensities are.
        let f = |i: i32| 90_000.0 / f64::from((i * 37) % 400 + 1);
        let s = |i: i32| 1.0 + 0.03 * f(i);
        for (row, meaning) in [
            (Box::new(move |i| format!("{:.2} {:.2}", f(i), s(i))) as Box<dyn Fn(i32) -> String>, "Is"),
            (Box::new(move |i| format!("{:.2} {:.2} {}", f(i), s(i), i % 3)), "Isb"),
            (Box::new(move |i| format!("{} {:.2} {:.2}", i % 3 - 1, f(i), s(i))), "mIs"),
            (Box::new(move |i| format!("{} {:.2} {:.2}", i % 300, f(i), s(i))), "-Is"),
            (Box::new(move |i| format!("{} {} {:.2} {:.2} {}", i % 3, i % 2, f(i), s(i), i)), "mmIsb"),
            (Box::new(move |i| format!("{:.0} {:.0}", f(i), s(i))), "Is"),
            (Box::new(move |i| format!("{:.0} {:.0} {}", f(i), s(i), i % 8)), "Isb"),
            (Box::new(move |i| format!("{} {:.0} {:.0}", i % 3, f(i), s(i))), "mIs"),
            (Box::new(move |i| format!("{:.2}", f(i))), "Is"),
        ] {
            assert_eq!(read(&*row), meaning);
        }
        for (what, row) in [
            (
                "F² before a batch, or σ",
                Box::new(move |i| format!("{:.2} {}", f(i), i % 3)) as Box<dyn Fn(i32) -> String>,
            ),
            ("a batch before F²", Box::new(move |i| format!("{} {:.2}", i % 3, f(i)))),
            ("frames before F²", Box::new(move |i| format!("{} {:.0} {:.0}", i * 300, f(i), s(i)))),
            ("frames before F²", Box::new(move |i| format!("{} {:.0}", i * 300, f(i)))),
            ("a calculated value", Box::new(move |i| format!("{:.2} {:.2} {:.2}", f(i), 0.98 * f(i), s(i)))),
            ("a wavelength", Box::new(move |i| format!("1.{i:03} {:.2} {:.2}", f(i), s(i)))),
            ("a path length", Box::new(move |i| format!("{:.2} {:.2}", f(i), f64::from(i * 7919 % 100) / 100.0))),
            ("a batch, F² and batches", Box::new(move |i| format!("{} {:.0} {} {}", i * 7 % 90, f(i), i % 4, i % 5))),
            ("F² and one batch", Box::new(move |i| format!("{:.0} 1 {}", f(i), i % 4))),
            ("one batch twice", Box::new(move |i| format!("0 0 {:.0} {}", f(i), i % 4))),
            ("four integers", Box::new(move |i| format!("0 0 1 {} {:.2} {:.2}", i % 3, f(i), s(i)))),
        ] {
            assert!(read(&*row).ends_with('?'), "{what}: {}", read(&*row));
        }
    }
}
