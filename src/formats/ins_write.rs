//! SHELX instruction files without atoms: what a solution program starts from.

use super::hklf::Hklf;
use super::res::{ScatteringType, is_disp, nameless, write_card, write_sfac};
use crate::Result;
use crate::crystal::elements::is_hydrogen;
use crate::crystal::{Cell, SpaceGroup};
use std::fmt::Write;

/// SHELX reads 80 columns; continuation marks need two of them.
const LINE_LENGTH: usize = 76;
const CARBON: u8 = 6;

/// What stands in the file.
#[derive(Debug, Clone)]
pub struct Instructions<'a> {
    /// Text of TITL.
    pub title: &'a str,
    /// REM lines, each wrapped where it is long.
    pub remarks: &'a [String],
    /// Wavelength in Å.
    pub wavelength: f64,
    /// Neutrons were scattered: a card NEUT.
    pub neutrons: bool,
    /// Unit cell.
    pub cell: &'a Cell,
    /// Formula units per cell, for ZERR.
    pub z: f64,
    /// Standard uncertainties of edges (Å) and angles (degrees).
    pub cell_sigma: [f64; 6],
    /// Space group, written as LATT and SYMM.
    pub group: &'a SpaceGroup,
    /// Elements and atoms per cell, in any order.
    pub contents: &'a [ScatteringType],
    /// Cards that are written as they are: DISP behind SFAC, others behind UNIT.
    pub kept: &'a [String],
    /// The rows of the list have numbers of the domains of a twin: HKLF 5.
    pub twin: bool,
}

/// TITL, REM, CELL, ZERR, LATT, SYMM, SFAC (carbon, hydrogen, then by symbol; with numbers of their own where they have
/// them), UNIT, HKLF 4 or 5, END.
///
/// # Errors
/// `Error::Unusable` for a centring that LATT cannot name.
pub fn write_ins(instructions: &Instructions<'_>) -> Result<String> {
    let mut text = wrapped("TITL", instructions.title, "REM");
    for remark in instructions.remarks {
        text.push_str(&wrapped("REM", remark, "REM"));
    }
    let [a, b, c] = instructions.cell.lengths;
    let [alpha, beta, gamma] = instructions.cell.angles;
    let wavelength = instructions.wavelength;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "CELL {wavelength:.5} {a:.4} {b:.4} {c:.4} {alpha:.4} {beta:.4} {gamma:.4}");
    let sigma = |x: f64| if x == 0.0 { "0.0000".to_owned() } else { format!("{x:.5}") };
    let sigmas: Vec<String> = instructions.cell_sigma.into_iter().map(sigma).collect();
    let _ = writeln!(text, "ZERR {} {}", amount(instructions.z), sigmas.join(" "));
    let (latt, symm) = instructions.group.latt_symm().ok_or_else(|| nameless(instructions.group))?;
    let _ = writeln!(text, "LATT {latt}");
    for op in symm {
        let _ = writeln!(text, "SYMM {op}");
    }
    if instructions.neutrons {
        text.push_str("NEUT\n");
    }
    let mut contents = instructions.contents.to_vec();
    contents.sort_by_key(|t| (t.z != CARBON, !is_hydrogen(t.z), t.symbol.clone()));
    write_sfac(&mut text, &contents);
    let (dispersion, others): (Vec<&String>, Vec<&String>) = instructions.kept.iter().partition(|card| is_disp(card));
    dispersion.iter().for_each(|card| write_card(&mut text, card));
    let amounts: Vec<String> = contents.iter().map(|t| amount(t.count)).collect();
    write_card(&mut text, &format!("UNIT {}", amounts.join(" ")));
    others.iter().for_each(|card| write_card(&mut text, card));
    let _ = writeln!(text, "{}\nEND", Hklf::of_intensities(instructions.twin));
    Ok(text)
}

/// A number without useless zeros.
fn amount(x: f64) -> String {
    let text = format!("{x:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// One card, its words spread over as many lines as they need, later lines with the card `next`.
fn wrapped(card: &str, words: &str, next: &str) -> String {
    let mut text = String::new();
    let mut line = card.to_owned();
    for word in words.split_whitespace() {
        if line.len() + 1 + word.len() > LINE_LENGTH && line != card {
            text.push_str(&line);
            text.push('\n');
            line = next.to_owned();
        }
        line.push(' ');
        line.push_str(word);
    }
    text + &line + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    #[test]
    fn all_cards_stand_in_order() {
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 101.5, 90.0]).unwrap();
        let group = SpaceGroup::from_latt_symm(1, &[SymOp::parse("-x, y+1/2, 1/2-z").unwrap()]).unwrap();
        let long = Some(std::array::from_fn(|i| i as f64 + 0.5));
        let of =
            |z, symbol: &str, count, coefficients| ScatteringType { z, symbol: symbol.into(), count, coefficients };
        let contents = [of(8, "O", 8.0, None), of(17, "Cl", 2.5, long), of(1, "H", 40.0, None), of(6, "C", 32.0, None)];
        let kept = ["TEMP -173".to_owned(), "DISP O 0.01 0.006".to_owned()];
        let remarks = ["noise 0.05 ".repeat(10)];
        let text = write_ins(&Instructions {
            title: "test simulated",
            remarks: &remarks,
            wavelength: 0.71073,
            neutrons: true,
            cell: &cell,
            z: 4.0,
            cell_sigma: [0.001, 0.0, 0.0, 0.0, 0.02, 0.0],
            group: &group,
            contents: &contents,
            twin: false,
            kept: &kept,
        })
        .unwrap();
        let expected = "TITL test simulated\nREM noise 0.05 noise 0.05 noise 0.05 noise 0.05 noise 0.05 noise 0.05 noise\n\
            REM 0.05 noise 0.05 noise 0.05 noise 0.05\nCELL 0.71073 7.0000 8.0000 9.0000 90.0000 101.5000 90.0000\n\
            ZERR 4 0.00100 0.0000 0.0000 0.0000 0.02000 0.0000\nLATT 1\nSYMM -X, Y+1/2, -Z+1/2\nNEUT\nSFAC C H\n\
            SFAC Cl 0.5 1.5 2.5 3.5 4.5 5.5 6.5 7.5 8.5 9.5 10.5 11.5 12.5 13.5\nSFAC O\nDISP O 0.01 0.006\n\
            UNIT 32 40 2.5 8\nTEMP -173\nHKLF 4\nEND\n";
        assert_eq!(text, expected);
    }
}
