//! Contamination: evaluation data in the training data of a model or of its ancestors is told, allowed, or fails the run.

use std::fs;

use serde_json::Value;

use crate::support::{Project, RECIPE, Said, finished};

/// Looks through the data of all models, and trains none.
const SEARCH: [&str; 8] = [
    "run",
    "small.yaml",
    "--only",
    "contamination:prose",
    "--only",
    "contamination:rust",
    "--only",
    "contamination:tasks",
];

/// Returns a project in which the general model, the grandparent, reads the code its grandchild is measured on.
fn contaminated() -> Project {
    let project = Project::new();
    project.write("small.yaml", RECIPE.replace("{ mix: { rust: 3, prose: 1 } }", "rust"));
    for n in 0..100 {
        let code = fs::read_to_string(project.path().join(format!("data/rust/{n:03}.rs"))).unwrap();
        project.write(&format!("data/prose/copied-{n:03}.md"), format!("Seen on the web:\n\n{code}"));
    }
    project
}

fn with<'a>(arguments: &[&'a str], sets: &[&'a str]) -> Vec<&'a str> {
    let sets = sets.iter().flat_map(|set| ["--set", set]);
    arguments.iter().copied().chain(sets).collect()
}

/// Returns what a program said of contamination: the last part of a plan.
fn section(said: &Said) -> String {
    let text = said.to_string();
    text.split("\n\n").find(|part| part.starts_with("contamination")).unwrap_or_default().to_owned()
}

fn exposure<'v>(answer: &'v Value, model: &str, evaluation: &str) -> &'v Value {
    let all = answer["contamination"].as_array().unwrap();
    let is_it = |exposure: &&Value| exposure["model"] == model && exposure["measured"]["evaluation"] == evaluation;
    &all.iter().find(is_it).unwrap()["verdict"]
}

#[test]
fn a_plan_tells_what_only_the_grandparent_has_read() {
    let project = contaminated();
    insta::assert_snapshot!(section(&project.pedigree(&["plan", "small.yaml"])), @r#"
    contamination
      ? 6 pairs of a model and an evaluation: not known before dataset:prose has run
    "#);
    let run = project.pedigree(&SEARCH);
    assert_eq!(run.code, 0, "{run}");
    insta::assert_snapshot!(section(&project.pedigree(&["plan", "small.yaml"])), @r#"
    contamination
      ✗ general on rust-loss: 6 of 10 records (60.0 %) stand in the training data: 6 in prose
        034.rs at byte 4 stands in copied-034.md at byte 22: 100 % word for word
        │ Does sub 49. pub fn sub_boat_34_0(x: u64) -> u64 { x.wrapping_sub(49) } /// Does add 17. pub fn add_boat_34_1(x: u64) ->…
        050.rs at byte 4 stands in copied-050.md at byte 22: 100 % word for word
        │ Does mul 37. pub fn mul_letter_50_0(x: u64) -> u64 { x.wrapping_mul(37) } /// Does sub 20. pub fn sub_letter_50_1(x: u64…
      ✗ industry on prose-ppl: 10 of 24 records (41.7 %) stand in the training data: 10 in rust
        copied-002.md at byte 22 stands in 002.rs at byte 4: 92 % word for word
        │ Does add 56. pub fn add_river_2_0(x: u64) -> u64 { x.wrapping_add(56) } /// Does add 26. pub fn add_window_2_1(x: u64) -…
        copied-010.md at byte 22 stands in 010.rs at byte 4: 92 % word for word
        │ Does shl 38. pub fn shl_window_10_0(x: u64) -> u64 { x.wrapping_shl(38) } /// Does sub 29. pub fn sub_song_10_1(x: u64) …
      ✗ industry on rust-loss: 6 of 10 records (60.0 %) stand in the training data: 6 in prose, which general learned
      ✗ vertical on prose-ppl: 10 of 24 records (41.7 %) stand in the training data: 10 in tasks; 10 in rust, which industry learned
      ✗ vertical on rust-loss: 6 of 10 records (60.0 %) stand in the training data: 6 in prose, which general learned
      ✓ general on prose-ppl: clean
    "#);
    insta::assert_snapshot!(section(&project.pedigree(&["status"])), @r#"
    contamination
      ✗ general on rust-loss: 6 of 10 records (60.0 %) stand in the training data: 6 in prose
        034.rs at byte 4 stands in copied-034.md at byte 22: 100 % word for word
        │ Does sub 49. pub fn sub_boat_34_0(x: u64) -> u64 { x.wrapping_sub(49) } /// Does add 17. pub fn add_boat_34_1(x: u64) ->…
        050.rs at byte 4 stands in copied-050.md at byte 22: 100 % word for word
        │ Does mul 37. pub fn mul_letter_50_0(x: u64) -> u64 { x.wrapping_mul(37) } /// Does sub 20. pub fn sub_letter_50_1(x: u64…
      ✗ industry on prose-ppl: 10 of 24 records (41.7 %) stand in the training data: 10 in rust
        copied-002.md at byte 22 stands in 002.rs at byte 4: 92 % word for word
        │ Does add 56. pub fn add_river_2_0(x: u64) -> u64 { x.wrapping_add(56) } /// Does add 26. pub fn add_window_2_1(x: u64) -…
        copied-010.md at byte 22 stands in 010.rs at byte 4: 92 % word for word
        │ Does shl 38. pub fn shl_window_10_0(x: u64) -> u64 { x.wrapping_shl(38) } /// Does sub 29. pub fn sub_song_10_1(x: u64) …
      ✗ industry on rust-loss: 6 of 10 records (60.0 %) stand in the training data: 6 in prose, which general learned
      ✗ vertical on prose-ppl: 10 of 24 records (41.7 %) stand in the training data: 10 in tasks; 10 in rust, which industry learned
      ✗ vertical on rust-loss: 6 of 10 records (60.0 %) stand in the training data: 6 in prose, which general learned
      ✓ general on prose-ppl: clean
    "#);
    let plan = project.json(&["plan", "small.yaml"]);
    let vertical = exposure(&plan, "vertical", "rust-loss");
    assert_eq!((&vertical["state"], vertical["through"].as_array().unwrap().len()), (&Value::from("contaminated"), 1));
    assert_eq!(
        (&vertical["through"][0]["model"], &vertical["through"][0]["dataset"]),
        (&"general".into(), &"prose".into())
    );
    let found = &vertical["matches"][0];
    let name = |key: &str| found[key].as_str().unwrap().trim_start_matches("copied-")[..3].to_owned();
    assert_eq!(name("document"), name("trained-document"), "{found:#}");
    let source =
        fs::read_to_string(project.path().join("data/rust").join(found["document"].as_str().unwrap())).unwrap();
    assert!(source.contains(found["text"].as_str().unwrap()), "{found:#}");
    assert_eq!(exposure(&project.json(&["status"]), "vertical", "rust-loss"), vertical);
}

#[test]
fn what_is_allowed_is_told_as_allowed() {
    let project = contaminated();
    let allow = r#"contamination.allow=[{ evaluation: rust-loss, document: "*.rs", reason: "known" }]"#;
    assert_eq!(project.pedigree(&with(&SEARCH, &[allow])).code, 0);
    insta::assert_snapshot!(section(&project.pedigree(&with(&["plan", "small.yaml"], &[allow]))), @r#"
    contamination
      ✗ industry on prose-ppl: 10 of 24 records (41.7 %) stand in the training data: 10 in rust
        copied-002.md at byte 22 stands in 002.rs at byte 4: 92 % word for word
        │ Does add 56. pub fn add_river_2_0(x: u64) -> u64 { x.wrapping_add(56) } /// Does add 26. pub fn add_window_2_1(x: u64) -…
        copied-010.md at byte 22 stands in 010.rs at byte 4: 92 % word for word
        │ Does shl 38. pub fn shl_window_10_0(x: u64) -> u64 { x.wrapping_shl(38) } /// Does sub 29. pub fn sub_song_10_1(x: u64) …
      ✗ vertical on prose-ppl: 10 of 24 records (41.7 %) stand in the training data: 10 in tasks; 10 in rust, which industry learned
      ✓ general on prose-ppl: clean
      ✓ general on rust-loss, industry on rust-loss, vertical on rust-loss: clean (10 allowed)
    "#);
    let other = section(&project.pedigree(&["plan", "small.yaml"]));
    assert!(other.contains("not known before contamination:prose has run"), "{other}");
}

#[test]
fn a_run_that_may_not_be_contaminated_fails_before_it_trains() {
    let project = contaminated();
    let said = project.pedigree(&with(&["run", "small.yaml"], &["contamination.on-find=fail"]));
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 1
    --- stdout
    small  run [short]  failed in [took]: `uncontaminated:general`: rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose; `uncontaminated:industry`: prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in rust; rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned; `uncontaminated:vertical`: prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in tasks; 10 in rust, which industry learned; rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
    began [time] UTC · 29 stages (10 finished, 3 failed, 16 skipped)

    contamination
      ✗ general on rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose
        034.rs at byte 4 stands in copied-034.md at byte 22: 100 % word for word
        │ [text]
        050.rs at byte 4 stands in copied-050.md at byte 22: 100 % word for word
        │ [text]
      ✗ industry on prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in rust
        copied-002.md at byte 22 stands in 002.rs at byte 4: 92 % word for word
        │ [text]
        copied-010.md at byte 22 stands in 010.rs at byte 4: 92 % word for word
        │ [text]
      ✗ industry on rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
      ✗ vertical on prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in tasks; 10 in rust, which industry learned
      ✗ vertical on rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
      ✓ general on prose-ppl: clean

    what next
      pedigree resume [short]
    --- stderr
      contamination:prose begins
      contamination:rust begins
      contamination:tasks begins
      dataset:prose begins
      dataset:rust begins
      dataset:tasks begins
      tokenizer:bytes begins
      tokens:prose/bytes begins
      tokens:rust/bytes begins
      tokens:tasks/bytes begins
    29 stages to do (29 new), 0 fresh, about [took]
    error: uncontaminated:general: rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose
    error: uncontaminated:industry: prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in rust; rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
    error: uncontaminated:vertical: prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in tasks; 10 in rust, which industry learned; rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
    hint: take these documents out of the training data, or allow them under `contamination.allow` in the recipe
    hint: take these documents out of the training data, or allow them under `contamination.allow` in the recipe
    hint: take these documents out of the training data, or allow them under `contamination.allow` in the recipe
    run [short] of `small` begins
    ✓ [i/29] contamination:prose [took]
    ✓ [i/29] contamination:rust [took]
    ✓ [i/29] contamination:tasks [took]
    ✓ [i/29] dataset:prose [took]
    ✓ [i/29] dataset:rust [took]
    ✓ [i/29] dataset:tasks [took]
    ✓ [i/29] tokenizer:bytes [took]
    ✓ [i/29] tokens:prose/bytes [took]
    ✓ [i/29] tokens:rust/bytes [took]
    ✓ [i/29] tokens:tasks/bytes [took]
    ✗ [i/29] uncontaminated:general  failed: rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose
    ✗ [i/29] uncontaminated:industry  failed: prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in rust; rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
    ✗ [i/29] uncontaminated:vertical  failed: prose-ppl: 10 of 24 records ([n] %) stand in the training data: 10 in tasks; 10 in rust, which industry learned; rust-loss: 6 of 10 records ([n] %) stand in the training data: 6 in prose, which general learned
    "#);
    let runs = project.json(&["status"]);
    let trained = runs["stages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|stage| stage["stage"].as_str().unwrap().starts_with("train:"));
    assert!(trained.clone().count() == 3 && trained.into_iter().all(|stage| stage["status"] == "skipped"), "{runs:#}");
}

#[test]
fn a_clean_recipe_is_told_as_clean_and_trains_the_same_models_when_it_has_to_be() {
    let project = finished();
    insta::assert_snapshot!(section(&project.pedigree(&["plan", "small.yaml"])), @r#"
    contamination
      ✓ 6 pairs of a model and an evaluation: clean
    "#);
    let plan = project.json(&with(&["plan", "small.yaml"], &["contamination.on-find=fail"]));
    let stale: Vec<_> = plan["stages"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|stage| stage["freshness"]["state"] == "stale")
        .map(|stage| stage["id"].as_str().unwrap())
        .collect();
    assert_eq!(stale, ["uncontaminated:general", "uncontaminated:industry", "uncontaminated:vertical"]);
}
