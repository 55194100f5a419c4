//! Reads `extract`.

mod says;
mod regex;
mod json;
mod jinja;
mod rows;

use crate::recipe::dataset::Extract;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads how a row becomes records.
pub(super) fn extract(reader: &mut Reader, at: &At<'_>) -> Option<Extract> {
    type Read = fn(&mut Reader, &mut Fields<'_>) -> Option<Extract>;
    const KINDS: [(&str, Read); 7] = [
        ("rust-doc-pairs", rust_doc_pairs),
        ("regex", regex::regex),
        ("json", json::json),
        ("chat", rows::chat),
        ("alpaca", rows::alpaca),
        ("chunks", rows::chunks),
        ("template", jinja::template),
    ];
    let mut fields = Fields::open(reader, at)?;
    let Some(read) = fields.kind(reader, "extraction", &KINDS) else {
        fields.abandon();
        return None;
    };
    let extract = read(reader, &mut fields);
    fields.finish(reader);
    extract
}

fn rust_doc_pairs(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let Extract::RustDocPairs { prompt, response } = Extract::default() else { return None };
    let prompt = fields.or(reader, "prompt", prompt, |reader, at| doc_template(reader, at));
    let response = fields.or(reader, "response", response, |reader, at| doc_template(reader, at));
    Some(Extract::RustDocPairs { prompt: prompt?, response: response? })
}

/// Reads a template; a placeholder nobody fills would end up in the data.
fn doc_template(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    const PLACEHOLDERS: [&str; 3] = ["{doc}", "{signature}", "{body}"];
    let text = reader.some_text(at)?;
    if !PLACEHOLDERS.iter().any(|placeholder| text.contains(placeholder)) {
        let hint = Some("the placeholders are `{doc}`, `{signature}`, `{body}`".to_owned());
        return reader.wrong(at, "expected a template with a placeholder, found none", hint);
    }
    Some(text)
}
