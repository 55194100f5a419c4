//! Fetching: data from elsewhere becomes files of the workspace, once; from then on it is read without a network.
//!
//! A fetched source is a transport around a source of local files. What is fetched lies below `sources/<key>/`, where the key is the
//! digest of what pins it: whole or not at all, with a list of its files and their digests. A server is believed nothing: addresses
//! are vetted, names are checked, sizes are bounded, and what does not match its pin is thrown away.
//!
//! **Invariant:** secrets are read here, where they are used, and go into a header and nowhere else.

pub mod error;
pub mod limits;
pub mod watch;
pub mod secret;
pub mod address;
pub mod name;
pub mod tree;
pub mod place;
pub mod archive;
pub mod http;
mod stream;
mod patterns;
mod git;
mod hub;
mod objects;
mod run;
pub mod gc;

pub use error::FetchError;
pub use limits::Limits;
pub use place::known;
pub use run::{Fetched, fetch};
pub use watch::{Told, Watch};
