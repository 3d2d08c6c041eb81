//! What a file says of a crystal, as far as it says anything.

use crate::crystal::elements::atomic_number;
use crate::crystal::radiation::MO_K_ALPHA;
use crate::crystal::{Cell, ElementCount, SpaceGroup};
use crate::formats::hklf::Hklf;
use crate::formats::ins::Ins;
use crate::formats::ins_contents::{CARDS, FORMULA, Named, assumed_contents, merged};
use std::path::Path;

/// What is known of a crystal; what is not is `None`, empty or 0.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Facts {
    /// Title of the file.
    pub title: String,
    /// Wavelength in Å.
    pub wavelength: Option<f64>,
    /// Neutrons were scattered.
    pub neutrons: bool,
    /// Unit cell.
    pub cell: Option<Cell>,
    /// Standard uncertainties of a b c (Å) and α β γ (degrees).
    pub cell_sigma: [f64; 6],
    /// Space group.
    pub group: Option<SpaceGroup>,
    /// Formula units per cell.
    pub z: Option<f64>,
    /// Elements with the contents of the cell.
    pub elements: Vec<ElementCount>,
    /// Cards DISP, TEMP and SIZE of a `.ins`.
    pub kept: Vec<String>,
}

impl From<&Ins> for Facts {
    fn from(ins: &Ins) -> Self {
        Self {
            title: ins.title.clone(),
            wavelength: Some(ins.wavelength),
            neutrons: ins.neutrons,
            cell: Some(ins.cell.clone()),
            cell_sigma: ins.cell_sigma,
            group: Some(ins.space_group.clone()),
            z: Some(ins.z),
            elements: ins.elements.clone(),
            kept: ins.kept.clone(),
        }
    }
}

impl Facts {
    /// These facts, and others where these are silent. Symmetry goes with the cell, numbers of atoms with Z.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        let own_cell = self.cell.is_some();
        Self {
            title: if self.title.is_empty() { other.title } else { self.title },
            wavelength: self.wavelength.or(other.wavelength),
            neutrons: self.neutrons || other.neutrons,
            cell_sigma: if own_cell { self.cell_sigma } else { other.cell_sigma },
            cell: self.cell.or(other.cell),
            group: self.group.or(other.group),
            z: self.z.or(other.z),
            elements: if self.elements.is_empty() { other.elements } else { self.elements },
            kept: if self.kept.is_empty() { other.kept } else { self.kept },
        }
    }

    /// As the cards of a `.ins`, with a line for everything that had to be assumed; `None` without a cell.
    pub fn into_ins(self, hklf: Hklf) -> Option<Ins> {
        let cell = self.cell?;
        let mut warnings = Vec::new();
        let kind = if self.neutrons { "neutrons" } else { "X-rays" };
        let wavelength = self.wavelength.unwrap_or_else(|| {
            warnings.push(format!("no wavelength is given: {kind} of {MO_K_ALPHA} Å are assumed"));
            MO_K_ALPHA
        });
        let space_group = self.group.unwrap_or_else(|| {
            warnings.push("no symmetry is given: the intensities decide from P1".to_owned());
            SpaceGroup::p1()
        });
        let mut elements = self.elements;
        let named: Named = if elements.iter().any(|e| e.coefficients.is_some()) { CARDS } else { FORMULA };
        warnings.extend(merged(&mut elements));
        warnings.extend(assumed_contents(&mut elements, cell.volume, named));
        let z = self.z.unwrap_or(space_group.operations().len() as f64);
        let Self { title, cell_sigma, kept, .. } = self;
        Some(Ins {
            title,
            wavelength,
            neutrons: self.neutrons,
            cell,
            space_group,
            z,
            cell_sigma,
            elements,
            hklf,
            kept,
            sites: Vec::new(),
            warnings,
        })
    }
}

/// Elements of a chemical formula such as `C10 H13 N5 O4` or `C10H13N5O4`, the numbers times `z`; empty where it is
/// none.
pub fn formula(text: &str, z: f64) -> Vec<ElementCount> {
    let mut elements = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        if !first.is_ascii_uppercase() {
            return Vec::new();
        }
        let letters = 1 + usize::from(rest.get(1..).is_some_and(|r| r.starts_with(|c: char| c.is_ascii_lowercase())));
        let (symbol, after) = rest.split_at(letters);
        let digits = after.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(after.len());
        let (count, after) = after.split_at(digits);
        let count = if count.is_empty() { Some(1.0) } else { count.parse().ok() };
        let (Some(atomic_number), Some(count)) = (atomic_number(symbol), count) else { return Vec::new() };
        let count: f64 = count;
        elements.push(ElementCount { symbol: symbol.to_owned(), atomic_number, count: count * z, coefficients: None });
        rest = after.trim_start();
    }
    elements
}

/// Name of the file at the end of a path.
pub fn file_name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas() {
        let read = |text: &str| -> Vec<(String, f64)> {
            formula(text, 4.0).into_iter().map(|e| (e.symbol, e.count)).collect()
        };
        let expected = [("C", 41.2), ("H", 36.0), ("Au", 4.0), ("O", 8.0)].map(|(s, n)| (s.to_owned(), n));
        for text in ["C10.3 H9 Au O2", " C10.3H9AuO2 "] {
            let found = read(text);
            assert_eq!(found.len(), 4);
            assert!(found.iter().zip(&expected).all(|(a, b)| a.0 == b.0 && (a.1 - b.1).abs() < 1e-9), "{found:?}");
        }
        for text in ["?", "", "c2", "C2 Zz", "2(C H)", "C1.2.3"] {
            assert!(read(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_is_missing_is_assumed_and_said() {
        let cell = Cell::new([7.0, 8.0, 9.0], [90.0; 3]).unwrap();
        let facts = Facts { cell: Some(cell), ..Facts::default() };
        let ins = facts.clone().into_ins(Hklf::default()).unwrap();
        assert_eq!((ins.wavelength, ins.space_group.operations().len(), ins.elements.len()), (0.71073, 1, 4));
        assert_eq!(ins.warnings.len(), 3, "{:?}", ins.warnings);
        assert!(ins.warnings[2].starts_with("no chemical formula: C, H, N and O"), "{:?}", ins.warnings);
        let filled = Facts::default().or(Facts::from(&ins));
        assert_eq!((filled.cell, filled.z), (facts.cell, Some(1.0)));
        assert_eq!(Facts::default().into_ins(Hklf::default()), None);
    }
}
