//! The `parquet` source: row groups, read a few thousand cells at a time.
//!
//! What a file promises is checked before the library reserves memory or takes time for it ([`promises`], [`paged`], [`pages`]). A
//! library that panics all the same, on damaged data, has met damaged data.

mod paged;
mod pages;
mod promises;
mod thrift;
mod undecoded;

use std::fs::File;
use std::ops::{ControlFlow, Range};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::errors::ParquetError;

use crate::data::error::DataError;
use crate::data::row::{BadRow, Row, Value};
use crate::data::source::Sink;
use crate::data::source::cells::{self, Cells};
use crate::data::source::fault::Fault;
use crate::data::source::files::SourceFile;
use crate::recipe::dataset::Columns;

pub(in crate::data) use paged::Paged;
pub(in crate::data) use pages::Group;
pub(in crate::data) use promises::{check, check_ends};

/// About how much of a file is in memory at a time, in bytes.
const BATCH_BYTES: i64 = 4 << 20;

/// What is said of data the library cannot read.
pub(in crate::data) const DAMAGED: &str = "expected Parquet data, found something else or damaged data";

/// Reads the rows of a file.
///
/// # Errors
/// When the file cannot be read, or `sink` fails.
pub(super) fn read(file: &SourceFile, columns: &Columns, sink: Sink<'_>) -> Result<(), DataError> {
    let opened = File::open(&file.path).map_err(|source| DataError::io(&file.path, source))?;
    let (metadata, levels) = match guarded(|| metadata(&opened, file.bytes, columns)) {
        Ok(known) => known,
        Err(fault) => return sink(Err(BadRow::whole(&file.path, fault.reason))).map(drop),
    };
    let mut reading = Reading { file, opened: Arc::new(opened), metadata: &metadata, levels: &levels, row: 0 };
    for group in 0..metadata.metadata().num_row_groups() {
        if reading.group(group, sink)?.is_break() {
            break;
        }
    }
    Ok(())
}

/// Calls into the library: on damaged data it may panic.
pub(in crate::data) fn guarded<T>(read: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err(Fault::new(DAMAGED)))
}

/// Reads what the file says of itself, and refuses what it cannot keep.
fn metadata(opened: &File, bytes: u64, columns: &Columns) -> Result<(ArrowReaderMetadata, FieldLevels), Fault> {
    promises::check_ends(opened, bytes)?;
    // What is kept of another program's types could ask for more memory than the columns do.
    let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
    let metadata = ArrowReaderMetadata::load(opened, options).map_err(|error| damaged(&error))?;
    promises::check(metadata.metadata(), bytes)?;
    cells::check(metadata.schema(), columns)?;
    let schema = metadata.metadata().file_metadata().schema_descr();
    let levels = undecoded::of(schema)
        .and_then(|schema| parquet_to_arrow_field_levels(&schema, ProjectionMask::all(), None))
        .map_err(|error| damaged(&error))?;
    Ok((metadata, levels))
}

/// Says what kind of damage it is; the libraries' own words may hold data.
pub(in crate::data) fn damaged(error: &ParquetError) -> Fault {
    Fault::new(match error {
        ParquetError::EOF(_) => "the Parquet data are cut off, or point past their end",
        ParquetError::NYI(_) => "the Parquet data use what this program cannot read",
        ParquetError::NeedMoreData(_) | ParquetError::NeedMoreDataRange(_) => "the Parquet data are cut off",
        _ => DAMAGED,
    })
}

/// Where the reading of a file stands.
struct Reading<'a> {
    file: &'a SourceFile,
    opened: Arc<File>,
    metadata: &'a ArrowReaderMetadata,
    levels: &'a FieldLevels,
    /// How many rows have been read or refused.
    row: u64,
}

impl Reading<'_> {
    fn group(&mut self, index: usize, sink: Sink<'_>) -> Result<ControlFlow<()>, DataError> {
        let said = self.metadata.metadata().row_group(index);
        let n_rows = said.num_rows().max(0) as u64;
        let per_row = said.total_byte_size().max(0) / said.num_rows().max(1);
        let batch_rows = (BATCH_BYTES / per_row.max(1)).clamp(16, 1024) as usize;
        let end = self.row + n_rows;
        let group = Group { file: Paged(self.opened.clone()), metadata: self.metadata.metadata().clone(), index };
        let opened = guarded(|| {
            ParquetRecordBatchReader::try_new_with_row_groups(self.levels, &group, batch_rows, None)
                .map_err(|error| damaged(&error))
        });
        let mut reader = match opened {
            Ok(reader) => reader,
            Err(fault) => return self.refuse(self.row + 1..end + 1, &fault.reason, sink),
        };
        while self.row < end {
            let batch = guarded(|| reader.next().transpose().map_err(|_| Fault::new(DAMAGED)));
            let batch = match batch {
                Ok(Some(batch)) => batch,
                Ok(None) => {
                    return self.refuse(
                        self.row + 1..end + 1,
                        "the row group ends before this row, which it counts",
                        sink,
                    );
                }
                // The columns may have come to different rows: nothing more of the group is certain.
                Err(fault) => return self.refuse(self.row + 1..end + 1, &fault.reason, sink),
            };
            let cells = Cells::of(&batch, self.metadata.schema());
            for i in 0..batch.num_rows() {
                self.row += 1;
                let row = |fields| Row::of_line(self.file, self.row, Value::Object(fields));
                let made = cells.row(i).map(row).map_err(|fault| fault.at(&self.file.path, self.row));
                if sink(made)?.is_break() {
                    return Ok(ControlFlow::Break(()));
                }
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    /// Tells that rows, counted from 1, cannot be read: each of them, so that none goes missing uncounted.
    fn refuse(&mut self, rows: Range<u64>, reason: &str, sink: Sink<'_>) -> Result<ControlFlow<()>, DataError> {
        for row in rows {
            self.row = row;
            if sink(Err(BadRow::at(&self.file.path, row, reason)))?.is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}
