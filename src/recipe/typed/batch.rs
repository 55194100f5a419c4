//! Sizes in records, as typed: they are read as tokens, of which a record of pictures or sounds is one, and a text a whole row.

use schemars::Schema;
use serde_json::{Value, json};

/// A batch is told in tokens or in records.
pub fn batch_records(schema: &mut Schema) {
    let records = json!({
        "description": "The records, or rows of texts, of one optimizer step, all accumulated micro-batches together; in place of `batch-tokens`.",
        "type": "integer",
        "format": "uint32",
        "minimum": 1,
        "x-unit": "records",
        "examples": [64],
    });
    or(schema, "batch-tokens", "batch-records", records);
}

/// What a measurement reads is told in tokens or in records.
pub fn records(schema: &mut Schema) {
    let records = json!({
        "description": "The most validation records, or rows of texts, a measurement reads; in place of `tokens`.",
        "type": "integer",
        "format": "uint64",
        "minimum": 1,
        "x-unit": "records",
        "examples": [2000],
    });
    or(schema, "tokens", "records", records);
}

/// Describes a key that stands in place of another.
fn or(schema: &mut Schema, other: &str, key: &str, value: Value) {
    if let Some(Value::Object(properties)) = schema.get_mut("properties") {
        properties.insert(key.to_owned(), value);
    }
    schema.insert("not".to_owned(), json!({ "required": [other, key] }));
}
