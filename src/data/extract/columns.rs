//! No extraction: a row is a record.

use crate::data::clean::Counts;
use crate::data::extract::Extractor;
use crate::data::record::{Content, Record};
use crate::data::row::{Row, Sample, Value};
use crate::recipe::dataset::Source;

/// Which columns of a row of fields say what.
pub(super) struct Columns;

impl Columns {
    /// Returns the columns a source names.
    pub(super) fn of(_: &Source) -> Self {
        Self
    }
}

impl Extractor for Columns {
    fn records(&self, row: Row, _: &mut Counts) -> Result<Vec<Record>, String> {
        let Row { id, document, line: _, value, label } = row;
        let content = match value {
            Value::Text(text) => Content::Text(text),
            Value::Media(Sample { media, fields }) => {
                return Ok(vec![Record { label, fields, ..Record::new(id, document, Content::Media(media)) }]);
            }
            Value::Object(_) => return Err("fields have no text".to_owned()),
        };
        Ok(vec![Record { label, ..Record::new(id, document, content) }])
    }
}
