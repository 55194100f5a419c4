//! The `tsv` source: fields between tabs, one row a line; a quote is a quote.

use std::ops::ControlFlow;

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::data::source::files::SourceFile;
use crate::data::source::line;
use crate::data::source::pieces::Piece;
use crate::data::source::table::Header;
use crate::data::source::{Sink, no_rows};
use crate::recipe::dataset::{Columns, Encoding};

/// Reads the rows of a piece of a file.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(
    file: &SourceFile,
    encoding: Encoding,
    has_header: bool,
    columns: &Columns,
    piece: &Piece,
    sink: Sink<'_>,
) -> Result<(), DataError> {
    let first = match first(file, encoding, has_header, columns)? {
        Some(Ok(first)) => first,
        // Whoever reads the first piece tells what is wrong with the first line.
        Some(Err(bad)) if piece.start == 0 => return sink(Err(bad)).map(drop),
        Some(Err(_)) => return Ok(()),
        None => return no_rows(Some(0), piece, file, "a header and rows", sink),
    };
    line::each(file, encoding, piece, &mut |line| {
        let made = match line.text {
            Ok(text) if text.is_empty() || (has_header && line.number == first.line) => {
                return Ok(ControlFlow::Continue(()));
            }
            Ok(text) => first.header.row(fields(&text)),
            Err(fault) => Err(fault),
        };
        let row = |fields| Row::of_line(file, line.number, Value::Object(fields));
        sink(made.map(row).map_err(|fault| fault.at(&file.path, line.number)))
    })?;
    Ok(())
}

/// The first line that says something.
struct First {
    header: Header,
    line: u64,
}

fn first(
    file: &SourceFile,
    encoding: Encoding,
    has_header: bool,
    columns: &Columns,
) -> Result<Option<Result<First, BadRow>>, DataError> {
    let mut first = None;
    line::each(file, encoding, &Piece::WHOLE, &mut |line| {
        let header = match line.text {
            Ok(text) if text.is_empty() => return Ok(ControlFlow::Continue(())),
            Ok(text) if has_header => Header::named(fields(&text), columns),
            Ok(text) => Header::numbered(fields(&text).len(), columns),
            Err(fault) => Err(fault),
        };
        let made = header.map(|header| First { header, line: line.number });
        first = Some(made.map_err(|fault| fault.at(&file.path, line.number)));
        Ok(ControlFlow::Break(()))
    })?;
    Ok(first)
}

fn fields(line: &str) -> Vec<String> {
    line.split('\t').map(str::to_owned).collect()
}
