//! The whole recipe.

use std::collections::BTreeMap;

use crate::recipe::code::Code;
use crate::recipe::contamination::Contamination;
use crate::recipe::evaluation::Gate;
use crate::recipe::meant::{Publish, Recipe, Tags, ZooEntry};
use crate::recipe::problem::Problems;
use crate::recipe::read::architecture::is_without_tokens;
use crate::recipe::read::extends::merged;
use crate::recipe::read::fields::{Fields, named};
use crate::recipe::read::imports::{self, Imports};
use crate::recipe::read::input::{Input, Reading};
use crate::recipe::read::names::{Kind, Names};
use crate::recipe::read::node::{Node, Value};
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::vars::{Variables, taken};
use crate::recipe::read::{analysis, contamination, dataset, evaluation, matrix, model, run, sense, set, tokenizer};

/// The sections that make no sense without models: a recipe with none of them only prepares data.
const ABOUT_MODELS: [&str; 6] = ["models", "evaluations", "gates", "analyses", "samples", "publish"];

/// Reads a recipe: the one way from text to [`Recipe`].
///
/// # Errors
/// With every mistake at once, in the order of the texts.
pub fn read(input: &Input<'_>) -> Result<Reading, Problems> {
    let mut sources = Vec::new();
    let mut root = match merged(input, &mut sources) {
        Ok(root) => root,
        Err(problem) => return Err(Problems::new(sources, vec![*problem])),
    };
    let mut reader = Reader { problems: set::apply(input.sets, &mut root, &mut sources), ..Reader::default() };
    reader.folders = sources.iter().map(|source| source.folder.clone()).collect();
    let variables = Variables::taken(&mut reader, &mut root, &input.environment);
    lay_defaults(&mut reader, &mut root);
    matrix::expand(&mut reader, &mut root, &variables);
    reader.names = Names::of(&root);
    reader.imports = Imports::asked(&root, &reader.names, input.outside);
    reader.tokenizer_files = tokenizer::Files::asked(&root, &reader.folders, input.outside);
    let recipe = recipe(&mut reader, &root);
    variables.tell_unused(&mut reader);
    let environment =
        input.environment.iter().filter(|(name, _)| reader.variables_used.contains(*name) && !variables.defines(name));
    let environment = environment.map(|(name, value)| (name.clone(), value.clone())).collect();
    let problems = Problems::new(sources.clone(), reader.problems);
    match recipe {
        Some(recipe) if !problems.has_errors() => Ok(Reading { recipe, warnings: problems, environment, sources }),
        Some(_) | None => Err(problems),
    }
}

/// Lays `defaults.train` under every model's `train`; `defaults` is taken out.
fn lay_defaults(reader: &mut Reader, root: &mut Node) {
    let Some(defaults) = taken(root, "defaults") else { return };
    let at = At { node: &defaults, path: "defaults".to_owned() };
    let Some(mut fields) = Fields::open(reader, &at) else { return };
    let train = fields.take("train");
    fields.finish(reader);
    let Some(train) = train else { return };
    let Some(Value::Map(models)) = root.get_mut("models").map(|node| &mut node.value) else { return };
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
    let is_only_data = fields.has("datasets") && !ABOUT_MODELS.iter().any(|key| fields.has(key));
    let datasets = fields.need(reader, "datasets").and_then(|at| named(reader, &at, dataset::dataset));
    // A recipe whose models all come from outside, or read no tokens, needs no tokenizer of its own.
    let needs_tokenizers = reader.imports.is_empty() && !is_only_data && !are_without_tokens(root);
    let tokenizers_at = match needs_tokenizers {
        true => fields.need(reader, "tokenizers").map(Some),
        false => Some(fields.take("tokenizers")),
    };
    let tokenizers = tokenizers_at.and_then(|at| match at {
        Some(at) => named(reader, &at, tokenizer::tokenizer)
            .and_then(|tokenizers| tokenizer::resolve(reader, tokenizers, at.node.place)),
        None => Some(BTreeMap::new()),
    });
    let models = match is_only_data {
        true => Some(BTreeMap::new()),
        false => fields.need(reader, "models").and_then(|at| model::models(reader, &at, datasets.as_ref())),
    };
    let evaluations = fields.or(reader, "evaluations", BTreeMap::new(), |reader, at| {
        named(reader, at, |reader, _, at| evaluation::evaluation(reader, at))
    });
    let gates = fields.or(reader, "gates", Vec::<Gate>::new(), |reader, at| reader.list(at, evaluation::gate));
    let contamination = fields.or(reader, "contamination", Contamination::default(), contamination::contamination);
    let known = analysis::Known { models: models.as_ref(), evaluations: evaluations.as_ref() };
    let analyses = fields.or(reader, "analyses", BTreeMap::new(), |reader, at| analysis::analyses(reader, at, known));
    let samples = fields.or(reader, "samples", BTreeMap::new(), |reader, at| {
        named(reader, at, |reader, _, at| evaluation::sample(reader, at))
    });
    let publish = fields.or(reader, "publish", None, |reader, at| publish(reader, at).map(Some));
    // What was taken out before is known here too.
    for key in ["extends", "vars", "matrix", "defaults"] {
        fields.take(key);
    }
    fields.finish(reader);
    let parts = sense::Parts {
        tree: sense::Tree::new(root),
        datasets: datasets.as_ref(),
        tokenizers: tokenizers.as_ref(),
        models: models.as_ref(),
        evaluations: evaluations.as_ref(),
        gates: gates.as_deref(),
        samples: samples.as_ref(),
        publish: publish.as_ref().and_then(Option::as_ref),
    };
    sense::judge(reader, &parts);
    let (datasets, models, gates) = (datasets?, models?, gates?);
    let imports = reader.imports.used(&datasets, &models, &gates);
    let mut tokenizers = tokenizers?;
    tokenizers.extend(imports::tokenizers(&imports));
    Some(Recipe {
        version: version?,
        name: name?,
        description: description?,
        license: license?,
        tags: tags?,
        run: run?,
        datasets,
        tokenizers,
        imports,
        models,
        evaluations: evaluations?,
        gates,
        contamination: contamination?,
        analyses: analyses?,
        samples: samples?,
        publish: publish?,
    })
}

/// Returns whether no network of the recipe reads tokens.
fn are_without_tokens(root: &Node) -> bool {
    let models = root.get("models").map(Node::entries).unwrap_or_default();
    let mut networks = models.iter().filter_map(|(_, model)| model.get("architecture")).peekable();
    networks.peek().is_some() && networks.all(is_without_tokens)
}

fn version(reader: &mut Reader, at: &At<'_>) -> Option<u32> {
    match reader.count(at, 0)? {
        1 => Some(1),
        other => {
            let hint = "this program reads version 1; a newer recipe needs a newer Pedigree".to_owned();
            reader.wrong_of(Code::Version, at, format!("expected `version: 1`, found version {other}"), Some(hint))
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
