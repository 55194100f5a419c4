//! A recipe that extends another: the same keys, but none has to be given, and `null` takes away what the other said.

use serde_json::{Map, Value, json};

/// What the names of the schemas of parts begin with.
const PREFIX: &str = "part-of-";

/// What is only true of a recipe that says everything itself.
const WHOLE_ONLY: [&str; 7] = ["required", "minProperties", "if", "then", "else", "allOf", "not"];

/// Lets a recipe that extends another leave everything out.
pub fn allow(schema: &mut Value) {
    let Value::Object(root) = schema else { return };
    let mut part = root.clone();
    let schemas = part.remove("$defs").and_then(|schemas| schemas.as_object().cloned()).unwrap_or_default();
    for outside in ["$schema", "title", "description"] {
        part.remove(outside);
    }
    let mut part = Value::Object(part);
    loosen(&mut part);
    let whole: Map<String, Value> =
        WHOLE_ONLY.iter().filter_map(|key| root.remove(*key).map(|value| ((*key).to_owned(), value))).collect();
    let keys = ["properties", "additionalProperties"];
    let mut says_all: Map<String, Value> = keys.iter().filter_map(|key| root.remove_entry(*key)).collect();
    says_all.extend(whole);
    let mut named: Map<String, Value> = schemas
        .into_iter()
        .map(|(name, mut schema)| {
            loosen(&mut schema);
            (format!("{PREFIX}{name}"), schema)
        })
        .collect();
    named.insert("Whole".to_owned(), Value::Object(says_all));
    named.insert("Extending".to_owned(), part);
    if let Some(Value::Object(known)) = root.get_mut("$defs") {
        known.extend(named);
    }
    root.insert("if".to_owned(), json!({ "required": ["extends"] }));
    root.insert("then".to_owned(), json!({ "$ref": "#/$defs/Extending" }));
    root.insert("else".to_owned(), json!({ "$ref": "#/$defs/Whole" }));
}

/// Takes out what has to be given; a mapping without its `type` may then be of several kinds.
fn loosen(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.retain(|key, _| !WHOLE_ONLY.contains(&key.as_str()));
            if let Some(kinds) = fields.remove("oneOf") {
                let is_rule = kinds.as_array().is_some_and(|kinds| {
                    kinds.iter().all(|kind| kind["required"].is_array() && kind["properties"].is_null())
                });
                if !is_rule {
                    fields.insert("anyOf".to_owned(), kinds);
                }
            }
            if let Some(Value::String(name)) = fields.get_mut("$ref") {
                *name = name.replace("#/$defs/", &format!("#/$defs/{PREFIX}"));
            }
            for key in ["properties", "patternProperties"] {
                if let Some(Value::Object(properties)) = fields.get_mut(key) {
                    properties.values_mut().for_each(or_nothing);
                }
            }
            fields.values_mut().for_each(loosen);
        }
        Value::Array(items) => items.iter_mut().for_each(loosen),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Lets a property also be nothing; what is said about it stays outside, where editors look for it.
fn or_nothing(property: &mut Value) {
    let Value::Object(fields) = property else { return };
    if fields.contains_key("const") {
        return;
    }
    let mut outside = Map::new();
    for key in ["title", "description", "default", "examples", "x-unit", "x-default"] {
        outside.extend(fields.remove_entry(key));
    }
    outside.insert("anyOf".to_owned(), json!([Value::Object(std::mem::take(fields)), { "type": "null" }]));
    *fields = outside;
}
