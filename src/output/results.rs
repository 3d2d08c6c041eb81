//! The files of a run, those that matter most first: the model, then record, listing, runners-up and phases, the map
//! last.

use super::Folder;
use super::mark::sealed;
use crate::crystal::contents::likely;
use crate::formats::ccp4::ccp4;
use crate::formats::fcf::{Fcf, Origin, fcf, fcf_rows, fcf_rows_of_model};
use crate::formats::res::{ResModel, ScatteringType, res};
use crate::input::{Basis, Input};
use crate::report::{Record, listing, table};
use crate::solve::{MOST_STRUCTURES, Solved, Structure};
use crate::{Error, Result};

/// Files beside the models.
const OTHERS: [&str; 5] = [".json", LISTING, OTHER_LISTING, "_a.fcf", "_a.ccp4"];
/// The listing …
const LISTING: &str = ".lst";
/// … and where it goes if that is the listing of another program: SHELXL calls its own so.
const OTHER_LISTING: &str = ".sfl";

/// Writes the files of a run: a first model as soon as there is one, better ones in its place, all the rest at the end.
///
/// Whatever goes wrong with one file, the others are written.
#[derive(Debug)]
pub struct Results<'a> {
    folder: Folder,
    input: &'a Input,
    basis: &'a Basis,
    begun: bool,
    /// Ending of the listing.
    listing: &'static str,
    failed: Option<Error>,
}

impl<'a> Results<'a> {
    /// Nothing is written or taken away yet.
    pub fn new(folder: Folder, input: &'a Input, basis: &'a Basis) -> Self {
        Self { folder, input, basis, begun: false, listing: LISTING, failed: None }
    }

    /// Where the files go.
    pub fn folder(&self) -> &Folder {
        &self.folder
    }

    /// The name of the listing, with a word on it if that is not the usual one.
    pub fn listing(&self) -> String {
        let stem = self.folder.stem();
        if self.listing == LISTING {
            format!("{stem}{LISTING}")
        } else {
            format!("{stem}{} ({stem}{LISTING} is not of seedflip and stays)", self.listing)
        }
    }

    /// Takes away what an earlier run left, and begins the listing, once: called when this one is under way, so that a
    /// run which is refused takes nothing, and one that is killed leaves nothing that could be taken for its own.
    pub fn begin(&mut self) {
        if !std::mem::replace(&mut self.begun, true) {
            for ending in models(0).chain(OTHERS.map(str::to_owned)) {
                self.folder.remove(&ending);
            }
            if self.folder.holds_foreign(LISTING) {
                self.listing = OTHER_LISTING;
            }
            self.folder.write(self.listing, listing::early_listing(self.input, self.basis).as_bytes());
        }
    }

    /// Writes the best model so far as `_a.res`, not judged yet: from now on a run that is killed has something to
    /// show.
    pub fn first(&mut self, structure: &Structure) {
        self.begin();
        self.model(structure, 'a', &table::early_remarks(structure));
    }

    /// Writes everything.
    ///
    /// # Errors
    /// What went wrong, after all else has been written: `Error::Misplaced` for files that are elsewhere or nowhere,
    /// `Error::Bug` and others for contents that could not be put together.
    pub fn whole(&mut self, solved: &Solved, record: &Record) -> Result<()> {
        debug_assert!(solved.structures.len() <= MOST_STRUCTURES, "structures without a letter");
        self.begin();
        for (structure, letter) in solved.structures.iter().zip('a'..) {
            self.model(structure, letter, &table::remarks(solved, structure, letter));
            if letter == 'a' {
                self.words(solved, record);
            }
        }
        if solved.structures.is_empty() {
            self.words(solved, record);
        }
        models(solved.structures.len()).for_each(|ending| self.folder.remove(&ending));
        if let Some(first) = solved.structures.first() {
            self.phases(first);
            let map = ccp4(&first.solution.map, &format!("seedflip {}", self.input.data.header.title));
            self.folder.write("_a.ccp4", &map);
        }
        self.failed.take().or_else(|| self.folder.trouble()).map_or(Ok(()), Err)
    }

    /// Record and listing.
    fn words(&mut self, solved: &Solved, record: &Record) {
        match record.text() {
            Ok(text) => self.folder.write(".json", text.as_bytes()),
            Err(error) => self.failed = Some(error),
        }
        let listing = listing::listing(self.input, self.basis, solved, self.folder.stem(), &self.listing());
        self.folder.write(self.listing, listing.as_bytes());
    }

    fn model(&mut self, structure: &Structure, letter: char, remarks: &[String]) {
        let header = &self.input.data.header;
        let elements = match &structure.model {
            Some(model) => model.scattering_types(&header.elements),
            None => likely(&header.elements, header.cell.volume),
        };
        let contents: Vec<ScatteringType> = elements
            .into_iter()
            .map(|e| ScatteringType {
                z: e.atomic_number,
                symbol: e.symbol,
                count: e.count,
                coefficients: e.coefficients,
            })
            .collect();
        let model = ResModel {
            title: &header.title,
            remarks,
            wavelength: header.wavelength,
            cell: &header.cell,
            z: header.z,
            cell_sigma: self.input.ins.cell_sigma,
            group: &structure.group,
            contents: &contents,
            scale: structure.model.as_ref().map_or(1.0, |m| m.scale),
            sites: structure.sites(),
            hklf: &self.input.ins.hklf,
        };
        match res(&model) {
            Ok(text) => self.folder.write(&model_ending(letter), sealed(&text).as_bytes()),
            Err(error) => self.failed = Some(error),
        }
    }

    fn phases(&mut self, first: &Structure) {
        match self.basis.merged_in(&first.group) {
            Ok(merged) => {
                let (origin, rows) = match &first.model {
                    Some(model) => (Origin::Model, fcf_rows_of_model(&merged, &model.calculated, model.scale)),
                    None => (Origin::Solution, fcf_rows(&merged, &first.solution.phases.reflections)),
                };
                let (name, cell) = (self.folder.stem(), &self.input.data.header.cell);
                let text = fcf(&Fcf { name, cell, group: &first.group, origin, rows: &rows });
                self.folder.write("_a.fcf", text.as_bytes());
            }
            Err(error) => self.failed = Some(error),
        }
    }
}

/// Endings of the models from the `first` on, counted from 0.
fn models(first: usize) -> impl Iterator<Item = String> {
    ('a'..).take(MOST_STRUCTURES).skip(first).map(model_ending)
}

fn model_ending(letter: char) -> String {
    format!("_{letter}.res")
}
