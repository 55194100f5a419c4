//! The JSON Schema of the recipe as typed.

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};

use crate::recipe::typed::{TypedRecipe, extending, variables, words};

/// Returns the JSON Schema (draft 2020-12) of a recipe, as editors read it.
pub fn schema() -> Value {
    let mut schema = plain_schema();
    variables::allow(&mut schema);
    each_property(&mut schema, &mut |key, property| {
        property.insert("title".to_owned(), title(key).into());
        tell_unit_and_default(property);
    });
    extending::allow(&mut schema);
    schema
}

/// Returns the schema without what only editors need: variables and titles. The reference is written from it.
pub fn plain_schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<TypedRecipe>().to_value();
    schema["title"] = "A Pedigree recipe".into();
    one_line(&mut schema);
    without_nothing(&mut schema);
    words::collect(&mut schema);
    bound(&mut schema);
    schema
}

/// Puts each paragraph of a doc comment on one line.
fn one_line(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::String(text)) = fields.get_mut("description") {
                *text =
                    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ")).collect::<Vec<_>>().join("\n\n");
            }
            fields.values_mut().for_each(one_line);
        }
        Value::Array(items) => items.iter_mut().for_each(one_line),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Takes out the nothing that `Option` allows: in a recipe it is a mistake.
fn without_nothing(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.retain(|key, value| !(key == "default" && value.is_null()));
            if let Some(Value::Object(default)) = fields.get_mut("default") {
                default.retain(|_, value| !value.is_null());
            }
            if let Some(Value::Array(kinds)) = fields.get_mut("type") {
                kinds.retain(|kind| kind != "null");
                if let [only] = kinds.as_slice() {
                    fields["type"] = only.clone();
                }
            }
            if let Some(Value::Array(kinds)) = fields.get_mut("anyOf") {
                kinds.retain(|kind| *kind != json!({ "type": "null" }));
                if let [Value::Object(only)] = kinds.as_slice() {
                    let only = only.clone();
                    fields.remove("anyOf");
                    for (key, value) in only {
                        fields.entry(key).or_insert(value);
                    }
                }
            }
            fields.values_mut().for_each(without_nothing);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nothing),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Replaces the width of a Rust number by the bounds it stands for.
fn bound(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(bound);
            let Some(most) = fields.get("format").and_then(Value::as_str).and_then(most_of) else { return };
            fields.remove("format");
            if fields.contains_key("const") {
                fields.remove("minimum");
            } else if let Some(most) = most {
                fields.entry("maximum").or_insert(most);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(bound),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Returns the largest number of a width that has one; `None` where the text names no width.
fn most_of(format: &str) -> Option<Option<Value>> {
    match format {
        "uint32" => Some(Some(u32::MAX.into())),
        "uint64" => Some(Some(i64::MAX.into())),
        "double" => Some(None),
        _ => None,
    }
}

/// Returns a key as a heading: `batch-tokens` becomes `Batch tokens`.
fn title(key: &str) -> String {
    let words = key.replace('-', " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Adds to the description what editors do not show by themselves.
fn tell_unit_and_default(property: &mut Map<String, Value>) {
    let Some(mut text) = property.get("description").and_then(Value::as_str).map(str::to_owned) else { return };
    if let Some(unit) = property.get("x-unit").and_then(Value::as_str)
        && !["number", "version", "seed"].contains(&unit)
        && !text.contains(unit)
    {
        text.push_str(&format!(" Unit: {unit}."));
    }
    if let Some(default) = property.get("x-default").and_then(Value::as_str) {
        text.push_str(&format!(" Default: {default}."));
    }
    property.insert("description".to_owned(), text.into());
}

/// Calls `change` with every property of every mapping and its key.
pub(super) fn each_property(schema: &mut Value, change: &mut impl FnMut(&str, &mut Map<String, Value>)) {
    let Value::Object(fields) = schema else { return };
    for (key, inner) in fields.iter_mut() {
        match (key.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                for (key, property) in properties {
                    if let Value::Object(property) = property {
                        change(key, property);
                    }
                    each_property(property, change);
                }
            }
            ("$defs" | "patternProperties", Value::Object(schemas)) => {
                schemas.values_mut().for_each(|schema| each_property(schema, change));
            }
            ("items" | "additionalProperties", inner) => each_property(inner, change),
            ("oneOf" | "anyOf", Value::Array(schemas)) => {
                schemas.iter_mut().for_each(|schema| each_property(schema, change));
            }
            _ => {}
        }
    }
}
