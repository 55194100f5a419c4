//! Which data is looked through for which evaluations, and whom that holds back.

use super::*;

#[test]
fn every_dataset_that_is_learned_is_looked_through_for_all_evaluations() {
    let plan = plan(&recipe(""));
    let needs = |id: &str| {
        plan.stage(&id.parse().unwrap()).map(|stage| stage.needs.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(needs("contamination:prose").unwrap(), ["dataset:prose", "dataset:rust"]);
    assert_eq!(needs("contamination:tasks").unwrap(), ["dataset:prose", "dataset:rust", "dataset:tasks"]);
    let all: BTreeSet<_> = plan.stages.iter().map(|stage| stage.fingerprint).collect();
    assert_eq!(all.len(), plan.stages.len(), "two stages have one fingerprint");
    let cards = ["card:general", "card:industry", "card:vertical"].map(|id| needs(id).unwrap());
    let n_read = cards.map(|needs| needs.iter().filter(|need| need.starts_with("contamination:")).count());
    assert_eq!(n_read, [1, 2, 3], "a card tells of the data of all ancestors");
    let without = build(&recipe("evaluations={}\ngates=[]\ncontamination.allow=[]"), &sources());
    assert!(without.stages.iter().all(|stage| stage.id.kind() != StageKind::Contamination));
}

#[test]
fn a_model_that_waits_for_clean_data_is_the_same_model() {
    let (warns, fails) = (plan(&recipe("")), plan(&recipe("contamination.on-find=fail")));
    let (one, other) = (fingerprints(&warns), fingerprints(&fails));
    assert!(one.iter().all(|(id, fingerprint)| other.get(id) == Some(fingerprint)), "a stage became another one");
    let added: Vec<_> = other.keys().filter(|id| !one.contains_key(*id)).collect();
    assert_eq!(added, ["uncontaminated:general", "uncontaminated:industry", "uncontaminated:vertical"]);
    let vertical = fails.stage(&"uncontaminated:vertical".parse().unwrap()).unwrap();
    let needs: Vec<_> = vertical.needs.iter().map(ToString::to_string).collect();
    assert_eq!(needs, ["contamination:prose", "contamination:rust", "contamination:tasks"]);
    for id in ["train:vertical", "publish:tree"] {
        let stage = fails.stage(&id.parse().unwrap()).unwrap();
        assert!(stage.needs.contains(&vertical.id) && stage.inputs().all(|input| *input != vertical.id), "{id}");
    }
    let mut forced = fails.clone();
    judge(&mut forced, &all_done(&fails));
    force(&mut forced, &BTreeSet::from(["contamination:prose".parse().unwrap()]));
    assert_eq!(reason(&forced, "uncontaminated:vertical"), "contamination:prose is stale");
    assert_eq!(reason(&forced, "train:vertical"), "fresh", "a search that is done again trains nothing");
}

#[test]
fn what_is_allowed_changes_what_is_looked_for_and_no_model() {
    let before = plan(&recipe(""));
    let after = plan(&recipe("contamination.allow=[{ document: \"x/**\" }]"));
    let roots = ["contamination:prose", "contamination:rust", "contamination:tasks"];
    let searches = with_descendants(&before, &roots);
    assert_eq!(changed(&before, &after), searches);
    assert!(searches.iter().all(|id| !id.starts_with("train:") && !id.starts_with("evaluate:")), "{searches:?}");
}

#[test]
fn a_model_of_a_sweep_is_held_back_by_the_evaluations_of_its_own_point_alone() {
    let text = TEXT.replace("width: 16", "width: \"${width}\"").replace("{ champion: vertical }", "{}");
    let evaluations = "evaluations:\n  own: { metric: loss, data: prose, tokens: \"${width}\" }\n";
    let text = format!("matrix: {{ width: [16, 32] }}\n{}", text.replacen("evaluations:\n", evaluations, 1));
    let plan = plan(&recipe_of(&text.replace("ngram: 10", "on-find: fail")));
    let stage = plan.stage(&"uncontaminated:general-width-16".parse().unwrap()).unwrap();
    let Work::Uncontaminated(work) = &stage.work else { panic!("{:?}", stage.work) };
    let measured: BTreeSet<&str> = work.measured.iter().map(|measured| measured.evaluation.as_str()).collect();
    assert!(measured.contains("own-width-16") && !measured.contains("own-width-32"), "{measured:?}");
}
