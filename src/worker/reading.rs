//! What a model reads of a dataset: tokens, features or both, from a task's inputs to what the engine takes.

use std::sync::Arc;

use crate::data::feature;
use crate::data::tokenizer::{self, Role};
use crate::engine::EngineError;
use crate::engine::features::{Draw, FeatureFile};
use crate::engine::sampler::Data;
use crate::engine::tokens::{Special, Tokens};
use crate::id::{Name, StageId, StageKind};
use crate::recipe::dataset::{Features, SplitName};
use crate::recipe::model::{Architecture, Modality};
use crate::recipe::objective::Objective;
use crate::record::FailureClass;
use crate::worker::failure::Failure;
use crate::worker::task::Task;
use crate::worker::train::tokens;

/// Who reads, and what.
#[derive(Debug, Clone, Copy)]
pub struct Reading<'w> {
    /// The dataset.
    pub dataset: &'w Name,
    /// The tokenizer, of a model that reads tokens.
    pub tokenizer: Option<&'w Name>,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The network.
    pub architecture: &'w Architecture,
    /// What is learnt; not known of a model from outside.
    pub objective: Option<&'w Objective>,
    /// The features of the dataset, for what changes them while they are learnt from.
    pub features: Option<&'w Features>,
}

impl Reading<'_> {
    /// Returns a split as the model reads it.
    ///
    /// # Errors
    /// When an input is missing or damaged, and when it is nothing for this network.
    pub fn split(&self, task: &Task, split: SplitName) -> Result<Data, Failure> {
        Ok(match self.architecture.modality() {
            Modality::Tokens => Data::Tokens(self.tokens(task, split)?),
            Modality::Features => Data::Features(self.feature_file(task, split)?),
            Modality::Both => Data::captions(self.tokens(task, split)?, self.feature_file(task, split)?)?,
        })
    }

    fn tokens(&self, task: &Task, split: SplitName) -> Result<Tokens, Failure> {
        let tokens = tokens(task, self.dataset, named(self.tokenizer)?, split, self.vocab_size)?;
        self.with_special(task, tokens)
    }

    /// Returns the same tokens, with what hiding them takes to know of their tokenizer, where some are hidden and it has a token that
    /// hides.
    ///
    /// # Errors
    /// When the tokenizer is missing or damaged.
    pub fn with_special(&self, task: &Task, tokens: Tokens) -> Result<Tokens, Failure> {
        let Some(Objective::MaskedLm(_)) = self.objective else { return Ok(tokens) };
        let stage = task.spec.tokenizer_of(named(self.tokenizer)?);
        let tokenizer = tokenizer::load(&task.input(&stage, "tokenizer.json")?)?;
        Ok(match tokenizer.role(Role::Mask) {
            Some(mask) => {
                let ends = [mask, tokenizer.end_of_text()];
                tokens.with_special(Special { mask, all: tokenizer.special_tokens().chain(ends).collect() })
            }
            None => tokens,
        })
    }

    fn feature_file(&self, task: &Task, split: SplitName) -> Result<FeatureFile, Failure> {
        let stage = StageId::new(StageKind::Dataset, self.dataset);
        let about: feature::write::Labels = serde_json::from_slice(&task.input(&stage, "labels.json")?)
            .map_err(|error| Failure::new(FailureClass::Integrity, format!("`labels.json`: {error}")))?;
        self.fits(&about.shape)?;
        let file = task.input_file(&stage, &format!("{}.features.safetensors", split.word()))?;
        let file = FeatureFile::open(&file.path, self.dataset.as_str(), split.word(), &about.shape, about.labels)?;
        let Some(features) = self.features.filter(|features| features.is_augmented()) else { return Ok(file) };
        let features = features.clone();
        let change = move |values: &[f32], Draw { seed, look, record }: Draw| {
            feature::changed(&features, values, seed, look, record)
        };
        Ok(file.changed_by(Arc::new(change)))
    }

    /// Checks that the network reads features of this shape.
    fn fits(&self, shape: &[u64]) -> Result<(), Failure> {
        let input: Vec<u64> =
            self.architecture.input().unwrap_or_default().iter().map(|side| u64::from(*side)).collect();
        if input == shape {
            return Ok(());
        }
        Err(EngineError::Unfit {
            dataset: self.dataset.to_string(),
            reason: format!("its features are of shape {shape:?}, and the network reads {input:?}"),
            hint: "leave `input` out to take the shape of the dataset's `features`, or change these".into(),
        }
        .into())
    }
}

/// Returns the tokenizer of a model that reads tokens.
///
/// # Errors
/// When the spec names none, which it does for every such model.
pub fn named(tokenizer: Option<&Name>) -> Result<&Name, Failure> {
    tokenizer.ok_or_else(|| Failure::new(FailureClass::Bug, "the spec names no tokenizer of a model that reads tokens"))
}
