//! A table of vectors: the name of each record, and the numbers a model makes of it.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow_array::builder::{Float32Builder, ListBuilder, StringBuilder};
use arrow_array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;

use crate::data::error::DataError;

/// Writes a Parquet file with the columns `record` (text) and `vector` (a list of 32-bit numbers).
///
/// # Errors
/// When the file cannot be written.
pub fn write(path: &Path, all: &[(String, Vec<f32>)]) -> Result<(), DataError> {
    let (mut records, mut vectors) = (StringBuilder::new(), ListBuilder::new(Float32Builder::new()));
    for (record, vector) in all {
        records.append_value(record);
        vectors.values().append_slice(vector);
        vectors.append(true);
    }
    let columns: [(&str, ArrayRef); 2] =
        [("record", Arc::new(records.finish())), ("vector", Arc::new(vectors.finish()))];
    let batch = RecordBatch::try_from_iter(columns).expect("both columns have a value for each record");
    let file = File::create(path).map_err(|source| DataError::io(path, source))?;
    let unwritable = |error: parquet::errors::ParquetError| DataError::io(path, std::io::Error::other(error));
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).map_err(unwritable)?;
    writer.write(&batch).map_err(unwritable)?;
    writer.close().map_err(unwritable).map(drop)
}
