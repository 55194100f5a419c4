//! `on-bad-row`: what happens to a row that cannot be read.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happens to a row that cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnBadRow {
    /// The stage fails, and names the file and the line.
    #[default]
    Fail,
    /// It is left out, counted and told; beyond `most-bad-rows` the stage fails.
    Skip,
}
