//! How kernels are cut for a device.

use super::AdapterReport;
use crate::wgsl::stage::Storage;
use serde::Serialize;

/// What can be turned without changing a result beyond rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Tuning {
    /// Largest radix of a stage.
    pub largest_radix: usize,
    /// Largest radix of the column passes other than flipping's amplitude step.
    pub column_radix: usize,
    /// Complex values that a thread should hold at most, twice as many where a butterfly is longer.
    pub values_per_thread: usize,
    /// Threads of a workgroup come in multiples of this.
    pub granule: usize,
    /// Bytes of mixed space that one chunk of trials may take.
    pub chunk_bytes: u64,
    /// Take the four-pass way even where a plane fits.
    pub four_pass: bool,
    /// Number format of mixed space.
    pub storage: Storage,
    /// Entries for one workgroup of the stages over entries.
    pub entries_per_group: usize,
}

/// Grid points from which a software adapter gets whole lines: a run of 1000 cycles × 8 trials on so many then gains more
/// by the faster kernels than it waits for them to be compiled.
const WHOLE_LINES: usize = 48 * 48 * 48;

impl Tuning {
    /// For graphics processors: short butterflies, many threads. Measured on an H200, see
    /// `benches/results/2026-11-26-h200.md`: 8 values a thread in place of 16 run 64³ by a fifth faster and 32³ by 40 %
    /// in message passing; three stages where two with longer butterflies do are slower in planes (96³, 128³: by 15 %)
    /// and faster in the columns of message passing (by a quarter).
    pub const GPU: Self = Self {
        largest_radix: 16,
        column_radix: 8,
        values_per_thread: 8,
        granule: 32,
        chunk_bytes: 2 << 30,
        four_pass: false,
        storage: Storage::F32,
        entries_per_group: 1024,
    };
    /// For software adapters. A thread there is one lane of a vector register; loads and stores go lane by lane, while
    /// registers that spill do not, so one thread for a whole line of up to 64 points runs fastest (flipping on 64³ × 8:
    /// 2½ times as fast as with radix 8).
    pub const SOFTWARE: Self =
        Self { largest_radix: 64, column_radix: 64, values_per_thread: 64, granule: 8, ..Self::GPU };
    /// For small grids on software adapters: kernels of a few hundred lines, which lavapipe compiles in half a second
    /// each where it takes five for whole lines.
    pub const SOFTWARE_SMALL: Self = Self { largest_radix: 8, values_per_thread: 8, granule: 8, ..Self::GPU };

    /// What suits an adapter and a grid of so many points.
    pub fn of(report: &AdapterReport, points: usize) -> Self {
        match report.software {
            false => Self::GPU,
            true if points < WHOLE_LINES => Self::SOFTWARE_SMALL,
            true => Self::SOFTWARE,
        }
    }

    /// Changes from a text such as `radix=8,values=16,granule=32,chunk-mb=25,four-pass=1`, for measuring.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn with(mut self, changes: &str) -> std::result::Result<Self, String> {
        for change in changes.split(',').map(str::trim).filter(|c| !c.is_empty()) {
            let (name, value) =
                change.split_once('=').ok_or_else(|| format!("{change:?} is not of the form name=number"))?;
            let number: usize = value.parse().map_err(|_| format!("{value:?} in {change:?} is not a whole number"))?;
            match name {
                "radix" => self.largest_radix = number.max(7),
                "column-radix" => self.column_radix = number.max(7),
                "values" => self.values_per_thread = number.max(1),
                "granule" => self.granule = number.max(1),
                "chunk-mb" => self.chunk_bytes = (number as u64).max(1) << 20,
                "entries" => self.entries_per_group = number.max(1),
                "four-pass" => self.four_pass = number != 0,
                _ => {
                    return Err(format!(
                        "{name:?} cannot be tuned; known are radix, column-radix, values, granule, chunk-mb, entries \
                         and four-pass"
                    ));
                }
            }
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_read_or_refused_by_name() {
        let changed = Tuning::GPU.with("radix=8, chunk-mb=25,four-pass=1").unwrap();
        assert_eq!((changed.largest_radix, changed.chunk_bytes, changed.four_pass), (8, 25 << 20, true));
        assert_eq!(Tuning::GPU.with("").unwrap(), Tuning::GPU);
        for (text, part) in [("radix", "name=number"), ("radix=x", "whole number"), ("speed=9", "cannot be tuned")] {
            assert!(Tuning::GPU.with(text).unwrap_err().contains(part), "{text}");
        }
    }
}
