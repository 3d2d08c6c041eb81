//! What the columns of a reflection list hold, in the words of `--columns`.

use super::hkl_layout::MOST_FIELDS;
use super::hklf::HklfFormat;

/// What a field of a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// h, k or l: 0, 1 or 2.
    Index(usize),
    /// Satellite index of a modulated structure: rows where it is not 0 are left out.
    Satellite,
    /// Number of a batch.
    Batch,
    /// F² or F.
    Value,
    /// Uncertainty of the value.
    Sigma,
    /// Anything else.
    PassedOver,
}

/// Meaning of the columns of a list, from the left; what stands behind them is passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// One for each field.
    pub roles: Vec<Role>,
    /// F² or F.
    pub quantity: HklfFormat,
    /// Reflections in a line: the names may be given once for each.
    pub each: usize,
}

/// How `--columns` is written.
const USAGE: &str = "write the columns from the left, such as h,k,l,-,I,sigma with h k l, I or F, and m batch sigma - \
                     where they are there";

impl Columns {
    /// Reads `h,k,l,-,I,sigma`; letters in any case.
    ///
    /// # Errors
    /// What is wrong: a name that is none, one that is missing or there twice, too many.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut quantity = None;
        let mut roles = Vec::new();
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let (each, once) = repeated(&names);
        for name in once {
            let role = match name.to_ascii_lowercase().as_str() {
                "h" => Role::Index(0),
                "k" => Role::Index(1),
                "l" => Role::Index(2),
                "m" => Role::Satellite,
                "batch" => Role::Batch,
                "i" | "f2" | "f^2" | "f²" => {
                    quantity = Some(HklfFormat::Intensities);
                    Role::Value
                }
                "f" => {
                    quantity = Some(HklfFormat::Amplitudes);
                    Role::Value
                }
                "sigma" | "sig" => Role::Sigma,
                "-" => Role::PassedOver,
                _ => return Err(format!("{name:?} is no name of a column; {USAGE}")),
            };
            let once = !matches!(role, Role::PassedOver | Role::Satellite);
            if once && roles.contains(&role) {
                return Err(format!("{name} is there twice; {USAGE}"));
            }
            roles.push(role);
        }
        let missing = [(0, "h"), (1, "k"), (2, "l")].into_iter().find(|(i, _)| !roles.contains(&Role::Index(*i)));
        if let Some((_, name)) = missing {
            return Err(format!("{name} is missing; {USAGE}"));
        }
        if roles.len() > MOST_FIELDS {
            return Err(format!("{} columns are more than {MOST_FIELDS}; {USAGE}", roles.len()));
        }
        let quantity = quantity.ok_or_else(|| format!("neither I nor F is there; {USAGE}"))?;
        Ok(Self { roles, quantity, each })
    }
}

/// How many times the same names come one after the other, and these names.
fn repeated<'a, 'b>(names: &'a [&'b str]) -> (usize, &'a [&'b str]) {
    let period = (1..=names.len() / 2).find(|&n| {
        let (first, _) = names.split_at(n);
        let same = |part: &[&str]| part.iter().zip(first).all(|(a, b)| a.eq_ignore_ascii_case(b));
        let has_h = first.iter().any(|name| name.eq_ignore_ascii_case("h"));
        names.len().is_multiple_of(n) && has_h && names.chunks(n).all(same)
    });
    period.map_or((1, names), |n| (names.len() / n, names.split_at(n).0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_columns() {
        let read = Columns::parse("h, k,L,-,m,F,sigma,batch").unwrap();
        assert_eq!(read.quantity, HklfFormat::Amplitudes);
        let [Role::Index(0), Role::Index(1), Role::Index(2), Role::PassedOver, Role::Satellite, rest @ ..] =
            &read.roles[..]
        else {
            panic!("{read:?}");
        };
        assert_eq!(rest, [Role::Value, Role::Sigma, Role::Batch]);
        let two = Columns::parse("h,k,l,I,sigma,H,K,L,I,sigma").unwrap();
        assert_eq!((two.each, two.roles.len(), read.each), (2, 5, 1));
        for (text, word) in [
            ("", "no name"),
            ("h,k,l", "neither I nor F"),
            ("h,k,I", "l is missing"),
            ("h,k,l,I,I", "I is there twice"),
            ("h,k,l,I,F", "F is there twice"),
            ("h,k,l,x", "\"x\""),
            ("h,k,l,I,-,-,-,-,-,-,-,-,-", "more than"),
        ] {
            let message = Columns::parse(text).unwrap_err();
            assert!(message.contains(word) && message.contains("h,k,l,-,I,sigma"), "{text}: {message}");
        }
    }
}
