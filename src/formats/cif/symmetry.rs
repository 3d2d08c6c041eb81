//! The space group of a CIF block: from its operations, else from its name.

use super::syntax::{Block, Value};
use crate::crystal::identity::group_by_name;
use crate::crystal::{Cell, SpaceGroup, SymOp};
use crate::error::{Error, Result};
use std::path::Path;

const OPERATIONS: [&str; 2] = ["_space_group_symop_operation_xyz", "_symmetry_equiv_pos_as_xyz"];
const NAMES: [&str; 6] = [
    "_space_group_name_h-m_alt",
    "_symmetry_space_group_name_h-m",
    "_space_group_name_h-m",
    "_space_group_name_hall",
    "_symmetry_space_group_name_hall",
    "_space_group_name_h-m_ref",
];
const ADD: &str = "add a loop of _space_group_symop_operation_xyz";
/// γ beyond this, in degrees from 90, means hexagonal axes of a rhombohedral group.
const NOT_RIGHT_ANGLED: f64 = 1.0;

/// Space group of `block`; `Err` when neither operations nor a known name are there.
pub(super) fn space_group(block: &Block<'_>, cell: &Cell, path: &Path) -> Result<SpaceGroup> {
    space_group_if_named(block, Some(cell), path)?
        .ok_or_else(|| Error::file(path, "has neither symmetry operations nor a space-group name", ADD))
}

/// Space group of `block`; `None` when it says nothing of symmetry, `Err` when what it says cannot be understood.
pub(in crate::formats) fn space_group_if_named(
    block: &Block<'_>,
    cell: Option<&Cell>,
    path: &Path,
) -> Result<Option<SpaceGroup>> {
    let hint = "correct the symmetry operations in the CIF";
    let mut operations = Vec::new();
    if let Some(column) = OPERATIONS.iter().find_map(|tag| block.column(tag)) {
        for value in (0..column.len()).filter_map(|row| column.get(row)) {
            operations.push(operation(&value, path, hint)?);
        }
    } else if let Some(value) = OPERATIONS.iter().find_map(|tag| block.first(tag)) {
        // A group of one operation is sometimes written without a loop.
        operations.push(operation(&value, path, hint)?);
    }
    if !operations.is_empty() {
        return SpaceGroup::from_generators(&operations).map(Some).map_err(|what| Error::file(path, what, hint));
    }
    let names: Vec<Value<'_>> =
        NAMES.iter().filter_map(|tag| block.first(tag)).filter(|v| !matches!(v.text.trim(), "" | "?" | ".")).collect();
    let rhombohedral =
        cell.is_some_and(|c| (c.angles[2] - 90.0).abs() > NOT_RIGHT_ANGLED && c.angles[0] == c.angles[2]);
    if let Some(group) = names.iter().find_map(|v| group_by_name(v.text, rhombohedral)) {
        return Ok(Some(group));
    }
    names.first().map_or(Ok(None), |v| {
        let what = format!("there are no symmetry operations and {:?} is no known space group", v.text);
        Err(Error::line(path, v.line, what, ADD))
    })
}

fn operation(value: &Value<'_>, path: &Path, hint: &str) -> Result<SymOp> {
    SymOp::parse(value.text).map_err(|what| Error::line(path, value.line, format!("symmetry operation {what}"), hint))
}
