//! `matrix` as typed: variables with their values, or their combination, their pairs, their points.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde_json::{Value, json};

/// The variables of a sweep.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub enum Matrix {
    /// How the variables go together; where several are given, everything is combined with everything.
    Parts(Parts),
    /// Variables with their values: every combination is tried.
    Grid(BTreeMap<String, Values>),
}

/// How the variables of a sweep go together.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, extend("minProperties" = 1))]
pub struct Parts {
    /// Variables with their values: every combination is tried.
    #[schemars(example = json!({ "rate": [1e-3, 3e-3], "width": [64, 128] }))]
    pub grid: Option<BTreeMap<String, Values>>,
    /// Variables with lists of one length: the first values go together, the second ones, and so on.
    #[schemars(example = json!({ "layers": [2, 4], "width": [64, 128] }))]
    pub zip: Option<BTreeMap<String, Values>>,
    /// Every point with all its variables, and a `name` for it where the values are too many to name it by.
    #[schemars(length(min = 1), example = json!([{ "name": "small", "layers": 2, "width": 64 }]))]
    pub list: Option<Vec<BTreeMap<String, Value>>>,
}

/// The values of a variable.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Values(#[schemars(length(min = 1))] pub Vec<Value>);
