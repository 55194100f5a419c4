//! Reads `source`.

use crate::recipe::dataset::Source;
use crate::recipe::read::dataset::source_media::{MediaSource, media_source};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads where documents come from.
pub(super) fn source(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    let mut fields = Fields::open(reader, at)?;
    let Some(word) = fields.kind(reader, "source", &WORDS) else {
        fields.abandon();
        return None;
    };
    let source = match word {
        Word::Files => files(reader, &mut fields),
        Word::Media(word) => media_source(reader, &mut fields, word),
        Word::Described => described(reader, &mut fields),
    };
    fields.finish(reader);
    source
}

#[derive(Clone, Copy)]
enum Word {
    Files,
    Media(MediaSource),
    Described,
}

const WORDS: [(&str, Word); 6] = [
    ("files", Word::Files),
    ("image-folder", Word::Media(MediaSource::ImageFolder)),
    ("idx", Word::Media(MediaSource::Idx)),
    ("audio-folder", Word::Media(MediaSource::AudioFolder)),
    ("pairs", Word::Media(MediaSource::Pairs)),
    ("described", Word::Described),
];

fn files(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let root = fields.need(reader, "root").and_then(|at| reader.path(&at));
    let patterns = |reader: &mut Reader, at: &At<'_>| reader.some_list(at, |reader, at| reader.some_text(at));
    let include = fields.need(reader, "include").and_then(|at| patterns(reader, &at));
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let strip_components = fields.or(reader, "strip-components", 0, |reader, at| reader.count(at, 0));
    Some(Source::Files { root: root?, include: include?, exclude: exclude?, strip_components: strip_components? })
}

/// Reads data that is stated and not there; without `bytes` a token counts as four, as in English with a large vocabulary.
fn described(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let tokens = fields.need(reader, "tokens").and_then(|at| reader.large_count(&at, 1));
    let bytes = fields.or(reader, "bytes", None, |reader, at| reader.large_count(at, 1).map(Some));
    let cleaned = fields.or(reader, "cleaned-bytes", None, |reader, at| reader.large_count(at, 1).map(Some));
    let documents = fields.or(reader, "documents", 0, |reader, at| reader.large_count(at, 1));
    let (tokens, bytes, cleaned) = (tokens?, bytes?, cleaned?);
    let cleaned_bytes = cleaned.or(bytes).unwrap_or(tokens.saturating_mul(4));
    Some(Source::Described { tokens, bytes: bytes.unwrap_or(cleaned_bytes), cleaned_bytes, documents: documents? })
}
