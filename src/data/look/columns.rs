//! Which columns a Parquet file has, and how many of their values are missing: mostly its footer tells.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ProjectionMask;
use ::parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use ::parquet::file::metadata::ParquetMetaData;
use arrow_array::Array as _;
use arrow_schema::DataType;
use serde::Serialize;

use crate::data::error::DataError;
use crate::data::source::parquet::{self, Paged};

/// What a table consists of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct TableFacts {
    /// The number of its rows.
    pub rows: u64,
    /// The size of the file, in bytes.
    pub bytes: u64,
    /// Its columns, in order.
    pub columns: Vec<Column>,
}

/// A column of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What its values are, in words: `string`, `list of {role: string, content: string}`.
    pub values: String,
    /// How many rows have no value.
    pub nulls: u64,
}

/// Returns what any Parquet file consists of.
///
/// # Errors
/// When the file cannot be read, or is no Parquet file.
pub fn facts(path: &Path) -> Result<TableFacts, DataError> {
    sound(path, || facts_of(path))
}

/// Calls what reads a file whose footer can be true; the library may panic on damaged pages all the same.
pub(super) fn sound<T>(path: &Path, read: impl FnOnce() -> Result<T, DataError>) -> Result<T, DataError> {
    let file = File::open(path).map_err(|source| DataError::io(path, source))?;
    let bytes = file.metadata().map_err(|source| DataError::io(path, source))?.len();
    let read = parquet::guarded(|| {
        parquet::check_ends(&file, bytes)?;
        let metadata =
            ArrowReaderMetadata::load(&file, Default::default()).map_err(|error| parquet::damaged(&error))?;
        parquet::check(metadata.metadata(), bytes)?;
        Ok(read())
    });
    read.unwrap_or_else(|fault| Err(damaged(path, fault.reason)))
}

/// Opens a file whose footer can be true.
pub(super) fn opened(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<Paged>, DataError> {
    let file = File::open(path).map_err(|source| DataError::io(path, source))?;
    let metadata = ArrowReaderMetadata::load(&file, Default::default()).map_err(|error| damaged(path, error))?;
    Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(Paged(Arc::new(file)), metadata))
}

fn facts_of(path: &Path) -> Result<TableFacts, DataError> {
    let bytes = fs::metadata(path).map_err(|source| DataError::io(path, source))?.len();
    let builder = opened(path)?;
    let metadata = builder.metadata();
    let rows = u64::try_from(metadata.file_metadata().num_rows()).unwrap_or(0);
    let mut columns = Vec::new();
    for (i, field) in builder.schema().fields().iter().enumerate() {
        let nulls = match field.is_nullable() {
            false => 0,
            true => match told_nulls(metadata, i) {
                Some(nulls) => nulls,
                None => counted_nulls(path, metadata, i)?,
            },
        };
        columns.push(Column { name: field.name().clone(), values: words(field.data_type()), nulls });
    }
    Ok(TableFacts { rows, bytes, columns })
}

/// Returns the missing values of a flat column, where the footer tells them.
fn told_nulls(metadata: &ParquetMetaData, root: usize) -> Option<u64> {
    let leaf = match leaves(metadata, root).as_slice() {
        [leaf] if metadata.file_metadata().schema_descr().column(*leaf).max_rep_level() == 0 => *leaf,
        _ => return None,
    };
    metadata
        .row_groups()
        .iter()
        .map(|group| group.column(leaf).statistics()?.null_count_opt())
        .try_fold(0_u64, |sum, nulls| sum.checked_add(nulls?))
}

/// Counts the missing values of a column by reading the smallest of what it consists of.
fn counted_nulls(path: &Path, metadata: &ParquetMetaData, root: usize) -> Result<u64, DataError> {
    let size = |leaf: &usize| {
        metadata.row_groups().iter().map(|group| i128::from(group.column(*leaf).compressed_size())).sum::<i128>()
    };
    let Some(leaf) = leaves(metadata, root).into_iter().min_by_key(size) else { return Ok(0) };
    let builder = opened(path)?;
    let mask = ProjectionMask::leaves(builder.parquet_schema(), [leaf]);
    let reader = builder.with_projection(mask).build().map_err(|error| damaged(path, error))?;
    let mut nulls = 0;
    for batch in reader {
        nulls += batch.map_err(|error| damaged(path, error))?.column(0).logical_null_count() as u64;
    }
    Ok(nulls)
}

/// Returns the leaves of the schema that belong to the column `root` at its top.
fn leaves(metadata: &ParquetMetaData, root: usize) -> Vec<usize> {
    let schema = metadata.file_metadata().schema_descr();
    (0..schema.num_columns()).filter(|leaf| schema.get_column_root_idx(*leaf) == root).collect()
}

/// Returns a type in words.
fn words(values: &DataType) -> String {
    match values {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => "string".to_owned(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => "bytes".to_owned(),
        DataType::List(item) | DataType::LargeList(item) => format!("list of {}", words(item.data_type())),
        DataType::Struct(fields) => {
            let fields = fields.iter().map(|field| format!("{}: {}", field.name(), words(field.data_type())));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        DataType::Dictionary(_, values) => words(values),
        other => other.to_string().to_lowercase(),
    }
}

pub(super) fn damaged(path: &Path, error: impl std::fmt::Display) -> DataError {
    DataError::BadTable { path: path.to_owned(), message: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::{Content, Media, MediaKind, Record, Turn};
    use crate::data::table::{Shape, Writer};

    #[test]
    fn columns_are_told_with_their_types_and_what_is_missing() {
        let chat = vec![Turn { role: "user".to_owned(), content: "hello".to_owned() }];
        let media = Media { kind: MediaKind::Image, bytes: vec![1, 2], caption: String::new() };
        let contents = [
            Content::Text("a".to_owned()),
            Content::Text("b".to_owned()),
            Content::Chat(chat),
            Content::Chat(Vec::new()),
            Content::Media(media),
        ];
        let mut records: Vec<_> =
            (0..).zip(contents).map(|(i, content)| Record::new(i.to_string(), "d", content)).collect();
        records[0].fields.insert("domain".to_owned(), "law".to_owned());
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let mut shape = Shape::default();
        records.iter().for_each(|record| shape.add(record));
        let mut writer = Writer::create(&path, &shape).unwrap();
        records.into_iter().for_each(|record| writer.push(record).unwrap());
        writer.finish().unwrap();
        let facts = facts(&path).unwrap();
        let told: Vec<_> =
            facts.columns.iter().map(|one| format!("{} {} {}", one.name, one.values, one.nulls)).collect();
        assert_eq!(facts.rows, 5);
        assert_eq!(
            told,
            [
                "id string 0",
                "document string 0",
                "text string 3",
                "messages list of {role: string, content: string} 3",
                "image {bytes: bytes, path: string} 4",
                "caption string 4",
                "domain string 4"
            ]
        );
    }

    #[test]
    fn a_file_that_is_no_table_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        std::fs::write(&path, "a,b\n1,2\n").unwrap();
        assert!(matches!(facts(&path), Err(DataError::BadTable { .. })));
    }

    #[test]
    fn a_page_that_counts_without_end_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.parquet");
        let mut writer = Writer::create(&path, &Shape::default()).unwrap();
        writer.push(Record::new("i", "d", Content::Text("words".to_owned()))).unwrap();
        writer.finish().unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        // A list of 2^31 - 1 fractions, where the first page has its header.
        bytes[4..11].copy_from_slice(&[0x19, 0xf7, 0xff, 0xff, 0xff, 0xff, 0x07]);
        std::fs::write(&path, bytes).unwrap();
        let error = crate::data::look::cells(&path, 1, 7, 80).unwrap_err();
        assert!(matches!(error, DataError::BadTable { .. }), "{error}");
    }
}
