//! Records out of the fields of a row, by templates of the recipe.

use serde_json::{Map, Value as Json};

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::extract::Extractor;
use crate::data::extract::fields::Told;
use crate::data::extract::says::{Keys, Made, Origin};
use crate::data::record::{Content, Media, Record};
use crate::data::row::{Row, Sample, Value};
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
        let (fields, sample) = match row.value {
            Value::Object(fields) => (fields, None),
            Value::Text(text) => (Map::from_iter([("text".to_owned(), text.into())]), None),
            Value::Media(sample) => (known(&sample, row.label.as_deref()), Some(sample)),
        };
        let fill = |key, template: &Template| template.render(&fields).map_err(|error| format!("`{key}`: {error}"));
        let Some(mut record) = self.made.record(&origin, None, counts, fill)? else { return Ok(Vec::new()) };
        let [label, group] = Told { label: None, group: None }.of(&fields)?;
        record.label = record.label.or(label);
        if let Some(Sample { media, fields }) = sample {
            // What a template says of a picture or a sound is its caption.
            let Content::Text(caption) = record.content else {
                return Err(
                    "expected a `text`, which is what a picture or a sound shows; found `prompt` and `response`"
                        .to_owned(),
                );
            };
            record.content = Content::Media(Media { caption, ..media });
            record.fields.extend(fields);
        }
        if let Some(group) = group {
            record.fields.entry("group".to_owned()).or_insert(group);
        }
        Ok(vec![record])
    }
}

/// Returns what is known of a picture or a sound, for a template to say.
fn known(sample: &Sample, label: Option<&str>) -> Map<String, Json> {
    let Sample { media, fields } = sample;
    let told = [("text", Some(media.caption.as_str())), ("label", label)];
    let told = told.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into())));
    let fields = fields.iter().map(|(name, value)| (name.clone(), value.as_str().into()));
    fields.chain(told).collect()
}

/// Reads a template.
///
/// # Errors
/// When it is none.
pub(super) fn parse(key: &'static str, text: &str) -> Result<Template, DataError> {
    Template::parse(text).map_err(|error| DataError::BadExtraction { key, message: error.to_string() })
}
