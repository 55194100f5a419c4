//! Reads `contamination`.

use crate::recipe::contamination::{Allow, Allowed, Contamination, OnFind};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::reader::{At, Reader};

/// Reads `contamination`.
pub fn contamination(reader: &mut Reader, at: &At<'_>) -> Option<Contamination> {
    let default = Contamination::default();
    let mut fields = Fields::open(reader, at)?;
    let ngram = fields.or(reader, "ngram", default.ngram, |reader, at| {
        reader.integer(at, 5..=50).and_then(|ngram| u32::try_from(ngram).ok())
    });
    let threshold = fields.or(reader, "threshold", default.threshold, |reader, at| reader.number(at, 0.0..=1.0));
    let on_find = fields.or(reader, "on-find", default.on_find, |reader, at| {
        reader.word(at, "answer to a find", &[OnFind::Warn, OnFind::Fail].map(|answer| (answer.word(), answer)))
    });
    let allow = fields.or(reader, "allow", default.allow, |reader, at| reader.list(at, allow));
    fields.finish(reader);
    Some(Contamination { ngram: ngram?, threshold: threshold?, on_find: on_find?, allow: allow? })
}

fn allow(reader: &mut Reader, at: &At<'_>) -> Option<Allow> {
    let mut fields = Fields::open(reader, at)?;
    let evaluation =
        fields.or(reader, "evaluation", None, |reader, at| reader.reference(at, Kind::Evaluation).map(Some));
    let document = fields.take("document");
    let text = fields.take("text");
    let reason = fields.or(reader, "reason", None, |reader, at| reader.some_text(at).map(Some));
    fields.finish(reader);
    let what = match (document, text) {
        (Some(document), None) => pattern(reader, &document).map(Allowed::Document),
        (None, Some(at)) => text_that_counts(reader, &at).map(Allowed::Text),
        (Some(_), Some(_)) | (None, None) => {
            let hint = "`document: \"**/LICENSE*\"` or `text: \"…\"`".to_owned();
            reader.wrong(at, "one thing is allowed: a `document` or a `text`", Some(hint))
        }
    };
    Some(Allow { evaluation: evaluation?, what: what?, reason: reason? })
}

fn pattern(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    match globset::Glob::new(&text) {
        Ok(_) => Some(text),
        Err(error) => {
            let hint = "such as `**/LICENSE*` or `exam/{1,2}.txt`".to_owned();
            reader.wrong(at, format!("`{text}` is no file pattern: {}", error.kind()), Some(hint))
        }
    }
}

/// Reads a text of which at least a short record could consist; a shorter one would allow nothing.
fn text_that_counts(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    // Without spaces between words, every character is one.
    let n_words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count();
    let n_letters = text.chars().filter(|c| c.is_alphanumeric()).count();
    if n_words < 5 && (text.is_ascii() || n_letters < 5) {
        let message = "a text of fewer than 5 words allows nothing";
        return reader.wrong(at, message, Some("take the whole passage that was found".to_owned()));
    }
    Some(text)
}
