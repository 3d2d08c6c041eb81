//! One measured reflection, checked.

use crate::crystal::Hkl;
use crate::formats::hklf::HklfFormat;
use crate::reflections::RawReflection;

/// Intensities are squared and summed; far beyond any detector this is a slip of the columns.
const LARGEST_INTENSITY: f64 = 1e60;

/// A reflection of indices that a table holds as numbers, a value of this kind and its uncertainty, `None` and what is
/// not positive for none.
///
/// # Errors
/// What is wrong: an index that is no whole number of 16 bits, numbers that are infinite, undefined or absurd.
pub fn reflection(
    hkl: [f64; 3],
    value: f64,
    sigma: Option<f64>,
    quantity: HklfFormat,
) -> Result<RawReflection, String> {
    let (intensity, sigma) = quantity.intensity(value, sigma.unwrap_or(0.0).max(0.0));
    if !(intensity.abs() < LARGEST_INTENSITY && sigma < LARGEST_INTENSITY) {
        return Err(format!("{} = {value} is no number to calculate with", quantity.symbol()));
    }
    Ok(RawReflection { hkl: indices(hkl)?, intensity, sigma, batch: None })
}

fn indices(hkl: [f64; 3]) -> Result<Hkl, String> {
    let mut indices = [0; 3];
    for ((out, x), name) in indices.iter_mut().zip(hkl).zip(["h", "k", "l"]) {
        // Not a number has a fraction that is none either.
        if x.fract() != 0.0 || x.abs() > f64::from(i16::MAX) {
            return Err(format!("the index {name} is {x}"));
        }
        *out = x as i32;
    }
    Ok(indices)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amplitudes_are_squared_and_nonsense_is_refused() {
        let row = reflection([1.0, -2.0, 0.0], 10.0, Some(1.0), HklfFormat::Amplitudes).unwrap();
        assert_eq!((row.hkl, row.intensity, row.sigma), ([1, -2, 0], 100.0, 20.0));
        assert_eq!(reflection([1.0; 3], 10.0, Some(-1.0), HklfFormat::Intensities).unwrap().sigma, 0.0);
        for (h, value) in
            [(0.5, 1.0), (f64::NAN, 1.0), (40_000.0, 1.0), (1.0, f64::NAN), (1.0, f64::INFINITY), (1.0, 1e61)]
        {
            assert!(reflection([h, 0.0, 0.0], value, None, HklfFormat::Intensities).is_err(), "{h} {value}");
        }
    }
}
