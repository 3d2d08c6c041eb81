//! Invented structures for the tests of the model: atoms with sensible bonds, amplitudes by direct summation.

use super::atom::Atom;
use super::factors::Factors;
use super::given::Given;
use super::measurements::Measurements;
use super::normal::Calculator;
use crate::clock::Clock;
use crate::crystal::{Cell, Radiation, ScatteringTable, SpaceGroup, SymOp, in_half};
use crate::reflections::{MergedReflection, PhasedReflection};
use crate::structure::{Coefficients, Solution, solve_structure};
use rustfft::num_complex::Complex64;

/// Element, position in Å in an orthogonal frame, U in Å2: an amide with a sulphide, bonds as in crystals.
const MOLECULE: [(u8, [f64; 3], f64); 11] = [
    (16, [1.80, 2.10, 2.00], 0.040),
    (6, [3.58, 2.30, 2.25], 0.045),
    (6, [4.20, 3.65, 1.90], 0.038),
    (8, [3.60, 4.70, 2.15], 0.050),
    (7, [5.45, 3.60, 1.40], 0.042),
    (6, [6.20, 4.80, 1.00], 0.044),
    (6, [7.55, 4.75, 1.70], 0.040),
    (8, [7.65, 4.65, 2.92], 0.052),
    (8, [8.55, 4.85, 0.85], 0.047),
    (6, [1.30, 3.50, 0.95], 0.055),
    (6, [6.40, 4.75, -0.52], 0.060),
];

/// A structure with everything a model starts from.
pub struct Simulated {
    pub cell: Cell,
    pub group: SpaceGroup,
    pub atoms: Vec<Atom>,
    pub contents: Vec<(u8, f64)>,
    pub reflections: Vec<MergedReflection>,
    pub solution: Solution,
    pub clock: Clock,
}

pub const TABLE: fn() -> ScatteringTable = || ScatteringTable::new(Radiation::Xray);
/// Scale of the invented data: |Fo| is this many times |Fc|.
pub const SCALE: f64 = 2.5;

/// The amide in P 21/c, and an iron atom on the centre when asked for. The map is made without the atoms in `hidden`.
pub fn amide(with_iron: bool, hidden: &[usize]) -> Simulated {
    crystal((101.0, [1.0, 0.5, 2.0]), 0.0, with_iron, hidden)
}

/// The amide in a cell with β 90.2°, as a twin by half a turn about a in which the second domain has this share.
pub fn twinned_amide(share: f64) -> Simulated {
    // Where nothing clashes in this cell.
    crystal((90.2, [-1.5, 0.5, 1.0]), share, false, &[])
}

fn crystal((beta, place): (f64, [f64; 3]), share: f64, with_iron: bool, hidden: &[usize]) -> Simulated {
    let cell = Cell::new([12.1, 8.3, 9.7], [90.0, beta, 90.0]).unwrap();
    let ops = [SymOp::parse("-x, y+1/2, -z+1/2").unwrap(), SymOp::INVERSION];
    let group = SpaceGroup::from_generators(&ops).unwrap();
    let inverse = crate::crystal::cell::inverse(&cell.orth);
    let mut atoms: Vec<Atom> = MOLECULE
        .iter()
        .map(|&(z, x, u)| {
            let xyz = std::array::from_fn(|i| (0..3).map(|j| inverse[i][j] * (x[j] + place[j])).sum());
            Atom::new(&cell, &group, z, xyz, u)
        })
        .collect();
    if with_iron {
        atoms.push(Atom::new(&cell, &group, 26, [0.003, 0.998, 0.001], 0.03));
    }
    let mut contents: Vec<(u8, f64)> = vec![(1, 40.0)];
    for atom in &atoms {
        let per_cell = atom.sof * group.operations().len() as f64;
        match contents.iter_mut().find(|c| c.0 == atom.z) {
            Some(entry) => entry.1 += per_cell,
            None => contents.push((atom.z, per_cell)),
        }
    }
    let all = hkls(&cell);
    let reflections = all
        .iter()
        .filter(|&&hkl| group.laue_representative(hkl) == hkl && !group.classify(hkl).absent)
        .map(|&hkl| {
            let of_domain = |hkl| (SCALE * amplitude(&cell, &group, &atoms, hkl)).norm_sqr();
            let intensity = (1.0 - share) * of_domain(hkl) + share * of_domain([hkl[0], -hkl[1], -hkl[2]]);
            let epsilon = group.classify(hkl).epsilon;
            MergedReflection { hkl, intensity, sigma: 0.5, redundancy: 1, epsilon, centric: true }
        })
        .collect();
    let shown: Vec<Atom> =
        atoms.iter().enumerate().filter(|(n, _)| !hidden.contains(n)).map(|(_, a)| a.clone()).collect();
    let phased: Vec<PhasedReflection> = all
        .iter()
        .filter(|&&hkl| in_half(hkl))
        .map(|&hkl| {
            let f = SCALE * amplitude(&cell, &group, &shown, hkl);
            PhasedReflection { hkl, f: f.norm(), e: f.norm(), phase: f.arg(), fom: 1.0 }
        })
        .collect();
    let solution = solve_structure(&cell, &group, &phased, &contents, Coefficients::F);
    Simulated { cell, group, atoms, contents, reflections, solution, clock: Clock::endless() }
}

impl Simulated {
    pub fn given(&self) -> Given<'_> {
        Given {
            cell: &self.cell,
            group: &self.group,
            table: TABLE(),
            contents: &self.contents,
            reflections: &self.reflections,
            solution: &self.solution,
            twin: None,
            domains: None,
            clock: &self.clock,
        }
    }

    /// Calls `then` with what structure factors are made from.
    pub fn with_calculator<T>(&self, then: impl FnOnce(&Calculator) -> T) -> T {
        let measurements = Measurements::new(&self.given());
        let elements: Vec<u8> = self.given().expected().elements.iter().map(|e| e.0).collect();
        let factors = Factors::new(TABLE(), &elements, &measurements);
        then(&Calculator { measurements: &measurements, factors: &factors })
    }
}

/// Every index to 0.85 Å.
fn hkls(cell: &Cell) -> Vec<[i32; 3]> {
    let limit = cell.max_indices(0.85);
    let mut out = Vec::new();
    for h in -limit[0]..=limit[0] {
        for k in -limit[1]..=limit[1] {
            for l in -limit[2]..=limit[2] {
                if [h, k, l] != [0, 0, 0] && cell.d_spacing([h, k, l]) >= 0.85 {
                    out.push([h, k, l]);
                }
            }
        }
    }
    out
}

/// F(h) atom by atom and operation by operation.
fn amplitude(cell: &Cell, group: &SpaceGroup, atoms: &[Atom], hkl: [i32; 3]) -> Complex64 {
    let s = cell.stol_sq(hkl);
    let mut sum = Complex64::default();
    for atom in atoms {
        let size = atom.sof * TABLE().factor(atom.z, s).unwrap() * (-super::scale::EIGHT_PI_SQ * atom.u * s).exp();
        for op in group.operations() {
            let x = op.apply(atom.xyz);
            let turns: f64 = (0..3).map(|i| f64::from(hkl[i]) * x[i]).sum();
            sum += Complex64::from_polar(size, std::f64::consts::TAU * turns);
        }
    }
    sum
}
