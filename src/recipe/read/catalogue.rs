//! Reads an entry of the catalogue, as strictly as a recipe.

use std::collections::BTreeMap;

use crate::recipe::catalogue::{CatalogueEntry, HubSource, is_published_as};
use crate::recipe::code::Code;
use crate::recipe::model::Architecture;
use crate::recipe::problem::{Problem, Problems, SourceText};
use crate::recipe::read::architecture::{self, architecture};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::yaml;
use crate::recipe::reference::Reference;

/// Stands for a commit that is not known.
const UNKNOWN: &str = "unknown";

/// Reads an entry; `file` names it in messages.
///
/// # Errors
/// With every mistake at once, in the order of the text.
pub fn catalogue(file: &str, bytes: &[u8]) -> Result<CatalogueEntry, Problems> {
    let source = |text: &str| SourceText { name: file.to_owned(), folder: String::new(), text: text.to_owned() };
    let bytes = yaml::unmarked(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let text = String::from_utf8_lossy(&bytes[..error.valid_up_to()]);
            let message = format!("the entry is not UTF-8: byte {} is none", error.valid_up_to());
            let place = yaml::place_of(&text, error.valid_up_to(), 0);
            let hint = Some("save the file as UTF-8".to_owned());
            let problem = Problem::error(place, "", message, hint).coded(Code::NotUtf8);
            return Err(Problems::new(vec![source(&text)], vec![problem]));
        }
    };
    let root = yaml::parse(text).map_err(|problem| Problems::new(vec![source(text)], vec![*problem]))?;
    let mut reader = Reader::default();
    let entry = entry(&mut reader, &At { node: &root, path: String::new() });
    let problems = Problems::new(vec![source(text)], reader.problems);
    match entry {
        Some(entry) if !problems.has_errors() => Ok(entry),
        Some(_) | None => Err(problems),
    }
}

/// Reads a network that no data says the input of.
fn whole(reader: &mut Reader, at: &At<'_>) -> Option<Architecture> {
    let (datasets, path) = (BTreeMap::new(), at.path.clone());
    let data = architecture::Data { datasets: Some(&datasets), shares: &[], place: at.node.place, path };
    let architecture = architecture(reader, at)?;
    architecture::settle(reader, architecture, at.node, &at.path, &data)
}

fn entry(reader: &mut Reader, at: &At<'_>) -> Option<CatalogueEntry> {
    let mut fields = Fields::open(reader, at)?;
    let version = fields.need(reader, "version").and_then(|at| version(reader, &at));
    let name = fields.need(reader, "name").and_then(|at| reader.name(&at));
    let description = fields.need(reader, "description").and_then(|at| reader.some_text(&at));
    let license = fields.or(reader, "license", None, |reader, at| reader.some_text(at).map(Some));
    let architecture = fields.need(reader, "architecture").and_then(|at| whole(reader, &at));
    let vocab_size = fields.need(reader, "vocab-size").and_then(|at| reader.integer(&at, 1..=1 << 24));
    let parameters_at = fields.need(reader, "parameters");
    let parameters = parameters_at.as_ref().and_then(|at| reader.large_count(at, 1));
    let source = fields.or(reader, "source", None, |reader, at| source(reader, at).map(Some));
    let citation = fields.need(reader, "citation").and_then(|at| reader.some_text(&at));
    fields.finish(reader);
    let vocab_size = vocab_size.map(|size| size as u32);
    if let (Some(architecture), Some(vocab_size), Some(parameters), Some(at)) =
        (&architecture, vocab_size, parameters, &parameters_at)
    {
        let counted = architecture.parameters(vocab_size);
        if !is_published_as(counted, parameters) {
            let hint = Some(
                "one of the figures of `architecture`, `vocab-size` and `parameters` is not the published one"
                    .to_owned(),
            );
            return reader.wrong(at, format!("this network has {counted} parameters, not {parameters}"), hint);
        }
    }
    Some(CatalogueEntry {
        version: version?,
        name: name?,
        description: description?,
        license: license?,
        architecture: architecture?,
        vocab_size: vocab_size?,
        parameters: parameters?,
        source: source?,
        citation: citation?,
    })
}

fn version(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    match reader.count(at, 0)? {
        1 => Some(1),
        other => {
            let hint = "this program reads version 1; a newer entry needs a newer Pedigree".to_owned();
            reader.wrong(at, format!("entries of version {other} are not known"), Some(hint))
        }
    }
}

fn source(reader: &mut Reader, at: &At<'_>) -> Option<HubSource> {
    let mut fields = Fields::open(reader, at)?;
    let hub_at = fields.need(reader, "hub");
    let hub = hub_at.as_ref().and_then(|at| reader.some_text(at));
    let revision_at = fields.take("revision");
    let revision = match &revision_at {
        Some(at) => reader.some_text(at).map(|text| (text != UNKNOWN).then_some(text)),
        None => Some(None),
    };
    fields.finish(reader);
    let (hub, revision) = (hub?, revision?);
    let is_id = format!("hf/{hub}@{}", "0".repeat(40)).parse::<Reference>().is_ok();
    let is_commit = revision.as_ref().is_none_or(|commit| format!("hf/a/b@{commit}").parse::<Reference>().is_ok());
    let wrong = match (is_id, is_commit) {
        (true, true) => return Some(HubSource { hub, revision }),
        (false, _) => hub_at?,
        (true, false) => revision_at?,
    };
    let hint = "`hub` is `owner/model`, `revision` the 40 hexadecimal digits of a commit, or `unknown`".to_owned();
    reader.wrong(&wrong, format!("{} is nothing on the Hub", wrong.node.shown()), Some(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::render::render;

    const TEXT: &str = "version: 1
name: tiny
description: A model for tests.
architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 16, mlp-width: 32 }
vocab-size: 300
parameters: 7408
source: { hub: nobody/tiny, revision: unknown }
citation: Nobody, 2026.
";

    fn told(text: &str) -> String {
        render(&catalogue("zoo/tiny.yaml", text.as_bytes()).unwrap_err(), false)
    }

    #[test]
    fn an_entry_is_read_as_it_is_meant() {
        let entry = catalogue("zoo/tiny.yaml", TEXT.as_bytes()).unwrap();
        assert_eq!(entry.parameters, entry.architecture.parameters(entry.vocab_size));
        assert_eq!(entry.source, Some(HubSource { hub: "nobody/tiny".to_owned(), revision: None }));
        assert_eq!(entry.license, None);
    }

    #[test]
    fn a_figure_that_does_not_fit_the_network_is_a_mistake() {
        let text = told(&TEXT.replace("parameters: 7408", "parameters: 7409"));
        assert!(text.contains("this network has 7408 parameters, not 7409"), "{text}");
        assert!(text.contains("--> zoo/tiny.yaml:6:13"), "{text}");
    }

    #[test]
    fn every_mistake_is_told_at_once() {
        let text = TEXT.replace("version: 1", "version: 2").replace("citation", "citaton").replace("tiny,", "tiny@x,");
        let text = told(&text);
        for part in
            ["entries of version 2 are not known", "did you mean `citation`?", "`nobody/tiny@x` is nothing on the Hub"]
        {
            assert!(text.contains(part), "{part}: {text}");
        }
        let text = told(&TEXT.replace("revision: unknown", "revision: main"));
        assert!(text.contains("`main` is nothing on the Hub"), "{text}");
        assert!(told("- a").contains("expected a mapping"));
    }
}
