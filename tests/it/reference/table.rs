//! Keys as a table: what each says, what may stand there, what stands there otherwise, and an example.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::reference::page::{choices, reference_of};
use crate::reference::shown::{as_typed, bounds, default_of, is_short};

/// Returns keys as a table, with what they say or without.
pub(super) fn table(
    schema: &Value,
    places: &BTreeMap<String, String>,
    keys: &[(&str, &Value, bool)],
    says: bool,
) -> String {
    let mut text = match says {
        true => "| key | what it says | type | default | example |\n|---|---|---|---|---|\n".to_owned(),
        false => "| type | default |\n|---|---|\n".to_owned(),
    };
    for (key, property, is_needed) in keys {
        let default = cell(&default_of(property, *is_needed));
        let kind = cell(&kind(schema, places, property));
        if says {
            let description = cell(property["description"].as_str().unwrap_or_default());
            let example = cell(&example(property));
            text.push_str(&format!("| `{key}` | {description} | {kind} | {default} | {example} |\n"));
        } else {
            text.push_str(&format!("| {kind} | {default} |\n"));
        }
    }
    text
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

fn example(property: &Value) -> String {
    let examples = property["examples"].as_array().into_iter().flatten().map(as_typed);
    examples.filter(|example| is_short(example)).map(|example| format!("`{example}`")).collect::<Vec<_>>().join(", ")
}

/// Returns what may stand as a value, in words.
fn kind(schema: &Value, places: &BTreeMap<String, String>, value: &Value) -> String {
    if let Some(name) = reference_of(value) {
        let meant = &schema["$defs"][name];
        return match (name, places.get(name)) {
            ("Name", _) => "name".to_owned(),
            (_, Some(place)) if choices(meant).is_empty() => format!("[{}](#{place})", kind_of_mapping(meant)),
            (_, Some(place)) => format!("[{}](#{place})", any_of(schema, places, meant)),
            (_, None) => kind(schema, places, meant),
        };
    }
    if let Some(constant) = value.get("const") {
        return format!("always {constant}");
    }
    if let Some(words) = value["enum"].as_array() {
        return words_with_meanings(words, &value["enumDescriptions"]);
    }
    if let Some(named) = value["patternProperties"].as_object().and_then(|patterns| patterns.values().next()) {
        return format!("names, each with a {}", kind(schema, places, named));
    }
    let unit = value["x-unit"].as_str().filter(|unit| !["number", "version", "seed"].contains(unit));
    let unit = unit.map(|unit| format!("; unit: {unit}")).unwrap_or_default();
    match value["type"].as_str() {
        Some("integer") => format!("whole number{}{unit}", bounds(value)),
        Some("number") => format!("number{}{unit}", bounds(value)),
        Some("boolean") => "`true` or `false`".to_owned(),
        Some("string") => "text".to_owned(),
        Some("array") => format!("list of {}", several(&kind(schema, places, &value["items"]))),
        Some("object") => kind_of_mapping(value),
        Some(_) | None => any_of(schema, places, value),
    }
}

/// Returns a kind of value in the plural.
fn several(kind: &str) -> String {
    for (one, many) in [("[mapping", "[mappings"), ("mapping", "mappings"), ("name", "names"), ("text", "texts")] {
        if let Some(rest) = kind.strip_prefix(one) {
            return format!("{many}{rest}");
        }
    }
    kind.to_owned()
}

fn any_of(schema: &Value, places: &BTreeMap<String, String>, value: &Value) -> String {
    let choices = choices(value);
    if choices.is_empty() {
        return "text, a number or a truth value".to_owned();
    }
    if choices.iter().all(|choice| choice["properties"].is_object()) {
        return kind_of_mapping(value);
    }
    choices.iter().map(|choice| kind(schema, places, choice)).collect::<Vec<_>>().join(" or ")
}

/// Returns a mapping in words: its types, or its keys where it has only one.
fn kind_of_mapping(value: &Value) -> String {
    let types: Vec<_> = choices(value).iter().filter_map(|kind| kind["properties"]["type"]["const"].as_str()).collect();
    if !types.is_empty() {
        let types: Vec<_> = types.iter().map(|word| format!("`{word}`")).collect();
        return format!("mapping of type {}", types.join(", "));
    }
    "mapping".to_owned()
}

fn words_with_meanings(words: &[Value], meanings: &Value) -> String {
    let meaning = |i: usize| meanings[i].as_str().filter(|text| !text.is_empty());
    let shown = words.iter().enumerate().map(|(i, word)| {
        let word = word.as_str().map_or_else(|| word.to_string(), str::to_owned);
        meaning(i).map_or_else(|| format!("`{word}`"), |text| format!("`{word}` ({})", text.trim_end_matches('.')))
    });
    shown.collect::<Vec<_>>().join(", ")
}
