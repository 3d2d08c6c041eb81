//! Seed sets on the data, all at hand or made when they are asked for.

use super::KnownPhase;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Makes sets of which there may be more than the memory should hold.
pub trait SetMaker: Send + Sync {
    /// Number of sets.
    fn sets(&self) -> usize;
    /// Set number `set`, the same each time.
    fn set(&self, set: usize) -> Vec<KnownPhase>;
}

/// One or more seed sets over one crystal.
#[derive(Clone)]
pub enum KnownSets {
    /// All at hand.
    Listed(Vec<Vec<KnownPhase>>),
    /// Made when they are asked for.
    Made(Arc<dyn SetMaker>),
}

impl KnownSets {
    /// Number of sets.
    pub fn len(&self) -> usize {
        match self {
            Self::Listed(sets) => sets.len(),
            Self::Made(maker) => maker.sets(),
        }
    }

    /// True without any.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Set number `set`; empty where there is none.
    pub fn get(&self, set: usize) -> Cow<'_, [KnownPhase]> {
        match self {
            Self::Listed(sets) => Cow::Borrowed(sets.get(set).map_or(&[], Vec::as_slice)),
            Self::Made(maker) => Cow::Owned(maker.set(set)),
        }
    }
}

impl fmt::Debug for KnownSets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listed(sets) => f.debug_tuple("Listed").field(sets).finish(),
            Self::Made(maker) => f.debug_tuple("Made").field(&maker.sets()).finish(),
        }
    }
}

impl PartialEq for KnownSets {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|set| self.get(set) == other.get(set))
    }
}
