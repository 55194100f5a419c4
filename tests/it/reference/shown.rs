//! Values as one would type them, bounds and defaults in words.

use serde_json::{Map, Value};

/// Returns a value on one line of YAML, `type` first.
pub(super) fn as_typed(value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.is_empty() => "{}".to_owned(),
        Value::Object(fields) => format!("{{ {} }}", typed_first(fields).join(", ")),
        Value::Array(items) => format!("[{}]", items.iter().map(as_typed).collect::<Vec<_>>().join(", ")),
        Value::String(text) if is_word(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.to_string(),
    }
}

fn typed_first(fields: &Map<String, Value>) -> Vec<String> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(key, _)| *key != "type");
    fields.into_iter().map(|(key, value)| format!("{key}: {}", as_typed(value))).collect()
}

/// Returns an example of a section as one would type it: each name, each item on a line of its own.
pub(super) fn as_section(key: &str, value: &Value) -> String {
    match value {
        Value::Object(fields) if fields.values().any(Value::is_object) => {
            let lines = fields.iter().map(|(name, value)| format!("  {name}: {}\n", as_typed(value)));
            format!("{key}:\n{}", lines.collect::<String>())
        }
        Value::Array(items) => {
            let lines = items.iter().map(|item| format!("  - {}\n", as_typed(item)));
            format!("{key}:\n{}", lines.collect::<String>())
        }
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            format!("{key}: {}\n", as_typed(value))
        }
    }
}

/// Returns whether text needs no quotes.
fn is_word(text: &str) -> bool {
    (text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.starts_with("../"))
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_./@".contains(c))
}

/// Returns whether an example fits into a table.
pub(super) fn is_short(text: &str) -> bool {
    text.chars().count() <= 72
}

/// Returns what stands there where the recipe says nothing.
pub(super) fn default_of(property: &Value, is_needed: bool) -> String {
    if is_needed {
        return "has to be given".to_owned();
    }
    match (property["x-default"].as_str(), property.get("default")) {
        (Some(text), _) => text.to_owned(),
        (None, Some(Value::String(text))) if text.is_empty() => "none".to_owned(),
        (None, Some(Value::Object(fields))) if fields.is_empty() => "none".to_owned(),
        (None, Some(Value::Array(items))) if items.is_empty() => "none".to_owned(),
        (None, Some(default)) => format!("`{}`", as_typed(default)),
        (None, None) => "none".to_owned(),
    }
}

/// Returns the bounds of a number in words; those of its width are left out.
pub(super) fn bounds(value: &Value) -> String {
    let is_told = |bound: &&Value| bound.as_u64() != Some(u32::MAX.into()) && bound.as_i64() != Some(i64::MAX);
    match (value.get("minimum"), value.get("maximum").filter(is_told)) {
        (Some(least), Some(most)) => format!(", {} to {}", short(least), short(most)),
        (Some(least), None) => format!(", at least {}", short(least)),
        (None, Some(most)) => format!(", at most {}", short(most)),
        (None, None) => String::new(),
    }
}

/// Returns a number as people write it: `0.1`, but `1e-9`.
fn short(number: &Value) -> String {
    match number.as_f64() {
        Some(value) if value != 0.0 && !(1e-4..1e7).contains(&value.abs()) => format!("{value:e}"),
        Some(value) => value.to_string(),
        None => number.to_string(),
    }
}

/// Returns the anchor a heading gets.
pub(super) fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || "-_ ".contains(*c)).collect::<String>();
    kept.replace(' ', "-")
}
