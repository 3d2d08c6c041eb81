//! How well a finished model fits: all reflections to the limit of the data, and what the difference map has left.

use super::difference::Difference;
use super::factors::Factors;
use super::given::{Expected, Given};
use super::measurements::Measurements;
use super::normal::Calculator;
use super::refinement::Fitted;
use super::scale::{r1, scale, weights};

/// Weights of wR2 are 1/(σ² + (0.1 P)²), those that SHELXL begins with; P is the mean of Fo² and Fc², the latter counted twice.
const WEIGHT: f64 = 0.1;

/// Agreement over all reflections, not only those that the model was fitted to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    /// Reflections, and those of them above 2σ(I).
    pub reflections: [usize; 2],
    /// Highest resolution, Å.
    pub d_min: f64,
    /// Σ||Fo|−k|Fc||/Σ|Fo| over reflections above 2σ(I).
    pub r1: f64,
    /// The same over all.
    pub r1_all: f64,
    /// √(Σ w(Fo²−k²Fc²)²/Σ w Fo⁴) over all, negative Fo² counted as 0, w as SHELXL begins.
    pub wr2: f64,
    /// √(Σ w(Fo²−k²Fc²)²/(n − p)) with the same weights, p parameters.
    pub goodness: f64,
}

/// What the difference map of the model has left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Residual {
    /// Highest value in e/Å3 (Å-2 for electrons).
    pub peak: f64,
    /// Lowest value.
    pub hole: f64,
    /// Root mean square.
    pub sigma: f64,
    /// What an atom of the element expected that shows least would show with the median displacement.
    pub atom: f64,
    /// Atoms may be missing in holes too: they scatter with the opposite sign.
    pub holes: bool,
}

impl Agreement {
    /// Of `model`, over all of `given`; `used` are the reflections it was fitted to.
    pub fn new(given: &Given, used: &Measurements, model: &Fitted) -> Self {
        let all = Measurements::unlimited(given);
        let (amplitudes, all) = if all.list.len() == used.list.len() {
            (model.amplitudes.clone(), used)
        } else {
            let mut factors = Factors::new(given.table, &[], &all);
            factors.extend(given.table, &model.atoms, &all);
            (Calculator { measurements: &all, factors: &factors }.of(&model.atoms), &all)
        };
        let sizes = &amplitudes.sizes;
        let flat = vec![1.0; sizes.len()];
        let k = scale(all, sizes, &weights(all, sizes, scale(all, sizes, &flat)));
        let [observed, every] = r1(all, sizes, k);
        // The scale is a parameter too, and so is the share of a second domain.
        let parameters =
            1 + usize::from(given.is_twin()) + model.atoms.iter().map(|atom| atom.free.len() + 1).sum::<usize>();
        let (mut off, mut sum) = (0.0, 0.0);
        for (m, size) in all.list.iter().zip(sizes) {
            let (seen, calculated) = (m.f * m.f, (k * size).powi(2));
            let sigma = (m.f + m.sigma).powi(2) - seen;
            let p = (seen + 2.0 * calculated) / 3.0;
            let w = (sigma * sigma + (WEIGHT * p).powi(2)).max(f64::MIN_POSITIVE).recip();
            off += w * (seen - calculated).powi(2);
            sum += w * seen * seen;
        }
        Self {
            reflections: [all.list.len(), all.list.iter().filter(|m| m.observed).count()],
            d_min: all.list.last().map_or(0.0, |m| 0.5 / m.stol_sq.sqrt()),
            r1: observed,
            r1_all: every,
            wr2: if sum > 0.0 { (off / sum).sqrt() } else { 1.0 },
            goodness: (off / all.list.len().saturating_sub(parameters).max(1) as f64).sqrt(),
        }
    }
}

impl Residual {
    /// Of a difference map.
    pub fn new(given: &Given, expected: &Expected, model: &Fitted, rest: &Difference) -> Self {
        let [peak, hole] = rest.extremes;
        Self {
            peak,
            hole,
            sigma: rest.sigma,
            atom: rest.atom_height(given.table, expected.lightest(), model.median_u()).abs(),
            holes: !expected.negative.is_empty(),
        }
    }

    /// The highest peak in σ of the map.
    pub fn sigmas(&self) -> f64 {
        if self.sigma > 0.0 { self.peak / self.sigma } else { 0.0 }
    }

    /// The highest peak as a share of a whole light atom; or the deepest hole, where atoms may be missing there.
    pub fn of_atom(&self) -> f64 {
        let left = if self.holes { self.peak.max(-self.hole) } else { self.peak };
        if self.atom > 0.0 { left / self.atom } else { 0.0 }
    }
}
