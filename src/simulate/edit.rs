//! Changes to a model before it is simulated: cells of chosen difficulty.

use crate::crystal::elements::is_hydrogen;
use crate::formats::cif::Model;
use crate::twins::random::{trial_hash, unit_interval};
use std::f64::consts::PI;

/// An operation that moves a site by less than this (Å) leaves it in place: a special position.
const IN_PLACE: f64 = 0.1;
/// Sites of this occupancy and more are made whole, the others dropped.
const WHOLE_FROM: f64 = 0.5;
/// Seed of the displacement factors.
const B_SEED: u32 = 0xB150;

/// What is changed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct ModelEdits {
    /// Every atom becomes this element, hydrogen atoms are dropped.
    pub element: Option<u8>,
    /// Isotropic B in Å², log-uniform between two limits that may be equal.
    pub b: Option<[f64; 2]>,
    /// Atoms of occupancy ½ and more become whole, the others are dropped.
    pub whole: bool,
}

impl ModelEdits {
    /// True when there is something to do.
    pub fn any(&self) -> bool {
        *self != Self::default()
    }

    /// Changes the model, and gives its sites short labels.
    pub fn apply(&self, model: &mut Model) {
        let (cell, group) = (model.cell.clone(), model.space_group.clone());
        let order = |xyz: [f64; 3]| {
            let here = |op: &&crate::crystal::SymOp| cell.distance_mod_lattice(op.apply(xyz), xyz) < IN_PLACE;
            group.primitive_operations().iter().filter(here).count().max(1) as f64
        };
        if let Some(element) = self.element {
            model.sites.retain(|s| !s.element.is_some_and(is_hydrogen));
            model.sites.iter_mut().for_each(|s| s.element = Some(element));
        }
        if self.whole {
            model.sites.retain(|s| s.sof * order(s.xyz) >= WHOLE_FROM - 1e-6);
            model.sites.iter_mut().for_each(|s| s.sof = 1.0 / order(s.xyz));
        }
        for (number, site) in model.sites.iter_mut().enumerate() {
            if let Some([low, high]) = self.b {
                let chance = f64::from(unit_interval(trial_hash(B_SEED, 0, number as u32)));
                site.u_iso = low * (high / low).powf(chance) / (8.0 * PI * PI);
                site.u_aniso = None;
            }
            site.label = format!("A{}", number + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{Cell, Site, SpaceGroup};

    #[test]
    fn edits_do_what_they_say() {
        let site = |element: u8, x: f64, sof: f64| Site {
            label: "X".into(),
            element: Some(element),
            xyz: [x, 0.3, 0.4],
            sof,
            u_iso: 0.05,
            u_aniso: Some([0.05; 6]),
            height: None,
        };
        let model = Model {
            title: "made up".into(),
            cell: Cell::new([10.0; 3], [90.0; 3]).unwrap(),
            // P −1 with a carbon on the inversion centre, whose whole atom has s.o.f. ½.
            space_group: SpaceGroup::from_latt_symm(1, &[]).unwrap(),
            wavelength: None,
            neutrons: false,
            sites: vec![
                Site { xyz: [0.0; 3], ..site(6, 0.0, 0.5) },
                site(7, 0.2, 0.6),
                site(8, 0.3, 0.4),
                site(1, 0.35, 1.0),
            ],
        };
        assert!(!ModelEdits::default().any());
        let mut edited = model.clone();
        ModelEdits { element: Some(16), b: Some([3.0, 12.0]), whole: true }.apply(&mut edited);
        let kept: Vec<(Option<u8>, f64)> = edited.sites.iter().map(|s| (s.element, s.sof)).collect();
        assert_eq!(kept, [(Some(16), 0.5), (Some(16), 1.0)]);
        let b = |s: &Site| s.u_iso * 8.0 * PI * PI;
        assert!(edited.sites.iter().all(|s| (3.0..=12.0).contains(&b(s)) && s.u_aniso.is_none()));
        assert!(b(&edited.sites[0]) != b(&edited.sites[1]));
        let mut flat = model.clone();
        ModelEdits { b: Some([5.0; 2]), ..ModelEdits::default() }.apply(&mut flat);
        assert!(flat.sites.len() == 4 && flat.sites.iter().all(|s| (b(s) - 5.0).abs() < 1e-9));
    }
}
