//! `--shard`: which part of a run is to be run.

use crate::trials::Part;
use crate::{Error, Result};

/// Tasks of an array at most: Slurm's own limit is below (MaxArraySize, at most 4 000 001), and each shard has a file.
const MOST_SHARDS: u32 = 100_000;

/// What `--shard` takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Shard {
    /// A part.
    Part(Part),
    /// As the environment says.
    Auto,
}

impl Shard {
    /// Reads `i/n` or `auto`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> std::result::Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = |text: &str| text.parse::<u32>().ok();
        let part = text.split_once('/').and_then(|(index, of)| part(number(index)?, number(of)?));
        part.map(Self::Part)
            .ok_or_else(|| format!("{text:?} is neither auto nor i/n with i from 0 to n - 1 and n up to {MOST_SHARDS}"))
    }

    /// The part that is meant; `variable` gives variables of the environment.
    ///
    /// # Errors
    /// `Error::Usage` where `auto` finds no task of an array.
    pub fn part(self, variable: impl Fn(&str) -> Option<String>) -> Result<Part> {
        if let Self::Part(part) = self {
            return Ok(part);
        }
        let number = |name: &str| variable(name).and_then(|value| value.trim().parse::<u32>().ok());
        let slurm = || {
            let first = number("SLURM_ARRAY_TASK_MIN").unwrap_or(0);
            part(number("SLURM_ARRAY_TASK_ID")?.checked_sub(first)?, number("SLURM_ARRAY_TASK_COUNT")?)
        };
        // HyperQueue says which task it is, not of how many.
        let hyperqueue = || part(number("HQ_TASK_ID")?, number("SEEDFLIP_SHARDS")?);
        slurm().or_else(hyperqueue).ok_or_else(|| {
            Error::Usage(
                "--shard auto: neither SLURM_ARRAY_TASK_ID and SLURM_ARRAY_TASK_COUNT of an array without gaps nor HQ_TASK_ID and \
                 SEEDFLIP_SHARDS are set; write --shard i/n"
                    .into(),
            )
        })
    }
}

fn part(index: u32, of: u32) -> Option<Part> {
    Part::new(index, of).filter(|part| part.of() <= MOST_SHARDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_said_or_found_in_the_environment() {
        let shown = |shard: Shard, set: &[(&str, &str)]| {
            let variable = |name: &str| set.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            shard.part(variable).map(|part| part.to_string())
        };
        assert_eq!(shown(Shard::parse("3/8").unwrap(), &[]).unwrap(), "3/8");
        for wrong in ["8/8", "1", "a/b", "-1/2", "0/0", "1/1000000", ""] {
            assert!(Shard::parse(wrong).is_err(), "{wrong}");
        }
        let slurm = [("SLURM_ARRAY_TASK_ID", "11"), ("SLURM_ARRAY_TASK_COUNT", "4"), ("SLURM_ARRAY_TASK_MIN", "10")];
        assert_eq!(shown(Shard::Auto, &slurm).unwrap(), "1/4");
        assert_eq!(shown(Shard::Auto, &[("HQ_TASK_ID", "2"), ("SEEDFLIP_SHARDS", "3")]).unwrap(), "2/3");
        for set in [&[][..], &slurm[..1], &[("HQ_TASK_ID", "3"), ("SEEDFLIP_SHARDS", "3")]] {
            assert!(shown(Shard::Auto, set).is_err());
        }
    }
}
