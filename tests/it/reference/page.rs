//! Walks the schema, section by section: what is described once is linked to from then on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::Value;

use crate::reference::shown::{anchor, as_section};
use crate::reference::table::table;

/// The page so far.
pub(super) struct Page<'s> {
    schema: &'s Value,
    /// Where each type is described, from an earlier walk.
    places: BTreeMap<String, String>,
    /// Where each type is described, in this walk.
    found: BTreeMap<String, String>,
    text: String,
}

impl<'s> Page<'s> {
    /// Returns a page with nothing on it that links to these places.
    pub(super) fn new(schema: &'s Value, places: BTreeMap<String, String>) -> Self {
        Self { schema, places, found: BTreeMap::new(), text: String::new() }
    }

    /// Returns where each type was described.
    pub(super) fn into_places(self) -> BTreeMap<String, String> {
        self.found
    }

    /// Returns what was written.
    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Writes a section of the recipe, and what is in it.
    pub(super) fn section(&mut self, key: &str) {
        let property = &self.schema["properties"][key];
        let is_needed = is_needed(self.schema, key);
        self.write(&format!("\n## {key}\n\n{}\n", description(property)));
        let facts = table(self.schema, &self.places, &[(key, property, is_needed)], false);
        self.write(&format!("\n{facts}"));
        self.example(key, property);
        self.inside(property, key);
    }

    /// Writes what is in a value, unless it is described already.
    fn inside(&mut self, value: &'s Value, path: &str) {
        if let Some(name) = reference_of(value) {
            if self.found.contains_key(name) || is_plain(&self.schema["$defs"][name]) {
                return;
            }
            let heading = match path.contains('.') || path.contains('[') {
                true => {
                    let described = description(&self.schema["$defs"][name]);
                    self.write(&format!("\n### {}\n\n{described}\n", heading(path)));
                    anchor(path)
                }
                false => path.to_owned(),
            };
            self.found.insert(name.to_owned(), heading);
            return self.inside(&self.schema["$defs"][name], path);
        }
        if let Some(named) = value["patternProperties"].as_object().and_then(|patterns| patterns.values().next()) {
            return self.inside(named, &format!("{path}.<name>"));
        }
        if value["items"].is_object() {
            return self.inside(&value["items"], &format!("{path}[]"));
        }
        match only_keys(value) {
            Some(keys) => self.one_of(&keys),
            None => choices(value).iter().for_each(|kind| self.kind(kind, path)),
        }
        self.mapping(value, path);
    }

    /// Writes keys of which one has to stand there.
    fn one_of(&mut self, keys: &[(&'s str, &'s Value, bool)]) {
        let table = table(self.schema, &self.places, keys, true);
        self.write(&format!("\nOne of these:\n\n{table}"));
    }

    /// Writes one of several kinds of a value.
    fn kind(&mut self, kind: &'s Value, path: &str) {
        if let Some(word) = kind["properties"]["type"]["const"].as_str() {
            self.write(&format!("\n**`type: {word}`** {}\n", description(kind)));
        }
        self.mapping(kind, path);
    }

    /// Writes the keys of a mapping, and then what is in each of them.
    fn mapping(&mut self, value: &'s Value, path: &str) {
        let Some(properties) = value["properties"].as_object() else { return };
        let mut keys: Vec<_> = properties
            .iter()
            .filter(|(_, property)| property.get("const").is_none())
            .map(|(key, property)| (key.as_str(), property, is_needed(value, key)))
            .collect();
        let required = value["required"].as_array().map_or(&[][..], Vec::as_slice);
        keys.sort_by_key(|(key, ..)| required.iter().position(|name| name == key).unwrap_or(required.len()));
        if keys.is_empty() {
            return;
        }
        let table = table(self.schema, &self.places, &keys, true);
        self.write(&format!("\n{table}"));
        for (key, property, _) in keys {
            self.inside(property, &format!("{path}.{key}"));
        }
    }

    fn example(&mut self, key: &str, property: &Value) {
        let Some(example) = property["examples"].as_array().and_then(|examples| examples.first()) else { return };
        self.write(&format!("\n```yaml\n{}```\n", as_section(key, example)));
    }

    fn write(&mut self, text: &str) {
        self.text.write_str(text).expect("text is always taken");
    }
}

/// Returns whether a key may not be left out.
fn is_needed(mapping: &Value, key: &str) -> bool {
    mapping["required"].as_array().is_some_and(|required| required.iter().any(|name| name == key))
}

/// Returns the name of the type a value refers to.
pub(super) fn reference_of(value: &Value) -> Option<&str> {
    value["$ref"].as_str().and_then(|reference| reference.strip_prefix("#/$defs/"))
}

/// Returns the kinds a value can be of.
pub(super) fn choices(value: &Value) -> &[Value] {
    let listed = value["oneOf"].as_array().or_else(|| value["anyOf"].as_array());
    match listed {
        Some(choices)
            if choices.iter().all(|choice| choice["required"].is_null() || choice["properties"].is_object()) =>
        {
            choices
        }
        Some(_) | None => &[],
    }
}

/// Returns the keys of kinds that have one key each.
fn only_keys(value: &Value) -> Option<Vec<(&str, &Value, bool)>> {
    let only = |kind: &'_ Value| kind["properties"].as_object().map_or(0, serde_json::Map::len) == 1;
    let kinds = value["oneOf"].as_array().filter(|kinds| kinds.iter().all(only))?;
    let keys = kinds.iter().filter_map(|kind| kind["properties"].as_object()).flatten();
    let keys: Vec<_> = keys.map(|(key, property)| (key.as_str(), property, false)).collect();
    (!keys.iter().any(|(key, ..)| *key == "type")).then_some(keys)
}

/// Returns whether a type has no keys to describe: its words stand in the table.
pub(super) fn is_plain(value: &Value) -> bool {
    value["type"] == "string"
}

fn description(value: &Value) -> &str {
    value["description"].as_str().unwrap_or_default()
}

fn heading(path: &str) -> String {
    format!("`{path}`")
}
