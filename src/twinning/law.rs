//! The rotation that turns one domain of a twin into the other.

use crate::crystal::symop::Rotation;
use crate::crystal::{Cell, Hkl};
use std::fmt;

/// Elements of a law are multiples of 1/6: axes of a centred cell are turned into halves and thirds of axes.
pub const PARTS: i32 = 6;

/// Where reflections of the second domain fall on those of the first.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Meeting {
    /// Everywhere that indices are whole: the rotation, in units of 1/6, is one of the lattice.
    Exact(Rotation),
    /// Where they come near enough: the rotation, what reciprocal lengths are measured with, and how near, Å⁻¹.
    Near { rotation: [[f64; 3]; 3], metric: [[f64; 3]; 3], reach: f64 },
}

/// A rotation that carries one domain into the other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwinLaw {
    meeting: Meeting,
}

impl TwinLaw {
    /// A rotation of the lattice on columns of fractional coordinates, in units of 1/6.
    pub fn in_sixths(sixths: Rotation) -> Self {
        Self { meeting: Meeting::Exact(sixths) }
    }

    /// A rotation of the lattice in whole numbers.
    pub fn new(rotation: Rotation) -> Self {
        Self::in_sixths(rotation.map(|row| row.map(|x| PARTS * x)))
    }

    /// Any rotation on columns of fractional coordinates: reflections of the two domains meet that come as near as `reach`, Å⁻¹.
    pub fn near(cell: &Cell, rotation: [[f64; 3]; 3], reach: f64) -> Self {
        Self { meeting: Meeting::Near { rotation, metric: cell.reciprocal_metric, reach } }
    }

    /// hR: the reflection of the second domain that falls on h of the first; `None` where it falls between reflections.
    pub fn image(&self, hkl: Hkl) -> Option<Hkl> {
        match &self.meeting {
            Meeting::Exact(sixths) => {
                let sums: Hkl = std::array::from_fn(|j| (0..3).map(|i| hkl[i] * sixths[i][j]).sum());
                sums.iter().all(|x| x % PARTS == 0).then(|| sums.map(|x| x / PARTS))
            }
            Meeting::Near { rotation, metric, reach } => {
                let (whole, length_sq) = nearest(hkl, rotation, metric);
                (whole != [0; 3] && length_sq < reach * reach).then_some(whole)
            }
        }
    }

    /// How far hR is from the reflection of the second domain that comes nearest, Å⁻¹; 0 where the rotation is one of the lattice.
    pub fn distance(&self, hkl: Hkl) -> f64 {
        match &self.meeting {
            Meeting::Exact(_) => 0.0,
            Meeting::Near { rotation, metric, .. } => nearest(hkl, rotation, metric).1.max(0.0).sqrt(),
        }
    }

    /// The rotation on columns of fractional coordinates.
    pub fn rotation(&self) -> [[f64; 3]; 3] {
        match &self.meeting {
            Meeting::Exact(sixths) => sixths.map(|row| row.map(|x| f64::from(x) / f64::from(PARTS))),
            Meeting::Near { rotation, .. } => *rotation,
        }
    }

    /// How near reflections of the two domains must come to be one in the list, Å⁻¹; `None` where all do.
    pub fn reach(&self) -> Option<f64> {
        match self.meeting {
            Meeting::Exact(_) => None,
            Meeting::Near { reach, .. } => Some(reach),
        }
    }

    /// The matrix that acts on h, k, l as a column, row by row: r11 r12 … r33 of a card TWIN.
    pub fn matrix(&self) -> [f64; 9] {
        let rotation = self.rotation();
        std::array::from_fn(|n| rotation[n % 3][n / 3])
    }
}

/// The indices that hR comes nearest to, and the square of the distance, Å⁻².
fn nearest(hkl: Hkl, rotation: &[[f64; 3]; 3], metric: &[[f64; 3]; 3]) -> (Hkl, f64) {
    let exact: [f64; 3] = std::array::from_fn(|j| (0..3).map(|i| f64::from(hkl[i]) * rotation[i][j]).sum());
    let whole = exact.map(|x| x.round() as i32);
    let off: [f64; 3] = std::array::from_fn(|i| exact[i] - f64::from(whole[i]));
    (whole, (0..3).map(|i| (0..3).map(|j| off[i] * metric[i][j] * off[j]).sum::<f64>()).sum())
}

/// The numbers of a card TWIN, without blanks to spare.
pub fn numbers(matrix: [f64; 9]) -> String {
    let number = |x: f64| {
        let text = format!("{x:.5}");
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    };
    matrix.map(number).join(" ")
}

impl fmt::Display for TwinLaw {
    /// What becomes of the indices: `k, h, -l`, or `-h, -k-0.218l, l` where they do not become whole.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exact = self.reach().is_none();
        for (row, elements) in self.matrix().chunks(3).enumerate() {
            let terms: String = elements.iter().zip(["h", "k", "l"]).map(|(x, index)| term(*x, index, exact)).collect();
            let terms = terms.strip_prefix('+').unwrap_or(&terms);
            write!(f, "{}{}", if row > 0 { ", " } else { "" }, if terms.is_empty() { "0" } else { terms })?;
        }
        Ok(())
    }
}

/// `+h`, `-1/2 k`, `+0.218l`; nothing for 0.
fn term(x: f64, index: &str, exact: bool) -> String {
    /// Smaller elements of a law are not written.
    const LEAST: f64 = 5e-4;
    let sign = if x < 0.0 { '-' } else { '+' };
    let size = x.abs();
    if size < LEAST {
        String::new()
    } else if (size - 1.0).abs() < LEAST {
        format!("{sign}{index}")
    } else if exact {
        let sixths = (size * f64::from(PARTS)).round() as i32;
        let common = [6, 3, 2].into_iter().find(|n| sixths % n == 0).unwrap_or(1);
        match (sixths / common, PARTS / common) {
            (over, 1) => format!("{sign}{over}{index}"),
            (over, under) => format!("{sign}{over}/{under} {index}"),
        }
    } else {
        format!("{sign}{size:.3}{index}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_acts_on_indices_as_rotations_do_and_its_card_on_columns() {
        // A fourfold rotation about c: x' = -y, y' = x.
        let law = TwinLaw::new([[0, -1, 0], [1, 0, 0], [0, 0, 1]]);
        assert_eq!(law.image([1, 2, 3]), Some([2, -1, 3]));
        assert_eq!((numbers(law.matrix()).as_str(), law.to_string().as_str()), ("0 1 0 -1 0 0 0 0 1", "k, -h, l"));
    }

    #[test]
    fn a_law_of_a_centred_lattice_has_fractions_and_no_image_for_what_is_extinct() {
        // Sixty degrees about c of an orthohexagonal C lattice (b = √3 a).
        let law = TwinLaw::in_sixths([[3, -9, 0], [3, 3, 0], [0, 0, 6]]);
        assert_eq!(law.image([1, 1, 0]), Some([1, -1, 0]));
        assert_eq!(law.image([1, 0, 0]), None);
        assert_eq!(law.to_string(), "1/2 h+1/2 k, -3/2 h+1/2 k, l");
        assert_eq!(numbers(law.matrix()), "0.5 0.5 0 -1.5 0.5 0 0 0 1");
    }
    #[test]
    fn a_law_that_is_none_of_the_lattice_meets_where_indices_are_nearly_whole() {
        let cell = Cell::new([7.0, 12.0, 16.0], [98.0, 91.0, 99.0]).unwrap();
        let law = |reach| TwinLaw::near(&cell, [[-1.0, 0.0, 0.0], [0.0, -1.0, 0.0], [-0.012, -0.218, 1.0]], reach);
        assert_eq!(law(0.01).to_string(), "-h-0.012l, -k-0.218l, l");
        assert_eq!(law(0.01).image([3, 2, 0]), Some([-3, -2, 0]));
        // k' = -2 - 1.09, h' = -3 - 0.06.
        assert_eq!(law(0.02).image([3, 2, 5]), Some([-3, -3, 5]));
        assert_eq!((law(0.005).image([3, 2, 5]), law(0.02).image([3, 2, 2])), (None, None));
    }
}
