//! A table is read a batch at a time.

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;

use arrow_array::cast::AsArray as _;
use arrow_array::types::GenericBinaryType;
use arrow_array::{Array as _, RecordBatch, StringArray};
use parquet::arrow::arrow_reader::ParquetRecordBatchReader;

use crate::data::error::DataError;
use crate::data::record::{Content, Media, MediaKind, Preference, Record, Turn};
use crate::data::table::open::Opened;
use crate::data::table::shape::{RESERVED, field_of};

/// The batches of a table, in order.
pub struct Batches {
    table: Opened,
    /// The row groups that are not opened yet.
    groups: Range<usize>,
    reader: Option<ParquetRecordBatchReader>,
    n_records: u64,
}

/// Opens a table that [`crate::data::table::Writer`] wrote.
///
/// # Errors
/// When it cannot be read, or is no such table.
pub fn read(path: &Path) -> Result<Batches, DataError> {
    let table = Opened::new(path)?;
    let n_records = table.metadata().file_metadata().num_rows();
    let groups = 0..table.metadata().num_row_groups();
    Ok(Batches { table, groups, reader: None, n_records: u64::try_from(n_records).unwrap_or(0) })
}

/// Opens one row group of a table.
///
/// # Errors
/// Like [`read`].
pub fn read_group(path: &Path, group: usize) -> Result<Batches, DataError> {
    let table = Opened::new(path)?;
    let reader = table.group(group)?;
    let n_records = table.metadata().row_group(group).num_rows();
    Ok(Batches { table, groups: 0..0, reader: Some(reader), n_records: u64::try_from(n_records).unwrap_or(0) })
}

/// Returns the size of each row group of a table, in bytes without compression.
///
/// # Errors
/// Like [`read`].
pub fn group_sizes(path: &Path) -> Result<Vec<u64>, DataError> {
    let groups = Opened::new(path)?
        .metadata()
        .row_groups()
        .iter()
        .map(|group| u64::try_from(group.total_byte_size()).unwrap_or(0))
        .collect();
    Ok(groups)
}

/// Returns the size of a table, in bytes without compression.
///
/// # Errors
/// Like [`read`].
pub fn size(path: &Path) -> Result<u64, DataError> {
    Ok(group_sizes(path)?.iter().fold(0, |sum, bytes| sum.saturating_add(*bytes)))
}

/// Reads all records of a table.
///
/// # Errors
/// Like [`read`].
pub fn read_all(path: &Path) -> Result<Vec<Record>, DataError> {
    let mut records = Vec::new();
    for batch in read(path)? {
        records.extend(batch?);
    }
    Ok(records)
}

impl Batches {
    /// Returns how many records the whole table has.
    pub fn n_records(&self) -> u64 {
        self.n_records
    }

    fn next_batch(&mut self) -> Result<Option<RecordBatch>, DataError> {
        loop {
            if let Some(reader) = &mut self.reader
                && let Some(batch) = self.table.next(reader)?
            {
                return Ok(Some(batch));
            }
            let Some(group) = self.groups.next() else { return Ok(None) };
            self.reader = Some(self.table.group(group)?);
        }
    }

    fn records(&self, batch: &RecordBatch) -> Result<Vec<Record>, DataError> {
        let table = Table::of(batch).ok_or_else(|| self.table.damaged("a column is missing or of another type"))?;
        let records = (0..batch.num_rows()).map(|row| table.record(row));
        records.collect::<Option<_>>().ok_or_else(|| self.table.damaged("a record says nothing"))
    }
}

impl Iterator for Batches {
    type Item = Result<Vec<Record>, DataError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.next_batch().and_then(|batch| batch.map(|batch| self.records(&batch)).transpose());
        if batch.is_err() {
            // The columns may have come to different rows: nothing more is certain.
            (self.reader, self.groups) = (None, 0..0);
        }
        batch.transpose()
    }
}

/// The columns of a batch.
struct Table<'b> {
    batch: &'b RecordBatch,
    id: &'b StringArray,
    document: &'b StringArray,
    fields: BTreeMap<&'b str, &'b StringArray>,
}

impl<'b> Table<'b> {
    fn of(batch: &'b RecordBatch) -> Option<Self> {
        let text = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        let mut fields = BTreeMap::new();
        for field in batch.schema_ref().fields() {
            if !RESERVED.contains(&field.name().as_str()) {
                fields.insert(field_of(field.name()), text(field.name())?);
            }
        }
        Some(Self { batch, id: text("id")?, document: text("document")?, fields })
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        let column = self.batch.column_by_name(name)?.as_string_opt::<i32>()?;
        (!column.is_null(row)).then(|| column.value(row).to_owned())
    }

    fn record(&self, row: usize) -> Option<Record> {
        let fields = self.fields.iter().filter(|(_, column)| !column.is_null(row));
        Some(Record {
            id: self.id.value(row).to_owned(),
            document: self.document.value(row).to_owned(),
            content: self.content(row)?,
            label: self.text("label", row),
            fields: fields.map(|(name, column)| ((*name).to_owned(), column.value(row).to_owned())).collect(),
        })
    }

    fn content(&self, row: usize) -> Option<Content> {
        if let Some(text) = self.text("text", row) {
            return Some(Content::Text(text));
        }
        if let (Some(prompt), Some(response)) = (self.text("prompt", row), self.text("response", row)) {
            return Some(Content::Pair { prompt, response });
        }
        let media = self.media("image", MediaKind::Image, row).or_else(|| self.media("audio", MediaKind::Audio, row));
        match media {
            Some(media) => Some(Content::Media(media)),
            None => match self.turns("messages", row) {
                Some(turns) => Some(Content::Chat(turns)),
                None => {
                    let (chosen, rejected) = (self.turns("chosen", row)?, self.turns("rejected", row)?);
                    Some(Content::Preference(Preference { chosen, rejected }))
                }
            },
        }
    }

    fn media(&self, name: &str, kind: MediaKind, row: usize) -> Option<Media> {
        let column = self.batch.column_by_name(name)?.as_struct_opt()?;
        if column.is_null(row) {
            return None;
        }
        let bytes = column.column_by_name("bytes")?.as_bytes_opt::<GenericBinaryType<i32>>()?;
        let caption = self.text("caption", row).unwrap_or_default();
        Some(Media { kind, bytes: bytes.value(row).to_vec(), caption })
    }

    fn turns(&self, name: &str, row: usize) -> Option<Vec<Turn>> {
        let column = self.batch.column_by_name(name)?.as_list_opt::<i32>()?;
        if column.is_null(row) {
            return None;
        }
        let turns = column.value(row);
        let turns = turns.as_struct_opt()?;
        let text = |name: &str| turns.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        let (roles, contents) = (text("role")?, text("content")?);
        let turn = |i| Turn { role: roles.value(i).to_owned(), content: contents.value(i).to_owned() };
        Some((0..turns.len()).map(turn).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::table::{Shape, Writer};
    use proptest::prelude::*;

    fn content() -> impl Strategy<Value = Content> {
        let turn = any::<(String, String)>().prop_map(|(role, content)| Turn { role, content });
        let media = any::<(bool, Vec<u8>, String)>().prop_map(|(is_image, bytes, caption)| {
            let kind = if is_image { MediaKind::Image } else { MediaKind::Audio };
            Content::Media(Media { kind, bytes, caption })
        });
        prop_oneof![
            any::<String>().prop_map(Content::Text),
            any::<(String, String)>().prop_map(|(prompt, response)| Content::Pair { prompt, response }),
            prop::collection::vec(turn.clone(), 0..3).prop_map(Content::Chat),
            (prop::collection::vec(turn.clone(), 0..3), prop::collection::vec(turn, 0..3))
                .prop_map(|(chosen, rejected)| Content::Preference(Preference { chosen, rejected })),
            media,
        ]
    }

    fn fields() -> impl Strategy<Value = BTreeMap<String, String>> {
        prop::collection::btree_map("id_?|text|language|domain|label__", any::<String>(), 0..3)
    }

    fn record() -> impl Strategy<Value = Record> {
        (any::<(String, String, Option<String>)>(), content(), fields())
            .prop_map(|((id, document, label), content, fields)| Record { id, document, content, label, fields })
    }

    fn written(path: &Path, records: &[Record]) {
        let mut shape = Shape::default();
        records.iter().for_each(|record| shape.add(record));
        let mut writer = Writer::create(path, &shape).unwrap();
        records.iter().for_each(|record| writer.push(record.clone()).unwrap());
        writer.finish().unwrap();
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn records_survive_being_written(records in prop::collection::vec(record(), 0..6)) {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("a.parquet");
            written(&path, &records);
            prop_assert_eq!(read(&path).unwrap().n_records(), records.len() as u64);
            prop_assert_eq!(read_all(&path).unwrap(), records);
        }
    }

    #[test]
    fn the_same_records_make_the_same_bytes_and_damage_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let records: Vec<_> =
            (0..5000).map(|i| Record::new(i.to_string(), "d", Content::Text("x".repeat(i % 50)))).collect();
        let [a, b] = ["a.parquet", "b.parquet"].map(|name| folder.path().join(name));
        written(&a, &records);
        written(&b, &records);
        let bytes = std::fs::read(&a).unwrap();
        assert_eq!(bytes, std::fs::read(&b).unwrap());
        std::fs::write(&b, &bytes[..bytes.len() - 9]).unwrap();
        assert!(matches!(read_all(&b), Err(DataError::BadTable { .. })));
    }
}
