//! What models learn, and what is looked for in it before.

use std::collections::BTreeSet;

use crate::id::{Name, StageId, StageKind};
use crate::plan::build::Builder;
use crate::plan::contamination::{contamination_id, evaluated, learned_datasets, lineage, measured, uncontaminated_id};
use crate::plan::work::{ContaminationWork, TrainWork, UncontaminatedWork, Work};
use crate::recipe::model::Model;

impl Builder<'_> {
    /// Every dataset that models learn from is looked through once, for the data of all evaluations together.
    pub(super) fn contamination(&mut self) {
        let recipe = self.recipe;
        let evaluated = evaluated(recipe);
        if evaluated.is_empty() {
            return;
        }
        for dataset in learned_datasets(recipe) {
            let read: BTreeSet<&Name> = evaluated.iter().map(|split| &split.dataset).chain([dataset]).collect();
            let needs = read.into_iter().map(|dataset| StageId::new(StageKind::Dataset, dataset)).collect();
            let work = Work::Contamination(ContaminationWork {
                dataset: dataset.clone(),
                evaluated: evaluated.clone(),
                ngram: recipe.contamination.ngram,
                threshold: recipe.contamination.threshold,
            });
            self.add(contamination_id(dataset), work, needs);
        }
    }

    /// Holds every training back until it is known that nothing of the evaluations stands in the data of the lineage.
    pub(super) fn uncontaminated(&mut self) {
        let recipe = self.recipe;
        for (name, _) in recipe.models_by_lineage() {
            let measured = measured(recipe, name);
            if measured.is_empty() {
                continue;
            }
            let lineage = lineage(recipe, name);
            let read: BTreeSet<&Name> = lineage.iter().flat_map(|learned| &learned.datasets).collect();
            let needs = read.into_iter().map(contamination_id).collect();
            let work = Work::Uncontaminated(UncontaminatedWork { lineage, measured });
            self.add(uncontaminated_id(name), work, needs);
        }
    }

    /// A child goes on from the parent of the same repeat; the data and the tokenizers are the same in all of them.
    pub(super) fn training(&mut self, repeat: u32) {
        for (name, model) in self.recipe.models_by_lineage() {
            self.train(name, model, repeat);
        }
    }

    pub(super) fn train(&mut self, name: &Name, model: &Model, repeat: u32) {
        let mut needs: Vec<_> = model
            .train
            .data
            .iter()
            .map(|share| self.tokens(&share.dataset, &model.tokenizer, model.classification()))
            .collect();
        needs.extend(model.base.iter().map(|base| self.weights_of(base, repeat)));
        needs.extend([uncontaminated_id(name)].into_iter().filter(|id| self.positions.contains_key(id)));
        let work = Work::Train(Box::new(TrainWork {
            model: name.clone(),
            tier: model.tier,
            base: model.base.clone(),
            architecture: model.architecture.clone(),
            vocab_size: self.vocab_size(&model.tokenizer),
            tokenizer: model.tokenizer.clone(),
            adapter: model.adapter.clone(),
            train: model.train.clone(),
            seed: self.recipe.run.seed_of(repeat),
            repeat,
            compute: self.compute(),
        }));
        self.add(StageId::new(StageKind::Train, name).of_repeat(repeat), work, needs);
    }
}
