//! The `arrow` source: IPC files and IPC streams, a batch at a time.
//!
//! A file is a stream between two marks, with a footer for those who jump about in it; it is read from its beginning.

mod messages;

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use arrow_ipc::reader::StreamReader;

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::data::source::Sink;
use crate::data::source::cells::{self, Cells};
use crate::data::source::files::SourceFile;
use crate::data::source::packed::Damaged;
use crate::recipe::dataset::Columns;

use messages::Messages;

/// What an IPC file begins and ends with.
const MARK: &[u8; 6] = b"ARROW1";

/// Reads the rows of a file.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(file: &SourceFile, columns: &Columns, sink: Sink<'_>) -> Result<(), DataError> {
    let whole = |reason: String| BadRow::whole(&file.path, reason);
    let stream = match stream(file) {
        Ok(stream) => stream,
        Err(error) => return refuse(file, error, 0, sink),
    };
    let mut reader = match guarded(|| StreamReader::try_new(stream, None).map_err(of)) {
        Ok(reader) => reader,
        Err(error) => return refuse(file, error, 0, sink),
    };
    let schema = reader.schema();
    if let Err(fault) = cells::check(&schema, columns) {
        return sink(Err(whole(fault.reason))).map(drop);
    }
    let mut row = 0;
    loop {
        let batch = match guarded(|| reader.next().transpose().map_err(of)) {
            Ok(Some(batch)) => batch,
            Ok(None) => return Ok(()),
            Err(error) => return refuse(file, error, row + 1, sink),
        };
        let cells = Cells::of(&batch, &schema);
        for i in 0..batch.num_rows() {
            row += 1;
            let made = cells.row(i).map(|fields| Row::of_line(file, row, Value::Object(fields)));
            if sink(made.map_err(|fault| fault.at(&file.path, row)))? == ControlFlow::Break(()) {
                return Ok(());
            }
        }
    }
}

/// Calls into the library: on damaged data it may panic.
fn guarded<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(messages::damaged(DAMAGED)))
}

/// What is said of data the library cannot read.
const DAMAGED: &str = "expected Arrow data, found something else or damaged data";

/// Opens the messages of a file, whichever of the two forms it has.
fn stream(file: &SourceFile) -> io::Result<Messages<BufReader<File>>> {
    let mut opened = File::open(&file.path)?;
    let mut mark = [0; 8];
    if file.bytes == 0 {
        return Err(messages::damaged("the file is empty: expected Arrow data"));
    }
    if file.bytes < mark.len() as u64 {
        return Err(messages::damaged("the Arrow data are cut off"));
    }
    opened.read_exact(&mut mark)?;
    if !mark.starts_with(MARK) {
        opened.seek(SeekFrom::Start(0))?;
        return Ok(Messages::new(BufReader::new(opened), file.bytes));
    }
    let mut end = [0; MARK.len()];
    opened.seek(SeekFrom::End(-(MARK.len() as i64)))?;
    opened.read_exact(&mut end)?;
    if end != *MARK {
        return Err(messages::damaged("the Arrow file is cut off: expected its mark at the end"));
    }
    let start = padded(&mut opened, mark.len() as u64)?;
    Ok(Messages::new(BufReader::new(opened), file.bytes - start))
}

/// Passes over the zeros behind the mark, by which writers align what follows; returns where they end.
fn padded(opened: &mut File, mark: u64) -> io::Result<u64> {
    let mut start = mark;
    loop {
        opened.seek(SeekFrom::Start(start))?;
        let mut word = [0; 4];
        let is_zero = opened.read_exact(&mut word).is_ok() && word == [0; 4];
        if !is_zero || start >= MOST_PADDING {
            opened.seek(SeekFrom::Start(start))?;
            return Ok(start);
        }
        start += word.len() as u64;
    }
}

/// How far the first message may be from the beginning of a file, in bytes.
const MOST_PADDING: u64 = 128;

/// Returns the error of reading that stopped the library, or says that the data are damaged: its own words may hold data.
fn of(error: arrow_schema::ArrowError) -> io::Error {
    match error {
        arrow_schema::ArrowError::IoError(_, error)
            if Damaged::of(&error).is_some() || error.raw_os_error().is_some() =>
        {
            error
        }
        _ => messages::damaged(DAMAGED),
    }
}

/// Tells of damage, in the row that could not be read, or in the whole file where that is 0; nothing can be read behind it.
fn refuse(file: &SourceFile, error: io::Error, row: u64, sink: Sink<'_>) -> Result<(), DataError> {
    let Some(Damaged(reason)) = Damaged::of(&error) else { return Err(DataError::io(&file.path, error)) };
    let bad = match row {
        0 => BadRow::whole(&file.path, reason.clone()),
        row => BadRow::at(&file.path, row, reason.clone()),
    };
    sink(Err(bad)).map(drop)
}
