//! One file per sub-command: arguments as typed, resolved into the options of the library. Imports: all.

pub mod simulate;
