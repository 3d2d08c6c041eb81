//! Structure factors of a model by direct summation.
//!
//! F(h) = Σ over sites s.o.f. · f · Σ over operations T(hR) exp 2πi (hR·x + h·t). The exponentials come
//! from one table per axis, laid out with the atoms side by side, so that the inner loop is two complex
//! products per atom and no sine.

use super::cell::Cell;
use super::miller::Hkl;
use super::scattering::ScatteringTable;
use super::site::Site;
use super::spacegroup::SpaceGroup;
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use std::f64::consts::{PI, TAU};

/// Largest index that is summed: far beyond every reflection file (columns of four characters), small
/// enough for the tables of exponentials.
const MAX_INDEX: i32 = 4096;

/// An anisotropic site: its place in the list and the coefficients of −(h², k², l², kl, hl, hk).
type Anisotropic = (usize, [f64; 6]);

/// Everything about the sites that does not depend on the reflection; one entry per site.
struct Prepared {
    sof: Vec<f64>,
    /// Atomic number of each kind of atom, and the kind of each site.
    kinds: Vec<u8>,
    kind: Vec<usize>,
    /// 8π² U: the B factor, 0 where the site is anisotropic.
    b_iso: Vec<f64>,
    anisotropic: Vec<Anisotropic>,
    /// exp 2πi n x for n from −limit to limit, per axis; row n holds all sites.
    tables: [Vec<Complex<f64>>; 3],
    limits: [i32; 3],
}

/// Structure factors of `hkls` in the unit of the scattering factors of `table` (electrons for X-rays, Å
/// for electrons), phases in this crate's sign convention, in the order of `hkls`. `Err` names the site
/// without an element or with one beyond californium, or an index beyond ±4096.
pub fn structure_factors(
    cell: &Cell,
    group: &SpaceGroup,
    sites: &[Site],
    table: ScatteringTable,
    hkls: &[Hkl],
) -> Result<Vec<Complex<f64>>, String> {
    let prepared = Prepared::new(cell, group, sites, table, hkls)?;
    Ok(hkls.par_iter().map_init(Vec::new, |weights, &hkl| prepared.sum(cell, group, table, hkl, weights)).collect())
}

impl Prepared {
    fn new(
        cell: &Cell,
        group: &SpaceGroup,
        sites: &[Site],
        table: ScatteringTable,
        hkls: &[Hkl],
    ) -> Result<Self, String> {
        let mut limits = [0i32; 3];
        for hkl in hkls {
            if hkl.iter().any(|x| x.unsigned_abs() > MAX_INDEX.unsigned_abs()) {
                return Err(format!("reflection {hkl:?} has an index beyond ±{MAX_INDEX}"));
            }
            for op in group.primitive_operations() {
                let image = op.rotate_hkl(*hkl);
                limits = std::array::from_fn(|i| limits[i].max(image[i].abs()));
            }
        }
        let mut prepared = Self {
            sof: sites.iter().map(|s| s.sof).collect(),
            kinds: Vec::new(),
            kind: Vec::with_capacity(sites.len()),
            b_iso: Vec::with_capacity(sites.len()),
            anisotropic: Vec::new(),
            tables: std::array::from_fn(|axis| exponentials(sites, axis, limits[axis])),
            limits,
        };
        for (index, site) in sites.iter().enumerate() {
            let z = site
                .element
                .filter(|&z| table.factor(z, 0.0).is_some())
                .ok_or_else(|| format!("site {} has no element with a scattering factor", site.label))?;
            let kind = prepared.kinds.iter().position(|&k| k == z).unwrap_or_else(|| {
                prepared.kinds.push(z);
                prepared.kinds.len() - 1
            });
            prepared.kind.push(kind);
            match site.u_aniso {
                Some(u) => {
                    prepared.anisotropic.push((index, exponent_coefficients(cell, u)));
                    prepared.b_iso.push(0.0);
                }
                None => prepared.b_iso.push(8.0 * PI * PI * site.u_iso),
            }
        }
        Ok(prepared)
    }

    /// F of one reflection; `weights` is scratch space.
    fn sum(
        &self,
        cell: &Cell,
        group: &SpaceGroup,
        table: ScatteringTable,
        hkl: Hkl,
        weights: &mut Vec<f64>,
    ) -> Complex<f64> {
        if group.classify(hkl).absent {
            return Complex::default();
        }
        let stol_sq = cell.stol_sq(hkl);
        let factors: Vec<f64> = self.kinds.iter().map(|&z| table.factor(z, stol_sq).unwrap_or(0.0)).collect();
        weights.clear();
        weights.extend(
            self.sof
                .iter()
                .zip(&self.kind)
                .zip(&self.b_iso)
                .map(|((sof, &kind), b)| sof * factors.get(kind).copied().unwrap_or(0.0) * (-b * stol_sq).exp()),
        );
        let isotropic: Vec<f64> = self.anisotropic.iter().map(|&(i, _)| weights[i]).collect();
        let mut total = Complex::default();
        for op in group.primitive_operations() {
            let image = op.rotate_hkl(hkl);
            for (&(i, c), w) in self.anisotropic.iter().zip(&isotropic) {
                weights[i] = w * (-quadratic(c, image)).exp();
            }
            total += Complex::cis(op.phase_shift(hkl)) * self.lattice_sum(image, weights);
        }
        // Every centring vector repeats the same contribution, since absent reflections are out.
        total * group.centring().len() as f64
    }

    /// Σ wⱼ exp 2πi h·xⱼ from the tables.
    fn lattice_sum(&self, hkl: Hkl, weights: &[f64]) -> Complex<f64> {
        let n = weights.len();
        let row = |axis: usize| {
            let start = (hkl[axis] + self.limits[axis]) as usize * n;
            &self.tables[axis][start..start + n]
        };
        let (mut re, mut im) = (0.0, 0.0);
        for (((w, x), y), z) in weights.iter().zip(row(0)).zip(row(1)).zip(row(2)) {
            let xy = x * y;
            re += w * (xy.re * z.re - xy.im * z.im);
            im += w * (xy.re * z.im + xy.im * z.re);
        }
        Complex::new(re, im)
    }
}

/// exp 2πi n x of all sites for n from −limit to limit, along one axis.
fn exponentials(sites: &[Site], axis: usize, limit: i32) -> Vec<Complex<f64>> {
    (-limit..=limit)
        .flat_map(|n| sites.iter().map(move |site| Complex::cis(TAU * (f64::from(n) * site.xyz[axis]).fract())))
        .collect()
}

/// 2π² U_ij a*ᵢ a*ⱼ as coefficients of h², k², l², kl, hl, hk, from U11 U22 U33 U23 U13 U12 in Å².
fn exponent_coefficients(cell: &Cell, u: [f64; 6]) -> [f64; 6] {
    let star: [f64; 3] = std::array::from_fn(|i| cell.reciprocal_metric[i][i].sqrt());
    let [a, b, c] = star;
    let scale = 2.0 * PI * PI;
    let products = [a * a, b * b, c * c, 2.0 * b * c, 2.0 * a * c, 2.0 * a * b];
    std::array::from_fn(|i| scale * u[i] * products[i])
}

fn quadratic(c: [f64; 6], hkl: Hkl) -> f64 {
    let [h, k, l] = hkl.map(f64::from);
    c[0] * h * h + c[1] * k * k + c[2] * l * l + c[3] * k * l + c[4] * h * l + c[5] * h * k
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crystal::elements::atomic_number;
    use crate::crystal::radiation::Radiation;
    use crate::crystal::scattering::xray;
    use crate::crystal::symop::SymOp;

    fn site(symbol: &str, xyz: [f64; 3], sof: f64, u: f64) -> Site {
        let element = atomic_number(symbol);
        Site { label: symbol.into(), element, xyz, sof, u_iso: u, u_aniso: None, height: None }
    }

    fn table() -> ScatteringTable {
        ScatteringTable::new(Radiation::Xray)
    }

    #[test]
    fn rock_salt_has_its_textbook_structure_factors() {
        // F(hkl) = 4 (f_Na T ± f_Cl T) for all even or all odd, 0 for mixed indices.
        let cell = Cell::new([5.64; 3], [90.0; 3]).unwrap();
        let ops: Vec<SymOp> = ["-x,-y,z", "-x,y,-z", "z,x,y", "y,x,-z"].map(|s| SymOp::parse(s).unwrap()).to_vec();
        let group = SpaceGroup::from_latt_symm(4, &ops).unwrap();
        assert_eq!(group.operations().len(), 192);
        let u = 0.02;
        let sites = [site("Na", [0.0; 3], 1.0 / 48.0, u), site("Cl", [0.5; 3], 1.0 / 48.0, u)];
        let hkls = [[1, 1, 1], [2, 0, 0], [2, 1, 0], [3, 1, -1]];
        let found = structure_factors(&cell, &group, &sites, table(), &hkls).unwrap();
        for (hkl, f) in hkls.iter().zip(found) {
            let s = cell.stol_sq(*hkl);
            let t = (-8.0 * PI * PI * u * s).exp();
            let (na, cl) = (xray(11, s).unwrap(), xray(17, s).unwrap());
            let parity = hkl.map(|x| x.rem_euclid(2));
            let expected = match parity {
                [0, 0, 0] => 4.0 * t * (na + cl),
                [1, 1, 1] => 4.0 * t * (na - cl),
                _ => 0.0,
            };
            assert!((f - expected).norm() < 1e-9, "{hkl:?}: {f} against {expected}");
        }
    }

    #[test]
    fn one_atom_shows_the_sign_convention() {
        let cell = Cell::new([7.0, 8.0, 9.0], [80.0, 95.0, 101.0]).unwrap();
        let sites = [site("C", [0.1, 0.2, 0.3], 1.0, 0.0)];
        let f = structure_factors(&cell, &SpaceGroup::p1(), &sites, table(), &[[1, 2, -1]]).unwrap()[0];
        let expected = Complex::cis(TAU * 0.2) * xray(6, cell.stol_sq([1, 2, -1])).unwrap();
        assert!((f - expected).norm() < 1e-12);
    }

    #[test]
    fn isotropic_written_as_anisotropic_is_the_same() {
        // U_ij of a sphere is U (a*ᵢ·a*ⱼ)/(a*ᵢ a*ⱼ).
        let cell = Cell::new([7.0, 8.0, 9.0], [80.0, 95.0, 101.0]).unwrap();
        let g = &cell.reciprocal_metric;
        let cosine = |i: usize, j: usize| g[i][j] / (g[i][i] * g[j][j]).sqrt();
        let u = 0.03;
        let group = SpaceGroup::from_latt_symm(1, &[]).unwrap();
        let mut sites = [site("O", [0.11, 0.23, 0.37], 1.0, u), site("S", [0.4, 0.8, 0.6], 0.7, u)];
        let hkls = [[1, 2, 3], [-3, 0, 2], [4, -4, 1]];
        let isotropic = structure_factors(&cell, &group, &sites, table(), &hkls).unwrap();
        sites[0].u_aniso = Some([u, u, u, u * cosine(1, 2), u * cosine(0, 2), u * cosine(0, 1)]);
        let anisotropic = structure_factors(&cell, &group, &sites, table(), &hkls).unwrap();
        for (a, b) in isotropic.iter().zip(anisotropic) {
            assert!((a - b).norm() < 1e-10);
        }
    }

    #[test]
    fn symmetry_related_phases_follow_the_convention() {
        let cell = Cell::new([12.5, 12.5, 24.5], [90.0, 90.0, 120.0]).unwrap();
        let ops: Vec<SymOp> = ["-y,x-y,z", "y,x,z+1/2"].map(|s| SymOp::parse(s).unwrap()).to_vec();
        let group = SpaceGroup::from_latt_symm(-1, &ops).unwrap();
        let mut sites = [site("Cl", [0.12, 0.31, 0.43], 1.0, 0.0), site("N", [0.7, 0.25, 0.1], 1.0, 0.02)];
        sites[0].u_aniso = Some([0.02, 0.05, 0.03, 0.004, -0.01, 0.02]);
        let hkl = [2, -5, 3];
        for op in group.operations() {
            let pair = structure_factors(&cell, &group, &sites, table(), &[hkl, op.rotate_hkl(hkl)]).unwrap();
            let expected = pair[0] * Complex::cis(-op.phase_shift(hkl));
            assert!((pair[1] - expected).norm() < 1e-9, "{op}");
        }
    }

    #[test]
    fn sites_without_an_element_and_absurd_indices_are_refused() {
        let cell = Cell::new([7.0; 3], [90.0; 3]).unwrap();
        let peak = Site { element: None, ..site("C", [0.0; 3], 1.0, 0.0) };
        assert!(structure_factors(&cell, &SpaceGroup::p1(), &[peak], table(), &[[1, 0, 0]]).is_err());
        assert!(structure_factors(&cell, &SpaceGroup::p1(), &[], table(), &[[i32::MIN, 0, 0]]).is_err());
    }
}
