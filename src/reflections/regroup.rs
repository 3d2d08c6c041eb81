//! Merged reflections in another space group.

use super::merge::merge;
use super::{DataSet, MergedReflection};
use crate::crystal::SpaceGroup;
use crate::error::Result;

/// The unique reflections of `data` in `group`, extinct ones left out. Within the Laue class of the data the same
/// intensities serve and only ε, the centric flag and the absences change; else the rows are merged anew.
///
/// # Errors
/// Those of `merge`.
pub fn regroup(data: &DataSet, group: &SpaceGroup) -> Result<Vec<MergedReflection>> {
    let own = &data.header.space_group;
    if own == group {
        return Ok(data.reflections.iter().map(|r| r.merged).collect());
    }
    let sorted = |group: &SpaceGroup| {
        let mut rotations = group.laue_rotations();
        rotations.sort_unstable();
        rotations
    };
    // Absences that the data have lost already cannot come back.
    let symmorphic = own.operations().iter().all(|op| own.centring().contains(&op.trans));
    if !symmorphic || sorted(own) != sorted(group) || own.centring() != group.centring() {
        return Ok(merge(&data.rows, &data.header.cell, group)?.reflections);
    }
    let in_group = |r: &MergedReflection| {
        let class = group.classify(r.hkl);
        (!class.absent).then_some(MergedReflection { epsilon: class.epsilon, centric: class.centric, ..*r })
    };
    Ok(data.reflections.iter().filter_map(|r| in_group(&r.merged)).collect())
}
