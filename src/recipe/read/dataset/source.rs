//! Reads `source`.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::Source;
use crate::recipe::read::dataset::source_media::{MediaSource, media_source};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::node::{Node, Value};
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
        Word::Mix => fields.need(reader, "of").and_then(|at| mix(reader, &at)),
        Word::Zoo => fields.need(reader, "dataset").and_then(|at| zoo(reader, &at)),
        Word::Media(word) => media_source(reader, &mut fields, word),
        Word::Described => described(reader, &mut fields),
    };
    fields.finish(reader);
    source
}

#[derive(Clone, Copy)]
enum Word {
    Files,
    Mix,
    Zoo,
    Media(MediaSource),
    Described,
}

const WORDS: [(&str, Word); 8] = [
    ("files", Word::Files),
    ("mix", Word::Mix),
    ("zoo", Word::Zoo),
    ("image-folder", Word::Media(MediaSource::ImageFolder)),
    ("idx", Word::Media(MediaSource::Idx)),
    ("audio-folder", Word::Media(MediaSource::AudioFolder)),
    ("pairs", Word::Media(MediaSource::Pairs)),
    ("described", Word::Described),
];

/// Reads files below a folder.
fn files(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Source> {
    let root = fields.need(reader, "root").and_then(|at| reader.path(&at));
    let patterns = |reader: &mut Reader, at: &At<'_>| reader.some_list(at, |reader, at| reader.some_text(at));
    let include = fields.need(reader, "include").and_then(|at| patterns(reader, &at));
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let strip_components = fields.or(reader, "strip-components", 0, |reader, at| reader.count(at, 0));
    Some(Source::Files { root: root?, include: include?, exclude: exclude?, strip_components: strip_components? })
}

/// Reads datasets of this recipe with the shares of their records.
fn mix(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    Fields::open(reader, at)?.abandon();
    let (mut of, mut is_whole) = (BTreeMap::new(), true);
    for (key, node) in at.node.entries() {
        let here = At { node, path: format!("{}.{}", at.path, key.text) };
        let named = Node { value: Value::Null, place: key.place, is_filled: false };
        let name = reader.refer(&At { node: &named, path: here.path.clone() }, Kind::Dataset, &key.text);
        let share = reader.number(&here, 1e-9..=1.0);
        match name.zip(share) {
            Some((name, share)) => drop(of.insert(name, share)),
            None => is_whole = false,
        }
    }
    if of.is_empty() && is_whole {
        let hint = Some("such as `of: { news: 1.0, forum: 0.25 }`".to_owned());
        return reader.wrong_of(Code::Empty, at, "expected datasets with their shares, found none", hint);
    }
    is_whole.then_some(Source::Mix { of })
}

/// Reads the name of another recipe's dataset.
fn zoo(reader: &mut Reader, at: &At<'_>) -> Option<Source> {
    let text = reader.some_text(at)?;
    let is_name = |part: &str| part.parse::<Name>().is_ok();
    match text.split_once('/') {
        Some((recipe, dataset)) if is_name(recipe) && is_name(dataset) => Some(Source::Zoo { dataset: text }),
        Some(_) | None => {
            let hint = Some("such as `rust-coder/prose`: the recipe's name, and the dataset's".to_owned());
            reader.wrong(at, format!("expected `<recipe>/<dataset>`, found `{text}`"), hint)
        }
    }
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
