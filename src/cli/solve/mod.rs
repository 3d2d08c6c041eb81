//! `seedflip solve`: from `NAME.ins` and `NAME.hkl` to `NAME_a.res`, for one data set or many.
//!
//! | file | noun |
//! |---|---|
//! | `args` | the options |
//! | `inputs` | the data sets that were named |
//! | `case` | one data set, from reading to files |
//! | `one` | a run of one |
//! | `part` | a part of the trials of one |
//! | `words` | what such a run says |
//! | `many` | a run of several |
//! | `shares` | cores and memory that they share |
//! | `lane` | one data set after the other |
//! | `book` | those that have ended, in the journal of such a run |

mod args;
mod book;
mod case;
mod inputs;
mod lane;
mod many;
mod one;
mod part;
mod shares;
mod words;

pub use args::{Args, fraction, positive};
pub use case::{Case, SHARDS, TRIALS, Trials};
pub use one::solved;

use crate::{Error, Result};
use inputs::Inputs;

/// Runs the sub-command.
pub fn run(args: &Args) -> Result<u8> {
    match Inputs::named(args)? {
        Inputs::One(name) => match args.shard {
            Some(shard) => part::run(args, &name, shard.part(|variable| std::env::var(variable).ok())?),
            None => one::run(args, &name),
        },
        Inputs::Many(_) if args.watch.is_some() => {
            Err(Error::Usage("--watch shows one data set; name one, or leave --watch away".into()))
        }
        Inputs::Many(list) => many::run(args, &list),
    }
}
