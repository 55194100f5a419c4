//! What models learn, and what is looked for in it before.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Name, StageId, StageKind};
use crate::plan::build::data::Reader;
use crate::plan::build::{Builder, unique};
use crate::plan::contamination::{contamination_id, evaluated, learned_datasets, lineage, measured, uncontaminated_id};
use crate::plan::work::{ContaminationWork, Teacher, TrainWork, UncontaminatedWork, Work};
use crate::recipe::dataset::{CleanStep, Features};
use crate::recipe::import::Import;
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
        let data = model.train.data.iter();
        let mut needs: Vec<_> = data.flat_map(|share| self.read(&share.dataset, Reader::of(model))).collect();
        needs.extend(model.base.iter().map(|base| self.weights_of(base, repeat)));
        let teacher = model.teacher().and_then(|teacher| self.teacher(teacher, repeat));
        needs.extend(teacher.iter().map(|teacher| teacher.weights.clone()));
        needs.extend([uncontaminated_id(name)].into_iter().filter(|id| self.positions.contains_key(id)));
        let work = Work::Train(Box::new(TrainWork {
            model: name.clone(),
            tier: model.tier,
            base: model.base.clone(),
            architecture: model.architecture.clone(),
            vocab_size: self.vocab_size(model.tokenizer.as_ref()),
            tokenizer: model.tokenizer.clone(),
            features: self.features(model),
            media_steps: self.media_steps(model),
            adapter: model.adapter.clone(),
            train: model.train.clone(),
            teacher,
            seed: self.recipe.run.seed_of(repeat),
            repeat,
            compute: self.compute(),
        }));
        self.add(StageId::new(StageKind::Train, name).of_repeat(repeat), work, unique(needs));
    }

    /// Returns the features of what a model learns from, where it reads features.
    fn features(&self, model: &Model) -> BTreeMap<Name, Features> {
        let data = model.train.data.iter().filter(|_| model.architecture.modality().has_features());
        let of = |name: &Name| Some((name.clone(), self.recipe.datasets.get(name)?.features.clone()?));
        data.filter_map(|share| of(&share.dataset)).collect()
    }

    /// Returns the steps that change the pictures or the sounds of the first dataset a model reads features of.
    fn media_steps(&self, model: &Model) -> Vec<CleanStep> {
        let mut data = model.train.data.iter().filter(|_| model.architecture.modality().has_features());
        data.next().map(|share| self.media_steps_of(&share.dataset)).unwrap_or_default()
    }

    /// Returns those of a dataset, behind those of the first it is mixed from.
    fn media_steps_of(&self, name: &Name) -> Vec<CleanStep> {
        let Some(dataset) = self.recipe.datasets.get(name) else { return Vec::new() };
        let mut mixed = dataset.source.mixed();
        let mut steps = mixed.next().map(|(first, _)| self.media_steps_of(first)).unwrap_or_default();
        steps.extend(dataset.clean.iter().filter(|step| step.changes_media()).cloned());
        steps
    }

    /// Returns the teacher of a student; a student learns from the teacher of the same repeat.
    fn teacher(&self, name: &Name, repeat: u32) -> Option<Teacher> {
        let (recipe, weights) = (self.recipe, self.weights_of(name, repeat));
        if let Some(Import { architecture, vocab_size, classification, .. }) = recipe.imports.get(name) {
            let (architecture, classification) = (architecture.clone(), classification.clone());
            return Some(Teacher {
                model: name.clone(),
                weights,
                architecture,
                vocab_size: *vocab_size,
                classification,
            });
        }
        let model = recipe.models.get(name)?;
        Some(Teacher {
            model: name.clone(),
            weights,
            architecture: model.architecture.clone(),
            vocab_size: recipe.vocab_size(model),
            classification: model.classification().cloned(),
        })
    }
}
