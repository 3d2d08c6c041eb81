//! A run that is looked at in a browser while it goes on: a page on the loopback, and what has happened since it was last asked.
//!
//! ```text
//! run ─▶ teller ─▶ feed ◀─ server ◀─ GET /events?after=N ◀─ page
//! ```
//! - `told`   what is told of a run, as JSON
//! - `feed`   what has been told, in order and within bounds
//! - `teller` tells the feed what a run says to whoever follows it
//! - `server` answers, on the loopback alone

mod feed;
mod server;
mod teller;
mod told;

pub use feed::Feed;
pub use server::Server;
pub use teller::Teller;
