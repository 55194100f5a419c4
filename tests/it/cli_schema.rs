//! `pedigree schema`: what editors check recipes with, checked by a validator that is not ours.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::Project;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn schema() -> Value {
    let said = Project::empty().pedigree(&["schema"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    serde_json::from_str(&said.stdout).unwrap()
}

/// Returns the YAML files of a folder.
fn yaml_files(folder: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = entries.filter(|path| path.extension().is_some_and(|end| end == "yaml")).collect();
    files.sort();
    assert!(!files.is_empty(), "no recipes in `{folder}`");
    files
}

/// Reads YAML as an editor does; `None` where it is no YAML of one document.
fn as_json(bytes: &[u8]) -> Option<Value> {
    let options = serde_saphyr::options! { strict_booleans: true, reject_unsupported_tags: true, with_snippet: false };
    serde_saphyr::from_slice_with_options(bytes, options).ok()
}

fn mistakes(validator: &jsonschema::Validator, recipe: &Value) -> Vec<String> {
    validator.iter_errors(recipe).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[test]
fn the_schema_is_a_schema() {
    let schema = schema();
    assert!(jsonschema::meta::is_valid(&schema));
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let committed = fs::read_to_string(root().join("docs/recipe.schema.json")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&committed).unwrap(), schema);
}

#[test]
fn every_recipe_that_ships_fits_the_schema() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let folders = ["recipes", "src/cli/templates", "tests/it/support", "tests/it/reference", "src/recipe/typed/tests"];
    for file in folders.into_iter().flat_map(yaml_files) {
        let recipe = as_json(&fs::read(&file).unwrap()).unwrap();
        let mistakes = mistakes(&validator, &recipe);
        assert_eq!(mistakes, Vec::<String>::new(), "{}", file.display());
    }
}

#[test]
fn every_recipe_that_ships_names_the_schema() {
    for (folder, schema) in [("recipes", "../docs/"), ("src/cli/templates", "../.pedigree/")] {
        for file in yaml_files(folder) {
            let text = fs::read_to_string(&file).unwrap();
            let first = format!("# yaml-language-server: $schema={schema}recipe.schema.json\n");
            assert!(text.starts_with(&first), "{}", file.display());
        }
    }
}

#[test]
fn every_mistake_a_schema_can_see_is_seen() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let mut passed = Vec::new();
    for file in yaml_files("tests/it/bad_recipes") {
        let fits = as_json(&fs::read(&file).unwrap()).is_some_and(|recipe| validator.is_valid(&recipe));
        if fits {
            passed.push(file.file_stem().unwrap().to_string_lossy().into_owned());
        }
    }
    // Names that lead nowhere, circles, arithmetic, an order between models, what variables there are, what other texts say.
    insta::with_settings!({ prepend_module_to_snapshot => false, snapshot_path => "snapshots" }, {
        insta::assert_snapshot!("beyond_the_schema", passed.join("\n"));
    });
}

/// Calls `look` with every property of the schema and its path.
fn each_property<'s>(schema: &'s Value, path: &str, look: &mut impl FnMut(&str, &'s Value)) {
    for (key, inner) in schema.as_object().into_iter().flatten() {
        match (key.as_str(), inner) {
            ("properties", Value::Object(properties)) => {
                for (key, property) in properties {
                    let path = format!("{path}.{key}");
                    look(&path, property);
                    each_property(property, &path, look);
                }
            }
            ("$defs" | "patternProperties", Value::Object(schemas)) => {
                schemas.iter().for_each(|(key, schema)| each_property(schema, &format!("{path}.{key}"), look));
            }
            ("items", inner) => each_property(inner, path, look),
            ("oneOf" | "anyOf", Value::Array(schemas)) => {
                schemas.iter().for_each(|schema| each_property(schema, path, look));
            }
            _ => {}
        }
    }
}

#[test]
fn every_example_and_every_default_fits_its_key() {
    let schema = schema();
    let mut n_examples = 0;
    each_property(&schema, "", &mut |path, property| {
        let mut alone = property.clone();
        alone["$defs"] = schema["$defs"].clone();
        let validator = jsonschema::validator_for(&alone).unwrap();
        for example in property["examples"].as_array().into_iter().flatten().chain(property.get("default")) {
            n_examples += 1;
            assert!(validator.is_valid(example), "{path}: {example}: {:?}", mistakes(&validator, example));
        }
    });
    assert!(n_examples > 100, "only {n_examples} examples and defaults");
}

#[test]
fn a_variable_may_stand_for_a_number_a_truth_a_word_and_a_name() {
    let validator = jsonschema::validator_for(&schema()).unwrap();
    let text = fs::read_to_string(root().join("src/recipe/typed/tests/everything.yaml")).unwrap();
    let whole = as_json(text.as_bytes()).unwrap();
    let places = [
        "/run/threads",
        "/run/device",
        "/models/general/architecture/tie-embeddings",
        "/models/general/tier",
        "/models/general/train/optimizer/learning-rate",
        "/models/industry/base",
        "/evaluations/ppl/data",
        "/gates/0/max-worse-percent",
    ];
    for place in places {
        let with = |value: Value| {
            let mut recipe = whole.clone();
            *recipe.pointer_mut(place).unwrap() = value;
            recipe
        };
        assert!(validator.is_valid(&with(json!("${root}"))), "{place}");
        assert!(!validator.is_valid(&with(json!("$ {root}"))), "{place}");
        assert!(!validator.is_valid(&with(Value::Null)), "{place}");
    }
}

#[test]
fn the_recipes_of_the_tutorial_are_recipes() {
    let project = Project::empty();
    let page = fs::read_to_string(root().join("docs/recipes.md")).unwrap();
    let tutorial = page.split_once("\n---\n").unwrap().0;
    let blocks: Vec<_> = tutorial.split("```yaml\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    assert_eq!(blocks.len(), 5);
    for block in blocks {
        let name = block.lines().find_map(|line| line.strip_prefix("name: ")).unwrap();
        let name = format!("{name}.yaml");
        project.write(&name, block);
        let said = project.pedigree(&["check", &name]);
        assert_eq!(said.code, 0, "{said}");
    }
}
