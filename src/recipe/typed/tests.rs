//! The schema against the reader: the same keys, the same defaults; and against itself: every key is described.

use serde_json::{Value, json};

use super::schema::each_property;
use super::*;
use crate::recipe::read::Input;
use crate::recipe::read::seen::{self, Seen};
use crate::recipe::{print, read};

mod mutants;

/// A recipe with every mapping and every kind a recipe can have.
const EVERYTHING: &str = include_str!("tests/everything.yaml");

/// The same recipe with nothing but what has to be given.
const LEAST: &str = include_str!("tests/least.yaml");

/// Returns the schemas that describe a value at a path, kinds and references resolved; `None` where the path is not described.
fn described<'s>(root: &'s Value, path: &str, value: &Value) -> Option<&'s Value> {
    let mut schema = root;
    let mut at = value;
    for part in parts(path) {
        schema = resolved(root, schema, at);
        at = match part.parse::<usize>() {
            Ok(index) if schema["items"].is_object() => {
                schema = &schema["items"];
                &at[index]
            }
            _ => {
                schema = below(schema, &part)?;
                &at[&part]
            }
        };
    }
    Some(resolved(root, schema, at))
}

/// Splits `gates[0].model` into its parts.
fn parts(path: &str) -> Vec<String> {
    path.replace('[', ".").replace(']', "").split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn below<'s>(schema: &'s Value, key: &str) -> Option<&'s Value> {
    schema["properties"].get(key).or_else(|| schema["patternProperties"].as_object()?.values().next())
}

fn resolved<'s>(root: &'s Value, schema: &'s Value, value: &Value) -> &'s Value {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.strip_prefix("#/$defs/")) {
        return resolved(root, &root["$defs"][name], value);
    }
    let kinds = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    let fits = |kind: &&Value| {
        let properties = &kind["properties"];
        match properties["type"]["const"].as_str() {
            Some(word) => value["type"] == word,
            None => value.as_object().is_some_and(|fields| fields.keys().any(|key| properties.get(key).is_some())),
        }
    };
    kinds.and_then(|kinds| kinds.iter().find(fits)).unwrap_or(schema)
}

fn keys(schema: &Value) -> Vec<&str> {
    schema["properties"].as_object().into_iter().flatten().map(|(key, _)| key.as_str()).collect()
}

fn as_json(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn seen_in(text: &str) -> Vec<Seen> {
    seen::take();
    read(&Input::new("everything.yaml", text.as_bytes())).unwrap_or_else(|error| panic!("{error:#?}"));
    seen::take()
}

/// Every budget is read as one mapping; the schema has a kind for each of its keys.
fn keys_of_kinds(schema: &Value) -> Vec<&str> {
    let mut keys: Vec<_> = schema["oneOf"].as_array().into_iter().flatten().flat_map(keys).collect();
    keys.sort_unstable();
    keys
}

#[test]
fn the_schema_knows_the_keys_the_reader_knows_and_no_others() {
    let schema = plain_schema();
    let recipe = as_json(EVERYTHING);
    let seen = seen_in(EVERYTHING);
    assert!(seen.len() > 40, "only {} mappings were read", seen.len());
    for Seen { path, kind, known } in &seen {
        let found = described(&schema, path, &recipe).unwrap_or_else(|| panic!("`{path}` is not described"));
        let described = match path.ends_with(".budget") {
            true => keys_of_kinds(&schema["$defs"]["Budget"]),
            false => keys(found),
        };
        assert_eq!(described, *known, "at `{path}` ({kind:?})");
    }
}

#[test]
fn everything_that_is_described_has_been_read() {
    let schema = plain_schema();
    let recipe = as_json(EVERYTHING);
    let seen = seen_in(EVERYTHING);
    let mut read: Vec<*const Value> =
        seen.iter().filter_map(|seen| described(&schema, &seen.path, &recipe)).map(std::ptr::from_ref).collect();
    // Read by hand, not as fields.
    read.extend([&schema, &schema["$defs"]["Data"]["anyOf"][1], &schema["$defs"]["Parts"]].map(std::ptr::from_ref));
    read.extend(schema["$defs"]["Budget"]["oneOf"].as_array().unwrap().iter().map(std::ptr::from_ref));
    let mut missing = Vec::new();
    each_mapping(&schema, "", &mut |path, mapping| {
        if !read.contains(&std::ptr::from_ref(mapping)) {
            missing.push(path.to_owned());
        }
    });
    assert_eq!(missing, Vec::<String>::new(), "described, and not in `everything.yaml`");
}

/// Calls `look` with every mapping that has keys, and where it stands in the schema.
fn each_mapping<'s>(schema: &'s Value, path: &str, look: &mut impl FnMut(&str, &'s Value)) {
    if schema["properties"].is_object() {
        look(path, schema);
    }
    for (key, inner) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), inner) {
            ("properties" | "$defs" | "patternProperties", Value::Object(schemas)) => {
                schemas.iter().for_each(|(key, schema)| each_mapping(schema, &format!("{path}/{key}"), look));
            }
            ("items", inner) => each_mapping(inner, &format!("{path}[]"), look),
            ("oneOf" | "anyOf", Value::Array(schemas)) => {
                schemas.iter().enumerate().for_each(|(i, schema)| each_mapping(schema, &format!("{path}/{i}"), look));
            }
            _ => {}
        }
    }
}

#[test]
fn what_is_left_out_means_what_the_schema_says() {
    let recipe = read(&Input::new("least.yaml", LEAST.as_bytes())).unwrap().recipe;
    let (schema, meant) = (plain_schema(), print::typed(&recipe));
    let mut comparison = Comparison { schema: &schema, recipe: &meant, n_compared: 0 };
    comparison.value("", &as_json(LEAST), &meant);
    assert!(comparison.n_compared > 40, "only {} defaults were compared", comparison.n_compared);
}

/// Compares what was not typed with its default.
struct Comparison<'a> {
    schema: &'a Value,
    recipe: &'a Value,
    n_compared: u32,
}

impl Comparison<'_> {
    fn value(&mut self, path: &str, typed: &Value, meant: &Value) {
        match typed {
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.value(&format!("{path}[{i}]"), item, &meant[i]);
                }
            }
            Value::Object(fields) => {
                self.left_out(path, typed, meant);
                for (key, inner) in fields {
                    self.value(&format!("{path}.{key}"), inner, &meant[key]);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    fn left_out(&mut self, path: &str, typed: &Value, meant: &Value) {
        let schema = described(self.schema, path, self.recipe).unwrap_or_else(|| panic!("`{path}` is not described"));
        let properties = schema["properties"].as_object().into_iter().flatten();
        for (key, property) in properties.filter(|(key, _)| typed.get(key).is_none()) {
            match (meant.get(key), property.get("default")) {
                (Some(found), Some(default)) => {
                    let is_same = same(self.schema, property, default, found);
                    assert!(is_same, "`{path}.{key}` is {found}, its default is said to be {default}");
                }
                (Some(found), None) => {
                    assert!(property.get("x-default").is_some(), "`{path}.{key}` is {found}, and nothing says so");
                }
                // What changes nothing is not written, so that recipes of before the key was there stay what they are.
                (None, Some(default)) if *default == json!(false) || *default == json!(0.0) => {}
                (None, default) => assert_eq!(default, None, "`{path}.{key}` is said to have a default"),
            }
            self.n_compared += u32::from(meant.get(key).is_some());
        }
    }
}

/// Compares a default with what was read; numbers by value, mappings with their own defaults filled in.
fn same(root: &Value, property: &Value, default: &Value, found: &Value) -> bool {
    match (default, found) {
        (Value::Object(default), Value::Object(found)) => {
            let schema = resolved(root, property, &json!(found));
            let of = |key: &str| default.get(key).or_else(|| schema["properties"][key].get("default"));
            found.iter().all(|(key, value)| of(key).is_some_and(|default| same(root, &Value::Null, default, value)))
        }
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(_), _) | (Value::String(_), _) | (Value::Bool(_), _) | (Value::Null, _) => default == found,
        (Value::Object(_), _) | (Value::Number(_), _) => false,
    }
}

#[test]
fn every_key_has_a_title_a_description_an_example_and_every_number_its_unit() {
    let mut missing = Vec::new();
    each_property(&mut schema(), &mut |key, property| {
        if property.contains_key("const") && key == "type" {
            return;
        }
        for part in ["title", "description", "examples"] {
            if !property.contains_key(part) {
                missing.push(format!("{key}: {part}"));
            }
        }
        let is_number = json!(property).to_string().contains(r#"{"type":"number"#) || property.contains_key("minimum");
        if is_number && !property.contains_key("x-unit") {
            missing.push(format!("{key}: x-unit"));
        }
    });
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_mapping_refuses_keys_it_does_not_know() {
    let schema = plain_schema();
    each_mapping(&schema, "", &mut |path, mapping| {
        assert_eq!(mapping["additionalProperties"], false, "at `{path}`");
    });
}

#[test]
fn nothing_is_a_value_only_where_another_recipe_is_extended() {
    assert!(!plain_schema().to_string().contains("\"null\""));
    let schema = schema();
    for (name, part) in schema["$defs"].as_object().unwrap() {
        let is_part = name == "Extending" || name.starts_with("part-of-");
        assert!(is_part || !part.to_string().contains("\"null\""), "{name}");
        assert!(!is_part || !part.to_string().contains("\"required\""), "{name}");
    }
}
