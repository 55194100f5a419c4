//! Cards of datasets with everything, and with nothing.

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::id::Digest;
use crate::recipe::dataset::SplitName;
use crate::record::report::{Cluster, DatasetReport, Dropped, Profile, SplitReport, StepReport, TokensReport};

/// What a person might write to break a page.
const NASTY: &str = "</title><script>alert('1')</script>\"'&{{7*7}}|`---";

fn facts(columns: &[&str]) -> DatasetFacts {
    let step = StepReport {
        step: "redact-pii".to_owned(),
        records_in: 12,
        records_out: 10,
        changed: 3,
        bytes_in: 1200,
        bytes_out: 1000,
        counts: BTreeMap::from([("email".to_owned(), 4), ("phone".to_owned(), 0)]),
        reasons: BTreeMap::from([("too short".to_owned(), 2)]),
        samples: vec![Dropped {
            record: "a.md".to_owned(),
            reason: "too short".to_owned(),
            text: "[email] wrote".to_owned(),
        }],
    };
    let split = |records, bytes| SplitReport { records, bytes };
    let file = |split: SplitName, rows: u64| SplitFile {
        split,
        file: format!("{}.parquet", split.word()),
        rows,
        bytes: 500 * rows,
        digest: Digest::of(split.word().as_bytes()),
        sha256: (rows > 0).then(|| "ab".repeat(32)),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
    };
    let splits =
        [(SplitName::Train, split(8, 800)), (SplitName::Validation, split(0, 0)), (SplitName::Test, split(2, 200))];
    DatasetFacts {
        recipe: "rust-coder".parse().unwrap(),
        name: "prose".to_owned(),
        description: "The documentation of a few crates.".to_owned(),
        license: Some("cc-by-4.0".to_owned()),
        language: vec!["en".to_owned()],
        source: json!({ "type": "files", "root": "/home/me/data", "include": ["**/*.md"] }),
        made: json!({ "split": { "by": "document" } }),
        source_digest: Some(Digest::of(b"source")),
        seed: Some(42),
        fingerprint: Digest::of(b"fingerprint"),
        report: DatasetReport {
            files: 12,
            source_bytes: 1500,
            bad_rows: 1,
            bad_row_samples: vec!["a.jsonl:3: no text".to_owned()],
            steps: vec![step],
            splits: splits.into(),
            clusters: vec![Cluster {
                kept: "b.md".to_owned(),
                dropped: vec!["c.md".to_owned()],
                records: 2,
                text: "b".to_owned(),
            }],
            profile: Profile {
                lengths: vec![0, 0, 0, 0, 6, 4],
                languages: [("eng".to_owned(), 10)].into(),
                labels: [("guide".to_owned(), 7), ("news".to_owned(), 3)].into(),
                fields: BTreeMap::new(),
            },
        },
        tokens: [(
            "bytes".to_owned(),
            TokensReport { vocab_size: 300, tokens: [(SplitName::Train, 321)].into(), target_tokens: BTreeMap::new() },
        )]
        .into(),
        files: vec![file(SplitName::Train, 8), file(SplitName::Validation, 0), file(SplitName::Test, 2)],
    }
}

/// The same without anything the recipe need not say.
fn unknown() -> DatasetFacts {
    DatasetFacts {
        description: String::new(),
        license: None,
        language: Vec::new(),
        source: json!(null),
        made: json!({}),
        source_digest: None,
        seed: None,
        report: DatasetReport {
            splits: [(SplitName::Train, SplitReport { records: 8, bytes: 800 })].into(),
            ..DatasetReport::default()
        },
        tokens: BTreeMap::new(),
        ..facts(&["id", "document", "text"])
    }
}

#[test]
fn a_card_tells_what_is_known() {
    insta::assert_snapshot!(card(&facts(&["id", "document", "text", "label"])).unwrap());
}

#[test]
fn a_card_tells_how_rows_were_dealt() {
    let dealt = |split: serde_json::Value| {
        let text =
            card(&DatasetFacts { made: json!({ "split": split }), ..facts(&["id", "document", "text"]) }).unwrap();
        text.lines().find(|line| line.starts_with("Rows were dealt")).unwrap().to_owned()
    };
    insta::assert_snapshot!(dealt(json!({ "by": "group", "group": "author" })), @"Rows were dealt by a hash of their names, so that a row stays where it is when the data grows. Rows of the same author are in one split, whatever documents they come from.");
    let split = json!({ "by": "record", "stratify": "label", "assign": { "test": ["t*"] }, "decontaminate": true });
    insta::assert_snapshot!(dealt(split), @"Rows were dealt by a hash of their names within each class (label), so that every class has the same shares; a few rows move when the data grows. Every row was dealt by itself. Of some documents the recipe says by name where they belong. What stands in the training split was taken out of the validation and test splits.");
}

#[test]
fn a_card_tells_whether_names_were_looked_for() {
    let mut facts = facts(&["id", "document", "text"]);
    assert!(card(&facts).unwrap().contains("looked for by patterns: names"));
    facts.report.steps[0].counts.insert("name".to_owned(), 0);
    assert!(card(&facts).unwrap().contains("and names by a list"));
}

#[test]
fn a_card_says_what_is_unknown() {
    insta::assert_snapshot!(card(&unknown()).unwrap());
}

#[test]
fn a_croissant_describes_files_and_columns() {
    let described = croissant(&facts(&["id", "messages", "image", "audio", "label"]));
    let mut shown = described.clone();
    shown["@context"] = json!("as the specification has it");
    insta::assert_snapshot!(format!("{shown:#}"));
}

#[test]
fn the_page_stands_alone() {
    let page = page(&facts(&["id", "document", "text", "label"])).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>"));
    assert!(page.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"));
    for fetched in ["<script", "<link", "src=", "href", "url(", "@import", "http:", "https:"] {
        assert!(!page.contains(fetched), "{fetched} is in the page");
    }
    for told in ["redact-pii", "too short", "[email] wrote", "a.jsonl:3: no text", "c.md", "guide", "16–31", "321"] {
        assert!(page.contains(told), "{told} is not in the page");
    }
    insta::assert_snapshot!(page);
}

#[test]
fn nothing_a_person_wrote_is_read_as_markup() {
    let mut facts = facts(&["id", "document", "text", NASTY]);
    facts.name = NASTY.to_owned();
    facts.description = NASTY.to_owned();
    facts.license = Some(NASTY.to_owned());
    facts.source["include"] = json!([NASTY]);
    facts.report.bad_row_samples = vec![NASTY.to_owned()];
    facts.report.profile.labels = [(NASTY.to_owned(), 1)].into();
    facts.report.profile.fields = [(NASTY.to_owned(), [(NASTY.to_owned(), 1)].into())].into();
    facts.report.clusters[0].text = NASTY.to_owned();
    let step = &mut facts.report.steps[0];
    step.samples[0].text = NASTY.to_owned();
    step.reasons = [(NASTY.to_owned(), 1)].into();
    step.counts = [(NASTY.to_owned(), 1)].into();
    let page = page(&facts).unwrap();
    assert!(!page.contains("<script") && !page.contains("&&") && page.contains("{{7*7}}"), "{page}");
    assert_eq!(page.matches("</title>").count(), 1 + page.matches("<g><title>").count());
    let card = card(&facts).unwrap();
    let (front, body) = card[4..].split_once("\n---\n").unwrap();
    assert!(!body.contains("<script") && body.contains("&lt;script&gt;"), "{body}");
    let front: serde_json::Value = serde_saphyr::from_str(front).unwrap();
    assert_eq!((&front["pretty_name"], &front["license"]), (&json!(NASTY), &json!(NASTY)));
    assert_eq!(front["dataset_info"]["features"][3]["name"], json!(NASTY));
}

#[test]
fn the_same_facts_make_the_same_bytes() {
    let facts = facts(&["id", "text"]);
    assert_eq!(card(&facts).unwrap(), card(&facts).unwrap());
    assert_eq!(page(&facts).unwrap(), page(&facts).unwrap());
}
