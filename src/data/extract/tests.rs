//! Extractions side by side: what they make of good rows, and what they say of bad ones.

mod bad_rows;
mod carried;
mod preferences;

use serde_json::{Value as Json, json};

use crate::data::clean::Counts;
use crate::data::extract::{Extractor, prepare};
use crate::data::record::{Content, Media, MediaKind, Record};
use crate::data::row::{Row, Sample, Value};
use crate::recipe::dataset::{Extract, Source};

fn extractor(extract: Json) -> Box<dyn Extractor> {
    let source = Source::Described { tokens: 1, bytes: 1, cleaned_bytes: 1, documents: 1 };
    let extract: Extract = serde_json::from_value(extract).unwrap();
    prepare(Some(&extract), &source).unwrap_or_else(|error| panic!("{error}"))
}

/// Returns a row: an object has fields, text is text, and nothing is a picture.
fn row(value: Json) -> Row {
    let value = match value {
        Json::Object(fields) => Value::Object(fields),
        Json::String(text) => Value::Text(text),
        _ => Value::Media(Sample {
            media: Media { kind: MediaKind::Image, bytes: Vec::new(), caption: String::new() },
            fields: Default::default(),
        }),
    };
    Row { id: "a:1".to_owned(), document: "a".to_owned(), line: Some(1), value, label: None }
}

fn made(extract: Json, value: Json) -> (Vec<Record>, Counts) {
    let mut counts = Counts::new();
    let records = extractor(extract).records(row(value), &mut counts).unwrap_or_else(|error| panic!("{error}"));
    (records, counts)
}

fn counts(expected: &[(&str, u64)]) -> Counts {
    expected.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

/// Returns each record as a line: its id, what it says, and what is told of it.
fn lines(records: &[Record]) -> Vec<String> {
    let line = |record: &Record| {
        let says = match &record.content {
            Content::Chat(turns) => {
                turns.iter().map(|turn| format!("{}={}", turn.role, turn.content)).collect::<Vec<_>>().join(" ")
            }
            Content::Text(_) | Content::Pair { .. } | Content::Preference(_) | Content::Media(_) => {
                record.texts().collect::<Vec<_>>().join(" -> ")
            }
        };
        let label = record.label.as_ref().map(|label| format!(" [{label}]")).unwrap_or_default();
        let group = record.fields.get("group").map(|group| format!(" <{group}>")).unwrap_or_default();
        format!("{} {says}{label}{group}", record.id)
    };
    records.iter().map(line).collect()
}

#[test]
fn every_match_of_a_pattern_is_a_record() {
    let extract = json!({
        "type": "regex", "pattern": "(?m)^Q(?<by>[0-9])?: (?<question>.+)\nA: (?<answer>.*)$",
        "prompt": "Question: {question}", "response": "{answer}", "label": "c{by}", "group": "{question}",
    });
    let text = "\u{feff}Q1: {answer}?\r\nA: yes\r\nnoise\nQ: two?\nA: no\nQ: three?\nA: \n";
    let (records, counted) = made(extract.clone(), json!(text));
    assert_eq!(
        lines(&records),
        ["a:1#1 Question: {answer}? -> yes [c1] <{answer}?>", "a:1#2 Question: two? -> no [c] <two?>"]
    );
    assert_eq!(counted, counts(&[("blank-responses", 1)]));
    assert_eq!(made(extract, json!("nothing here")), (Vec::new(), counts(&[("unmatched-documents", 1)])));
}

#[test]
fn every_line_is_matched_by_itself() {
    let extract = json!({
        "type": "regex", "within": "line", "pattern": "^(?<text>.+)\t(?<class>[0-9]+)$", "text": "{text}", "label": "{class}",
    });
    let (records, counted) = made(extract, json!("one\t3\n\n两个\t4\r\nno class\n"));
    assert_eq!(lines(&records), ["a:1#1 one [3]", "a:1#2 两个 [4]"]);
    assert_eq!(counted, counts(&[("unmatched-lines", 1)]));
}

#[test]
fn values_are_picked_out_of_fields_and_of_text_that_is_json() {
    let extract = json!({ "type": "json", "prompt": "$.q", "response": "$.a[0].text", "label": "$.class", "group": "$.user['the id']" });
    let value =
        json!({ "q": "why?", "a": [{ "text": "so" }, { "text": "no" }], "class": 4, "user": { "the id": true } });
    assert_eq!(lines(&made(extract.clone(), value.clone()).0), ["a:1 why? -> so [4] <true>"]);
    assert_eq!(lines(&made(extract, json!(value.to_string())).0), ["a:1 why? -> so [4] <true>"]);
    let each = json!({ "type": "json", "each": "$.items[?@.good]", "text": "$.body" });
    let items = json!({ "items": [{ "good": 1, "body": "a" }, { "body": "b" }, { "good": 1, "body": " " }, { "good": 1, "body": 2.5 }] });
    let (records, counted) = made(each.clone(), items);
    assert_eq!((lines(&records), counted), (vec!["a:1#1 a".into(), "a:1#3 2.5".into()], counts(&[("blank-texts", 1)])));
    assert_eq!(made(each, json!({ "items": [] })), (Vec::new(), counts(&[("rows-without-items", 1)])));
}

#[test]
fn conversations_of_both_makes_have_the_same_roles() {
    let openai = json!({ "type": "chat", "format": "openai", "field": "messages" });
    let value = json!({ "label": "x", "group": 7, "messages": [
        { "role": "developer", "content": "s" }, { "role": "user", "content": [{ "type": "text", "text": "a" }, "b"] },
        { "role": "assistant", "content": "c" }, { "role": "function", "name": "f", "content": "d" },
    ] });
    let (records, counted) = made(openai, value);
    assert_eq!(lines(&records), ["a:1 system=s user=ab assistant=c [x] <7>"]);
    assert_eq!(counted, counts(&[("turns-taken-out", 1)]));
    let sharegpt = |last: &str, system: &str| json!({ "type": "chat", "format": "sharegpt", "field": "conversations", "last": last, "system": system, "group": "who" });
    let said = json!([{ "from": "system", "value": "s" }, { "from": "human", "value": "{{ 7*7 }}" }, { "from": "gpt", "value": "b" },
        { "from": "observation", "value": "c" }]);
    let one = json!({ "who": "w", "conversations": said });
    assert_eq!(lines(&made(sharegpt("any", "drop"), one.clone()).0), ["a:1 user={{ 7*7 }} assistant=b tool=c <w>"]);
    let silent = json!({ "who": "w", "conversations": [{ "from": "human", "value": "a" }] });
    let several = json!([one, silent, { "who": "v", "conversations": said.to_string() }]).to_string();
    let (records, counted) = made(sharegpt("assistant", "keep"), json!(several));
    assert_eq!(
        lines(&records),
        ["a:1#1 system=s user={{ 7*7 }} assistant=b <w>", "a:1#3 system=s user={{ 7*7 }} assistant=b <v>"]
    );
    assert_eq!(counted, counts(&[("turns-taken-out", 2), ("without-answers", 1)]));
}

#[test]
fn instructions_have_one_of_two_openings() {
    let value = json!([
        { "instruction": "Add.", "input": "1 2", "output": "3" }, { "instruction": "Greet.", "input": " ", "output": "Hi" },
        { "instruction": "Ask.", "output": "" }, { "instruction": " ", "input": null, "output": "x" },
    ]);
    let (records, counted) = made(json!({ "type": "alpaca" }), json!(value.to_string()));
    assert_eq!(
        lines(&records),
        [
            "a:1#1 Follow the instruction. The input tells more about it.\n\n### Instruction:\nAdd.\n\n### Input:\n1 2\n\n### Response:\n -> 3",
            "a:1#2 Follow the instruction.\n\n### Instruction:\nGreet.\n\n### Response:\n -> Hi",
        ]
    );
    assert_eq!(counted, counts(&[("blank-prompts", 1), ("blank-responses", 1)]));
    let named = json!({ "type": "alpaca", "instruction": "q", "input": "c", "output": "a", "prompt": "{{ instruction }}|{{ input }}", "label": "q" });
    assert_eq!(
        lines(&made(named, json!({ "q": "{{ x }}", "c": "{% y", "a": "z" })).0),
        ["a:1 {{ x }}|{% y -> z [{{ x }}]"]
    );
}

#[test]
fn long_documents_become_pieces() {
    let extract = json!({ "type": "chunks", "max-chars": 9, "at": "sentence", "text": "body" });
    assert_eq!(
        lines(&made(extract.clone(), json!("One. Two.\r\n\r\nThree four.")).0),
        ["a:1#1 One. Two.", "a:1#2 Three", "a:1#3 four."]
    );
    assert_eq!(
        lines(&made(extract.clone(), json!({ "body": "一二。三", "label": "l", "group": "g" })).0),
        ["a:1#1 一二。三 [l] <g>"]
    );
    assert_eq!(made(extract, json!(" \n")), (Vec::new(), counts(&[("blank-texts", 1)])));
}

#[test]
fn templates_are_filled_with_fields_and_data_stays_data() {
    let extract = json!({
        "type": "template", "prompt": "{% for choice in choices %}{{ loop.index }}) {{ choice }}\n{% endfor %}{{ q | upper }}",
        "response": "{{ choices[answer] }}", "label": "n{{ answer }}",
    });
    let value = json!({ "choices": ["{{ 7*7 }}", "b"], "q": "which?", "answer": 0, "label": "l", "group": "g" });
    assert_eq!(lines(&made(extract, value).0), ["a:1 1) {{ 7*7 }}\n2) b\nWHICH? -> {{ 7*7 }} [n0] <g>"]);
    let text = json!({ "type": "template", "text": "<doc>{{ text }}</doc>" });
    assert_eq!(lines(&made(text.clone(), json!("a\n")).0), ["a:1 <doc>a\n</doc>"]);
    let mut labelled = row(json!("a"));
    labelled.label = Some("from the source".to_owned());
    let records = extractor(text).records(labelled, &mut Counts::new()).unwrap();
    assert_eq!(lines(&records), ["a:1 <doc>a</doc> [from the source]"]);
}

#[test]
fn an_extraction_that_is_none_is_told_with_its_key() {
    let source = Source::Described { tokens: 1, bytes: 1, cleaned_bytes: 1, documents: 1 };
    let told = |extract: Json| {
        let extract: Extract = serde_json::from_value(extract).unwrap();
        prepare(Some(&extract), &source).err().map(|error| error.to_string()).unwrap_or_default()
    };
    assert_eq!(
        told(json!({ "type": "regex", "pattern": "(", "text": "{a}" })),
        "`extract.pattern`: this is no pattern"
    );
    assert_eq!(
        told(json!({ "type": "regex", "pattern": "(?<b>x)", "text": "{a}" })),
        "`extract.text`: the pattern has no such group"
    );
    assert!(told(json!({ "type": "json", "text": "body" })).starts_with("`extract.text`: "));
    assert!(told(json!({ "type": "json", "text": "$", "each": "$[" })).starts_with("`extract.each`: "));
    assert!(
        told(json!({ "type": "template", "text": "{{ a" })).starts_with("`extract.text`: line 1 of the template: ")
    );
    assert!(
        told(json!({ "type": "alpaca", "prompt": "{% a %}" }))
            .starts_with("`extract.prompt`: line 1 of the template: ")
    );
    assert_eq!(
        told(json!({ "type": "template", "prompt": "{{ a }}" })),
        "`extract.type`: expected either `text`, or `prompt` and `response`"
    );
}

#[test]
fn what_is_known_of_a_picture_becomes_its_caption() {
    let template = json!({ "type": "template", "text": "a {{ ['zero', 'one'][label | int] }} of {{ width }} pixels" });
    let mut picture = row(Json::Null);
    picture.label = Some("1".to_owned());
    if let Value::Media(sample) = &mut picture.value {
        sample.media.bytes = vec![7];
        sample.fields.insert("width".to_owned(), "28".to_owned());
    }
    let records = extractor(template).records(picture.clone(), &mut Counts::new()).unwrap();
    let caption = "a one of 28 pixels".to_owned();
    let media = Media { kind: MediaKind::Image, bytes: vec![7], caption };
    assert_eq!(records[0].content, Content::Media(media));
    assert_eq!((records[0].label.as_deref(), records[0].fields["width"].as_str()), (Some("1"), "28"));

    let pair = json!({ "type": "template", "prompt": "{{ label }}", "response": "{{ label }}" });
    let refused = extractor(pair).records(picture, &mut Counts::new()).unwrap_err();
    assert!(refused.contains("expected") && refused.contains("`text`"), "{refused}");
}
