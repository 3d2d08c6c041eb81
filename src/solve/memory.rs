//! What a run takes of the machine's memory, asked before anything of size is made.
//!
//! One budget holds all of it: the grids and trials of the search, the phases of the candidates, the maps of the
//! work-up. Each follows from the volume of the cell and the resolution. Peaks of toxin II, alpha-1 and conotoxin
//! (2366, 479 and 430 atoms) were 0.12, 0.06 and 0.05 GB where 0.4, 0.1 and 0.1 are asked for: runs with more
//! candidates and space groups take more. The budget refuses a run and never changes one: results do not depend on the
//! machine.

use crate::reflections::{DataSet, PhasedReflection};
use crate::structure::density::map_points;
use crate::trials::verdict::MAX_CANDIDATES;
use crate::{Error, Result};

/// Data that end at a coarser resolution than this, in Å, show no atoms: bonds are 1.5 Å long, and the coarsest set
/// that this program has solved with seeds ends at 2.5 Å. They come from a cell that is not theirs.
const COARSEST: f64 = 10.0;
/// Largest sphere that is phased, in reflections of the half sphere: beyond, nobody waits for the first trial.
const MOST_REFLECTIONS: f64 = 6e6;
/// Budget in bytes where the system does not say what is free.
const USUAL: u64 = 8 << 30;
/// What the program takes without any data, bytes: code, tables, threads (measured: 20 MB).
const BASE: f64 = 32e6;
/// Grid points of the search for each reflection of the half sphere: a box around a sphere of radius h_max at 2 h_max +
/// 1 and at 3 h_max + 1 points (`grid::Sampling`), one engine of each.
const SEARCH_POINTS: f64 = (8.0 + 27.0) / (2.0 / 3.0 * std::f64::consts::PI);
/// Bytes of mixed space for each grid point: a complex number in the columns of the sphere, π/8 of all.
const MIXED_BYTES: f64 = std::f64::consts::PI;
/// Bytes of cavity and posterior for each reflection, in each of two engines.
const COEFFICIENT_BYTES: f64 = 2.0 * 16.0;
/// Trials that a CPU works on at a time; a GPU holds them in its own memory.
const SLOTS: f64 = 8.0;
/// Copies of a candidate's phases: the candidate's, settled ones, and those on their way through origin and average.
const COPIES: f64 = 3.0;
/// Structures with a map of their own at a time.
const MAPS: f64 = 6.0;
/// Bytes of a map for each point, and of the transform that makes one on each thread.
const MAP_BYTES: f64 = 4.0;
const TRANSFORM_BYTES: f64 = 12.0;

/// Bytes that a run will take, by what for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Demand {
    /// Grids and trials.
    pub search: f64,
    /// Phases of candidates.
    pub phases: f64,
    /// Density maps.
    pub maps: f64,
}

impl Demand {
    /// Of phasing `data` to `d_min` Å on so many threads.
    pub fn new(data: &DataSet, d_min: f64, threads: usize) -> Self {
        let cell = &data.header.cell;
        let reflections = half_sphere(cell.volume, d_min);
        let slot = SEARCH_POINTS * MIXED_BYTES + COEFFICIENT_BYTES;
        let points = map_points(cell, data.shells.d_min.min(d_min));
        Self {
            search: SLOTS * slot * reflections,
            phases: MAX_CANDIDATES as f64 * COPIES * size_of::<PhasedReflection>() as f64 * reflections,
            maps: points * (MAPS * MAP_BYTES + threads as f64 * TRANSFORM_BYTES),
        }
    }

    /// All of it.
    pub fn total(&self) -> f64 {
        BASE + self.search + self.phases + self.maps
    }

    /// Refuses what is beyond `budget` bytes.
    ///
    /// # Errors
    /// `Error::Unusable` with what takes how much.
    pub fn within(&self, budget: u64) -> Result<()> {
        let gb = |bytes: f64| format!("{:.1}", bytes / 1e9);
        if self.total() <= budget as f64 {
            return Ok(());
        }
        Err(Error::unusable(
            format!(
                "the run would take {} GB of memory (trials {}, phases {}, maps {}), and {} GB may be taken",
                gb(self.total()),
                gb(self.search),
                gb(self.phases),
                gb(self.maps),
                gb(budget as f64)
            ),
            "check the cell, choose a lower resolution with --resolution, or allow more with --memory",
        ))
    }
}

/// Reflections of half a sphere of radius 1/d in the reciprocal lattice of a cell of this volume.
fn half_sphere(volume: f64, d_min: f64) -> f64 {
    2.0 / 3.0 * std::f64::consts::PI * volume / d_min.powi(3)
}

/// Refuses a run that could not end well: data without atoms in them, a sphere too large for anyone, or more than the
/// memory holds. `budget` is in bytes; by default it is what the machine has to give. `solve` asks this first; a
/// program may ask before that.
///
/// # Errors
/// `Error::Unusable`.
pub fn allow(data: &DataSet, d_min: f64, threads: usize, budget: Option<u64>) -> Result<()> {
    if d_min > COARSEST {
        return Err(Error::unusable(
            format!("the resolution ends at {d_min:.1} Å, where no atoms are to be seen"),
            "check that the cell on CELL is the one in which the .hkl was measured",
        ));
    }
    let expected = half_sphere(data.header.cell.volume, d_min);
    if expected > MOST_REFLECTIONS {
        return Err(Error::unusable(
            format!("the sphere to {d_min:.2} Å holds {:.0} reflections, too many to phase", 2.0 * expected),
            "choose a lower resolution with --resolution, or check the cell",
        ));
    }
    Demand::new(data, d_min, threads).within(budget.unwrap_or_else(free))
}

/// Bytes that this process may still take: what Linux says is free, a limit of the control group or of the process
/// where one is set.
pub fn free() -> u64 {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let limits = [
        kilobytes(&read("/proc/meminfo"), "MemAvailable:"),
        read("/sys/fs/cgroup/memory.max").trim().parse().ok(),
        address_space(&read("/proc/self/limits")),
    ];
    limits.into_iter().flatten().min().unwrap_or(USUAL)
}

/// A line `NAME: N kB` of /proc/meminfo, in bytes.
fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kilobytes| kilobytes << 10)
}

/// The soft limit on the address space, where there is one.
fn address_space(limits: &str) -> Option<u64> {
    let line = limits.lines().find_map(|line| line.strip_prefix("Max address space"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        assert_eq!(kilobytes("MemTotal: 9 kB\nMemAvailable:    2048 kB\n", "MemAvailable:"), Some(2 << 20));
        let limits = |soft: &str| format!("Limit  Soft\nMax address space         {soft}  unlimited  bytes\n");
        assert_eq!(address_space(&limits("67108864")), Some(64 << 20));
        assert_eq!((address_space(&limits("unlimited")), kilobytes("", "MemAvailable:")), (None, None));
        assert!(free() > 64 << 20);
    }

    #[test]
    fn a_refusal_says_what_takes_how_much() {
        let demand = Demand { search: 2e9, phases: 1e9, maps: 5e9 };
        demand.within(9 << 30).unwrap();
        let message = demand.within(8_000_000_000).unwrap_err().to_string();
        assert!(message.contains("8.0 GB of memory (trials 2.0, phases 1.0, maps 5.0), and 8.0 GB"), "{message}");
    }

    #[test]
    fn the_parts_grow_with_the_cell() {
        // 36 000 Å³ to 1 Å.
        let sphere = half_sphere(36e3, 1.0);
        assert!((sphere - 75_398.0).abs() < 1.0);
        assert!((half_sphere(36e3, 0.5) / sphere - 8.0).abs() < 1e-9);
    }
}
