//! Structure factors of a model by direct summation.
//!
//! F(h) = Σ over sites s.o.f. · f · Σ over operations T(hR) exp 2πi (hR·x + h·t). The exponentials come
//! from one table per axis, laid out with the sites side by side, so that the inner loop is two complex
//! products per site and no sine; anisotropic sites come first, so that their factors T are one loop too.

use super::cell::Cell;
use super::miller::Hkl;
use super::scattering::{Curve, ScatteringTable};
use super::site::Site;
use super::spacegroup::SpaceGroup;
use multiversion::multiversion;
use rayon::prelude::*;
use rustfft::num_complex::Complex;
use std::f64::consts::{LOG2_E, PI, TAU};

/// Largest index that is summed: far beyond every reflection file (columns of four characters), small
/// enough for the tables of exponentials.
const MAX_INDEX: i32 = 4096;
/// Sites summed side by side: the compiler may not reorder a sum of floats by itself.
const LANES: usize = 8;

/// exp 2πi n x of all sites for n from −limit to limit along one axis; row n holds all sites.
struct AxisTable {
    limit: i32,
    re: Vec<f64>,
    im: Vec<f64>,
}

/// Everything about the sites that does not depend on the reflection; one entry per site.
struct Prepared {
    sof: Vec<f64>,
    /// Scattering factor of each kind of atom, and the kind of each site.
    curves: Vec<Curve>,
    kind: Vec<usize>,
    /// 8π² U: the B factor, 0 where the site is anisotropic.
    b_iso: Vec<f64>,
    /// Coefficients of h², k², l², kl, hl, hk in −ln T of the anisotropic sites, the first ones.
    anisotropic: [Vec<f64>; 6],
    axes: [AxisTable; 3],
}

/// Space that a thread reuses from reflection to reflection, one entry per site.
#[derive(Default)]
struct Scratch {
    isotropic: Vec<f64>,
    weights: Vec<f64>,
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
    Ok(hkls.par_iter().map_init(Scratch::default, |scratch, &hkl| prepared.sum(cell, group, hkl, scratch)).collect())
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
        let (anisotropic, isotropic): (Vec<&Site>, Vec<&Site>) = sites.iter().partition(|s| s.u_aniso.is_some());
        let coefficients: Vec<[f64; 6]> =
            anisotropic.iter().filter_map(|s| s.u_aniso).map(|u| exponent_coefficients(cell, u)).collect();
        let ordered: Vec<&Site> = anisotropic.into_iter().chain(isotropic).collect();
        let mut prepared = Self {
            sof: ordered.iter().map(|s| s.sof).collect(),
            curves: Vec::new(),
            kind: Vec::with_capacity(sites.len()),
            b_iso: ordered.iter().map(|s| if s.u_aniso.is_some() { 0.0 } else { 8.0 * PI * PI * s.u_iso }).collect(),
            anisotropic: std::array::from_fn(|i| coefficients.iter().map(|c| c[i]).collect()),
            axes: std::array::from_fn(|axis| AxisTable::new(&ordered, axis, limits[axis])),
        };
        let mut kinds: Vec<u8> = Vec::new();
        for site in ordered {
            let curve = |z: u8| table.curve(z).map(|curve| (z, curve));
            let (z, curve) = site
                .element
                .and_then(curve)
                .ok_or_else(|| format!("site {} has no element with a scattering factor", site.label))?;
            let kind = kinds.iter().position(|&k| k == z).unwrap_or_else(|| {
                kinds.push(z);
                prepared.curves.push(curve);
                kinds.len() - 1
            });
            prepared.kind.push(kind);
        }
        Ok(prepared)
    }

    /// F of one reflection.
    fn sum(&self, cell: &Cell, group: &SpaceGroup, hkl: Hkl, scratch: &mut Scratch) -> Complex<f64> {
        if group.classify(hkl).absent {
            return Complex::default();
        }
        let stol_sq = cell.stol_sq(hkl);
        let factors: Vec<f64> = self.curves.iter().map(|curve| curve.at(stol_sq)).collect();
        let Scratch { isotropic, weights } = scratch;
        isotropic.clear();
        isotropic.extend(
            self.sof
                .iter()
                .zip(&self.kind)
                .zip(&self.b_iso)
                .map(|((sof, &kind), b)| sof * factors.get(kind).copied().unwrap_or(0.0) * (-b * stol_sq).exp()),
        );
        weights.clone_from(isotropic);
        let mut total = Complex::default();
        for op in group.primitive_operations() {
            let image = op.rotate_hkl(hkl);
            damp(&self.anisotropic, image, isotropic, weights);
            let [x, y, z] = [0, 1, 2].map(|axis| self.axes[axis].row(image[axis], weights.len()));
            total += Complex::cis(op.phase_shift(hkl)) * lattice_sum(weights, x, y, z);
        }
        // Every centring vector repeats the same contribution, since absent reflections are out.
        total * group.centring().len() as f64
    }
}

impl AxisTable {
    fn new(sites: &[&Site], axis: usize, limit: i32) -> Self {
        let turns = |n: i32, site: &&Site| TAU * (f64::from(n) * site.xyz[axis]).fract();
        let all = |value: fn(f64) -> f64| {
            (-limit..=limit).flat_map(|n| sites.iter().map(move |site| value(turns(n, site)))).collect()
        };
        Self { limit, re: all(f64::cos), im: all(f64::sin) }
    }

    /// Cosines and sines of all `sites` sites at one index.
    fn row(&self, index: i32, sites: usize) -> (&[f64], &[f64]) {
        let start = (index + self.limit) as usize * sites;
        (&self.re[start..start + sites], &self.im[start..start + sites])
    }
}

/// Σ wⱼ exp 2πi (hxⱼ + kyⱼ + lzⱼ) from one row of cosines and sines per axis.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
fn lattice_sum(
    weights: &[f64],
    (xr, xi): (&[f64], &[f64]),
    (yr, yi): (&[f64], &[f64]),
    (zr, zi): (&[f64], &[f64]),
) -> Complex<f64> {
    let n = weights.len();
    let (xr, xi, yr, yi, zr, zi) = (&xr[..n], &xi[..n], &yr[..n], &yi[..n], &zr[..n], &zi[..n]);
    let term = |j: usize| {
        let (re, im) = (xr[j] * yr[j] - xi[j] * yi[j], xr[j] * yi[j] + xi[j] * yr[j]);
        (weights[j] * (re * zr[j] - im * zi[j]), weights[j] * (re * zi[j] + im * zr[j]))
    };
    let (mut re, mut im) = ([0.0; LANES], [0.0; LANES]);
    for chunk in 0..n / LANES {
        for lane in 0..LANES {
            let (a, b) = term(chunk * LANES + lane);
            re[lane] += a;
            im[lane] += b;
        }
    }
    let rest = (n - n % LANES..n).map(term).fold((0.0, 0.0), |sum, t| (sum.0 + t.0, sum.1 + t.1));
    Complex::new(re.iter().sum::<f64>() + rest.0, im.iter().sum::<f64>() + rest.1)
}

/// Multiplies the weights of the anisotropic sites, the first ones, by T(h): weights = isotropic · T.
#[multiversion(targets("x86_64+avx2+fma", "x86_64+avx512f", "aarch64+neon"))]
fn damp(coefficients: &[Vec<f64>; 6], hkl: Hkl, isotropic: &[f64], weights: &mut [f64]) {
    let [h, k, l] = hkl.map(f64::from);
    let q = [h * h, k * k, l * l, k * l, h * l, h * k];
    let [c0, c1, c2, c3, c4, c5] = coefficients;
    let n = c0.len();
    let (c0, c1, c2, c3, c4, c5) = (&c0[..n], &c1[..n], &c2[..n], &c3[..n], &c4[..n], &c5[..n]);
    let (isotropic, weights) = (&isotropic[..n], &mut weights[..n]);
    for j in 0..n {
        let exponent = c0[j] * q[0] + c1[j] * q[1] + c2[j] * q[2] + c3[j] * q[3] + c4[j] * q[4] + c5[j] * q[5];
        weights[j] = isotropic[j] * exp(-exponent);
    }
}

/// eˣ without a branch or a call, so that `damp` becomes vector code; relative error below 1e-13, x held
/// within ±700, where the result neither overflows nor loses bits.
#[inline(always)]
pub(crate) fn exp(x: f64) -> f64 {
    /// 1.5 · 2⁵²: adding it leaves the rounded number in the low bits of the mantissa.
    const ROUNDER: f64 = 6_755_399_441_055_744.0;
    /// ln 2 in two parts, the first with trailing zeros, so that n · LN2_HIGH is exact.
    const LN2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    const MANTISSA_BITS: u32 = 52;
    let x = x.clamp(-700.0, 700.0);
    let shifted = x * LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    // Taylor series: |r| ≤ ln 2 / 2, so that the first term left out is 7e-15.
    let mut p = 1.0 / 39_916_800.0;
    for factorial in [3_628_800.0, 362_880.0, 40_320.0, 5_040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0, 1.0] {
        p = p * r + 1.0 / factorial;
    }
    // Adds n to the exponent: the low bits of `shifted` are n in two's complement.
    f64::from_bits(p.to_bits().wrapping_add(shifted.to_bits() << MANTISSA_BITS))
}

/// 2π² U_ij a*ᵢ a*ⱼ as coefficients of h², k², l², kl, hl, hk, from U11 U22 U33 U23 U13 U12 in Å².
fn exponent_coefficients(cell: &Cell, u: [f64; 6]) -> [f64; 6] {
    let star: [f64; 3] = std::array::from_fn(|i| cell.reciprocal_metric[i][i].sqrt());
    let [a, b, c] = star;
    let scale = 2.0 * PI * PI;
    let products = [a * a, b * b, c * c, 2.0 * b * c, 2.0 * a * c, 2.0 * a * b];
    std::array::from_fn(|i| scale * u[i] * products[i])
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
    fn the_exponential_is_exact_enough() {
        for i in -7000..=50 {
            let x = f64::from(i) * 0.1 + 1e-3;
            assert!((exp(x) / x.max(-700.0).exp() - 1.0).abs() < 1e-13, "{x}");
        }
        assert!(exp(-1e300) >= 0.0 && exp(1e300).is_finite());
    }

    #[test]
    fn sites_without_an_element_and_absurd_indices_are_refused() {
        let cell = Cell::new([7.0; 3], [90.0; 3]).unwrap();
        let peak = Site { element: None, ..site("C", [0.0; 3], 1.0, 0.0) };
        assert!(structure_factors(&cell, &SpaceGroup::p1(), &[peak], table(), &[[1, 0, 0]]).is_err());
        assert!(structure_factors(&cell, &SpaceGroup::p1(), &[], table(), &[[i32::MIN, 0, 0]]).is_err());
    }
}
