//! Classifiers in a plan: tokens with labels beside those without, and no pair that makes no sense.

use super::{changed, fingerprints, plan};
use crate::plan::{Plan, Work};
use crate::recipe::Recipe;
use crate::recipe::fixture::recipe;

/// The lineage with two classifiers, and `more` set.
fn classified(more: &str) -> Recipe {
    let classifier = |name: &str, classes: &str| {
        let objective = format!("{{ type: classification, classes: [{classes}] }}");
        let train = format!("{{ objective: {objective}, data: labelled, budget: {{ epochs: 1 }} }}");
        format!("models.{name}={{ base: general, train: {train} }}")
    };
    let sets = [
        "datasets.labelled={ source: { type: described, tokens: 1000, documents: 100 } }".to_owned(),
        classifier("topic", "a, b"),
        "models.talk={ base: general, train: { data: labelled, budget: { steps: 1 } } }".to_owned(),
        "evaluations.right={ metric: accuracy, data: labelled }".to_owned(),
        "evaluations.f1={ metric: macro-f1, data: labelled/validation }".to_owned(),
        more.to_owned(),
    ];
    recipe(&sets.join("\n"))
}

fn ids(plan: &Plan, prefix: &str) -> Vec<String> {
    let ids = plan.stages.iter().map(|stage| stage.id.to_string());
    ids.filter(|id| id.starts_with(prefix)).collect()
}

#[test]
fn labels_are_tokens_of_their_own_and_change_nothing_else() {
    let with = plan(&classified(""));
    assert_eq!(ids(&with, "tokens:labelled"), ["tokens:labelled/bytes", "tokens:labelled/bytes/labelled"]);
    let needs = |id: &str| with.stages.iter().find(|stage| stage.id.to_string() == id).unwrap().needs.clone();
    assert!(needs("train:topic").iter().any(|need| need.to_string() == "tokens:labelled/bytes/labelled"));
    assert!(needs("train:talk").iter().any(|need| need.to_string() == "tokens:labelled/bytes"));
    let without = plan(&recipe(""));
    let (one, other) = (fingerprints(&without), fingerprints(&with));
    for (id, fingerprint) in one.iter().filter(|(id, _)| !id.starts_with("card") && !id.starts_with("publish")) {
        // What is looked for in the training data are all evaluations.
        assert!(id.starts_with("contamination") || other[id] == *fingerprint, "{id}");
    }
}

#[test]
fn other_classes_are_other_labels_and_another_order_is_too() {
    let changed = changed(&plan(&classified("")), &plan(&classified("models.topic.train.objective.classes=[b, a]")));
    assert!(changed.contains("tokens:labelled/bytes/labelled") && changed.contains("train:topic"));
    assert!(!changed.contains("tokens:labelled/bytes") && !changed.contains("train:talk"));
    let two = plan(&classified(
        "models.other={ base: general, train: { objective: { type: classification, classes: [x, y] }, data: labelled, budget: { steps: 1 } } }",
    ));
    let tokens = ids(&two, "tokens:labelled/bytes/");
    assert_eq!(tokens, ["tokens:labelled/bytes/labelled", "tokens:labelled/bytes/labelled-2"]);
}

#[test]
fn a_classifier_is_measured_by_its_classes_and_a_language_model_by_its_tokens() {
    let plan = plan(&classified(""));
    let topic = ids(&plan, "evaluate:topic/");
    assert_eq!(topic, ["evaluate:topic/f1", "evaluate:topic/right"]);
    assert_eq!(ids(&plan, "evaluate:general/"), ["evaluate:general/loss", "evaluate:general/ppl"]);
    for stage in &plan.stages {
        if let Work::Evaluate(work) = &stage.work {
            assert_eq!(work.classification.is_some(), work.model.as_str() == "topic", "{}", stage.id);
        }
    }
}

#[test]
fn how_a_classifier_reads_is_part_of_its_training_alone() {
    let base = plan(&classified(""));
    for set in ["attention=causal", "pool=last", "label-smoothing=0.1", "dropout=0.3"] {
        let changed = changed(&base, &plan(&classified(&format!("models.topic.train.objective.{set}"))));
        assert!(changed.contains("train:topic") && !changed.iter().any(|id| id.starts_with("tokens")), "{set}");
    }
}

#[test]
fn what_the_model_that_sorts_a_dataset_is_called_is_of_no_account_and_what_it_learned_is() {
    let sorted = |name: &str, more: &str| {
        let step = format!("{{ type: classify-by-model, model: {name}, keep: [a] }}");
        let train = "{ objective: { type: classification, classes: [a, b] }, data: labelled, budget: { epochs: 1 } }";
        plan(&classified(&format!(
            "datasets.sorted={{ source: {{ type: files, root: d, include: ['*'] }}, clean: [{step}] }}\n\
             models.{name}={{ base: general, train: {train} }}\n{more}"
        )))
    };
    let fingerprint = |plan: &Plan| fingerprints(plan)["dataset:sorted"];
    let first = fingerprint(&sorted("one", ""));
    assert_eq!(fingerprint(&sorted("another", "")), first);
    assert_ne!(fingerprint(&sorted("one", "models.one.train.budget.epochs=2")), first);
}
