//! What tables of text have in common: names of columns, and rows with one field for each.

use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use crate::data::source::fault::Fault;
use crate::recipe::dataset::Columns;

/// The names of the columns of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header(Vec<String>);

impl Header {
    /// Returns the columns a first row names; every column the recipe names has to be among them.
    ///
    /// # Errors
    /// When a name is empty or stands twice, or a column is missing.
    pub(super) fn named(names: Vec<String>, columns: &Columns) -> Result<Self, Fault> {
        let mut seen = HashSet::new();
        for (i, name) in names.iter().enumerate() {
            if !seen.insert(name.as_str()) {
                return Err(Fault::new(format!("column {} has the name of an earlier column", i + 1)));
            }
        }
        Self(names).with(columns)
    }

    /// Returns the columns of a table without names: they are called `1`, `2`, ….
    ///
    /// # Errors
    /// When a column that the recipe names is missing.
    pub(super) fn numbered(n: usize, columns: &Columns) -> Result<Self, Fault> {
        Self((1..=n).map(|i| i.to_string()).collect()).with(columns)
    }

    fn with(self, columns: &Columns) -> Result<Self, Fault> {
        match columns.named().find(|named| !self.0.iter().any(|name| name == named)) {
            // The names are not told: the first row of a table without a header is data.
            Some(missing) => Err(Fault::new(missing_column(missing, self.0.len()))),
            None => Ok(self),
        }
    }

    /// Returns the fields of a row by their names.
    ///
    /// # Errors
    /// When there are more or fewer fields than columns.
    pub(super) fn row(&self, fields: Vec<String>) -> Result<Map<String, Json>, Fault> {
        let (expected, found) = (self.0.len(), fields.len());
        if expected != found {
            return Err(Fault::new(format!("expected {}, found {found}", n_fields(expected))));
        }
        Ok(self.0.iter().cloned().zip(fields.into_iter().map(Json::String)).collect())
    }
}

/// Returns what is said of a column that is not there.
pub(super) fn missing_column(name: &str, n: usize) -> String {
    let columns = if n == 1 { "1 column".to_owned() } else { format!("{n} columns") };
    format!("column `{name}` is missing: found {columns}, and none is called so")
}

fn n_fields(n: usize) -> String {
    if n == 1 { "1 field".to_owned() } else { format!("{n} fields") }
}
