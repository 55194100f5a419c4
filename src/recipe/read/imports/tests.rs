//! What a reference to a model outside of the recipe means.

use crate::recipe::fixture::{CHILD, FakeZoo, recipe_beside};
use crate::recipe::model::Tier;
use crate::recipe::print::{typed, yaml};
use crate::recipe::render::render;
use crate::recipe::tokenizer::Tokenizer;
use crate::recipe::{Content, Recipe};

fn beside(text: &str) -> Recipe {
    recipe_beside(&FakeZoo { champion: 2 }, text).unwrap_or_else(|error| panic!("{}", render(&error, false)))
}

fn told(text: &str) -> String {
    render(&recipe_beside(&FakeZoo { champion: 2 }, text).unwrap_err(), false)
}

#[test]
fn a_child_has_the_network_and_the_tokenizer_of_the_model_outside() {
    let recipe = beside(CHILD);
    let (name, import) = recipe.imports.first_key_value().unwrap();
    let child = &recipe.models[&"asynchronous".parse().unwrap()];
    assert_eq!((name.as_str(), import.reference.to_string().as_str()), ("tree-industry.v2", "zoo/tree-industry@v2"));
    assert_eq!(
        (&child.architecture, child.base.as_ref(), child.tokenizer.as_ref()),
        (&import.architecture, Some(name), Some(name))
    );
    assert_eq!(child.tier, Tier::Vertical, "one below its parent");
    let Content::Files { tokenizer, .. } = import.content else { panic!("{import:?}") };
    assert_eq!(recipe.tokenizers[name], Tokenizer::Imported { vocab_size: 300, digest: tokenizer });
    assert_eq!(recipe.ancestors(&"asynchronous".parse().unwrap()).collect::<Vec<_>>(), [name]);
    // The gate names the same model in another way.
    assert_eq!((recipe.imports.len(), recipe.gates[0].rule.than()), (1, Some(name)));
}

#[test]
fn what_is_printed_is_pinned_and_means_the_same() {
    let recipe = beside(CHILD);
    let printed = yaml(&typed(&recipe));
    assert!(printed.contains("base: \"zoo/tree-industry@v2\""), "{printed}");
    assert!(!printed.contains("imported") && !printed.contains("imports"), "{printed}");
    // By now the alias means another version.
    assert_eq!(recipe_beside(&FakeZoo { champion: 3 }, &printed), Ok(recipe.clone()));
    assert_ne!(recipe_beside(&FakeZoo { champion: 3 }, CHILD), Ok(recipe.clone()));
    let recorded = serde_json::to_value(&recipe).unwrap();
    assert_eq!(serde_json::from_value::<Recipe>(recorded).unwrap(), recipe);
}

#[test]
fn a_recipe_that_names_nothing_outside_is_recorded_as_before() {
    let recorded = serde_json::to_value(crate::recipe::fixture::recipe("")).unwrap();
    assert!(recorded.get("imports").is_none());
}

#[test]
fn a_model_of_the_recipe_may_have_the_name_of_one_outside() {
    let text = CHILD.replace("  asynchronous:\n    base: zoo/tree@champion", "  gpt2:\n    base: zoo/gpt2");
    let text = text.replace("model: asynchronous", "model: gpt2");
    let recipe = beside(&text);
    let base = recipe.models[&"gpt2".parse().unwrap()].base.clone().unwrap();
    assert_eq!(base.as_str(), "gpt2.zoo");
    assert_eq!(recipe.imports.len(), 2, "the gate compares with another model");
    let clashing = CHILD.replace("asynchronous", "tree-industry.v2");
    let recipe = beside(&clashing);
    assert_eq!(recipe.imports.first_key_value().unwrap().0.as_str(), "tree-industry.v2-2");
    assert_eq!(beside(&yaml(&typed(&recipe))), recipe);
}

#[test]
fn a_model_that_is_not_there_is_told_where_it_is_named() {
    let text = told(&CHILD.replace("zoo/tree@champion", "zoo/tre@champion"));
    assert!(text.contains("models.asynchronous.base: there is no `zoo/tre@champion`"), "{text}");
    assert!(text.contains("--> child.yaml:8:11") && text.contains("did you mean `zoo/tree@champion`?"), "{text}");
    let text = told(&CHILD.replace("zoo/tree@champion", "hf/openai-community/gpt2@main"));
    assert!(text.contains("has the revision `main`, which is no whole commit"), "{text}");
    assert!(text.contains("a branch or a tag moves"), "{text}");
    let text = told(&CHILD.replace("zoo/tree@champion", "s3/bucket/model"));
    assert!(text.contains("there is no model `s3/bucket/model` in this recipe"), "{text}");
    assert!(text.contains("a model outside of the recipe is `zoo/name`"), "{text}");
}

#[test]
fn only_a_parent_and_what_a_gate_compares_with_stand_outside() {
    let text = told(&CHILD.replace("model: asynchronous, evaluation", "model: zoo/tree@champion, evaluation"));
    assert!(text.contains("gates[0].model: there is no model `zoo/tree@champion` in this recipe"), "{text}");
    let samples = "samples: { story: { model: zoo/tree@champion, prompt: Once } }\n";
    let text = told(&format!("{CHILD}{samples}"));
    assert!(text.contains("`base`, a teacher and the other model of a gate may stand outside"), "{text}");
}

#[test]
fn a_child_is_of_no_wider_tier_and_no_longer_context() {
    let text = told(&CHILD.replace("base: zoo", "tier: general\n    base: zoo"));
    assert!(text.contains("a model of the general tier cannot come from one of the industry tier"), "{text}");
    let text = told(&CHILD.replace("budget:", "batch-tokens: 17, budget:"));
    assert!(text.contains("17") && text.contains("context"), "{text}");
}

#[test]
fn a_sweep_may_go_over_parents() {
    let (head, _) = CHILD.split_once("gates:").unwrap();
    let text = format!("matrix: {{ parent: [zoo/tree@champion, zoo/gpt2] }}\n{head}")
        .replace("base: zoo/tree@champion", "base: \"${parent}\"");
    let recipe = beside(&text);
    let bases: Vec<_> =
        recipe.models.iter().map(|(name, model)| (name.as_str(), model.base.as_ref().unwrap().as_str())).collect();
    assert_eq!(
        bases,
        [("asynchronous-parent-zoo-gpt2", "gpt2.zoo"), ("asynchronous-parent-zoo-tree-champion", "tree-industry.v2")]
    );
    assert_eq!(beside(&yaml(&typed(&recipe))), recipe);
}
