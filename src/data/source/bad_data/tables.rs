//! Faults of headers, and of records that span lines.

use crate::recipe::dataset::Columns;

use super::case::{self, Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = headers();
    cases.extend(quotes());
    cases
}

fn headers() -> Vec<Case> {
    let mut cases = Vec::new();
    let named = || Columns { text: Some("body".to_owned()), ..Columns::default() };
    for (word, tab) in [("csv", ','), ("tsv", '\t')] {
        let source = |columns, header| match word {
            "csv" => case::csv(columns, header),
            _ => case::tsv(columns, header),
        };
        let case = |name: &str, source, text: &str| {
            Case::new(format!("{word}: header {name}"), &source, text.replace('|', &tab.to_string()))
        };
        let at = Expected::at;
        cases.extend([
            case("with a name twice", source(Columns::default(), true), "text|text\nSECRET|b\n")
                .good(0)
                .bad(at(1, "column 2 has the name of an earlier column")),
            case("without the named column", source(named(), true), "text|label\nSECRET|b\n")
                .good(0)
                .bad(at(1, "column `body` is missing: found 2 columns")),
            case("after empty lines", source(named(), true), "\n\ntext\nSECRET\n")
                .good(0)
                .bad(at(3, "column `body` is missing: found 1 column")),
            case("alone", source(Columns::default(), true), "text|SECRET\n").good(0),
            case(
                "none, numbered",
                source(Columns { text: Some("2".to_owned()), ..Columns::default() }, false),
                "a|SECRET\nb|c\n",
            )
            .good(2),
            case(
                "none, numbered too high",
                source(Columns { text: Some("3".to_owned()), ..Columns::default() }, false),
                "a|SECRET\n",
            )
            .good(0)
            .bad(at(1, "column `3` is missing: found 2 columns")),
            case(
                "none, another width",
                source(Columns { text: Some("2".to_owned()), ..Columns::default() }, false),
                "a|SECRET\nb\n",
            )
            .good(1)
            .bad(at(2, "expected 2 fields, found 1")),
        ]);
        let mut bytes = b"te\xffxt\nSECRET\n".to_vec();
        let broken =
            Case::new(format!("{word}: header that is not UTF-8"), &source(Columns::default(), true), bytes.clone());
        cases.push(broken.good(0).bad(Expected { column: Some(3), ..at(1, "not UTF-8 at byte 2") }));
        bytes[2] = 0;
        let nul = Case::new(format!("{word}: header with a NUL"), &source(Columns::default(), true), bytes);
        cases.push(nul.good(0).bad(at(1, "found a NUL character")));
    }
    cases
}

/// Records of `text,label` that span lines.
fn quotes() -> Vec<Case> {
    let source = case::csv(Columns::default(), true);
    let case = |name: &str, text: &str| Case::new(format!("csv: {name}"), &source, format!("text,label\n{text}"));
    let at = |line, words: &str| Expected::at(line, words);
    let swallowed = |line, opened| at(line, &format!("belongs to the quote that line {opened} opens"));
    let unclosed = |line, column| Expected { column: Some(column), ..at(line, "expected a closing quote, found none") };
    let mut cases = vec![
        case("quoted lines", "\"SECRET\nb\n\nc\",1\n\"d\",2\n").good(2),
        case("doubled quotes", "\"SECRET \"\"b\"\"\",1\n").good(1),
        case("quotes within a field", "SECRET \"b\",1\n").good(1),
        case("fault after a record of three lines", "\"SECRET\nb\nc\",1\nd\n")
            .good(1)
            .bad(at(5, "expected 2 fields, found 1")),
        case("record of three lines with too many fields", "\"SECRET\nb\nc\",1,2\nd,1\n")
            .good(1)
            .bad(at(2, "expected 2 fields, found 3")),
        case("text behind a quote on its third line", "\"SECRET\nb\nc\"x,1\nd,1\n")
            .good(1)
            .bad(Expected { column: Some(3), ..at(4, "expected a delimiter after the closing quote") }),
        case("quote opened on the second line of a record", "\"SECRET\nb\",\"c\nd\n")
            .good(0)
            .bad(swallowed(2, 3))
            .bad(unclosed(3, 4))
            .bad(swallowed(4, 3)),
    ];
    let mut bytes = b"text,label\n\"SECRET\nb\xff,1\nc\",1\nd,1\n".to_vec();
    cases.push(
        Case::new("csv: broken utf-8 on the second line of a record", &source, bytes.clone())
            .good(1)
            .bad(Expected { column: Some(2), ..at(3, "not UTF-8 at byte 1") }),
    );
    bytes.truncate(21);
    cases.push(
        Case::new("csv: broken utf-8 in a quote that nothing closes", &source, bytes)
            .good(0)
            .bad(unclosed(2, 1))
            .bad(at(3, "not UTF-8 at byte 1")),
    );
    for lines_before in 0..4 {
        for lines_behind in 0..4_u64 {
            let text = "SECRET,1\n".repeat(lines_before) + "SECRET,\"x\n" + &"SECRET,1\n".repeat(lines_behind as usize);
            let line = lines_before as u64 + 2;
            let mut case = case(&format!("quote unclosed after {lines_before} and before {lines_behind} lines"), &text);
            case = case.good(lines_before).bad(unclosed(line, 8));
            cases.push((1..=lines_behind).fold(case, |case, i| case.bad(swallowed(line + i, line))));
        }
    }
    cases
}
