//! Downloads over HTTP: vetted addresses, resumed where they were cut, bounded in size, time and attempts.

mod client;
mod range;
mod download;
mod pause;

pub use client::{Client, Header, Method, block_on, builder, no_client};
pub use download::{Part, download};
pub use pause::before_attempt;
