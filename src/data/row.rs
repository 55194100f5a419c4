//! Rows: what a source yields, before anything is made of it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Map;

use crate::data::record::Media;
use crate::data::source::SourceFile;

/// One row of a source: a document, a line of a file, or an image with its label.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// What names the row within its dataset; the same for the same data, wherever it lies.
    pub id: String,
    /// The source document it comes from.
    pub document: String,
    /// The line or row of its file where it begins, from 1; `None` where it is the whole file.
    pub line: Option<u64>,
    /// What it holds.
    pub value: Value,
    /// The class it belongs to, where the source tells.
    pub label: Option<String>,
}

impl Row {
    /// Returns a row of a file that has many, named by the line or row on which it begins, from 1.
    pub fn of_line(file: &SourceFile, line: u64, value: Value) -> Self {
        let id = format!("{}#{line}", file.name);
        Self { id, document: file.name.clone(), line: Some(line), value, label: None }
    }
}

/// What a row holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text.
    Text(String),
    /// Named fields, as in JSON Lines, CSV and Parquet.
    Object(Map<String, serde_json::Value>),
    /// A picture or a sound.
    Media(Sample),
}

/// A picture or a sound, and what is known of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// The picture or the sound itself.
    pub media: Media,
    /// What is known of it, such as its width, its length, or who speaks.
    pub fields: BTreeMap<String, String>,
}

/// A row that cannot be read, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{}: {reason}", path.display(), place(*line, *column))]
pub struct BadRow {
    /// The file.
    pub path: PathBuf,
    /// The line or row, from 1; `None` where the whole file is bad.
    pub line: Option<u64>,
    /// The column, from 1, where one is known.
    pub column: Option<u64>,
    /// What is wrong with it, and what was expected; never what it says.
    pub reason: String,
}

impl BadRow {
    /// Returns a bad row at a line, from 1.
    pub fn at(path: impl Into<PathBuf>, line: u64, reason: impl Into<String>) -> Self {
        Self { path: path.into(), line: Some(line), column: None, reason: reason.into() }
    }

    /// Returns a file none of which can be read.
    pub fn whole(path: impl Into<PathBuf>, reason: impl Into<String>) -> Self {
        Self { path: path.into(), line: None, column: None, reason: reason.into() }
    }
}

fn place(line: Option<u64>, column: Option<u64>) -> String {
    match (line, column) {
        (Some(line), Some(column)) => format!(":{line}:{column}"),
        (Some(line), None) => format!(":{line}"),
        (None, _) => String::new(),
    }
}
