//! The recipe as meant: every default filled in, every reference checked.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::Name;
use crate::recipe::analysis::Analysis;
use crate::recipe::dataset::Dataset;
use crate::recipe::evaluation::{Evaluation, Gate, Sample};
use crate::recipe::model::Model;
use crate::recipe::run::RunOptions;
use crate::recipe::tokenizer::Tokenizer;

/// A whole recipe, resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Recipe {
    /// The version of the recipe language: 1.
    pub version: u32,
    /// The name of the experiment.
    pub name: Name,
    /// What the experiment is for, in a sentence or two; it opens the cards.
    #[serde(default)]
    pub description: String,
    /// The licence of the models, as an SPDX or Hub id in lowercase.
    #[serde(default)]
    pub license: Option<String>,
    /// What the models are about.
    #[serde(default)]
    pub tags: Tags,
    /// How the stages run.
    pub run: RunOptions,
    /// The datasets by name.
    pub datasets: BTreeMap<Name, Dataset>,
    /// The tokenizers by name.
    pub tokenizers: BTreeMap<Name, Tokenizer>,
    /// The models by name.
    pub models: BTreeMap<Name, Model>,
    /// The evaluations by name; each is made of every model.
    #[serde(default)]
    pub evaluations: BTreeMap<Name, Evaluation>,
    /// The requirements, in the order in which they are checked.
    #[serde(default)]
    pub gates: Vec<Gate>,
    /// The questions to several models at once, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub analyses: BTreeMap<Name, Analysis>,
    /// The samples to generate, by name.
    #[serde(default)]
    pub samples: BTreeMap<Name, Sample>,
    /// Where the models go.
    #[serde(default)]
    pub publish: Option<Publish>,
}

/// What the models of a recipe are about, for browsing and for the cards.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tags {
    /// Languages as ISO 639 codes.
    #[serde(default)]
    pub language: Vec<String>,
    /// The application domain: `code`, `finance`, `medicine`, ….
    #[serde(default)]
    pub domain: Option<String>,
}

/// Where the models of a recipe go.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Publish {
    /// The entry of the local zoo.
    pub zoo: ZooEntry,
}

/// An entry of the local zoo: model `m` of the recipe becomes `<name>-<m>@vN`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ZooEntry {
    /// The first part of the models' names in the zoo.
    pub name: Name,
    /// Aliases, each pointing at a model of this recipe.
    #[serde(default)]
    pub aliases: BTreeMap<Name, Name>,
}

impl Recipe {
    /// Returns the ancestors of a model, the nearest first.
    pub fn ancestors<'a>(&'a self, name: &'a Name) -> impl Iterator<Item = &'a Name> {
        std::iter::successors(self.models.get(name).and_then(|model| model.base.as_ref()), |parent| {
            self.models.get(*parent).and_then(|model| model.base.as_ref())
        })
    }

    /// Returns the models with every parent before its children, otherwise by name.
    pub fn models_by_lineage(&self) -> Vec<(&Name, &Model)> {
        let mut models: Vec<_> = self.models.iter().collect();
        models.sort_by_key(|(name, _)| (self.ancestors(name).count(), name.as_str()));
        models
    }
}
