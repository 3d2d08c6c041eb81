//! Will these seeds do? Figures that cost nothing, and the success they predict.

use schemars::JsonSchema;
use serde::Serialize;

/// Resolution in Å down to which the figures hold as they are.
const GOOD_RESOLUTION: f64 = 1.0;
/// s₀ at which half of the trials succeed, width of the transition in ln s₀, and the shift of its middle in ln s₀ for each
/// unit of ln(d/1 Å): fitted by maximum likelihood to the screens of benches/results, 2026-11-22, seeds. One B: two cells of 882 and
/// 479 equal atoms; a spread of B from 3 to 60 Å²: the first of them.
const MESSAGE: Curves = Curves { one_b: [0.96, 0.079, 0.84], spread: [0.56, 0.080, 1.29] };
const FLIPPING: Curves = Curves { one_b: [1.76, 0.077, 3.47], spread: [1.14, 0.079, 2.03] };

/// Success against s₀ for the two kinds of structure.
struct Curves {
    one_b: [f64; 3],
    spread: [f64; 3],
}

/// Feasibility of a seed set.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct Feasibility {
    /// Expected height of an atom over σ in the map of the seeds alone: s₀ = √(Σ m²E²/N) over the P1 sphere.
    pub height: f64,
    /// Σ m² of the unique seeds for each non-hydrogen atom of the asymmetric unit (Neff/Nasu).
    pub seeds_per_atom: f64,
    /// Expected correlation of the seed map with the true map, CC₀ = Σ m E²/√(Σ E² over seeds · Σ E² over all).
    pub correlation: f64,
}

/// What goes into the figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SeedSums {
    /// Σ m² over unique seeds.
    pub m_sq: f64,
    /// Σ m²E² over the seeds of the P1 sphere, both Friedel mates.
    pub m_sq_e_sq: f64,
    /// Σ mE² over the same.
    pub m_e_sq: f64,
    /// ΣE² over the same.
    pub e_sq: f64,
    /// ΣE² over all measured reflections of the P1 sphere.
    pub all_e_sq: f64,
    /// Non-hydrogen atoms of the primitive cell.
    pub atoms: f64,
    /// Operations of the primitive cell.
    pub operations: usize,
}

impl Feasibility {
    /// The figures of some seeds.
    pub fn new(sums: &SeedSums) -> Self {
        let quotient = |a: f64, b: f64| if b > 0.0 { a / b } else { 0.0 };
        Self {
            height: quotient(sums.m_sq_e_sq, sums.atoms).sqrt(),
            seeds_per_atom: quotient(sums.m_sq * sums.operations as f64, sums.atoms),
            correlation: quotient(sums.m_e_sq, (sums.e_sq * sums.all_e_sq).sqrt()),
        }
    }
}

/// Success rates of trials without seeds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct UnseededRates {
    /// Message passing.
    pub message: f64,
    /// Charge flipping.
    pub flipping: f64,
}

/// Chance that one trial from the seeds ends at the structure. Atoms that scatter alike at all angles are the hardest case;
/// where a part of them dominates, by a small B or as heavier elements, less s₀ does.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Prediction {
    /// Message passing: atoms of one element and one B, and atoms with B spread widely.
    pub message: [f64; 2],
    /// Charge flipping, the same.
    pub flipping: [f64; 2],
}

impl Prediction {
    /// From s₀ and the resolution in Å, and from what trials without seeds were seen to do: a structure that gives way by itself does not wait for its seeds.
    pub fn new(feasibility: &Feasibility, d_min: f64, unseeded: UnseededRates) -> Self {
        let loss = (d_min / GOOD_RESOLUTION).max(1.0).ln();
        let logistic = |[middle, width, per_resolution]: [f64; 3], unseeded: f64| {
            let x = (feasibility.height.max(f64::MIN_POSITIVE).ln() - middle.ln() - per_resolution * loss) / width;
            1.0 - (1.0 - unseeded) * (1.0 - 1.0 / (1.0 + (-x).exp()))
        };
        let both = |curves: Curves, unseeded| [logistic(curves.one_b, unseeded), logistic(curves.spread, unseeded)];
        Self { message: both(MESSAGE, unseeded.message), flipping: both(FLIPPING, unseeded.flipping) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_and_better_seeds_promise_more() {
        let sums = |m: f64| SeedSums {
            m_sq: 100.0 * m * m,
            m_sq_e_sq: 400.0 * m * m,
            m_e_sq: 400.0 * m,
            e_sq: 400.0,
            all_e_sq: 10_000.0,
            atoms: 400.0,
            operations: 2,
        };
        let (good, bad) = (Feasibility::new(&sums(1.0)), Feasibility::new(&sums(0.5)));
        assert_eq!((good.height, good.seeds_per_atom, good.correlation), (1.0, 0.5, 0.2));
        assert_eq!((bad.height, bad.correlation), (0.5, 0.1));
        let predict = |f: &Feasibility, d: f64| Prediction::new(f, d, UnseededRates::default());
        let [hard, easy] = predict(&good, 1.0).message;
        assert!(hard > 0.5 && easy > 0.99 && predict(&bad, 1.0).message[0] < 0.1);
        assert!(predict(&good, 1.5).message[0] < hard);
        assert!(predict(&good, 1.0).flipping[0] < 0.1);
        let alone = Prediction::new(&bad, 1.0, UnseededRates { message: 1.0, flipping: 0.0 });
        assert_eq!(alone.message, [1.0; 2], "what solves unseeded needs no seeds");
        assert!(alone.flipping[0] < 0.1);
        assert_eq!(Feasibility::new(&SeedSums { atoms: 0.0, all_e_sq: 0.0, ..sums(1.0) }).height, 0.0);
    }
}
