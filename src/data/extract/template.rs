//! Records out of the fields of a row, by templates of the recipe.

use serde_json::Map;

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::extract::Extractor;
use crate::data::extract::fields::{Told, row_kind};
use crate::data::extract::says::{Keys, Made, Origin};
use crate::data::record::Record;
use crate::data::row::{Row, Value};
use crate::recipe::template::Template;

/// A record for each row, filled into templates.
pub(super) struct Filled {
    made: Made<Template>,
}

impl Filled {
    /// Reads the templates.
    ///
    /// # Errors
    /// When one is none.
    pub(super) fn new(keys: Keys<'_>) -> Result<Self, DataError> {
        Ok(Self { made: Made::new(keys, parse)? })
    }
}

impl Extractor for Filled {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let origin = Origin::of(&row);
        let fields = match row.value {
            Value::Object(fields) => fields,
            Value::Text(text) => Map::from_iter([("text".to_owned(), text.into())]),
            Value::Media(_) => return Err(format!("expected fields or text, found {}", row_kind(&row.value))),
        };
        let fill = |key, template: &Template| template.render(&fields).map_err(|error| format!("`{key}`: {error}"));
        let Some(mut record) = self.made.record(&origin, None, counts, fill)? else { return Ok(Vec::new()) };
        let [label, group] = Told { label: None, group: None }.of(&fields)?;
        record.label = record.label.or(label);
        if let Some(group) = group {
            record.fields.entry("group".to_owned()).or_insert(group);
        }
        Ok(vec![record])
    }
}

/// Reads a template.
///
/// # Errors
/// When it is none.
pub(super) fn parse(key: &'static str, text: &str) -> Result<Template, DataError> {
    Template::parse(text).map_err(|error| DataError::BadExtraction { key, message: error.to_string() })
}
