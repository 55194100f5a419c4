//! `reproduce`: a run done again elsewhere gives the same bytes, and says so; another one is told apart.

use crate::support::copy_of_finished;

#[test]
fn a_run_done_again_gives_the_same_bytes() {
    let project = copy_of_finished();
    let said = project.pedigree(&["reproduce", "latest", "--into", "again"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.trim_end().ends_with("verdict: bitwise identical"), "{said}");
    assert_eq!(said.stdout.matches("✓ ").count(), 25, "{said}");
    assert!(project.path().join("again/.pedigree/pedigree.db").is_file());
}

#[test]
fn how_fast_a_machine_is_does_not_make_another_run_of_it() {
    let project = copy_of_finished();
    let speed = ["run", "small.yaml", "--set", "evaluations.speed={ metric: tokens-per-second, data: prose }"];
    assert_eq!(project.pedigree(&speed).code, 0);
    let said = project.pedigree(&["reproduce", "latest", "--into", "again"]);
    assert_eq!(said.code, 0, "{said}");
    // No two measurements of it are one number; what they say is told of neither the stage nor the cards.
    assert!(said.stdout.trim_end().ends_with("verdict: bitwise identical"), "{said}");
    assert!(!said.stdout.contains("/speed") && !said.stdout.contains("card:"), "{said}");
}

#[test]
fn other_data_cannot_reproduce_a_run() {
    let project = copy_of_finished();
    // The copy records where its own files lie.
    let own = project.pedigree(&["run", "small.yaml", "--only", "dataset:prose", "--force", "dataset:prose"]);
    assert_eq!(own.code, 0, "{own}");
    project.write("data/prose/000.md", "# Another story\n");
    insta::assert_snapshot!(project.pedigree(&["reproduce"]), @r#"
    exit: 2
    --- stderr
    error: the files of dataset `prose` are no longer those of run [short]
    hint: they were [digest], and are [digest]: bring the old files back
    "#);
    insta::assert_snapshot!(project.pedigree(&["reproduce", "nope"]), @r#"
    exit: 2
    --- stderr
    error: no run `nope`
    hint: the newest runs are `[short]`, `[short]`; `latest` works too
    "#);
}
