//! What becomes of data: datasets behind what they mix and what sorts them, tokenizers, tokens.

use std::collections::BTreeMap;

use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::beside::Beside;
use crate::plan::build::{Builder, read_tokens_id, unique};
use crate::plan::ledger::SourceState;
use crate::plan::work::{DatasetWork, Sorter, TokenizerWork, TokensWork, Work};
use crate::recipe::classification::Classification;
use crate::recipe::import::Import;
use crate::recipe::model::{Architecture, Model};
use crate::recipe::objective::Objective;
use crate::recipe::tokenizer::Tokenizer;

/// Who reads a dataset.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) architecture: &'a Architecture,
    /// The tokenizer, where it reads tokens.
    pub(super) tokenizer: Option<&'a Name>,
    /// What it learns; of a model from outside, as far as its head tells.
    pub(super) objective: Option<&'a Objective>,
    pub(super) classification: Option<&'a Classification>,
}

impl<'a> Reader<'a> {
    /// Returns a model of the recipe as a reader.
    pub(super) fn of(model: &'a Model) -> Self {
        Self {
            architecture: &model.architecture,
            tokenizer: model.tokenizer.as_ref(),
            objective: Some(&model.train.objective),
            classification: model.classification(),
        }
    }
}

impl Builder<'_> {
    pub(super) fn data(&mut self) {
        for name in self.recipe.datasets_in_order() {
            self.dataset(name);
        }
        for (name, tokenizer) in &self.recipe.tokenizers {
            self.tokenizer(name, tokenizer);
        }
    }

    /// Adds what prepares a dataset, behind those it mixes and the models that sort it.
    fn dataset(&mut self, name: &Name) {
        let id = StageId::new(StageKind::Dataset, name);
        if self.positions.contains_key(&id) {
            return;
        }
        let recipe = self.recipe;
        let dataset = &recipe.datasets[name];
        let mut needs = Vec::new();
        for (mixed, _) in dataset.source.mixed() {
            self.dataset(mixed);
            needs.push(StageId::new(StageKind::Dataset, mixed));
        }
        let mut sorters = BTreeMap::new();
        for model in dataset.sorters() {
            if !sorters.contains_key(model) {
                let sorter = self.sorter(model);
                needs.extend([self.weights_of(model, 1), self.tokenizer_of(&sorter.tokenizer)]);
                sorters.insert(model.clone(), sorter);
            }
        }
        let empty = SourceState { digest: Digest::of(b""), files: 0, bytes: 0, tables: None };
        let state = self.sources.get(name).unwrap_or(&empty);
        let work = Work::Dataset(DatasetWork {
            name: name.clone(),
            dataset: dataset.clone(),
            source_digest: state.digest,
            seed: recipe.run.seed,
            tables: state.tables,
            sorters,
        });
        self.add(id, work, unique(needs));
    }

    /// Returns a model that sorts a dataset, after everything it takes to train it was added.
    ///
    /// Its training is not held back: what it learned from can be compared with the evaluations only when the dataset is there.
    fn sorter(&mut self, name: &Name) -> Sorter {
        let (recipe, sorter) = (self.recipe, name);
        let compute = self.compute();
        if let Some(Import { architecture, vocab_size, classification, .. }) = recipe.imports.get(name) {
            let (architecture, classification) = (architecture.clone(), classification.clone());
            return Sorter { architecture, vocab_size: *vocab_size, classification, tokenizer: name.clone(), compute };
        }
        let before = recipe.forebears(name);
        for (name, model) in recipe.models_by_lineage() {
            if name != sorter && !before.contains(name) {
                continue;
            }
            model.train.data.iter().for_each(|share| self.dataset(&share.dataset));
            if let Some(own) = &model.tokenizer {
                recipe.tokenizers.get(own).into_iter().for_each(|tokenizer| self.tokenizer(own, tokenizer));
            }
            self.train(name, model, 1);
        }
        let Model { architecture, .. } = &recipe.models[name];
        let tokenizer = recipe.models[name].tokenizer.as_ref();
        Sorter {
            architecture: architecture.clone(),
            vocab_size: self.vocab_size(tokenizer),
            classification: recipe.models[name].classification().cloned(),
            // What sorts records reads their texts.
            tokenizer: tokenizer.unwrap_or(name).clone(),
            compute,
        }
    }

    /// Adds what makes a tokenizer, behind the one it extends.
    fn tokenizer(&mut self, name: &Name, tokenizer: &Tokenizer) {
        if matches!(tokenizer, Tokenizer::Imported { .. }) {
            return;
        }
        tokenizer.train_on().iter().for_each(|dataset| self.dataset(dataset));
        let mut needs: Vec<_> =
            tokenizer.train_on().iter().map(|dataset| StageId::new(StageKind::Dataset, dataset)).collect();
        let recipe = self.recipe;
        if let Some(base) = tokenizer.base()
            && let Some(extended) = recipe.tokenizers.get(base)
        {
            self.tokenizer(base, extended);
            needs.push(self.tokenizer_of(base));
        }
        let work = Work::Tokenizer(TokenizerWork { name: name.clone(), tokenizer: tokenizer.clone() });
        self.add(StageId::new(StageKind::Tokenizer, name), work, needs);
    }

    /// Returns what has a dataset as a model learns from it, after its tokens were added where it reads any.
    pub(super) fn read(&mut self, dataset: &Name, reader: Reader<'_>) -> Vec<StageId> {
        self.read_with(dataset, reader, Beside::of(reader.objective, reader.classification))
    }

    /// Returns the same, with something else beside the tokens.
    pub(super) fn read_with(&mut self, dataset: &Name, reader: Reader<'_>, beside: Beside) -> Vec<StageId> {
        let Reader { architecture, tokenizer, objective, classification: _ } = reader;
        let (modality, mut needs) = (architecture.modality(), Vec::new());
        if let Some(tokenizer) = tokenizer.filter(|_| modality.has_tokens()) {
            needs.push(self.tokens(dataset, tokenizer, beside));
        }
        if modality.has_features() {
            needs.push(StageId::new(StageKind::Dataset, dataset));
        }
        // The tokenizer tells what hides a token, and what is never hidden.
        if let (Some(Objective::MaskedLm(_)), Some(tokenizer)) = (objective, tokenizer) {
            needs.push(self.tokenizer_of(tokenizer));
        }
        needs
    }

    /// Adds the tokens of a dataset, with what is read beside them.
    fn tokens(&mut self, dataset: &Name, tokenizer: &Name, beside: Beside) -> StageId {
        let id = read_tokens_id(self.recipe, dataset, tokenizer, &beside);
        let needs = vec![StageId::new(StageKind::Dataset, dataset), self.tokenizer_of(tokenizer)];
        let work = Work::Tokens(TokensWork { dataset: dataset.clone(), tokenizer: tokenizer.clone(), beside });
        self.add(id.clone(), work, needs);
        id
    }
}
