//! Record and files of an outcome.

use super::Outcome;
use crate::Result;
use crate::output::{Folder, Kind, Results};
use crate::report::Record;
use std::path::Path;

impl Outcome {
    /// Everything that another program needs, as `NAME.json` has it; `docs/record.schema.json` is its schema.
    ///
    /// ```
    /// use seedflip::{Crystal, Options, solve};
    /// let crystal = Crystal::read("tests/data/aspirin.ins".as_ref())?;
    /// let record = solve(&crystal, &Options::default())?.record("aspirin");
    /// assert!(record.solved && record.text()?.contains("\"space_group\""));
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    pub fn record(&self, name: &str) -> Record {
        let input = self.crystal.input(name);
        let [read, wall] = self.seconds;
        Record::new(&input, &self.basis, &self.solved, read, wall)
    }

    /// Writes the files of a run to `folder`, which is made where it is missing: models `NAME_a.res` and so on, `NAME_a.fcf`,
    /// `NAME_a.ccp4`, `NAME_a.cif`, listing and record. A crystal from files names them itself, for one from arrays it is `name`.
    /// Files of others are not written over.
    ///
    /// ```
    /// # let folder = tempfile::tempdir().unwrap();
    /// # let folder = folder.path();
    /// use seedflip::{Crystal, Options, SimulateOptions, solve};
    /// let crystal = Crystal::simulated("examples/models/aspirin.cif".as_ref(), &SimulateOptions::new(1.0))?;
    /// solve(&crystal, &Options::default())?.write(folder, "aspirin")?;
    /// assert!(folder.join("aspirin_a.res").exists() && folder.join("aspirin_a.hkl").exists());
    /// # Ok::<(), seedflip::Error>(())
    /// ```
    ///
    /// # Errors
    /// A folder that takes no files, and what could not be written; all else is written then.
    pub fn write(&self, folder: &Path, name: &str) -> Result<()> {
        let input = self.crystal.input(name);
        let place = Folder::new(&input.ins_path, Some(folder))?;
        let mut record = self.record(name);
        Results::new(place, &input, &self.basis, &[Kind::Cif]).whole(&self.solved, &mut record)
    }
}
