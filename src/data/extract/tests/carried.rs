//! What columns tell goes on to extracted records.

use serde_json::{Value as Json, json};

use super::{lines, row};
use crate::data::clean::Counts;
use crate::data::extract::prepare;
use crate::data::record::Record;
use crate::recipe::dataset::{Extract, Source};

fn made(columns: Json, extract: Json, value: Json) -> Result<Vec<Record>, String> {
    let mut source = json!({ "type": "jsonl", "root": ".", "include": ["*"], "exclude": [], "strip-components": 0 });
    source["columns"] = columns;
    let source: Source = serde_json::from_value(source).unwrap();
    let extract: Extract = serde_json::from_value(extract).unwrap();
    prepare(Some(&extract), &source).unwrap().records(row(value), &mut Counts::new())
}

#[test]
fn every_piece_of_a_row_has_its_class_group_name_and_kept_fields() {
    let columns = json!({ "label": "class", "group": "author", "id": "uuid", "keep": ["lang", "none"] });
    let chunks = json!({ "type": "chunks", "max-chars": 5 });
    let value = json!({
        "text": "one\n\ntwo", "class": 7, "author": "ann", "uuid": "x9", "lang": "de", "none": null,
        "label": "not this one", "group": "nor this one",
    });
    let records = made(columns.clone(), chunks.clone(), value).unwrap();
    assert_eq!(lines(&records), ["a#x9#1 one [7] <ann>", "a#x9#2 two [7] <ann>"]);
    assert!(records.iter().all(|record| record.fields["lang"] == "de" && !record.fields.contains_key("none")));
    let missing =
        made(columns, chunks, json!({ "text": "one", "class": 7, "author": "ann", "lang": "de", "none": "" }));
    assert_eq!(missing.unwrap_err(), "field `uuid` is missing");
}

#[test]
fn what_the_extraction_tells_counts_first_and_usual_names_do_where_nothing_is_said() {
    let json = json!({ "type": "json", "each": "$.items[*]", "text": "$.t", "label": "$.l" });
    let value = json!({ "items": [{ "t": "one", "l": "a" }], "label": "b", "group": "g", "id": 3 });
    assert_eq!(lines(&made(json!({}), json, value).unwrap()), ["a#3#1 one [a] <g>"]);
    let plain = json!({ "type": "json", "text": "$.t" });
    let odd = json!({ "t": "one", "label": ["no", "class"], "group": " ", "id": null });
    assert_eq!(lines(&made(json!({}), plain.clone(), odd).unwrap()), ["a:1 one"]);
    let value = json!({ "t": "one", "label": "b" });
    assert_eq!(lines(&made(json!({}), plain, value).unwrap()), ["a:1 one [b]"]);
}
