//! A line of JSON that carries the checksum of what stands before it.

use crate::formats::checksum::checksum_text;
use crate::{Error, Result};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// What stands between a line and its checksum.
const CHECK: &str = ",\"check\":\"";
/// What ends it, without the line feed.
const CLOSED: &str = "\"}";

/// `value`, which has to be an object with fields, as a line with its line feed.
///
/// # Errors
/// `Error::Bug` when JSON cannot express it.
pub fn sealed<T: Serialize>(value: &T) -> Result<String> {
    let text = serde_json::to_string(value)
        .map_err(|error| Error::Bug(format!("a line of the journal cannot be written: {error}")))?;
    let Some(body) = text.strip_suffix('}').filter(|body| body.len() > 1) else {
        return Err(Error::Bug("a line of the journal is no object".into()));
    };
    Ok(format!("{body}{CHECK}{}{CLOSED}\n", checksum_text(body.as_bytes())))
}

/// What such a line, with or without its line feed, holds; `None` where it is not whole or was changed.
pub fn opened<T: DeserializeOwned>(line: &[u8]) -> Option<T> {
    serde_json::from_slice(&body(line)?).ok()
}

/// The object of a line whose checksum is right.
fn body(line: &[u8]) -> Option<Vec<u8>> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    // The checksum has 16 digits.
    let at = line.len().checked_sub(CHECK.len() + 16 + CLOSED.len())?;
    let (body, rest) = line.split_at(at);
    let sum = rest.strip_prefix(CHECK.as_bytes())?.strip_suffix(CLOSED.as_bytes())?;
    (checksum_text(body).as_bytes() == sum).then(|| [body, b"}"].concat())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Row {
        name: String,
        value: f64,
    }

    #[test]
    fn a_line_is_read_as_it_was_written_or_not_at_all() {
        let row = Row { name: "a \"b\"\n}".into(), value: 1.0 / 3.0 };
        let line = sealed(&row).unwrap();
        assert!(line.ends_with("\"}\n") && line.lines().count() == 1);
        assert_eq!(opened::<Row>(line.as_bytes()).unwrap(), row);
        for end in 0..line.len() - 1 {
            assert_eq!(opened::<Row>(&line.as_bytes()[..end]), None);
        }
        assert_eq!(opened::<Row>(line.replace("0.33", "0.34").as_bytes()), None);
        assert!(sealed(&7).is_err());
    }
}
