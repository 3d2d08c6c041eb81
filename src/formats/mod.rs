//! One file per format, no decisions. Writers return bytes or text. Imports: `structure`, `reflections`, `crystal`.

pub mod ccp4;
pub mod fcf;
pub mod res;
