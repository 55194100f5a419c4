//! A model as typed: it has a parent, or a network and a tokenizer of its own.

use schemars::Schema;
use serde_json::json;

use crate::recipe::model::NetworkKind;

/// A model with a parent has its parent's network and tokenizer; one without has nothing an adapter could adapt.
pub fn one_or_the_other(schema: &mut Schema) {
    schema.insert("if".to_owned(), json!({ "required": ["base"] }));
    schema.insert("then".to_owned(), json!({ "properties": { "architecture": false, "tokenizer": false } }));
    // What reads only pictures or sounds has no tokenizer.
    let tokenless = NetworkKind::ALL.into_iter().filter(|kind| !kind.modality().has_tokens()).map(NetworkKind::word);
    let kinds = json!({ "properties": { "type": { "enum": tokenless.collect::<Vec<_>>() } } });
    let student = json!({
        "required": ["objective"],
        "properties": { "objective": { "properties": { "type": { "const": "distillation" } } } },
    });
    let own = json!({
        "required": ["architecture"],
        "properties": { "adapter": false },
        "if": { "properties": { "architecture": kinds } },
        "then": { "properties": { "tokenizer": false } },
        // A student has its teacher's.
        "else": { "anyOf": [{ "required": ["tokenizer"] }, { "properties": { "train": student } }] },
    });
    schema.insert("else".to_owned(), own);
}

/// An adapter has a rank of its own, unless the parent's goes on being trained.
pub fn rank_unless_it_goes_on(schema: &mut Schema) {
    let goes_on = json!({ "required": ["parent"], "properties": { "parent": { "const": "continue" } } });
    schema.insert("if".to_owned(), json!({ "not": goes_on }));
    schema.insert("then".to_owned(), json!({ "required": ["rank"] }));
}
