//! SHELX instruction files without atoms: what a solution program starts from.

use crate::crystal::elements::{is_hydrogen, symbol};
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
    /// Space group, written as LATT and SYMM.
    pub group: &'a SpaceGroup,
    /// Atomic numbers and atoms per cell, in any order.
    pub contents: &'a [(u8, f64)],
}

/// TITL, REM, CELL, ZERR, LATT, SYMM, SFAC (carbon, hydrogen, then by symbol), UNIT, HKLF 4, END.
pub fn write_ins(instructions: &Instructions<'_>) -> String {
    let mut text = wrapped("TITL", instructions.title, "REM");
    for remark in instructions.remarks {
        text.push_str(&wrapped("REM", remark, "REM"));
    }
    let [a, b, c] = instructions.cell.lengths;
    let [alpha, beta, gamma] = instructions.cell.angles;
    let wavelength = instructions.wavelength;
    // Writing to a String cannot fail.
    let _ = writeln!(text, "CELL {wavelength:.5} {a:.4} {b:.4} {c:.4} {alpha:.4} {beta:.4} {gamma:.4}");
    let _ = writeln!(text, "ZERR {} 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000", amount(instructions.z));
    let (latt, symm) = instructions.group.latt_symm();
    let _ = writeln!(text, "LATT {latt}");
    for op in symm {
        let _ = writeln!(text, "SYMM {op}");
    }
    if instructions.neutrons {
        text.push_str("NEUT\n");
    }
    let mut contents = instructions.contents.to_vec();
    contents.sort_by_key(|&(z, _)| (z != CARBON, !is_hydrogen(z), symbol(z)));
    let symbols: Vec<&str> = contents.iter().map(|&(z, _)| symbol(z).unwrap_or("X")).collect();
    let amounts: Vec<String> = contents.iter().map(|&(_, n)| amount(n)).collect();
    text.push_str(&wrapped("SFAC", &symbols.join(" "), "SFAC"));
    text.push_str(&continued(&format!("UNIT {}", amounts.join(" "))));
    text.push_str("HKLF 4\nEND\n");
    text
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

/// One card over several lines with the continuation mark `=`.
fn continued(card: &str) -> String {
    let text = wrapped("", card, "");
    let lines: Vec<&str> = text.lines().collect();
    lines.join(" =\n").trim_start().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    #[test]
    fn all_cards_stand_in_order() {
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0, 101.5, 90.0]).unwrap();
        let group = SpaceGroup::from_latt_symm(1, &[SymOp::parse("-x, y+1/2, 1/2-z").unwrap()]).unwrap();
        let contents = [(8, 8.0), (17, 2.5), (1, 40.0), (6, 32.0)];
        let remarks = ["noise 0.05 ".repeat(10)];
        let text = write_ins(&Instructions {
            title: "test simulated",
            remarks: &remarks,
            wavelength: 0.71073,
            neutrons: true,
            cell: &cell,
            z: 4.0,
            group: &group,
            contents: &contents,
        });
        let expected = "TITL test simulated\nREM noise 0.05 noise 0.05 noise 0.05 noise 0.05 noise 0.05 noise 0.05 noise\n\
            REM 0.05 noise 0.05 noise 0.05 noise 0.05\nCELL 0.71073 7.0000 8.0000 9.0000 90.0000 101.5000 90.0000\n\
            ZERR 4 0.0000 0.0000 0.0000 0.0000 0.0000 0.0000\nLATT 1\nSYMM -X, Y+1/2, -Z+1/2\nNEUT\nSFAC C H Cl O\n\
            UNIT 32 40 2.5 8\nHKLF 4\nEND\n";
        assert_eq!(text, expected);
    }

    #[test]
    fn long_cards_go_on() {
        let text = continued(&format!("UNIT {}", "12345678 ".repeat(20)));
        assert!(text.lines().all(|l| l.len() <= 80) && text.starts_with("UNIT 12345678"));
        assert_eq!(text.matches(" =\n").count(), text.lines().count() - 1);
    }
}
