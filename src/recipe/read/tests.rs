//! The language as a whole: what is laid over what, and what a matrix makes of a recipe.

use std::collections::BTreeMap;

use crate::recipe::fixture::{TEXT, recipe_of};
use crate::recipe::read::{Input, OtherFile, Outside, Reading, Refusal};
use crate::recipe::render::render;
use crate::recipe::training::{Budget, Optimizer};
use crate::recipe::{Import, Problems, Recipe, Reference, read};

/// Files by their path; a path is a file's identity.
struct Files(BTreeMap<&'static str, String>);

impl Outside for Files {
    fn recipe(&self, folder: &str, path: &str) -> Result<OtherFile, String> {
        let text = self.0.get(path).ok_or_else(|| format!("cannot read `{path}`"))?;
        let (name, identity) = (path.to_owned(), path.to_owned());
        Ok(OtherFile { name, identity, folder: format!("{folder}/parents"), bytes: text.clone().into_bytes() })
    }

    fn model(&self, reference: &Reference) -> Result<Import, Refusal> {
        Err(Refusal { message: format!("there is no `{reference}`"), hint: None })
    }
}

fn reading(text: &str, files: &[(&'static str, &str)]) -> Result<Reading, Problems> {
    let files = Files(files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect());
    read(&Input { folder: "/home/recipes", outside: &files, ..Input::new("own.yaml", text.as_bytes()) })
}

fn told(text: &str, files: &[(&'static str, &str)]) -> String {
    render(&reading(text, files).unwrap_err(), false)
}

fn models(recipe: &Recipe) -> Vec<&str> {
    recipe.models.keys().map(crate::id::Name::as_str).collect()
}

#[test]
fn a_recipe_says_only_what_differs_from_the_one_it_extends() {
    let child = "extends: base.yaml\nname: child\nmodels:\n  general: { train: { budget: { epochs: 2 }, accumulate: 2 } }\ngates: []\n";
    let recipe = reading(child, &[("base.yaml", TEXT)]).unwrap().recipe;
    assert_eq!(recipe.name.as_str(), "child");
    let train = &recipe.models[&"general".parse().unwrap()].train;
    // A budget says one thing in one of several ways: it is replaced, and not merged.
    assert_eq!((train.budget, train.accumulate), (Budget::Epochs(2.0), 2));
    assert!(recipe.gates.is_empty(), "a list is replaced");
    assert_eq!(models(&recipe), ["general", "industry", "vertical"]);
}

#[test]
fn nothing_takes_away_and_another_type_replaces() {
    let base = TEXT.replace(
        "budget: { steps: 10 } }\n  vertical",
        "budget: { steps: 10 }, optimizer: { type: adamw, beta-1: 0.5 } }\n  vertical",
    );
    let child =
        "extends: base.yaml\nsamples: null\nmodels: { industry: { train: { optimizer: { learning-rate: 0.5 } } } }\n";
    let recipe = reading(child, &[("base.yaml", &base)]).unwrap().recipe;
    assert!(recipe.samples.is_empty());
    let Optimizer::Adamw { learning_rate, beta_1, .. } = recipe.models[&"industry".parse().unwrap()].train.optimizer
    else {
        panic!("another optimizer")
    };
    assert_eq!((learning_rate, beta_1), (0.5, 0.5));
}

#[test]
fn a_path_starts_at_the_folder_of_the_recipe_that_says_it() {
    let base = TEXT.replace("root: /data/prose", "root: prose");
    let child = "extends: base.yaml\ndatasets: { rust: { source: { root: rust } } }\n";
    let reading = reading(child, &[("base.yaml", &base)]).unwrap();
    let printed = crate::recipe::print::yaml(&crate::recipe::print::typed(&reading.recipe));
    assert!(printed.contains("root: \"/home/recipes/parents/prose\""), "{printed}");
    assert!(printed.contains("root: \"/home/recipes/rust\""), "{printed}");
}

#[test]
fn a_mistake_is_shown_in_the_text_that_made_it() {
    let base = TEXT.replace("layers: 1", "layers: many");
    let text = told("extends: base.yaml\nname: \"?\"\n", &[("base.yaml", &base)]);
    assert!(text.contains("--> own.yaml:2:7"), "{text}");
    assert!(text.contains("--> base.yaml:15:42"), "{text}");
    let set = ["models.general.train.budget.step=5".to_owned(), "run.seed=-1".to_owned(), "nothing".to_owned()];
    let problems = read(&Input::new("tree.yaml", TEXT.as_bytes()).with_sets(&set)).unwrap_err();
    let text = render(&problems, false);
    assert!(text.contains("--> --set:1:1"), "{text}");
    assert!(text.contains("run.seed=-1\n  |          ^^"), "{text}");
    assert!(text.contains("did you mean `steps`?"), "{text}");
    assert!(text.contains("this sets nothing"), "{text}");
}

#[test]
fn recipes_that_extend_each_other_are_told_with_the_circle() {
    let text = told("extends: a.yaml\n", &[("a.yaml", "extends: b.yaml\n"), ("b.yaml", "extends: a.yaml\n")]);
    assert!(text.contains("in a circle: a.yaml → b.yaml → a.yaml"), "{text}");
    assert!(told("extends: [a, b]\n", &[]).contains("expected the path of one recipe, found a list"));
    assert!(told("extends: no.yaml\n", &[]).contains("cannot read `no.yaml`"));
}

#[test]
fn what_depends_on_a_variable_is_copied_and_the_rest_is_shared() {
    let text = format!("matrix: {{ rate: [0.01, 0.001], width: [16, 32] }}\n{}", TEXT)
        .replace("width: 16", "width: \"${width}\"")
        .replace(
            "data: { mix: { rust: 3, prose: 1 } }",
            "optimizer: { type: adamw, learning-rate: \"${rate}\" }, data: { mix: { rust: 3, prose: 1 } }",
        )
        .replace("aliases: { champion: vertical }", "aliases: { champion: vertical-rate-0.01-width-32 }");
    let recipe = recipe_of(&text);
    assert_eq!(recipe.datasets.len(), 3);
    let general: Vec<_> = models(&recipe).into_iter().filter(|name| name.starts_with("general")).collect();
    assert_eq!(general, ["general-width-16", "general-width-32"]);
    let industry: Vec<_> = models(&recipe).into_iter().filter(|name| name.starts_with("industry")).collect();
    assert_eq!(industry.len(), 4, "{industry:?}");
    let child = &recipe.models[&"vertical-rate-0.001-width-32".parse().unwrap()];
    assert_eq!(child.base.as_ref().unwrap().as_str(), "industry-rate-0.001-width-32");
    let variant = child.variant.as_ref().unwrap();
    assert_eq!((variant.of.as_str(), variant.values["rate"].as_str()), ("vertical", "0.001"));
    // Each gate stands once for every point it speaks of, and compares models of one point.
    assert_eq!(recipe.gates.len(), 16);
    let printed = crate::recipe::print::yaml(&crate::recipe::print::typed(&recipe));
    assert_eq!(recipe_of(&printed), recipe);
}

#[test]
fn a_source_that_says_no_more_than_it_must_is_printed_as_it_is_read() {
    for source in [
        "{ type: files, include: [a] }",
        "{ type: jsonl, include: [a] }",
        "{ type: csv, include: [a] }",
        "{ type: tsv, include: [a] }",
        "{ type: parquet, include: [a] }",
        "{ type: arrow, include: [a] }",
        "{ type: lines, include: [a] }",
        "{ type: lines, include: [a], separator: \"|\" }",
        "{ type: lines, include: [a], separator: \"|\", classes-file: class.txt }",
        "{ type: image-folder, root: a }",
        "{ type: idx, root: a, images: b, labels: c }",
        "{ type: audio-folder, root: a }",
        "{ type: pairs, root: a, table: b.csv, media: image }",
        "{ type: synthetic, generator: arithmetic, rows: 9 }",
        "{ type: mix, of: { prose: 1.0 } }",
        "{ type: described, tokens: 9 }",
        "{ type: archive, path: a.tar, read: { type: lines, include: [a] } }",
    ] {
        let text = TEXT.replace("datasets:\n", &format!("datasets:\n  planned: {{ source: {source} }}\n"));
        assert_ne!(text, TEXT);
        let recipe = recipe_of(&text);
        let printed = crate::recipe::print::yaml(&crate::recipe::print::typed(&recipe));
        assert_eq!(recipe_of(&printed), recipe, "{source}");
    }
}

#[test]
fn zipped_and_listed_values_go_together() {
    let swept = |matrix: &str| {
        let text = TEXT.replace("layers: 1, width: 16", "layers: \"${layers}\", width: \"${width}\"");
        let text = text.replace("publish:\n  zoo: { name: tree, aliases: { champion: vertical } }\n", "");
        reading(&format!("matrix: {matrix}\n{text}"), &[])
    };
    let zipped = swept("{ zip: { layers: [1, 2], width: [16, 32] } }").unwrap().recipe;
    assert_eq!(models(&zipped)[..2], ["general-layers-1-width-16", "general-layers-2-width-32"]);
    let listed = swept("{ list: [{ name: small, layers: 1, width: 16 }, { name: large, layers: 2, width: 32 }] }")
        .unwrap()
        .recipe;
    assert_eq!(models(&listed)[..2], ["general-large", "general-small"]);
    let uneven = render(&swept("{ zip: { layers: [1, 2], width: [16] } }").unwrap_err(), false);
    assert!(uneven.contains("`width` has 1 values and `layers` has 2"), "{uneven}");
    let twice = render(&swept("{ layers: [1, 1], width: [16] }").unwrap_err(), false);
    assert!(twice.contains("`1` stands here twice"), "{twice}");
    let unlike = render(&swept("{ list: [{ layers: 1, width: 16 }, { layers: 2 }] }").unwrap_err(), false);
    assert!(unlike.contains("expected the variables of the first point, found others"), "{unlike}");
}

#[test]
fn a_reference_to_what_a_matrix_copied_has_to_say_which() {
    let text = TEXT.replace("width: 16", "width: \"${width}\"");
    let text = told(&format!("matrix: {{ width: [16, 32] }}\n{text}"), &[]);
    assert!(text.contains("`vertical` is 2 models of the matrix"), "{text}");
    assert!(text.contains("name one of them: `vertical-width-16`, `vertical-width-32`"), "{text}");
    let text = told(&format!("matrix: {{ seed: [1, 2] }}\n{}", TEXT.replace("seed: 1", "seed: \"${seed}\"")), &[]);
    assert!(text.contains("`seed` is a variable of the matrix, and `run` is the same for all of it"), "{text}");
}

#[test]
fn a_variable_may_be_anything_where_it_stands_alone() {
    let text = format!("vars: {{ shape: {{ type: llama, layers: 1, width: 16, heads: 2, context: 16 }}, n: 12, what: \"${{n}} steps\" }}\n{TEXT}")
        .replace("architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 16 }", "architecture: \"${shape}\"")
        .replace("description: A lineage for tests.", "description: \"${what}, ${n}\"");
    let recipe = recipe_of(&text);
    assert_eq!(recipe.description, "12 steps, 12");
    let text = told(&text.replace("${what}, ${n}", "a ${shape}"), &[]);
    assert!(text.contains("`shape` is a mapping and cannot stand inside text"), "{text}");
}
