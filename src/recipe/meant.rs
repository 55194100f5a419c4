//! The recipe as meant: every default filled in, every reference checked.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
use crate::recipe::analysis::Analysis;
use crate::recipe::contamination::Contamination;
use crate::recipe::dataset::Dataset;
use crate::recipe::evaluation::{Evaluation, Gate, Sample};
use crate::recipe::import::Import;
use crate::recipe::model::Model;
use crate::recipe::run::RunOptions;
use crate::recipe::tokenizer::Tokenizer;
use crate::recipe::typed::SomeText;

/// A whole recipe, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recipe {
    /// The version of the recipe language: 1.
    #[schemars(extend("const" = 1, "x-unit" = "version"), example = 1)]
    pub version: u32,
    /// The name of the experiment.
    #[schemars(example = &"rust-coder")]
    pub name: Name,
    /// What the experiment is for, in a sentence or two; it opens the cards.
    #[serde(default)]
    #[schemars(example = &"A small code model bred from prose to Rust.")]
    pub description: String,
    /// The licence of the models, as an SPDX or Hub id in lowercase.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"apache-2.0")]
    pub license: Option<String>,
    /// What the models are about.
    #[serde(default)]
    #[schemars(example = json!({ "language": ["en"], "domain": "code" }))]
    pub tags: Tags,
    /// How the stages run.
    #[schemars(default, example = json!({ "seed": 1, "device": "cpu" }))]
    pub run: RunOptions,
    /// The datasets by name.
    #[schemars(example = json!({ "prose": { "source": { "type": "files", "root": "../data", "include": ["**/*.md"] } } }))]
    pub datasets: BTreeMap<Name, Dataset>,
    /// The tokenizers by name.
    #[schemars(
        with = "Option<BTreeMap<Name, Tokenizer>>",
        extend("x-default" = "has to be given, unless all models have a parent outside of the recipe or read no tokens, or there are none"),
        example = json!({ "bpe": { "type": "byte-bpe", "vocab-size": 4096, "train-on": ["prose"] } })
    )]
    pub tokenizers: BTreeMap<Name, Tokenizer>,
    /// The models outside of the recipe that it starts from or is compared with, by their names within it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(skip)]
    pub imports: BTreeMap<Name, Import>,
    /// The models by name.
    #[schemars(
        with = "Option<BTreeMap<Name, Model>>",
        extend("x-default" = "has to be given, unless the recipe only prepares data: then there are no evaluations, gates, analyses and samples, and nothing is published"),
        example = json!({ "industry": { "base": "general", "train": { "data": "rust", "budget": { "steps": 400 } } } })
    )]
    pub models: BTreeMap<Name, Model>,
    /// The evaluations by name; each is made of every model.
    #[serde(default)]
    #[schemars(example = json!({ "prose-ppl": { "metric": "perplexity", "data": "prose/test" } }))]
    pub evaluations: BTreeMap<Name, Evaluation>,
    /// The requirements, in the order in which they are checked.
    #[serde(default)]
    #[schemars(example = json!([{ "model": "industry", "evaluation": "rust-ppl", "less-than": "general" }]))]
    pub gates: Vec<Gate>,
    /// How evaluation data is looked for in training data.
    #[serde(default)]
    #[schemars(example = json!({ "on-find": "fail" }))]
    pub contamination: Contamination,
    /// The questions to several models at once, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schemars(example = json!({ "law": { "type": "scaling-law", "models": "general", "evaluation": "prose-loss" } }))]
    pub analyses: BTreeMap<Name, Analysis>,
    /// The samples to generate, by name.
    #[serde(default)]
    #[schemars(example = json!({ "poll": { "model": "industry", "prompt": "pub fn poll(" } }))]
    pub samples: BTreeMap<Name, Sample>,
    /// Where the models go.
    #[serde(default)]
    #[schemars(example = json!({ "zoo": { "name": "rust-coder" } }))]
    pub publish: Option<Publish>,
}

/// What the models of a recipe are about, for browsing and for the cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tags {
    /// Languages as ISO 639 codes.
    #[serde(default)]
    #[schemars(with = "Vec<SomeText>", example = ["en", "zh"])]
    pub language: Vec<String>,
    /// The application domain: `code`, `finance`, `medicine`, ….
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"code")]
    pub domain: Option<String>,
}

/// Where the models of a recipe go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// The entry of the local zoo.
    #[schemars(example = json!({ "name": "rust-coder", "aliases": { "champion": "vertical" } }))]
    pub zoo: ZooEntry,
}

/// An entry of the local zoo: model `m` of the recipe becomes `<name>-<m>@vN`, each version with its parent, its card, its weights
/// and its tokenizer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ZooEntry {
    /// The first part of the models' names in the zoo.
    #[schemars(example = &"rust-coder")]
    pub name: Name,
    /// Aliases, each pointing at a model of this recipe; `<name>@<alias>` moves to the new versions.
    #[serde(default)]
    #[schemars(example = json!({ "champion": "vertical" }))]
    pub aliases: BTreeMap<Name, Name>,
}

impl Recipe {
    /// Returns the ancestors of a model, the nearest first; the last one may be an import.
    pub fn ancestors<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Name> {
        std::iter::successors(self.models.get(name).and_then(|model| model.base.as_ref()), |parent| {
            self.models.get(*parent).and_then(|model| model.base.as_ref())
        })
    }

    /// Returns the models that have to be trained before a model: its ancestors and its teacher, and all that these need.
    pub fn forebears<'a>(&'a self, name: &'a Name) -> BTreeSet<&'a Name> {
        let (mut seen, mut open) = (BTreeSet::new(), vec![name]);
        while let Some(next) = open.pop() {
            let before = self.models.get(next).into_iter().flat_map(Model::forebears);
            open.extend(before.filter(|before| seen.insert(*before)));
        }
        seen
    }

    /// Returns the number of tokens that a model knows; 0 where it reads none.
    pub fn vocab_size(&self, model: &Model) -> u32 {
        model.tokenizer.as_ref().and_then(|name| self.tokenizers.get(name)).map_or(0, Tokenizer::vocab_size)
    }

    /// Returns the names of the datasets, those that a dataset mixes before it, otherwise by name.
    pub fn datasets_in_order(&self) -> Vec<&Name> {
        fn add<'a>(
            datasets: &'a BTreeMap<Name, Dataset>,
            name: &'a Name,
            order: &mut Vec<&'a Name>,
            seen: &mut BTreeSet<&'a Name>,
        ) {
            let Some(dataset) = datasets.get(name).filter(|_| seen.insert(name)) else { return };
            dataset.source.mixed().for_each(|(name, _)| add(datasets, name, order, seen));
            order.push(name);
        }
        let (mut order, mut seen) = (Vec::new(), BTreeSet::new());
        self.datasets.keys().for_each(|name| add(&self.datasets, name, &mut order, &mut seen));
        order
    }

    /// Returns the models with every parent before its children and every teacher before its students, otherwise by name.
    pub fn models_by_lineage(&self) -> Vec<(&Name, &Model)> {
        let mut models: Vec<_> = self.models.iter().collect();
        models.sort_by_cached_key(|(name, _)| (self.forebears(name).len(), (*name).clone()));
        models
    }
}
