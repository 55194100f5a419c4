//! Bad rows: each is told with what was expected, and never with what it says.

use serde_json::{Value as Json, json};

use crate::data::clean::Counts;
use crate::data::extract::tests::{extractor, row};

/// What every row below says somewhere, and no message may.
const SECRET: &str = "hunter2";

/// An extraction, and rows with what is told of them.
type Cases = (Json, Vec<(Json, &'static str)>);

fn regex() -> Cases {
    let extract = json!({ "type": "regex", "pattern": "(?<a>x*)y(?<b>z*)", "text": "{a}y", "label": "{b}" });
    let cases = vec![
        (json!({ "text": SECRET }), "expected text, found fields"),
        (json!(null), "expected text, found a picture"),
        (json!("hunter2 xy"), "`label`: expected some text, found none"),
    ];
    (extract, cases)
}

fn picked() -> Cases {
    let extract =
        json!({ "type": "json", "prompt": "$.q", "response": "$.a[*].t", "label": "$..class", "group": "$.g" });
    let with = |key: &str, value: Json| {
        let mut whole = json!({ "q": SECRET, "a": [{ "t": SECRET }], "class": SECRET, "g": SECRET });
        match value {
            Json::Null => drop(whole.as_object_mut().unwrap().remove(key)),
            value => whole[key] = value,
        }
        whole
    };
    let cases = vec![
        (json!(null), "expected fields, or text that is JSON; found a picture"),
        (json!("hunter2"), "expected JSON, which has a mistake at its line 1, column 1"),
        (json!("{\"q\": \"hunter2\""), "expected JSON, which ends too early at its line 1, column 15"),
        (json!("{\"q\": hunter2}"), "expected JSON, which has a mistake at its line 1, column 7"),
        (json!("{\"q\": 1}\n{\"q\": \"hunter2\"}"), "expected JSON, which has a mistake at its line 2, column 1"),
        (json!(""), "expected JSON, which ends too early at its line 1, column 0"),
        (json!("\"hunter2\""), "`prompt`: the path finds nothing"),
        (json!("[\"hunter2\"]"), "`prompt`: the path finds nothing"),
        (with("q", json!(null)), "`prompt`: the path finds nothing"),
        (with("q", json!([SECRET])), "`prompt`: expected text, a number or a truth value, found a list"),
        (with("q", json!({ SECRET: 1 })), "`prompt`: expected text, a number or a truth value, found an object"),
        (
            json!("{\"q\": null, \"x\": \"hunter2\"}"),
            "`prompt`: expected text, a number or a truth value, found nothing",
        ),
        (with("a", json!([])), "`response`: the path finds nothing"),
        (with("a", json!(SECRET)), "`response`: the path finds nothing"),
        (with("a", json!([{ "t": SECRET }, { "t": SECRET }])), "`response`: expected one value, and the path finds 2"),
        (with("a", json!([{ "t": [SECRET] }])), "`response`: expected text, a number or a truth value, found a list"),
        (with("class", json!(null)), "`label`: the path finds nothing"),
        (with("class", json!({ "class": SECRET })), "`label`: expected one value, and the path finds 2"),
        (with("class", json!(" ")), "`label`: expected some text, found none"),
        (with("g", json!(null)), "`group`: the path finds nothing"),
        (with("g", json!("")), "`group`: expected some text, found none"),
        (with("g", json!([SECRET])), "`group`: expected text, a number or a truth value, found a list"),
    ];
    (extract, cases)
}

fn picked_items() -> Cases {
    let extract = json!({ "type": "json", "each": "$.items[*]", "text": "$.body" });
    let cases = vec![
        (json!({ "items": [{ "body": SECRET }, SECRET] }), "item 2: `text`: the path finds nothing"),
        (
            json!({ "items": { SECRET: { "body": [] } } }),
            "item 1: `text`: expected text, a number or a truth value, found a list",
        ),
    ];
    (extract, cases)
}

fn openai() -> Cases {
    let extract = json!({ "type": "chat", "format": "openai", "field": "messages", "label": "class" });
    let talk = |turns: Json| json!({ "messages": turns, "class": SECRET });
    let second = |turn: Json| json!({ "messages": [{ "role": "user", "content": SECRET }, turn], "class": SECRET });
    let cases = vec![
        (json!(null), "expected fields, or text that is JSON; found a picture"),
        (json!("hunter2"), "expected JSON, which has a mistake at its line 1, column 1"),
        (json!("3"), "expected an object or a list of objects, found a number"),
        (json!("[{}, \"hunter2\"]"), "item 2: expected an object, found text"),
        (json!("[{\"conversation\": \"hunter2\"}]"), "item 1: the field `messages` is missing"),
        (json!({ "conversations": SECRET }), "the field `messages` is missing"),
        (talk(json!({ SECRET: 1 })), "the field `messages`: expected a list of turns, found an object"),
        (talk(json!(7)), "the field `messages`: expected a list of turns, found a number"),
        (talk(json!([])), "the field `messages`: expected at least one turn, found an empty list"),
        (talk(json!(SECRET)), "the field `messages`: expected JSON, which has a mistake at its line 1, column 1"),
        (talk(json!("{}")), "the field `messages`: expected a list of turns, found an object"),
        (talk(json!([SECRET])), "turn 1 of `messages`: expected an object, found text"),
        (second(json!(null)), "turn 2 of `messages`: expected an object, found nothing"),
        (second(json!({ "content": SECRET })), "turn 2 of `messages`: `role` is missing"),
        (second(json!({ "from": SECRET, "value": SECRET })), "turn 2 of `messages`: `role` is missing"),
        (
            second(json!({ "role": 1, "content": SECRET })),
            "turn 2 of `messages`: `role`: expected text, found a number",
        ),
        (
            second(json!({ "role": null, "content": SECRET })),
            "turn 2 of `messages`: `role`: expected text, found nothing",
        ),
        (
            second(json!({ "role": SECRET, "content": SECRET })),
            "turn 2 of `messages`: `role`: expected `system`, `user`, `assistant` or `tool`, found another word",
        ),
        (
            second(json!({ "role": "human", "content": SECRET })),
            "turn 2 of `messages`: `role`: expected `system`, `user`, `assistant` or `tool`, found another word",
        ),
        (second(json!({ "role": "assistant" })), "turn 2 of `messages`: `content` is missing"),
        (second(json!({ "role": "assistant", "text": SECRET })), "turn 2 of `messages`: `content` is missing"),
        (
            second(json!({ "role": "assistant", "content": null, "tool_calls": [SECRET] })),
            "turn 2 of `messages`: `content`: expected text, found nothing; calls of tools are no text",
        ),
        (
            second(json!({ "role": "user", "content": 5 })),
            "turn 2 of `messages`: `content`: expected text, found a number",
        ),
        (
            second(json!({ "role": "user", "content": { "t": SECRET } })),
            "turn 2 of `messages`: `content`: expected text, found an object",
        ),
        (
            second(
                json!({ "role": "user", "content": [{ "type": "text", "text": SECRET }, { "type": "image_url", "image_url": SECRET }] }),
            ),
            "turn 2 of `messages`: `content`: part 2: expected a part of type `text`, found another",
        ),
        (
            second(json!({ "role": "user", "content": [{ "type": "text" }] })),
            "turn 2 of `messages`: `content`: part 1: `text` is missing",
        ),
        (
            second(json!({ "role": "user", "content": [{ "type": "text", "text": [SECRET] }] })),
            "turn 2 of `messages`: `content`: part 1: `text`: expected text, found a list",
        ),
        (
            second(json!({ "role": "user", "content": [3] })),
            "turn 2 of `messages`: `content`: part 1: expected an object, found a number",
        ),
        (json!({ "messages": [{ "role": "user", "content": SECRET }] }), "the field `class` is missing"),
        (
            json!({ "messages": [{ "role": "user", "content": SECRET }], "class": "" }),
            "the field `class`: expected some text, found none",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": SECRET }], "class": [SECRET] }),
            "the field `class`: expected text, found a list",
        ),
        (
            json!({ "messages": [{ "role": "user", "content": SECRET }], "class": 1, "group": { SECRET: 1 } }),
            "the field `group`: expected text, found an object",
        ),
    ];
    (extract, cases)
}

fn sharegpt() -> Cases {
    let extract = json!({ "type": "chat", "format": "sharegpt", "field": "conversations" });
    let one = |turn: Json| json!({ "conversations": [turn] });
    let cases = vec![
        (json!({ "messages": SECRET }), "the field `conversations` is missing"),
        (one(json!({ "role": "user", "content": SECRET })), "turn 1 of `conversations`: `from` is missing"),
        (one(json!({ "from": "human", "content": SECRET })), "turn 1 of `conversations`: `value` is missing"),
        (
            one(json!({ "from": SECRET, "value": SECRET })),
            "turn 1 of `conversations`: `from`: expected `system`, `human`, `gpt` or `tool`, found another word",
        ),
        (
            one(json!({ "from": "gpt", "value": true })),
            "turn 1 of `conversations`: `value`: expected text, found a truth value",
        ),
    ];
    (extract, cases)
}

fn alpaca() -> Cases {
    let cases = vec![
        (json!(null), "expected fields, or text that is JSON; found a picture"),
        (json!("hunter2"), "expected JSON, which has a mistake at its line 1, column 1"),
        (json!({ "output": SECRET }), "the field `instruction` is missing"),
        (json!({ "instruction": SECRET }), "the field `output` is missing"),
        (json!({ "instruction": null, "output": SECRET }), "the field `instruction`: expected text, found nothing"),
        (json!({ "instruction": SECRET, "output": null }), "the field `output`: expected text, found nothing"),
        (json!({ "instruction": [SECRET], "output": SECRET }), "the field `instruction`: expected text, found a list"),
        (
            json!({ "instruction": SECRET, "input": { SECRET: 1 }, "output": SECRET }),
            "the field `input`: expected text, found an object",
        ),
        (
            json!("[{\"instruction\": \"hunter2\", \"output\": [1]}]"),
            "item 1: the field `output`: expected text, found a list",
        ),
        (
            json!({ "instruction": SECRET, "output": SECRET, "label": [SECRET] }),
            "the field `label`: expected text, found a list",
        ),
    ];
    (json!({ "type": "alpaca" }), cases)
}

fn chunks() -> Cases {
    let cases = vec![
        (json!(null), "expected text or fields, found a picture"),
        (json!({ "text": SECRET }), "the field `body` is missing"),
        (json!({ "body": [SECRET] }), "the field `body`: expected text, found a list"),
        (json!({ "body": null, "x": SECRET }), "the field `body`: expected text, found nothing"),
        (json!({ "body": SECRET, "group": [SECRET] }), "the field `group`: expected text, found a list"),
    ];
    (json!({ "type": "chunks", "max-chars": 20, "text": "body" }), cases)
}

fn template() -> Cases {
    let extract = json!({
        "type": "template",
        "prompt": "{{ q }}",
        "response": "{% for x in range(n or 1) %}{% for y in range(n or 1) %}{{ a.b }}{% endfor %}{% endfor %}",
        "label": "{{ class }}",
    });
    let with = |key: &str, value: Json| {
        let mut whole = json!({ "q": SECRET, "a": { "b": SECRET }, "n": 1, "class": SECRET });
        whole[key] = value;
        whole
    };
    let cases = vec![
        (json!(null), "`prompt`: the template asks for `q`, which the row does not have"),
        (json!("hunter2"), "`prompt`: the template asks for `q`, which the row does not have"),
        (json!({ "question": SECRET }), "`prompt`: the template asks for `q`, which the row does not have"),
        (with("q", json!(null)), "`prompt`: line 1 of the template prints a field that holds nothing"),
        (with("q", json!([SECRET])), "`prompt`: line 1 of the template prints a list or a mapping"),
        (with("q", json!({ SECRET: SECRET })), "`prompt`: line 1 of the template prints a list or a mapping"),
        (
            with("a", json!({ SECRET: 1 })),
            "`response`: the template asks for a part of a field, which the row does not have",
        ),
        (with("a", json!({ "b": null })), "`response`: line 1 of the template prints a field that holds nothing"),
        (with("n", json!(SECRET)), "`response`: line 1 of the template does with a value what cannot be done with it"),
        (with("n", json!(99999)), "`response`: the template takes more than 5000000 steps"),
        (with("class", json!(" ")), "`label`: expected some text, found none"),
        (with("class", json!(null)), "`label`: line 1 of the template prints a field that holds nothing"),
        (with("group", json!([SECRET])), "the field `group`: expected text, found a list"),
        (
            json!({ "q": SECRET, "a": { "b": SECRET }, "n": 1 }),
            "`label`: the template asks for `class`, which the row does not have",
        ),
    ];
    (extract, cases)
}

#[test]
fn every_bad_row_is_told_with_what_was_expected_and_never_with_what_it_says() {
    let all = [regex(), picked(), picked_items(), openai(), sharegpt(), alpaca(), chunks(), template()];
    let n: usize = all.iter().map(|(_, cases)| cases.len()).sum();
    assert!(n >= 90, "only {n} bad rows");
    for (extract, cases) in all {
        let extractor = extractor(extract.clone());
        for (value, expected) in cases {
            let told = extractor.records(row(value.clone()), &mut Counts::new());
            let reason = told.expect_err(&format!("{extract}: {value}"));
            assert_eq!(reason, expected, "{extract}: {value}");
            assert!(!reason.contains(SECRET));
        }
    }
}
