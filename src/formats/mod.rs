//! One file per format, read and/or write, no decisions. Imports: `crystal`, `reflections`, `error`.

pub mod atomic;
pub mod cif;
pub mod hkl;
pub mod ins_write;
