//! Fields of a row: by name, with words for what is wrong with them.

use serde_json::{Map, Value as Json};

use crate::data::record::MediaKind;
use crate::data::row::Value;

/// The fields that tell a record's class and group, where the recipe names them.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) label: Option<String>,
    pub(super) group: Option<String>,
}

impl Told {
    /// Returns the class and the group; one that is not named is taken by its usual name where it is there.
    ///
    /// # Errors
    /// When a field that is named is missing or empty, or one is neither text nor a number nor a truth value.
    pub(super) fn of(&self, fields: &Map<String, Json>) -> Result<[Option<String>; 2], String> {
        let one = |named: &Option<String>, usual: &str| match (named, fields.get(usual)) {
            (Some(name), _) => match field(fields, name)? {
                text if text.trim().is_empty() => Err(format!("the field `{name}`: expected some text, found none")),
                text => Ok(Some(text)),
            },
            (None, None | Some(Json::Null)) => Ok(None),
            (None, Some(_)) => field(fields, usual).map(|text| Some(text).filter(|text| !text.trim().is_empty())),
        };
        Ok([one(&self.label, "label")?, one(&self.group, "group")?])
    }
}

/// An object with its number within a list, where it stands in one.
pub(super) type Numbered = (Option<usize>, Map<String, Json>);

/// Returns the objects of a row, each with its number where a row has several: its fields, or text that is JSON.
///
/// # Errors
/// When it has no fields, and is no JSON with objects.
pub(super) fn objects(value: Value) -> Result<Vec<Numbered>, String> {
    match json(value)? {
        Json::Object(fields) => Ok(vec![(None, fields)]),
        Json::Array(items) => {
            let numbered = items.into_iter().enumerate().map(|(i, item)| match item {
                Json::Object(fields) => Ok((Some(i + 1), fields)),
                other => Err(format!("item {}: expected an object, found {}", i + 1, kind(&other))),
            });
            numbered.collect()
        }
        other => Err(format!("expected an object or a list of objects, found {}", kind(&other))),
    }
}

/// Says of which item of a list something is wrong.
pub(super) fn within(n: Option<usize>, reason: String) -> String {
    match n {
        Some(n) => format!("item {n}: {reason}"),
        None => reason,
    }
}

/// Returns the JSON of a row: its fields, or its text read as JSON.
///
/// # Errors
/// When it is neither.
pub(super) fn json(value: Value) -> Result<Json, String> {
    match value {
        Value::Object(fields) => Ok(Json::Object(fields)),
        Value::Text(text) => serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(|error| no_json(&error)),
        Value::Media(media) => {
            Err(format!("expected fields, or text that is JSON; found {}", media_kind(media.media.kind)))
        }
    }
}

/// Says where text ceases to be JSON; the words of the parser may hold a part of it.
pub(super) fn no_json(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "ends too early",
        _ => "has a mistake",
    };
    format!("expected JSON, which {what} at its line {}, column {}", error.line(), error.column())
}

/// Returns the text of a field.
///
/// # Errors
/// When it is missing, or neither text nor a number nor a truth value.
pub(super) fn field(fields: &Map<String, Json>, name: &str) -> Result<String, String> {
    let value = fields.get(name).ok_or_else(|| format!("the field `{name}` is missing"))?;
    scalar(value).ok_or_else(|| format!("the field `{name}`: expected text, found {}", kind(value)))
}

/// Returns text, a number or a truth value as text.
pub(super) fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// Returns what kind of value this is.
pub(super) fn kind(value: &Json) -> &'static str {
    match value {
        Json::Null => "nothing",
        Json::Bool(_) => "a truth value",
        Json::Number(_) => "a number",
        Json::String(_) => "text",
        Json::Array(_) => "a list",
        Json::Object(_) => "an object",
    }
}

/// Returns what kind of row this is.
pub(super) fn row_kind(value: &Value) -> &'static str {
    match value {
        Value::Text(_) => "text",
        Value::Object(_) => "fields",
        Value::Media(media) => media_kind(media.media.kind),
    }
}

fn media_kind(kind: MediaKind) -> &'static str {
    match kind {
        MediaKind::Image => "a picture",
        MediaKind::Audio => "a sound",
    }
}

/// Returns a text without a byte order mark, and with the line ends of Unix.
pub(super) fn plain(text: &str) -> String {
    text.trim_start_matches('\u{feff}').replace("\r\n", "\n")
}
