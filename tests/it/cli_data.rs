//! `pedigree data`: what was prepared, what is in it, and how it came about.

use std::fs;

use serde_json::Value;

use crate::support::{Project, copy_of_finished, finished};

/// A recipe whose data has everything a preparation can find.
const RECIPE: &str = r#"version: 1
name: notes
run: { seed: 7, device: cpu, threads: 1 }
datasets:
  notes:
    description: Notes of a few people.
    license: cc0-1.0
    language: [en]
    source: { type: files, root: notes, include: ["*.txt"] }
    clean:
      - { type: normalize-unicode }
      - { type: min-length, chars: 20 }
      - { type: redact-pii }
      - { type: dedup-exact }
    split: { train: 0.6, validation: 0.2, test: 0.2 }
tokenizers:
  bytes: { type: byte-bpe, vocab-size: 280, train-on: [notes] }
models:
  general:
    architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 16 }
    tokenizer: bytes
    train: { data: notes, budget: { steps: 1 }, batch-tokens: 16, schedule: { type: constant, warmup-steps: 0 } }
"#;

/// Returns a project whose notes were prepared, and what its run is called.
fn prepared() -> (Project, String) {
    let project = Project::empty();
    project.write("notes.yaml", RECIPE);
    for i in 0..30 {
        let text = format!("Note {i} is about the number {} and about nothing else.\n", i * i);
        project.write(&format!("notes/n{i:02}.txt"), text);
    }
    project.write("notes/mail.txt", "Write to somebody@example.org about the bridge.\n");
    project.write("notes/short.txt", "too short\n");
    project.write("notes/twice.txt", "Note 3 is about the number 9 and about nothing else.\n");
    let run = run(&project);
    (project, run)
}

/// Prepares the notes, and returns what the run is called.
fn run(project: &Project) -> String {
    let said = project.pedigree(&["run", "notes.yaml", "--only", "tokens:notes/bytes"]);
    assert_eq!(said.code, 0, "{said}");
    let runs = project.json(&["runs"]);
    let id = runs[0]["id"].as_str().unwrap();
    id[id.len() - 8..].to_owned()
}

#[test]
fn datasets_are_listed() {
    insta::assert_snapshot!(finished().pedigree(&["data", "list"]), @"");
    let listed = finished().json(&["data", "list", "small"]);
    let prose = &listed[0];
    assert_eq!((&prose["dataset"], &prose["source"]), (&Value::from("small/prose"), &Value::from("files")));
    let splits: u64 = prose["splits"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
    assert_eq!(prose["rows-out"], splits);
    assert!(prose["tokens"]["bytes"].as_u64().unwrap() > 0);
    insta::assert_snapshot!(finished().pedigree(&["data", "list", "smal"]), @"");
}

#[test]
fn a_dataset_is_inspected() {
    let (project, _) = prepared();
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "notes", "-n", "2"]), @"");
    let out = project.json(&["data", "inspect", "latest"]);
    assert_eq!(out[0]["rows"], 31);
    assert_eq!(out[0]["columns"][2]["values"], "string");
}

#[test]
fn a_parquet_file_is_inspected_and_what_is_none_is_refused() {
    let (project, _) = prepared();
    let said = project.pedigree(&["data", "card", "notes", "--out", "folder"]);
    assert_eq!(said.code, 0, "{said}");
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "folder/test.parquet", "-n", "1"]), @"");
    project.write("no.parquet", "a,b\n");
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "no.parquet"]), @"");
    insta::assert_snapshot!(project.pedigree(&["data", "inspect", "missing.parquet"]), @"");
}

#[test]
fn a_report_tells_what_every_step_did() {
    let (project, _) = prepared();
    let said = project.pedigree(&["data", "report", "notes"]);
    insta::assert_snapshot!(said, @"");
    assert!(said.stdout.lines().all(|line| line.chars().count() <= 80), "{said}");
    let report = project.json(&["data", "report", "notes/notes"]);
    assert_eq!(report["report"]["steps"][1]["reasons"]["too short"], 1);
}

#[test]
fn a_report_is_written_as_a_page() {
    let (project, _) = prepared();
    let said = project.pedigree(&["data", "report", "notes", "--html", "report.html"]);
    insta::assert_snapshot!(said, @"");
    let page = fs::read_to_string(project.path().join("report.html")).unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("<svg") && !page.contains("<script"), "{page}");
    assert!(!page.contains("somebody@example.org"));
    let said = project.pedigree(&["data", "report", "notes", "--html", "nowhere/report.html"]);
    insta::assert_snapshot!(said, @"");
}

#[test]
fn rows_are_sampled_with_private_data_masked_and_whole_for_programs() {
    let (project, _) = prepared();
    insta::assert_snapshot!(project.pedigree(&["data", "sample", "notes", "-n", "3", "--split", "train"]), @"");
    let said = project.pedigree(&["data", "sample", "notes", "-n", "99", "--format", "json"]);
    let rows: Vec<Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 31);
    assert!(rows.iter().any(|row| row["id"] == "mail.txt" && row["text"].as_str().unwrap().contains("[email]")));
    let again = project.pedigree(&["data", "sample", "notes", "-n", "5", "--seed", "9"]);
    assert_eq!(again.stdout, project.pedigree(&["data", "sample", "notes", "-n", "5", "--seed", "9"]).stdout);
    insta::assert_snapshot!(project.pedigree(&["data", "sample", "notes", "--label", "x"]), @"");
    insta::assert_snapshot!(project.pedigree(&["data", "sample", "notes", "--where", "domain=law"]), @"");
}

#[test]
fn a_dataset_is_compared_with_what_it_was() {
    let (project, before) = prepared();
    project.write("notes/n05.txt", "Note 5 has been written anew, and says another thing.\n");
    fs::remove_file(project.path().join("notes/n06.txt")).unwrap();
    fs::rename(project.path().join("notes/n07.txt"), project.path().join("notes/seven.txt")).unwrap();
    project.write("notes/new.txt", "This note was not there before at all.\n");
    let after = run(&project);
    let (a, b) = (format!("{before}/notes"), format!("{after}/notes"));
    let said = project.pedigree(&["data", "diff", &a, &b]);
    insta::assert_snapshot!(said, @"");
    assert_eq!(project.pedigree(&["data", "diff", &a, "notes", "--exit-code"]).code, 1);
    assert_eq!(project.pedigree(&["data", "diff", &b, "notes", "--exit-code"]).code, 0);
    let diff = project.json(&["data", "diff", &a, &b]);
    assert_eq!((&diff["diff"]["rows"]["renamed"], &diff["same"]), (&Value::from(1), &Value::from(false)));
}

#[test]
fn a_card_is_printed_and_a_folder_written_once() {
    let (project, _) = prepared();
    insta::assert_snapshot!(project.pedigree(&["data", "card", "notes"]), @"");
    insta::assert_snapshot!(project.pedigree(&["data", "card", "notes", "--out", "folder"]), @"");
    let mut names: Vec<_> =
        fs::read_dir(project.path().join("folder")).unwrap().map(|one| one.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["README.md", "croissant.json", "test.parquet", "train.parquet", "validation.parquet"]);
    let described: Value =
        serde_json::from_slice(&fs::read(project.path().join("folder/croissant.json")).unwrap()).unwrap();
    assert_eq!(described["distribution"][0]["sha256"].as_str().unwrap().len(), 64);
    insta::assert_snapshot!(project.pedigree(&["data", "card", "notes", "--out", "folder"]), @"");
    assert_eq!(project.pedigree(&["data", "card", "notes", "--out", "folder", "--force"]).code, 0);
}

#[test]
fn a_damaged_table_is_neither_described_nor_copied() {
    let (project, _) = prepared();
    let files = project.json(&["data", "inspect", "notes"]);
    let digest = files[0]["files"][0]["digest"].as_str().unwrap();
    let path = project.workspace().join("artifacts").join(&digest[..2]).join(digest);
    let mut bytes = fs::read(&path).unwrap();
    bytes[100] ^= 1;
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    let said = project.pedigree(&["data", "card", "notes", "--out", "folder"]);
    assert_eq!(said.code, 3, "{said}");
    assert!(!project.path().join("folder/train.parquet").exists() && !project.path().join("folder/README.md").exists());
}

#[test]
fn what_nobody_prepared_is_told_with_what_there_is() {
    insta::assert_snapshot!(finished().pedigree(&["data", "report", "pros"]), @"");
    insta::assert_snapshot!(finished().pedigree(&["data", "report", "nothing"]), @"");
    insta::assert_snapshot!(finished().pedigree(&["data", "report", "latest"]), @"");
    let project = copy_of_finished();
    let text = fs::read_to_string(project.path().join("small.yaml")).unwrap();
    project.write(
        "other.yaml",
        text.replacen("name: small", "name: other", 1)
            .replace("publish:\n  zoo: { name: small, aliases: { champion: vertical } }\n", ""),
    );
    let said = project.pedigree(&["run", "other.yaml", "--only", "dataset:prose"]);
    assert_eq!(said.code, 0, "{said}");
    insta::assert_snapshot!(project.pedigree(&["data", "report", "prose"]), @"");
    assert_eq!(project.pedigree(&["data", "report", "other/prose"]).code, 0);
}
