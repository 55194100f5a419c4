//! Text that is not UTF-8: read as it is meant, and refused by its byte where it is not what the recipe says.

use crate::recipe::dataset::{Columns, Encoding, Source};

use super::case::{self, Case, Expected, encoded};

/// An encoding, a text that it can write, and bytes that it cannot read.
fn encodings() -> Vec<(Encoding, &'static encoding_rs::Encoding, &'static str, &'static [u8])> {
    vec![
        (Encoding::Gbk, encoding_rs::GBK, "词汇阅读SECRET", b"\xff"),
        (Encoding::Gb18030, encoding_rs::GB18030, "词汇阅读𠀀SECRET", b"\xff"),
        (Encoding::Big5, encoding_rs::BIG5, "詞彙閱讀SECRET", b"\xff"),
        (Encoding::ShiftJis, encoding_rs::SHIFT_JIS, "日本語SECRET", b"\xfd"),
        (Encoding::EucJp, encoding_rs::EUC_JP, "日本語SECRET", b"\xff"),
        (Encoding::EucKr, encoding_rs::EUC_KR, "한국어SECRET", b"\xff"),
    ]
}

/// A format: its word, its source, its header, and how a text stands in a line.
type Format = (&'static str, Source, &'static str, fn(&str) -> String);

fn sources() -> Vec<Format> {
    vec![
        ("jsonl", case::jsonl(Columns::default()), "", |text| format!(r#"{{"text": "{text}"}}"#)),
        ("lines", case::lines(&[]), "", |text| format!("{text}\ta")),
        ("tsv", case::tsv(Columns::default(), true), "text\tlabel\n", |text| format!("{text}\ta")),
        ("csv", case::csv(Columns::default(), true), "text,label\n", |text| format!("\"{text}\",a")),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (word, source, header, line) in sources() {
        let first = if header.is_empty() { 1 } else { 2 };
        for (encoding, writer, text, bad) in encodings() {
            let source = encoded(source.clone(), encoding);
            let good = writer.encode(&format!("{header}{}\n", line(text))).0.into_owned();
            let name = writer.name();
            cases.push(Case::new(format!("{word}: {name}"), &source, good.clone()).good(1));
            for behind in 0..2_u64 {
                let before = writer.encode(&line(text)).0.into_owned();
                let bytes = [
                    good.as_slice(),
                    &before,
                    bad,
                    b"\n",
                    &writer.encode(&format!("{}\n", line(text))).0.repeat(behind as usize),
                ]
                .concat();
                let column = line(text).chars().count() as u64 + 1;
                let expected = Expected::at(first + 1, format!("not {name} at byte {}", before.len()));
                let case = Case::new(format!("{word}: bad {name} before {behind} lines"), &source, bytes);
                cases.push(case.good(1 + behind as usize).bad(Expected { column: Some(column), ..expected }));
            }
        }
        for (encoding, name, write) in utf16() {
            let source = encoded(source.clone(), encoding);
            let text = format!("{header}{}\r\n{}\n", line("词汇SECRET"), line("𝄞"));
            cases.push(Case::new(format!("{word}: {name}"), &source, write(&text)).good(2));
            let odd = [write(&text), vec![7]].concat();
            let expected = Expected { column: Some(1), ..Expected::at(first + 2, "at byte 0") };
            cases.push(Case::new(format!("{word}: odd {name}"), &source, odd).good(2).bad(expected));
        }
    }
    cases
}

type Write = fn(&str) -> Vec<u8>;

fn utf16() -> Vec<(Encoding, &'static str, Write)> {
    let le: Write = |text| text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let be: Write = |text| text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked: Write = |text| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    vec![
        (Encoding::Utf16Le, "utf-16-le", le),
        (Encoding::Utf16Be, "utf-16-be", be),
        (Encoding::Utf16, "utf-16 with a mark", marked),
        (Encoding::Auto, "auto with a mark", marked),
    ]
}
