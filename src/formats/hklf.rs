//! The SHELX `HKLF` card: what the numbers of the reflection file mean.

use super::text::finite;
use crate::crystal::Hkl;

/// Format of a reflection file that this program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HklfFormat {
    /// HKLF 3: amplitudes |F| and σ(F).
    Amplitudes,
    /// HKLF 4: intensities F² and σ(F²).
    Intensities,
    /// HKLF 2: the same of Laue data, the wavelength of each reflection in a further column.
    LaueIntensities,
    /// HKLF 5: the same of a twin, batch numbers say of which domains a row and those that follow it are one intensity.
    TwinIntensities,
}

impl HklfFormat {
    /// Intensity and its uncertainty of a value of this kind.
    pub fn intensity(self, value: f64, sigma: f64) -> (f64, f64) {
        match self {
            Self::Intensities | Self::LaueIntensities | Self::TwinIntensities => (value, sigma),
            // σ(F²) = 2Fσ(F) to first order; where F is below σ/2 the second-order term σ² is the larger one.
            Self::Amplitudes => (value * value.abs(), (2.0 * value.abs() * sigma).max(sigma * sigma)),
        }
    }

    /// `F²` or `F`.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Intensities | Self::LaueIntensities | Self::TwinIntensities => "F²",
            Self::Amplitudes => "F",
        }
    }
}

/// What an `HKLF` card says: `HKLF n S r11 … r33 sm`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hklf {
    /// Amplitudes or intensities.
    pub format: HklfFormat,
    /// Factor S on the data and their uncertainties (both as they stand in the file).
    pub scale: f64,
    /// Row by row r11 … r33: h' = r11·h + r12·k + r13·l, and so on.
    pub matrix: [[f64; 3]; 3],
    /// Further factor on the uncertainties alone.
    pub sigma_scale: f64,
}

impl Default for Hklf {
    /// Plain `HKLF 4`.
    fn default() -> Self {
        Self { format: HklfFormat::Intensities, scale: 1.0, matrix: IDENTITY, sigma_scale: 1.0 }
    }
}

const IDENTITY: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

/// How far a transformed index may lie from an integer: matrices are written with four decimals or more
/// (0.3333), so an index of 50 may be off by 0.005.
const INDEX_TOLERANCE: f64 = 0.02;

/// Smallest determinant of an index matrix: 1/27 and 1/64 are met for supercells, 0 is a typing error.
const SMALLEST_DETERMINANT: f64 = 1e-3;

impl std::fmt::Display for Hklf {
    /// The card, its numbers left out from the right where they are the defaults.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = match self.format {
            HklfFormat::Amplitudes => 3,
            HklfFormat::Intensities => 4,
            HklfFormat::LaueIntensities => 2,
            HklfFormat::TwinIntensities => 5,
        };
        write!(f, "HKLF {code}")?;
        let plain_matrix = self.matrix == IDENTITY;
        if self.scale == 1.0 && plain_matrix && self.sigma_scale == 1.0 {
            return Ok(());
        }
        write!(f, " {}", self.scale)?;
        if plain_matrix && self.sigma_scale == 1.0 {
            return Ok(());
        }
        for x in self.matrix.iter().flatten() {
            write!(f, " {x}")?;
        }
        if self.sigma_scale == 1.0 { Ok(()) } else { write!(f, " {}", self.sigma_scale) }
    }
}

/// Why a card is refused, and what to do.
pub type Fault = (String, String);

impl Hklf {
    /// The card of a list as this program writes it: `HKLF 4`, or `HKLF 5` of a twin whose rows have numbers of domains.
    pub fn of_intensities(twin: bool) -> Self {
        Self { format: if twin { HklfFormat::TwinIntensities } else { HklfFormat::Intensities }, ..Self::default() }
    }

    /// True where indices stay as they are in the file.
    pub fn has_no_matrix(&self) -> bool {
        self.matrix == IDENTITY
    }

    /// Reads the numbers behind `HKLF`. `Err` holds what is wrong and what to do: a format that is not
    /// supported is named.
    pub fn parse(fields: &[&str]) -> Result<Self, Fault> {
        let wants = || "write `HKLF 4` for intensities, `HKLF 3` for amplitudes or `HKLF 5` for a twin".to_string();
        let mut numbers = Vec::with_capacity(fields.len());
        for field in fields {
            numbers.push(finite(field).ok_or_else(|| (format!("{field:?} on HKLF is no number"), wants()))?);
        }
        let code = numbers.first().copied().ok_or_else(|| ("HKLF without a format number".to_string(), wants()))?;
        let format = match code {
            3.0 => HklfFormat::Amplitudes,
            4.0 => HklfFormat::Intensities,
            2.0 => HklfFormat::LaueIntensities,
            5.0 => HklfFormat::TwinIntensities,
            _ => return Err(unsupported(code)),
        };
        let scale = numbers.get(1).copied().unwrap_or(1.0);
        let sigma_scale = numbers.get(11).copied().unwrap_or(1.0);
        if scale <= 0.0 || sigma_scale <= 0.0 {
            return Err(("the scale factors on HKLF must be positive".into(), "write 1, or leave them out".into()));
        }
        let matrix = match numbers.get(2..) {
            None | Some([]) => IDENTITY,
            Some(&[a, b, c, d, e, f, g, h, i, ..]) => [[a, b, c], [d, e, f], [g, h, i]],
            Some(short) => {
                return Err((
                    format!("the matrix on HKLF has {} numbers instead of nine", short.len()),
                    "write all of r11 to r33, or none".into(),
                ));
            }
        };
        let [x, y, z] = matrix;
        let determinant = x[0] * (y[1] * z[2] - y[2] * z[1]) - x[1] * (y[0] * z[2] - y[2] * z[0])
            + x[2] * (y[0] * z[1] - y[1] * z[0]);
        if !determinant.is_finite() || determinant < SMALLEST_DETERMINANT {
            return Err((
                format!("the matrix on HKLF has determinant {determinant}"),
                "give a right-handed transformation (positive determinant)".into(),
            ));
        }
        Ok(Self { format, scale, matrix, sigma_scale })
    }

    /// Indices after the matrix; `None` when one is no integer or beyond 16 bits.
    pub fn transform(&self, hkl: Hkl) -> Option<Hkl> {
        if self.matrix == IDENTITY {
            return Some(hkl);
        }
        let mut image = [0; 3];
        for (out, row) in image.iter_mut().zip(&self.matrix) {
            let exact: f64 = row.iter().zip(hkl).map(|(r, h)| r * f64::from(h)).sum();
            let whole = exact.round();
            if (exact - whole).abs() > INDEX_TOLERANCE || whole.abs() > f64::from(i16::MAX) {
                return None;
            }
            *out = whole as i32;
        }
        Some(image)
    }
}

/// The formats of the SHELX manual that are not read, by name.
fn unsupported(code: f64) -> Fault {
    let name = match code {
        c if c < 0.0 => "the reflections inside the .ins",
        1.0 => "SHELX-76 condensed data",
        6.0 => "powder data with overlapping reflections",
        _ => "no known format",
    };
    (
        format!("HKLF {code} ({name}) is not supported"),
        "give a .hkl file of HKLF 4 (F²), HKLF 3 (F) or, for twins, HKLF 5".into(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Hklf, Fault> {
        Hklf::parse(&text.split_whitespace().collect::<Vec<_>>())
    }

    #[test]
    fn cards_are_read_and_refused_by_name() {
        assert_eq!(parse("4"), Ok(Hklf::default()));
        let swapped = parse("3 0.5 0 1 0 0 0 1 1 0 0").unwrap();
        assert_eq!((swapped.format, swapped.scale), (HklfFormat::Amplitudes, 0.5));
        assert_eq!(swapped.transform([1, 2, 3]), Some([2, 3, 1]));
        assert_eq!(parse("5").unwrap().format, HklfFormat::TwinIntensities);
        assert!(parse("6").unwrap_err().0.contains("powder"));
        assert!(parse("-4").unwrap_err().0.contains("inside"));
        for bad in ["", "x", "4 0", "4 1 1 0 0", "4 1 0 0 0 0 0 0 0 0 0", "4 nan"] {
            assert!(parse(bad).is_err(), "{bad:?} passed");
        }
    }

    #[test]
    fn fractional_indices_are_refused() {
        let halves = parse("4 1 .5 .5 0 -.5 .5 0 0 0 1").unwrap();
        assert_eq!(halves.transform([2, 0, 1]), Some([1, -1, 1]));
        assert_eq!(halves.transform([1, 0, 1]), None);
        let large = parse("4 1 900 0 0 0 1 0 0 0 1").unwrap();
        assert_eq!(large.transform([900, 0, 0]), None);
    }

    #[test]
    fn cards_are_written_as_they_were_read() {
        for card in [
            "HKLF 4",
            "HKLF 3",
            "HKLF 2",
            "HKLF 5",
            "HKLF 4 0.1",
            "HKLF 4 1 0 1 0 1 0 0 0 0 -1",
            "HKLF 4 1 1 0 0 0 1 0 0 0 1 2",
        ] {
            let fields: Vec<&str> = card.split(' ').skip(1).collect();
            assert_eq!(Hklf::parse(&fields).unwrap().to_string(), card);
        }
    }
}
