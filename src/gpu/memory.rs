//! How many trials the memory of a card holds.

use super::AdapterLimits;
use super::plan::{Plan, Tuning};
use super::tables::Tables;
use crate::engine::{EngineError, Problem};

/// A card as Vulkan drivers for NVIDIA show it: 48 KiB of workgroup memory, bindings that end one byte short of 2 GiB.
pub const CARD: AdapterLimits = AdapterLimits {
    workgroup_bytes: 48 << 10,
    invocations: 1024,
    binding_bytes: (1 << 31) - 1,
    buffer_bytes: 1 << 40,
    workgroups_per_dimension: 65535,
    storage_buffers: 16,
    uniform_alignment: 64,
    storage_alignment: 16,
};

/// Trials of a problem that each of `memories`, in bytes, holds on a device with these limits; 0 where not one fits.
///
/// # Errors
/// `EngineError::Refused` when the device cannot work on this grid at all.
pub fn trials_in(
    memories: &[u64],
    problem: &Problem,
    limits: &AdapterLimits,
    tuning: &Tuning,
) -> Result<Vec<usize>, EngineError> {
    let tables = Tables::new(problem.layout());
    let one = Plan::new(problem, &tables, 1, limits, tuning)?;
    // All but the slots is the same for any number of them.
    let shared = one.bytes() - one.slot_bytes();
    Ok(memories.iter().map(|memory| (memory.saturating_sub(shared) / one.slot_bytes()) as usize).collect())
}
