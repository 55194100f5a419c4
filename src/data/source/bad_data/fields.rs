//! Faults of fields: lines that are well formed, and do not say what a record needs.

use crate::recipe::dataset::Columns;

use super::case::{self, Case, Expected};

pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (fault, columns, good, bad, words) in faults() {
        for position in 0..3 {
            let text: String = (0..3).map(|i| format!("{}\n", if i == position { bad } else { good })).collect();
            let case = Case::new(format!("fields: {fault} in line {position}"), &case::jsonl(columns.clone()), text);
            cases.push(case.good(2).bad(Expected::at(position + 1, words)));
        }
    }
    cases
}

type Fault = (&'static str, Columns, &'static str, &'static str, &'static str);

fn faults() -> Vec<Fault> {
    let none = Columns::default;
    let some = |name: &str| Some(name.to_owned());
    let text = || Columns { text: some("body"), ..none() };
    let label = || Columns { label: some("class"), ..none() };
    let keep = || Columns { keep: vec!["lang".to_owned()], ..none() };
    let pair = || Columns { prompt: some("ask"), response: some("say"), ..none() };
    let plain = r#"{"text": "SECRET"}"#;
    let body = r#"{"body": "SECRET"}"#;
    let classed = r#"{"text": "SECRET", "class": "a"}"#;
    let asked = r#"{"ask": "SECRET", "say": "b"}"#;
    let chat = r#"{"messages": [{"role": "user", "content": "SECRET"}]}"#;
    vec![
        ("no field of text", none(), plain, r#"{"body": "SECRET"}"#, "expected a field `text` or `content`"),
        ("empty object", none(), plain, "{}", "expected a field `text` or `content`"),
        ("null for text", none(), plain, r#"{"text": null}"#, "expected text in field `text`, found null"),
        ("number for text", none(), plain, r#"{"text": 17}"#, "expected text in field `text`, found a number"),
        (
            "truth value for text",
            none(),
            plain,
            r#"{"text": true}"#,
            "expected text in field `text`, found a truth value",
        ),
        ("list for text", none(), plain, r#"{"text": ["SECRET"]}"#, "expected text in field `text`, found a list"),
        (
            "object for text",
            none(),
            plain,
            r#"{"text": {"SECRET": 1}}"#,
            "expected text in field `text`, found an object",
        ),
        ("number for content", none(), plain, r#"{"content": 17}"#, "expected text in field `content`, found a number"),
        ("named text missing", text(), body, plain, "field `body` is missing"),
        ("named text of another type", text(), body, r#"{"body": 1}"#, "expected text in field `body`, found a number"),
        ("named label missing", label(), classed, plain, "field `class` is missing"),
        (
            "named label null",
            label(),
            classed,
            r#"{"text": "SECRET", "class": null}"#,
            "in field `class`, found nothing in it",
        ),
        (
            "named label empty",
            label(),
            classed,
            r#"{"text": "SECRET", "class": ""}"#,
            "in field `class`, found nothing in it",
        ),
        ("list for a label", none(), plain, r#"{"text": "a", "label": ["SECRET"]}"#, "in field `label`, found a list"),
        (
            "object for a label",
            none(),
            plain,
            r#"{"text": "a", "label": {"SECRET": 1}}"#,
            "in field `label`, found an object",
        ),
        (
            "label that is not exact",
            none(),
            plain,
            r#"{"text": "a", "label": 123456789012345678901}"#,
            "is out of range",
        ),
        ("list for a group", none(), plain, r#"{"text": "a", "group": [1]}"#, "in field `group`, found a list"),
        ("object for an id", none(), plain, r#"{"text": "a", "id": {"x": 1}}"#, "in field `id`, found an object"),
        ("kept field missing", keep(), r#"{"text": "SECRET", "lang": null}"#, plain, "field `lang` is missing"),
        ("prompt without response", none(), plain, r#"{"prompt": "SECRET"}"#, "field `response` is missing"),
        ("named prompt missing", pair(), asked, r#"{"say": "SECRET"}"#, "field `ask` is missing"),
        ("named response missing", pair(), asked, r#"{"ask": "SECRET"}"#, "field `say` is missing"),
        (
            "null for a response",
            pair(),
            asked,
            r#"{"ask": "SECRET", "say": null}"#,
            "expected text in field `say`, found null",
        ),
        (
            "text for messages",
            none(),
            chat,
            r#"{"messages": "SECRET"}"#,
            "expected a list of turns in field `messages`, found text",
        ),
        ("no turns", none(), chat, r#"{"messages": []}"#, "expected at least one turn in field `messages`"),
        (
            "turn of text",
            none(),
            chat,
            r#"{"messages": ["SECRET"]}"#,
            "turn 1 of field `messages`: expected an object, found text",
        ),
        (
            "turn without role",
            none(),
            chat,
            r#"{"messages": [{"content": "SECRET"}]}"#,
            "turn 1 of field `messages`: field `role` is missing",
        ),
        (
            "second turn without content",
            none(),
            chat,
            r#"{"messages": [{"role": "user", "content": "SECRET"}, {"role": "assistant"}]}"#,
            "turn 2 of field `messages`: field `content` is missing",
        ),
        (
            "unknown role",
            none(),
            chat,
            r#"{"messages": [{"role": "SECRET", "content": "a"}]}"#,
            "expected one of `system`, `user`, `assistant`, `tool` in `role`",
        ),
        (
            "null for a turn's content",
            none(),
            chat,
            r#"{"messages": [{"role": "user", "content": null}]}"#,
            "expected text in field `content`, found null",
        ),
    ]
}

#[test]
fn lists_and_mappings_are_kept_as_json() {
    let columns = Columns { keep: vec!["lang".to_owned()], ..Columns::default() };
    let text = r#"{"text": "a", "lang": ["en", 1]}
{"text": "b", "lang": {"of": "c"}}
{"text": "c", "lang": "plain"}
"#;
    let case::Outcome { good, bad } = Case::new("kept", &case::jsonl(columns), text).outcome();
    let kept: Vec<&str> = good.iter().map(|record| record.fields["lang"].as_str()).collect();
    assert_eq!((kept, bad), (vec![r#"["en",1]"#, r#"{"of":"c"}"#, "plain"], vec![]));
}
