//! The recipes of pictures, each from its data to the zoo: a few steps on few digits, as a stranger would try them.

use crate::support::Project;

/// Runs a recipe that ships, every training only a few steps, without its gates, which ask for a real training; returns the words of
/// what it said.
fn tried(recipe: &str, models: &[&str]) -> String {
    let project = Project::empty();
    let path = format!("{}/recipes/{recipe}.yaml", env!("CARGO_MANIFEST_DIR"));
    let short = models.iter().map(|model| format!("models.{model}.train.budget={{ steps: 3 }}"));
    let settings: Vec<String> = short.chain(["gates=[]".to_owned()]).collect();
    let mut arguments = vec!["run", &path];
    settings.iter().for_each(|setting| arguments.extend(["--set", setting]));
    let said = project.pedigree(&arguments);
    assert_eq!(said.code, 0, "{said}");
    said.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Every model stands in the table with its parameters and steps, and is in the zoo.
fn stands(said: &str, recipe: &str, rows: &[&str]) {
    for row in rows {
        assert!(said.contains(row), "no `{row}` in {said}");
        let model = row.split(' ').next().unwrap();
        assert!(said.contains(&format!("card of {recipe}-{model}@v1")), "`{model}` is not in the zoo: {said}");
    }
}

#[test]
fn three_networks_tell_digits_apart() {
    let said = tried("mnist-classify", &["cnn", "mlp", "vit"]);
    stands(&said, "mnist-classify", &["cnn general 206.9 k 3", "mlp general 235.1 k 3", "vit general 139.0 k 3"]);
}

#[test]
fn a_probe_stands_on_what_was_learnt_without_labels() {
    let said = tried("mnist-selfsupervised", &["masked", "probe", "random"]);
    stands(
        &said,
        "mnist-selfsupervised",
        &["masked general 139.6 k 3", "probe industry 105.5 k", "random general 105.5 k"],
    );
}

#[test]
fn towers_find_captions() {
    stands(&tried("mnist-clip", &["towers"]), "mnist-clip", &["towers general 262.1 k 3"]);
}

#[test]
fn what_a_generator_makes_is_judged() {
    let said = tried("mnist-gan", &["judge", "generator"]);
    stands(&said, "mnist-gan", &["generator general 170.3 k 3", "judge general 206.9 k 3"]);
    assert!(said.contains("recognised: recognised") && said.contains("digits-made: class-coverage"), "{said}");
}
