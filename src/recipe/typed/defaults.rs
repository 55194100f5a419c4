//! Defaults out of the values the reader takes them from.

use schemars::Schema;
use serde_json::{Map, Value};

/// Returns what gives the properties of a schema these defaults, and lets them be left out.
///
/// Of a schema with kinds, the defaults with a `type` go to the kind with that word.
pub fn defaults<const N: usize>(values: [Value; N]) -> impl FnMut(&mut Schema) {
    move |schema| {
        for value in &values {
            let (Some(fields), Some(schema)) = (value.as_object(), schema.as_object_mut()) else { continue };
            match schema.get_mut("oneOf").and_then(Value::as_array_mut) {
                Some(kinds) => {
                    let is_meant = |kind: &&mut Value| kind["properties"]["type"]["const"] == value["type"];
                    if let Some(kind) = kinds.iter_mut().find(is_meant).and_then(Value::as_object_mut) {
                        give(kind, fields);
                    }
                }
                None => give(schema, fields),
            }
        }
    }
}

fn give(schema: &mut Map<String, Value>, fields: &Map<String, Value>) {
    for (key, default) in fields.iter().filter(|(key, _)| *key != "type") {
        if let Some(property) = schema.get_mut("properties").and_then(|properties| properties.get_mut(key)) {
            property["default"] = default.clone();
        }
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|name| name != key);
        }
    }
}
