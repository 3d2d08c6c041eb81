//! How a list of starts is made from a Patterson map, as far as it may be chosen.

use schemars::JsonSchema;
use serde::Serialize;

/// The choices. Others than the usual ones make another list, by which it can be told whether a structure is solved by
/// accident of one.
#[derive(Debug, Clone, Copy, PartialEq, JsonSchema, Serialize)]
pub struct ListRecipe {
    /// E² is not taken for more than this: a few strong reflections would make waves of the map.
    pub largest_e_sq: f64,
    /// B, Å², that all atoms vibrate with in the map: terms are weighted by exp(−2B sin²θ/λ²), so that vectors are
    /// broader and light atoms' ripples less.
    pub softening: f64,
    /// No two places are nearer to each other than this, Å, and no two sets in all their atoms.
    pub spacing: f64,
}

impl ListRecipe {
    /// What a run makes where nothing is said. E² (frontier notes §1). Spacing: from 0.3 Å beside a sulphur 16 of 24
    /// trials solve toxin II, from 0.45 Å one (frontier notes §1).
    pub const USUAL: Self = Self { largest_e_sq: 10.0, softening: 0.0, spacing: 0.35 };

    /// The usual choices but for those in `text`: `clip=10,soften=0,spacing=0.35`, each a positive number or, for
    /// `soften`, 0.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut recipe = Self::USUAL;
        for part in text.split(',') {
            let (key, value) = part.split_once('=').ok_or_else(|| format!("{part:?} is not like clip=10"))?;
            let number = value.trim().parse::<f64>().ok().filter(|x| x.is_finite() && *x >= 0.0);
            let number = number.ok_or_else(|| format!("{value:?} is not a positive number"))?;
            let place = match key.trim() {
                "clip" => &mut recipe.largest_e_sq,
                "soften" => &mut recipe.softening,
                "spacing" => &mut recipe.spacing,
                other => return Err(format!("{other:?} is none of clip, soften, spacing")),
            };
            *place = number;
        }
        if recipe.largest_e_sq <= 1.0 || recipe.spacing < SMALLEST_SPACING {
            return Err(format!("clip must lie above 1, spacing not below {SMALLEST_SPACING}"));
        }
        Ok(recipe)
    }
}

/// Places nearer to each other than this, Å, are one and the same by the map's own points.
const SMALLEST_SPACING: f64 = 0.05;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_usual() {
        let parsed = ListRecipe::parse("soften=4, spacing=0.5").unwrap();
        assert_eq!(parsed, ListRecipe { softening: 4.0, spacing: 0.5, ..ListRecipe::USUAL });
        for wrong in ["", "clip", "clip=", "clip=-1", "clip=1", "clip=NaN", "spacing=0", "grid=5"] {
            assert!(ListRecipe::parse(wrong).is_err(), "{wrong}");
        }
    }
}
