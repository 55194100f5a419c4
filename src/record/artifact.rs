//! Artifacts by name, digest and size.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::id::Digest;

/// A file of a known content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ArtifactRef {
    /// Where the bytes lie; an absolute path, chosen by the manager or the worker and never by a recipe.
    pub path: PathBuf,
    /// What the bytes are.
    pub digest: Digest,
    /// How many there are.
    pub bytes: u64,
}

/// Returns where an artifact lies below the folder of all artifacts.
pub fn place_of(digest: Digest) -> PathBuf {
    let name = digest.to_string();
    PathBuf::from(&name[..2]).join(name)
}
