//! The two iterations, by name. What depends on which of them a trial runs is asked here or of a table by method, never
//! of a flag.

use serde::{Deserialize, Serialize};

/// An iteration between a map and its structure factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// Charge flipping.
    Flipping,
    /// Message passing.
    Message,
}

impl Method {
    /// Every method; a batch of trials is sorted in this order.
    pub const ALL: [Self; 2] = [Self::Flipping, Self::Message];

    /// One word for tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Flipping => "flipping",
            Self::Message => "message",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_method_is_listed_once_and_written_by_its_name() {
        for method in Method::ALL {
            assert_eq!(Method::ALL.iter().filter(|m| **m == method).count(), 1);
            assert_eq!(serde_json::to_string(&method).unwrap(), format!("{:?}", method.name()));
        }
    }
}
