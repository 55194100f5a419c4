//! Cleaning as a user sees it: what the report counts, and that nothing private is left anywhere.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::Project;

const EMAIL: &str = "jane.canary@example.org";
const SALT: &str = "canary-salt-0123456789";
const CLEAN: &str = "datasets.prose.clean=[{ type: fix-encoding }, { type: normalize-unicode, width: half }, { type: strip-boilerplate }, \
    { type: language, keep: [eng] }, { type: length, min-words: 20 }, \
    { type: redact-pii, with: hash, salt: \"file:salt.txt\", names: people.txt }, \
    { type: classify, rules: { stories: { any: [Story] } }, otherwise: notes }]";

/// A project whose prose has a page with private data, one in French, and one that was decoded wrongly.
fn project() -> Project {
    let project = Project::new();
    let page = |text: &str| format!("<!DOCTYPE html><nav><a href=/>Home</a></nav><article><p>{text}</p></article>");
    let text = "Story of the letter that was written to Jane Canary at that address, and of the answer which never came back to";
    project.write("data/prose/private.md", page(&format!("{text} {EMAIL}, or to １３９１２３４５６７８.")));
    project.write(
        "data/prose/french.md",
        "Nous avons besoin de plus de temps pour finir ce travail, et personne ne sait pourquoi. ".repeat(3),
    );
    project.write("data/prose/misread.md", format!("It isnâ€™t the end. {text} us. {text} them."));
    project.write("salt.txt", SALT);
    project.write("people.txt", "Jane Canary\n");
    project
}

fn report(project: &Project) -> Value {
    let said = project.pedigree(&["run", "small.yaml", "--set", CLEAN, "--only", "dataset:prose"]);
    assert_eq!(said.code, 0, "{said}");
    let status = project.json(&["status", "latest"]);
    let stages = status["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["stage"] == "dataset:prose").unwrap();
    let path = stage["outputs"]["report.json"]["path"].as_str().unwrap();
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn holds(folder: &Path, canary: &[u8]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.is_dir() {
            found.extend(holds(&entry, canary));
        } else if entry.is_file() && fs::read(&entry).unwrap().windows(canary.len()).any(|window| window == canary) {
            found.push(entry.display().to_string());
        }
    }
    found
}

#[test]
fn the_report_counts_what_went_and_nothing_private_is_left() {
    let project = project();
    let report = report(&project);
    let step = |word: &str| report["steps"].as_array().unwrap().iter().find(|step| step["step"] == word).unwrap();
    assert_eq!(step("fix-encoding")["counts"]["mended"], 1);
    assert_eq!(step("strip-boilerplate")["counts"]["blocks"], 1);
    let language = step("language");
    let is_some = |n: &Value| n.as_u64() >= Some(1);
    assert!(is_some(&language["counts"]["fra"]) && is_some(&language["reasons"]["another language"]), "{language}");
    let counts = &step("redact-pii")["counts"];
    assert_eq!((&counts["email"], &counts["phone"], &counts["name"]), (&1.into(), &1.into(), &3.into()), "{counts}");
    let classes = &step("classify")["counts"];
    assert!(is_some(&classes["stories"]) && classes["notes"].is_null(), "{classes}");
    for canary in [EMAIL, SALT, "13912345678", "Jane Canary"] {
        assert_eq!(holds(&project.workspace(), canary.as_bytes()), Vec::<String>::new(), "{canary}");
    }
}

#[test]
fn another_list_of_names_makes_other_data_and_a_missing_one_is_told() {
    let project = project();
    let state = |project: &Project| {
        let plan = project.json(&["plan", "small.yaml", "--set", CLEAN]);
        let stages = plan["stages"].as_array().unwrap();
        stages.iter().find(|stage| stage["id"] == "dataset:prose").unwrap()["fingerprint"].clone()
    };
    let first = state(&project);
    assert_eq!(state(&project), first);
    project.write("people.txt", "Jane Canary\nJohn Canary\n");
    assert_ne!(state(&project), first);
    fs::remove_file(project.path().join("people.txt")).unwrap();
    let said = project.pedigree(&["plan", "small.yaml", "--set", CLEAN]);
    assert_eq!(said.code, 2, "{said}");
    assert!(said.stderr.contains("people.txt`"), "{said}");
}
