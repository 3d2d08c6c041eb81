//! Atom lines and Q peaks of a SHELX `.ins` or `.res`.

use super::text::finite;
use crate::crystal::{Cell, ElementCount, Site};

/// Cards that are no atoms (SHELXL-2019 manual, list of instructions). Anything else behind `UNIT` that has
/// the fields of an atom is one.
const CARDS: [&str; 77] = [
    "ABIN", "ACTA", "AFIX", "ANIS", "ANSC", "ANSR", "BASF", "BIND", "BLOC", "BOND", "BUMP", "CELL", "CGLS", "CHIV",
    "CONF", "CONN", "DAMP", "DANG", "DEFS", "DELU", "DFIX", "DISP", "EADP", "END", "EQIV", "EXTI", "EXYZ", "FEND",
    "FLAT", "FMAP", "FRAG", "FREE", "FVAR", "GRID", "HFIX", "HKLF", "HTAB", "ISOR", "LATT", "LAUE", "LIST", "L.S.",
    "MERG", "MORE", "MOVE", "MPLA", "NCSY", "NEUT", "OMIT", "PART", "PLAN", "PRIG", "REM", "RESI", "RIGU", "RTAB",
    "SADI", "SAME", "SFAC", "SHEL", "SIMU", "SIZE", "SPEC", "STIR", "SUMP", "SWAT", "SYMM", "TEMP", "TIME", "TITL",
    "TWIN", "TWST", "UNIT", "WGHT", "WIGL", "WPDB", "XNPD",
];

/// True for a card of SHELX, in capitals.
pub fn is_card(name: &str) -> bool {
    CARDS.contains(&name)
}

/// A parameter beyond ±5 carries a free-variable code 10m + p (SHELX manual, "free variables").
const LARGEST_PLAIN_PARAMETER: f64 = 5.0;
/// Step of that code.
const FREE_VARIABLE_STEP: f64 = 10.0;
/// U when the line has none, Å² (the default of SHELX).
const DEFAULT_U: f64 = 0.05;
/// A negative U up to −0.5 is a factor on the U of the atom before it.
const RIDING_U: std::ops::RangeInclusive<f64> = -5.0..=-0.5;

/// Reads atoms line by line: keeps what later lines refer to.
#[derive(Debug, Default)]
pub struct AtomReader {
    /// Free variables, the overall scale first.
    free_variables: Vec<f64>,
    /// Equivalent U of the last atom that does not ride, Å².
    last_u: f64,
    /// Inside FRAG … FEND coordinates belong to another cell.
    inside_fragment: bool,
    /// Sites in the order of the file.
    pub sites: Vec<Site>,
}

impl AtomReader {
    /// Takes one line behind UNIT, given as fields. False when it is neither a known card nor an atom.
    pub fn take(&mut self, fields: &[&str], elements: &[ElementCount], cell: &Cell) -> bool {
        let Some(first) = fields.first() else { return true };
        let name = first.split('_').next().unwrap_or(first).to_ascii_uppercase();
        match name.as_str() {
            "FVAR" => self.free_variables.extend(fields.iter().skip(1).filter_map(|f| finite(f))),
            "FRAG" => self.inside_fragment = true,
            "FEND" => self.inside_fragment = false,
            card if is_card(card) => {}
            _ if self.inside_fragment => {}
            _ => {
                let Some(site) = self.atom(fields, elements, cell) else { return false };
                self.sites.push(site);
            }
        }
        true
    }

    /// `label sfac x y z [sof [U | U11 U22 U33 U23 U13 U12 | U height]]`.
    fn atom(&mut self, fields: &[&str], elements: &[ElementCount], cell: &Cell) -> Option<Site> {
        let (label, rest) = fields.split_first()?;
        let (sfac, rest) = rest.split_first()?;
        // SHELX allows a negative number for atoms left out of the structure factors.
        let sfac: i32 = sfac.parse().ok()?;
        let element = elements.get(usize::try_from(sfac).ok()?.checked_sub(1)?)?.atomic_number;
        let numbers: Vec<f64> = rest.iter().map_while(|f| finite(f)).collect();
        let &[x, y, z, ref rest @ ..] = numbers.as_slice() else { return None };
        let xyz = [self.value(x)?, self.value(y)?, self.value(z)?];
        let sof = self.value(rest.first().copied().unwrap_or(FREE_VARIABLE_STEP + 1.0))?;
        let is_peak = is_peak(label);
        let mut site = Site {
            label: (*label).to_string(),
            element: (!is_peak).then_some(element),
            xyz,
            sof,
            u_iso: DEFAULT_U,
            u_aniso: None,
            height: None,
        };
        match rest.get(1..).unwrap_or(&[]) {
            &[u11, u22, u33, u23, u13, u12, ..] => {
                let mut u = [u11, u22, u33, u23, u13, u12];
                for x in &mut u {
                    *x = self.value(*x)?;
                }
                site.u_iso = equivalent_u(&u, cell);
                site.u_aniso = Some(u);
                self.last_u = site.u_iso;
            }
            &[u, ref more @ ..] => {
                if RIDING_U.contains(&u) {
                    site.u_iso = -u * self.last_u;
                } else {
                    site.u_iso = self.value(u)?;
                    self.last_u = site.u_iso;
                }
                site.height = more.first().copied().filter(|_| is_peak);
            }
            [] => {}
        }
        Some(site)
    }

    /// A parameter with its free-variable code taken off: 10 + p is p held fixed; 10m + p is p·fv(m);
    /// −(10m + p) is p·(1 − fv(m)). `None` when fv(m) does not exist.
    fn value(&self, coded: f64) -> Option<f64> {
        if coded.abs() <= LARGEST_PLAIN_PARAMETER {
            return Some(coded);
        }
        let m = ((coded.abs() + LARGEST_PLAIN_PARAMETER) / FREE_VARIABLE_STEP).floor();
        let p = coded.abs() - FREE_VARIABLE_STEP * m;
        if m < 2.0 {
            return Some(p * coded.signum());
        }
        let variable = *self.free_variables.get(m as usize - 1)?;
        Some(if coded > 0.0 { p * variable } else { p * (1.0 - variable) })
    }
}

/// `Q1`, `Q23`: a peak of the density, not an atom.
pub fn is_peak(label: &str) -> bool {
    label
        .strip_prefix(['Q', 'q'])
        .is_some_and(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
}

/// U_eq = ⅓ Σᵢⱼ Uᵢⱼ a*ᵢ a*ⱼ aᵢ·aⱼ (IUCr Commission on Nomenclature, Acta Cryst. 1988, A44, 775).
fn equivalent_u(u: &[f64; 6], cell: &Cell) -> f64 {
    let [u11, u22, u33, u23, u13, u12] = *u;
    let tensor = [[u11, u12, u13], [u12, u22, u23], [u13, u23, u33]];
    let mut sum = 0.0;
    for (i, row) in tensor.iter().enumerate() {
        for (j, value) in row.iter().enumerate() {
            let lengths = cell.reciprocal_metric[i][i] * cell.reciprocal_metric[j][j];
            sum += value * lengths.sqrt() * cell.metric[i][j];
        }
    }
    sum / 3.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(lines: &[&str]) -> (AtomReader, usize) {
        let cell = Cell::new([5.0, 6.0, 7.0], [90.0, 110.0, 90.0]).unwrap();
        let element = |symbol: &str, atomic_number| ElementCount {
            symbol: symbol.into(),
            atomic_number,
            count: 1.0,
            coefficients: None,
        };
        let elements = [element("C", 6), element("H", 1)];
        let mut reader = AtomReader::default();
        let unknown =
            lines.iter().filter(|l| !reader.take(&l.split_whitespace().collect::<Vec<_>>(), &elements, &cell)).count();
        (reader, unknown)
    }

    #[test]
    fn atoms_peaks_and_free_variables() {
        let (reader, unknown) = reader(&[
            "FVAR 0.3 0.6",
            "C1 1 0.1 10.25 -10.25 11.0 0.04 0.04 0.04 0 0.01368 0",
            "H1A 2 0.1 0.2 0.3 21 -1.2",
            "AFIX 43",
            "C1B 1 0.1 0.2 0.3 -21 0.05",
            "Q1 1 0.4 0.5 0.6 11 0.05 7.5",
            "DFIX_2 1.5 C1 C2",
            "C9 7 0.1 0.2 0.3",
            "what is this",
        ]);
        assert_eq!((reader.sites.len(), unknown), (4, 2));
        let [c, h, b, q] = &reader.sites[..] else { unreachable!() };
        assert_eq!((c.xyz, c.sof, c.element), ([0.1, 0.25, -0.25], 1.0, Some(6)));
        assert!(c.u_aniso.is_some() && (c.u_iso - 0.04).abs() < 0.005, "{}", c.u_iso);
        assert!((h.sof - 0.6).abs() < 1e-12 && (h.u_iso - 1.2 * c.u_iso).abs() < 1e-12);
        assert!((b.sof - 0.4).abs() < 1e-12);
        assert_eq!((q.element, q.height, q.u_iso), (None, Some(7.5), 0.05));
    }
}
