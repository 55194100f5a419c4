//! Reads the sources of pictures and sounds.

use crate::recipe::dataset::{Labels, MediaWord, Source};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// The sources of pictures and sounds.
#[derive(Clone, Copy)]
pub(super) enum MediaSource {
    ImageFolder,
    Idx,
    AudioFolder,
    Pairs,
}

/// Reads the keys of a source of pictures or sounds.
pub(super) fn media_source(reader: &mut Reader, fields: &mut Fields<'_>, word: MediaSource) -> Option<Source> {
    let root = fields.need(reader, "root").and_then(|at| reader.path(&at));
    match word {
        MediaSource::ImageFolder => {
            let (include, exclude, strip_components, label) = folder(reader, fields, MediaWord::Image)?;
            Some(Source::ImageFolder { root: root?, include, exclude, strip_components, label })
        }
        MediaSource::AudioFolder => {
            let (include, exclude, strip_components, label) = folder(reader, fields, MediaWord::Audio)?;
            Some(Source::AudioFolder { root: root?, include, exclude, strip_components, label })
        }
        MediaSource::Idx => {
            let images = fields.need(reader, "images").and_then(|at| one_file(reader, &at));
            let labels = fields.need(reader, "labels").and_then(|at| one_file(reader, &at));
            Some(Source::Idx { root: root?, images: images?, labels: labels? })
        }
        MediaSource::Pairs => pairs(reader, fields, root),
    }
}

type Folder = (Vec<String>, Vec<String>, u32, Labels);

fn folder(reader: &mut Reader, fields: &mut Fields<'_>, media: MediaWord) -> Option<Folder> {
    let include = fields.or(reader, "include", vec![media.pattern().to_owned()], patterns);
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let strip_components = fields.or(reader, "strip-components", 0, |reader, at| reader.count(at, 0));
    let label = fields.or(reader, "label", Labels::default(), labels);
    Some((include?, exclude?, strip_components?, label?))
}

fn pairs(reader: &mut Reader, fields: &mut Fields<'_>, root: Option<String>) -> Option<Source> {
    let table = fields.need(reader, "table").and_then(|at| table(reader, &at));
    let words = [("image", MediaWord::Image), ("audio", MediaWord::Audio)];
    let media = fields.need(reader, "media").and_then(|at| reader.word(&at, "kind of media", &words));
    let include = fields.or(reader, "include", None, |reader, at| patterns(reader, at).map(Some));
    let exclude =
        fields.or(reader, "exclude", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let media = media?;
    let include = include?.unwrap_or_else(|| vec![media.pattern().to_owned()]);
    Some(Source::Pairs { root: root?, table: table?, media, include, exclude: exclude? })
}

fn patterns(reader: &mut Reader, at: &At<'_>) -> Option<Vec<String>> {
    reader.some_list(at, |reader, at| reader.some_text(at))
}

/// Reads the name of one file: a pattern might match another tomorrow.
fn one_file(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = reader.some_text(at)?;
    let is_below = !text.starts_with('/') && text.split('/').all(|part| !["", ".", ".."].contains(&part));
    if text.contains(['*', '?', '[', ']', '{', '}', '\\']) || !is_below {
        let hint = Some("such as `train/images.gz`: one file, and no pattern".to_owned());
        return reader.wrong(at, "expected a file below `root`", hint);
    }
    Some(text)
}

fn table(reader: &mut Reader, at: &At<'_>) -> Option<String> {
    let text = one_file(reader, at)?;
    match text.rsplit_once('.') {
        Some((_, "csv" | "tsv" | "jsonl")) => Some(text),
        Some(_) | None => {
            let hint = Some("a table is `.csv`, `.tsv` or `.jsonl`".to_owned());
            reader.wrong(at, format!("expected a table, found {}", at.node.shown()), hint)
        }
    }
}

fn labels(reader: &mut Reader, at: &At<'_>) -> Option<Labels> {
    let text = reader.some_text(at)?;
    match Labels::try_from(text) {
        Ok(labels) => Some(labels),
        Err(why) => {
            let hint =
                Some("`folder`, `none`, or a pattern of file names such as `{label}_{speaker}_{n}.wav`".to_owned());
            reader.wrong(at, format!("{} says not where a class stands: {why}", at.node.shown()), hint)
        }
    }
}
