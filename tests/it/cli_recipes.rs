//! `init --template` and `recipes`: what comes with Pedigree, and how one begins with it.

use std::fs;
use std::path::Path;

use crate::support::Project;

#[test]
fn the_templates_are_listed() {
    let project = Project::empty();
    let listed = project.pedigree(&["init", "--list"]);
    insta::assert_snapshot!(listed, @r#"
    exit: 0
    --- stdout
     template  what it is
     first  one very small model, trained in seconds
     lineage  three tiers with gates and LoRA, on a folder of texts for each
    "#);
    assert_eq!(project.pedigree(&["init", "--template", "list"]).to_string(), listed.to_string());
    assert!(fs::read_dir(project.path()).unwrap().next().is_none(), "listing makes something");
}

#[test]
fn a_template_nobody_knows_is_told() {
    insta::assert_snapshot!(Project::empty().pedigree(&["init", "--template", "linage"]), @r#"
    exit: 2
    --- stderr
    error: there is no template `linage`
    hint: did you mean `lineage`?
    "#);
}

#[test]
fn every_template_is_a_recipe_that_can_be_planned() {
    let listed = Project::empty().json(&["init", "--list"]);
    for template in listed.as_array().unwrap() {
        let name = template["name"].as_str().unwrap();
        let project = Project::empty();
        let said = project.pedigree(&["init", "--template", name]);
        assert_eq!(said.code, 0, "{said}");
        let recipe = format!("recipes/{name}.yaml");
        let said = project.pedigree(&["plan", &recipe]);
        assert_eq!(said.code, 0, "{said}");
        let text = fs::read_to_string(project.path().join(&recipe)).unwrap();
        let schema = text.lines().next().unwrap().rsplit_once('=').unwrap().1;
        assert!(project.path().join("recipes").join(schema).is_file(), "`{schema}` leads nowhere");
    }
}

#[test]
fn the_lineage_of_the_template_passes_its_gates() {
    let project = Project::empty();
    assert_eq!(project.pedigree(&["init", "--template", "lineage"]).code, 0);
    let said = project.pedigree(&["run", "recipes/lineage.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    let tree = project.pedigree(&["zoo", "tree"]);
    insta::assert_snapshot!(tree.without_numbers(), @r#"
    exit: 0
    --- stdout
    lineage-general@v1  general, [n] k parameters
    └─ lineage-industry@v1  industry, [n] k parameters
       └─ lineage-vertical@v1  vertical, [n] k parameters  ← lineage@champion
    "#);
}

#[test]
fn the_recipes_that_ship_are_listed() {
    insta::assert_snapshot!(Project::empty().pedigree(&["recipes", "list"]), @r#"
    exit: 0
    --- stdout
     recipe  tiers  parameters  data  what for
     rust-coder  general → industry → vertical  4.0 M  $CARGO_HOME/registry/src  A small code model bred from English prose to Rust to asynchronous Rust.
     finance-zh  general → industry → vertical  1.5 M  data/finance-zh, other datasets of the recipe  A small Chinese model bred from headlines of all kinds to finance to stocks, and a classifier of ten classes.
     gpt2  general → industry → vertical  1.1 M  $CARGO_HOME/registry/src  A small GPT-2 that learns English and some Rust, and two adapters on top of it that learn more Rust.
     shakespeare  general  493.6 k, 1.4 M  data/shakespeare  Two small models that write Shakespeare a character at a time, a decoder and a long short-term memory beside it.
     headlines-bert  general → vertical  612.9 k, 1.1 M  data/finance-zh  A small BERT reads Chinese headlines with characters hidden in them, and its children tell which of ten classes a headline is of.
     spoken-digits  general  228.2 k  data/spoken-digits  Which digit somebody says, told by a small convolutional network of log-mel spectrograms, also of a speaker it never heard.
     mnist-classify  general  138.4 k, 205.6 k, 233.9 k  data/digits  Three networks that tell handwritten digits apart - convolutions, a perceptron and a transformer over patches.
     mnist-selfsupervised  general → industry  104.9 k  data/digits  What two transformers learn of digits without a single label, and how far that is better than nothing.
     mnist-clip  general  262.1 k  data/digits  Two towers that learn which caption a picture of a digit has.
     mnist-gan  general  170.3 k, 205.6 k  data/digits  A generator that draws digits, its critic, and a classifier that says what was drawn.
     preference  general → vertical  129.8 k  data/preference  A very small model that greets people kindly or rudely, and a child of it that learnt from pairs of answers which is wanted.
     scaling-law  general  164.2 k, 403.1 k, 869.5 k, 1.3 M  $CARGO_HOME/registry/src  A scaling law of small decoders on English prose about Rust.
     sweep  general  164.2 k, 500.4 k  $CARGO_HOME/registry/src  A sweep over the learning rate and the width of a small decoder.
     gpt-3  general  174.6 G  none: described  A language model of the size of GPT-3, to plan with; its data is described and not there, so it cannot be run.
    "#);
}

#[test]
fn every_recipe_of_the_folder_ships() {
    let listed = Project::empty().json(&["recipes", "list"]);
    let mut listed: Vec<_> =
        listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("recipes");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    listed.sort();
    files.sort();
    assert_eq!(listed, files);
}

#[test]
fn a_recipe_is_copied_and_nothing_written_over() {
    let project = Project::empty();
    assert_eq!(project.pedigree(&["init"]).code, 0);
    insta::assert_snapshot!(project.pedigree(&["recipes", "copy", "rust-coder"]), @r#"
    exit: 0
    --- stdout
    wrote `[project]/recipes/rust-coder.yaml`
    next: `pedigree plan [project]/recipes/rust-coder.yaml` · `pedigree run [project]/recipes/rust-coder.yaml`
    "#);
    insta::assert_snapshot!(project.pedigree(&["recipes", "copy", "rust-coder"]), @r#"
    exit: 2
    --- stderr
    error: `[project]/recipes/rust-coder.yaml` is already there
    hint: `--force` writes over it
    "#);
    let copied = || fs::read_to_string(project.path().join("recipes/rust-coder.yaml")).unwrap();
    let shipped = include_str!("../../recipes/rust-coder.yaml");
    assert_eq!(copied(), shipped.replace("../docs/", "../.pedigree/"));
    project.write("recipes/rust-coder.yaml", "mine");
    assert_eq!(project.pedigree(&["recipes", "copy", "rust-coder"]).code, 2);
    assert_eq!(copied(), "mine");
    assert_eq!(project.pedigree(&["recipes", "copy", "rust-coder", "--force"]).code, 0);
    assert_eq!(copied(), shipped.replace("../docs/", "../.pedigree/"));
}

#[test]
fn a_recipe_is_copied_to_where_one_says() {
    let project = Project::empty();
    assert_eq!(project.pedigree(&["recipes", "copy", "rust-coder", "deep/below/mine.yaml"]).code, 0);
    let text = fs::read_to_string(project.path().join("deep/below/mine.yaml")).unwrap();
    assert!(text.starts_with("version: 1\n"), "without a workspace there is no schema to name");
    assert_eq!(project.pedigree(&["recipes", "copy", "rust-coder", "deep"]).code, 0);
    assert!(project.path().join("deep/rust-coder.yaml").is_file());
    insta::assert_snapshot!(project.pedigree(&["recipes", "copy", "rust-codr"]), @r#"
    exit: 2
    --- stderr
    error: there is no recipe `rust-codr`
    hint: did you mean `rust-coder`?
    "#);
}
