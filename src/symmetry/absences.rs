//! Reflections that a space group extinguishes, counted one by one.

use crate::crystal::SpaceGroup;
use crate::reflections::MergedReflection;
use crate::reflections::merge::STRONG_SIGMAS;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Reflections that a space group extinguishes, of a list that still holds them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, JsonSchema, Serialize, Deserialize)]
pub struct Absences {
    /// How many were measured.
    pub measured: usize,
    /// Of these, how many are above 3σ(I).
    pub observed: usize,
}

impl Absences {
    /// Those of `group` that its `subgroup` allows.
    pub fn lifted<'a>(
        reflections: impl Iterator<Item = &'a MergedReflection>,
        group: &SpaceGroup,
        subgroup: &SpaceGroup,
    ) -> Self {
        let absent = |group: &SpaceGroup, r: &MergedReflection| group.classify(r.hkl).absent;
        reflections.filter(|r| absent(group, r) && !absent(subgroup, r)).fold(Self::default(), |sum, r| Self {
            measured: sum.measured + 1,
            observed: sum.observed + usize::from(r.intensity > STRONG_SIGMAS * r.sigma),
        })
    }

    /// Share of them that is observed; 0 of none.
    pub fn share(&self) -> f64 {
        self.observed as f64 / self.measured.max(1) as f64
    }
}
