//! The reflections that go with the models of a run.

use crate::crystal::identity::Resetting;
use crate::input::{Basis, Input};
use crate::reflections::RawReflection;
use std::borrow::Cow;

/// The rows that were read. Where the models will be on other axes than the run, without those that the lattice forbids: such rows have no whole
/// indices on axes of a smaller cell, and readers stop at them.
pub fn listed<'a>(input: &'a Input, basis: &Basis) -> Cow<'a, [RawReflection]> {
    let (rows, lattice) = (input.data.listed(), &basis.data.header.space_group);
    let forbidden = |row: &RawReflection| lattice.classify(row.hkl).absent;
    // Of the Laue class alone: nothing but the centring extinguishes.
    let only_centring = lattice.operations().iter().all(|op| lattice.centring().contains(&op.trans));
    let moves = lattice.centring().len() > 1
        && only_centring
        && Resetting::new(&input.data.header.cell, lattice).is_some()
        && rows.iter().any(forbidden);
    if moves { Cow::Owned(rows.iter().filter(|row| !forbidden(row)).copied().collect()) } else { Cow::Borrowed(rows) }
}
