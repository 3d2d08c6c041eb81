//! Lists whose head says what the columns are: those of Tonto and of XD.

use super::Measured;
use super::facts::Facts;
use super::row::reflection;
use crate::error::{Error, Result};
use crate::formats::hklf::{Hklf, HklfFormat};
use crate::formats::text::finite;
use crate::reflections::RawReflection;
use std::path::Path;

const HINT: &str = "fetch or write the list again";

/// Places of the numbers in a row.
struct Columns {
    /// How many there are.
    count: usize,
    hkl: [usize; 3],
    value: usize,
    sigma: Option<usize>,
    batch: Option<usize>,
    quantity: HklfFormat,
}

/// Reads a list of Tonto: `keys= { h= k= l= f_exp= f_sigma= } data= { … }`.
///
/// # Errors
/// `Error::Input` naming `path` and the line: keys without h, k, l and a measured value; rows of another length; a list
/// without its closing brace.
pub fn read_keyed(path: &Path, text: &str) -> Result<Measured> {
    let mut words = (1..).zip(text.lines()).flat_map(|(n, line)| line.split_whitespace().map(move |word| (n, word)));
    let fault = |line: usize, what: &str| Error::line(path, line, what.to_owned(), HINT);
    let short = || Error::file(path, "ends within the list of reflections", HINT);
    if !words.any(|(_, word)| word == "keys=") {
        return Err(Error::file(path, "has no keys= { h= k= l= … }", HINT));
    }
    let mut keys: Vec<&str> = Vec::new();
    let mut line = 0;
    for (n, word) in words.by_ref().skip_while(|(_, word)| *word == "{") {
        line = n;
        if word == "}" {
            break;
        }
        keys.push(word.trim_end_matches('='));
    }
    let at = |names: &[&str]| names.iter().find_map(|name| keys.iter().position(|key| key.eq_ignore_ascii_case(name)));
    let intensity = at(&["i_exp", "f2_exp"]);
    let (value, sigma, quantity) = match (intensity, at(&["f_exp"])) {
        (Some(value), _) => (value, at(&["i_sigma", "f2_sigma"]), HklfFormat::Intensities),
        (None, Some(value)) => (value, at(&["f_sigma"]), HklfFormat::Amplitudes),
        (None, None) => return Err(fault(line, "the keys have neither f_exp= nor i_exp=")),
    };
    let [Some(h), Some(k), Some(l)] = ["h", "k", "l"].map(|key| at(&[key])) else {
        return Err(fault(line, "the keys lack h=, k= or l="));
    };
    let columns = Columns { count: keys.len(), hkl: [h, k, l], value, sigma, batch: None, quantity };
    if !words.any(|(_, word)| word == "data=") {
        return Err(short());
    }
    let (mut row, mut reflections, mut closed) = (Vec::new(), Vec::new(), false);
    for (n, word) in words.skip_while(|(_, word)| *word == "{") {
        line = n;
        if word == "}" {
            closed = true;
            break;
        }
        row.push(finite(word).ok_or_else(|| fault(n, "there is what is no number among the reflections"))?);
        if row.len() == columns.count {
            reflections.push(columns.take(&row).map_err(|what| fault(n, &what))?);
            row.clear();
        }
    }
    if !row.is_empty() {
        return Err(fault(line, "the list ends within a row"));
    }
    if !closed {
        return Err(short());
    }
    let part = keys.join(", ");
    Ok(measured("reflection list of Tonto", part, columns.quantity, reflections))
}

/// Reads a list of XD: a line with a name, F or F^2, NDAT and the number of columns, then rows h k l batch value σ.
///
/// # Errors
/// `Error::Input` naming `path` and the line: a head that cannot be understood; rows of another length.
pub fn read_xd(path: &Path, text: &str) -> Result<Measured> {
    let mut lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    let (number, head) = lines.next().unwrap_or((1, ""));
    let words: Vec<&str> = head.split_whitespace().collect();
    let at = words.iter().position(|word| word.eq_ignore_ascii_case("NDAT"));
    let count = at.and_then(|at| words.get(at + 1)?.parse::<i64>().ok()).map(i64::unsigned_abs);
    let quantity = words.iter().find_map(|word| match word.to_ascii_uppercase().as_str() {
        "F^2" | "F**2" | "F2" => Some(HklfFormat::Intensities),
        "F" => Some(HklfFormat::Amplitudes),
        _ => None,
    });
    let (Some(count @ 6..=20), Some(quantity)) = (count, quantity) else {
        let what = "the first line is no head of an XD list: NAME F^2 NDAT 6";
        return Err(Error::line(path, number, what, HINT));
    };
    let count = count as usize;
    let columns = Columns { count, hkl: [0, 1, 2], value: 4, sigma: Some(5), batch: Some(3), quantity };
    let mut reflections = Vec::new();
    for (number, line) in lines {
        let row: Option<Vec<f64>> = line.split_whitespace().map(finite).collect();
        let row = row.filter(|row| row.len() == count);
        let fault = |what: String| Error::line(path, number, what, HINT);
        let row = row.ok_or_else(|| fault(format!("the row does not have {count} numbers, as NDAT says")))?;
        if row.iter().take(3).all(|x| *x == 0.0) {
            break;
        }
        reflections.push(columns.take(&row).map_err(fault)?);
    }
    Ok(measured("reflection list of XD", format!("NDAT {count}"), quantity, reflections))
}

impl Columns {
    fn take(&self, row: &[f64]) -> std::result::Result<RawReflection, String> {
        let at = |i: usize| row.get(i).copied().unwrap_or(f64::NAN);
        let read = reflection(self.hkl.map(at), at(self.value), self.sigma.map(at), self.quantity)?;
        let batch = self.batch.map(at).filter(|b| b.fract() == 0.0 && b.abs() <= f64::from(i16::MAX));
        Ok(RawReflection { batch: batch.map(|b| b as i32), ..read })
    }
}

fn measured(kind: &'static str, part: String, quantity: HklfFormat, reflections: Vec<RawReflection>) -> Measured {
    let (facts, warnings, hklf) = (Facts::default(), Vec::new(), Hklf::default());
    Measured { kind, part, layout: None, quantity, reflections, facts, warnings, hklf }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_tonto() {
        let text = " reflection_data= {\n keys= { h= k= l= f_exp= f_sigma= f_calc= }\n data= {\n\n 2 0 0 4.0 0.5 1\n\
            -1 2 0 3.0 0.1 1\n }\n REVERT\n";
        let read = read_keyed(Path::new("x.hkl"), text).unwrap();
        assert_eq!((read.reflections.len(), read.quantity), (2, HklfFormat::Amplitudes));
        assert_eq!((read.reflections[0].intensity, read.reflections[0].sigma), (16.0, 4.0));
        let fault = |text: &str| read_keyed(Path::new("x.hkl"), text).unwrap_err().to_string();
        assert!(fault(&text.replace("f_exp", "q")).starts_with("x.hkl:2: "));
        assert!(fault(&text.replace(" 0.5", "")).contains("within a row"));
        assert!(fault(&text.replace("4.0", "x")).starts_with("x.hkl:5: "));
        assert!(fault(&text.replace(" }\n REVERT", "")).contains("ends within"));
        let intensities = text.replace("f_exp", "i_exp").replace("f_sigma", "i_sigma");
        assert_eq!(read_keyed(Path::new("x.hkl"), &intensities).unwrap().reflections[0].intensity, 4.0);
    }

    #[test]
    fn lists_of_xd() {
        let text = "urea F^2 NDAT 6\n 1 0 0 1 10.0 0.5\n -2 1 0 1 20.0 0.5\n";
        let read = read_xd(Path::new("x.hkl"), text).unwrap();
        assert_eq!((read.reflections.len(), read.reflections[1].hkl), (2, [-2, 1, 0]));
        assert_eq!((read.reflections[1].intensity, read.reflections[1].batch), (20.0, Some(1)));
        assert_eq!(read_xd(Path::new("x.hkl"), &text.replace("F^2", "F")).unwrap().reflections[0].intensity, 100.0);
        let fault = |text: &str| read_xd(Path::new("x.hkl"), text).unwrap_err().to_string();
        assert!(fault(&text.replace("NDAT 6", "NDAT 7")).starts_with("x.hkl:2: "));
        assert!(fault(&text.replace("F^2", "x")).starts_with("x.hkl:1: "));
    }
}
