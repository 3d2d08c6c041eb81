//! A run that is looked at in a browser while it goes on: a page on the loopback, and what has happened since it was last asked.
//!
//! ```text
//! run ─▶ narrator ─▶ feed ◀─ server ◀─ GET /events?after=N ◀─ page
//! ```
//! - `news`     what is told of a run, as JSON
//! - `feed`     what has been told, in order and within bounds
//! - `narrator` tells the feed what a run says to whoever follows it
//! - `server`   answers, on the loopback alone

mod feed;
mod narrator;
mod news;
mod server;

pub use feed::Feed;
pub use narrator::Narrator;
pub use server::Server;
