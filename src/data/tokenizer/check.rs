//! Whether a `tokenizer.json` has only parts that are known: the library's own messages do not say which is not.

use serde_json::Value;

/// The highest number a token may have.
const HIGHEST: u64 = (1 << 20) - 1;

/// A part of the file, with the kinds that are known and the key under which a sequence has its steps.
const PARTS: [(&str, &[&str], &str); 4] = [
    (
        "normalizer",
        &[
            "BertNormalizer",
            "Strip",
            "StripAccents",
            "NFC",
            "NFD",
            "NFKC",
            "NFKD",
            "Sequence",
            "Lowercase",
            "Nmt",
            "Precompiled",
            "Replace",
            "Prepend",
            "ByteLevel",
        ],
        "normalizers",
    ),
    (
        "pre_tokenizer",
        &[
            "BertPreTokenizer",
            "ByteLevel",
            "CharDelimiterSplit",
            "Metaspace",
            "Whitespace",
            "Sequence",
            "Split",
            "Punctuation",
            "WhitespaceSplit",
            "Digits",
            "UnicodeScripts",
            "FixedLength",
        ],
        "pretokenizers",
    ),
    (
        "decoder",
        &[
            "BPEDecoder",
            "ByteLevel",
            "WordPiece",
            "Metaspace",
            "CTC",
            "Sequence",
            "Replace",
            "Fuse",
            "Strip",
            "ByteFallback",
        ],
        "decoders",
    ),
    (
        "post_processor",
        &["RobertaProcessing", "BertProcessing", "ByteLevel", "TemplateProcessing", "Sequence"],
        "processors",
    ),
];

/// Checks the parts of a tokenizer.
///
/// # Errors
/// In words, with the name of the part.
pub fn check(bytes: &[u8]) -> Result<(), String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| format!("it is no JSON: {error}"))?;
    let Value::Object(fields) = &file else { return Err("it is no JSON object".to_owned()) };
    for (name, kinds, steps) in PARTS {
        part(fields.get(name).unwrap_or(&Value::Null), name, kinds, steps, 0)?;
    }
    model(&file["model"])?;
    let added = file["added_tokens"].as_array().into_iter().flatten().map(|token| (&token["content"], &token["id"]));
    let model = file["model"]["vocab"].as_object().into_iter().flatten().map(|(_, id)| (&Value::Null, id));
    for (_, id) in added.chain(model) {
        if id.as_u64().is_none_or(|id| id > HIGHEST) {
            return Err(format!("a token has the number {id}: expected 0 to {HIGHEST}"));
        }
    }
    Ok(())
}

fn part(value: &Value, name: &str, kinds: &[&str], steps: &str, depth: u32) -> Result<(), String> {
    if value.is_null() {
        return Ok(());
    }
    let kind = value["type"].as_str().ok_or_else(|| format!("`{name}` says no `type`"))?;
    if !kinds.contains(&kind) {
        return Err(format!("`{name}` is of type `{kind}`, which is not known: expected one of {}", kinds.join(", ")));
    }
    if depth > 4 {
        return Err(format!("`{name}` is nested too deeply"));
    }
    let mut inner = value[steps].as_array().into_iter().flatten();
    inner.try_for_each(|step| part(step, name, kinds, steps, depth + 1))
}

fn model(model: &Value) -> Result<(), String> {
    let known = ["BPE", "WordPiece", "Unigram", "WordLevel"];
    match model["type"].as_str() {
        Some(kind) if known.contains(&kind) => {}
        // Old files of byte pairs do not say it.
        None if model["merges"].is_array() && model["vocab"].is_object() => {}
        Some(kind) => {
            return Err(format!(
                "`model` is of type `{kind}`, which is not known: expected one of {}",
                known.join(", ")
            ));
        }
        None => return Err("`model` says no `type`".to_owned()),
    }
    match model["dropout"].as_f64() {
        Some(dropout) if dropout > 0.0 => {
            Err("`model.dropout` gives other tokens every time: expected none".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}
