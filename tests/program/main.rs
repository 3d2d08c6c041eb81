//! What the program does when it is run: one binary, so that a test of one file runs beside those of another.
//!
//! `cargo test --release --test program page` runs the tests of `page.rs` alone.

#![cfg(feature = "cli")]

#[path = "../common/amide.rs"]
mod amide;
#[path = "../common/compare.rs"]
mod compare;
#[path = "../common/gpu.rs"]
mod gpu;
#[path = "../common/markdown.rs"]
mod markdown;
#[path = "../common/plain.rs"]
mod plain;
#[path = "../common/program.rs"]
mod program;
#[path = "../common/written.rs"]
mod written;

mod absolute;
mod bad_input;
mod cases;
mod docs;
mod domains;
mod doors;
mod doors_in;
mod every_set;
mod faults;
mod first_minutes;
mod journal;
mod many;
mod memory;
mod neutrons;
mod outputs;
mod page;
mod readme;
mod record;
mod replay;
mod seeds;
mod small_cells;
mod solve;
mod space_group;
mod twinning;
mod unnamed;
mod watch;
