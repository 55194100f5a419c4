//! Tests that hold the list of keys to what the readers read.

use super::*;
use crate::recipe::fixture::TEXT;
use crate::recipe::read::{Input, read};

/// Returns where in the fixture a mapping of this pattern stands.
fn in_the_fixture(pattern: &str) -> String {
    let name = match pattern {
        "datasets.*.extract" => "tasks",
        "datasets.*.clean[].rules.*" => return "datasets.prose.clean.0.rules.story".to_owned(),
        "models.*.adapter" | "models.*.train.early-stop" => "vertical",
        "models.*.train.ema" => "general",
        "models.*.train.data" => "industry",
        "models.*.architecture" => "shaped",
        "models.*.architecture.image" | "models.*.architecture.text" => "towers",
        _ if pattern.starts_with("models.*.train.objective") => "topic",
        _ if pattern.starts_with("datasets") => "rust",
        _ if pattern.starts_with("tokenizers") => "bytes",
        _ if pattern.starts_with("models") => "general",
        _ if pattern.starts_with("evaluations") => "ppl",
        _ if pattern.starts_with("analyses") => "law",
        _ => "story",
    };
    pattern.replace('*', name).replace("[]", ".0")
}

/// Sources of every type, of which each knows other keys.
const SOURCES: [&str; 17] = [
    "{ type: jsonl, include: [\"*\"], columns: { text: body } }",
    "{ type: files, include: [\"*\"] }",
    "{ type: http, url: \"https://example.org/x\", read: { type: files, include: [\"*\"] } }",
    "{ type: archive, path: x.zip }",
    "{ type: git, repository: x }",
    "{ type: hugging-face, dataset: a/b, files: [\"*\"] }",
    "{ type: object-store, url: \"s3://a/b\" }",
    "{ type: csv, include: [\"*\"] }",
    "{ type: lines, include: [\"*\"] }",
    "{ type: image-folder, include: [\"*\"] }",
    "{ type: idx, images: a, labels: b }",
    "{ type: audio-folder, include: [\"*\"] }",
    "{ type: pairs, table: a.csv, media: image }",
    "{ type: synthetic, generator: arithmetic, rows: 9 }",
    "{ type: mix, of: { prose: 1.0 } }",
    "{ type: zoo, dataset: a/b }",
    "{ type: described, tokens: 9 }",
];

/// Objectives that have keys, of which each knows others.
const OBJECTIVES: [&str; 8] = [
    "{ type: classification, classes: [a, b] }",
    "{ type: masked-lm }",
    "{ type: regression }",
    "{ type: autoencoder }",
    "{ type: adversarial }",
    "{ type: contrastive, pairs: views }",
    "{ type: distillation, teacher: general }",
    "{ type: preference }",
];

/// Tasks of every type, of which each knows other keys.
const TASKS: [&str; 2] = [
    "metric: accuracy, task: { type: multiple-choice, prompt: \"{{ a }}\", choices-from: b, answer: \"{{ c }}\", few-shot: { count: 1 } }",
    "metric: bleu, task: { type: generation, prompt: \"{{ a }}\", answer: \"{{ b }}\", few-shot: { count: 1 }, \
     filters: [{ type: regex, pattern: a }] }",
];

/// Networks of which each knows other keys.
const NETWORKS: [&str; 8] = [
    "{ type: llama, layers: 1, width: 16, heads: 2, context: 16 }",
    "{ type: gru, layers: 1, width: 16, context: 16 }",
    "{ type: mlp, hidden: [4] }",
    "{ type: cnn, channels: [4] }",
    "{ type: vit, patch: 4, layers: 1, width: 16, heads: 2 }",
    TOWERS,
    "{ type: autoencoder, hidden: [4], code: 2 }",
    "{ type: gan, latent: 4, channels: 4 }",
];

const TOWERS: &str = "{ type: clip, image: { patch: 7, layers: 1, width: 16, heads: 2 }, \
                      text: { layers: 1, width: 16, heads: 2, context: 8 }, projection: 8 }";

/// Optimizers and schedules, of which each knows other keys.
const OPTIMIZERS: [&str; 5] = ["adamw", "sgd", "lion", "muon", "adafactor"];
const SCHEDULES: [&str; 5] = ["cosine", "constant", "linear", "wsd", "one-cycle"];

/// Returns the sets that make of the fixture a recipe in which a mapping of this pattern can stand, one for each type.
fn settings(pattern: &str) -> Vec<String> {
    if pattern.starts_with("models.*.architecture") {
        let model = |network: &str| {
            let tokenizer = match ["llama", "gru", "clip"].iter().any(|word| network.contains(word)) {
                true => "tokenizer: bytes, ",
                false => "",
            };
            let name = if network == TOWERS && pattern.contains("architecture.") { "towers" } else { "shaped" };
            let data = "train: { data: pictures, budget: { steps: 1 } }";
            format!("models.{name}={{ architecture: {network}, {tokenizer}{data} }}")
        };
        return match pattern.ends_with("architecture") {
            true => NETWORKS.iter().map(|network| model(network)).collect(),
            false => vec![model(TOWERS)],
        };
    }
    let objectives = |all: &[&str]| all.iter().map(|one| format!("models.topic.train.objective={one}")).collect();
    let of = |key: &str, words: &[&str]| {
        words.iter().map(|word| format!("models.general.train.{key}={{ type: {word} }}")).collect()
    };
    match pattern {
        "models.*.train.optimizer" => of("optimizer", &OPTIMIZERS),
        "models.*.train.schedule" => of("schedule", &SCHEDULES),
        _ if pattern.starts_with("datasets.*.source") => {
            SOURCES.iter().map(|source| format!("datasets.rust.source={source}")).collect()
        }
        "datasets.*.features.augment" => {
            ["image", "log-mel"].map(|kind| format!("datasets.rust.features.type={kind}")).to_vec()
        }
        "models.*.train.objective" => objectives(&OBJECTIVES),
        "models.*.train.objective.corruption" => objectives(&[
            "{ type: autoencoder, corruption: { type: noise, deviation: 1 } }",
            "{ type: autoencoder, corruption: { type: mask, share: 0.5 } }",
        ]),
        "models.*.train.objective.decoder" => {
            objectives(&["{ type: autoencoder, decoder: { layers: 1, width: 8, heads: 2 } }"])
        }
        "models.*.train.objective.classification" => {
            objectives(&["{ type: distillation, teacher: general, classification: { classes: [a, b] } }"])
        }
        _ if pattern.starts_with("evaluations.*.task") => {
            TASKS.iter().map(|task| format!("evaluations.ppl={{ data: prose, {task} }}")).collect()
        }
        "evaluations.*.robustness" => {
            ["change-case", "noise", "shift"].map(|kind| format!("evaluations.ppl.robustness.type={kind}")).to_vec()
        }
        _ => vec!["name=tree".to_owned()],
    }
}

fn problems(settings: &str, set: String) -> Vec<(Code, String, Option<String>)> {
    let features = set.starts_with("datasets.rust.features.");
    let features = features.then(|| "datasets.rust.features.type=image".to_owned());
    let has_columns = set.starts_with("datasets.rust.source.columns").then(|| "datasets.rust.source.type=jsonl".into());
    let classes = "datasets.prose.clean=[{ type: classify, rules: { story: { any: [once] } } }]".to_owned();
    let classifier = [
        "datasets.labelled={ source: { type: described, tokens: 1000 } }",
        "models.topic={ base: general, train: { objective: { type: classification, classes: [a, b] }, \
         data: labelled, budget: { steps: 1 } } }",
    ];
    let law = set.starts_with("analyses.law").then(|| {
        "analyses={ law: { type: scaling-law, models: [general, industry, vertical], evaluation: ppl, \
         predict: [{ parameters: 1, tokens: 1 }] } }"
            .to_owned()
    });
    let sets: Vec<String> = law
        .into_iter()
        .chain(classifier.map(str::to_owned))
        .chain(features)
        .chain(has_columns)
        .chain([settings.to_owned(), classes, set])
        .collect();
    match read(&Input::new("tree.yaml", TEXT.as_bytes()).with_sets(&sets)) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.problems.into_iter().map(|it| (it.code, it.path, it.hint)).collect(),
    }
}

#[test]
fn every_key_stands_where_it_is_said_to_stand_and_its_example_can_be_read() {
    for Place { path: pattern, keys, .. } in places().filter(|place| place.path != "defaults") {
        for (key, example) in *keys {
            if example.contains('…') || *key == "extends" {
                continue;
            }
            let path = format!("{}.{key}", in_the_fixture(pattern));
            let path = path.trim_start_matches('.');
            // Of several types one at least reads it.
            let settings = settings(pattern);
            let wrong = settings.iter().map(|settings| {
                let found = problems(settings, format!("{path}={example}"));
                found.into_iter().find(|(code, found, _)| {
                    // The fixture has one kind of what comes in several, each with keys of its own.
                    let kinds = [
                        "clean[]",
                        "source",
                        "extract",
                        "tokenizers.*",
                        "features",
                        "task",
                        "filters[]",
                        "architecture",
                        "optimizer",
                        "schedule",
                    ];
                    let is_kind = matches!(code, Code::MisplacedKey | Code::UnknownKey)
                        && kinds.iter().any(|kind| pattern.ends_with(kind));
                    let is_here = found.replace("[0]", ".0") == path;
                    let is_legal = matches!(
                        code,
                        Code::ConflictingKeys
                            | Code::WrongObjective
                            | Code::BadShares
                            | Code::ShapeMismatch
                            | Code::Cycle
                            | Code::ComparesItself
                    );
                    is_here && !is_legal && !is_kind
                })
            });
            let wrong: Vec<_> = wrong.collect();
            assert!(wrong.iter().any(Option::is_none), "{path}={example}: {wrong:?}");
        }
    }
}

#[test]
fn every_key_that_is_read_is_known_here() {
    for place in places().filter(|place| !place.path.ends_with("data")) {
        let path = format!("{}.qqqqqqqqqqqqqqqq", in_the_fixture(place.path));
        let path = path.trim_start_matches('.');
        let mut n_hints = 0;
        for settings in settings(place.path) {
            let found = problems(&settings, format!("{path}=1"));
            let mut hints = found.into_iter().filter(|(code, ..)| *code == Code::UnknownKey);
            let Some((_, _, Some(hint))) = hints.next() else { continue };
            n_hints += 1;
            for known in hint.split('`').skip(1).step_by(2).filter(|known| *known != "type") {
                assert!(place.has(known), "`{known}` of `{}` is missing in `places`", place.path);
            }
        }
        assert!(n_hints > 0, "{path}");
    }
}

#[test]
fn what_other_programs_call_it_leads_to_a_key() {
    for (words, target) in SYNONYMS {
        assert!(places().any(|place| place.has(target)), "{target}");
        for word in *words {
            // Sources have several types, each with its own keys.
            let mut places = places().filter(|place| place.path != "datasets.*.source");
            assert!(!places.any(|place| place.has(target) && place.has(word)), "{word}");
        }
    }
}

#[test]
fn a_key_in_the_wrong_place_is_sent_to_the_nearest_right_one() {
    let said = |path, key: &str| of(path, key, &["data"]);
    let (code, hint) = said("models.a.b.train", "steps").unwrap();
    assert_eq!(code, Code::MisplacedKey);
    assert_eq!(hint, "`steps` stands in `budget`, such as `budget: { steps: 300 }`");
    assert_eq!(
        said("models.a.train", "learning_rate").unwrap().1,
        "`learning-rate` stands in `optimizer`, such as `optimizer: { learning-rate: 0.001 }`"
    );
    assert!(said("models.a.train", "lr").unwrap().1.starts_with("here this is called `learning-rate`; "));
    assert!(said("models.a.train", "every-steps").unwrap().1.contains("in `validate` or in `checkpoint`"));
    assert!(said("gates[12]", "tier").unwrap().1.contains("in a model"));
    assert_eq!(said("somewhere.else", "steps"), None);
}
