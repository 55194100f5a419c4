//! What the columns of a row tell of it goes on to every record that an extraction makes of the row.
//!
//! What the extraction itself tells of a record counts first; a recipe in which both name the same is refused.

use serde_json::{Map, Value as Json};

use crate::data::clean::Counts;
use crate::data::extract::columns::{kept, scalar};
use crate::data::extract::{Extractor, fields};
use crate::data::record::Record;
use crate::data::row::{Row, Value};
use crate::recipe::dataset::Columns;

/// An extraction from rows with columns.
pub(super) struct Carried {
    pub(super) columns: Columns,
    pub(super) extractor: Box<dyn Extractor>,
}

/// What the columns of a row tell.
struct Told {
    label: Option<String>,
    group: Option<String>,
    id: Option<String>,
    kept: Vec<(String, String)>,
}

impl Extractor for Carried {
    fn records(&self, mut row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let Value::Object(fields) = &row.value else { return self.extractor.records(row, counts) };
        let Told { label, group, id, kept } = self.told(fields)?;
        if let Some(id) = id {
            row.id = format!("{}#{id}", row.document);
        }
        let mut records = self.extractor.records(row, counts)?;
        for record in &mut records {
            // An extraction that names no field takes one of the usual name; a column that is named counts more.
            if self.columns.label.is_some() || record.label.is_none() {
                record.label = label.clone().or(record.label.take());
            }
            if let Some(group) = group.clone()
                && (self.columns.group.is_some() || !record.fields.contains_key("group"))
            {
                record.fields.insert("group".to_owned(), group);
            }
            for (name, value) in &kept {
                record.fields.entry(name.clone()).or_insert_with(|| value.clone());
            }
        }
        Ok(records)
    }
}

impl Carried {
    /// Returns what the columns tell; one that is named has to be there.
    fn told(&self, row: &Map<String, Json>) -> Result<Told, String> {
        let Columns { label, group, id, keep, .. } = &self.columns;
        let one = |named: &Option<String>, usual: &str| match named {
            Some(name) => scalar(row, Some(name), usual),
            // A field that only happens to have the usual name may hold anything.
            None => Ok(row.get(usual).and_then(fields::scalar).filter(|text| !text.trim().is_empty())),
        };
        let kept = keep.iter().map(|name| Ok(kept(row, name)?.map(|value| (name.clone(), value))));
        let kept = kept.collect::<Result<Vec<_>, String>>()?.into_iter().flatten().collect();
        Ok(Told { label: one(label, "label")?, group: one(group, "group")?, id: one(id, "id")?, kept })
    }
}
