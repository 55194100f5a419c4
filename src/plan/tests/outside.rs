//! What a plan makes of models outside of the recipe.

use super::*;

#[test]
fn a_model_outside_is_a_stage_of_its_own_and_is_measured_like_an_ancestor() {
    let plan = plan(&recipe_beside(&FakeZoo { champion: 2 }, CHILD).unwrap());
    let needs = |id: &str| -> Vec<String> {
        let stage = plan.stage(&id.parse().unwrap()).unwrap_or_else(|| panic!("no {id}"));
        stage.needs.iter().map(ToString::to_string).collect()
    };
    let import = "import:tree-industry.v2";
    assert!(needs(import).is_empty());
    assert_eq!(needs("tokens:rust/tree-industry.v2"), ["dataset:rust", import]);
    assert_eq!(needs("train:asynchronous"), ["tokens:rust/tree-industry.v2", import]);
    assert_eq!(needs("evaluate:tree-industry.v2/loss"), [import, "tokens:rust/tree-industry.v2"]);
    assert_eq!(needs("gate:asynchronous/loss"), ["evaluate:asynchronous/loss", "evaluate:tree-industry.v2/loss"]);
    for of in ["card:asynchronous", "publish:child"] {
        assert!(needs(of).contains(&import.to_owned()), "{of}: {:?}", needs(of));
    }
    assert!(!plan.stages.iter().any(|stage| stage.id.to_string().starts_with("tokenizer:")));
}

#[test]
fn a_model_outside_is_its_files_and_nothing_else() {
    let recipe = recipe_beside(&FakeZoo { champion: 2 }, CHILD).unwrap();
    let before = plan(&recipe);
    let mut other = recipe.clone();
    other.imports.values_mut().for_each(|import| import.license = None);
    assert_eq!(changed(&before, &plan(&other)), BTreeSet::new());
    other.imports.values_mut().for_each(|import| {
        import.content = crate::recipe::Content::Files { weights: Digest::of(b"w"), tokenizer: Some(Digest::of(b"t")) };
    });
    assert_eq!(changed(&before, &plan(&other)), with_descendants(&before, &["import:tree-industry.v2"]));
}

#[test]
fn an_alias_that_moved_makes_the_child_stale_and_says_so() {
    let gateless =
        CHILD.replace("gates:\n  - { model: asynchronous, evaluation: loss, less-than: zoo/tree-industry@v2 }\n", "");
    let planned = |champion| plan(&recipe_beside(&FakeZoo { champion }, &gateless).unwrap());
    let mut after = planned(3);
    judge(&mut after, &all_done(&planned(2)));
    assert_eq!(reason(&after, "import:tree-industry.v3"), "never done before");
    assert_eq!(reason(&after, "train:asynchronous"), "base tree-industry.v2 → tree-industry.v3");
    assert_eq!(reason(&after, "dataset:rust"), "fresh");
}

proptest! {
    #[test]
    fn stale_is_what_has_changed_and_what_stands_behind_it(forgotten in prop::collection::btree_set(0..30usize, 0..6)) {
        let mut plan = plan(&recipe(""));
        let mut ledger = all_done(&plan);
        let forgotten: BTreeSet<String> = forgotten.into_iter().filter_map(|i| plan.stages.get(i)).map(|stage| {
            ledger.done.remove(&stage.fingerprint);
            stage.id.to_string()
        }).collect();
        judge(&mut plan, &ledger);
        // The same key gives the same bytes: what stands behind a stage that is done again stays fresh.
        prop_assert_eq!(stale(&plan), forgotten);
    }
}
