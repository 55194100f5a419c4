//! `extract`: how a document becomes records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::{Template, defaults};

/// Turns a document into records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Extract::default())]))]
pub enum Extract {
    /// Every documented Rust function becomes a prompt and a response.
    RustDocPairs {
        /// The prompt, with `{doc}` (the documentation) and `{signature}` filled in.
        #[schemars(with = "Template", example = &"{doc}\n{signature}")]
        prompt: String,
        /// The response, with `{body}` filled in.
        #[schemars(with = "Template", example = &" {body}")]
        response: String,
    },
}

impl Default for Extract {
    fn default() -> Self {
        Self::RustDocPairs { prompt: "{doc}\n{signature}".to_owned(), response: " {body}".to_owned() }
    }
}

impl Extract {
    /// Returns the word the recipe uses for this extraction.
    pub fn word(&self) -> &'static str {
        match self {
            Self::RustDocPairs { .. } => "rust-doc-pairs",
        }
    }
}
