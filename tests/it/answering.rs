//! Tasks and pairs of answers, from a recipe to their numbers: a model that knows a few facts is asked for them.

use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::support::Project;

const CAPITALS: [(&str, &str); 4] = [("Norway", "Oslo"), ("Italy", "Rome"), ("Peru", "Lima"), ("Egypt", "Cairo")];

fn data(project: &Project) {
    let all: Vec<String> = CAPITALS.iter().map(|(_, capital)| format!("{capital}.")).collect();
    let (mut facts, mut quiz, mut pairs) = (String::new(), String::new(), String::new());
    for i in 0..60 {
        let (country, capital) = CAPITALS[i % 4];
        let wrong = CAPITALS[(i + 1) % 4].1;
        facts.push_str(&format!("The capital of {country} is the town {capital}.\n").repeat(3));
        let item = json!({ "country": country, "capital": capital, "capitals": all, "right": i % 4 });
        quiz.push_str(&format!("{item}\n"));
        let prompt = format!("The capital of {country} is the town ");
        let pair = json!({ "prompt": prompt, "chosen": format!("{wrong}."), "rejected": format!("{capital}.") });
        pairs.push_str(&format!("{pair}\n"));
    }
    project.write("data/facts.txt", facts);
    project.write("data/quiz.jsonl", quiz);
    project.write("data/pairs.jsonl", pairs);
}

/// The evaluations of a run.
fn status() -> &'static Value {
    static STATUS: OnceLock<(Project, Value)> = OnceLock::new();
    let (_, status) = STATUS.get_or_init(|| {
        let project = Project::empty();
        project.write("answered.yaml", include_str!("support/answered.yaml"));
        data(&project);
        let said = project.pedigree(&["run", "answered.yaml"]);
        assert_eq!(said.code, 0, "{said}");
        let status = project.json(&["status"]);
        (project, status)
    });
    status
}

fn report(model: &str, evaluation: &str) -> &'static Value {
    let stage = format!("evaluate:{model}/{evaluation}");
    let found = status()["evaluations"].as_array().unwrap().iter().find(|entry| entry["stage"] == stage.as_str());
    &found.unwrap_or_else(|| panic!("no `{stage}`"))["report"]
}

fn value(model: &str, evaluation: &str) -> f64 {
    report(model, evaluation)["value"].as_f64().unwrap()
}

#[test]
fn the_likeliest_choice_is_the_one_that_was_learnt() {
    assert_eq!(value("knows", "likeliest"), 1.0);
    assert_eq!(value("knows", "by-its-text"), 1.0);
    assert_eq!(value("knows", "by-its-letter"), 0.0);
    let numbers = report("knows", "likeliest")["numbers"].as_object().unwrap();
    assert_eq!(numbers.keys().collect::<Vec<_>>(), ["acc-bytes", "acc-norm", "accuracy"]);
    let shown = report("knows", "after-another");
    assert!((0.0..=1.0).contains(&shown["value"].as_f64().unwrap()));
    // What stands before an item is read with it.
    assert!(shown["tokens"].as_u64() > report("knows", "likeliest")["tokens"].as_u64());
    assert_eq!(shown["records"], report("knows", "likeliest")["records"]);
}

#[test]
fn an_answer_that_is_the_right_one_has_every_number_of_it() {
    for (evaluation, best) in [("written", 1.0), ("words", 1.0), ("longest", 1.0), ("translated", 100.0)] {
        let found = value("knows", evaluation);
        assert!((found - best).abs() < 1e-9, "{evaluation}: {found}");
    }
    let numbers = report("knows", "written")["numbers"].as_object().unwrap();
    assert_eq!(numbers.keys().collect::<Vec<_>>(), ["bleu", "exact-match", "rouge-1", "rouge-2", "rouge-l"]);
    assert_eq!(numbers["bleu"].as_f64(), Some(value("knows", "translated")));
}

#[test]
fn an_answer_that_is_partly_right_has_a_part_of_it() {
    let (bleu, rouge) = (value("knows", "guessed"), value("knows", "guessed-pairs"));
    // One country is always guessed: a quarter is right, and of the others the words between.
    assert!(bleu > 10.0 && bleu < 90.0, "{bleu}");
    assert!(rouge > 0.25 && rouge < 0.9, "{rouge}");
    let interval = &report("knows", "guessed")["interval"];
    assert!(interval["low"].as_f64().unwrap() < bleu && bleu < interval["high"].as_f64().unwrap(), "{interval}");
}

#[test]
fn what_is_asked_can_be_spoiled_and_what_is_right_stays() {
    let spoiled = report("knows", "written-of-spoiled");
    assert_eq!(spoiled["robustness"]["clean"].as_f64(), Some(1.0));
    assert!(spoiled["robustness"]["drop"].as_f64().unwrap() > 0.1, "{spoiled:#}");
}

#[test]
fn pairs_of_answers_are_measured_before_and_after_they_are_learnt() {
    assert_eq!(value("knows", "preferred"), 0.0, "the rejected answers are those it knows");
    let [before, after] = ["knows", "contrary"].map(|model| value(model, "by-how-much"));
    assert!(before < -1.0 && after > before, "{before} became {after}");
    let report = report("knows", "by-how-much");
    assert!(
        report["interval"]["low"].as_f64().unwrap() <= before && before <= report["interval"]["high"].as_f64().unwrap()
    );
    assert_ne!(value("knows", "by-how-much-of-spoiled"), before);
}
