//! A gate as typed: its rule lies flat beside the names.

use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::recipe::typed::ModelReference;

/// What a gate requires: one of these, and `than` where it is a percentage.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Requirement {
    /// The model's value is below that of this model.
    #[schemars(example = &"general")]
    pub less_than: Option<ModelReference>,
    /// The model's value is above that of this model.
    #[schemars(example = &"general")]
    pub greater_than: Option<ModelReference>,
    /// The model's value is better than that of the model `than` by at least so many percent of it.
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "percent"), example = 30)]
    pub min_better_percent: Option<f64>,
    /// The model's value is worse than that of the model `than` by at most so many percent of it.
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "percent"), example = 15)]
    pub max_worse_percent: Option<f64>,
    /// The model's value is worse than that of the best of its ancestors by at most so many percent of it: what it may forget.
    #[schemars(range(min = 0.0, max = 1e6), extend("x-unit" = "percent"), example = 5)]
    pub max_forgotten_percent: Option<f64>,
    /// The model's value is at most this.
    #[schemars(extend("x-unit" = "the metric's"), example = 300)]
    pub at_most: Option<f64>,
    /// The model's value is at least this.
    #[schemars(extend("x-unit" = "the metric's"), example = 0.8)]
    pub at_least: Option<f64>,
    /// The model that `min-better-percent` and `max-worse-percent` compare with.
    #[schemars(example = &"general")]
    pub than: Option<ModelReference>,
}

/// A gate has one requirement, and `than` goes with percentages.
pub fn one_requirement(schema: &mut Schema) {
    schema.insert(
        "oneOf".to_owned(),
        json!([
            { "required": ["less-than"] },
            { "required": ["greater-than"] },
            { "required": ["min-better-percent", "than"] },
            { "required": ["max-worse-percent", "than"] },
            { "required": ["max-forgotten-percent"] },
            { "required": ["at-most"] },
            { "required": ["at-least"] },
        ]),
    );
    schema.insert("if".to_owned(), json!({ "required": ["than"] }));
    let percentages = json!([{ "required": ["min-better-percent"] }, { "required": ["max-worse-percent"] }]);
    schema.insert("then".to_owned(), json!({ "anyOf": percentages }));
}
