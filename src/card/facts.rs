//! What a card is made of.

use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name};
use crate::recipe::contamination::Allow;
use crate::recipe::dataset::SplitName;
use crate::recipe::evaluation::Metric;
use crate::recipe::model::{Adapter, Architecture, Tier};
use crate::recipe::training::Train;
use crate::recipe::{Import, Recipe, Reference, Tags};
use crate::record::report::{ClassificationReport, DatasetReport, SampleReport, TokensReport, TrainingReport};
use crate::record::{Exposure, GateResult, Interval, Machine, Repeated};

/// What a card is made of; what is empty or absent has no place in the card.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CardFacts {
    /// The model's name in the zoo, or in the recipe where it is not published.
    pub name: String,
    /// Whether the model goes into the zoo.
    pub is_published: bool,
    /// The recipe.
    pub recipe: Name,
    /// The model's name in the recipe.
    pub model: Name,
    /// Its place in the lineage.
    pub tier: Tier,
    /// What the experiment is for.
    pub description: String,
    /// The licence.
    pub license: Option<String>,
    /// What it is about.
    pub tags: Tags,
    /// The model of the Hugging Face Hub it was trained from.
    pub hub_base: Option<String>,
    /// Whom it learned from, where it has a teacher: its name in the zoo or in the recipe, or where it comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teacher: Option<String>,
    /// Its ancestors, the nearest first.
    pub lineage: Vec<Ancestor>,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The tokenizer's name in the recipe, of a model that reads tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<Name>,
    /// The adapter it was trained with.
    pub adapter: Option<Adapter>,
    /// How it was trained.
    pub train: Train,
    /// The seed of every random stream.
    pub seed: u64,
    /// The seeds of all trainings of this model, its own first, where they were repeated.
    #[serde(default)]
    pub seeds: Vec<u64>,
    /// What the training reported.
    pub training: Option<TrainingReport>,
    /// The validation losses of all trainings of this model, in nats a token, where they were repeated.
    #[serde(default)]
    pub validation_loss: Option<Repeated>,
    /// What it learned from.
    pub data: Vec<DataFacts>,
    /// How it and its ancestors do.
    pub evaluations: Vec<EvaluationFacts>,
    /// What of the evaluations' data it and its ancestors have learned.
    #[serde(default)]
    pub contamination: Vec<Exposure>,
    /// The ancestors whose training data is not known, and was not looked through.
    #[serde(default)]
    pub unknown: Vec<String>,
    /// What may stand in their training data all the same.
    #[serde(default)]
    pub allow: Vec<Allow>,
    /// The requirements on it.
    pub gates: Vec<GateResult>,
    /// What it wrote.
    pub samples: Vec<SampleReport>,
    /// The fingerprint of its training.
    pub fingerprint: Option<Digest>,
    /// The digest of its weights.
    pub weights: Option<Digest>,
    /// The digest of its tokenizer.
    pub tokenizer_digest: Option<Digest>,
    /// What it was trained on; the host's name stays out of the card.
    pub machine: Option<Machine>,
}

/// An ancestor of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ancestor {
    /// Its name in the zoo or in the recipe.
    pub name: String,
    /// Its place in the lineage.
    pub tier: Tier,
    /// The digest of its weights.
    pub weights: Option<Digest>,
    /// The adapter it was trained with.
    #[serde(default)]
    pub adapter: Option<Adapter>,
}

impl Ancestor {
    /// Returns a model outside of the recipe and what it was trained from, the nearest first.
    pub fn imported(import: &Import) -> Vec<Self> {
        let of = |reference: &Reference, tier, weights| {
            let text = reference.to_string();
            Self { name: text.strip_prefix("zoo/").unwrap_or(&text).to_owned(), tier, weights, adapter: None }
        };
        let first = of(&import.reference, import.tier, import.content.weights());
        let forebears = import.forebears.iter().map(|one| of(&one.reference, one.tier, Some(one.weights)));
        std::iter::once(first).chain(forebears).collect()
    }
}

/// A dataset a model learned from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DataFacts {
    /// The dataset.
    pub dataset: Name,
    /// Its share of the training tokens, between 0 and 1.
    pub share: f64,
    /// The digest over its source files.
    pub source_digest: Option<Digest>,
    /// What cleaning did.
    pub report: Option<DatasetReport>,
    /// What encoding made of it.
    pub tokens: Option<TokensReport>,
}

/// How the models of a lineage do on one evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EvaluationFacts {
    /// The evaluation.
    pub evaluation: Name,
    /// What is measured.
    pub metric: Metric,
    /// The dataset it is measured on.
    pub dataset: Name,
    /// The split of the dataset.
    pub split: SplitName,
    /// The values of the model and of its ancestors.
    pub values: Vec<ModelValue>,
    /// How the model tells every class, where it is a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<ClassificationReport>,
}

/// A model's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ModelValue {
    /// The model's name in the recipe.
    pub model: Name,
    /// The number.
    pub value: f64,
    /// How sure it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interval: Option<Interval>,
    /// The numbers of all repeats, this one first, where its training was repeated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeated>,
}

impl CardFacts {
    /// Returns what the recipe says of a model, or `None` where it has no such model; what runs found out is still empty.
    pub fn of(recipe: &Recipe, name: &Name) -> Option<Self> {
        let model = recipe.models.get(name)?;
        let zoo_name = |name: &Name| match &recipe.publish {
            Some(publish) => format!("{}-{name}", publish.zoo.name),
            None => name.to_string(),
        };
        let ancestor = |name: &Name| match (recipe.imports.get(name), recipe.models.get(name)) {
            (Some(import), _) => Ancestor::imported(import),
            (None, Some(model)) => {
                vec![Ancestor { name: zoo_name(name), tier: model.tier, weights: None, adapter: model.adapter.clone() }]
            }
            (None, None) => Vec::new(),
        };
        let lineage = recipe.ancestors(name).flat_map(ancestor);
        let data = model.train.data.iter().map(|share| DataFacts {
            dataset: share.dataset.clone(),
            share: share.weight,
            source_digest: None,
            report: None,
            tokens: None,
        });
        let evaluations = recipe.evaluations.iter().map(|(name, evaluation)| EvaluationFacts {
            evaluation: name.clone(),
            metric: evaluation.metric,
            dataset: evaluation.dataset.clone(),
            split: evaluation.split,
            values: Vec::new(),
            classification: None,
        });
        Some(Self {
            name: zoo_name(name),
            is_published: recipe.publish.is_some(),
            recipe: recipe.name.clone(),
            model: name.clone(),
            tier: model.tier,
            description: recipe.description.clone(),
            license: recipe.license.clone(),
            tags: recipe.tags.clone(),
            hub_base: None,
            teacher: model.teacher().map(|teacher| match recipe.imports.get(teacher) {
                Some(import) => import.reference.to_string(),
                None => zoo_name(teacher),
            }),
            lineage: lineage.collect(),
            architecture: model.architecture.clone(),
            vocab_size: recipe.vocab_size(model),
            tokenizer: model.tokenizer.clone(),
            adapter: model.adapter.clone(),
            train: model.train.clone(),
            seed: recipe.run.seed,
            seeds: Vec::new(),
            training: None,
            validation_loss: None,
            data: data.collect(),
            evaluations: evaluations.collect(),
            contamination: Vec::new(),
            unknown: Vec::new(),
            allow: recipe.contamination.allow.clone(),
            gates: Vec::new(),
            samples: Vec::new(),
            fingerprint: None,
            weights: None,
            tokenizer_digest: None,
            machine: None,
        })
    }

    /// Returns the number of parameters: what the training counted, or what follows from the architecture.
    pub fn parameters(&self) -> u64 {
        let counted = self.training.as_ref().map(|training| training.parameters);
        counted.unwrap_or_else(|| self.architecture.parameters_for(self.vocab_size, &self.train.objective))
    }
}
