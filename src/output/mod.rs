//! What leaves the program: the files of a run, and words for the screen that never end one.
//!
//! - `say`     stderr and stdout, whatever has become of them
//! - `folder`  where files go, and where else if that place is full or gone
//! - `mark`    by what our own files are known
//! - `results` the files of a run, in the order in which they matter
//!
//! Imports: `report`, `solve`, `input`, `formats`, `crystal`, `error`.

pub mod folder;
mod mark;
pub mod results;
pub mod say;

pub use folder::Folder;
pub use results::Results;
