//! Element symbols and atomic numbers.

/// Symbols of the elements, hydrogen (Z = 1) first, lawrencium (Z = 103) last.
#[rustfmt::skip]
const SYMBOLS: [&str; 103] = [
    "H", "He", "Li", "Be", "B", "C", "N", "O", "F", "Ne", "Na", "Mg", "Al", "Si", "P", "S", "Cl", "Ar",
    "K", "Ca", "Sc", "Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr",
    "Rb", "Sr", "Y", "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I", "Xe",
    "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu",
    "Hf", "Ta", "W", "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn",
    "Fr", "Ra", "Ac", "Th", "Pa", "U", "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr",
];

/// Atomic number of an element symbol in any case; deuterium `D` counts as hydrogen.
pub fn atomic_number(symbol: &str) -> Option<u8> {
    if symbol.eq_ignore_ascii_case("D") {
        return Some(1);
    }
    let index = SYMBOLS.iter().position(|s| s.eq_ignore_ascii_case(symbol))?;
    u8::try_from(index + 1).ok()
}

/// Symbol of an atomic number; `X` outside 1–103.
pub fn symbol(z: u8) -> &'static str {
    usize::from(z).checked_sub(1).and_then(|i| SYMBOLS.get(i)).copied().unwrap_or("X")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_and_numbers_agree() {
        for z in 1..=103 {
            assert_eq!(atomic_number(symbol(z)), Some(z));
        }
        assert_eq!([6, 26, 79, 98].map(symbol), ["C", "Fe", "Au", "Cf"]);
        assert_eq!((atomic_number("CL"), atomic_number("d"), atomic_number("Q")), (Some(17), Some(1), None));
        assert_eq!((symbol(0), symbol(200)), ("X", "X"));
    }
}
