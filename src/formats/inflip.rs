//! Reads the input of Superflip, `NAME.inflip` (Palatinus & Chapuis, J. Appl. Cryst. 40, 786, 2007), as JANA and others
//! write it: a keyword and its values a line, `#`, `!` and `;` before comments, lists between a keyword and its end.

use super::hklf::HklfFormat;
use super::inflip_rows::{DataFormat, rows};
use super::ins::Ins;
use super::text::{decode, finite, lines, plain};
use crate::crystal::elements::atomic_number;
use crate::crystal::identity::group_by_name;
use crate::crystal::{Cell, ElementCount, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use crate::reflections::RawReflection;
use std::path::Path;

/// Keywords that are read and change nothing here: the search is this program's own.
const OWN_WAY: [&str; 26] = [
    "voxel",
    "repeatmode",
    "bestdensities",
    "maxcycles",
    "delta",
    "weakratio",
    "biso",
    "polish",
    "normalize",
    "missing",
    "convergencemode",
    "searchsymmetry",
    "derivesymmetry",
    "nresshells",
    "terminal",
    "expandedlog",
    "electrons",
    "histogram",
    "fastfft",
    "coverage",
    "derivesymmetry",
    "modelfile",
    "modelformat",
    "referencefile",
    "referenceformat",
    "resunit",
];
/// What to do about most faults.
const HINT: &str = "write it as JANA or Superflip's manual does";
/// Wavelength where the file has none: Mo Kα.
const DEFAULT_WAVELENGTH: f64 = 0.71073;

/// What the file says.
#[derive(Debug, Clone, PartialEq)]
pub struct Inflip {
    /// Crystal and contents, as of an instruction file.
    pub ins: Ins,
    /// The reflections: intensities, σ 0 where there is none.
    pub rows: Vec<RawReflection>,
    /// What the file holds.
    pub quantity: HklfFormat,
    /// Files that the map is to go to.
    pub outputs: Vec<String>,
    /// Seed of random numbers; `None` where the program may choose.
    pub seed: Option<u32>,
    /// What the user should know, one line each.
    pub remarks: Vec<String>,
}

/// Reads the bytes of a file; `path` is for messages.
///
/// # Errors
/// `Error::Input` naming `path` and the line: tasks other than charge flipping, dimensions other than 3, cells, operations,
/// elements and rows that make no sense, lists that do not end, and files without cell or reflections.
pub fn parse_inflip(path: &Path, bytes: &[u8]) -> Result<Inflip> {
    let mut reader = Reader::default();
    let text = plain(bytes);
    for (n, raw) in lines(&text).into_iter().enumerate() {
        reader.take(path, n + 1, &decode(raw))?;
    }
    reader.finish(path)
}

#[derive(Default)]
struct Reader {
    title: String,
    cell: Option<Cell>,
    wavelength: Option<f64>,
    name: Option<(usize, String)>,
    operations: Vec<SymOp>,
    centring: Vec<[i32; 3]>,
    elements: Vec<ElementCount>,
    outputs: Vec<String>,
    seed: Option<u32>,
    format: DataFormat,
    list: Vec<(usize, String)>,
    /// The list that is being read, and where it began.
    inside: Option<(List, usize)>,
    own_way: Vec<String>,
    unknown: Vec<String>,
}

#[derive(Clone, Copy, PartialEq)]
enum List {
    Centres,
    Symmetry,
    Reflections,
}

impl Reader {
    fn take(&mut self, path: &Path, n: usize, line: &str) -> Result<()> {
        let words = words(line);
        let Some(first) = words.first() else { return Ok(()) };
        let keyword = first.to_lowercase();
        if let Some((list, _)) = self.inside {
            let end = match list {
                List::Centres => "endcenters",
                List::Symmetry => "endsymmetry",
                List::Reflections => "endf",
            };
            if keyword == end {
                self.inside = None;
                return Ok(());
            }
            return self.entry(path, n, list, line, &words);
        }
        let rest = &words[1..];
        let fault = |what: String| Error::line(path, n, what, HINT);
        let numbers = || rest.iter().map_while(|w| finite(&w.replace(',', "."))).collect::<Vec<f64>>();
        match keyword.as_str() {
            "title" => self.title = rest.join(" "),
            "perform" => match rest.first().map(|w| w.to_lowercase()).as_deref() {
                None | Some("cf" | "lde" | "aaa" | "ab") => {}
                Some(task) => {
                    return Err(fault(format!("perform {task} is not done here, only the search for phases")));
                }
            },
            "dimension" => {
                if numbers().first() != Some(&3.0) {
                    return Err(fault(format!("dimension {}: only crystals in three are solved", rest.join(" "))));
                }
            }
            "cell" => match numbers()[..] {
                [a, b, c, alpha, beta, gamma, ..] => {
                    self.cell = Some(Cell::new([a, b, c], [alpha, beta, gamma]).map_err(fault)?);
                }
                _ => return Err(fault("cell without six numbers".into())),
            },
            "lambda" => {
                let wavelength = numbers().first().copied().filter(|w| *w > 0.0);
                self.wavelength = Some(wavelength.ok_or_else(|| fault("lambda without a positive number".into()))?);
            }
            "spacegroup" => self.name = Some((n, rest.join(" "))),
            "composition" => self.composition(path, n, &rest.join(" "))?,
            "outputfile" => self.outputs.extend(rest.iter().cloned()),
            "randomseed" => self.seed = rest.first().and_then(|w| w.parse().ok()),
            "dataformat" => self.format.columns(rest).map_err(fault)?,
            "dataitemwidths" => self.format.widths(&numbers()).map_err(fault)?,
            "centers" => self.inside = Some((List::Centres, n)),
            "symmetry" => self.inside = Some((List::Symmetry, n)),
            "fbegin" if rest.is_empty() => self.inside = Some((List::Reflections, n)),
            "fbegin" => return Err(fault("reflections of another file are not read".into())),
            known if OWN_WAY.contains(&known) => self.own_way.push(keyword),
            _ => self.unknown.push(keyword),
        }
        Ok(())
    }

    fn entry(&mut self, path: &Path, n: usize, list: List, line: &str, words: &[String]) -> Result<()> {
        let fault = |what: String| Error::line(path, n, what, HINT);
        match list {
            List::Reflections => self.list.push((n, line.to_owned())),
            List::Symmetry => {
                // `x1 1/2+x2 -x3`, `x,y,z` and mixtures.
                let text = words.join(" ").to_lowercase();
                let named = text.replace("x1", "x").replace("x2", "y").replace("x3", "z");
                let parts: Vec<&str> = named.split([',', ' ']).filter(|part| !part.is_empty()).collect();
                let op = SymOp::parse(&parts.join(",")).map_err(fault)?;
                self.operations.push(op);
            }
            List::Centres => {
                let parts: Option<Vec<f64>> = words.iter().map(|w| fraction(w)).collect();
                let Some(&[x, y, z]) = parts.as_deref() else {
                    return Err(fault("a centring vector has three numbers".into()));
                };
                self.centring.push([x, y, z].map(|x| (24.0 * x).round() as i32));
            }
        }
        Ok(())
    }

    /// `C20 H30 O4`, with or without blanks.
    fn composition(&mut self, path: &Path, n: usize, text: &str) -> Result<()> {
        let fault = |what: String| Error::line(path, n, what, "write it like C20 H30 O4");
        let mut rest = text.trim();
        while !rest.is_empty() {
            let letters = rest.chars().take_while(char::is_ascii_alphabetic).count();
            let (symbol, after) = rest.split_at(letters);
            let z =
                atomic_number(symbol).ok_or_else(|| fault(format!("{symbol:?} in the composition is no element")))?;
            let digits = after.chars().take_while(|c| c.is_ascii_digit() || *c == '.').count();
            let (number, after) = after.split_at(digits);
            let count = if number.is_empty() { Some(1.0) } else { finite(number) };
            let count = count.ok_or_else(|| fault(format!("{number:?} in the composition is no number")))?;
            self.elements.push(ElementCount { symbol: symbol.to_owned(), atomic_number: z, count, coefficients: None });
            rest = after.trim_start();
        }
        Ok(())
    }

    fn finish(self, path: &Path) -> Result<Inflip> {
        if let Some((_, begun)) = self.inside {
            return Err(Error::line(path, begun, "this list does not end", "write its end, such as endf, behind it"));
        }
        let cell = self.cell.clone().ok_or_else(|| Error::file(path, "has no cell", "add `cell a b c α β γ`"))?;
        let space_group = self.group(path)?;
        let (rows, mut remarks) = rows(path, &self.list, &self.format)?;
        let named = |what: &str, list: &[String]| {
            let mut once = list.to_vec();
            once.sort();
            once.dedup();
            (!once.is_empty()).then(|| format!("{what}: {}", once.join(" ")))
        };
        remarks.extend(named("keywords that change nothing here, the search being seedflip's own", &self.own_way));
        remarks.extend(named("keywords that are not known and were passed over", &self.unknown));
        let wavelength = self.wavelength.unwrap_or_else(|| {
            remarks.push(format!("no lambda: {DEFAULT_WAVELENGTH} Å is taken"));
            DEFAULT_WAVELENGTH
        });
        let z = space_group.operations().len() as f64;
        let ins = Ins {
            title: self.title,
            wavelength,
            neutrons: false,
            cell,
            space_group,
            z,
            cell_sigma: [0.0; 6],
            elements: self.elements,
            hklf: super::Hklf::default(),
            kept: Vec::new(),
            sites: Vec::new(),
            warnings: Vec::new(),
        };
        Ok(Inflip { ins, rows, quantity: self.format.quantity(), outputs: self.outputs, seed: self.seed, remarks })
    }

    /// The group of operations and centring; of the name where there are none; else P 1.
    fn group(&self, path: &Path) -> Result<SpaceGroup> {
        if self.operations.is_empty() {
            return match &self.name {
                Some((n, name)) => group_by_name(name, false).ok_or_else(|| {
                    Error::line(path, *n, format!("no space group {name:?}"), "list the operations under symmetry")
                }),
                None => Ok(SpaceGroup::p1()),
            };
        }
        let mut generators = self.operations.clone();
        generators.extend(self.centring.iter().map(|&t| SymOp::IDENTITY.translated(t)));
        SpaceGroup::from_generators(&generators).map_err(|what| Error::file(path, what, HINT))
    }
}

/// Words of a line up to a comment; quotes keep blanks.
fn words(line: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for c in line.chars() {
        match c {
            '"' | '\'' => (quoted, begun) = (!quoted, true),
            '#' | '!' | ';' if !quoted => break,
            c if c.is_whitespace() && !quoted => {
                if begun {
                    out.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            c => {
                word.push(c);
                begun = true;
            }
        }
    }
    if begun {
        out.push(word);
    }
    out
}

/// `0.5` or `1/2`.
fn fraction(text: &str) -> Option<f64> {
    match text.split_once('/') {
        Some((above, below)) => {
            let below = finite(below).filter(|x| *x != 0.0)?;
            Some(finite(above)? / below)
        }
        None => finite(text),
    }
}

#[cfg(test)]
#[path = "inflip_tests.rs"]
mod tests;
