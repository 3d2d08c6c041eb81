//! Why an engine cannot go on.

/// What became of the device, or what was asked of it that no engine can do. The words in the first three variants are
/// the driver's or wgpu's own; the others are faults of this program, named so that they are heard.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The device went away: a driver reset, a cable, a time limit of the system.
    #[error("the GPU was lost: {0}")]
    Lost(String),
    /// Not enough memory even for the smallest share of the work.
    #[error("the GPU's memory does not suffice: {0}")]
    Memory(String),
    /// The device refused what it was given.
    #[error("the GPU refused the work: {0}")]
    Refused(String),
    /// A slot was named that the engine does not have.
    #[error("internal error: slot {slot} of an engine of {slots} was asked for")]
    NoSlot {
        /// The slot.
        slot: usize,
        /// Slots of the engine.
        slots: usize,
    },
    /// A slot that should hold a trial is empty.
    #[error("internal error: slot {0} of an engine is empty")]
    Empty(usize),
    /// A trial was to go on by another method: only its recipe may change.
    #[error("internal error: the trial in slot {0} was to change its method")]
    OtherMethod(usize),
    /// Start phases or seeds of another layout.
    #[error("internal error: {given} phases were given for {entries} coefficients")]
    Length {
        /// Phases given.
        given: usize,
        /// Entries of the layout.
        entries: usize,
    },
    /// An engine came back with figures of another number of slots than it has.
    #[error("internal error: an engine of {slots} slots reported on {reported}")]
    Report {
        /// Reports.
        reported: usize,
        /// Slots of the engine.
        slots: usize,
    },
}

impl EngineError {
    /// `slot`, if an engine of `slots` slots has it.
    ///
    /// # Errors
    /// `NoSlot` where it has not.
    pub fn check_slot(slot: usize, slots: usize) -> Result<usize, Self> {
        if slot < slots { Ok(slot) } else { Err(Self::NoSlot { slot, slots }) }
    }
}
