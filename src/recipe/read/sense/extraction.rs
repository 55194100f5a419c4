//! Extractions that cannot find what they ask for, and splits by what no record has.

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::{CleanStep, Dataset, Extract, SplitBy};
use crate::recipe::problem::listed;
use crate::recipe::read::letters;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;
use crate::recipe::template::Template;

/// Looks at how one dataset is extracted, and at what it is split by.
pub(super) fn judge(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset) {
    match &dataset.extract {
        None | Some(Extract::Json { .. } | Extract::Chat { .. } | Extract::Alpaca { .. } | Extract::Chunks { .. }) => {}
        Some(Extract::RustDocPairs { prompt, response }) => doc_pairs(reader, parts, name, [prompt, response]),
        Some(Extract::Regex { pattern, within: _, text, prompt, response, label, group }) => {
            groups(reader, parts, name, pattern, &[text, prompt, response, label, group]);
        }
        Some(Extract::Template { text, prompt, response, label, group }) => {
            let templates =
                [("text", text), ("prompt", prompt), ("response", response), ("label", label), ("group", group)];
            fields(reader, parts, name, dataset, &templates);
        }
    }
    if let Some(extract) = &dataset.extract {
        twice(reader, parts, name, extract);
    }
    split(reader, parts, name, dataset);
}

fn doc_pairs(reader: &mut Reader, parts: &Parts<'_>, name: &Name, [prompt, response]: [&String; 2]) {
    if prompt.contains("{body}") {
        let field = parts.field(&["datasets", name.as_str(), "extract", "prompt"]);
        let hint = Some("the prompt asks with `{doc}` and `{signature}`".to_owned());
        reader.warn_of(Code::Odd, field.place, &field.path, "the prompt holds `{body}`, which is the answer", hint);
    }
    if !response.contains("{body}") {
        let field = parts.field(&["datasets", name.as_str(), "extract", "response"]);
        let hint = Some("the function itself is `{body}`".to_owned());
        reader.warn_of(Code::Odd, field.place, &field.path, "the response holds no `{body}`", hint);
    }
}

/// A group that nothing takes may be a slip.
fn groups(reader: &mut Reader, parts: &Parts<'_>, name: &Name, pattern: &str, uses: &[&Option<String>]) {
    let Ok(pattern) = regex::Regex::new(pattern) else { return };
    for group in pattern.capture_names().flatten() {
        let placeholder = format!("{{{group}}}");
        if !uses.iter().any(|text| text.as_ref().is_some_and(|text| text.contains(&placeholder))) {
            let field = parts.field(&["datasets", name.as_str(), "extract", "pattern"]);
            let message = format!("nothing uses the group {}", shown(group));
            let hint = Some(format!("use it as `{placeholder}`, or write `(?:…)`"));
            reader.warn_of(Code::Unused, field.place, &field.path, message, hint);
        }
    }
}

/// A document has no fields but its text; what fields other rows have is not known before they are read.
fn fields(
    reader: &mut Reader,
    parts: &Parts<'_>,
    name: &Name,
    dataset: &Dataset,
    templates: &[(&str, &Option<String>)],
) {
    const KNOWN: [&str; 1] = ["text"];
    if !dataset.source.is_plain_text() {
        return;
    }
    for (key, text) in templates {
        let Some(Ok(template)) = text.as_ref().map(|text| Template::parse(text)) else { continue };
        for asked in template.names().iter().filter(|asked| !KNOWN.contains(&asked.as_str())) {
            let field = parts.field(&["datasets", name.as_str(), "extract", key]);
            let hint = letters::nearest(asked, KNOWN).unwrap_or_else(|| format!("it has only {}", listed(KNOWN)));
            let message = format!("a document has no field {}", shown(asked));
            reader.problem_of(Code::NoSuchName, field.place, &field.path, message, Some(hint));
        }
    }
}

/// A prompt that says what its response says asks nothing.
fn twice(reader: &mut Reader, parts: &Parts<'_>, name: &Name, extract: &Extract) {
    let (Extract::Regex { prompt, response, .. }
    | Extract::Json { prompt, response, .. }
    | Extract::Template { prompt, response, .. }) = extract
    else {
        return;
    };
    if prompt.is_some() && prompt == response {
        let field = parts.field(&["datasets", name.as_str(), "extract", "response"]);
        let hint = Some("learn it as `text`, or name what answers".to_owned());
        reader.warn_of(Code::Odd, field.place, &field.path, "the response is the same as the prompt", hint);
    }
}

/// What records are grouped by, and what class they belong to, somebody has to tell.
fn split(reader: &mut Reader, parts: &Parts<'_>, name: &Name, dataset: &Dataset) {
    // Of rows with fields, `group` and `label` are taken by their usual names where nothing else is said.
    let is_known = match &dataset.extract {
        Some(Extract::Chat { .. } | Extract::Alpaca { .. }) => true,
        None | Some(_) => !dataset.source.is_plain_text(),
    };
    let (split, extract) = (&dataset.split, dataset.extract.as_ref());
    let told_group = extract.is_some_and(Extract::names_group);
    if split.by == SplitBy::Group && !is_known && !told_group {
        let field = parts.field(&["datasets", name.as_str(), "split", "by"]);
        let hint = match extract {
            None | Some(Extract::RustDocPairs { .. } | Extract::Chunks { .. }) => {
                "documents have no group; `by: document` keeps their records together".to_owned()
            }
            Some(extract) => format!("the extraction `{}` tells it with the key `group`", extract.word()),
        };
        let message = "nothing says what group a record belongs to";
        reader.problem_of(Code::MissingKey, field.place, &field.path, message, Some(hint));
    }
    if split.by == SplitBy::Record && matches!(extract, Some(Extract::Chunks { overlap: 1.., .. })) {
        let field = parts.field(&["datasets", name.as_str(), "split", "by"]);
        let hint = Some("`by: document` keeps the pieces of a document together; or `overlap: 0`".to_owned());
        let message = "pieces that overlap fall to different splits: what is trained on is tested on too";
        reader.warn_of(Code::Odd, field.place, &field.path, message, hint);
    }
    let by_label = split.stratify.as_deref() == Some("label");
    let is_told = extract.is_some_and(Extract::names_label) || dataset.clean.iter().any(CleanStep::labels);
    if by_label && !is_known && !is_told {
        let field = parts.field(&["datasets", name.as_str(), "split", "stratify"]);
        let hint = Some("the key `label` of an extraction tells it".to_owned());
        let message = "nothing says what class a record belongs to: all are of one";
        reader.warn_of(Code::NoEffect, field.place, &field.path, message, hint);
    }
}
