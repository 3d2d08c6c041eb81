//! The axes on which a model is written.

use crate::crystal::identity::Resetting;
use crate::crystal::{Cell, Site, SpaceGroup};
use crate::formats::Hklf;
use crate::formats::res::ScatteringType;
use crate::solve::Structure;

/// Everything of a model that depends on axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The cell.
    pub cell: Cell,
    /// Standard uncertainties of its edges (Å) and angles (degrees).
    pub cell_sigma: [f64; 6],
    /// Formula units in it.
    pub z: f64,
    /// The group.
    pub group: SpaceGroup,
    /// What the cell holds.
    pub contents: Vec<ScatteringType>,
    /// Atoms and peaks.
    pub sites: Vec<Site>,
    /// Fo of the list is this many times Fc of the cell.
    pub scale: f64,
    /// The card that reads the list.
    pub hklf: Hklf,
    /// The law of a twin: r11 … r33 of a card TWIN, which act on indices.
    pub law: Option<[f64; 9]>,
    /// What is to be said of the axes.
    pub remarks: Vec<String>,
}

impl Setting {
    /// True for a structure that is to be written on other axes: LATT has no number for its lattice, or its axes are in no table and the input, of
    /// group `named`, did not ask for them.
    pub fn is_needed(structure: &Structure, named: &SpaceGroup) -> bool {
        structure.group.latt_symm().is_none() || structure.group.operations() != named.operations()
    }

    /// The same crystal on the axes of the tables; as it is where it stands on such axes.
    #[must_use]
    pub fn tabulated(self) -> Self {
        let Some(way) = Resetting::new(&self.cell, &self.group) else { return self };
        let Ok(cell) = self.cell.transformed(&way.basis) else { return self };
        let ratio = way.volume();
        let mut contents = self.contents;
        contents.iter_mut().for_each(|t| t.count *= ratio);
        let mut sites = self.sites;
        sites.iter_mut().for_each(|site| site.xyz = way.position(site.xyz));
        let hklf = Hklf { matrix: way.index_matrix(&self.hklf.matrix), ..self.hklf };
        let mut remarks =
            vec!["not on the axes of the run but on those of the tables; HKLF turns the list:".to_owned()];
        remarks.extend(["a", "b", "c"].into_iter().enumerate().map(|(axis, name)| {
            let [x, y, z] = [0, 1, 2].map(|row| way.basis[row][axis] + 0.0);
            format!("  {name} here is {x:.4} a {y:+.4} b {z:+.4} c")
        }));
        Self {
            cell_sigma: self.cell.transformed_sigma(self.cell_sigma, &way.basis, self.group.axes_alike()),
            cell,
            z: self.z * ratio,
            group: way.group.clone(),
            contents,
            sites,
            scale: self.scale / ratio,
            hklf,
            law: self.law.map(|law| way.law(law)),
            remarks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::SymOp;

    #[test]
    fn a_reverse_lattice_becomes_obverse_with_its_matrix() {
        let ops: Vec<SymOp> = ["-y,x-y,z", "x+1/3,y+2/3,z+1/3"].map(|op| SymOp::parse(op).unwrap()).to_vec();
        let site = Site {
            label: "C1".into(),
            element: Some(6),
            xyz: [0.1, 0.2, 0.3],
            sof: 1.0,
            u_iso: 0.02,
            u_aniso: None,
            height: None,
        };
        let setting = Setting {
            cell: Cell::new([9.0, 9.0, 12.0], [90.0, 90.0, 120.0]).unwrap(),
            cell_sigma: [0.001, 0.001, 0.002, 0.0, 0.0, 0.0],
            z: 9.0,
            group: SpaceGroup::from_generators(&ops).unwrap(),
            contents: vec![ScatteringType { z: 6, symbol: "C".into(), count: 9.0, coefficients: None }],
            sites: vec![site],
            scale: 2.0,
            hklf: Hklf::default(),
            law: None,
            remarks: Vec::new(),
        };
        assert!(setting.group.latt_symm().is_none());
        let written = setting.clone().tabulated();
        assert_eq!(written.group.latt_symm().unwrap().0, -3);
        assert_eq!((written.z, written.scale, written.contents[0].count), (9.0, 2.0, 9.0));
        assert!((written.cell.volume - setting.cell.volume).abs() < 1e-9 && !written.hklf.has_no_matrix());
        assert!(
            (0..3).all(|i| (written.cell_sigma[i] - setting.cell_sigma[i]).abs() < 2e-4),
            "{:?}",
            written.cell_sigma
        );
        assert_eq!(written.clone().tabulated(), written);
    }
}
