//! What becomes of data: datasets behind what they mix and what sorts them, tokenizers, tokens.

use std::collections::BTreeMap;

use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::build::{Builder, read_tokens_id, unique};
use crate::plan::ledger::SourceState;
use crate::plan::work::{DatasetWork, Sorter, TokenizerWork, TokensWork, Work};
use crate::recipe::classification::Classification;
use crate::recipe::import::Import;
use crate::recipe::model::Model;
use crate::recipe::tokenizer::Tokenizer;

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
        let recipe = self.recipe;
        let compute = self.compute();
        if let Some(Import { architecture, vocab_size, classification, .. }) = recipe.imports.get(name) {
            let (architecture, classification) = (architecture.clone(), classification.clone());
            return Sorter { architecture, vocab_size: *vocab_size, classification, tokenizer: name.clone(), compute };
        }
        let mut line: Vec<&Name> = std::iter::once(name).chain(recipe.ancestors(name)).collect();
        line.reverse();
        for name in line {
            let Some((name, model)) = recipe.models.get_key_value(name) else { continue };
            model.train.data.iter().for_each(|share| self.dataset(&share.dataset));
            if let Some(tokenizer) = recipe.tokenizers.get(&model.tokenizer) {
                self.tokenizer(&model.tokenizer, tokenizer);
            }
            self.train(name, model, 1);
        }
        let Model { architecture, tokenizer, .. } = &recipe.models[name];
        Sorter {
            architecture: architecture.clone(),
            vocab_size: self.vocab_size(tokenizer),
            classification: recipe.models[name].classification().cloned(),
            tokenizer: tokenizer.clone(),
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

    /// Adds the tokens of a dataset, with the labels of a classifier where one reads them.
    pub(super) fn tokens(
        &mut self,
        dataset: &Name,
        tokenizer: &Name,
        classification: Option<&Classification>,
    ) -> StageId {
        let id = read_tokens_id(self.recipe, dataset, tokenizer, classification);
        let needs = vec![StageId::new(StageKind::Dataset, dataset), self.tokenizer_of(tokenizer)];
        let classes = classification.map(|classification| classification.classes.clone());
        let work = Work::Tokens(TokensWork { dataset: dataset.clone(), tokenizer: tokenizer.clone(), classes });
        self.add(id.clone(), work, needs);
        id
    }
}
