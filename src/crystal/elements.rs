//! The elements: symbols, atomic numbers and what a cell is made of.

/// Symbols in the order of the atomic number, hydrogen first (IUPAC periodic table, H to Lr).
const SYMBOLS: [&str; 103] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar", "K", "Ca",
    "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",
    "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe", "Cs", "Ba", "La", "Ce",
    "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W", "Re", "Os", "Ir",
    "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm",
    "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr",
];

/// Atomic number of hydrogen.
pub const HYDROGEN: u8 = 1;

/// Atomic number of carbon.
pub const CARBON: u8 = 6;

/// Stands for deuterium where atomic numbers stand for elements: the isotope has no number of its own, and this one comes next to
/// hydrogen in every order. X-rays and electrons see hydrogen in it, neutrons do not.
pub const DEUTERIUM: u8 = 0;

/// The last element that has a symbol here.
pub const LAST: u8 = SYMBOLS.len() as u8;

/// True for hydrogen and deuterium.
pub fn is_hydrogen(z: u8) -> bool {
    z <= HYDROGEN
}

/// The symbol of atomic number `z`, `D` for deuterium, `None` beyond 103.
pub fn symbol(z: u8) -> Option<&'static str> {
    if z == DEUTERIUM {
        return Some("D");
    }
    usize::from(z).checked_sub(1).and_then(|i| SYMBOLS.get(i)).copied()
}

/// The atomic number of a symbol in any letter case; `D` has [`DEUTERIUM`]. `None` when there is no such element.
pub fn atomic_number(symbol: &str) -> Option<u8> {
    if symbol.eq_ignore_ascii_case("D") {
        return Some(DEUTERIUM);
    }
    SYMBOLS.iter().position(|s| s.eq_ignore_ascii_case(symbol)).and_then(|i| u8::try_from(i + 1).ok())
}

/// Number of coefficients of a scattering factor written out in a SHELX `SFAC` card:
/// a1 b1 a2 b2 a3 b3 a4 b4 c f′ f″ μ r mass.
pub const SFAC_COEFFICIENTS: usize = 14;

/// How many atoms of one element the unit cell holds.
#[derive(Debug, Clone, PartialEq)]
pub struct ElementCount {
    /// The label as the file has it, first letter upper case (`C`, `Fe`, `D`).
    pub symbol: String,
    /// Atomic number, 1…103, or deuterium.
    pub atomic_number: u8,
    /// Atoms per unit cell (not per asymmetric unit); may be fractional.
    pub count: f64,
    /// a1 b1 … a4 b4 c f′ f″ μ r mass of a `SFAC` card in the long form; overrides tabulated factors.
    pub coefficients: Option<[f64; SFAC_COEFFICIENTS]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_numbers_are_inverse() {
        for z in 0..=103 {
            assert_eq!(atomic_number(symbol(z).unwrap()), Some(z));
        }
        assert_eq!((symbol(DEUTERIUM), symbol(104)), (Some("D"), None));
        for (text, z) in [("C", 6), ("fe", 26), ("LU", 71), ("d", 0), ("au", 79), ("lr", 103)] {
            assert_eq!(atomic_number(text), Some(z));
        }
        assert_eq!(atomic_number("Xx"), None);
        assert_eq!(atomic_number(""), None);
    }
}
