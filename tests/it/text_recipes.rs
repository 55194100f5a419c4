//! The recipes of texts: what they measure is what their models learnt.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::Project;

/// Returns a project with a recipe that ships, and the data beside it.
fn shipped(name: &str) -> Project {
    let project = Project::empty();
    let said = project.pedigree(&["recipes", "copy", name]);
    assert_eq!(said.code, 0, "{said}");
    project
}

/// Returns what an evaluation of a model says.
fn metrics(project: &Project, model: &str, evaluation: &str) -> Value {
    let run = project.json(&["runs"])[0]["id"].as_str().unwrap().to_owned();
    let status = project.json(&["status", &run]);
    let id = format!("evaluate:{model}/{evaluation}");
    let stages = status["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["stage"] == id.as_str()).unwrap_or_else(|| panic!("no `{id}`"));
    let path = stage["outputs"]["metrics.json"]["path"].as_str().unwrap();
    serde_json::from_slice(&fs::read(Path::new(path)).unwrap()).unwrap()
}

#[test]
fn pairs_of_answers_teach_what_is_preferred() {
    let project = shipped("preference");
    let said = project.pedigree(&["run", "recipes/preference.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    let [before, after] =
        ["general", "kind"].map(|model| metrics(&project, model, "preferred")["value"].as_f64().unwrap());
    assert!(before < 0.8 && after > before && after >= 0.9, "{before} became {after}");
}

#[test]
fn a_reader_of_hidden_characters_is_measured_on_hidden_ones_and_bequeaths_a_classifier() {
    let project = shipped("headlines-bert");
    let said = project.pedigree(&[
        "run",
        "recipes/headlines-bert.yaml",
        "--set",
        "vars.epochs=0.5",
        "--set",
        "vars.topic-epochs=0.2",
        "--set",
        "vars.least-accuracy=0",
        "--set",
        "gates=[]",
    ]);
    assert_eq!(said.code, 0, "{said}");
    let hidden = metrics(&project, "reader", "hidden-ppl");
    let (value, tokens) = (hidden["value"].as_f64().unwrap(), hidden["tokens"].as_u64().unwrap());
    // A fifth of some 2,000 characters is hidden, and hardly anything is known of them after half an epoch.
    assert!(value > 2.0 && value < 10_000.0, "{value}");
    assert!((100..1_200).contains(&tokens), "{tokens} tokens were hidden");
    for model in ["topic", "scratch", "topic-lora", "student"] {
        let accuracy = metrics(&project, model, "accuracy")["value"].as_f64().unwrap();
        assert!((0.0..=1.0).contains(&accuracy), "{model}: {accuracy}");
    }
}
