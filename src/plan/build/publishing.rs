//! What is told of models and published: cards, and entries of the zoo.

use std::collections::BTreeSet;

use crate::id::{Name, StageId, StageKind};
use crate::plan::beside::Beside;
use crate::plan::build::{Builder, evaluate_id, read_tokens_id, unique};
use crate::plan::contamination::contamination_id;
use crate::plan::facts;
use crate::plan::work::{CardWork, PublishWork, Work};

impl Builder<'_> {
    pub(super) fn publication(&mut self) {
        let recipe = self.recipe;
        let order: Vec<Name> = recipe.models_by_lineage().into_iter().map(|(name, _)| name.clone()).collect();
        for name in &order {
            let needs = self.said_about(name);
            let work = Work::Card(CardWork { model: name.clone(), facts: facts::of(recipe, name) });
            self.add(StageId::new(StageKind::Card, name), work, needs);
        }
        let Some(publish) = &recipe.publish else { return };
        let mut needs: Vec<StageId> = Vec::new();
        for name in &order {
            needs.push(StageId::new(StageKind::Train, name));
            // What reads no tokens has none.
            needs.extend(recipe.models[name].tokenizer.as_ref().map(|tokenizer| self.tokenizer_of(tokenizer)));
            needs.push(StageId::new(StageKind::Card, name));
        }
        needs.extend(self.stages.iter().filter(|stage| is_requirement(stage.id.kind())).map(|stage| stage.id.clone()));
        let work = Work::Publish(PublishWork {
            name: publish.zoo.name.clone(),
            models: order,
            aliases: publish.zoo.aliases.clone(),
        });
        self.add(StageId::new(StageKind::Publish, &publish.zoo.name), work, unique(needs));
    }

    /// Returns the stages whose outputs say something about a model: its own, and its ancestors' evaluations to compare with.
    fn said_about(&self, name: &Name) -> Vec<StageId> {
        let recipe = self.recipe;
        let model = &recipe.models[name];
        let tokenizer = model.tokenizer.as_ref();
        let mut concerned: Vec<StageId> = tokenizer.map(|tokenizer| self.tokenizer_of(tokenizer)).into_iter().collect();
        let beside = Beside::of(Some(&model.train.objective), model.classification());
        for share in &model.train.data {
            concerned.push(StageId::new(StageKind::Dataset, &share.dataset));
            concerned.extend(tokenizer.map(|tokenizer| read_tokens_id(recipe, &share.dataset, tokenizer, &beside)));
        }
        for model in std::iter::once(name).chain(recipe.ancestors(name)) {
            concerned.push(StageId::new(StageKind::Import, model));
            // The card is that of the first repeat; the others say how much its own numbers are to be trusted.
            let repeats = recipe.run.each_repeat().filter(|repeat| *repeat == 1 || model == name);
            concerned.extend(repeats.map(|repeat| StageId::new(StageKind::Train, model).of_repeat(repeat)));
            let learned = recipe.models.get(model).into_iter().flat_map(|model| &model.train.data);
            concerned.extend(learned.map(|share| contamination_id(&share.dataset)));
            for evaluation in recipe.evaluations.keys() {
                let repeats = recipe.run.each_repeat();
                concerned.extend(repeats.map(|repeat| evaluate_id(model, evaluation).of_repeat(repeat)));
            }
        }
        // What its teacher has learned from is part of what it has learned from.
        for model in recipe.forebears(name) {
            concerned.extend([StageId::new(StageKind::Import, model), StageId::new(StageKind::Train, model)]);
            let learned = recipe.models.get(model).into_iter().flat_map(|model| &model.train.data);
            concerned.extend(learned.map(|share| contamination_id(&share.dataset)));
        }
        concerned.extend(self.spoken_of.get(name).into_iter().flatten().cloned());
        let positions: BTreeSet<usize> = concerned.iter().filter_map(|id| self.positions.get(id)).copied().collect();
        positions.into_iter().map(|position| self.stages[position].id.clone()).collect()
    }
}

/// Returns whether nothing is published when a stage of this kind fails, though the models themselves are there.
fn is_requirement(kind: StageKind) -> bool {
    kind == StageKind::Gate || kind.is_condition()
}
