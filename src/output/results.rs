//! The files of a run, those that matter most first: the model, then record, listing, runners-up, what was asked for and
//! phases, the map, and last the page, which repeats them.

use super::extras::{Extras, atoms};
use super::list::listed;
use super::model::{OwnList, model_text};
use super::{Folder, Kind};
use crate::formats::ccp4::{around, ccp4};
use crate::formats::checksum::checksum_text;
use crate::formats::fcf::{Fcf, Origin, fcf, fcf_rows, fcf_rows_of_model};
use crate::formats::hkl_shelx::same_in_shelx;
use crate::formats::hkl_writer::hkl;
use crate::input::{Basis, Input};
use crate::report::page::{Contents, Looks, document, page};
use crate::report::record::FileRecord;
use crate::report::{Record, listing, table};
use crate::solve::{MOST_STRUCTURES, Solved, Structure};
use crate::trials::Event;
use crate::{Error, Result};

/// Files beside the models.
const OTHERS: [&str; 6] = [".json", LISTING, OTHER_LISTING, PAGE, "_a.fcf", "_a.ccp4"];
/// The listing …
const LISTING: &str = ".lst";
/// … and where it goes if that is the listing of another program: SHELXL calls its own so.
const OTHER_LISTING: &str = ".sfl";
/// The page.
const PAGE: &str = ".html";

/// Files that are taken away with those of an earlier run: before the record, which knows them.
fn on_request() -> impl Iterator<Item = &'static str> {
    Kind::ALL.into_iter().map(Kind::ending)
}

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
    /// What is written beside what every run writes.
    kinds: Vec<Kind>,
    /// The reflections as written, where other programs would not find in the file of the input what was read.
    own: Option<OwnList>,
    /// What was typed and how trials went, for the page; `None` where none is written.
    page: Option<(String, Looks)>,
    /// What the page that was written is drawn from.
    document: Option<String>,
    failed: Option<Error>,
}

impl<'a> Results<'a> {
    /// Nothing is written or taken away yet. `kinds` are written beside the files of every run.
    pub fn new(folder: Folder, input: &'a Input, basis: &'a Basis, kinds: &[Kind]) -> Self {
        let kinds = kinds.to_vec();
        let (listing, own, page, document, failed) = (LISTING, None, None, None, None);
        Self { folder, input, basis, begun: false, listing, kinds, own, page, document, failed }
    }

    /// A page `NAME.html` is written too, which says that `command` makes it anew.
    pub fn with_page(self, command: String) -> Self {
        Self { page: Some((command, Looks::default())), ..self }
    }

    /// Takes down for the page what has happened.
    pub fn event(&mut self, event: &Event<'_>) {
        if let Some((_, looks)) = &mut self.page {
            looks.event(event);
        }
    }

    /// What the page that was written is drawn from, as JSON.
    pub fn document(&self) -> Option<&str> {
        self.document.as_deref()
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
            on_request().for_each(|ending| self.folder.remove(ending));
            for ending in models(0).chain(OTHERS.map(str::to_owned)) {
                self.folder.remove(&ending);
            }
            self.own_list();
            if self.folder.holds_foreign(LISTING) {
                self.listing = OTHER_LISTING;
            }
            self.folder.write(self.listing, listing::early_listing(self.input, self.basis).as_bytes());
        }
    }

    /// Settles whether the models go with a list of our own.
    fn own_list(&mut self) {
        let card = &self.input.ins.hklf;
        let rows = listed(self.input, self.basis);
        let same = || std::fs::read(&self.input.hkl_path).is_ok_and(|b| same_in_shelx(&b, card, &rows));
        if !self.kinds.contains(&Kind::Hkl) && same() {
            return;
        }
        match hkl(&rows) {
            Ok((_, scale)) => {
                let name = format!("{}{}", self.folder.stem(), Kind::Hkl.ending());
                self.own = Some(OwnList { name, scale });
                if !self.kinds.contains(&Kind::Hkl) {
                    self.kinds.push(Kind::Hkl);
                }
            }
            Err(error) => {
                self.kinds.retain(|kind| *kind != Kind::Hkl);
                self.failed = Some(error);
            }
        }
    }

    /// Names of the files of this run that are written on request or for want of a list that others can read.
    pub fn extras(&self) -> Vec<String> {
        let page = self.page.iter().map(|_| PAGE);
        let endings = self.kinds.iter().map(|kind| kind.ending()).chain(page);
        endings.map(|ending| format!("{}{ending}", self.folder.stem())).collect()
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
    pub fn whole(&mut self, solved: &Solved, record: &mut Record) -> Result<()> {
        debug_assert!(solved.structures.len() <= MOST_STRUCTURES, "structures without a letter");
        self.begin();
        let extras = self.on_request(solved);
        record.files = extras.iter().map(|(kind, bytes)| self.listed(*kind, bytes)).collect();
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
        extras.iter().for_each(|(kind, bytes)| self.folder.write(kind.ending(), bytes));
        if let Some(first) = solved.structures.first() {
            self.phases(first);
            let map = &first.solution.map;
            let label = format!("seedflip {}", self.input.data.header.title);
            self.folder.write("_a.ccp4", &ccp4(map, &first.group, &around(map, &atoms(first)), &label));
        }
        if let Some((command, looks)) = &self.page {
            let names = (self.folder.stem(), command.as_str());
            let made = document(&Contents::new(self.input, self.basis, solved, record, looks, names));
            match made.and_then(|document| Ok((page(&record.title, &document)?, document))) {
                Ok((text, document)) => {
                    self.folder.write(PAGE, text.as_bytes());
                    self.document = Some(document);
                }
                Err(error) => self.failed = Some(error),
            }
        }
        self.failed.take().or_else(|| self.folder.trouble()).map_or(Ok(()), Err)
    }

    /// Record and listing.
    fn words(&mut self, solved: &Solved, record: &Record) {
        match record.text() {
            Ok(text) => self.folder.write(".json", text.as_bytes()),
            Err(error) => self.failed = Some(error),
        }
        let (stem, extras) = (self.folder.stem(), self.extras());
        let listing = listing::listing(self.input, self.basis, solved, stem, &self.listing(), &extras);
        self.folder.write(self.listing, listing.as_bytes());
    }

    /// What was asked for.
    fn on_request(&mut self, solved: &Solved) -> Vec<(Kind, Vec<u8>)> {
        let extras = Extras { input: self.input, basis: self.basis, solved, stem: self.folder.stem() };
        let mut made = Vec::new();
        for &kind in &self.kinds {
            match extras.contents(kind) {
                Ok(Some(bytes)) => made.push((kind, bytes)),
                Ok(None) => {}
                Err(error) => self.failed = Some(error),
            }
        }
        made
    }

    fn listed(&self, kind: Kind, bytes: &[u8]) -> FileRecord {
        FileRecord { name: format!("{}{}", self.folder.stem(), kind.ending()), checksum: checksum_text(bytes) }
    }

    fn model(&mut self, structure: &Structure, letter: char, remarks: &[String]) {
        match model_text(self.input, structure, remarks, self.own.as_ref()) {
            Ok(text) => self.folder.write(&model_ending(letter), text.as_bytes()),
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
