//! Unique reflections of each group, merged once.

use crate::crystal::SpaceGroup;
use crate::error::Result;
use crate::reflections::{DataSet, MergedReflection, regroup};
use std::sync::{Arc, Mutex, PoisonError};

type Kept = (SpaceGroup, Arc<Vec<MergedReflection>>);

/// The merges of a data set that were asked for so far.
pub struct Merges<'a> {
    data: &'a DataSet,
    kept: Mutex<Vec<Kept>>,
}

impl<'a> Merges<'a> {
    /// None yet.
    pub fn new(data: &'a DataSet) -> Self {
        Self { data, kept: Mutex::new(Vec::new()) }
    }

    /// Unique reflections in `group`, extinct ones left out.
    ///
    /// # Errors
    /// Those of `regroup`.
    pub fn of(&self, group: &SpaceGroup) -> Result<Arc<Vec<MergedReflection>>> {
        // A thread that died while it pushed leaves a list that is whole all the same.
        let kept = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, merged)) = kept().iter().find(|(other, _)| other == group) {
            return Ok(merged.clone());
        }
        let merged = Arc::new(regroup(self.data, group)?);
        kept().push((group.clone(), merged.clone()));
        Ok(merged)
    }
}
