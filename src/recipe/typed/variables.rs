//! `${name}` in the schema: it may stand wherever a number, a truth value, a word, a name, a list or a mapping may.
//!
//! Only `type` is typed out: it decides which keys there are.

use serde_json::{Map, Value, json};

use crate::recipe::typed::schema::each_property;
use crate::recipe::typed::text::SOME_TEXT;

/// What describes a value; everything else in a schema says how it looks.
const KEPT_OUTSIDE: [&str; 7] = ["title", "description", "default", "examples", "x-unit", "x-default", "$comment"];

/// Lets `${name}` stand for every value that is no free text.
pub fn allow(schema: &mut Value) {
    each(schema);
    each_property(schema, &mut |_, property| {
        let is_many = property.get("type").is_some_and(|kind| *kind == "array" || *kind == "object");
        if is_many || property.contains_key("$ref") {
            add(property, "#/$defs/Variable");
        }
    });
    schema["$defs"]["Variable"] = json!({
        "description": "The value of a variable, with its type: `${name}`, defined under `vars`.",
        "type": "string",
        "pattern": r"^\$\{[^}]+\}$",
    });
    schema["$defs"]["WithVariable"] = json!({
        "description": "Text with the value of a variable in it: `${name}`, defined under `vars`.",
        "type": "string",
        "pattern": r"\$\{[^}]+\}",
    });
}

fn each(schema: &mut Value) {
    let Value::Object(fields) = schema else { return };
    for (key, inner) in fields.iter_mut() {
        match (key.as_str(), inner) {
            ("properties" | "$defs" | "patternProperties", Value::Object(schemas)) => {
                schemas.values_mut().for_each(each);
            }
            ("items" | "additionalProperties", inner) => each(inner),
            ("oneOf" | "anyOf", Value::Array(schemas)) => schemas.iter_mut().for_each(each),
            _ => {}
        }
    }
    match alternative(fields) {
        Some(alternative) => add(fields, alternative),
        None => splice(fields),
    }
}

/// Returns what may stand instead of a value of this kind.
fn alternative(fields: &Map<String, Value>) -> Option<&'static str> {
    if fields.contains_key("const") {
        return None;
    }
    match fields.get("type")?.as_str()? {
        "integer" | "number" | "boolean" => Some("#/$defs/Variable"),
        "string" if fields.contains_key("enum") || is_narrow(fields) => Some("#/$defs/WithVariable"),
        _ => None,
    }
}

/// Returns whether text has a pattern that `${name}` may not match by itself.
fn is_narrow(fields: &Map<String, Value>) -> bool {
    fields.get("pattern").is_some_and(|pattern| *pattern != SOME_TEXT)
}

fn add(fields: &mut Map<String, Value>, alternative: &str) {
    let looks: Map<String, Value> = fields
        .iter()
        .filter(|(key, _)| !KEPT_OUTSIDE.contains(&key.as_str()))
        .map(|(k, v)| (k.clone(), v.clone()))
        .collect();
    fields.retain(|key, _| KEPT_OUTSIDE.contains(&key.as_str()));
    fields.insert("anyOf".to_owned(), json!([looks, { "$ref": alternative }]));
}

/// Puts the choices within choices into one list, each of them once.
fn splice(fields: &mut Map<String, Value>) {
    let Some(Value::Array(choices)) = fields.get_mut("anyOf") else { return };
    let mut flat = Vec::new();
    for choice in choices.drain(..) {
        let inner = match &choice {
            Value::Object(only) if only.len() == 1 => only.get("anyOf").and_then(Value::as_array).cloned(),
            _ => None,
        };
        for one in inner.unwrap_or_else(|| vec![choice]) {
            if !flat.contains(&one) {
                flat.push(one);
            }
        }
    }
    *choices = flat;
}
