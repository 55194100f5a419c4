//! JSON as strict as RFC 8259 recommends: no key twice; what is wrong is told by its column, and never by what stands there.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::data::source::fault::Fault;

/// What is said of a key that stands twice.
const TWICE: &str = "the same key stands twice in an object";

/// Parses one value.
///
/// # Errors
/// What is wrong with it, and in which column.
pub(super) fn parse(text: &str) -> Result<Value, Fault> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Strict.deserialize(&mut deserializer).and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| fault(text, &error))
}

/// Returns the kind of a value, as a message names it.
pub(in crate::data) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a truth value",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Counts columns in characters: the parser counts bytes.
fn fault(text: &str, error: &serde_json::Error) -> Fault {
    let told = error.to_string();
    let what = told.split(" at line ").next().unwrap_or_default();
    let reason = match what {
        TWICE => TWICE.to_owned(),
        _ if error.is_eof() => format!("invalid JSON: the line ends too early ({what})"),
        _ => format!("invalid JSON: {what}"),
    };
    let mut before = error.column().saturating_sub(1).min(text.len());
    while !text.is_char_boundary(before) {
        before -= 1;
    }
    Fault::after(&text[..before], reason)
}

/// Takes any value, and no key twice.
struct Strict;

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(Self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(Self)?;
            if map.insert(key, value).is_some() {
                return Err(A::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_by_their_column_in_characters_and_without_what_stands_there() {
        let told = |text: &str| {
            let fault = parse(text).unwrap_err();
            (fault.column.unwrap(), fault.reason)
        };
        assert_eq!(told(r#"{"词": secret}"#), (7, "invalid JSON: expected value".to_owned()));
        assert_eq!(told(r#"{"a": 1, "a": 2}"#).1, TWICE);
        assert_eq!(told(r#"{"a": {"b": 1, "b": 1}}"#).1, TWICE);
        assert_eq!(told(r#"{"a": 1e999}"#).1, "invalid JSON: number out of range");
        assert!(told(&"[".repeat(1000)).1.contains("recursion limit exceeded"));
        assert!(told(r#"{"a": "#).1.contains("the line ends too early"));
        assert!(told("{} {}").1.contains("trailing characters"));
    }

    #[test]
    fn a_value_is_what_another_parser_reads() {
        let text = r#"{"a": [1, -2, 3.5, true, null, "x\u00e9\ud834\udd1e"], "b": {"c": 18446744073709551615}}"#;
        assert_eq!(parse(text).unwrap(), serde_json::from_str::<Value>(text).unwrap());
    }
}
