//! Files by content digest: immutable, deduplicated, verified when read; and where everything of a project lies.
//!
//! **Invariant:** a path in here is built from a [`Digest`](crate::id::Digest) and nothing else.

pub mod workspace;
pub mod files;
mod check;
mod collect;
mod error;
mod place;

pub use check::{Damage, FsckReport};
pub use collect::GcReport;
pub use error::ArtifactError;
pub use files::ArtifactStore;
pub use workspace::Workspace;
