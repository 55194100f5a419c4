//! Records out of JSON, by paths (RFC 9535).

use serde_json_path::JsonPath;

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::extract::Extractor;
use crate::data::extract::fields::{json, kind, scalar, within};
use crate::data::extract::says::{Keys, Made, Origin};
use crate::data::record::Record;
use crate::data::row::Row;

/// A record for each value that a path finds.
#[derive(Debug)]
pub(super) struct Picked {
    each: JsonPath,
    /// Whether the row itself is the record.
    is_whole: bool,
    made: Made<JsonPath>,
}

impl Picked {
    /// Reads the paths.
    ///
    /// # Errors
    /// When one is none.
    pub(super) fn new(each: &str, keys: Keys<'_>) -> Result<Self, DataError> {
        let path = |key, text: &str| {
            let bad = |error: serde_json_path::ParseError| DataError::BadExtraction {
                key,
                message: error.message().to_owned(),
            };
            JsonPath::parse(text).map_err(bad)
        };
        Ok(Self { each: path("each", each)?, is_whole: each.trim() == "$", made: Made::new(keys, path)? })
    }
}

impl Extractor for Picked {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let origin = Origin::of(&row);
        let root = json(row.value)?;
        let items = self.each.query(&root).all();
        if items.is_empty() {
            *counts.entry("rows-without-items".to_owned()).or_default() += 1;
        }
        let mut records = Vec::new();
        for (i, item) in items.into_iter().enumerate() {
            let n = if self.is_whole { None } else { Some(i + 1) };
            let made = self.made.record(&origin, n, counts, |key, path| one(key, path, item));
            records.extend(made.map_err(|reason| within(n, reason))?);
        }
        Ok(records)
    }
}

/// Returns the one text that a path finds.
fn one(key: &str, path: &JsonPath, item: &serde_json::Value) -> Result<String, String> {
    match path.query(item).all().as_slice() {
        [] => Err(format!("`{key}`: the path finds nothing")),
        [value] => {
            let expected = "expected text, a number or a truth value";
            scalar(value).ok_or_else(|| format!("`{key}`: {expected}, found {}", kind(value)))
        }
        several => Err(format!("`{key}`: expected one value, and the path finds {}", several.len())),
    }
}
