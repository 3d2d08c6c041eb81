//! The unit cell: metric, reciprocal metric, resolution, orthogonalisation.

use super::miller::{Hkl, in_half};

/// Unit cell in ångström and degrees, with the matrices derived from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// a, b, c in Å.
    pub lengths: [f64; 3],
    /// α, β, γ in degrees.
    pub angles: [f64; 3],
    /// Volume in Å³.
    pub volume: f64,
    /// Fractional → Cartesian (Å), a along x, b in the xy plane (PDB convention).
    pub orth: [[f64; 3]; 3],
    /// Metric tensor G in Å².
    pub metric: [[f64; 3]; 3],
    /// Reciprocal metric tensor G* in Å⁻².
    pub reciprocal_metric: [[f64; 3]; 3],
}

/// Step of a parameter of a cell, in parts of it, by which derivatives are taken.
const STEP: f64 = 1e-5;

impl Cell {
    /// Builds a cell; `Err` says why no such cell exists (non-positive or non-finite edges, angles
    /// outside 0–180°, or three angles that do not close a parallelepiped).
    pub fn new(lengths: [f64; 3], angles: [f64; 3]) -> Result<Self, String> {
        if lengths.iter().any(|x| !x.is_finite() || *x <= 0.0) {
            return Err(format!("cell edges {lengths:?} must be positive lengths in Å"));
        }
        if angles.iter().any(|x| !x.is_finite() || *x <= 0.0 || *x >= 180.0) {
            return Err(format!("cell angles {angles:?} must lie between 0 and 180 degrees"));
        }
        let [a, b, c] = lengths;
        let [ca, cb, cg] = angles.map(cos_degrees);
        let sg = (1.0 - cg * cg).sqrt();
        let determinant = 1.0 - ca * ca - cb * cb - cg * cg + 2.0 * ca * cb * cg;
        if determinant <= 1e-6 {
            return Err(format!("cell angles {angles:?} do not close a cell (its volume would be zero)"));
        }
        let volume = a * b * c * determinant.sqrt();
        let orth = [[a, b * cg, c * cb], [0.0, b * sg, c * (ca - cb * cg) / sg], [0.0, 0.0, volume / (a * b * sg)]];
        let metric =
            [[a * a, a * b * cg, a * c * cb], [a * b * cg, b * b, b * c * ca], [a * c * cb, b * c * ca, c * c]];
        let reciprocal_metric = inverse(&metric);
        Ok(Self { lengths, angles, volume, orth, metric, reciprocal_metric })
    }

    /// 1/d² in Å⁻² of a reflection.
    pub fn d_star_sq(&self, hkl: Hkl) -> f64 {
        let h = hkl.map(f64::from);
        quadratic(&self.reciprocal_metric, h)
    }

    /// Resolution d in Å of a reflection; infinite for 0 0 0.
    pub fn d_spacing(&self, hkl: Hkl) -> f64 {
        self.d_star_sq(hkl).sqrt().recip()
    }

    /// (sin θ/λ)² in Å⁻², the argument of scattering factors.
    pub fn stol_sq(&self, hkl: Hkl) -> f64 {
        0.25 * self.d_star_sq(hkl)
    }

    /// Largest |h|, |k|, |l| with d ≥ `d_min` (Å): h_max = ⌊a / d_min⌋ holds in any lattice, because
    /// the planes normal to a* are counted by the direct-space edge.
    pub fn max_indices(&self, d_min: f64) -> [i32; 3] {
        self.lengths.map(|x| (x / d_min + 1e-9).floor() as i32)
    }

    /// Indices of the half sphere (`in_half`) up to this 1/d² in Å⁻², h, k and l ascending.
    pub fn half_sphere(&self, limit: f64) -> impl Iterator<Item = Hkl> + '_ {
        let [h_max, k_max, l_max] = self.max_indices(limit.sqrt().recip());
        let all =
            (0..=h_max).flat_map(move |h| (-k_max..=k_max).flat_map(move |k| (-l_max..=l_max).map(move |l| [h, k, l])));
        all.filter(move |&hkl| in_half(hkl) && self.d_star_sq(hkl) <= limit)
    }

    /// Square of the length, in Å², of a fractional vector.
    pub fn length_sq(&self, x: [f64; 3]) -> f64 {
        quadratic(&self.metric, x)
    }

    /// Distance in Å between two fractional positions, lattice translations removed component by
    /// component (exact for distances well below half the shortest edge).
    pub fn distance_mod_lattice(&self, x: [f64; 3], y: [f64; 3]) -> f64 {
        let d = std::array::from_fn(|i| {
            let delta = x[i] - y[i];
            delta - delta.round()
        });
        self.length_sq(d).sqrt()
    }

    /// The cell on other axes: column j of `basis` holds the new axis j in units of the old ones.
    pub fn transformed(&self, basis: &[[f64; 3]; 3]) -> Result<Self, String> {
        let axis = |j: usize| [basis[0][j], basis[1][j], basis[2][j]];
        let dot = |x: [f64; 3], y: [f64; 3]| {
            (0..3).map(|i| (0..3).map(|j| x[i] * self.metric[i][j] * y[j]).sum::<f64>()).sum::<f64>()
        };
        let lengths = std::array::from_fn(|j| dot(axis(j), axis(j)).sqrt());
        let angle = |i: usize, j: usize| {
            (dot(axis(i), axis(j)) / (lengths[i] * lengths[j])).clamp(-1.0, 1.0).acos().to_degrees()
        };
        Self::new(lengths, [angle(1, 2), angle(0, 2), angle(0, 1)])
    }

    /// Standard uncertainties of the new cell from those of the old one, taken as independent but for edges that are `alike` by
    /// symmetry, which are one length.
    pub fn transformed_sigma(&self, sigma: [f64; 6], basis: &[[f64; 3]; 3], alike: [usize; 3]) -> [f64; 6] {
        let six = |cell: &Cell| -> [f64; 6] {
            std::array::from_fn(|i| if i < 3 { cell.lengths[i] } else { cell.angles[i - 3] })
        };
        let parameters = six(self);
        let leader = |i: usize| alike.get(i).copied().unwrap_or(i);
        let moved = |by: f64, i: usize| {
            let mut p = parameters;
            p.iter_mut().enumerate().filter(|(j, _)| leader(*j) == i).for_each(|(_, x)| *x += by);
            let cell = Cell::new([p[0], p[1], p[2]], [p[3], p[4], p[5]]).and_then(|cell| cell.transformed(basis));
            cell.map(|cell| six(&cell)).ok()
        };
        let mut variance = [0.0; 6];
        for i in (0..6).filter(|&i| leader(i) == i && sigma[i] > 0.0) {
            let step = STEP * parameters[i];
            let (Some(more), Some(less)) = (moved(step, i), moved(-step, i)) else { continue };
            for (sum, (a, b)) in variance.iter_mut().zip(more.into_iter().zip(less)) {
                *sum += ((a - b) / (2.0 * step) * sigma[i]).powi(2);
            }
        }
        variance.map(f64::sqrt)
    }
}

/// Cosine of an angle in degrees, exactly 0 at 90° so that orthogonal metrics stay diagonal.
fn cos_degrees(angle: f64) -> f64 {
    if angle == 90.0 { 0.0 } else { angle.to_radians().cos() }
}

fn quadratic(m: &[[f64; 3]; 3], x: [f64; 3]) -> f64 {
    m[0][0] * x[0] * x[0]
        + m[1][1] * x[1] * x[1]
        + m[2][2] * x[2] * x[2]
        + 2.0 * (m[0][1] * x[0] * x[1] + m[0][2] * x[0] * x[2] + m[1][2] * x[1] * x[2])
}

/// Inverse of a 3×3 matrix by cofactors.
pub fn inverse(m: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let determinant: f64 = (0..3).map(|c| m[0][c] * minor(0, c)).sum();
    std::array::from_fn(|r| std::array::from_fn(|c| minor(c, r) / determinant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triclinic_metric_and_resolution_agree() {
        let cell = Cell::new([7.0, 8.0, 9.0], [81.0, 95.0, 107.0]).unwrap();
        let product: f64 = (0..3).map(|i| cell.metric[1][i] * cell.reciprocal_metric[i][1]).sum();
        assert!((product - 1.0).abs() < 1e-12);
        let det: f64 = cell.orth[0][0] * cell.orth[1][1] * cell.orth[2][2];
        assert!((det - cell.volume).abs() < 1e-9);
        // d(100) = V / (b c sin α)
        let expected = cell.volume / (8.0 * 9.0 * 81f64.to_radians().sin());
        assert!((cell.d_spacing([1, 0, 0]) - expected).abs() < 1e-10);
    }

    #[test]
    fn impossible_cells_are_refused() {
        assert!(Cell::new([0.0, 8.0, 9.0], [90.0; 3]).is_err());
        assert!(Cell::new([7.0, 8.0, f64::NAN], [90.0; 3]).is_err());
        assert!(Cell::new([7.0, 8.0, 9.0], [10.0, 10.0, 170.0]).is_err());
    }

    #[test]
    fn half_a_sphere_holds_one_of_two_mates() {
        let cell = Cell::new([6.0, 7.0, 8.0], [90.0, 100.0, 90.0]).unwrap();
        let half: Vec<Hkl> = cell.half_sphere(1.5f64.powi(-2)).collect();
        let expected = 2.0 / 3.0 * std::f64::consts::PI * cell.volume / 1.5f64.powi(3);
        assert!((half.len() as f64 / expected - 1.0).abs() < 0.1);
        assert!(half.iter().all(|[h, k, l]| !half.contains(&[-h, -k, -l])));
    }

    #[test]
    fn every_reflection_of_the_sphere_is_within_max_indices() {
        let cell = Cell::new([5.0, 6.0, 7.0], [60.0, 70.0, 115.0]).unwrap();
        let limit = cell.max_indices(1.0);
        for h in -12i32..=12 {
            for k in -12i32..=12 {
                for l in -12i32..=12 {
                    if cell.d_spacing([h, k, l]) >= 1.0 {
                        assert!(h.abs() <= limit[0] && k.abs() <= limit[1] && l.abs() <= limit[2]);
                    }
                }
            }
        }
    }
}
