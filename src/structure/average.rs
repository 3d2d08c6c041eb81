//! P1 phases averaged over the operations of the space group.

use super::Hand;
use super::lookup::Lookup;
use super::origin::OriginFit;
use crate::crystal::{SpaceGroup, friedel};
use crate::reflections::PhasedReflection;
use std::f64::consts::{PI, TAU};

/// Phases that obey the group exactly.
#[derive(Debug, Clone, PartialEq)]
pub struct SymmetrisedPhases {
    /// The reflections of the input in their order, on the group's origin. The figure of merit is the modulus of the
    /// mean of exp(iφ)·fom over the operations; it and the amplitudes of extinct reflections are 0.
    pub reflections: Vec<PhasedReflection>,
    /// E²-weighted mean figure of merit, 0…1.
    pub mean_fom: f64,
    /// E²-weighted mean |change of phase| by the averaging, in degrees.
    pub mean_change: f64,
}

/// Applies hand and shift, averages over all operations, and gives every equivalent the phase that follows from its
/// orbit's. Centric phases end on one of their two values.
pub fn symmetrise(group: &SpaceGroup, fit: &OriginFit, phased: &[PhasedReflection]) -> SymmetrisedPhases {
    let mut out: Vec<PhasedReflection> = phased.iter().map(|r| moved(r, fit.hand, fit.shift)).collect();
    let before = out.clone();
    let lookup = Lookup::new(&before);
    let mut done = vec![false; out.len()];
    let ops = group.primitive_operations();
    for i in 0..out.len() {
        if done[i] {
            continue;
        }
        let hkl = before[i].hkl;
        let class = group.classify(hkl);
        let (mut re, mut im, mut present) = (0.0, 0.0, 0u32);
        let (mut f, mut e, mut measured) = (0.0, 0.0, 0u32);
        let mut members = Vec::with_capacity(ops.len());
        for op in ops {
            let image = op.rotate_hkl(hkl);
            let Some((at, phase)) = lookup.phase(image, &before) else { continue };
            let r = &before[at];
            let (sin, cos) = (phase + op.phase_shift(hkl)).sin_cos();
            re += r.fom * cos;
            im += r.fom * sin;
            present += 1;
            if r.f > 0.0 || r.e > 0.0 {
                f += r.f;
                e += r.e;
                measured += 1;
            }
            members.push((at, r.hkl != image, op));
        }
        let mean = |sum: f64, n: u32| if n > 0 && !class.absent { sum / f64::from(n) } else { 0.0 };
        let fom = mean(re.hypot(im), present).min(1.0);
        let phase = if class.centric { snapped(group, hkl, im.atan2(re)) } else { im.atan2(re) };
        for (at, mate, op) in members {
            let image_phase = phase - op.phase_shift(hkl);
            out[at] = PhasedReflection {
                hkl: before[at].hkl,
                f: mean(f, measured),
                e: mean(e, measured),
                phase: wrapped(if mate { -image_phase } else { image_phase }),
                fom,
            };
            done[at] = true;
        }
    }
    let (mut weight, mut merit, mut change) = (0.0, 0.0, 0.0);
    for (old, new) in before.iter().zip(&out) {
        let w = new.e * new.e;
        weight += w;
        merit += w * new.fom;
        change += w * wrapped(new.phase - old.phase).abs().to_degrees();
    }
    let mean = |sum: f64| if weight > 0.0 { sum / weight } else { 0.0 };
    SymmetrisedPhases { reflections: out, mean_fom: mean(merit), mean_change: mean(change) }
}

/// A reflection after x → hand·x + shift.
pub fn moved(r: &PhasedReflection, hand: Hand, shift: [f64; 3]) -> PhasedReflection {
    let turns: f64 = (0..3).map(|i| f64::from(r.hkl[i]) * shift[i]).sum();
    PhasedReflection { phase: wrapped(hand.sign() * r.phase + TAU * (turns - turns.round())), ..*r }
}

/// The nearer of the two phases of a centric reflection: −φ = φ − 2πh·t for the operation that turns h into −h.
fn snapped(group: &SpaceGroup, hkl: [i32; 3], phase: f64) -> f64 {
    let mate = friedel(hkl);
    match group.primitive_operations().iter().find(|op| op.rotate_hkl(hkl) == mate) {
        Some(op) => {
            let base = 0.5 * op.phase_shift(hkl);
            base + PI * ((phase - base) / PI).round()
        }
        None => phase,
    }
}

/// An angle in radians brought to −π…π.
fn wrapped(angle: f64) -> f64 {
    angle - TAU * (angle / TAU).round()
}

#[cfg(test)]
mod tests {
    use super::super::invented::invent_all;
    use super::*;

    #[test]
    fn averaged_phases_obey_every_operation() {
        for truth in invent_all() {
            let given = truth.disguised([0.0; 3], Hand::Same, 35.0);
            let fit = OriginFit { shift: [0.0; 3], hand: Hand::Same, operators: Vec::new(), residual: 0.0 };
            let out = symmetrise(&truth.group, &fit, &given);
            let lookup = Lookup::new(&out.reflections);
            for r in &out.reflections {
                for op in truth.group.operations() {
                    let (_, phase) = lookup.phase(op.rotate_hkl(r.hkl), &out.reflections).unwrap();
                    let off = wrapped(phase - r.phase + op.phase_shift(r.hkl));
                    assert!(off.abs() < 1e-9, "{}: {:?} {off}", truth.name, r.hkl);
                }
            }
            let twice = symmetrise(&truth.group, &fit, &out.reflections);
            assert!(twice.mean_change < 1e-6);
            println!("{:9} fom {:.3} change {:.1}", truth.name, out.mean_fom, out.mean_change);
        }
    }

    #[test]
    fn extinct_reflections_vanish() {
        let glide = crate::crystal::SymOp::parse("x,-y,z+1/2").unwrap();
        let group = SpaceGroup::from_generators(&[glide]).unwrap();
        let fit = OriginFit { shift: [0.0; 3], hand: Hand::Same, operators: Vec::new(), residual: 0.0 };
        let given = [PhasedReflection { hkl: [1, 0, 1], f: 3.0, e: 1.0, phase: 0.4, fom: 1.0 }];
        let out = symmetrise(&group, &fit, &given);
        assert_eq!((out.reflections[0].f, out.reflections[0].e), (0.0, 0.0));
        assert_eq!(out.mean_fom, 0.0);
    }
}
