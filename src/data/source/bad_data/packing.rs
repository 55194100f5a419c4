//! Packed files: cut off, damaged, of another kind, and unpacking to far too much.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::recipe::dataset::Source;

use super::case::{self, Case, Expected};
use super::lines::formats;

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for format in formats() {
        let plain = format!("{}{}\n", format.header, [format.good; 5].join("\n"));
        let first = if format.header.is_empty() { 1 } else { 2 };
        for (extension, word, packed) in
            [("gz", "gzip", gzip(plain.as_bytes())), ("zst", "Zstandard", zstd(plain.as_bytes()))]
        {
            let case = |name: &str, bytes: Vec<u8>| {
                Case::new(format!("{}: {name}", format.word), &format.source, bytes).packed(extension)
            };
            let at = |line, words: String| Expected::at(line, words);
            cases.push(case("packed", packed.clone()).good(5));
            cases.push(case("two parts", [packed.clone(), packed_again(extension, format.good)].concat()).good(6));
            cases.push(
                case("not packed at all", plain.clone().into_bytes())
                    .good(0)
                    .bad(at(1, format!("expected {word} data"))),
            );
            cases.push(
                case("cut in the head", packed[..3].to_vec())
                    .good(0)
                    .bad(at(1, format!("the {word} data are cut off"))),
            );
            let tail = packed.len() - 2;
            cases.push(
                case("cut in the tail", packed[..tail].to_vec())
                    .good(if extension == "gz" { 5 } else { 0 })
                    .bad(at(if extension == "gz" { first + 5 } else { 1 }, format!("the {word} data are cut off"))),
            );
            let behind = [packed.clone(), b"SECRET".repeat(5)].concat();
            cases.push(case("something behind", behind).good(5).bad(at(first + 5, format!("expected {word} data"))));
        }
    }
    cases.extend(of_documents());
    cases
}

fn packed_again(extension: &str, line: &str) -> Vec<u8> {
    let line = format!("{line}\n");
    if extension == "gz" { gzip(line.as_bytes()) } else { zstd(line.as_bytes()) }
}

fn of_documents() -> Vec<Case> {
    let source = case::documents();
    let text = "SECRET\n".repeat(30);
    let mut cases = vec![
        Case::new("files: empty", &source, "").good(1),
        Case::new("files: broken utf-8", &source, b"SECRET\xff".as_slice())
            .good(0)
            .bad(Expected::whole("not UTF-8 at byte 6")),
    ];
    for (extension, word, packed) in
        [("gz", "gzip", gzip(text.as_bytes())), ("zst", "Zstandard", zstd(text.as_bytes()))]
    {
        let case = |name: &str, bytes: &[u8]| Case::new(format!("files: {name}"), &source, bytes).packed(extension);
        cases.push(case("packed", &packed).good(1));
        for cut in [1, packed.len() / 2, packed.len() - 1] {
            let expected = Expected::whole(format!("the {word} data are cut off"));
            cases.push(case(&format!("cut at {cut}"), &packed[..cut]).good(0).bad(expected));
        }
        let expected = Expected::whole(format!("expected {word} data, found something else"));
        cases.push(case("not packed at all", text.as_bytes()).good(0).bad(expected));
    }
    cases
}

/// 70 MB of lines that are all the same, packed to a few hundred kilobytes at most.
pub(super) fn bombs() -> Vec<Case> {
    let plain = format!("{}\n", "x".repeat(69_999)).repeat(1_000).into_bytes();
    let mut lines = case::lines(&[]);
    if let Source::Lines { separator, .. } = &mut lines {
        *separator = None;
    }
    let mut cases = Vec::new();
    for (extension, packed) in [("gz", gzip(&plain)), ("zst", zstd(&plain))] {
        let expected = Expected::whole("unpack to more than 200 times their size");
        let document = Case::new("files: bomb", &case::documents(), packed.clone()).packed(extension);
        cases.push(document.good(0).bad(expected.clone()));
        // What was unpacked in time is read, a buffer at a time: the limit is 64 MiB, and these lines have 70 kB.
        let case = Case::new("lines: bomb", &lines, packed).packed(extension);
        let n_good = case.outcome().good.len();
        assert!((950..960).contains(&n_good), "{n_good} lines were read");
        cases.push(case.good(n_good).bad(Expected { line: Some(n_good as u64 + 1), ..expected }));
    }
    cases
}
