//! What a collection removed of a folder that can be filled again.

use serde::Serialize;

/// What was removed, or would be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Swept {
    /// How many files or folders go.
    pub removed: u64,
    /// The size of what goes, in bytes.
    pub bytes: u64,
    /// How many stay.
    pub kept: u64,
}
