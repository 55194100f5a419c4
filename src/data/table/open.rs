//! Opens a table: what its footer and its pages promise is checked before memory is taken for it, as of foreign files.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader};
use parquet::arrow::{FieldLevels, ProjectionMask, parquet_to_arrow_field_levels};
use parquet::file::metadata::ParquetMetaData;

use crate::data::error::DataError;
use crate::data::source::fault::Fault;
use crate::data::source::parquet::{self as checks, Group, Paged};

/// The records of a batch.
const BATCH_ROWS: usize = 1024;

/// An open table.
pub(super) struct Opened {
    path: PathBuf,
    file: Arc<File>,
    metadata: Arc<ParquetMetaData>,
    levels: FieldLevels,
}

impl Opened {
    /// Opens a table.
    ///
    /// # Errors
    /// When it cannot be read, or promises what it cannot keep.
    pub(super) fn new(path: &Path) -> Result<Self, DataError> {
        let wrong = |source| DataError::io(path, source);
        let file = File::open(path).map_err(wrong)?;
        let bytes = file.metadata().map_err(wrong)?.len();
        let (metadata, levels) = guarded(path, || {
            checks::check_ends(&file, bytes)?;
            let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
            let metadata = ArrowReaderMetadata::load(&file, options).map_err(|error| checks::damaged(&error))?;
            checks::check(metadata.metadata(), bytes)?;
            let schema = metadata.metadata().file_metadata().schema_descr();
            let levels = parquet_to_arrow_field_levels(schema, ProjectionMask::all(), None);
            Ok((metadata.metadata().clone(), levels.map_err(|error| checks::damaged(&error))?))
        })?;
        Ok(Self { path: path.to_owned(), file: Arc::new(file), metadata, levels })
    }

    /// Returns what the footer says.
    pub(super) fn metadata(&self) -> &ParquetMetaData {
        &self.metadata
    }

    /// Opens a row group.
    ///
    /// # Errors
    /// When there is no such one, or its pages are damaged.
    pub(super) fn group(&self, index: usize) -> Result<ParquetRecordBatchReader, DataError> {
        if index >= self.metadata.num_row_groups() {
            return Err(damaged(&self.path, format!("it has no row group {index}")));
        }
        let group = Group { file: Paged(self.file.clone()), metadata: self.metadata.clone(), index };
        guarded(&self.path, || {
            let reader = ParquetRecordBatchReader::try_new_with_row_groups(&self.levels, &group, BATCH_ROWS, None);
            reader.map_err(|error| checks::damaged(&error))
        })
    }

    /// Returns the next batch of a row group.
    ///
    /// # Errors
    /// When it is damaged.
    pub(super) fn next(&self, reader: &mut ParquetRecordBatchReader) -> Result<Option<RecordBatch>, DataError> {
        guarded(&self.path, || reader.next().transpose().map_err(|_| Fault::new(checks::DAMAGED)))
    }

    /// Returns that the table is damaged.
    pub(super) fn damaged(&self, message: impl Into<String>) -> DataError {
        damaged(&self.path, message)
    }
}

fn guarded<T>(path: &Path, read: impl FnOnce() -> Result<T, Fault>) -> Result<T, DataError> {
    checks::guarded(read).map_err(|fault| damaged(path, fault.reason))
}

fn damaged(path: &Path, message: impl Into<String>) -> DataError {
    DataError::BadTable { path: path.to_owned(), message: message.into() }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use crate::data::error::DataError;
    use crate::data::record::{Content, Record};
    use crate::data::table::{Shape, Writer, group_sizes, read_all, read_group};

    #[test]
    fn a_table_with_any_byte_changed_is_read_or_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let record = Record::new("i", "d", Content::Text("private words".to_owned()));
        let mut shape = Shape::default();
        shape.add(&record);
        let mut writer = Writer::create(&path, &shape).unwrap();
        writer.push(record).unwrap();
        writer.finish().unwrap();
        let bytes = fs::read(&path).unwrap();
        let mut n_refused = 0;
        for (at, mask) in (0..bytes.len()).flat_map(|at| [(at, 1), (at, 0x80), (at, 0xff)]) {
            let mut damaged = bytes.clone();
            damaged[at] ^= mask;
            fs::write(&path, damaged).unwrap();
            for error in [read_all(&path).err(), group_sizes(&path).err(), read_group(&path, 0).err()] {
                let Some(error) = error else { continue };
                n_refused += 1;
                assert!(matches!(error, DataError::BadTable { .. }), "byte {at}: {error}");
                assert!(error.to_string().contains("a.parquet") && !error.to_string().contains("private"), "{error}");
            }
        }
        assert!(n_refused > bytes.len(), "{n_refused} refusals");
    }

    #[test]
    fn a_row_group_that_is_not_there_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        Writer::create(&path, &Shape::default()).unwrap().finish().unwrap();
        let error = read_group(&path, 7).err().unwrap();
        assert!(error.to_string().ends_with("it has no row group 7"), "{error}");
    }
}
