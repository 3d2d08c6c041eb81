//! What is said of the absolute structure.

use crate::solve::{Absolute, Structure};

/// Beyond this x, and this many of its standard uncertainties, the other hand is there as well.
const TWINNED: (f64, f64) = (0.1, 3.0);

/// One line on the hand of a structure; `None` where nothing can be said.
pub fn hand_line(structure: &Structure) -> Option<String> {
    structure.absolute.as_ref().map(line)
}

fn line(absolute: &Absolute) -> String {
    let flack = absolute.flack;
    let x = format!("Flack x {} from {} Bijvoet pairs", with_uncertainty(flack.x, flack.sigma), flack.pairs);
    let (least, sigmas) = TWINNED;
    if !flack.decides() {
        return format!("absolute structure: {x}: the hand cannot be told from these data");
    }
    let turned = if absolute.inverted { ", the model was inverted" } else { "" };
    let twin = if flack.x > least.max(sigmas * flack.sigma) { ", a twin with its inverse" } else { "" };
    format!("absolute structure: {x}{turned}{twin}")
}

/// A figure with its standard uncertainty in units of the last digit, two digits below 20: `0.02(3)`, `-0.013(14)`, `0.4(11)`.
pub fn with_uncertainty(value: f64, sigma: f64) -> String {
    /// Uncertainties from 2 to 19 in the last digit, as journals have them.
    const MOST: f64 = 19.5;
    /// More digits than any figure here has.
    const MOST_DIGITS: usize = 6;
    let unit = |digits: usize| 10f64.powi(digits as i32);
    let digits = (0..MOST_DIGITS).rev().find(|&digits| sigma * unit(digits) < MOST).unwrap_or(0);
    format!("{value:.digits$}({:.0})", sigma * unit(digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Flack;

    #[test]
    fn uncertainties_have_one_or_two_digits() {
        for (value, sigma, text) in
            [(0.021, 0.03, "0.02(3)"), (-0.0132, 0.0141, "-0.013(14)"), (0.44, 1.1, "0.4(11)"), (3.2, 25.0, "3(25)")]
        {
            assert_eq!(with_uncertainty(value, sigma), text);
        }
    }

    #[test]
    fn the_line_says_what_was_done_and_what_cannot_be_said() {
        let of = |x, sigma, inverted| line(&Absolute { flack: Flack { x, sigma, pairs: 812 }, inverted });
        assert_eq!(of(0.02, 0.03, false), "absolute structure: Flack x 0.02(3) from 812 Bijvoet pairs");
        assert!(of(0.02, 0.03, true).ends_with("pairs, the model was inverted"));
        assert!(of(0.3, 0.03, false).ends_with("pairs, a twin with its inverse"));
        assert!(of(0.3, 0.8, false).ends_with("cannot be told from these data"));
    }
}
