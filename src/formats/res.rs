//! SHELX `.res`: the model that SHELXL, Olex2 and ShelXle start from.

use super::hklf::Hklf;
use crate::crystal::elements::SFAC_COEFFICIENTS;
use crate::crystal::{Cell, Site, SpaceGroup};
use crate::{Error, Result};
use std::fmt::Write;

/// SHELX reads lines of at most this many characters.
const LINE_LENGTH: usize = 80;
/// What ends a line that goes on.
const CONTINUATION: &str = " =";
/// 10 added to a parameter holds it fixed in refinement: occupancies of peaks and atoms are.
const FIXED: f64 = 10.0;
/// Scattering type of peaks: the first, as SHELXL writes them.
const PEAK_TYPE: usize = 1;

/// One scattering type: an entry of SFAC and UNIT.
#[derive(Debug, Clone, PartialEq)]
pub struct ScatteringType {
    /// Atomic number.
    pub z: u8,
    /// Symbol as SFAC gives it.
    pub symbol: String,
    /// Atoms per cell.
    pub count: f64,
    /// a1 b1 … a4 b4 c f′ f″ μ r mass of a `SFAC` card in the long form, where the input had one.
    pub coefficients: Option<[f64; SFAC_COEFFICIENTS]>,
}

/// What goes into the file.
#[derive(Debug, Clone, Copy)]
pub struct ResModel<'a> {
    /// Title, one line.
    pub title: &'a str,
    /// Remarks, one line each.
    pub remarks: &'a [String],
    /// Wavelength in Å.
    pub wavelength: f64,
    /// Neutrons were scattered: a card NEUT.
    pub neutrons: bool,
    /// The cell.
    pub cell: &'a Cell,
    /// Formula units per cell.
    pub z: f64,
    /// Standard uncertainties of edges (Å) and angles (degrees).
    pub cell_sigma: [f64; 6],
    /// Space group, in the setting of the data.
    pub group: &'a SpaceGroup,
    /// SFAC and UNIT; carbon is written where it is empty.
    pub contents: &'a [ScatteringType],
    /// Cards of the input that are written back: DISP behind SFAC, others behind UNIT.
    pub kept: &'a [String],
    /// Overall scale: Fo² of the reflection file is `scale`² Fc².
    pub scale: f64,
    /// Atoms and Q-peaks, highest first. Sites without an element are written behind END as peaks of the first type,
    /// their height last on the line. Labels should have at most four characters; SHELX cuts longer ones.
    pub sites: &'a [Site],
    /// The numbers of a card TWIN, where the list has none of domains, and that of BASF, for a twin of two domains.
    pub twin: Option<(Option<&'a str>, f64)>,
    /// The card that says how the reflection file is to be read.
    pub hklf: &'a Hklf,
    /// Remarks between HKLF and END, where SHELXL says how the model fits; readers look for them there.
    pub fit: &'a [String],
    /// Remarks behind END, ahead of the peaks.
    pub rest: &'a [String],
}

/// The file; fails when a site has an element that `contents` lacks. Peaks stand behind END, where SHELXL puts them: ahead
/// of HKLF they would be refined, and counted, as atoms.
pub fn res(model: &ResModel) -> Result<String> {
    let mut out = String::new();
    let _ = writeln!(out, "{}", line("TITL ", model.title));
    write_remarks(&mut out, model.remarks);
    let ([a, b, c], [alpha, beta, gamma]) = (model.cell.lengths, model.cell.angles);
    let _ = writeln!(out, "CELL {:.5} {a:.5} {b:.5} {c:.5} {alpha:.4} {beta:.4} {gamma:.4}", model.wavelength);
    let s = model.cell_sigma;
    let _ = writeln!(out, "ZERR {} {:.5} {:.5} {:.5} {:.4} {:.4} {:.4}", model.z, s[0], s[1], s[2], s[3], s[4], s[5]);
    let (latt, symm) = model.group.latt_symm().ok_or_else(|| nameless(model.group))?;
    let _ = writeln!(out, "LATT {latt}");
    for op in symm {
        let _ = writeln!(out, "SYMM {op}");
    }
    if model.neutrons {
        out.push_str("NEUT\n");
    }
    let (dispersion, others): (Vec<&String>, Vec<&String>) = model.kept.iter().partition(|card| is_disp(card));
    if model.contents.is_empty() {
        out.push_str("SFAC C\nUNIT 1\n");
    } else {
        write_sfac(&mut out, model.contents);
        dispersion.iter().for_each(|card| write_card(&mut out, card));
        let counts: Vec<String> = model.contents.iter().map(|t| t.count.to_string()).collect();
        write_card(&mut out, &format!("UNIT {}", counts.join(" ")));
    }
    others.iter().for_each(|card| write_card(&mut out, card));
    out.push_str("L.S. 4\nBOND\nLIST 6\nFMAP 2\nPLAN 20\nWGHT 0.1\n");
    if let Some((law, share)) = model.twin {
        if let Some(law) = law {
            write_card(&mut out, &format!("TWIN {law} 2"));
        }
        let _ = writeln!(out, "BASF {share:.4}");
    }
    let _ = writeln!(out, "FVAR {:.5}", model.scale);
    let (atoms, peaks): (Vec<&Site>, Vec<&Site>) = model.sites.iter().partition(|site| site.element.is_some());
    for site in atoms {
        write_site(&mut out, site, scattering_number(model.contents, site)?);
        out.push('\n');
    }
    write_card(&mut out, &model.hklf.to_string());
    write_remarks(&mut out, model.fit);
    out.push_str("END\n");
    write_remarks(&mut out, model.rest);
    for site in peaks {
        write_site(&mut out, site, PEAK_TYPE);
        if let Some(height) = site.height {
            let _ = write!(out, " {height:7.2}");
        }
        out.push('\n');
    }
    Ok(out)
}

/// The error for a lattice that LATT cannot name.
pub(super) fn nameless(group: &SpaceGroup) -> Error {
    let vectors: Vec<String> = group.centring()[1..].iter().map(|[x, y, z]| format!("({x} {y} {z})/24")).collect();
    Error::unusable(
        format!("LATT has no number for the centring {}", vectors.join(" ")),
        "describe the crystal on axes that are in the tables (P, A, B, C, I, F, R obverse)",
    )
}

/// Free text on one line, cut where SHELX would stop reading.
fn line(prefix: &str, text: &str) -> String {
    let clean = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    let joined: String = prefix.chars().chain(clean).take(LINE_LENGTH).collect();
    joined.trim_end().to_owned()
}

fn write_remarks(out: &mut String, remarks: &[String]) {
    for remark in remarks {
        let _ = writeln!(out, "{}", line("REM ", remark));
    }
}

/// True for a card DISP, which stands behind SFAC.
pub(super) fn is_disp(card: &str) -> bool {
    card.get(..4).is_some_and(|name| name.eq_ignore_ascii_case("DISP"))
}

/// A card, over several lines where it is long: `=` at the end of a line and a blank in front of the next.
pub(super) fn write_card(out: &mut String, card: &str) {
    let mut length = 0;
    for (n, word) in card.split(|c: char| c.is_whitespace() || c.is_control()).filter(|w| !w.is_empty()).enumerate() {
        if n > 0 && length + word.len() + CONTINUATION.len() + 1 > LINE_LENGTH {
            out.push_str(CONTINUATION);
            out.push_str("\n    ");
            length = 4;
        }
        if n > 0 {
            out.push(' ');
        }
        out.push_str(word);
        length += word.len() + usize::from(n > 0);
    }
    out.push('\n');
}

/// A site of the scattering type of this number, without the end of the line.
fn write_site(out: &mut String, site: &Site, number: usize) {
    let [x, y, z] = site.xyz;
    let (label, sof, u) = (&site.label, FIXED + site.sof, site.u_iso);
    let _ = write!(out, "{label:4} {number:2} {x:10.6} {y:10.6} {z:10.6} {sof:9.5} {u:8.5}");
}

/// SFAC in the order of the types: one list for each run without numbers of their own, a long card for each
/// type with them.
pub(super) fn write_sfac(out: &mut String, contents: &[ScatteringType]) {
    for run in contents.chunk_by(|a, b| a.coefficients.is_none() && b.coefficients.is_none()) {
        match run {
            [ScatteringType { symbol, coefficients: Some(c), .. }] => {
                let numbers: Vec<String> = c.iter().map(|x| x.to_string()).collect();
                write_card(out, &format!("SFAC {symbol} {}", numbers.join(" ")));
            }
            _ => {
                let symbols: Vec<&str> = run.iter().map(|t| t.symbol.as_str()).collect();
                write_card(out, &format!("SFAC {}", symbols.join(" ")));
            }
        }
    }
}

/// Number of a site's scattering type, counted from 1.
fn scattering_number(contents: &[ScatteringType], site: &Site) -> Result<usize> {
    let found = contents.iter().position(|t| Some(t.z) == site.element).map(|i| i + 1);
    found.ok_or_else(|| {
        Error::unusable(format!("atom {} has an element that is not in SFAC", site.label), "add it to SFAC and UNIT")
    })
}
