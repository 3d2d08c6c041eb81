//! What one trial does in a cycle. Recipes are resolved numbers: thresholds, counts, table numbers.

use super::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Posterior mean of an unseeded phase at the start of message passing, in units of E: small, so that
/// the first map is believed as little as random phases deserve (recipe notes §3).
pub const UNSEEDED_MEAN: f32 = 0.2;

/// One of the two iterations, with its numbers.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize, Deserialize)]
#[serde(tag = "method", rename_all = "snake_case")]
pub enum Recipe {
    /// Charge flipping (Oszlányi & Sütő 2004, A60, 134).
    Flipping(FlipRecipe),
    /// Message passing (soft atom posterior with Onsager terms).
    Message(MessageRecipe),
}

/// Which amplitudes are imposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Amplitudes {
    /// |E|.
    E,
    /// √(|E|·|F|), F scaled to the same mean square: heavy atoms and noisy data gain by it.
    SqrtEF,
}

/// A charge-flipping recipe.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct FlipRecipe {
    /// Threshold δ in units of the map's σ.
    pub k: f32,
    /// Fraction of the measured reflections, the weakest by E, that keep their calculated modulus
    /// and are turned by +90° (Oszlányi & Sütő 2005, A61, 147). 0 switches the variant off.
    pub weak: f32,
    /// Amplitudes that are imposed.
    pub amplitudes: Amplitudes,
}

/// Posterior of the density at a voxel, given the cavity map u in units of its σ.
///
/// Another one that looks at a voxel alone is added in these files: here (its variant, whose place is the number that
/// shaders know it by), `twins/posterior.rs` (the arithmetic), `engine/cpu/message.rs` (which numbers it gets),
/// `shaders/posterior.wgsl` (the same on a GPU), `gpu/density_tests.rs` (that both agree), and `phasing/portfolio.rs` (an arm
/// that uses it).
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Denoiser {
    /// f = 1/(1 + exp(−(s u − s²/2 − ln(M/N − 1)))): equal atoms, posterior probability of one.
    Logistic,
    /// f = u²: the tangent formula with the right feedback; needs no N.
    Square,
    /// f = 1/(1 + exp(−(a t + b))), t as in `Logistic`; a and b depend on s and M/N and were learned from simulated crystals
    /// (`twins/reshape.rs`, `training`). They make up for N that grows with s, so that N is better left as it is or told too
    /// large: s is the height of as many atoms as told.
    Reshaped,
    /// The same with a term for what stands around: atoms of molecules keep distances, learned from simulated crystals
    /// (`twins/pair.rs`, `training`). For N as it is, whatever factor the recipe has; for problems that know no distances the
    /// reshaped posterior for N as it is. A cycle has three times the transforms.
    Pair,
}

/// What message passing makes of seeds as long as they are held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeedUse {
    /// They stay at their prior means.
    #[default]
    Fixed,
    /// The field is weighed against the prior: each seed takes the mean of its posterior, so that wrong ones give way
    /// and crude ones sharpen. On cells of 882 equal atoms: 50 % seeds at 2.0 Å solve in 8/8 draws where fixed ones do
    /// in 0/8 (one B), 30 % in 5/8 against 0/8 (B spread); 10 % with 40 % wrong at 1.0 Å in 8/12 against 4/12; alike
    /// elsewhere (benches/results, 2026-11-22, seeds).
    Posterior,
}

/// A message-passing recipe.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize, Deserialize)]
pub struct MessageRecipe {
    /// Posterior of the density.
    pub denoiser: Denoiser,
    /// Factor on the number of atoms N in the first cycle.
    pub n_start: f32,
    /// Factor on N from cycle `anneal` on; between, it moves geometrically.
    pub n_end: f32,
    /// Cycles over which the factor moves.
    pub anneal: u32,
    /// Share of the previous cavity coefficients that is kept, 0 … <1.
    pub damping: f32,
    /// What becomes of seeds.
    pub seeds: SeedUse,
}

impl Denoiser {
    /// The number that shaders know it by.
    pub fn code(self) -> u32 {
        self as u32
    }
}

impl MessageRecipe {
    /// Factor on N in cycle `cycle`, counted from 0.
    pub fn n_factor(&self, cycle: u32) -> f32 {
        let t = if self.anneal == 0 { 1.0 } else { (cycle as f32 / self.anneal as f32).min(1.0) };
        self.n_start * (self.n_end / self.n_start).powf(t)
    }
}

impl Recipe {
    /// The iteration.
    pub fn method(&self) -> Method {
        match self {
            Self::Flipping(_) => Method::Flipping,
            Self::Message(_) => Method::Message,
        }
    }

    /// One word for tables.
    pub fn name(&self) -> &'static str {
        self.method().name()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn annealing_is_geometric_and_ends() {
        let recipe = MessageRecipe {
            denoiser: Denoiser::Logistic,
            n_start: 0.25,
            n_end: 4.0,
            anneal: 10,
            damping: 0.0,
            seeds: SeedUse::Fixed,
        };
        assert_eq!(recipe.n_factor(0), 0.25);
        assert!((recipe.n_factor(5) - 1.0).abs() < 1e-6);
        assert_eq!(recipe.n_factor(50), 4.0);
        assert_eq!(MessageRecipe { anneal: 0, ..recipe }.n_factor(0), 4.0);
    }
}
