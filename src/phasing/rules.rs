//! When a trial has converged, and when its merits alone convince. No truth enters.

use crate::engine::Merits;

/// A flipping trial before polish: keeps 87 % of the right ones and passes 19 of 547 wrong (recipe notes §6).
const FLIP_TAN_COS: f32 = 0.72;
const FLIP_KURTOSIS: f32 = 7.0;
const FLIP_R_WEAK: f32 = 0.30;
/// After polish: 88 % and 4 of 547 (recipe notes §6).
const POLISHED_TAN_COS: f32 = 0.79;
const POLISHED_KURTOSIS: f32 = 8.0;
const POLISHED_R_WEAK: f32 = 0.18;
/// A message-passing trial: 942 of 1163 solved, 48 of 632 unsolved (recipe notes §3).
const MESSAGE_KAPPA: f32 = 2.4;
const MESSAGE_R_WEAK: f32 = 0.25;
/// Below these a finished trial is not worth comparing. Over 3360 trials of 35 runs on shuffled intensities E-kurtosis
/// of polished flipping stayed below 5.6 and κ below 0.57; the solutions of 51 real sets had at least 13.8
/// and 0.9 (benches/results, 2026-11-22).
const PROMISING_KURTOSIS: f32 = 7.0;
const PROMISING_KAPPA: f32 = 0.7;
/// No phase set whose weak reflections come out like this is a structure: a map with one giant peak
/// ("uranium solution") has R_weak near 1 while everything else about it looks perfect.
const HOPELESS_R_WEAK: f32 = 0.45;

/// True when a searching trial looks converged and should go on to its last stage.
pub fn converged(merits: &Merits, flipping: bool) -> bool {
    if flipping {
        merits.tan_cos > FLIP_TAN_COS && merits.e_kurtosis > FLIP_KURTOSIS && merits.r_weak < FLIP_R_WEAK
    } else {
        merits.kappa > MESSAGE_KAPPA && merits.r_weak < MESSAGE_R_WEAK
    }
}

/// True when a finished trial may be a solution and is compared with others.
pub fn promising(merits: &Merits, flipping: bool) -> bool {
    let sharp = if flipping { merits.e_kurtosis > PROMISING_KURTOSIS } else { merits.kappa > PROMISING_KAPPA };
    sharp && merits.r_weak < HOPELESS_R_WEAK
}

/// True when the merits of a finished trial convince on their own.
pub fn convincing(merits: &Merits, flipping: bool) -> bool {
    if flipping {
        merits.tan_cos > POLISHED_TAN_COS && merits.e_kurtosis > POLISHED_KURTOSIS && merits.r_weak < POLISHED_R_WEAK
    } else {
        converged(merits, false)
    }
}
