//! Does a phase set that seeds led to hold without them?
//!
//! Seeds that are expanded by symmetry impose that symmetry, and trials from the same seeds agree because of them:
//! neither says anything for a seeded solution. So its phases are blurred, each reflection of the P1 sphere for itself,
//! until they agree with themselves only a little, and the iteration goes on from there without seeds. A structure
//! comes back, and with it the symmetry that the blur has destroyed; a phase set that the seeds had forced does not.

use crate::engine::Problem;
use crate::twins::random::{phase_index, phase_table, trial_hash, unit_interval};
use num_complex::Complex32;
use std::sync::Arc;

/// Cycles from the blurred phases on.
pub const PROOF_CYCLES: u32 = 40;
/// Expected height of an atom over σ in the blurred map: twice what message passing needs (recipe notes §3: ≥ 1.1).
const BLURRED_HEIGHT: f64 = 2.2;
/// Limits of the mean cosine that the blur leaves. Above, the pairs of equivalents would keep more than ¼ of their
/// correlation and a found symmetry would prove little.
const BLUR: [f64; 2] = [0.2, 0.5];
/// How much nearer to the phases from before the iteration must come than the blur was. Solutions of message passing
/// come back to 0.9 and more, those of flipping, which are 35–40° off themselves, to 0.44–0.53 from a blur of 0.27
/// (conotoxin and a tetrapeptide, 16 of 16 trials); phases that nothing holds drift away.
const RISE: f64 = 0.15;
/// Key of the choice of reflections; that of their new phases is one more.
const BLUR_KEY: u32 = 0x5EED_0001;

/// Start phases for the proof: each entry keeps its phase or gets a random one.
pub fn blurred(problem: &Problem, phases: &[Complex32], seed: u32, trial: u32) -> Arc<[Complex32]> {
    let kept = kept(problem) as f32;
    let table = phase_table();
    phases
        .iter()
        .zip(problem.keys())
        .map(|(phase, &key)| {
            let random = |salt: u32| trial_hash(seed ^ salt, trial, key);
            let norm = phase.norm();
            if norm > 0.0 && unit_interval(random(BLUR_KEY)) < kept {
                phase / norm
            } else {
                let [cos, sin] = table[phase_index(random(BLUR_KEY + 1))];
                Complex32::new(cos, sin)
            }
        })
        .collect()
}

/// Mean cosine that the blur leaves.
fn kept(problem: &Problem) -> f64 {
    let height_of_all = (problem.sphere() as f64 / f64::from(problem.atoms())).sqrt();
    (BLURRED_HEIGHT / height_of_all).clamp(BLUR[0], BLUR[1])
}

/// True when phases that have gone on from a blur have come back towards those from before: E²-weighted correlation at
/// the same origin.
pub fn came_back(problem: &Problem, before: &[Complex32], after: &[Complex32]) -> bool {
    correlation(problem.e(), before, after) > kept(problem) + RISE
}

fn correlation(e: &[f32], a: &[Complex32], b: &[Complex32]) -> f64 {
    let (mut sum, mut total) = (0.0, 0.0);
    for ((&e, a), b) in e.iter().zip(a).zip(b).filter(|((e, _), _)| **e > 0.0) {
        let weight = f64::from(e) * f64::from(e);
        let length = f64::from(a.norm()) * f64::from(b.norm());
        total += weight;
        if length > 0.0 {
            sum += weight * f64::from((a.conj() * b).re) / length;
        }
    }
    if total > 0.0 { sum / total } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Layout;
    use crate::engine::problem::Coefficient;

    #[test]
    fn a_blur_keeps_the_share_it_should_and_is_not_taken_for_a_return() {
        let indices = (-7..=7).flat_map(|x| (-7..=7).flat_map(move |y| (1..=7).map(move |z| [x, y, z])));
        let layout = Layout::new([16, 16, 16], indices).unwrap();
        let all = 2.0 * layout.len() as f64;
        // √(sphere/atoms) = 5.5: the blur should keep 2.2/5.5 = 0.4.
        let problem = Problem::new(
            layout,
            (all / 30.25) as f32,
            |_| Coefficient { measured: Some((1.0, 1.0)), shell: 0 },
            |k| (k[0] * 400 + k[1] * 20 + k[2]) as u32,
        );
        let phases: Vec<Complex32> =
            (0..problem.layout().len()).map(|i| Complex32::from_polar(0.5, i as f32)).collect();
        let blurred = blurred(&problem, &phases, 1, 2);
        let kept = correlation(problem.e(), &phases, &blurred);
        assert!((kept - 0.4).abs() < 0.05, "{kept}");
        assert!(!came_back(&problem, &phases, &blurred) && came_back(&problem, &phases, &phases));
    }

    /// Phases that agree in part come back from 0.15 above what the blur keeps, and have 40 cycles to do so: what was measured.
    #[test]
    fn a_return_is_a_rise_above_the_blur() {
        let indices = (-7..=7).flat_map(|x| (-7..=7).flat_map(move |y| (1..=7).map(move |z| [x, y, z])));
        let layout = Layout::new([16, 16, 16], indices).unwrap();
        let all = 2.0 * layout.len() as f64;
        let measured = |_| Coefficient { measured: Some((1.0, 1.0)), shell: 0 };
        // As above: 0.4 is kept.
        let problem = Problem::new(layout, (all / 30.25) as f32, measured, |_| 0);
        let n = problem.layout().len();
        let before = vec![Complex32::new(1.0, 0.0); n];
        let agreeing = |share: f64| -> Vec<Complex32> {
            let kept = (share * n as f64) as usize;
            (0..n).map(|i| if i < kept { Complex32::new(1.0, 0.0) } else { Complex32::new(0.0, 1.0) }).collect()
        };
        assert!(came_back(&problem, &before, &agreeing(0.56)) && !came_back(&problem, &before, &agreeing(0.54)));
        assert_eq!(PROOF_CYCLES, 40);
    }
}
