//! Reads `extract`.

use crate::recipe::dataset::Extract;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads how a document becomes records.
pub(super) fn extract(reader: &mut Reader, at: &At<'_>) -> Option<Extract> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "extraction", &[("rust-doc-pairs", ())]) else {
        fields.abandon();
        return None;
    };
    let Extract::RustDocPairs { prompt, response } = Extract::default();
    let prompt = fields.or(reader, "prompt", prompt, |reader, at| template(reader, at));
    let response = fields.or(reader, "response", response, |reader, at| template(reader, at));
    fields.finish(reader);
    Some(Extract::RustDocPairs { prompt: prompt?, response: response? })
}

/// Reads a template; a placeholder nobody fills would end up in the data.
fn template(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    const PLACEHOLDERS: [&str; 3] = ["{doc}", "{signature}", "{body}"];
    let text = reader.some_text(at)?;
    if !PLACEHOLDERS.iter().any(|placeholder| text.contains(placeholder)) {
        let hint = Some("the placeholders are `{doc}`, `{signature}`, `{body}`".to_owned());
        return reader.wrong(at, "expected a template with a placeholder, found none", hint);
    }
    Some(text)
}
