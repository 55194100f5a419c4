//! Which models are measured by which evaluations: those of which it makes sense.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::classification::Classification;
use crate::recipe::evaluation::{Evaluation, Metric};
use crate::recipe::import::Import;
use crate::recipe::model::Model;
use crate::recipe::variant::Variant;

/// What there is to know before it can be said which models an evaluation measures.
#[derive(Debug)]
pub struct Measured<'r> {
    /// The classes of the classifiers that learn from each dataset, sorted.
    learners: BTreeMap<&'r Name, BTreeSet<Vec<&'r str>>>,
    has_classifiers: bool,
}

impl<'r> Measured<'r> {
    /// Looks at the models of a recipe, and at those outside that it names.
    pub fn of(models: &'r BTreeMap<Name, Model>, imports: impl IntoIterator<Item = &'r Import>) -> Self {
        let mut learners: BTreeMap<&Name, BTreeSet<Vec<&str>>> = BTreeMap::new();
        for model in models.values() {
            let Some(classification) = model.classification() else { continue };
            for share in &model.train.data {
                learners.entry(&share.dataset).or_default().insert(sorted(classification));
            }
        }
        let has_classifiers = !learners.is_empty() || imports.into_iter().any(|import| import.classification.is_some());
        Self { learners, has_classifiers }
    }

    /// Returns whether an evaluation measures a model.
    ///
    /// Loss and perplexity are those of a language model. Where a recipe has classifiers, accuracy is theirs; else it is the
    /// share of tokens that a language model predicts right. A dataset that classifiers of other classes learn from is not one
    /// to measure a classifier on.
    pub fn is(&self, classification: Option<&Classification>, evaluation: &Evaluation) -> bool {
        let tells_classes = match evaluation.metric {
            Metric::Loss | Metric::Perplexity => false,
            Metric::Accuracy => self.has_classifiers,
            Metric::MacroF1 => true,
        };
        match (tells_classes, classification) {
            (false, None) => true,
            (true, Some(classification)) => {
                self.learners.get(&evaluation.dataset).is_none_or(|classes| classes.contains(&sorted(classification)))
            }
            (false, Some(_)) | (true, None) => false,
        }
    }

    /// Returns whether an evaluation measures a model of the recipe: of a sweep's, also one of its own point.
    pub fn is_of(&self, model: &Model, evaluation: &Evaluation) -> bool {
        Variant::agree(model.variant.as_ref(), evaluation.variant.as_ref())
            && self.is(model.classification(), evaluation)
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
        let measured = Measured::of(&recipe.models, recipe.imports.values());
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
    fn without_a_classifier_accuracy_is_that_of_the_next_token() {
        let recipe = recipe("evaluations.right={ metric: accuracy, data: prose }");
        let measured = Measured::of(&recipe.models, recipe.imports.values());
        let right = &recipe.evaluations[&"right".parse().unwrap()];
        assert!(recipe.models.values().all(|model| measured.is_of(model, right)));
    }
}
