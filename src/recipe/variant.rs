//! Which entry of a sweep a model or an evaluation is.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::typed::Scalar;

/// What the matrix of a recipe made of one entry for some values of its variables.
///
/// Nobody types it: the matrix writes it, and a printed recipe keeps it, so that its models can still be ranked by it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Variant {
    /// The entry as it was typed.
    #[schemars(example = &"general")]
    pub of: Name,
    /// The value of each variable it depends on, as it prints.
    #[schemars(with = "BTreeMap<String, Scalar>", example = serde_json::json!({ "width": "64" }))]
    pub values: BTreeMap<String, String>,
}

impl Variant {
    /// Returns whether two entries may belong to one point of the matrix: no variable has two values.
    pub fn agree(one: Option<&Self>, other: Option<&Self>) -> bool {
        let (Some(one), Some(other)) = (one, other) else { return true };
        one.values.iter().all(|(name, value)| other.values.get(name).is_none_or(|theirs| theirs == value))
    }
}
