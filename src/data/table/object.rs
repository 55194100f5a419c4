//! A record as a JSON object, with the names of the columns it stands in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};

use crate::data::record::{Content, MediaKind, Record};
use crate::data::table::shape::column_of;

/// Returns a record as a JSON object; the bytes of a picture or a sound are in Base64.
pub fn object(record: &Record) -> Map<String, Value> {
    let Record { id, document, content, label, fields } = record;
    let mut object = Map::new();
    let mut put = |name: &str, value: Value| object.insert(name.to_owned(), value);
    put("id", json!(id));
    put("document", json!(document));
    match content {
        Content::Text(text) => put("text", json!(text)),
        Content::Pair { prompt, response } => {
            put("prompt", json!(prompt));
            put("response", json!(response))
        }
        Content::Chat(turns) => put("messages", json!(turns)),
        Content::Preference(both) => {
            put("chosen", json!(both.chosen));
            put("rejected", json!(both.rejected))
        }
        Content::Media(media) => {
            let name = match media.kind {
                MediaKind::Image => "image",
                MediaKind::Audio => "audio",
            };
            put(name, json!({ "bytes": STANDARD.encode(&media.bytes), "path": document }));
            put("caption", json!(media.caption))
        }
    };
    if let Some(label) = label {
        put("label", json!(label));
    }
    for (name, value) in fields {
        put(&column_of(name), json!(value));
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::record::Media;

    #[test]
    fn a_record_is_an_object_with_the_names_of_its_columns() {
        let media = Media { kind: MediaKind::Image, bytes: vec![0, 255, 16], caption: "a dot".to_owned() };
        let mut record = Record::new("r", "dot.png", Content::Media(media));
        record.label = Some("dots".to_owned());
        record.fields.insert("text".to_owned(), "a field of that name".to_owned());
        let expected = json!({
            "id": "r", "document": "dot.png", "image": { "bytes": "AP8Q", "path": "dot.png" }, "caption": "a dot",
            "label": "dots", "text_": "a field of that name",
        });
        assert_eq!(Value::Object(object(&record)), expected);
    }
}
