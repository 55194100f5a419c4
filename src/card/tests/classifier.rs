//! The card of a classifier.

use serde_json::json;

use super::whole;
use crate::card::render;

#[test]
fn the_card_of_a_classifier_tells_how_every_class_is_told() {
    let mut facts = whole();
    facts.train.objective = serde_json::from_value(json!({
        "type": "classification", "classes": ["finance", "a|b"], "attention": "bidirectional", "pool": "mean",
        "label-smoothing": 0.0, "dropout": 0.1
    }))
    .unwrap();
    let training = facts.training.as_mut().unwrap();
    training.validation_accuracy = Some(0.875);
    facts.evaluations[0].classification = serde_json::from_value(json!({
        "records": 30, "accuracy": 0.8, "macro-f1": 0.75,
        "classes": [
            { "class": "finance", "records": 10, "precision": 0.8, "recall": 0.8, "f1": 0.8 },
            { "class": "a|b", "records": 20, "precision": 0.9, "recall": 1.0, "f1": 0.95 }
        ],
        "confusion": [[8, 2], [0, 20]]
    }))
    .unwrap();
    let card = render(&facts).unwrap();
    let told: Vec<&str> = card
        .lines()
        .filter(|line| {
            [
                "pipeline_tag",
                "A small",
                "| Classes",
                "| Objective",
                "| Validation",
                "On prose",
                "| finance",
                "| a",
                "pedigree cl",
            ]
            .iter()
            .any(|start| line.starts_with(start))
        })
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    pipeline_tag: text-classification
    A small code model. Bred from prose.
    A small classifier of the industry tier, made by the recipe `rust-coder`.
    | Classes | 2: finance, a\|b; bidirectional attention, the mean of all places |
    | Objective | tell the class of a record |
    | Validation loss | 3.5200 nats a record |
    | Validation accuracy | 87.5 % |
    On prose/test, 30 records: accuracy 80.0 %, macro F1 75.0 %.
    | finance | 10 | 80.0 % | 80.0 % | 80.0 % | a\|b, 2 |
    | a\|b | 20 | 90.0 % | 100.0 % | 95.0 % |  |
    pedigree classify rust-coder-industry texts.txt
    "#);
}
