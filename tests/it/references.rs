//! Models outside of a recipe: parents from the zoo, from the catalogue and from Hugging Face.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use pedigree::recipe::read;

use crate::support::{Project, copy_of_finished, finished};

/// A recipe that fine-tunes `zoo/small@champion`.
const CHILD: &str = include_str!("support/child.yaml");

const COMMIT: &str = "607a30d783dfa663caf39e06633721c8d4cfcd7e";

fn project_with_child() -> Project {
    let project = copy_of_finished();
    project.write("child.yaml", CHILD);
    project
}

fn child_of(reference: &str) -> String {
    let text = CHILD.replace("zoo/small@champion", reference).replace("zoo/small-vertical@v1", reference);
    text.replace("batch-tokens: 128", "batch-tokens: 2048")
}

#[test]
fn a_model_of_the_zoo_is_fine_tuned_and_done_again() {
    let project = project_with_child();
    let said = project.pedigree(&["run", "child.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    let parent = project.json(&["zoo", "show", "small-vertical@v1"]);
    let weights = parent["model"]["weights"]["digest"].as_str().unwrap();

    // The zoo knows where it comes from, and so does its card.
    assert_eq!(parent["children"], serde_json::json!(["child-tuned@v1"]));
    let child = project.json(&["zoo", "show", "child@best"]);
    assert_eq!(child["lineage"], serde_json::json!(["small-vertical@v1", "small-industry@v1", "small-general@v1"]));
    let tree = project.pedigree(&["zoo", "tree"]).stdout;
    assert!(tree.contains("small-vertical@v1") && tree.contains("      └─ child-tuned@v1"), "{tree}");
    let card = project.pedigree(&["card", "child-tuned"]).stdout;
    assert!(card.contains(&format!("| `small-vertical@v1` | vertical | `{}` |", &weights[..12])), "{card}");
    assert!(card.contains("| `small-general@v1` | general | `"), "the parent's own ancestors are named: {card}");

    assert!(card.contains("but not in that of `zoo/small-vertical@v1`"), "{card}");

    // Nothing is left to do, also when the recipe is typed as it was meant.
    let again = project.pedigree(&["run", "child.yaml"]);
    assert!(again.stdout.contains("nothing is stale"), "{again}");
    let printed = project.pedigree(&["show", "recipe", "child.yaml"]).stdout;
    assert!(printed.contains("base: \"zoo/small-vertical@v1\""), "{printed}");
    project.write("printed.yaml", &printed);
    let pinned = project.pedigree(&["run", "printed.yaml"]);
    assert!(pinned.stdout.contains("nothing is stale"), "{pinned}");

    // A workspace without that zoo makes the same bytes.
    let reproduced = project.pedigree(&["reproduce", "latest", "--into", "again"]);
    assert_eq!(reproduced.code, 0, "{reproduced}");
    assert!(reproduced.stdout.trim_end().ends_with("verdict: bitwise identical"), "{reproduced}");
    assert!(reproduced.stdout.contains("✓ import:small-vertical.v1"), "{reproduced}");

    // The alias moves on: the child is stale, the pinned one is not.
    let small = fs::read_to_string(project.path().join("small.yaml")).unwrap();
    project
        .write("small.yaml", small.replace("data: tasks, budget: { steps: 10 }", "data: tasks, budget: { steps: 11 }"));
    assert_eq!(project.pedigree(&["run", "small.yaml"]).code, 0);
    let plan = project.pedigree(&["plan", "child.yaml"]);
    assert!(plan.to_string().contains("train:tuned  stale  base small-vertical.v1 → small-vertical.v2"), "{plan}");
    assert!(project.pedigree(&["run", "printed.yaml"]).stdout.contains("nothing is stale"));
}

#[test]
fn a_run_that_failed_goes_on_with_the_model_it_began_with() {
    let project = project_with_child();
    let strict = CHILD.replace("max-worse-percent: 50, than: zoo/small-vertical@v1", "at-most: 0.001");
    project.write("child.yaml", strict);
    let said = project.pedigree(&["run", "child.yaml", "--only", "evaluate:small-vertical.v1/tasks-loss"]);
    assert_eq!(said.code, 0, "{said}");
    let said = project.pedigree(&["run", "child.yaml"]);
    assert_eq!(said.code, 1, "{said}");
    // What the alias means by now is of no account.
    project.write("child.yaml", "nothing");
    let resumed = project.pedigree(&["resume", "latest"]);
    assert_eq!(resumed.code, 1, "{resumed}");
    assert!(resumed.stdout.contains("required: at most 0.001"), "{resumed}");
    assert!(resumed.stderr.contains("gate:tuned/tasks-loss"), "{resumed}");
}

#[test]
fn a_sweep_over_children_of_the_zoo_is_ranked_and_repeated() {
    let project = project_with_child();
    let unpublished = CHILD.split("publish:").next().unwrap();
    let swept = unpublished.replace("batch-tokens: 128", "batch-tokens: \"${batch}\"");
    project.write("swept.yaml", format!("matrix: {{ batch: [128, 256] }}\n{swept}"));
    let said = project.pedigree(&["run", "swept.yaml", "--set", "run.repeats=2"]);
    assert!(said.stdout.contains("ranking of tuned"), "{said}");
    // What is imported is measured once, and that is all there is to measure.
    let report = project.pedigree(&["status"]).to_string();
    assert!(report.contains("zoo/small-vertical@v1") && !report.contains("[1 of 2]"), "{report}");
}

#[test]
fn a_run_of_some_stages_goes_on_with_those_alone() {
    let project = project_with_child();
    project.write("child.yaml", CHILD.replace("max-worse-percent: 50, than: zoo/small-vertical@v1", "at-most: 0.001"));
    let said = project.pedigree(&["run", "child.yaml", "--only", "gate:tuned/tasks-loss"]);
    assert_eq!(said.code, 1, "{said}");
    let resumed = project.pedigree(&["resume", "latest"]);
    assert_eq!(resumed.code, 1, "{resumed}");
    assert!(resumed.to_string().contains("gate:tuned/tasks-loss"), "{resumed}");
    assert!(!resumed.to_string().contains("sample:story"), "{resumed}");

    // Other data makes another run.
    project.write("data/rust/more.rs", "/// Says nothing.\npub fn nothing() {}\n");
    let refused = project.pedigree(&["resume", "latest"]);
    assert_eq!(refused.code, 2, "{refused}");
    assert!(refused.to_string().contains("the files of dataset `tasks` are no longer those of run"), "{refused}");
}

#[test]
fn a_damaged_model_is_refused() {
    let project = project_with_child();
    let parent = project.json(&["zoo", "show", "small-vertical@v1"]);
    let weights = parent["model"]["weights"]["digest"].as_str().unwrap();
    let path = project.workspace().join("artifacts").join(&weights[..2]).join(weights);
    let mut bytes = fs::read(&path).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(&path, bytes).unwrap();
    let said = project.pedigree(&["run", "child.yaml"]);
    assert_eq!(said.code, 3, "{said}");
    let text = said.to_string();
    assert!(
        text.contains("import:small-vertical.v1: `model.safetensors` of `zoo/small-vertical@v1` cannot be used"),
        "{text}"
    );
    assert!(text.contains("is damaged"), "{text}");
    assert!(text.contains("hint: `pedigree zoo show small-vertical@v1` names the run it came from"), "{text}");
    fs::remove_file(&path).unwrap();
    let said = project.pedigree(&["run", "child.yaml"]);
    assert_eq!(said.code, 3, "{said}");
    assert!(said.to_string().contains("no artifact with digest"), "{said}");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let project = finished();
    let told = |reference: &str| {
        let copy = Project::empty();
        copy.write("child.yaml", child_of(reference));
        let recipe = copy.path().join("child.yaml").display().to_string();
        let said = project.pedigree(&["check", &recipe]);
        assert_eq!(said.code, 2, "{said}");
        said.stderr
    };
    let text = told("zoo/small-vertcal");
    assert!(text.contains("models.tuned.base: there is no model `small-vertcal` in the zoo"), "{text}");
    assert!(text.contains("hint: did you mean `zoo/small-vertical`?"), "{text}");
    let text = told("zoo/small-vertical@v9");
    assert!(text.contains("hint: did you mean `zoo/small-vertical@v1`?"), "{text}");
    let text = told("zoo/small@fastest");
    assert!(text.contains("hint: there is `zoo/small@champion`"), "{text}");
    let text = told("hf/openai-community/gpt2");
    assert!(
        text.contains("`hf/openai-community/gpt2` has no revision") && text.contains("a branch or a tag moves"),
        "{text}"
    );
    let text = told(&format!("hf/openai-community/gpt2@{COMMIT}"));
    assert!(text.contains("is not in the cache of Hugging Face on this machine"), "{text}");
    assert!(text.contains(&format!("hub/models--openai-community--gpt2/snapshots/{COMMIT}`")), "{text}");
}

#[test]
fn a_model_that_is_only_described_is_planned_and_not_run() {
    let project = Project::new();
    let catalogue = Path::new(env!("CARGO_MANIFEST_DIR")).join("zoo");
    project.write("zoo/gpt-3.yaml", fs::read(catalogue.join("gpt-3.yaml")).unwrap());
    project.write("recipes/child.yaml", child_of("zoo/gpt-3").replace("root: data", "root: ../data"));
    let said = project.pedigree(&["plan", "recipes/child.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.to_string().contains("import:gpt-3.zoo  stale  never done before  174.6 G parameters"), "{said}");
    let said = project.pedigree(&["run", "recipes/child.yaml"]);
    assert_eq!(said.code, 2, "{said}");
    assert!(said.stderr.contains("error: the weights of `zoo/gpt-3` are not on this machine"), "{said}");
    assert!(said.stderr.contains("hint: weights are looked for in the zoo of this workspace"), "{said}");
    assert!(!project.workspace().join("pedigree.db").exists(), "a run began");
}

#[test]
fn a_model_of_the_hub_is_what_its_configuration_says() {
    let project = Project::new();
    let folder = format!("huggingface/hub/models--openai-community--gpt2/snapshots/{COMMIT}");
    let config = serde_json::json!({ "model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12,
                                     "n_positions": 1024, "vocab_size": 50257, "activation_function": "gelu_new" });
    project.write(&format!("{folder}/config.json"), config.to_string());
    project.write("child.yaml", child_of(&format!("hf/openai-community/gpt2@{COMMIT}")));
    let plan = project.json(&["plan", "child.yaml"]);
    let import = &plan["stages"][0]["work"]["import"];
    assert_eq!(import["vocab-size"], 50257, "{import:#}");
    assert_eq!(plan["stages"][0]["id"], "import:openai-community-gpt2.607a30d783df");
    let said = project.pedigree(&["run", "child.yaml"]);
    assert_eq!(said.code, 2, "{said}");
    assert!(said.stderr.contains("are not on this machine"), "{said}");
    project.write(&format!("{folder}/model.safetensors"), "weights");
    let said = project.pedigree(&["run", "child.yaml"]);
    assert!(said.stderr.contains("in a layout this version of Pedigree does not import"), "{said}");
}

#[test]
fn the_catalogue_is_valid_and_counts_what_was_published() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("zoo");
    let said = Project::empty().pedigree(&["check", &folder.display().to_string()]);
    assert_eq!((said.code, said.stdout.trim()), (0, "checked 8 catalogue entries: no problems"), "{said}");
    let mut n_exact = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let entry = read::catalogue(&path.display().to_string(), &fs::read(&path).unwrap()).unwrap();
        let counted = entry.architecture.parameters(entry.vocab_size);
        if entry.name.as_str() == "gpt-3" {
            // Published in millions.
            assert_eq!(counted / 100_000_000, entry.parameters / 100_000_000);
        } else {
            assert_eq!(counted, entry.parameters, "{}", path.display());
            n_exact += 1;
        }
    }
    assert_eq!(n_exact, 7);
}
