//! The data that a sub-command works on.

use super::heading;
use crate::Result;
use crate::crystal::Radiation;
use crate::formats::hkl_columns::Columns;
use crate::formats::measured::Choice;
use crate::input::{Input, Request};
use std::path::{Path, PathBuf};

/// The arguments that `read`, `seed` and `screen` share.
#[derive(Debug, clap::Args)]
pub struct DataArgs {
    /// NAME.ins with NAME.hkl beside it, a file of reflections (.hkl, .cif, .fcf, .mtz, sf-mmCIF, XDS_ASCII, also .gz), or
    /// NAME alone for what lies there
    #[arg(value_name = "NAME.ins")]
    pub name: PathBuf,
    #[command(flatten)]
    reading: ReadingArgs,
}

/// How the files of a data set are to be read: the arguments that `solve` shares with the others.
#[derive(Debug, clap::Args)]
pub struct ReadingArgs {
    /// Reflection file of any kind, if it is not NAME.hkl
    #[arg(long, value_name = "FILE", help_heading = heading::DATA)]
    pub hkl: Option<PathBuf>,
    /// What the columns of a text list hold, from the left: h k l, I or F, and sigma, batch, m (satellites), - (nothing)
    #[arg(long, value_name = "h,k,l,-,I,sigma", value_parser = Columns::parse, help_heading = heading::DATA)]
    columns: Option<Columns>,
    /// Columns of an MTZ file: value and sigma, or both of I(+) and I(-) [default: intensities before amplitudes]
    #[arg(long, value_name = "I,SIGI", value_delimiter = ',', help_heading = heading::DATA)]
    mtz_columns: Option<Vec<String>>,
    /// Data block of a CIF [default: the one with the most useful list]
    #[arg(long, value_name = "NAME", help_heading = heading::DATA)]
    block: Option<String>,
}

impl DataArgs {
    /// Reads them; `radiation` overrides what the wavelength says.
    pub fn read(&self, radiation: Option<Radiation>) -> Result<Input> {
        self.reading.read(&self.name, radiation)
    }

    /// Columns and block.
    pub fn choice(&self) -> Choice {
        self.reading.choice()
    }

    /// What is to be read.
    pub fn request<'a>(&'a self, choice: &'a Choice) -> Request<'a> {
        self.reading.request(&self.name, choice)
    }
}

impl ReadingArgs {
    /// Reads the data set that `name` stands for; `radiation` overrides what the wavelength says.
    pub fn read(&self, name: &Path, radiation: Option<Radiation>) -> Result<Input> {
        self.request(name, &self.choice()).read(radiation)
    }

    fn choice(&self) -> Choice {
        Choice { columns: self.columns.clone(), mtz_columns: self.mtz_columns.clone(), block: self.block.clone() }
    }

    fn request<'a>(&'a self, name: &'a Path, choice: &'a Choice) -> Request<'a> {
        Request { name, hkl: self.hkl.as_deref(), choice }
    }
}
