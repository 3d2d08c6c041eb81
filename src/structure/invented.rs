//! Invented structures for tests: atoms placed by an integer hash, phases by direct summation, then hidden behind
//! another origin, the other hand and phase errors.

use super::Hand;
use crate::crystal::{Cell, Hkl, SpaceGroup, SymOp, in_half};
use crate::reflections::PhasedReflection;
use rustfft::num_complex::Complex64;
use std::f64::consts::TAU;

/// Å3 per atom, as in organic crystals.
const VOLUME_PER_ATOM: f64 = 18.0;
/// No two atoms are closer, in Å.
const CLOSEST: f64 = 1.3;
/// Resolution of the invented data in Å.
const D_MIN: f64 = 0.95;
/// Overall B in Å2.
const OVERALL_B: f64 = 3.0;

/// A structure and its true phases on the P1 half-sphere.
pub struct Invented {
    pub name: String,
    pub cell: Cell,
    pub group: SpaceGroup,
    /// Atomic number and position of the atoms of the asymmetric unit, all in general positions.
    pub atoms: Vec<(u8, [f64; 3])>,
    pub phased: Vec<PhasedReflection>,
}

/// Name, generators, centring vectors in twenty-fourths, cell (a:b:c and angles).
type Recipe = (&'static str, &'static [&'static str], &'static [[i32; 3]], [f64; 3], [f64; 3]);

const RECIPES: [Recipe; 12] = [
    ("P1", &[], &[], [1.0, 1.1, 0.9], [80.0, 95.0, 107.0]),
    ("P-1", &["-x,-y,-z"], &[], [1.0, 1.2, 0.9], [81.0, 97.0, 104.0]),
    ("P21", &["-x,y+1/2,-z"], &[], [1.0, 0.8, 1.3], [90.0, 101.0, 90.0]),
    ("P21/c", &["-x,y+1/2,-z+1/2", "-x,-y,-z"], &[], [1.0, 0.7, 1.4], [90.0, 112.0, 90.0]),
    ("P212121", &["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2"], &[], [0.7, 1.0, 1.6], [90.0; 3]),
    ("C2/c", &["-x,y,-z+1/2", "-x,-y,-z"], &[[12, 12, 0]], [1.7, 0.8, 1.1], [90.0, 119.0, 90.0]),
    ("P31c", &["-y,x-y,z", "-y,-x,z+1/2"], &[], [1.0, 1.0, 1.1], [90.0, 90.0, 120.0]),
    ("P41", &["-y,x,z+1/4"], &[], [1.0, 1.0, 1.5], [90.0; 3]),
    (
        "I-43d",
        &["-x+1/2,-y,z+1/2", "-x,y+1/2,-z+1/2", "z,x,y", "y+1/4,x+1/4,z+1/4"],
        &[[12, 12, 12]],
        [1.0, 1.0, 1.0],
        [90.0; 3],
    ),
    ("R-3", &["-y,x-y,z", "-x,-y,-z"], &[[16, 8, 8]], [1.0, 1.0, 0.8], [90.0, 90.0, 120.0]),
    ("Fdd2", &["-x,-y,z", "x+1/4,-y+1/4,z+1/4"], &[[0, 12, 12], [12, 0, 12]], [1.2, 2.0, 0.6], [90.0; 3]),
    // The polar axis of the rhombohedral setting runs along [111], not along an axis.
    ("R3 (rh.)", &["z,x,y"], &[], [1.0, 1.0, 1.0], [75.0, 75.0, 75.0]),
];

/// Uniform in 0…1 from an integer (splitmix64).
pub fn hashed(n: u64) -> f64 {
    let mut z = n.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

/// One structure in each group, about ten atoms in the asymmetric unit.
pub fn invent_all() -> Vec<Invented> {
    (0..RECIPES.len()).map(|i| invent(i, if i == 8 { 3 } else { 10 })).collect()
}

/// One structure by the number of its recipe.
pub fn invent(number: usize, atoms: usize) -> Invented {
    let (name, generators, centring, ratio, angles) = RECIPES[number];
    let mut ops: Vec<SymOp> = generators.iter().map(|s| SymOp::parse(s).unwrap()).collect();
    ops.extend(centring.iter().map(|&t| SymOp::IDENTITY.translated(t)));
    let group = SpaceGroup::from_generators(&ops).unwrap();
    invent_in(name, group, &Cell::new(ratio, angles).unwrap(), atoms, number as u64)
}

/// One structure of `atoms` atoms in a group, in a cell of the shape of `shape`; `seed` draws the positions.
pub fn invent_in(name: &str, group: SpaceGroup, shape: &Cell, atoms: usize, seed: u64) -> Invented {
    let volume = VOLUME_PER_ATOM * (atoms * group.operations().len()) as f64;
    let scale = (volume / shape.volume).cbrt();
    let cell = Cell::new(shape.lengths.map(|x| x * scale), shape.angles).unwrap();
    let mut placed: Vec<(u8, [f64; 3])> = Vec::new();
    let mut draw = 1_000_000 * seed;
    while placed.len() < atoms {
        let x = std::array::from_fn(|i| hashed(draw + i as u64));
        draw += 3;
        let free = group.operations().iter().enumerate().all(|(n, op)| {
            let image = op.apply(x);
            (n == 0 || cell.distance_mod_lattice(image, x) > CLOSEST)
                && placed.iter().all(|(_, other)| cell.distance_mod_lattice(image, *other) > CLOSEST)
        });
        if free {
            placed.push(([6, 7, 8][placed.len() % 3], x));
        }
    }
    let phased = structure_factors(&cell, &group, &placed);
    Invented { name: name.into(), cell, group, atoms: placed, phased }
}

/// Point atoms by direct summation; E is the unitary sum, F carries the overall B.
fn structure_factors(cell: &Cell, group: &SpaceGroup, atoms: &[(u8, [f64; 3])]) -> Vec<PhasedReflection> {
    let all: Vec<(f64, [f64; 3])> =
        atoms.iter().flat_map(|&(z, x)| group.operations().iter().map(move |op| (f64::from(z), op.apply(x)))).collect();
    let norm = all.iter().map(|(z, _)| z * z).sum::<f64>().sqrt();
    let mut phased = Vec::new();
    for hkl in half_sphere(cell) {
        if group.classify(hkl).absent {
            continue;
        }
        let sum: Complex64 = all
            .iter()
            .map(|(z, x)| {
                let turns: f64 = (0..3).map(|i| f64::from(hkl[i]) * x[i]).sum();
                Complex64::from_polar(*z, TAU * turns)
            })
            .sum();
        let f = sum.norm() * (-OVERALL_B * cell.stol_sq(hkl)).exp();
        phased.push(PhasedReflection { hkl, f, e: sum.norm() / norm, phase: sum.arg(), fom: 1.0 });
    }
    phased
}

/// The reflections of a P1 half-sphere.
fn half_sphere(cell: &Cell) -> Vec<Hkl> {
    let limit = cell.max_indices(D_MIN);
    let mut all = Vec::new();
    for h in 0..=limit[0] {
        for k in -limit[1]..=limit[1] {
            all.extend((-limit[2]..=limit[2]).map(|l| [h, k, l]));
        }
    }
    all.retain(|&hkl| in_half(hkl) && cell.d_spacing(hkl) >= D_MIN);
    all
}

impl Invented {
    /// Atomic numbers and atoms per cell.
    pub fn contents(&self) -> Vec<(u8, f64)> {
        let per_atom = self.group.operations().len() as f64;
        [6u8, 7, 8].map(|z| (z, self.atoms.iter().filter(|a| a.0 == z).count() as f64 * per_atom)).to_vec()
    }

    /// What is measured where screws and glides leave nothing: E up to `most`, any phase. Centring is no matter of measuring.
    pub fn extinct(&self, most: f64) -> Vec<PhasedReflection> {
        let centred = self.group.symmorphic();
        let mut extinct = half_sphere(&self.cell);
        extinct.retain(|&hkl| self.group.classify(hkl).absent && !centred.classify(hkl).absent);
        let of = |(n, hkl): (usize, Hkl)| {
            let (e, phase) = (most * hashed(7_000_000_000 + 2 * n as u64), TAU * hashed(7_000_000_001 + 2 * n as u64));
            PhasedReflection { hkl, f: e, e, phase, fom: 1.0 }
        };
        extinct.into_iter().enumerate().map(of).collect()
    }

    /// The phases of hand·x + shift with Gaussian errors of `noise` degrees, each P1 reflection by itself.
    pub fn disguised(&self, shift: [f64; 3], hand: Hand, noise: f64) -> Vec<PhasedReflection> {
        self.phased
            .iter()
            .enumerate()
            .map(|(n, r)| {
                let turns: f64 = (0..3).map(|i| f64::from(r.hkl[i]) * shift[i]).sum();
                let (u, v) = (hashed(9_000_000_000 + 2 * n as u64), hashed(9_000_000_001 + 2 * n as u64));
                let normal = (-2.0 * u.max(1e-12).ln()).sqrt() * (TAU * v).cos();
                let phase = hand.sign() * r.phase + TAU * turns + (noise * normal).to_radians();
                PhasedReflection { phase, ..*r }
            })
            .collect()
    }
}
