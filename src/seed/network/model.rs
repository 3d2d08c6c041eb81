//! The structure behind phases, and the same wrong on purpose.

use super::Errors;
use crate::crystal::reframe::Reframing;
use crate::crystal::structure_factors::structure_factors;
use crate::crystal::{Cell, Hkl, ScatteringTable, Site, SpaceGroup};
use crate::seed::TruePhase;
use crate::twins::random::{trial_hash, unit_interval};
use num_complex::Complex64;
use std::f64::consts::TAU;

/// Reflections of which a mean cosine is asked while the error is sought: good to 0.03.
const ASKED: usize = 500;
/// Halvings of the range of the error: to a part in a thousand.
const HALVINGS: usize = 10;
/// Largest displacement along an axis in Å, root mean square: phases of 1 Å and better are chance then.
const FARTHEST: f64 = 1.0;
/// Keeps random numbers of atoms apart from those of reflections.
const ATOMS: u32 = 0x41AB_0075;

/// A structure whose phases are the truth.
#[derive(Debug, Clone)]
pub struct TrueModel {
    cell: Cell,
    group: SpaceGroup,
    sites: Vec<Site>,
    table: ScatteringTable,
    /// From its frame to that of the data.
    way: Reframing,
}

impl TrueModel {
    /// Atoms in their own frame, from which `way` leads to that of the data.
    pub fn new(cell: Cell, group: SpaceGroup, sites: Vec<Site>, table: ScatteringTable, way: Reframing) -> Self {
        Self { cell, group, sites, table, way }
    }

    /// Structure factors of reflections of the data, in its frame.
    ///
    /// # Errors
    /// Those of `structure_factors`.
    pub fn factors(&self, hkls: &[Hkl]) -> Result<Vec<Complex64>, String> {
        self.of(&self.sites, hkls)
    }

    /// Spacing in Å of a reflection of the data.
    pub(super) fn d_spacing(&self, of_data: Hkl) -> f64 {
        self.cell.d_spacing(self.own(of_data))
    }

    /// Structure factors of the same wrong by as much as makes the mean cosine of the phase error `skill`, as near as it comes.
    pub(super) fn wrong(
        &self,
        errors: Errors,
        skill: f64,
        chosen: &[&TruePhase],
        seed: u32,
    ) -> Result<Vec<Complex64>, String> {
        let step = chosen.len().div_ceil(ASKED).max(1);
        let asked: Vec<&TruePhase> = chosen.iter().step_by(step).copied().collect();
        let hkls: Vec<Hkl> = asked.iter().map(|t| t.hkl).collect();
        let cosine = |amount: f64| -> Result<f64, String> {
            let factors = self.of(&self.spoilt(errors, amount, seed), &hkls)?;
            let cosines = factors
                .iter()
                .zip(&asked)
                .map(|(f, t)| if f.norm_sqr() > 0.0 { (f.arg() - t.phase).cos() } else { 0.0 });
            Ok(cosines.sum::<f64>() / asked.len().max(1) as f64)
        };
        // From nothing wrong to all of it.
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if cosine(middle)? > skill {
                low = middle;
            } else {
                high = middle;
            }
        }
        let hkls: Vec<Hkl> = chosen.iter().map(|t| t.hkl).collect();
        self.of(&self.spoilt(errors, 0.5 * (low + high), seed), &hkls)
    }

    /// The atoms with an error of `amount`, 0…1: displaced by that much of `FARTHEST`, or so many of them missing.
    fn spoilt(&self, errors: Errors, amount: f64, seed: u32) -> Vec<Site> {
        let chance = |i: usize, what: u32| f64::from(unit_interval(trial_hash(seed ^ ATOMS, what, i as u32)));
        let numbered = self.sites.iter().enumerate();
        if errors == Errors::Partial {
            return numbered.filter(|(i, _)| chance(*i, 0) >= amount).map(|(_, site)| site.clone()).collect();
        }
        let gauss = |i: usize, what: u32| {
            let radius = (-2.0 * (1.0 - chance(i, 2 * what + 1)).ln()).sqrt();
            radius * (TAU * chance(i, 2 * what + 2)).cos()
        };
        let moved = |(i, site): (usize, &Site)| {
            // Along the edges of the cell; oblique ones make it a little uneven.
            let by = |axis: usize| FARTHEST * amount * gauss(i, axis as u32) / self.cell.lengths[axis];
            Site { xyz: std::array::from_fn(|axis| site.xyz[axis] + by(axis)), ..site.clone() }
        };
        numbered.map(moved).collect()
    }

    fn of(&self, sites: &[Site], hkls: &[Hkl]) -> Result<Vec<Complex64>, String> {
        let own: Vec<Hkl> = hkls.iter().map(|hkl| self.own(*hkl)).collect();
        let factors = structure_factors(&self.cell, &self.group, sites, self.table, &own)?;
        let turned = |(f, hkl): (Complex64, &Hkl)| f * Complex64::from_polar(1.0, self.way.phase_gain(*hkl));
        Ok(factors.into_iter().zip(hkls).map(turned).collect())
    }

    fn own(&self, of_data: Hkl) -> Hkl {
        self.way.hkl_of_list(of_data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::{Radiation, SymOp};

    const IN_PLACE: Reframing = Reframing { rotation: SymOp::IDENTITY.rot, shift: [0.0; 3], floating: false };

    #[test]
    fn errors_grow_with_their_amount_and_atoms_that_are_missing_stay_so() {
        let cell = Cell::new([9.0, 10.0, 11.0], [90.0; 3]).unwrap();
        let site = |i: u32| Site {
            label: "C".into(),
            element: Some(6),
            xyz: [0.1; 3].map(|x| x * f64::from(i)),
            sof: 1.0,
            u_iso: 0.02,
            u_aniso: None,
            height: None,
        };
        let sites: Vec<Site> = (0..200).map(site).collect();
        let table = ScatteringTable::new(Radiation::Xray);
        let model = TrueModel::new(cell, SpaceGroup::p1(), sites.clone(), table, IN_PLACE);
        assert_eq!(model.spoilt(Errors::Displaced, 0.0, 1), sites);
        assert_eq!(model.spoilt(Errors::Partial, 0.0, 1), sites);
        let moved = model.spoilt(Errors::Displaced, 0.3, 1);
        let along = |axis: usize| {
            let sum: f64 = moved.iter().zip(&sites).map(|(m, s)| (m.xyz[axis] - s.xyz[axis]).powi(2)).sum();
            (sum / 200.0).sqrt() * model.cell.lengths[axis]
        };
        assert!((0..3).all(|axis| (along(axis) - 0.3).abs() < 0.05), "{}", along(0));
        let [half, less] = [0.5, 0.7].map(|amount| model.spoilt(Errors::Partial, amount, 1));
        assert!((80..120).contains(&half.len()) && less.len() < half.len());
        assert!(less.iter().all(|site| half.contains(site)));
        assert!(model.spoilt(Errors::Partial, 0.5, 2) != half);
    }
}
