//! Rows that cannot be extracted, and splits that cannot be dealt, as a user sees them.

use crate::support::{Project, RECIPE};

/// Returns a project whose dataset `prose` is of these files, extracted and split in this way.
fn project(extract: &str, split: &str, files: &[(&str, &str)]) -> Project {
    let project = Project::new();
    let source = r#"source: { type: files, root: data/prose, include: ["*.md"] }"#;
    let clean = "clean: [{ type: normalize-unicode }, { type: strip-markup }, { type: dedup-exact }]\n    split: { train: 0.8, validation: 0.1, test: 0.1 }";
    assert!(RECIPE.contains(clean));
    let told = RECIPE.replacen(source, r#"source: { type: files, root: data/rows, include: ["*"] }"#, 1).replacen(
        clean,
        &format!("extract: {extract}\n    split: {split}"),
        1,
    );
    project.write("small.yaml", told);
    files.iter().for_each(|(name, text)| project.write(&format!("data/rows/{name}"), text));
    project
}

const SHARES: &str = "{ train: 0.5, validation: 0.25, test: 0.25, by: record, stratify: label }";

#[test]
fn a_conversation_of_another_shape_is_told_with_its_turn_and_not_with_what_it_says() {
    let talk = r#"[{"messages": [{"role": "user", "content": "hunter2"}, {"role": "bot", "content": "hunter2"}]}]"#;
    let project = project("{ type: chat }", SHARES, &[("talks.json", talk)]);
    let said = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 2
    --- stdout
    small  run [short]  failed in [took]: `dataset:prose`: [project]/data/rows/talks.json: item 1: turn 2 of `messages`: `role`: expected `system`, `user`, `assistant` or `tool`, found another word
    began [time] UTC · 1 stage (1 failed)

    what next
      pedigree resume [short]
    --- stderr
      dataset:prose begins
    1 stage to do (1 new), 0 fresh, about [took]
    error: dataset:prose: [project]/data/rows/talks.json: item 1: turn 2 of `messages`: `role`: expected `system`, `user`, `assistant` or `tool`, found another word
    hint: mend it, leave it out with `exclude`, or leave out some files and rows with `on-bad-row: skip`
    run [short] of `small` begins
    ✗ [i/1] dataset:prose  failed: [project]/data/rows/talks.json: item 1: turn 2 of `messages`: `role`: expected `system`, `user`, `assistant` or `tool`, found another word
    "#);
    let everywhere = project.pedigree(&["logs", "latest", "dataset:prose"]);
    assert_eq!(everywhere.code, 0, "{everywhere}");
    assert!(!everywhere.stdout.contains("hunter2") && !everywhere.stderr.contains("hunter2"));
}

#[test]
fn a_template_that_goes_on_for_ever_ends_and_is_told() {
    let endless = r#"{ type: template, text: "{% for a in range(9999) %}{% for b in range(9999) %}{{ text }}{% endfor %}{% endfor %}" }"#;
    let said = project(endless, SHARES, &[("a.txt", "a")]).pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 2
    --- stdout
    small  run [short]  failed in [took]: `dataset:prose`: [project]/data/rows/a.txt: `text`: the template takes more than 5000000 steps
    began [time] UTC · 1 stage (1 failed)

    what next
      pedigree resume [short]
    --- stderr

       = docs: docs/recipes.md#datasets
       = hint: the key `label` of an extraction tells it
       |
       |
       |  ^^^^^
      --> small.yaml:12:78
      dataset:prose begins
    1 stage to do (1 new), 0 fresh, about [took]
    12 |  split: { train: [n], validation: [n], test: [n], by: record, stratify: label }
    error: dataset:prose: [project]/data/rows/a.txt: `text`: the template takes more than 5000000 steps
    hint: mend it, leave it out with `exclude`, or leave out some files and rows with `on-bad-row: skip`
    run [short] of `small` begins
    warning[no-effect]: datasets.prose.split.stratify: nothing says what class a record belongs to: all are of one
    ✗ [i/1] dataset:prose  failed: [project]/data/rows/a.txt: `text`: the template takes more than 5000000 steps
    "#);
}

#[test]
fn a_given_split_without_a_document_is_told() {
    let assign = r#"{ assign: { train: ["train*"], validation: ["dev*"], test: ["test*"] } }"#;
    let lines = "{ type: regex, within: line, pattern: '^(?<said>.+)\\t(?<class>\\d)$', text: said, label: class }";
    let mut files = vec![("train.txt", "one\t1\ntwo\t2\n"), ("dev.txt", "three\t1\n"), ("test.txt", "four\t2\n")];
    let said = project(lines, assign, &files).pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    files.pop();
    let said = project(lines, assign, &files).pedigree(&["run", "small.yaml", "--only", "dataset:prose"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 2
    --- stdout
    small  run [short]  failed in [took]: `dataset:prose`: split `test` of dataset `prose` is empty
    began [time] UTC · 1 stage (1 failed)

    what next
      pedigree resume [short]
    --- stderr
      dataset:prose begins
    1 stage to do (1 new), 0 fresh, about [took]
    error: dataset:prose: split `test` of dataset `prose` is empty
    hint: add data, raise the share of the split, set it to 0, or split by `record`
    run [short] of `small` begins
    ✗ [i/1] dataset:prose  failed: split `test` of dataset `prose` is empty
    "#);
}
