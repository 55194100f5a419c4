//! Any text is extracted from, cleaned and freed of private data.

use serde_json::json;

use crate::data::clean::redact_pii::redact;
use crate::data::clean::{self, Counts, Fate, Prepared, fix_encoding, normalize_unicode, strip_markup};
use crate::data::row::{Row, Value};
use crate::data::{Content, DataError, Record, extract};
use crate::recipe::dataset::{CleanStep, Extract, Markup, PiiKind, PiiWith, RedactPii, Source, UnicodeForm, Width};
use crate::rows::PRIVATE;
use crate::scratch;

/// Extracts; the first byte says how, up to a zero byte stands what a recipe says, and behind it the row.
pub fn extract(bytes: &[u8]) {
    let [kind, rest @ ..] = bytes else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let (said, row) = text.split_once('\0').unwrap_or(("", text));
    let size = said.len() as u32;
    let extract = match kind % 10 {
        0 => json!({ "type": "regex", "pattern": said, "text": "{a}" }),
        1 => json!({ "type": "regex", "pattern": said, "prompt": "{a}", "response": "{b}", "within": "line" }),
        2 => json!({ "type": "json", "each": said, "text": "$" }),
        3 => json!({ "type": "json", "each": "$[*]", "text": said, "label": "$.label" }),
        4 => json!({ "type": "template", "text": said }),
        5 => json!({ "type": "chat", "field": said, "format": "openai" }),
        6 => json!({ "type": "chat", "field": said, "format": "sharegpt", "last": "any" }),
        7 => json!({ "type": "alpaca", "prompt": said }),
        8 => json!({ "type": "chunks", "max-chars": size + 1, "overlap": size / 2, "at": "sentence" }),
        _ => json!({ "type": "rust-doc-pairs", "prompt": "{signature}", "response": "{body}" }),
    };
    let Ok(extract) = serde_json::from_value::<Extract>(extract) else { return };
    let source = json!({ "type": "synthetic", "generator": "arithmetic", "rows": 1, "seed": 0 });
    let source: Source = serde_json::from_value(source).expect("this is a source");
    let extractor = match extract::prepare(Some(&extract), &source) {
        Ok(extractor) => extractor,
        Err(error) => return assert!(matches!(error, DataError::BadExtraction { .. }), "{error}"),
    };
    let values = [serde_json::from_str(row).ok().map(Value::Object), Some(Value::Text(row.to_owned()))];
    for value in values.into_iter().flatten() {
        let row = Row { id: "r".to_owned(), document: "d".to_owned(), line: Some(1), value, label: None };
        match extractor.records(row, &mut Counts::new()) {
            Ok(records) => assert!(records.iter().all(|record| record.document == "d")),
            Err(reason) => {
                assert!(!reason.is_empty() && reason.len() < said.len() + 1000, "{reason}");
                assert!(said.contains(PRIVATE) || !reason.contains(PRIVATE), "it holds what the row says: {reason}");
            }
        }
    }
}

/// Masks private data with hashes; also returns how much was found.
fn hash(text: &str) -> (String, u64) {
    let salt = format!("file:{}", scratch::file("salt", b"0123456789abcdef").display());
    let hash = RedactPii { with: PiiWith::Hash, salt: Some(salt), ..RedactPii::default() };
    let Ok(Prepared::Each(step)) = clean::prepare(&CleanStep::RedactPii(hash)) else { panic!("it has no mistake") };
    let mut counts = Counts::new();
    match step.one(Record::new("r", "d", Content::Text(text.to_owned())), &mut counts) {
        Fate::Keep(Record { content: Content::Text(text), .. }) => (text, counts.values().sum()),
        fate => panic!("{fate:?} is no text"),
    }
}

/// Takes a text through every step that changes texts or judges them.
pub fn clean(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    fix_encoding::fix(text);
    for kind in [Markup::Auto, Markup::Html, Markup::Markdown] {
        let stripped = strip_markup::strip(text, kind);
        assert!(stripped.len() <= 8 * text.len() + 1000, "{} bytes became {}", text.len(), stripped.len());
    }
    for form in [UnicodeForm::Nfc, UnicodeForm::Nfkc] {
        for width in [Width::Keep, Width::Half] {
            let once = normalize_unicode::normalize(text, form, width);
            assert_eq!(normalize_unicode::normalize(&once, form, width), once);
        }
    }
    let steps = [
        json!({ "type": "fix-encoding", "max-damage": 0.05 }),
        json!({ "type": "strip-boilerplate", "kind": "auto", "max-link-density": 0.33, "repeats": 3 }),
        json!({ "type": "strip-boilerplate", "kind": "html", "max-link-density": 0.33, "repeats": 3 }),
        json!({ "type": "strip-boilerplate", "kind": "text", "max-link-density": 0.33, "repeats": 3 }),
        json!({ "type": "language", "keep": ["en", "zh"], "min-confidence": 0.5, "field": "language" }),
        json!({ "type": "length", "min-chars": 3, "max-chars": 9, "min-words": 1, "max-words": 4 }),
        json!({ "type": "redact-pii", "kinds": ["email", "secret"], "with": "drop" }),
    ];
    for step in steps {
        let step: CleanStep = serde_json::from_value(step).expect("this is a step");
        let Ok(Prepared::Each(step)) = clean::prepare(&step) else { panic!("the step has no mistake") };
        let record = Record::new("r", "d", Content::Text(text.to_owned()));
        match step.one(record, &mut Counts::new()) {
            Fate::Keep(record) => assert_eq!(record.id, "r"),
            Fate::Drop { record, reason } => assert!(record.id == "r" && !reason.is_empty()),
        }
    }
}

/// Masks private data: nothing that is found stays, doing it again changes nothing, and an address between words never stays.
pub fn mask(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let kinds = PiiKind::all();
    let (once, counts) = redact(text, &kinds);
    assert_eq!(once != text, counts.values().any(|n| *n > 0), "{counts:?}");
    let (twice, left) = redact(&once, &kinds);
    assert!(left.is_empty(), "{left:?} is left");
    assert_eq!(twice, once);
    for kind in kinds {
        let (alone, _) = redact(text, &[kind]);
        assert!(redact(&alone, &[kind]).1.is_empty(), "{kind:?} is left");
    }
    let (hashed, n) = hash(text);
    assert_eq!(hashed != text, n > 0);
    assert_eq!(hash(&hashed), (hashed.clone(), 0), "a hash is private no more");
    const ADDRESS: &str = "jane.roe@mail.example.org";
    let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let planted = format!("{} {ADDRESS} {}", &text[..middle], &text[middle..]);
    let (masked, _) = redact(&planted, &PiiKind::all());
    assert!(text.contains("jane.roe") || !masked.contains("jane.roe"), "the address stays");
}
