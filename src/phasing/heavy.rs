//! The heaviest element of a cell, as far as starts from its atoms ask.

use super::expected_atoms;
use crate::crystal::contents::{likely, non_hydrogen};
use crate::crystal::elements::HYDROGEN;
use crate::crystal::{ScatteringTable, SpaceGroup};
use crate::reflections::CrystalHeader;

/// Distances, Å, between two atoms of an element that often binds to its own kind where it is the heaviest of a large
/// cell: sulphur in disulphides, selenium in diselenides (International Tables C, table 9.5.1.1).
const BONDS: [(u8, f64); 2] = [(16, 2.05), (34, 2.33)];
/// Starting overlap s₀ = √(Σa²)·√(M/N/N_asu) of k atoms of height a that is enough: of true sets with 0.86 three of
/// eight solve lysozyme 4AXT, with 0.98 all of toxin II (frontier notes §1, §4; two structures).
const ENOUGH: f64 = 0.85;

/// The heaviest element.
#[derive(Debug, Clone, PartialEq)]
pub struct HeavyAtom {
    /// Electrons in units of the root mean square over the non-hydrogen atoms.
    pub height: f64,
    /// Length of a bond between two such atoms, Å, where that is usual.
    pub bond: Option<f64>,
    atomic_number: u8,
    contents: Vec<(u8, f64)>,
    table: ScatteringTable,
    atoms: f64,
}

impl HeavyAtom {
    /// Of the contents that a header names; `None` without any.
    pub fn of(header: &CrystalHeader) -> Option<Self> {
        let contents: Vec<(u8, f64)> = likely(&header.elements, header.cell.volume)
            .iter()
            .map(|e| (e.atomic_number, e.count))
            .filter(|&(z, n)| n > 0.0 && z > HYDROGEN)
            .collect();
        let power = |z: u8| f64::from(z).powi(2);
        let mean_sq = contents.iter().map(|&(z, n)| n * power(z)).sum::<f64>() / non_hydrogen(&contents);
        let atomic_number = contents.iter().map(|(z, _)| *z).max()?;
        Some(Self {
            height: (power(atomic_number) / mean_sq).sqrt(),
            bond: BONDS.iter().find(|(z, _)| *z == atomic_number).map(|(_, length)| *length),
            atomic_number,
            contents,
            table: header.table(),
            atoms: expected_atoms(header),
        })
    }

    /// Share of one such atom in the scattering of the cell at (sin θ/λ)² = `stol_sq` in Å⁻², all atoms vibrating
    /// alike.
    pub fn share(&self, stol_sq: f64) -> f64 {
        let power = |z: u8| self.table.factor(z, stol_sq).unwrap_or(0.0).powi(2);
        let all: f64 = self.contents.iter().map(|&(z, n)| n * power(z)).sum();
        if all > 0.0 { power(self.atomic_number) / all } else { 0.0 }
    }

    /// Such atoms in the asymmetric unit, beside the first, that may have to be told from each other: at least one.
    pub fn partners(&self, group: &SpaceGroup) -> f64 {
        let all: f64 = self.contents.iter().filter(|(z, _)| *z == self.atomic_number).map(|(_, n)| n).sum();
        (all / group.operations().len() as f64 - 1.0).max(1.0)
    }

    /// Atoms, each with its mates in `group`, from which `reflections` of the whole sphere can be phased: at least one.
    pub fn needed(&self, group: &SpaceGroup, reflections: f64) -> usize {
        let independent = self.atoms / group.operations().len() as f64;
        let one = self.height.powi(2) * reflections * group.centring().len() as f64 / self.atoms / independent;
        ((ENOUGH * ENOUGH / one).ceil() as usize).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{Cell, ElementCount, Radiation, SymOp};

    fn header(lengths: [f64; 3], group: &[&str], contents: &[(u8, f64)]) -> CrystalHeader {
        let ops: Vec<SymOp> = group.iter().map(|text| SymOp::parse(text).unwrap()).collect();
        let element = |&(atomic_number, count): &(u8, f64)| ElementCount {
            symbol: String::new(),
            atomic_number,
            count,
            coefficients: None,
        };
        CrystalHeader {
            title: String::new(),
            wavelength: 0.9,
            radiation: Radiation::Xray,
            cell: Cell::new(lengths, [90.0; 3]).unwrap(),
            space_group: SpaceGroup::from_generators(&ops).unwrap(),
            z: 1.0,
            elements: contents.iter().map(element).collect(),
        }
    }

    /// Toxin II is solved from one sulphur, for lysozyme 4AXT one is little (frontier notes §1, §4).
    #[test]
    fn how_many_atoms_it_takes() {
        let whole_sphere = |cell: &Cell, d: f64| 4.0 / 3.0 * std::f64::consts::PI * cell.volume / d.powi(3);
        let toxin = header(
            [45.9, 40.7, 30.1],
            &["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"],
            &[(6, 1260.0), (1, 1900.0), (7, 372.0), (8, 700.0), (16, 32.0)],
        );
        let lysozyme = header(
            [78.24, 78.24, 37.47],
            &["-y+1/2,x+1/2,z+3/4", "y,x,-z"],
            &[(6, 4904.0), (7, 1544.0), (8, 2724.0), (16, 80.0)],
        );
        for (header, d_min, needed) in [(toxin, 0.96, 1), (lysozyme, 1.1, 3)] {
            let heavy = HeavyAtom::of(&header).unwrap();
            assert_eq!(heavy.needed(&header.space_group, whole_sphere(&header.cell, d_min)), needed);
            assert!((2.2..2.5).contains(&heavy.height) && heavy.bond == Some(2.05));
            assert!(heavy.share(0.2) > heavy.share(0.0));
        }
        assert_eq!(HeavyAtom::of(&header([9.0; 3], &[], &[])), None);
    }
}
