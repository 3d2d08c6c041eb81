//! The phases of one trial, compact enough to be kept of every trial, exact enough to go on from.

use num_complex::Complex32;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Phases of the measured reflections of a sphere, in its order (`Sphere::measured_phases`): unit vectors times the
/// figure of merit. In text they are one word of base64 (RFC 4648) over little-endian pairs of `f32`, 11 characters a
/// reflection: read back they are the same to the last bit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialPhases(pub Vec<Complex32>);

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Bytes of one phase.
const BYTES: usize = size_of::<Complex32>();

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = (0..3).fold(0u32, |word, i| word << 8 | u32::from(chunk.get(i).copied().unwrap_or(0)));
        for i in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// `None` where a character is none of base64's.
fn decode(text: &str) -> Option<Vec<u8>> {
    let digits = text.trim_end_matches('=').as_bytes();
    let mut bytes = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut word = 0u32;
        for i in 0..4 {
            let value = match chunk.get(i) {
                Some(digit) => DIGITS.iter().position(|d| d == digit)? as u32,
                None => 0,
            };
            word = word << 6 | value;
        }
        bytes.extend_from_slice(&word.to_be_bytes()[1..chunk.len().max(1)]);
    }
    Some(bytes)
}

impl Serialize for TrialPhases {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bytes: Vec<u8> = self.0.iter().flat_map(|p| [p.re.to_le_bytes(), p.im.to_le_bytes()].concat()).collect();
        serializer.serialize_str(&encode(&bytes))
    }
}

impl<'de> Deserialize<'de> for TrialPhases {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let broken = || serde::de::Error::custom("phases are no base64 of pairs of f32");
        let bytes = decode(&text).filter(|bytes| bytes.len().is_multiple_of(BYTES)).ok_or_else(broken)?;
        let number = |b: &[u8]| f32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        Ok(Self(bytes.chunks_exact(BYTES).map(|b| Complex32::new(number(&b[..4]), number(&b[4..]))).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_standard() {
        // RFC 4648 §10.
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
        {
            assert_eq!(encode(plain.as_bytes()), coded);
            assert_eq!(decode(coded).unwrap(), plain.as_bytes());
        }
    }

    #[test]
    fn phases_come_back_to_the_last_bit() {
        for n in 0..5 {
            let phases =
                TrialPhases((0..n).map(|i| Complex32::from_polar(0.1 + 0.2 * i as f32, 2.0 * i as f32)).collect());
            let text = serde_json::to_string(&phases).unwrap();
            assert_eq!(serde_json::from_str::<TrialPhases>(&text).unwrap(), phases);
        }
        for broken in ["\"Zg==\"", "\"Zm9v!\"", "7"] {
            assert!(serde_json::from_str::<TrialPhases>(broken).is_err(), "{broken}");
        }
    }
}
