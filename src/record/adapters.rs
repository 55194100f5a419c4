//! `adapters.json`: the adapters a training has kept, in the order in which they are added to the weights under them.

use serde::{Deserialize, Serialize};

use crate::id::Digest;

/// The adapters of a model, and the weights under them: together they are its `model.safetensors`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Adapters {
    /// The version of this format: 1.
    pub version: u32,
    /// The digest of `frozen.safetensors`.
    pub frozen: Digest,
    /// The adapters; the last is the one that was trained.
    pub adapters: Vec<AdapterFile>,
}

/// An adapter in a file beside `adapters.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AdapterFile {
    /// The name of the file.
    pub file: String,
    /// The digest of its bytes.
    pub digest: Digest,
    /// The rank of the addition.
    pub rank: u32,
    /// The scale of the addition, times the rank.
    pub alpha: f64,
}

impl Adapters {
    /// The version of `adapters.json` this program writes and reads.
    pub const VERSION: u32 = 1;

    /// Returns the name of the file at a position among `n` adapters.
    pub fn file(position: usize, n: usize) -> String {
        if position + 1 == n {
            "adapter.safetensors".to_owned()
        } else {
            format!("adapter-{}.safetensors", position + 1)
        }
    }
}
