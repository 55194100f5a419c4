//! Faults of single lines: each in the first, a middle and the last line, with both kinds of line ends.

use crate::recipe::dataset::{Columns, Source};

use super::case::{self, Case, Expected};

/// How many lines a file has, the bad one among them.
const N: usize = 7;

/// A line, the column of its fault where it is certain, and words of the message.
type Fault = (&'static str, Vec<u8>, Option<u64>, &'static str);

/// A format: its word, its source, its header, a good line, and its faults.
pub(super) struct Format {
    pub(super) word: &'static str,
    pub(super) source: Source,
    pub(super) header: &'static str,
    pub(super) good: &'static str,
    faults: Vec<Fault>,
}

pub(super) fn formats() -> Vec<Format> {
    vec![
        Format {
            word: "jsonl",
            source: case::jsonl(Columns::default()),
            header: "",
            good: r#"{"text": "SECRET words", "label": 1}"#,
            faults: of_json(),
        },
        Format {
            word: "lines",
            source: case::lines(&["one", "two"]),
            header: "",
            good: "SECRET words\t1",
            faults: of_lines(),
        },
        Format {
            word: "tsv",
            source: case::tsv(Columns::default(), true),
            header: "text\tlabel\n",
            good: "SECRET words\t1",
            faults: of_tabs(),
        },
        Format {
            word: "csv",
            source: case::csv(Columns::default(), true),
            header: "text,label\n",
            good: "\"SECRET, words\",1",
            faults: of_commas(),
        },
    ]
}

fn of_json() -> Vec<Fault> {
    let fault = |name, line: &str, column, words| (name, line.as_bytes().to_vec(), column, words);
    let deep = format!(r#"{{"text": {}1{}}}"#, "[".repeat(200), "]".repeat(200));
    vec![
        ("broken utf-8", b"{\"text\": \"SECRET\xff\"}".to_vec(), Some(17), "not UTF-8 at byte 16"),
        ("cut utf-8", b"{\"text\": \"SECRET\xe8\xaf".to_vec(), Some(17), "not UTF-8 at byte 16"),
        ("overlong utf-8", b"{\"text\": \"\xc0\xaf\"}".to_vec(), Some(11), "not UTF-8 at byte 10"),
        fault("nul", "{\"text\": \"\0\"}", Some(11), "found a NUL character"),
        fault("list", r#"["SECRET"]"#, None, "expected an object, found a list"),
        fault("beginning of a list", "[", Some(1), "JSON that spans several"),
        fault("beginning of an object", "{", Some(1), "JSON that spans several"),
        fault("number", "17", None, "expected an object, found a number"),
        fault("text", r#""SECRET""#, None, "expected an object, found text"),
        fault("null", "null", None, "expected an object, found null"),
        fault("truth value", "true", None, "expected an object, found a truth value"),
        fault("no json", "SECRET", Some(1), "invalid JSON: expected value"),
        fault("cut off", r#"{"text": "SECRET"#, Some(16), "the line ends too early"),
        fault("cut off in a key", r#"{"te"#, Some(4), "the line ends too early"),
        fault("single quotes", "{'text': 'SECRET'}", Some(2), "key must be a string"),
        fault("bare key", "{text: 1}", Some(2), "key must be a string"),
        fault("trailing comma", r#"{"text": "SECRET",}"#, Some(19), "trailing comma"),
        fault("missing colon", r#"{"text" "SECRET"}"#, Some(9), "expected `:`"),
        fault("missing comma", r#"{"text": "a" "b": 1}"#, Some(14), "expected `,` or `}`"),
        fault("two objects", r#"{"text": "a"} {"text": "SECRET"}"#, Some(15), "trailing characters"),
        fault("not a number", r#"{"text": NaN}"#, Some(10), "expected value"),
        fault("bad escape", r#"{"text": "SECRET\q"}"#, Some(18), "invalid escape"),
        fault("lone surrogate", r#"{"text": "\ud834 SECRET"}"#, None, "invalid JSON"),
        fault("control character", "{\"text\": \"SECRET\u{1}\"}", Some(17), "control character"),
        fault("key twice", r#"{"text": "SECRET", "text": "b"}"#, None, "the same key stands twice"),
        fault(
            "key twice within",
            r#"{"text": "a", "x": {"SECRET": 1, "SECRET": 2}}"#,
            None,
            "the same key stands twice",
        ),
        fault("number out of range", r#"{"text": "a", "label": 1e999}"#, None, "number out of range"),
        fault("number with a leading zero", r#"{"text": "a", "label": 01}"#, Some(25), "invalid number"),
        fault("comment", r#"{"text": "a" /* SECRET */}"#, Some(14), "expected `,` or `}`"),
        ("too deep", deep.into_bytes(), None, "recursion limit exceeded"),
    ]
}

fn of_lines() -> Vec<Fault> {
    let fault = |name, line: &str, column, words| (name, line.as_bytes().to_vec(), column, words);
    vec![
        ("broken utf-8", b"SECRET\xff words\t1".to_vec(), Some(7), "not UTF-8 at byte 6"),
        ("cut utf-8", "词SECRET\t1".bytes().chain(*b"\xe8\xaf").collect(), Some(10), "not UTF-8 at byte 11"),
        fault("nul", "SECRET\0\t1", Some(7), "found a NUL character"),
        fault("no separator", "SECRET words 1", None, "found no separator"),
        fault("no label", "SECRET words\t", Some(14), "expected a label after the separator, found none"),
        fault("blank label", "SECRET words\t  ", Some(14), "expected a label after the separator, found none"),
        fault("no text", "\t1", Some(1), "expected a text before the separator, found none"),
        fault("unknown label", "SECRET words\t2", Some(14), "unknown label: expected a number from 0 to 1"),
        fault("huge label", "SECRET\t99999999999999999999999", Some(8), "unknown label: expected a number from 0 to 1"),
        fault("negative label", "SECRET words\t-1", Some(14), "expected the number of a class, from 0 to 1"),
        fault("word for a label", "words\tSECRET", Some(7), "expected the number of a class, from 0 to 1"),
        fault("fraction for a label", "SECRET\t1.0", Some(8), "expected the number of a class, from 0 to 1"),
        fault("signed label", "SECRET\t+1", Some(8), "expected the number of a class, from 0 to 1"),
        fault("full-width digit", "SECRET\t１", Some(8), "expected the number of a class, from 0 to 1"),
    ]
}

fn of_tabs() -> Vec<Fault> {
    let fault = |name, line: &str, column, words| (name, line.as_bytes().to_vec(), column, words);
    vec![
        ("broken utf-8", b"SECRET\xff\t1".to_vec(), Some(7), "not UTF-8 at byte 6"),
        fault("nul", "SECRET\0\t1", Some(7), "found a NUL character"),
        fault("too few fields", "SECRET", None, "expected 2 fields, found 1"),
        fault("too many fields", "SECRET\t1\t2", None, "expected 2 fields, found 3"),
        fault("trailing tab", "SECRET\t1\t", None, "expected 2 fields, found 3"),
        fault("only blanks", "  ", None, "expected 2 fields, found 1"),
    ]
}

fn of_commas() -> Vec<Fault> {
    let fault = |name, line: &str, column, words| (name, line.as_bytes().to_vec(), column, words);
    vec![
        ("broken utf-8", b"SECRET\xff,1".to_vec(), Some(7), "not UTF-8 at byte 6"),
        ("broken utf-8 in quotes", b"\"SECRET, \xff\",1".to_vec(), Some(10), "not UTF-8 at byte 9"),
        fault("nul", "SECRET\0,1", Some(7), "found a NUL character"),
        fault("too few fields", "SECRET", None, "expected 2 fields, found 1"),
        fault("too many fields", "SECRET,1,2", None, "expected 2 fields, found 3"),
        fault("trailing comma", "SECRET,1,", None, "expected 2 fields, found 3"),
        fault("text behind a quote", "\"SECRET\" x,1", Some(9), "expected a delimiter after the closing quote"),
        fault("quote behind a quote", "\"a\"b\",SECRET", Some(4), "expected a delimiter after the closing quote"),
    ]
}

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for format in formats() {
        for (fault, line, column, words) in &format.faults {
            for position in [0, N / 2, N - 1] {
                for (end, word) in [("\n", "lf"), ("\r\n", "crlf")] {
                    let name = format!("{}: {fault} in line {position}, {word}", format.word);
                    let number = position as u64 + 1 + u64::from(!format.header.is_empty());
                    let expected = Expected { column: *column, ..Expected::at(number, *words) };
                    let bytes = file(&format, position, line, end);
                    cases.push(Case::new(name, &format.source, bytes).good(N - 1).bad(expected));
                }
            }
        }
    }
    cases.extend(of_files());
    cases
}

fn file(format: &Format, position: usize, bad: &[u8], end: &str) -> Vec<u8> {
    let mut bytes = format.header.replace('\n', end).into_bytes();
    for i in 0..N {
        bytes.extend(if i == position { bad } else { format.good.as_bytes() });
        // The last line needs no end.
        bytes.extend(if i + 1 == N { "" } else { end }.bytes());
    }
    bytes
}

/// Whole files that are strange: most of them are fine.
fn of_files() -> Vec<Case> {
    let mut cases = Vec::new();
    for format in formats() {
        let Format { word, source, header, good, .. } = &format;
        let case = |name: &str, text: String| Case::new(format!("{word}: {name}"), source, text);
        cases.extend([
            case("empty", String::new()).good(0).bad(Expected::whole("the file is empty: expected")),
            case("only a mark", "\u{feff}".to_owned()).good(0).bad(Expected::whole("the file is empty: expected")),
            case("mark", format!("\u{feff}{header}{good}\n")).good(1),
            case("empty lines", format!("\n\n{header}\n{good}\n\n\n{good}\n\n")).good(2),
            case("no last line end", format!("{header}{good}\n{good}")).good(2),
            case("mixed line ends", format!("{header}{good}\r\n{good}\n{good}\r\n")).good(3),
        ]);
    }
    cases
}

/// Lines that are longer than a row may be, between two that are not.
pub(super) fn without_end() -> Vec<Case> {
    let mut cases = Vec::new();
    let long = format!("{}\n", "x".repeat(crate::data::source::fault::MOST_ROW_BYTES + 10));
    for format in formats() {
        let Format { word, source, header, good, .. } = &format;
        let number = if header.is_empty() { 2 } else { 3 };
        let expected = Expected::at(number, "expected a row of at most 64 MiB, found a longer one");
        let text = format!("{header}{good}\n{long}{good}\n");
        cases.push(Case::new(format!("{word}: a line without an end"), source, text).good(2).bad(expected));
    }
    cases
}
