//! The data that a sub-command works on.

use super::heading;
use crate::Result;
use crate::crystal::Radiation;
use crate::input::{self, Input};
use std::path::PathBuf;

/// The arguments that `solve`, `seed` and `screen` share.
#[derive(Debug, clap::Args)]
pub struct DataArgs {
    /// SHELX instruction file; the reflections are read from the .hkl of the same name. NAME or NAME.hkl will do
    #[arg(value_name = "NAME.ins")]
    name: PathBuf,
    /// Reflection file, if it is not NAME.hkl
    #[arg(long, value_name = "FILE", help_heading = heading::DATA)]
    hkl: Option<PathBuf>,
}

impl DataArgs {
    /// Reads them; `radiation` overrides what the wavelength says.
    pub fn read(&self, radiation: Option<Radiation>) -> Result<Input> {
        input::read(&self.name, self.hkl.as_deref(), radiation)
    }
}
