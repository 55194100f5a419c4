//! The Croissant description of a dataset: JSON-LD that machine-learning frameworks and dataset searches read.
//!
//! After the specification of MLCommons, version 1.0 (<http://mlcommons.org/croissant/1.0>): the files with their digests, and for
//! every split a record set with its columns. Publication dates, creators and addresses are not known here and left out.

use serde_json::{Value, json};

use crate::card::dataset::facts::{DatasetFacts, SplitFile};

/// Returns the description; files without a SHA-256 digest have none in it.
pub fn croissant(facts: &DatasetFacts) -> Value {
    let mut record_sets = vec![splits(facts)];
    record_sets.extend(facts.filled().map(|file| record_set(facts, file)));
    let mut description = json!({
        "@context": context(),
        "@type": "sc:Dataset",
        "name": facts.name,
        "description": description(facts),
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "license": facts.license.as_deref().unwrap_or("unknown"),
        "distribution": facts.filled().map(file).collect::<Vec<_>>(),
        "recordSet": record_sets,
    });
    if let (Value::Object(fields), false) = (&mut description, facts.language.is_empty()) {
        fields.insert("inLanguage".to_owned(), json!(facts.language));
    }
    description
}

/// What the short names mean, word for word as the specification has it.
fn context() -> Value {
    json!({
        "@language": "en",
        "@vocab": "https://schema.org/",
        "citeAs": "cr:citeAs",
        "column": "cr:column",
        "conformsTo": "dct:conformsTo",
        "cr": "http://mlcommons.org/croissant/",
        "rai": "http://mlcommons.org/croissant/RAI/",
        "data": { "@id": "cr:data", "@type": "@json" },
        "dataType": { "@id": "cr:dataType", "@type": "@vocab" },
        "dct": "http://purl.org/dc/terms/",
        "equivalentProperty": "cr:equivalentProperty",
        "examples": { "@id": "cr:examples", "@type": "@json" },
        "extract": "cr:extract",
        "field": "cr:field",
        "fileProperty": "cr:fileProperty",
        "fileObject": "cr:fileObject",
        "fileSet": "cr:fileSet",
        "format": "cr:format",
        "includes": "cr:includes",
        "isLiveDataset": "cr:isLiveDataset",
        "jsonPath": "cr:jsonPath",
        "key": "cr:key",
        "md5": "cr:md5",
        "parentField": "cr:parentField",
        "path": "cr:path",
        "recordSet": "cr:recordSet",
        "references": "cr:references",
        "regex": "cr:regex",
        "repeated": "cr:repeated",
        "replace": "cr:replace",
        "samplingRate": "cr:samplingRate",
        "sc": "https://schema.org/",
        "separator": "cr:separator",
        "source": "cr:source",
        "subField": "cr:subField",
        "transform": "cr:transform",
    })
}

fn description(facts: &DatasetFacts) -> String {
    let own = if facts.description.is_empty() { String::new() } else { format!("{} ", facts.description.trim()) };
    let digest = facts.source_digest.map(|digest| format!(" (BLAKE3 {digest})")).unwrap_or_default();
    format!(
        "{own}{} rows, prepared by Pedigree from a source of type {}{digest}.",
        facts.rows_out(),
        facts.source_word()
    )
}

fn file(file: &SplitFile) -> Value {
    let SplitFile { split, file, rows: _, bytes, digest: _, sha256, columns: _ } = file;
    let mut object = json!({
        "@type": "cr:FileObject",
        "@id": file,
        "name": file,
        "description": format!("The {} split.", split.word()),
        "contentUrl": file,
        "contentSize": format!("{bytes} B"),
        "encodingFormat": "application/x-parquet",
    });
    if let (Value::Object(fields), Some(sha256)) = (&mut object, sha256) {
        fields.insert("sha256".to_owned(), json!(sha256));
    }
    object
}

/// The names of the splits, as a record set of their own.
fn splits(facts: &DatasetFacts) -> Value {
    json!({
        "@type": "cr:RecordSet",
        "@id": "splits",
        "name": "splits",
        "description": "The splits of the dataset.",
        "dataType": "cr:Split",
        "key": { "@id": "splits/name" },
        "field": [{
            "@type": "cr:Field", "@id": "splits/name", "name": "name", "description": "The name of the split.", "dataType": "sc:Text",
        }],
        "data": facts.filled().map(|file| json!({ "splits/name": file.split.word() })).collect::<Vec<_>>(),
    })
}

fn record_set(facts: &DatasetFacts, file: &SplitFile) -> Value {
    let split = file.split.word();
    json!({
        "@type": "cr:RecordSet",
        "@id": split,
        "name": split,
        "description": format!("The {} rows of the {split} split.", file.rows),
        "key": { "@id": format!("{split}/id") },
        "field": facts.columns().map(|column| field(file, column)).collect::<Vec<_>>(),
    })
}

fn field(file: &SplitFile, column: &str) -> Value {
    let id = format!("{}/{}", file.split.word(), address(column));
    let mut field = json!({ "@type": "cr:Field", "@id": id, "name": column, "description": what(column) });
    let Value::Object(own) = &mut field else { return field };
    let plain = json!({ "fileObject": { "@id": file.file }, "extract": { "column": column } });
    let part = |name: &str| {
        let mut part = plain.clone();
        part["transform"] = json!({ "jsonPath": name });
        part
    };
    match column {
        "messages" => {
            let turn = |name: &str| {
                json!({
                    "@type": "cr:Field", "@id": format!("{id}/{name}"), "name": name, "dataType": "sc:Text", "source": part(name),
                })
            };
            own.insert("repeated".to_owned(), json!(true));
            own.insert("subField".to_owned(), json!([turn("role"), turn("content")]));
        }
        "image" | "audio" => {
            let kind = if column == "image" { "sc:ImageObject" } else { "sc:AudioObject" };
            own.insert("dataType".to_owned(), json!(kind));
            own.insert("source".to_owned(), part("bytes"));
        }
        "label" => {
            own.insert("dataType".to_owned(), json!(["sc:Text", "cr:Label"]));
            own.insert("source".to_owned(), plain);
        }
        _ => {
            own.insert("dataType".to_owned(), json!("sc:Text"));
            own.insert("source".to_owned(), plain);
        }
    }
    field
}

/// Returns a name as a part of an address, in which only some characters may stand.
fn address(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Returns what a column holds.
pub(super) fn what(column: &str) -> &'static str {
    match column {
        "id" => "What names the row.",
        "document" => "The source document the row comes from.",
        "text" => "Text to learn.",
        "prompt" => "A question.",
        "response" => "Its answer.",
        "messages" => "The turns of a conversation.",
        "image" => "A picture.",
        "audio" => "A sound.",
        "caption" => "What the picture or the sound shows.",
        "label" => "The class of the row.",
        _ => "What else is known of the row.",
    }
}
