//! Reads `datasets`.

mod source;
mod source_prepared;
mod source_media;
mod columns;
mod remote;
mod extract;
mod clean;
mod clean_media;
mod split;
mod features;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{Dataset, Features, MediaWord, OnBadRow, Source, Split};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads one dataset.
pub fn dataset(reader: &mut Reader, _: &Name, at: &At<'_>) -> Option<Dataset> {
    let mut fields = Fields::open(reader, at)?;
    let description = fields.or(reader, "description", String::new(), |reader, at| reader.text(at));
    let license = fields.or(reader, "license", None, |reader, at| reader.some_text(at).map(Some));
    let language =
        fields.or(reader, "language", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let source = fields.need(reader, "source").and_then(|at| source::source(reader, &at));
    let on_bad_row = fields.or(reader, "on-bad-row", OnBadRow::Fail, |reader, at| {
        reader.word(at, "way with bad rows", &[("fail", OnBadRow::Fail), ("skip", OnBadRow::Skip)])
    });
    let most_bad_rows =
        fields.or(reader, "most-bad-rows", Dataset::default_most_bad_rows(), |reader, at| reader.large_count(at, 1));
    let extract = fields.or(reader, "extract", None, |reader, at| extract::extract(reader, at).map(Some));
    let clean = fields.or(reader, "clean", Vec::new(), |reader, at| reader.list(at, clean::clean_step));
    let by = split::usual(source.as_ref(), extract.as_ref().and_then(Option::as_ref));
    let split = fields.or(reader, "split", Split { by, ..Split::default() }, |reader, at| split::split(reader, at, by));
    let features = fields.take("features");
    let meant = features.as_ref().map(|at| features::features(reader, at));
    fields.finish(reader);
    let source = source?;
    let features = match (features, meant) {
        (Some(at), Some(meant)) => Some(made_of(reader, &at, &source, meant?)?),
        _ => None,
    };
    Some(Dataset {
        description: description?,
        license: license?,
        language: language?,
        source,
        on_bad_row: on_bad_row?,
        most_bad_rows: most_bad_rows?,
        extract: extract?,
        clean: clean?,
        split: split?,
        features,
    })
}

/// Features are made of what the source holds.
fn made_of(reader: &mut Reader, at: &At<'_>, source: &Source, features: Features) -> Option<Features> {
    if source.media() == Some(features.made_of()) {
        return Some(features);
    }
    let (word, source) = (features.word(), source.word());
    let (kind, sources) = match features.made_of() {
        MediaWord::Image => ("pictures", "`image-folder`, `idx`, and `pairs` with `media: image`"),
        MediaWord::Audio => ("sounds", "`audio-folder`, and `pairs` with `media: audio`"),
    };
    let hint = format!("sources of {kind} are {sources}");
    reader.wrong_of(
        Code::ConflictingKeys,
        at,
        format!("`{word}` features are made of {kind}, and a source of type `{source}` has none"),
        Some(hint),
    )
}
