//! Which models are measured by which evaluations: those of which it makes sense.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::classification::Classification;
use crate::recipe::dataset::Dataset;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::import::Import;
use crate::recipe::metric::Skill;
use crate::recipe::model::{Architecture, Modality, Model};
use crate::recipe::objective::{Contrastive, Objective};
use crate::recipe::variant::Variant;

/// What there is to know before it can be said which models an evaluation measures.
#[derive(Debug)]
pub struct Measured<'r> {
    /// The classes of the classifiers that learn from each dataset, sorted.
    learners: BTreeMap<&'r Name, BTreeSet<Vec<&'r str>>>,
    has_classifiers: bool,
    /// What there is to read, where it is known.
    datasets: Option<&'r BTreeMap<Name, Dataset>>,
}

impl<'r> Measured<'r> {
    /// Looks at the models of a recipe, and at those outside that it names.
    pub fn of(
        models: &'r BTreeMap<Name, Model>,
        imports: impl IntoIterator<Item = &'r Import>,
        datasets: Option<&'r BTreeMap<Name, Dataset>>,
    ) -> Self {
        let mut learners: BTreeMap<&Name, BTreeSet<Vec<&str>>> = BTreeMap::new();
        for model in models.values() {
            let Some(classification) = model.classification() else { continue };
            for share in &model.train.data {
                learners.entry(&share.dataset).or_default().insert(sorted(classification));
            }
        }
        let has_classifiers = !learners.is_empty() || imports.into_iter().any(|import| import.classification.is_some());
        Self { learners, has_classifiers, datasets }
    }

    /// Returns whether an evaluation measures a model from outside, which does what its head tells; nothing measures a body alone.
    pub fn is(&self, import: &Import, evaluation: &Evaluation) -> bool {
        import.objective().is_some_and(|objective| {
            self.can_measure(&import.architecture, &objective, import.classification.as_ref(), evaluation)
        })
    }

    /// Returns whether an evaluation measures a model of the recipe: of a sweep's, also one of its own point.
    pub fn is_of(&self, model: &Model, evaluation: &Evaluation) -> bool {
        Variant::agree(model.variant.as_ref(), evaluation.variant.as_ref()) && self.can_be(model, evaluation)
    }

    /// Returns whether an evaluation would measure a model of the recipe if it were of its point.
    pub fn can_be(&self, model: &Model, evaluation: &Evaluation) -> bool {
        self.can_measure(&model.architecture, &model.train.objective, model.classification(), evaluation)
    }

    fn can_measure(
        &self,
        architecture: &Architecture,
        objective: &Objective,
        classification: Option<&Classification>,
        evaluation: &Evaluation,
    ) -> bool {
        self.can_be_read(architecture, objective, evaluation)
            && self.is_of_skill(skill(objective), classification, evaluation)
    }

    /// Returns whether an evaluation's data has what a network reads, and can be spoiled for it as is asked for.
    fn can_be_read(&self, architecture: &Architecture, objective: &Objective, evaluation: &Evaluation) -> bool {
        let dataset = self.datasets.and_then(|datasets| datasets.get(&evaluation.dataset));
        dataset.is_none_or(|dataset| is_read_by(dataset, architecture))
            && can_be_spoiled(architecture.modality(), objective, evaluation)
    }

    /// Returns whether an evaluation measures what a model does.
    ///
    /// Where a recipe has classifiers, accuracy is theirs; else it is the share of tokens that a language model predicts right. A
    /// task is answered by language models. A dataset that classifiers of other classes learn from is not one to measure a
    /// classifier on.
    fn is_of_skill(&self, skill: Skill, classification: Option<&Classification>, evaluation: &Evaluation) -> bool {
        if let Some(task) = &evaluation.task {
            return skill == Skill::Language && task.metrics().contains(&evaluation.metric);
        }
        let is_of_classes = self.has_classifiers && evaluation.metric.is_of(Skill::Classes);
        if !evaluation.metric.is_of(skill) {
            return false;
        }
        match classification {
            Some(classification) => {
                self.learners.get(&evaluation.dataset).is_none_or(|classes| classes.contains(&sorted(classification)))
            }
            None => {
                let tells_tokens = matches!(skill, Skill::Language | Skill::Filling);
                evaluation.metric.is_of_machine() || !tells_tokens || !is_of_classes
            }
        }
    }
}

/// Returns whether a dataset has what a network reads: features of its shape, texts, or both.
fn is_read_by(dataset: &Dataset, architecture: &Architecture) -> bool {
    let modality = architecture.modality();
    let input = architecture.input().unwrap_or_default();
    let is_input = |shape: Vec<u64>| input.is_empty() || input.iter().copied().map(u64::from).eq(shape);
    let has_features = || dataset.features.as_ref().is_some_and(|features| is_input(features.shape()));
    (!modality.has_tokens() || !dataset.is_without_text()) && (!modality.has_features() || has_features())
}

/// Returns whether what a model reads can be spoiled as an evaluation asks: texts of whoever reads nothing else, pictures and sounds of
/// whoever reads them.
///
/// A generator reads nothing, and an autoencoder is held against what it reads: what is spoiled of that, its objective says.
fn can_be_spoiled(modality: Modality, objective: &Objective, evaluation: &Evaluation) -> bool {
    let Some(perturbation) = &evaluation.robustness else { return true };
    perturbation.is_of_features() == modality.has_features()
        && !matches!(skill(objective), Skill::Making | Skill::Reconstruction)
}

/// Returns what a model that learns this does.
pub const fn skill(objective: &Objective) -> Skill {
    match objective {
        Objective::CausalLm | Objective::Instruction | Objective::Preference(_) => Skill::Language,
        Objective::MaskedLm(_) => Skill::Filling,
        Objective::Classification(_) => Skill::Classes,
        Objective::Distillation(distillation) => match distillation.classification {
            Some(_) => Skill::Classes,
            None => Skill::Language,
        },
        Objective::Regression(_) => Skill::Numbers,
        Objective::Autoencoder(_) => Skill::Reconstruction,
        Objective::Adversarial(_) => Skill::Making,
        Objective::Contrastive(Contrastive::Captions) => Skill::Retrieval,
        Objective::Contrastive(Contrastive::Views { .. }) => Skill::Embedding,
    }
}

fn sorted(classification: &Classification) -> Vec<&str> {
    let mut classes: Vec<&str> = classification.classes.iter().map(String::as_str).collect();
    classes.sort_unstable();
    classes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::fixture::recipe;

    #[test]
    fn pairs_that_make_no_sense_are_left_out() {
        let recipe = recipe(
            "models.topic={ base: general, train: { objective: { type: classification, classes: [a, b] }, data: labelled, budget: { steps: 1 } } }\n\
             models.tone={ base: general, train: { objective: { type: classification, classes: [x, y] }, data: tones, budget: { steps: 1 } } }\n\
             datasets.labelled={ source: { type: described, tokens: 1000 } }\n\
             datasets.tones={ source: { type: described, tokens: 1000 } }\n\
             datasets.held-out={ source: { type: described, tokens: 1000 } }\n\
             evaluations.right={ metric: accuracy, data: labelled }\n\
             evaluations.elsewhere={ metric: macro-f1, data: held-out }",
        );
        let measured = Measured::of(&recipe.models, recipe.imports.values(), Some(&recipe.datasets));
        let by = |evaluation: &str| {
            let evaluation = &recipe.evaluations[&evaluation.parse().unwrap()];
            let models = recipe.models.iter().filter(|(_, model)| measured.is_of(model, evaluation));
            models.map(|(name, _)| name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(by("ppl"), ["general", "industry", "vertical"]);
        assert_eq!(by("right"), ["topic"]);
        assert_eq!(by("elsewhere"), ["tone", "topic"]);
    }

    #[test]
    fn a_model_that_finds_hidden_tokens_is_not_asked_what_comes() {
        let recipe = recipe(
            "tokenizers.bytes.special-tokens=[mask]\n\
             models.reader={ architecture: { type: bert, layers: 1, width: 32, heads: 2, context: 16 }, tokenizer: bytes, train: { objective: { type: masked-lm }, data: prose, budget: { steps: 1 } } }\n\
             evaluations.bits={ metric: bits-per-byte, data: prose }\n\
             evaluations.preferred={ metric: preference-accuracy, data: prose }",
        );
        let measured = Measured::of(&recipe.models, recipe.imports.values(), Some(&recipe.datasets));
        let reader = &recipe.models[&"reader".parse().unwrap()];
        let is = |name: &str| measured.is_of(reader, &recipe.evaluations[&name.parse().unwrap()]);
        assert!(is("ppl") && !is("bits") && !is("preferred"));
    }

    #[test]
    fn without_a_classifier_accuracy_is_that_of_the_next_token() {
        let recipe = recipe("evaluations.right={ metric: accuracy, data: prose }");
        let measured = Measured::of(&recipe.models, recipe.imports.values(), Some(&recipe.datasets));
        let right = &recipe.evaluations[&"right".parse().unwrap()];
        assert!(recipe.models.values().all(|model| measured.is_of(model, right)));
    }
}
