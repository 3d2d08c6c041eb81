//! What to know of neutron data before a model of them is believed.

use crate::crystal::Radiation;
use crate::crystal::contents::organic;
use crate::crystal::elements::{is_hydrogen, symbol};
use crate::reflections::CrystalHeader;

/// Scattering lengths within this share of each other are alike: the uncertainty of a refined scattering power, about.
const ALIKE: f64 = 0.06;

/// One line on elements of the header that neutrons do not tell apart, one on elements whose scattering length nobody knows.
pub fn remarks(header: &CrystalHeader) -> Vec<String> {
    if header.radiation != Radiation::Neutron {
        return Vec::new();
    }
    let table = header.table();
    let name = |z: u8| symbol(z).unwrap_or("X");
    let (mut known, mut unknown): (Vec<(u8, f64)>, Vec<&str>) = (Vec::new(), Vec::new());
    for z in header.elements.iter().map(|e| e.atomic_number) {
        match table.factor(z, 0.0) {
            Some(length) => known.push((z, length)),
            None => unknown.push(name(z)),
        }
    }
    let mut pairs: Vec<String> = Vec::new();
    for (n, &(z, a)) in known.iter().enumerate() {
        let alike = known[..n].iter().filter(|(other, b)| *other != z && (a - b).abs() < ALIKE * a.abs().max(b.abs()));
        pairs.extend(alike.map(|&(other, b)| format!("{} and {} ({b:.2} and {a:.2} fm)", name(other), name(z))));
    }
    let mut out = Vec::new();
    let named: Vec<u8> = header.elements.iter().map(|e| e.atomic_number).collect();
    if organic(named.iter().copied()) && !named.iter().any(|z| is_hydrogen(*z)) {
        out.push("neutrons see hydrogen, and SFAC has neither H nor D: none is built; name them".to_owned());
    }
    if !pairs.is_empty() {
        let all = pairs.join(", ");
        out.push(format!("neutrons do not tell {all} apart: bonds and the numbers of UNIT do, look at them"));
    }
    if !unknown.is_empty() {
        out.push(format!("no scattering length for neutrons is known of {}: not in the model", unknown.join(", ")));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::parse_ins;
    use std::path::Path;

    #[test]
    fn elements_that_look_alike_are_named() {
        let read = |sfac: &str| {
            let text = format!("CELL 1.1 7 8 9 90 95 90\nLATT 1\n{sfac}\nUNIT 28 28 4\nHKLF 4\n");
            remarks(&parse_ins(Path::new("x.ins"), text.as_bytes()).unwrap().header())
        };
        assert!(read("SFAC C D N").is_empty());
        assert_eq!(
            read("NEUT\nSFAC C D N"),
            ["neutrons do not tell C and D (6.65 and 6.67 fm) apart: bonds and the numbers of UNIT do, look at them"]
        );
        assert!(read("NEUT\nSFAC C H N").is_empty());
        assert!(read("NEUT\nSFAC C O N")[0].contains("neither H nor D"));
        assert_eq!(read("NEUT\nSFAC C H Po"), ["no scattering length for neutrons is known of Po: not in the model"]);
    }
}
