//! File formats: one file each, reading and writing only, no decisions.
//! Imports: `error`, `crystal`, `reflections`, `seed`, `structure` (its plain results).

pub mod amplitude_row;
pub mod atomic;
pub mod ccp4;
mod ccp4_group;
mod ccp4_read;
pub mod cif;
pub mod fcf;
pub mod fragment;
pub mod hkl;
pub mod hkl_columns;
mod hkl_layout;
mod hkl_line;
mod hkl_meaning;
pub mod hkl_shelx;
pub mod hkl_writer;
pub mod hklf;
pub mod inflip;
mod inflip_rows;
pub mod ins;
mod ins_atoms;
mod ins_contents;
mod ins_lines;
pub mod ins_write;
pub mod m81;
pub mod map_read;
pub mod measured;
mod mtz_header;
pub mod mtz_write;
pub mod peaks_write;
pub mod phs_write;
pub mod res;
pub mod seed_csv;
pub mod seeds;
pub mod structure_cif;
mod structure_cif_text;
pub mod text;
mod xplor;
pub mod xplor_write;

pub use atomic::{between_files, can_write, write_atomically, write_bytes, write_new};
pub use fragment::{Fragment, is_fragment, read_fragment};
pub use hkl::{HklFile, parse_hkl, read_hkl};
pub use hkl_writer::write_hkl;
pub use hklf::{Hklf, HklfFormat};
pub use ins::{Ins, parse_ins, read_ins};
pub use map_read::{MapFile, is_map, read_map};
