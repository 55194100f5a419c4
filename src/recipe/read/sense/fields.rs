//! Columns beside an extraction, and fields that records are split by: each has somebody who tells it, and only one.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{ClassifyInto, CleanStep, Columns, Dataset, Extract, Source, Split, SplitBy};
use crate::recipe::problem::listed;
use crate::recipe::read::letters;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;

/// Looks at what the columns, the extraction and the cleaning of one dataset tell of its records.
pub(super) fn judge(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset) {
    if let Some(extract) = &dataset.extract {
        prepared(reader, parts, name, dataset, extract);
        if let Some(columns) = dataset.source.columns() {
            columns_beside(reader, parts, name, dataset, columns, extract);
        }
    }
    split(reader, parts, name, dataset);
}

/// What was prepared before has nothing to extract from, and a picture or a sound nothing but a caption of what is known of it.
fn prepared(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset, extract: &Extract) {
    let read = dataset.source.fetched().unwrap_or(&dataset.source);
    let holds = match (read.is_prepared(), read.media().is_some()) {
        (true, _) => "records already",
        (false, true) if matches!(extract, Extract::Template { text: Some(_), .. }) => return,
        (false, true) => "pictures or sounds",
        (false, false) => return,
    };
    let field = parts.field(&["datasets", name.as_str(), "extract"]);
    let message = format!("`{}` extracts nothing: a source of type `{}` holds {holds}", extract.word(), read.word());
    let hint = match read.media() {
        Some(_) if !read.is_prepared() => "leave out `extract`; `template` with a `text` says what each shows",
        Some(_) | None => "leave out `extract`",
    };
    reader.problem_of(Code::ConflictingKeys, field.place, &field.path, message, Some(hint.to_owned()));
}

/// The columns `label`, `group`, `id` and `keep` go on to extracted records; what a record says, the extraction says.
fn columns_beside(
    reader: &mut Reader,
    parts: &Parts<'_>,
    name: &Name,
    dataset: &Dataset,
    columns: &Columns,
    extract: &Extract,
) {
    if matches!(extract, Extract::RustDocPairs { .. } | Extract::Regex { .. }) {
        let field = parts.field(&["datasets", name.as_str(), "extract"]);
        let word = dataset.source.fetched().unwrap_or(&dataset.source).word();
        let message = format!("`{}` looks through text, and the rows of a `{word}` source have fields", extract.word());
        let hint = "`template`, `json`, `chat`, `alpaca` and `chunks` know fields; a source of type `files` or `lines` is text";
        reader.problem_of(Code::ConflictingKeys, field.place, &field.path, message, Some(hint.to_owned()));
        return;
    }
    let Columns { text, prompt, response, chosen, rejected, messages, label, group, id: _, keep: _ } = columns;
    let says = "leave it out: the extraction says what a record consists of, from any field of the row";
    let tells = "leave out one of the two";
    let all = [
        ("text", text.is_some(), says),
        ("prompt", prompt.is_some(), says),
        ("response", response.is_some(), says),
        ("chosen", chosen.is_some(), says),
        ("rejected", rejected.is_some(), says),
        ("messages", messages.is_some(), says),
        ("label", label.is_some() && extract.names_label(), tells),
        ("group", group.is_some() && extract.names_group(), tells),
    ];
    for (key, is_doubled, hint) in all {
        if is_doubled {
            let mut keys = vec!["datasets", name.as_str(), "source"];
            keys.extend(dataset.source.fetched().map(|_| "read"));
            keys.extend(["columns", key]);
            let field = parts.field(&keys);
            let message = format!("the column `{key}` and the extraction `{}` tell the same", extract.word());
            reader.problem_of(Code::ConflictingKeys, field.place, &field.path, message, Some(hint.to_owned()));
        }
    }
}

/// A field that no record can have splits nothing.
fn split(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset) {
    let Dataset { source, extract: _, clean, split, .. } = dataset;
    let read = source.fetched().unwrap_or(source);
    let columns = read.columns();
    if columns.is_none() && !matches!(read, Source::Files { .. } | Source::Lines { .. }) {
        return;
    }
    let Split { by, group, stratify, .. } = split;
    let kept = columns.map_or(&[][..], |columns| &columns.keep);
    let mut known: Vec<&str> = std::iter::once("group").chain(kept.iter().map(String::as_str)).collect();
    known.extend(clean.iter().filter_map(put));
    let group = (*by == SplitBy::Group).then_some(("group", group.as_str()));
    let class = stratify.as_deref().filter(|class| *class != "label").map(|class| ("stratify", class));
    for (key, asked) in group.into_iter().chain(class) {
        if known.contains(&asked) {
            continue;
        }
        let field = parts.field(&["datasets", name.as_str(), "split", key]);
        let hint = match columns {
            Some(_) if letters::nearest(asked, known.iter().copied()).is_none() => {
                format!("`columns: {{ keep: [{asked}] }}` keeps a field of the rows")
            }
            Some(_) | None => letters::nearest(asked, known.iter().copied())
                .unwrap_or_else(|| format!("what may be told of a record is {}", listed(known.iter().copied()))),
        };
        let message = format!("nothing tells the field {} of a record", shown(asked));
        reader.problem_of(Code::NoSuchName, field.place, &field.path, message, Some(hint));
    }
}

/// Returns the field a cleaning step gives records.
fn put(step: &CleanStep) -> Option<&str> {
    match step {
        CleanStep::Classify(classify) if classify.into == ClassifyInto::Field => Some(classify.field.as_str()),
        CleanStep::ClassifyByModel { field, .. } | CleanStep::Language { field, .. } => Some(field.as_str()),
        CleanStep::Classify(_)
        | CleanStep::FixEncoding { .. }
        | CleanStep::NormalizeUnicode { .. }
        | CleanStep::StripMarkup { .. }
        | CleanStep::StripBoilerplate { .. }
        | CleanStep::MinLength { .. }
        | CleanStep::Length { .. }
        | CleanStep::Quality(_)
        | CleanStep::RedactPii(_)
        | CleanStep::Filter { .. }
        | CleanStep::DedupExact
        | CleanStep::DedupNear { .. }
        | CleanStep::ResizeImage { .. }
        | CleanStep::CropImage { .. }
        | CleanStep::GrayImage
        | CleanStep::ResampleAudio { .. }
        | CleanStep::MonoAudio
        | CleanStep::TrimSilence { .. }
        | CleanStep::LengthAudio { .. } => None,
    }
}
