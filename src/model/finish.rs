//! The finished model: one connected asymmetric unit, order, labels, peaks behind the atoms.

use super::apportioned::{Apportioned, Parts};
use super::choice::Assigned;
use super::contacts::Images;
use super::contents::Contents;
use super::difference::{Difference, Rest};
use super::geometry::Geometry;
use super::given::{Expected, Given};
use super::measurements::Measurements;
use super::refinement::Fitted;
use super::residual::{Agreement, Residual};
use super::rounds::Round;
use super::{DomainFit, Model};
use crate::crystal::Site;
use crate::crystal::contents::non_hydrogen;
use crate::crystal::elements::symbol;
use crate::reflections::CalculatedReflection;
use crate::structure::compact::make_compact;
use rustfft::num_complex::Complex32;

/// SHELX reads labels of this many characters.
const LABEL: usize = 4;
/// Displacement given to peaks, Å2: what SHELX programs write.
const PEAK_U: f64 = 0.05;
/// A peak of the first map that comes this close (Å) to an atom or another peak is left out.
const SAME_PLACE: f64 = 0.5;

/// Puts a fitted model in order. Peaks of the difference map come behind the atoms, and behind these the peaks of the first
/// map that became nothing.
pub fn finished(
    given: &Given,
    expected: &Expected,
    measurements: &Measurements,
    best: Fitted,
    rest: &Difference,
    rounds: Vec<Round>,
    assigned: Assigned,
) -> Model {
    let mut atoms: Vec<Site> = best
        .atoms
        .iter()
        .map(|a| Site {
            label: String::new(),
            element: Some(a.z),
            xyz: a.xyz,
            sof: a.sof,
            u_iso: a.u,
            u_aniso: None,
            height: None,
        })
        .collect();
    atoms.sort_by_key(|s| std::cmp::Reverse(s.element));
    let count = atoms.len();
    let mut sites = atoms;
    sites.extend(peaks(given, &sites, &rest.peaks));
    make_compact(given.cell, given.group, &mut sites, count);
    label(&mut sites);
    let operations = given.group.operations().len() as f64;
    let mut formula: Vec<(u8, f64)> = Vec::new();
    for atom in &sites[..count] {
        let Some(z) = atom.element else { continue };
        match formula.iter_mut().find(|f| f.0 == z) {
            Some(entry) => entry.1 += atom.sof * operations,
            None => formula.push((z, atom.sof * operations)),
        }
    }
    let mut unused: Vec<u8> = expected.elements.iter().map(|e| e.0).collect();
    unused.retain(|z| formula.iter().all(|f| f.0 != *z));
    unused.sort_unstable();
    Model {
        sites,
        atoms: count,
        parameters: usize::from(given.is_twin()) + best.atoms.iter().map(|a| a.free.len() + 1).sum::<usize>(),
        r1: best.r1[0],
        r1_all: best.r1[1],
        scale: best.scale,
        reflections: [measurements.list.len(), measurements.list.iter().filter(|m| m.observed).count()],
        agreement: Agreement::new(given, measurements, &best),
        residual: Residual::new(given, expected, &best, rest),
        geometry: Geometry::new(given.cell, given.group, &best.atoms),
        contents: Contents {
            said: non_hydrogen(given.contents),
            room: expected.room * operations,
            found: non_hydrogen(&formula),
            multiple: assigned.multiple,
            proposed: assigned.proposed,
            alike: assigned.alike,
            unused,
        },
        formula,
        calculated: calculated(given, measurements, &best),
        rounds,
        twin: None,
        domains: given
            .domains
            .map(|domains| DomainFit { fraction: best.amplitudes.fraction, counts: domains.counts() }),
        laws: Vec::new(),
    }
}

/// Fc with the reflections that they are of.
fn calculated(given: &Given, measurements: &Measurements, best: &Fitted) -> Vec<CalculatedReflection> {
    let twin = given.domains.is_some();
    let of = |part: Apportioned| CalculatedReflection {
        hkl: part.hkl,
        f: Complex32::new(part.fc.re as f32, part.fc.im as f32),
        share: part.part as f32,
        apart: twin.then_some([part.part * part.f * part.f, part.sigma]),
    };
    Parts::new(measurements, &best.amplitudes, twin).list.into_iter().map(of).collect()
}

/// Peaks that stand apart from the atoms and each other.
fn peaks(given: &Given, atoms: &[Site], rest: &[Rest]) -> Vec<Site> {
    let positions: Vec<[f64; 3]> = atoms.iter().map(|s| s.xyz).collect();
    let mut images = Images::new(given.cell, given.group, &positions);
    let mut out: Vec<Site> = Vec::new();
    // Peaks of the first map that became no atoms, where the model has room for them.
    let left: Vec<([f64; 3], f64)> = given.solution.sites.iter().map(|s| (s.xyz, s.sof)).collect();
    let mut add = |xyz: [f64; 3], sof: f64, height: f64| {
        if images.near(xyz, SAME_PLACE).is_empty() {
            images.insert(given.group, atoms.len() + out.len(), xyz);
            out.push(Site {
                label: String::new(),
                element: None,
                xyz,
                sof,
                u_iso: PEAK_U,
                u_aniso: None,
                height: Some(height),
            });
        }
    };
    let mut lowest = 0.0;
    for peak in rest.iter().take(LISTED) {
        add(peak.xyz, peak.sof, peak.height);
        lowest = peak.height;
    }
    for (xyz, sof) in left {
        // The difference map has a maximum near most of them; without one they stand below all that were listed.
        let height = rest
            .iter()
            .find(|r| given.cell.distance_mod_lattice(r.xyz, xyz) < SAME_PLACE)
            .map_or(0.5 * lowest, |r| r.height.min(lowest));
        add(xyz, sof, height);
    }
    out.sort_by(|a, b| b.height.unwrap_or(0.0).total_cmp(&a.height.unwrap_or(0.0)));
    out
}

/// Peaks of the difference map that are listed whatever the first map says.
pub const LISTED: usize = 20;

/// Place of peaks among the numbers of atoms of each element.
const PEAKS: usize = 256;

/// C1, C2 … for atoms, Q1, Q2 … for peaks, at most four characters.
fn label(sites: &mut [Site]) {
    let mut numbers = [0usize; PEAKS + 1];
    for site in sites {
        let name = site.element.map_or("Q", |z| symbol(z).unwrap_or("X"));
        let number = &mut numbers[site.element.map_or(PEAKS, usize::from)];
        *number += 1;
        let room = LABEL - name.len();
        let text = if (*number).to_string().len() <= room { number.to_string() } else { base36(*number, room) };
        site.label = format!("{name}{text}");
    }
}

/// A number of at most `digits` digits and letters, led by a letter so that no decimal label is met.
fn base36(number: usize, digits: usize) -> String {
    let mut text = Vec::new();
    let mut rest = number;
    for _ in 1..digits {
        text.push(char::from_digit((rest % 36) as u32, 36).unwrap_or('0'));
        rest /= 36;
    }
    text.push(char::from(b'A' + (rest % 26) as u8));
    text.iter().rev().map(char::to_ascii_uppercase).collect()
}
