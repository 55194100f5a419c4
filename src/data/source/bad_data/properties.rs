//! Properties: no bytes make a reader panic, and what is written is read.

use std::ops::ControlFlow;

use proptest::prelude::*;

use crate::data::record::Content;
use crate::recipe::dataset::{Columns, Encoding, Source};

use super::case::{self, Case, encoded};
use super::columnar::{batch, ipc_file, ipc_stream, other_parquets, packed_ipc, parquet};
use super::packing::{gzip, zstd};

fn sources() -> Vec<Source> {
    vec![
        case::documents(),
        case::jsonl(Columns::default()),
        case::csv(Columns::default(), true),
        case::csv(Columns::default(), false),
        case::tsv(Columns::default(), true),
        case::lines(&["a", "b"]),
        case::parquet(Columns::default()),
        case::arrow(Columns::default()),
        encoded(case::lines(&[]), Encoding::Auto),
        encoded(case::csv(Columns::default(), true), Encoding::Gb18030),
        encoded(case::jsonl(Columns::default()), Encoding::Utf16),
    ]
}

/// Bytes that get deeper into readers than mere chance.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        any::<u8>().prop_map(|byte| vec![byte]),
        prop::sample::select(vec![
            "{",
            "}",
            "\"",
            "\"text\": ",
            "\"a\"",
            ",",
            ":",
            "[",
            "]",
            "\n",
            "\r\n",
            "\t",
            "\\u12",
            "1",
            "ARROW1\0\0",
            "PAR1",
            "\u{feff}",
            "text,label",
            "text\tlabel",
            "词",
        ])
        .prop_map(|word| word.as_bytes().to_vec()),
    ];
    prop::collection::vec(word, 0..60).prop_map(|words| words.concat())
}

fn texts(case: &Case) -> Vec<String> {
    let outcome = case.outcome();
    assert_eq!(outcome.bad, [], "{}", case.name);
    let texts = outcome.good.into_iter().map(|record| match record.content {
        Content::Text(text) => text,
        other => panic!("{other:?}"),
    });
    texts.collect()
}

fn columnar() -> Vec<(Source, Vec<u8>)> {
    let rows = batch(&["one", "two", "three", "词汇"]);
    let mut all = vec![
        (case::parquet(Columns::default()), parquet(&rows)),
        (case::arrow(Columns::default()), ipc_file(&rows)),
        (case::arrow(Columns::default()), ipc_stream(&rows)),
        (case::arrow(Columns::default()), packed_ipc(&rows)),
    ];
    all.extend(other_parquets(&rows).into_iter().map(|bytes| (case::parquet(Columns::default()), bytes)));
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_make_a_reader_panic(bytes in bytes()) {
        for source in sources() {
            let plain = Case::new("bytes", &source, bytes.clone());
            let whole = plain.outcome();
            prop_assert_eq!(plain.outcome_in_pieces(5), whole);
            plain.clone().packed("gz").outcome();
            plain.packed("zst").outcome();
        }
    }

    #[test]
    fn a_columnar_file_with_changed_bytes_makes_no_reader_panic(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        for (source, mut bytes) in columnar() {
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Case::new("bytes", &source, bytes).outcome();
        }
    }

    #[test]
    fn csv_is_read_as_another_program_writes_it(rows in prop::collection::vec(("[a\"',;\r\n 词]{0,8}", "[a-c]{1,3}"), 1..20)) {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(["text", "label"]).unwrap();
        rows.iter().for_each(|(text, label)| writer.write_record([text, label]).unwrap());
        let written = writer.into_inner().unwrap();
        let case = Case::new("csv", &case::csv(Columns::default(), true), written);
        prop_assert_eq!(texts(&case), rows.iter().map(|(text, _)| text.clone()).collect::<Vec<_>>());
    }

    #[test]
    fn jsonl_is_read_as_it_is_written_packed_or_not(rows in prop::collection::vec(any::<String>(), 1..20)) {
        let lines = rows.iter().map(|text| serde_json::json!({ "text": text }).to_string() + "\n");
        let written = lines.collect::<String>().into_bytes();
        let source = case::jsonl(Columns::default());
        for case in [
            Case::new("jsonl", &source, written.clone()),
            Case::new("jsonl", &source, gzip(&written)).packed("gz"),
            Case::new("jsonl", &source, zstd(&written)).packed("zst"),
        ] {
            prop_assert_eq!(&texts(&case), &rows);
        }
    }

    #[test]
    fn parquet_and_arrow_are_read_as_they_are_written(rows in prop::collection::vec(any::<String>(), 1..50)) {
        let batch = batch(&rows.iter().map(String::as_str).collect::<Vec<_>>());
        let (in_parquet, in_arrow) = (case::parquet(Columns::default()), case::arrow(Columns::default()));
        let mut cases = vec![
            Case::new("parquet", &in_parquet, parquet(&batch)),
            Case::new("file", &in_arrow, ipc_file(&batch)),
            Case::new("stream", &in_arrow, ipc_stream(&batch)),
            Case::new("packed file", &in_arrow, packed_ipc(&batch)),
        ];
        cases.extend(other_parquets(&batch).into_iter().map(|bytes| Case::new("other parquet", &in_parquet, bytes)));
        for case in cases {
            prop_assert_eq!(&texts(&case), &rows);
        }
    }

    #[test]
    fn gb18030_is_read_as_it_is_written(rows in prop::collection::vec("[a-z词汇阅读𠀀,\"|]{1,9}", 1..10)) {
        let written: String = rows.iter().map(|row| format!("{row}\ta\n")).collect();
        let (bytes, _, _) = encoding_rs::GB18030.encode(&written);
        let case = Case::new("lines", &encoded(case::lines(&[]), Encoding::Gb18030), bytes.into_owned());
        prop_assert_eq!(texts(&case), rows);
    }
}

#[test]
fn reading_ends_where_the_taker_says() {
    for (source, bytes) in columnar() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        std::fs::write(&path, bytes).unwrap();
        let mut n = 0;
        let sink = &mut |_| {
            n += 1;
            Ok(ControlFlow::Break(()))
        };
        crate::data::source::read(&source, &case::source_file(&path), sink).unwrap();
        assert_eq!(n, 1);
    }
}
