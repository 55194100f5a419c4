//! Rows of two answers, of which one is preferred.

use serde_json::{Value as Json, json};

use super::row;
use crate::data::clean::Counts;
use crate::data::extract::Extractor as _;
use crate::data::extract::columns::Columns;
use crate::data::record::{Content, Preference, Turn};
use crate::recipe::dataset::Source;

fn made(value: Json) -> Result<Preference, String> {
    made_of(json!({ "type": "described", "tokens": 1, "bytes": 1, "cleaned-bytes": 1, "documents": 1 }), value)
}

/// Makes a row of a source whose `columns` are these.
fn named(columns: Json, value: Json) -> Result<Preference, String> {
    made_of(
        json!({ "type": "jsonl", "root": "/", "include": ["a"], "exclude": [], "strip-components": 0, "encoding": "utf-8", "columns": columns }),
        value,
    )
}

fn made_of(source: Json, value: Json) -> Result<Preference, String> {
    let source: Source = serde_json::from_value(source).unwrap();
    let mut records = Columns::of(&source).records(row(value), &mut Counts::new())?;
    match records.remove(0).content {
        Content::Preference(both) => Ok(both),
        other => panic!("{other:?}"),
    }
}

fn turns(said: &[(&str, &str)]) -> Vec<Turn> {
    said.iter().map(|(role, content)| Turn { role: (*role).to_owned(), content: (*content).to_owned() }).collect()
}

#[test]
fn texts_and_conversations_with_what_is_asked_or_without() {
    let both = made(json!({ "prompt": "Sky?", "chosen": "Blue.", "rejected": "Green." })).unwrap();
    assert_eq!(both.chosen, turns(&[("prompt", "Sky?"), ("response", "Blue.")]));
    assert_eq!(both.rejected, turns(&[("prompt", "Sky?"), ("response", "Green.")]));
    assert_eq!(both.n_shared(), 1);
    let alone = made(json!({ "chosen": "Blue.", "rejected": "Green." })).unwrap();
    assert_eq!((alone.chosen, alone.rejected), (turns(&[("response", "Blue.")]), turns(&[("response", "Green.")])));
    let said = |text: &str| json!([{ "role": "assistant", "content": text }]);
    let asked = json!([{ "role": "user", "content": "Sky?" }]);
    let chat = made(json!({ "prompt": asked, "chosen": said("Blue."), "rejected": said("Green.") })).unwrap();
    assert_eq!(chat.chosen, turns(&[("user", "Sky?"), ("assistant", "Blue.")]));
    assert_eq!((chat.n_shared(), chat.rejected.len()), (1, 2));
}

#[test]
fn answers_are_found_by_the_names_that_columns_give_them() {
    let row = json!({ "question": "Sky?", "best": "Blue.", "worst": "Green.", "response": "Red." });
    let both = named(json!({ "prompt": "question", "chosen": "best", "rejected": "worst" }), row.clone()).unwrap();
    assert_eq!(both.chosen, turns(&[("prompt", "Sky?"), ("response", "Blue.")]));
    assert_eq!(both.rejected, turns(&[("prompt", "Sky?"), ("response", "Green.")]));
    // One of the two may have its usual name.
    let usual = json!({ "chosen": "Blue.", "worst": "Green." });
    let both = named(json!({ "rejected": "worst" }), usual).unwrap();
    assert_eq!((both.chosen, both.rejected), (turns(&[("response", "Blue.")]), turns(&[("response", "Green.")])));
    let said = |text: &str| json!([{ "role": "assistant", "content": text }]);
    let chat = json!({ "best": said("Blue."), "worst": said("Green.") });
    let both = named(json!({ "chosen": "best", "rejected": "worst" }), chat).unwrap();
    assert_eq!(both.chosen, turns(&[("assistant", "Blue.")]));
    // Who names only what is asked means what is there.
    let asked = json!({ "question": "Sky?", "chosen": "Blue.", "rejected": "Green." });
    assert_eq!(named(json!({ "prompt": "question" }), asked).unwrap().n_shared(), 1);
    let missing = named(json!({ "chosen": "better", "rejected": "worst" }), row).unwrap_err();
    assert_eq!(missing, "field `better` is missing");
}

#[test]
fn what_is_wrong_is_told_without_the_words() {
    let said = json!([{ "role": "assistant", "content": "hunter2" }]);
    for (row, expected) in [
        (json!({ "chosen": "hunter2", "rejected": 7 }), "expected text in field `rejected`, found a number"),
        (
            json!({ "prompt": said, "chosen": "hunter2", "rejected": "b" }),
            "expected text in field `prompt`, as in `chosen`",
        ),
        (
            json!({ "prompt": "hunter2", "chosen": said, "rejected": said }),
            "expected a list of turns in field `prompt`",
        ),
        (json!({ "chosen": said, "rejected": "hunter2" }), "expected a list of turns in field `rejected`"),
        (json!({ "chosen": said, "rejected": [] }), "expected at least one turn in field `rejected`"),
        (
            json!({ "chosen": said, "rejected": [{ "role": "user", "content": "hunter2" }] }),
            "expected the assistant to speak last in field `rejected`",
        ),
    ] {
        let error = made(row.clone()).unwrap_err();
        assert!(error.starts_with(expected) && !error.contains("hunter2"), "{row}: {error}");
    }
}
