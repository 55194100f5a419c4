//! Any file is read as rows, or it is told what is wrong with it.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::{Value, json};

use crate::data::extract;
use crate::data::look;
use crate::data::row::{BadRow, Row};
use crate::data::source::{self, Piece};
use crate::data::{DataError, clean::Counts};
use crate::recipe::dataset::{Encoding, Source};
use crate::scratch;

/// Stands in the seeds as data that is private: no message may repeat it.
pub const PRIVATE: &str = "QZXJ";
/// The most rows that are asked for.
const MOST_ROWS: usize = 20_000;

/// Reads files of lines and tables of text; the first byte says of what kind they are, the second how they are encoded and packed.
pub fn text(bytes: &[u8]) {
    let [kind, form, content @ ..] = bytes else { return };
    let (encoding, _) = Encoding::ALL[usize::from(form & 0x3f) % Encoding::ALL.len()];
    let packing = ["", "", ".gz", ".zst"][usize::from(form >> 6)];
    let with = |specific: Value| source_of(json!({ "encoding": encoding }), specific);
    let source = match kind % 8 {
        0 => with(json!({ "type": "jsonl" })),
        1 => with(json!({ "type": "csv", "delimiter": ",", "header": true })),
        2 => with(json!({ "type": "csv", "delimiter": ";", "header": false })),
        3 => with(json!({ "type": "tsv", "header": true })),
        4 => with(json!({ "type": "tsv", "header": false })),
        5 => with(json!({ "type": "lines" })),
        6 => with(json!({ "type": "lines", "separator": "\t", "classes": ["a", "b"] })),
        _ => with(json!({ "type": "files" })),
    };
    read(&source, &format!("data{packing}"), content);
}

/// Reads files of columns; the first byte says of which kind.
pub fn columns(bytes: &[u8]) {
    scratch::panics_may_be_caught();
    let [kind, content @ ..] = bytes else { return };
    let kind = ["parquet", "arrow"][usize::from(kind % 2)];
    read(&source_of(json!({}), json!({ "type": kind })), "data", content);
    if kind == "parquet" {
        let path = scratch::file("rows/data", content);
        let looked = look::facts(&path).map(drop).and(look::cells(&path, 3, 7, 80).map(drop));
        let message = looked.err().map(|error| error.to_string()).unwrap_or_default();
        assert!(message.is_empty() || message.contains(&path.display().to_string()), "{message}");
    }
}

/// Reads pictures in IDX files; the first two bytes say how long the file of the pictures is, and the file of the classes follows.
pub fn idx(bytes: &[u8]) {
    let [high, low, content @ ..] = bytes else { return };
    let cut = usize::from(u16::from_be_bytes([*high, *low])).min(content.len());
    scratch::file("rows/labels", &content[cut..]);
    let idx = json!({ "type": "idx", "images": "images", "labels": "labels" });
    let root = scratch::folder().join("rows").display().to_string();
    let mut source = idx;
    source["root"] = json!(root);
    let source = serde_json::from_value(source).expect("this is a source");
    read(&source, "images", &content[..cut]);
}

fn source_of(mut general: Value, specific: Value) -> Source {
    let general_fields = general.as_object_mut().expect("an object");
    general_fields.extend(specific.as_object().expect("an object").clone());
    let root = scratch::folder().join("rows").display().to_string();
    let common = json!({ "root": root, "include": ["data*"], "exclude": [], "strip-components": 0 });
    general_fields.extend(common.as_object().expect("an object").clone());
    serde_json::from_value(general).expect("this is a source")
}

fn read(source: &Source, name: &str, content: &[u8]) {
    let path = scratch::file(&format!("rows/{name}"), content);
    let metadata = std::fs::metadata(&path).expect("it was just written");
    let stat = source::Stat::of(&metadata);
    let file = source::SourceFile { name: name.to_owned(), path: path.clone(), bytes: metadata.len(), stat };
    let extractor = extract::prepare(None, source).expect("no extraction has no mistake");
    let (mut n, mut rows) = (0, Vec::new());
    let done = source::read(source, &file, &mut |row| {
        n += 1;
        if let Err(bad) = &row {
            told(bad, &path);
        }
        if let Ok(row) = row {
            rows.push(row.clone());
            records(&*extractor, row);
        }
        Ok(if n < MOST_ROWS { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    });
    if let Err(error) = done {
        let message = error.to_string();
        assert!(matches!(error, DataError::Io { .. }), "{message}");
        assert!(message.contains(&path.display().to_string()), "{message}");
    }
    if n < MOST_ROWS {
        in_pieces(source, &file, content, &rows);
    }
}

/// A file that is cut where somebody else likes has the same rows.
fn in_pieces(source: &Source, file: &source::SourceFile, content: &[u8], rows: &[Row]) {
    let is_cut = matches!(source, Source::Jsonl { .. } | Source::Tsv { .. } | Source::Lines { .. });
    let is_utf8 = matches!(
        source,
        Source::Jsonl { encoding: Encoding::Utf8, .. }
            | Source::Tsv { encoding: Encoding::Utf8, .. }
            | Source::Lines { encoding: Encoding::Utf8, .. }
    );
    if !is_cut || !is_utf8 || file.name != "data" || content.len() < 2 {
        return;
    }
    let cut = content.len() / 2;
    let lines_before = content[..cut].iter().filter(|byte| **byte == b'\n').count() as u64;
    let (start, end) = (cut as u64, content.len() as u64);
    let mut found = Vec::new();
    for piece in [Piece { start: 0, end: start, lines_before: 0 }, Piece { start, end, lines_before }] {
        let read = source::read_range(source, file, &piece, &mut |row| {
            found.extend(row.ok());
            Ok(ControlFlow::Continue(()))
        });
        read.expect("the whole file was read");
    }
    assert!(found == rows, "in pieces there are {} rows, and {} in one", found.len(), rows.len());
}

fn records(extractor: &dyn extract::Extractor, row: Row) {
    let (mut counts, id) = (Counts::new(), row.id.clone());
    match extractor.records(row, &mut counts) {
        Ok(records) => assert!(records.iter().all(|record| !record.id.is_empty()), "{id}"),
        Err(reason) => assert!(!reason.is_empty() && !reason.contains(PRIVATE), "{reason}"),
    }
}

fn told(bad: &BadRow, path: &Path) {
    let message = bad.to_string();
    assert!(message.starts_with(&path.display().to_string()) || bad.path.ends_with("labels"), "{message}");
    assert!(!bad.reason.is_empty() && bad.reason.len() < 1000, "{message}");
    assert!(!bad.reason.contains(PRIVATE), "a message holds what the row says: {message}");
    assert!(bad.line != Some(0) && bad.column != Some(0), "{message}");
}
