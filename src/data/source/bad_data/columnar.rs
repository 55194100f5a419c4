//! Parquet and Arrow: cut at every length, with single bytes changed, without the columns, with text that is none.

use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use ::parquet::basic::{Compression, Encoding, ZstdLevel};
use ::parquet::data_type::{ByteArray, ByteArrayType};
use ::parquet::file::properties::{WriterProperties, WriterPropertiesBuilder, WriterVersion};
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, BinaryArray, DictionaryArray, Int32Array, RecordBatch, StringArray};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions, StreamWriter};

use crate::recipe::dataset::Columns;

use super::case::{self, Case, Expected};

/// A batch of rows with text and a label.
pub(super) fn batch(texts: &[&str]) -> RecordBatch {
    let text: ArrayRef = Arc::new(StringArray::from(texts.to_vec()));
    let label: ArrayRef = Arc::new(Int32Array::from_iter_values(0..texts.len() as i32));
    RecordBatch::try_from_iter([("text", text), ("label", label)]).unwrap()
}

pub(super) fn parquet(batch: &RecordBatch) -> Vec<u8> {
    parquet_with(batch, WriterProperties::builder().set_dictionary_enabled(false).build())
}

/// The same as other programs write it: dictionaries, compressed pages, deltas.
pub(super) fn other_parquets(batch: &RecordBatch) -> Vec<Vec<u8>> {
    let new = WriterProperties::builder;
    let deltas = |encoding| {
        new().set_writer_version(WriterVersion::PARQUET_2_0).set_dictionary_enabled(false).set_encoding(encoding)
    };
    let numbers =
        |with: WriterPropertiesBuilder| with.set_column_encoding("label".into(), Encoding::DELTA_BINARY_PACKED);
    [
        new(),
        new().set_compression(Compression::ZSTD(ZstdLevel::default())),
        new().set_compression(Compression::SNAPPY),
        numbers(deltas(Encoding::DELTA_BYTE_ARRAY)),
        numbers(deltas(Encoding::DELTA_LENGTH_BYTE_ARRAY)),
    ]
    .map(|properties| parquet_with(batch, properties.build()))
    .into()
}

fn parquet_with(batch: &RecordBatch, properties: WriterProperties) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
    bytes
}

pub(super) fn ipc_file(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = FileWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

/// A file with compressed bodies and a dictionary.
pub(super) fn packed_ipc(batch: &RecordBatch) -> Vec<u8> {
    let text: DictionaryArray<Int32Type> = batch.column(0).as_string::<i32>().iter().collect();
    let rows: [(&str, ArrayRef); 2] = [("text", Arc::new(text)), ("label", batch.column(1).clone())];
    let batch = RecordBatch::try_from_iter(rows).unwrap();
    let options = IpcWriteOptions::default().try_with_compression(Some(CompressionType::LZ4_FRAME)).unwrap();
    let mut writer = FileWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

pub(super) fn ipc_stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(batch).unwrap();
    writer.into_inner().unwrap()
}

/// Parquet with these bytes in a column that is said to be text.
fn said_to_be_text(rows: &[&[u8]]) -> Vec<u8> {
    let schema = Arc::new(parse_message_type("message rows { required binary text (UTF8); }").unwrap());
    let properties = Arc::new(WriterProperties::builder().set_dictionary_enabled(false).build());
    let mut bytes = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut bytes, schema, properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<_> = rows.iter().map(|row| ByteArray::from(row.to_vec())).collect();
    column.typed::<ByteArrayType>().write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    bytes
}

pub(super) fn cases() -> Vec<Case> {
    let texts = ["SECRET one", "two", "three"];
    let rows = batch(&texts);
    let mut cases = Vec::new();
    let named = || Columns { text: Some("body".to_owned()), ..Columns::default() };
    let bytes: ArrayRef = Arc::new(BinaryArray::from(vec![b"SECRET".as_slice()]));
    let binary = RecordBatch::try_from_iter([("body", bytes)]).unwrap();
    type Write = fn(&RecordBatch) -> Vec<u8>;
    let formats: [(&str, Write); 3] = [("parquet", parquet), ("arrow file", ipc_file), ("arrow stream", ipc_stream)];
    for (word, write) in formats {
        let source = |columns| if word == "parquet" { case::parquet(columns) } else { case::arrow(columns) };
        let whole = write(&rows);
        let plain = source(Columns::default());
        let case = |name: &str, bytes: &[u8]| Case::new(format!("{word}: {name}"), &plain, bytes);
        cases.extend([
            case("whole", &whole).good(3),
            case("empty", b"").good(0).bad(Expected::whole("the file is empty")),
            case("text", b"SECRET SECRET SECRET SECRET").good(0).bad(Expected::whole(if word == "parquet" {
                "expected Parquet data, found"
            } else {
                "Arrow"
            })),
            Case::new(format!("{word}: without the named column"), &source(named()), write(&rows)).good(0).bad(
                Expected::whole("column `body` is missing: found 2 columns, and none is called so: `text`, `label`"),
            ),
            Case::new(format!("{word}: bytes for text"), &source(named()), write(&binary))
                .good(0)
                .bad(Expected::whole("expected text or numbers in column `body`, found bytes")),
        ]);
        // Of a stream, the mark of its end may be missing.
        let marked = if word == "arrow stream" { 8 } else { 0 };
        for i in 0..25 {
            let length = 1 + i * (whole.len() - marked - 2) / 24;
            let is_read_first = word == "arrow stream" && length > schema_bytes(&whole);
            let expected = if is_read_first { Expected::at(1, "cut off") } else { Expected::whole("cut off") };
            cases.push(case(&format!("cut at {length}"), &whole[..length]).good(0).bad(expected));
        }
    }
    for position in 0..5_u64 {
        let rows: Vec<&[u8]> =
            (0..5).map(|i| if i == position { b"SE\xffRET".as_slice() } else { b"SECRET" }).collect();
        let case = Case::new(
            format!("parquet: text that is not UTF-8 in row {position}"),
            &case::parquet(Columns::default()),
            said_to_be_text(&rows),
        );
        cases.push(case.good(4).bad(Expected::at(position + 1, "not UTF-8 at byte 2 of column `text`")));
    }
    cases.extend(endless());
    cases
}

/// Parquet in which lists count 2^31 - 1 elements that take no bytes, or lie past the end: nobody waits until they are counted.
fn endless() -> impl Iterator<Item = Case> {
    let whole = parquet(&batch(&["SECRET one", "two", "three"]));
    let footer = whole.len() - 8 - u32::from_le_bytes(whole[whole.len() - 8..][..4].try_into().unwrap()) as usize;
    // The first page stands behind the mark of the file. Lists of truths and of fractions.
    [0xf1, 0xf7].into_iter().flat_map(move |kind| {
        let with = |at: usize| {
            let mut bytes = whole.clone();
            bytes[at..][..7].copy_from_slice(&[0x19, kind, 0xff, 0xff, 0xff, 0xff, 0x07]);
            Case::new(format!("parquet: endless {kind:x} at {at}"), &case::parquet(Columns::default()), bytes).good(0)
        };
        let page = (1..=3).fold(with(4), |case, row| case.bad(Expected::at(row, "damaged data")));
        [page, with(footer).bad(Expected::whole("the Parquet footer is damaged"))]
    })
}

/// Returns how long the message is that describes the columns of a stream.
fn schema_bytes(stream: &[u8]) -> usize {
    8 + u32::from_le_bytes(stream[4..8].try_into().unwrap()) as usize
}
