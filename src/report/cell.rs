//! Space group, Laue class and cell in the run record.

use crate::crystal::identity::identify;
use crate::crystal::{Cell, SpaceGroup};
use crate::reflections::{LaueChange, LaueFinding};
use schemars::JsonSchema;
use serde::Serialize;

/// A space group.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SpaceGroupRecord {
    /// Number in International Tables.
    pub number: Option<u16>,
    /// Hermann–Mauguin symbol of the setting.
    pub hermann_mauguin: Option<String>,
    /// Hall symbol of the setting.
    pub hall: Option<String>,
    /// Operations of the cell, centring included: `x,y,z`.
    pub operations: Vec<String>,
}

/// What the intensities say of the Laue class.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct LaueRecord {
    /// Its name: `2/m`, `4/mmm`, `-3m1`, …
    pub name: &'static str,
    /// What is not as the input says; null where the input is kept.
    pub changed: Option<LaueChange>,
    /// What is worth a word, one line each.
    pub remarks: Vec<String>,
}

/// A cell.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct CellRecord {
    /// a, b, c in Å.
    pub lengths: [f64; 3],
    /// α, β, γ in degrees.
    pub angles: [f64; 3],
    /// Volume in Å³.
    pub volume: f64,
}

impl SpaceGroupRecord {
    /// The record of a group.
    pub fn new(group: &SpaceGroup) -> Self {
        let identity = identify(group);
        Self {
            number: identity.as_ref().map(|i| i.number),
            hermann_mauguin: identity.as_ref().map(|i| i.hm.clone()),
            hall: identity.map(|i| i.hall),
            operations: group.operations().iter().map(ToString::to_string).collect(),
        }
    }
}

impl LaueRecord {
    /// The record of a finding.
    pub fn new(laue: &LaueFinding) -> Self {
        Self { name: laue.name, changed: laue.changed.clone(), remarks: laue.remarks.clone() }
    }
}

impl CellRecord {
    /// The record of a cell.
    pub fn new(cell: &Cell) -> Self {
        Self { lengths: cell.lengths, angles: cell.angles, volume: cell.volume }
    }
}
