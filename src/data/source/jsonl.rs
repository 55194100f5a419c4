//! The `jsonl` source: one object a line.

use std::ops::ControlFlow;

use serde_json::{Map, Value as Json};

use crate::data::error::DataError;
use crate::data::row::{Row, Value};
use crate::data::source::fault::Fault;
use crate::data::source::files::SourceFile;
use crate::data::source::json;
use crate::data::source::line;
use crate::data::source::pieces::Piece;
use crate::data::source::{Sink, no_rows};
use crate::recipe::dataset::Encoding;

/// Reads the rows of a piece of a file.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(file: &SourceFile, encoding: Encoding, piece: &Piece, sink: Sink<'_>) -> Result<(), DataError> {
    let n = line::each(file, encoding, piece, &mut |line| {
        let made = match line.text {
            Ok(text) if text.trim_ascii().is_empty() => return Ok(ControlFlow::Continue(())),
            Ok(text) => object(&text),
            Err(fault) => Err(fault),
        };
        let row = |fields| Row::of_line(file, line.number, Value::Object(fields));
        sink(made.map(row).map_err(|fault| fault.at(&file.path, line.number)))
    })?;
    no_rows(n, piece, file, "one object a line", sink)
}

fn object(text: &str) -> Result<Map<String, Json>, Fault> {
    match json::parse(text) {
        Ok(Json::Object(fields)) => Ok(fields),
        Ok(Json::Array(_)) => {
            Err(Fault::new("expected an object, found a list: JSON Lines holds one object a line, not a list of them"))
        }
        Ok(other) => Err(Fault::new(format!("expected an object, found {}", json::kind(&other)))),
        Err(fault) if matches!(text.trim_ascii(), "[" | "{") => Err(Fault {
            reason: "expected an object on one line, found the beginning of JSON that spans several".to_owned(),
            ..fault
        }),
        Err(fault) => Err(fault),
    }
}
