//! The whole recipe.

use std::collections::BTreeMap;

use crate::recipe::contamination::Contamination;
use crate::recipe::evaluation::Gate;
use crate::recipe::meant::{Publish, Recipe, Tags, ZooEntry};
use crate::recipe::problem::{MOST_PROBLEMS, Place, Problem, Problems};
use crate::recipe::read::fields::{Fields, named};
use crate::recipe::read::names::{Kind, Names};
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::set::{Override, OverrideError};
use crate::recipe::read::{contamination, dataset, evaluation, model, run, tokenizer, vars, yaml};

/// Why a recipe cannot be read.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReadError {
    /// The recipe has mistakes.
    #[error(transparent)]
    Problems(#[from] Box<Problems>),
    /// An override does not fit.
    #[error(transparent)]
    Override(#[from] OverrideError),
}

impl crate::error::Explain for ReadError {
    fn exit(&self) -> crate::error::Exit {
        crate::error::Exit::BadInput
    }
}

/// Reads a recipe: the one way from text to [`Recipe`].
///
/// `file` only names the text in messages; `environment` holds the allow-listed variables that are set.
///
/// # Errors
/// With every mistake at once, in the order of the text.
pub fn read(
    file: &str,
    bytes: &[u8],
    overrides: &[Override],
    environment: &BTreeMap<String, String>,
) -> Result<Recipe, ReadError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let message = format!("the recipe is not UTF-8: byte {} is none", error.valid_up_to());
        let before = String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned();
        let place = end_of(&before);
        problems(file, &before, vec![Problem { place, path: String::new(), message, hint: None }])
    })?;
    let mut root = yaml::parse(text).map_err(|problem| problems(file, text, vec![*problem]))?;
    for one in overrides {
        one.apply(&mut root)?;
    }
    let mut reader = Reader::default();
    vars::substitute(&mut reader, &mut root, environment);
    lay_defaults(&mut reader, &mut root);
    reader.names = Names::of(&root);
    match (recipe(&mut reader, &root), reader.problems) {
        (Some(recipe), found) if found.is_empty() => Ok(recipe),
        (_, found) => Err(problems(file, text, found).into()),
    }
}

fn problems(file: &str, text: &str, mut problems: Vec<Problem>) -> Box<Problems> {
    problems.sort_by_key(|problem| problem.place);
    problems.truncate(MOST_PROBLEMS);
    Box::new(Problems { file: file.to_owned(), text: text.to_owned(), problems })
}

fn end_of(text: &str) -> Place {
    let line = text.matches('\n').count() as u32 + 1;
    let column = text.rsplit('\n').next().unwrap_or("").chars().count() as u32 + 1;
    Place { line, column, start: text.len(), end: text.len() }
}

/// Lays `defaults.train` under every model's `train`; `defaults` is taken out.
fn lay_defaults(reader: &mut Reader, root: &mut Node) {
    let Value::Map(entries) = &mut root.value else { return };
    let Some(position) = entries.iter().position(|(key, _)| key.text == "defaults") else { return };
    let (_, defaults) = entries.remove(position);
    let at = At { node: &defaults, path: "defaults".to_owned() };
    let Some(mut fields) = Fields::open(reader, &at) else { return };
    let train = fields.take("train");
    fields.finish(reader);
    let Some(train) = train else { return };
    let models = entries.iter_mut().find(|(key, _)| key.text == "models").map(|(_, node)| node);
    let Some(Value::Map(models)) = models.map(|node| &mut node.value) else { return };
    for (_, model) in models {
        if let Value::Map(fields) = &mut model.value
            && let Some((_, own)) = fields.iter_mut().find(|(key, _)| key.text == "train")
        {
            let mut merged = train.node.clone();
            merged.overlay(own);
            *own = merged;
        }
    }
}

fn recipe(reader: &mut Reader, root: &Node) -> Option<Recipe> {
    let at = At { node: root, path: String::new() };
    let mut fields = Fields::open(reader, &at)?;
    let version = fields.need(reader, "version").and_then(|at| version(reader, &at));
    let name = fields.need(reader, "name").and_then(|at| reader.name(&at));
    let description = fields.or(reader, "description", String::new(), |reader, at| reader.text(at));
    let license = fields.or(reader, "license", None, |reader, at| reader.some_text(at).map(Some));
    let tags = fields.or(reader, "tags", Tags::default(), tags);
    let run = fields.or(reader, "run", crate::recipe::run::RunOptions::default(), run::run);
    let datasets = fields.need(reader, "datasets").and_then(|at| named(reader, &at, dataset::dataset));
    let tokenizers = fields.need(reader, "tokenizers").and_then(|at| named(reader, &at, tokenizer::tokenizer));
    let models = fields.need(reader, "models").and_then(|at| model::models(reader, &at));
    let evaluations = fields.or(reader, "evaluations", BTreeMap::new(), |reader, at| {
        named(reader, at, |reader, _, at| evaluation::evaluation(reader, at))
    });
    let gates = fields.or(reader, "gates", Vec::<Gate>::new(), |reader, at| reader.list(at, evaluation::gate));
    let contamination = fields.or(reader, "contamination", Contamination::default(), contamination::contamination);
    let samples = fields.or(reader, "samples", BTreeMap::new(), |reader, at| {
        named(reader, at, |reader, _, at| evaluation::sample(reader, at))
    });
    let publish = fields.or(reader, "publish", None, |reader, at| publish(reader, at).map(Some));
    fields.finish(reader);
    Some(Recipe {
        version: version?,
        name: name?,
        description: description?,
        license: license?,
        tags: tags?,
        run: run?,
        datasets: datasets?,
        tokenizers: tokenizers?,
        models: models?,
        evaluations: evaluations?,
        gates: gates?,
        contamination: contamination?,
        samples: samples?,
        publish: publish?,
    })
}

fn version(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    match reader.count(at, 0)? {
        1 => Some(1),
        other => {
            let hint = "this program reads version 1; a newer recipe needs a newer Pedigree".to_owned();
            reader.wrong(at, format!("recipes of version {other} are not known"), Some(hint))
        }
    }
}

fn tags(reader: &mut Reader, at: &At<'_>) -> Option<Tags> {
    let mut fields = Fields::open(reader, at)?;
    let language =
        fields.or(reader, "language", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    let domain = fields.or(reader, "domain", None, |reader, at| reader.some_text(at).map(Some));
    fields.finish(reader);
    Some(Tags { language: language?, domain: domain? })
}

fn publish(reader: &mut Reader, at: &At<'_>) -> Option<Publish> {
    let mut fields = Fields::open(reader, at)?;
    let zoo = fields.need(reader, "zoo").and_then(|at| zoo_entry(reader, &at));
    fields.finish(reader);
    Some(Publish { zoo: zoo? })
}

fn zoo_entry(reader: &mut Reader, at: &At<'_>) -> Option<ZooEntry> {
    let mut fields = Fields::open(reader, at)?;
    let name = fields.need(reader, "name").and_then(|at| reader.name(&at));
    let aliases = fields.or(reader, "aliases", BTreeMap::new(), |reader, at| {
        named(reader, at, |reader, _, at| reader.reference(at, Kind::Model))
    });
    fields.finish(reader);
    Some(ZooEntry { name: name?, aliases: aliases? })
}
