//! What new keys of evaluations do to a plan, and what they leave as it was.

use super::{fingerprints, plan};
use crate::plan::Work;
use crate::recipe::fixture::recipe;

/// Lists all keys within a value.
fn keys(value: &serde_json::Value, all: &mut Vec<String>) {
    for (key, inner) in value.as_object().into_iter().flatten() {
        all.push(key.clone());
        keys(inner, all);
    }
}

#[test]
fn an_evaluation_without_the_new_keys_has_the_key_it_always_had() {
    let plan = plan(&recipe(""));
    let stage = plan.stages.iter().find(|stage| matches!(stage.work, Work::Evaluate(_))).unwrap();
    let mut all = Vec::new();
    keys(&stage.key, &mut all);
    for new in ["k", "task", "robustness", "of-machine", "attention"] {
        assert!(!all.iter().any(|key| key == new), "{all:?}");
    }
    assert!(all.iter().any(|key| key == "metric"), "{all:?}");
    assert!(!stage.needs.iter().any(|need| need.to_string().starts_with("dataset:")));
}

#[test]
fn a_task_is_measured_on_records_and_changes_no_other_stage() {
    let task = "evaluations.quiz={ metric: acc-norm, data: prose, task: { type: multiple-choice, prompt: \"{{ text }}\", \
                choices-from: choices, answer: \"{{ label }}\" } }";
    let (without, with) = (plan(&recipe("")), plan(&recipe(task)));
    let other = fingerprints(&with);
    for (id, fingerprint) in fingerprints(&without) {
        let speaks_of_all = ["card", "publish", "contamination"].iter().any(|kind| id.starts_with(kind));
        assert!(speaks_of_all || other[&id] == fingerprint, "{id}");
    }
    let quiz = with.stages.iter().find(|stage| stage.id.to_string() == "evaluate:general/quiz").unwrap();
    let needs: Vec<String> = quiz.needs.iter().map(ToString::to_string).collect();
    assert_eq!(needs, ["train:general", "dataset:prose", "tokenizer:bytes"]);
}

#[test]
fn bits_for_bytes_need_the_tokenizer_that_tells_the_bytes() {
    let plan = plan(&recipe("evaluations.bits={ metric: bits-per-byte, data: prose }"));
    let bits = plan.stages.iter().find(|stage| stage.id.to_string() == "evaluate:general/bits").unwrap();
    let needs: Vec<String> = bits.needs.iter().map(ToString::to_string).collect();
    assert_eq!(needs, ["train:general", "tokens:prose/bytes", "tokenizer:bytes"]);
}

#[test]
fn hidden_tokens_are_looked_for_as_they_were_learnt() {
    let attention = |set: &str| {
        let reader = "tokenizers.bytes.special-tokens=[mask]\n\
                      models.reader={ architecture: { type: bert, layers: 1, width: 32, heads: 2, context: 16 }, \
                      tokenizer: bytes, train: { objective: { type: masked-lm }, data: prose, budget: { steps: 1 } } }\n";
        let plan = plan(&recipe(&format!("{reader}{set}")));
        let of = |model: &str| {
            let id = format!("evaluate:{model}/ppl");
            let stage = plan.stages.iter().find(|stage| stage.id.to_string() == id).unwrap();
            let Work::Evaluate(work) = &stage.work else { unreachable!("it is an evaluation") };
            let mut all = Vec::new();
            keys(&stage.key, &mut all);
            (work.attention, all.contains(&"attention".to_owned()))
        };
        [of("reader"), of("general")]
    };
    use crate::recipe::training::Attention::{AcrossDocuments, WithinDocument};
    assert_eq!(attention(""), [(AcrossDocuments, false); 2]);
    let set = "models.reader.train.attention=within-document\nmodels.general.train.attention=within-document";
    assert_eq!(attention(set), [(WithinDocument, true), (AcrossDocuments, false)]);
}
