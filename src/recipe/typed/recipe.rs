//! The whole recipe as typed: the recipe as meant, and the sections that are gone once it is read.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde_json::{Value, json};

use crate::recipe::Recipe;
use crate::recipe::training::Train;
use crate::recipe::typed::{Matrix, SomeText};

/// A recipe: one YAML file that describes a whole lineage of models.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, transform = needs_data_and_budget)]
pub struct TypedRecipe {
    /// The recipe that this one is laid over: mappings are merged key by key, lists and other values are replaced, `key: null` takes
    /// away. A relative path starts at this recipe's folder.
    #[schemars(example = &"base.yaml")]
    pub extends: Option<SomeText>,
    /// A sweep: every dataset, tokenizer, model, evaluation, gate and sample that depends on one of these variables is copied for
    /// each of its values, and named after them; what depends on none is shared.
    #[schemars(example = json!({ "rate": [1e-3, 3e-3], "width": [64, 128] }))]
    pub matrix: Option<Matrix>,
    /// Values by name: `${name}` in any text stands for one. A text that is nothing but `${name}` is the value, whatever it is; each may
    /// name those before it.
    #[schemars(example = json!({ "corpus": "${PEDIGREE_DATA}/corpus", "steps": 300 }))]
    pub vars: Option<BTreeMap<String, Value>>,
    /// What lies under every model, and is overlaid by what the model says itself.
    #[schemars(example = json!({ "train": { "data": "prose", "budget": { "steps": 300 } } }))]
    pub defaults: Option<Defaults>,
    /// Everything that is still there once the recipe is read.
    #[schemars(flatten)]
    pub recipe: Recipe,
}

/// What lies under every model.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Defaults {
    /// What lies under the `train` of every model.
    #[schemars(example = json!({ "data": "prose", "budget": { "steps": 300 } }))]
    pub train: Option<Train>,
}

/// Every training needs data and a budget, of its own or in `defaults`.
fn needs_data_and_budget(schema: &mut Schema) {
    let needs = |key: &str| {
        json!({
            "if": { "not": within("defaults", within("train", json!({ "required": [key] }))) },
            "then": { "properties": { "models": { "additionalProperties": within_if("train", json!({ "required": [key] })) } } },
        })
    };
    schema.insert("allOf".to_owned(), json!([needs("data"), needs("budget")]));
}

/// Returns the schema of a mapping in which a key stands and its value is such.
fn within(key: &str, value: Value) -> Value {
    json!({ "required": [key], "properties": { key: value } })
}

/// Returns the schema of a mapping in which the value of a key is such, if the key is there.
fn within_if(key: &str, value: Value) -> Value {
    json!({ "properties": { key: value } })
}
