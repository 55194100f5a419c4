//! A table is written a batch at a time.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_schema::Schema;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;

use crate::data::error::DataError;
use crate::data::record::Record;
use crate::data::table::columns::batch;
use crate::data::table::shape::Shape;

/// The most rows of a row group.
const GROUP_ROWS: usize = 1 << 16;
/// The size of a row group from which on it is written, in bytes as encoded.
const GROUP_BYTES: usize = 32 << 20;
/// The size of the records that wait to become a batch, in bytes.
const BATCH_BYTES: u64 = 4 << 20;
/// The most records that wait to become a batch.
const BATCH_ROWS: usize = 4096;

/// A Parquet file that is being written; the same records make the same bytes.
pub struct Writer {
    path: PathBuf,
    schema: Arc<Schema>,
    writer: ArrowWriter<File>,
    waiting: Vec<Record>,
    waiting_bytes: u64,
}

impl Writer {
    /// Creates a file with the columns of a shape.
    ///
    /// # Errors
    /// When the file cannot be created.
    pub fn create(path: &Path, shape: &Shape) -> Result<Self, DataError> {
        let file = File::create(path).map_err(|source| DataError::io(path, source))?;
        let schema = Arc::new(shape.schema());
        let level = ZstdLevel::try_new(3).expect("3 is a level");
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_max_row_group_row_count(Some(GROUP_ROWS))
            .set_created_by("pedigree".to_owned())
            .build();
        let writer = ArrowWriter::try_new(file, Arc::clone(&schema), Some(properties));
        let writer = writer.map_err(|error| unwritable(path, error))?;
        Ok(Self { path: path.to_owned(), schema, writer, waiting: Vec::new(), waiting_bytes: 0 })
    }

    /// Adds a record.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn push(&mut self, record: Record) -> Result<(), DataError> {
        self.waiting_bytes += record.bytes();
        self.waiting.push(record);
        let is_full = self.waiting.len() >= BATCH_ROWS || self.waiting_bytes >= BATCH_BYTES;
        if is_full { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), DataError> {
        let written = self.writer.write(&batch(&self.schema, &self.waiting));
        self.waiting.clear();
        self.waiting_bytes = 0;
        written.map_err(|error| unwritable(&self.path, error))?;
        if self.writer.in_progress_size() < GROUP_BYTES {
            return Ok(());
        }
        self.writer.flush().map_err(|error| unwritable(&self.path, error))
    }

    /// Writes what is left, and syncs the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn finish(mut self) -> Result<(), DataError> {
        if !self.waiting.is_empty() {
            self.flush()?;
        }
        let file = self.writer.into_inner().map_err(|error| unwritable(&self.path, error))?;
        file.sync_all().map_err(|source| DataError::io(&self.path, source))
    }
}

fn unwritable(path: &Path, error: parquet::errors::ParquetError) -> DataError {
    let source = match error {
        parquet::errors::ParquetError::External(error) => match error.downcast::<std::io::Error>() {
            Ok(error) => *error,
            Err(error) => std::io::Error::other(error),
        },
        error => std::io::Error::other(error),
    };
    DataError::io(path, source)
}
