//! What may stand in the training data, as typed: a document or a text lies flat beside the reason.

use schemars::{JsonSchema, Schema};
use serde_json::json;

use crate::id::Name;
use crate::recipe::typed::SomeText;

/// What may stand in the training data all the same: a `document` or a `text`.
#[derive(JsonSchema)]
#[schemars(rename_all = "kebab-case", deny_unknown_fields, transform = one_thing)]
pub struct TypedAllow {
    /// The evaluation it is allowed for; for all of them where none is named.
    #[schemars(example = &"prose-ppl")]
    pub evaluation: Option<Name>,
    /// Every record of the evaluation's documents that match this pattern; `*` stays within a folder, `**` crosses folders.
    #[schemars(example = &"**/LICENSE*")]
    pub document: Option<SomeText>,
    /// A text of at least five words: what is found within it does not count.
    #[schemars(example = &"permission is hereby granted, free of charge, to any person")]
    pub text: Option<SomeText>,
    /// Why.
    #[schemars(example = &"everybody has it")]
    pub reason: Option<SomeText>,
}

fn one_thing(schema: &mut Schema) {
    schema.insert("oneOf".to_owned(), json!([{ "required": ["document"] }, { "required": ["text"] }]));
}
