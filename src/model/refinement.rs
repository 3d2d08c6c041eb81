//! Cycles of least squares: coordinates, isotropic displacements, and scattering powers when asked for.

use super::amplitudes::Amplitudes;
use super::atom::Atom;
use super::contacts::{Contact, contacts};
use super::given::Given;
use super::normal::{Block, Calculator, PARAMETERS};
use super::radii::longest;
use super::scale::{EIGHT_PI_SQ, Overall, overall, r1, scale, weights};
use super::start::FIRST_U;
use crate::crystal::elements::is_hydrogen;
use nalgebra::{DMatrix, DVector};

/// Displacements stay within these bounds, Å2.
pub const U_RANGE: [f64; 2] = [0.002, 0.5];
/// Largest shift of an atom in one cycle, Å.
const LARGEST_SHIFT: f64 = 0.15;
/// Largest change of a U in one cycle, as a share of it.
const LARGEST_U_CHANGE: f64 = 0.4;
/// Blocks leave out what atoms do to each other: full steps overshoot where atoms overlap.
const DAMPING: f64 = 0.85;
/// ln U of an atom is held to that of its neighbours with this uncertainty …
const LN_U_SIGMA: f64 = 0.35;
/// … while its scattering power is refined, for which the two must be told apart.
const LN_U_SIGMA_POWER: f64 = 0.2;
/// Where most atoms are bonded to nothing, as it looks while heavy elements are taken for light ones, ln U of these is held to the median
/// of all with this uncertainty while scattering powers are refined: nothing else tells the two apart.
const LN_U_SIGMA_ALONE: f64 = 0.6;
/// The median of fewer atoms is none: in UO2 it is that of one of the two.
const FEWEST_FOR_MEDIAN: usize = 8;
/// Scattering powers stay within these bounds.
const POWER_RANGE: [f64; 2] = [0.02, 12.0];

/// Which parameters are refined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refined {
    /// Coordinates and displacements.
    Positions,
    /// Scattering powers too.
    Powers,
}

/// A model between two cycles.
#[derive(Debug, Clone)]
pub struct Fitted {
    /// The atoms.
    pub atoms: Vec<Atom>,
    /// What they scatter at the measurements.
    pub amplitudes: Amplitudes,
    /// |Fo| is k|Fc|.
    pub scale: f64,
    /// R1 over observed and over all reflections.
    pub r1: [f64; 2],
}

impl Fitted {
    /// Median U of the atoms in Å2.
    pub fn median_u(&self) -> f64 {
        median_u(&self.atoms)
    }
}

/// Median U of atoms in Å2; that of first atoms where there are none.
pub fn median_u(atoms: &[Atom]) -> f64 {
    let mut all: Vec<f64> = atoms.iter().map(|a| a.u).collect();
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or(FIRST_U)
}

/// Brings scale and overall displacement of new atoms to the data, then calculates.
pub fn fitted(calculator: &Calculator, atoms: Vec<Atom>) -> Fitted {
    let amplitudes = calculator.of(&atoms);
    brought_to_scale(calculator, atoms, &amplitudes)
}

/// The same of the atoms of `before`, which are of these reflections, and more.
pub fn fitted_with(calculator: &Calculator, before: &Fitted, added: Vec<Atom>) -> Fitted {
    let all = before.amplitudes.with(calculator.measurements, &calculator.of(&added));
    brought_to_scale(calculator, before.atoms.iter().cloned().chain(added).collect(), &all)
}

fn brought_to_scale(calculator: &Calculator, mut atoms: Vec<Atom>, amplitudes: &Amplitudes) -> Fitted {
    let measurements = calculator.measurements;
    let flat = vec![1.0; measurements.list.len()];
    let sizes = &amplitudes.sizes;
    let first = overall(measurements, sizes, &flat);
    let damped = amplitudes.damped(measurements, first);
    let second = overall(measurements, sizes, &weights(measurements, &damped.sizes, first.scale));
    let within = atoms.iter().all(|a| (U_RANGE[0]..=U_RANGE[1]).contains(&(a.u + second.u)));
    for atom in &mut atoms {
        atom.u = (atom.u + second.u).clamp(U_RANGE[0], U_RANGE[1]);
    }
    if within {
        summed_up(calculator, atoms, amplitudes.damped(measurements, second))
    } else {
        evaluated(calculator, atoms)
    }
}

/// Calculates with the atoms as they are.
pub fn evaluated(calculator: &Calculator, atoms: Vec<Atom>) -> Fitted {
    let amplitudes = calculator.of(&atoms);
    summed_up(calculator, atoms, amplitudes)
}

fn summed_up(calculator: &Calculator, atoms: Vec<Atom>, amplitudes: Amplitudes) -> Fitted {
    let (measurements, sizes) = (calculator.measurements, &amplitudes.sizes);
    let first = scale(measurements, sizes, &vec![1.0; sizes.len()]);
    let k = scale(measurements, sizes, &weights(measurements, sizes, first));
    let r1 = r1(measurements, sizes, k);
    Fitted { atoms, amplitudes, scale: k, r1 }
}

/// Refines coordinates and displacements for `cycles` cycles; the cycle with the best R1 is returned, never one worse than the start.
pub fn refined(given: &Given, calculator: &Calculator, start: Fitted, cycles: usize) -> Fitted {
    let mut best = start.clone();
    let mut now = start;
    for n in 0..cycles {
        if n > 0 && given.clock.over() {
            break;
        }
        now = evaluated(calculator, stepped(given, calculator, &now, Refined::Positions));
        if now.r1[0] < best.r1[0] {
            best = now.clone();
        }
    }
    best
}

/// Refines scattering powers too, on the scale of the start: it belongs to the elements as they were assigned, whatever scattering powers
/// become.
pub fn weighed(given: &Given, calculator: &Calculator, start: Fitted, cycles: usize) -> Vec<Atom> {
    let scale = start.scale;
    let mut now = start;
    for n in 0..cycles {
        let atoms = stepped(given, calculator, &now, Refined::Powers);
        if n + 1 == cycles || given.clock.over() {
            return atoms;
        }
        now = Fitted { scale, ..evaluated(calculator, atoms) };
    }
    now.atoms
}

/// The atoms after one cycle.
fn stepped(given: &Given, calculator: &Calculator, now: &Fitted, what: Refined) -> Vec<Atom> {
    let w = weights(calculator.measurements, &now.amplitudes.sizes, now.scale);
    let blocks = calculator.blocks(&now.atoms, &now.amplitudes, &w);
    shifted(given, calculator, now, &w, &blocks, what)
}

/// The atoms after one step. `now.amplitudes` is what the equations were made with.
fn shifted(
    given: &Given,
    calculator: &Calculator,
    now: &Fitted,
    w: &[f64],
    blocks: &[Block],
    what: Refined,
) -> Vec<Atom> {
    let measurements = calculator.measurements;
    let sizes = &now.amplitudes.sizes;
    let common = match what {
        Refined::Positions => overall(measurements, sizes, w),
        Refined::Powers => Overall { scale: now.scale, u: 0.0 },
    };
    let chi_sq: f64 = measurements
        .list
        .iter()
        .zip(sizes)
        .zip(w)
        .map(|((m, size), w)| w * (m.f - common.scale * size).powi(2))
        .sum::<f64>()
        / w.len() as f64;
    let near = contacts(given.cell, given.group, &now.atoms);
    let targets = neighbour_ln_u(&now.atoms, &near);
    let mut atoms = now.atoms.clone();
    let alone = targets.iter().filter(|target| target.is_none()).count();
    let typical = what == Refined::Powers && targets.len() >= FEWEST_FOR_MEDIAN && 2 * alone > targets.len();
    let median = typical.then(|| (median_u(&now.atoms).ln(), LN_U_SIGMA_ALONE));
    for ((atom, block), target) in atoms.iter_mut().zip(blocks).zip(targets) {
        let restraint = match (what, target) {
            (Refined::Positions, target) => target.map(|t| (t, LN_U_SIGMA)),
            (Refined::Powers, Some(target)) => Some((target, LN_U_SIGMA_POWER)),
            (Refined::Powers, None) => median,
        };
        shift(given, atom, block, common, what, restraint, chi_sq.max(f64::MIN_POSITIVE));
        atom.u = (atom.u + common.u.clamp(-0.5 * atom.u, 0.5 * atom.u)).clamp(U_RANGE[0], U_RANGE[1]);
    }
    atoms
}

/// Mean ln U of the bonded neighbours, weighted with their scattering; `None` without any. Hydrogen atoms ride on the others, which do not
/// heed them.
fn neighbour_ln_u(atoms: &[Atom], near: &[Vec<Contact>]) -> Vec<Option<f64>> {
    /// An end of a chain moves more than what it hangs on (ratio of U of terminal atoms and their neighbours, about).
    const END_RATIO: f64 = 1.25;
    /// Hydrogen more still: what SHELXL gives it is 1.2 to 1.5.
    const HYDROGEN_RATIO: f64 = 1.4;
    atoms
        .iter()
        .zip(near)
        .map(|(atom, contacts)| {
            let bonded: Vec<f64> = contacts
                .iter()
                .filter(|c| c.distance < longest(atom.z, atoms[c.other].z) && !is_hydrogen(atoms[c.other].z))
                .map(|c| atoms[c.other].u.ln())
                .collect();
            let end = match bonded.len() {
                _ if is_hydrogen(atom.z) => HYDROGEN_RATIO.ln(),
                1 => END_RATIO.ln(),
                _ => 0.0,
            };
            (!bonded.is_empty()).then(|| bonded.iter().sum::<f64>() / bonded.len() as f64 + end)
        })
        .collect()
}

/// Solves one block and moves the atom.
fn shift(
    given: &Given,
    atom: &mut Atom,
    block: &Block,
    common: Overall,
    what: Refined,
    restraint: Option<(f64, f64)>,
    chi_sq: f64,
) {
    let k = common.scale;
    // |Fo| − k|Fc| exp(−8π² u s²), the overall change of U to first order.
    let gradient: [f64; PARAMETERS] = std::array::from_fn(|p| {
        k * (block.observed[p] - k * block.calculated[p] + k * EIGHT_PI_SQ * common.u * block.damped[p])
    });
    let free = atom.free.len();
    let powers = usize::from(what == Refined::Powers);
    let size = free + 1 + powers;
    // Each column of the basis is one free parameter in terms of x, y, z, U, power.
    let mut basis = DMatrix::<f64>::zeros(PARAMETERS, size);
    for (column, direction) in atom.free.iter().enumerate() {
        for axis in 0..3 {
            basis[(axis, column)] = direction[axis];
        }
    }
    basis[(3, free)] = 1.0;
    if powers == 1 {
        basis[(4, free + 1)] = 1.0;
    }
    let full = DMatrix::from_fn(PARAMETERS, PARAMETERS, |p, q| k * k * block.at(p, q) / chi_sq);
    let mut matrix = basis.transpose() * full * &basis;
    let mut right = basis.transpose() * DVector::from_fn(PARAMETERS, |p, _| gradient[p] / chi_sq);
    if let Some((target, sigma)) = restraint {
        let weight = (sigma * atom.u).powi(-2);
        matrix[(free, free)] += weight;
        right[free] += weight * atom.u * (target - atom.u.ln());
    }
    let Some(solver) = matrix.cholesky() else { return };
    let mut step = solver.solve(&right);
    if !step.iter().all(|x| x.is_finite()) {
        return;
    }
    step *= DAMPING;
    let moved: [f64; 3] = std::array::from_fn(|axis| (0..free).map(|c| step[c] * basis[(axis, c)]).sum());
    let length = given.cell.length_sq(moved).sqrt();
    let shorten = if length > LARGEST_SHIFT { LARGEST_SHIFT / length } else { 1.0 };
    atom.xyz = std::array::from_fn(|axis| atom.xyz[axis] + shorten * moved[axis]);
    let most = LARGEST_U_CHANGE * atom.u;
    atom.u += step[free].clamp(-most, most);
    if powers == 1 {
        atom.power = (atom.power + step[free + 1]).clamp(POWER_RANGE[0], POWER_RANGE[1]);
        let inverse = solver.inverse();
        atom.sigma_power = inverse[(free + 1, free + 1)].sqrt();
    }
}
