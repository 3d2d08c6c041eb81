//! One symmetry operation x' = R x + t, with the translation exact in twenty-fourths of an edge.

use super::miller::Hkl;
use std::fmt;

/// Denominator of translations: every tabulated setting needs only multiples of 1/24
/// (International Tables A; 1/8 in F d d d and 1/6 in P 6₁ included).
pub const TRANSLATION_DENOMINATOR: i32 = 24;

/// A rotation part: acts on columns of fractional coordinates, x'ᵢ = Σ Rᵢⱼ xⱼ.
pub type Rotation = [[i32; 3]; 3];

/// A symmetry operation on fractional coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SymOp {
    /// Rotation R, acting on columns: x'ᵢ = Σ Rᵢⱼ xⱼ.
    pub rot: [[i32; 3]; 3],
    /// Translation t in units of 1/24, each component in 0…23.
    pub trans: [i32; 3],
}

impl SymOp {
    /// x, y, z.
    pub const IDENTITY: Self = Self { rot: [[1, 0, 0], [0, 1, 0], [0, 0, 1]], trans: [0, 0, 0] };
    /// −x, −y, −z.
    pub const INVERSION: Self = Self { rot: [[-1, 0, 0], [0, -1, 0], [0, 0, -1]], trans: [0, 0, 0] };

    /// An operation with its translation brought into the cell.
    pub fn new(rot: [[i32; 3]; 3], trans: [i32; 3]) -> Self {
        Self { rot, trans: trans.map(|t| t.rem_euclid(TRANSLATION_DENOMINATOR)) }
    }

    /// Reads a triplet such as `-X, 1/2+Y, 0.5-Z`; `Err` says what cannot be understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split(',').collect();
        if parts.len() != 3 {
            return Err(format!(
                "{:?} has {} components instead of three separated by commas",
                text.trim(),
                parts.len()
            ));
        }
        let mut rot = [[0; 3]; 3];
        let mut trans = [0; 3];
        for (row, part) in parts.iter().enumerate() {
            (rot[row], trans[row]) = parse_component(part)?;
        }
        let op = Self::new(rot, trans);
        if op.determinant().abs() != 1 {
            return Err(format!(
                "{:?} is no symmetry operation: its rotation part has determinant {}",
                text.trim(),
                op.determinant()
            ));
        }
        Ok(op)
    }

    /// +1 for proper rotations, −1 for improper ones.
    pub fn determinant(&self) -> i32 {
        determinant(self.rot)
    }

    /// The operation `self` after `other`: x → self(other(x)).
    pub fn compose(&self, other: &Self) -> Self {
        let rot = product(&self.rot, &other.rot);
        let trans =
            std::array::from_fn(|i| self.trans[i] + (0..3).map(|k| self.rot[i][k] * other.trans[k]).sum::<i32>());
        Self::new(rot, trans)
    }

    /// The same rotation with a lattice vector (units of 1/24) added.
    pub fn translated(&self, by: [i32; 3]) -> Self {
        Self::new(self.rot, std::array::from_fn(|i| self.trans[i] + by[i]))
    }

    /// Image of a fractional position.
    pub fn apply(&self, x: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| {
            (0..3).map(|j| f64::from(self.rot[i][j]) * x[j]).sum::<f64>()
                + f64::from(self.trans[i]) / f64::from(TRANSLATION_DENOMINATOR)
        })
    }

    /// Index hR (row vector times rotation), the equivalent reflection with φ(hR) = φ(h) − 2π h·t.
    pub fn rotate_hkl(&self, h: Hkl) -> Hkl {
        std::array::from_fn(|j| (0..3).map(|i| h[i] * self.rot[i][j]).sum())
    }

    /// h·t modulo 1, exactly, in units of 1/24.
    pub fn phase_shift_24(&self, h: Hkl) -> i32 {
        let dot: i64 = (0..3).map(|i| i64::from(h[i]) * i64::from(self.trans[i])).sum();
        dot.rem_euclid(i64::from(TRANSLATION_DENOMINATOR)) as i32
    }

    /// 2π h·t in radians, reduced to one turn.
    pub fn phase_shift(&self, h: Hkl) -> f64 {
        std::f64::consts::TAU * f64::from(self.phase_shift_24(h)) / f64::from(TRANSLATION_DENOMINATOR)
    }
}

/// The rotation `a` after `b`.
pub fn product(a: &Rotation, b: &Rotation) -> Rotation {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

/// −R: the same rotation followed by the inversion.
pub fn negative(rot: Rotation) -> Rotation {
    rot.map(|row| row.map(|x| -x))
}

/// The inverse of a matrix of determinant ±1: its adjugate, with that sign.
pub fn inverse_rotation(rot: Rotation) -> Rotation {
    let sign = determinant(rot);
    let minor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        rot[r1][c1] * rot[r2][c2] - rot[r1][c2] * rot[r2][c1]
    };
    std::array::from_fn(|r| std::array::from_fn(|c| sign * minor(c, r)))
}

/// Determinant of an integer matrix.
pub(super) fn determinant(m: [[i32; 3]; 3]) -> i32 {
    m[0][0] * (m[1][1] * m[2][2] - m[1][2] * m[2][1]) - m[0][1] * (m[1][0] * m[2][2] - m[1][2] * m[2][0])
        + m[0][2] * (m[1][0] * m[2][1] - m[1][1] * m[2][0])
}

impl fmt::Display for SymOp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for row in 0..3 {
            if row > 0 {
                write!(f, ", ")?;
            }
            let mut first = true;
            for (axis, letter) in ["X", "Y", "Z"].iter().enumerate() {
                let c = self.rot[row][axis];
                let sign = match c.signum() {
                    0 => continue,
                    1 if first => "",
                    1 => "+",
                    _ => "-",
                };
                write!(f, "{sign}")?;
                if c.abs() != 1 {
                    write!(f, "{}*", c.abs())?;
                }
                write!(f, "{letter}")?;
                first = false;
            }
            let t = self.trans[row];
            if t != 0 {
                let divisor = gcd(t, TRANSLATION_DENOMINATOR);
                let plus = if first { "" } else { "+" };
                write!(f, "{plus}{}/{}", t / divisor, TRANSLATION_DENOMINATOR / divisor)?;
            } else if first {
                write!(f, "0")?;
            }
        }
        Ok(())
    }
}

fn gcd(a: i32, b: i32) -> i32 {
    if b == 0 { a.abs() } else { gcd(b, a % b) }
}

/// Largest coefficient of x, y, z taken seriously in a triplet.
const MAX_COEFFICIENT: f64 = 6.0;

/// One component of a triplet: its row of the rotation and its translation in 1/24.
fn parse_component(text: &str) -> Result<([i32; 3], i32), String> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let fail = || format!("{:?} is not understood", text.trim());
    if compact.is_empty() {
        return Err("a component is empty".into());
    }
    let mut row = [0; 3];
    let mut shift = 0.0;
    for term in split_terms(&compact) {
        let (sign, body) = match term.as_bytes()[0] {
            b'-' => (-1.0, &term[1..]),
            b'+' => (1.0, &term[1..]),
            _ => (1.0, term),
        };
        if let Some(axis) = body.chars().last().and_then(|c| "xyz".find(c)) {
            let factor = body[..body.len() - 1].trim_end_matches('*');
            let value = if factor.is_empty() { 1.0 } else { parse_fraction(factor).ok_or_else(fail)? };
            if value.fract() != 0.0 || value > MAX_COEFFICIENT {
                return Err(fail());
            }
            row[axis] += (sign * value) as i32;
            if f64::from(row[axis].abs()) > MAX_COEFFICIENT {
                return Err(fail());
            }
        } else {
            shift += sign * parse_fraction(body).ok_or_else(fail)?;
        }
    }
    let scaled = shift * f64::from(TRANSLATION_DENOMINATOR);
    // 0.333 and 0.6667 are written for thirds: allow the rounding of three decimals.
    if !scaled.is_finite() || (scaled - scaled.round()).abs() > 0.02 || scaled.abs() > 1e6 {
        return Err(format!("the translation in {:?} is not a multiple of 1/24", text.trim()));
    }
    Ok((row, scaled.round() as i32))
}

/// Splits before every + or −.
fn split_terms(text: &str) -> Vec<&str> {
    let mut terms = Vec::new();
    let mut start = 0;
    for (i, c) in text.char_indices() {
        if (c == '+' || c == '-') && i > start {
            terms.push(&text[start..i]);
            start = i;
        }
    }
    terms.push(&text[start..]);
    terms
}

/// `1/2`, `0.5`, `.25`, `3`; never signed.
fn parse_fraction(text: &str) -> Option<f64> {
    let digits = |s: &str| -> Option<f64> {
        (!s.is_empty() && s.chars().all(|c| c.is_ascii_digit() || c == '.')).then(|| s.parse().ok()).flatten()
    };
    match text.split_once('/') {
        Some((n, d)) => {
            let (n, d) = (digits(n)?, digits(d)?);
            (d != 0.0).then_some(n / d)
        }
        None => digits(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn triplets_round_trip() {
        for text in ["X, Y, Z", "-X, Y+1/2, -Z", "-Y, X-Y, Z+1/3", "Y+1/4, -X+3/4, Z+1/8"] {
            assert_eq!(SymOp::parse(text).unwrap().to_string(), text);
        }
        let shelx = SymOp::parse("1/2-x, 0.5+Y,-z + 0.25").unwrap();
        assert_eq!(shelx.to_string(), "-X+1/2, Y+1/2, -Z+1/4");
        assert_eq!(SymOp::parse("x+0.333,y+.6667,z").unwrap().trans, [8, 16, 0]);
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "x,y", "x,y,q", "x,y,z+1/5", "x,x,z", "x,y,1//2", "x,y,é", "x,y,", "x,y,z+1/0", "-,y,z"] {
            assert!(SymOp::parse(text).is_err(), "{text:?} passed");
        }
    }

    #[test]
    fn an_inverse_undoes_its_rotation() {
        for text in ["-y,x-y,z", "z,x,y", "-y,x,-z", "x-y,-y,-z", "-z,-x,y"] {
            let op = SymOp::parse(text).unwrap();
            let back = SymOp::new(inverse_rotation(op.rot), [0; 3]);
            assert_eq!(op.compose(&back), SymOp::IDENTITY, "{text}");
        }
    }

    #[test]
    fn phase_shift_matches_moved_atoms() {
        let op = SymOp::parse("-Y+1/3, X-Y, Z+2/3").unwrap();
        let (h, x) = ([3, -2, 5], [0.11, 0.23, 0.37]);
        let dot = |h: Hkl, x: [f64; 3]| (0..3).map(|i| f64::from(h[i]) * x[i]).sum::<f64>();
        let turns = dot(h, op.apply(x)) - dot(op.rotate_hkl(h), x) - op.phase_shift(h) / std::f64::consts::TAU;
        assert!((turns - turns.round()).abs() < 1e-12);
    }
}
