//! The rotation that turns one domain of a twin into the other.

use crate::crystal::Hkl;
use crate::crystal::symop::Rotation;
use std::fmt;

/// Elements of a law are multiples of 1/6: axes of a centred cell are turned into halves and thirds of axes.
pub const PARTS: i32 = 6;

/// A rotation of the lattice, exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TwinLaw {
    /// Rotation on columns of fractional coordinates, in units of 1/6.
    sixths: Rotation,
}

impl TwinLaw {
    /// A rotation in units of 1/6.
    pub fn in_sixths(sixths: Rotation) -> Self {
        Self { sixths }
    }

    /// A rotation in whole numbers.
    pub fn new(rotation: Rotation) -> Self {
        Self { sixths: rotation.map(|row| row.map(|x| PARTS * x)) }
    }

    /// hR: the reflection of the second domain that falls on h of the first; `None` where it falls between reflections.
    pub fn image(&self, hkl: Hkl) -> Option<Hkl> {
        let sums: Hkl = std::array::from_fn(|j| (0..3).map(|i| hkl[i] * self.sixths[i][j]).sum());
        sums.iter().all(|x| x % PARTS == 0).then(|| sums.map(|x| x / PARTS))
    }

    /// The matrix that acts on h, k, l as a column, row by row: r11 r12 … r33 of a card TWIN.
    pub fn matrix(&self) -> [f64; 9] {
        std::array::from_fn(|n| f64::from(self.sixths[n % 3][n / 3]) / f64::from(PARTS))
    }

    /// The law that comes of `self` after a rotation of the crystal, in whole numbers.
    pub fn after(&self, rotation: &Rotation) -> Self {
        Self {
            sixths: std::array::from_fn(|i| {
                std::array::from_fn(|j| (0..3).map(|k| self.sixths[i][k] * rotation[k][j]).sum())
            }),
        }
    }

    /// The numbers of a card TWIN, without blanks to spare.
    pub fn numbers(&self) -> String {
        let number = |x: f64| {
            let text = format!("{x:.5}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        self.matrix().map(number).join(" ")
    }
}

impl fmt::Display for TwinLaw {
    /// What becomes of the indices: `k, h, -l`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (row, elements) in self.matrix().chunks(3).enumerate() {
            if row > 0 {
                f.write_str(", ")?;
            }
            let mut first = true;
            for (x, index) in elements.iter().zip(["h", "k", "l"]) {
                let sixths = (x * f64::from(PARTS)).round() as i32;
                if sixths == 0 {
                    continue;
                }
                let sign = match (sixths < 0, first) {
                    (true, _) => "-",
                    (false, true) => "",
                    (false, false) => "+",
                };
                let common = [6, 3, 2, 1].into_iter().find(|n| sixths % n == 0).unwrap_or(1);
                let (over, under) = (sixths.abs() / common, PARTS / common);
                let size = match (over, under) {
                    (1, 1) => String::new(),
                    (over, 1) => over.to_string(),
                    (over, under) => format!("{over}/{under} "),
                };
                write!(f, "{sign}{size}{index}")?;
                first = false;
            }
            if first {
                f.write_str("0")?;
            }
        }
        Ok(())
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
        assert_eq!((law.numbers().as_str(), law.to_string().as_str()), ("0 1 0 -1 0 0 0 0 1", "k, -h, l"));
    }

    #[test]
    fn a_law_of_a_centred_lattice_has_fractions_and_no_image_for_what_is_extinct() {
        // Sixty degrees about c of an orthohexagonal C lattice (b = √3 a).
        let law = TwinLaw::in_sixths([[3, -9, 0], [3, 3, 0], [0, 0, 6]]);
        assert_eq!(law.image([1, 1, 0]), Some([1, -1, 0]));
        assert_eq!(law.image([1, 0, 0]), None);
        assert_eq!(law.to_string(), "1/2 h+1/2 k, -3/2 h+1/2 k, l");
        assert_eq!(law.numbers(), "0.5 0.5 0 -1.5 0.5 0 0 0 1");
    }
}
