//! Words as editors complete them: one list, with what each of them says.

use serde_json::{Map, Value, json};

/// Turns a choice among constants into a list of words, and gives a mapping of one key the description of its choice.
pub fn collect(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            if let Some(words) = words(fields) {
                fields.remove("oneOf");
                fields.extend(words);
            }
            if let Some(Value::Array(kinds)) = fields.get_mut("oneOf") {
                kinds.iter_mut().for_each(describe_only_key);
            }
            fields.values_mut().for_each(collect);
        }
        Value::Array(items) => items.iter_mut().for_each(collect),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn words(fields: &Map<String, Value>) -> Option<Map<String, Value>> {
    let kinds = fields.get("oneOf")?.as_array()?;
    let words: Option<Vec<_>> = kinds.iter().map(|kind| kind.get("const").filter(|word| word.is_string())).collect();
    let says: Vec<_> = kinds.iter().map(|kind| kind.get("description").cloned().unwrap_or_default()).collect();
    let collected = json!({ "type": "string", "enum": words?, "enumDescriptions": says });
    collected.as_object().cloned()
}

fn describe_only_key(kind: &mut Value) {
    let Some(description) = kind.get("description").cloned() else { return };
    let Some(properties) = kind.get_mut("properties").and_then(Value::as_object_mut) else { return };
    if let (1, Some(Value::Object(property))) = (properties.len(), properties.values_mut().next())
        && !property.contains_key("const")
    {
        property.entry("description").or_insert(description);
    }
}
