//! Which training data is looked through for which evaluations, and what the reports say of the models of a recipe.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Name, StageId, StageKind};
use crate::plan::Plan;
use crate::plan::work::Evaluated;
use crate::recipe::Recipe;
use crate::recipe::contamination::Allowed;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::measured::Measured as Measures;
use crate::record::contamination::{ContaminationReport, Exposure, Learned, Measured, exposure};

/// Returns the id of the stage that looks through the training split of a dataset.
pub fn contamination_id(dataset: &Name) -> StageId {
    StageId::new(StageKind::Contamination, dataset)
}

/// Returns the id of the stage that holds back the training of a model on contaminated data.
pub fn uncontaminated_id(model: &Name) -> StageId {
    StageId::new(StageKind::Uncontaminated, model)
}

/// Returns the splits evaluations measure on, each once, with what is allowed of them.
pub fn evaluated(recipe: &Recipe) -> Vec<Evaluated> {
    let splits: BTreeSet<_> =
        recipe.evaluations.values().map(|evaluation| (&evaluation.dataset, evaluation.split)).collect();
    let one = |(dataset, split)| {
        let (mut allowed_documents, mut allowed_texts) = (Vec::new(), Vec::new());
        for allow in &recipe.contamination.allow {
            let concerns = |name: &Name| {
                let evaluation = &recipe.evaluations[name];
                (&evaluation.dataset, evaluation.split) == (dataset, split)
            };
            if allow.evaluation.as_ref().is_none_or(concerns) {
                match &allow.what {
                    Allowed::Document(pattern) => allowed_documents.push(pattern.clone()),
                    Allowed::Text(text) => allowed_texts.push(text.clone()),
                }
            }
        }
        Evaluated { dataset: dataset.clone(), split, allowed_documents, allowed_texts }
    };
    splits.into_iter().map(one).collect()
}

/// Returns the datasets models learn from.
pub fn learned_datasets(recipe: &Recipe) -> BTreeSet<&Name> {
    recipe.models.values().flat_map(|model| model.train.data.iter().map(|share| &share.dataset)).collect()
}

/// Returns what a model and those before it learned from: the model first, then its ancestors, then its teacher and what is before that.
pub fn lineage(recipe: &Recipe, model: &Name) -> Vec<Learned> {
    let learned = |name: &Name| {
        // What a model outside of the recipe has learned from is not known here.
        let shares = &recipe.models.get(name)?.train.data;
        Some(Learned { model: name.clone(), datasets: shares.iter().map(|share| share.dataset.clone()).collect() })
    };
    let line: Vec<&Name> = std::iter::once(model).chain(recipe.ancestors(model)).collect();
    let taught = recipe.forebears(model).into_iter().filter(|name| !line.contains(name));
    line.iter().copied().chain(taught).filter_map(learned).collect()
}

/// Returns what the evaluations of a model measure on: those of which it makes sense, and of a sweep's, those of its own point.
pub fn measured(recipe: &Recipe, model: &Name) -> Vec<Measured> {
    let (measured, model) =
        (Measures::of(&recipe.models, recipe.imports.values(), Some(&recipe.datasets)), recipe.models.get(model));
    let is_own = |evaluation: &Evaluation| model.is_none_or(|model| measured.is_of(model, evaluation));
    let own = recipe.evaluations.iter().filter(|(_, evaluation)| is_own(evaluation));
    let measured = own.map(|(name, evaluation)| Measured {
        evaluation: name.clone(),
        dataset: evaluation.dataset.clone(),
        split: evaluation.split,
    });
    measured.collect()
}

/// Returns what every model of a recipe has seen of every evaluation, as far as the reports tell.
pub fn exposures(
    recipe: &Recipe,
    reports: &BTreeMap<Name, ContaminationReport>,
    before: impl Fn(&Name) -> StageId,
) -> Vec<Exposure> {
    let models = recipe.models_by_lineage();
    let of_model = |name: &Name| {
        let (lineage, measured) = (lineage(recipe, name), measured(recipe, name));
        measured.iter().filter_map(|measured| exposure(&lineage, measured, reports, &before)).collect::<Vec<_>>()
    };
    models.into_iter().flat_map(|(name, _)| of_model(name)).collect()
}

impl Plan {
    /// Returns the stage that has to run before it is known what of the evaluations stands in the training data of a dataset.
    pub fn before_contamination_is_known(&self, dataset: &Name) -> StageId {
        let id = contamination_id(dataset);
        let needs = self.stage(&id).map_or(&[][..], |stage| &stage.needs);
        let is_stale = |need: &&StageId| self.stage(need).is_some_and(|stage| !stage.is_fresh());
        needs.iter().find(is_stale).cloned().unwrap_or(id)
    }
}
