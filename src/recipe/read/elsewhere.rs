//! Which keys stand where, with an example of each: what a message says of a key that is missing or in the wrong place.
//!
//! Never decides what is legal: that is what the readers do, and a test holds this page to what they read.

mod places;
mod synonyms;

use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::elsewhere::places::{PLACES, Place};
use crate::recipe::read::elsewhere::synonyms::SYNONYMS;
use crate::recipe::read::node::{Value, shown};
use crate::recipe::read::reader::At;

/// Returns what to say of a key that the mapping at `path` does not know: where it stands, or what it is called here.
pub fn of(path: &str, key: &str, known: &[&str]) -> Option<(Code, String)> {
    let here = place(path)?;
    let folded = key.to_lowercase().replace('_', "-");
    if known.contains(&folded.as_str()) {
        return None;
    }
    if let Some((first, rest)) = key.split_once('.').filter(|(first, _)| known.contains(first)) {
        return Some((Code::MisplacedKey, format!("a dot makes one key of it: write `{first}: {{ {rest}: … }}`")));
    }
    let synonym = SYNONYMS.iter().find(|(words, _)| words.contains(&folded.as_str())).map(|(_, target)| *target);
    // A word of other programs may be a key elsewhere, or of another type; what it is called here comes first.
    if let Some(target) = synonym.filter(|target| known.contains(target)) {
        let such = example(path, target).map(|it| format!(", {it}")).unwrap_or_default();
        return Some((Code::UnknownKey, format!("here this is called `{target}`{such}")));
    }
    if here.2.iter().any(|(key, _)| *key == folded) {
        return Some((
            Code::MisplacedKey,
            format!("`{folded}` goes with another `type`; the keys here are {}", listed(known.iter().copied())),
        ));
    }
    if let Some(hint) = stands(here.0, &folded) {
        return Some((Code::MisplacedKey, hint));
    }
    let target = synonym?;
    Some((Code::UnknownKey, format!("here this is called `{target}`; {}", stands(here.0, target)?)))
}

/// Returns where a key stands, seen from a mapping that does not know it: in the mappings nearest to it.
fn stands(here: &str, key: &str) -> Option<String> {
    let with_key = || PLACES.iter().filter(|(_, _, keys)| keys.iter().any(|(known, _)| *known == key));
    let least = with_key().map(|(path, _, _)| distance(here, path)).min()?;
    let nearest: Vec<&Place> = with_key().filter(|(path, _, _)| distance(here, path) == least).collect();
    let names: Vec<&str> = nearest.iter().map(|(_, name, _)| *name).collect();
    let example = match nearest[..] {
        [(path, _, keys)] => {
            let value = keys.iter().find(|(known, _)| *known == key).map_or("", |(_, example)| example);
            match path.rsplit(['.', '[']).next().filter(|last| !last.is_empty() && !["*", "]"].contains(last)) {
                Some(last) => format!(", such as `{last}: {{ {key}: {value} }}`"),
                None => format!(", such as `{key}: {value}`"),
            }
        }
        _ => String::new(),
    };
    Some(format!("`{key}` stands {}{example}", names.join(" or ")))
}

/// Returns how far apart two mappings stand: the steps up, and the steps down, which are easier to forget.
fn distance(here: &str, there: &str) -> (usize, usize) {
    let (mine, theirs) = (segments(here), segments(there));
    let common = mine.iter().zip(&theirs).take_while(|(one, other)| one == other).count();
    (mine.len() - common + theirs.len() - common, mine.len() - common)
}

fn segments(path: &str) -> Vec<&str> {
    path.split('.').filter(|part| !part.is_empty()).collect()
}

/// Returns an example of a key of the mapping at a path.
pub fn example(path: &str, key: &str) -> Option<String> {
    let (_, _, keys) = place(path)?;
    let (_, example) = keys.iter().find(|(known, _)| *known == key)?;
    Some(format!("such as `{key}: {example}`"))
}

/// Returns how to write what stands here as a mapping.
pub fn as_mapping(at: &At<'_>) -> Option<String> {
    if let (Value::Text(text), true) = (&at.node.value, at.path.contains(".clean[")) {
        let text = shown(text);
        let text = text.trim_matches('`');
        return Some(format!("such as `{{ type: {text} }}`"));
    }
    let sections = ["datasets", "tokenizers", "models", "evaluations", "samples"];
    if matches!(at.node.value, Value::List(_)) && sections.contains(&at.path.as_str()) {
        return Some(format!("`{}` are named: `name: {{ … }}` instead of `- …`", at.path));
    }
    match at.path.rsplit_once('.') {
        Some((parent, key)) => example(parent, key).or_else(|| example("", parent)),
        None => example("", at.path.split('[').next().unwrap_or(""))
            .or_else(|| Some(format!("a recipe begins with {}", listed(["version: 1"])))),
    }
}

/// Returns the mapping a path leads to.
fn place(path: &str) -> Option<&'static Place> {
    let mut general = String::new();
    let mut is_index = false;
    for c in path.chars() {
        is_index = if c == '[' { true } else { is_index && c != ']' };
        if !is_index || c == '[' {
            general.push(c);
        }
    }
    let general = match general.strip_prefix("defaults.train") {
        Some(rest) => format!("models.*.train{rest}"),
        None => general,
    };
    let fits = |pattern: &str| match pattern.split_once('*') {
        None => general == pattern,
        Some((before, after)) => {
            general.len() > before.len() + after.len() && general.starts_with(before) && general.ends_with(after)
        }
    };
    // Names may hold dots: of several patterns the one that says most is meant.
    PLACES.iter().filter(|(pattern, _, _)| fits(pattern)).max_by_key(|(pattern, _, _)| pattern.len())
}

#[cfg(test)]
mod tests {
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
            "evaluations.*.robustness" => vec!["evaluations.ppl.robustness.type=change-case".to_owned()],
            _ => vec!["name=tree".to_owned()],
        }
    }

    fn problems(settings: &str, set: String) -> Vec<(Code, String, Option<String>)> {
        let features = set.starts_with("datasets.rust.features.");
        let features = features.then(|| "datasets.rust.features.type=image".to_owned());
        let has_columns =
            set.starts_with("datasets.rust.source.columns").then(|| "datasets.rust.source.type=jsonl".into());
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
        for (pattern, _, keys) in PLACES.iter().filter(|(pattern, _, _)| *pattern != "defaults") {
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
        for (pattern, _, keys) in PLACES.iter().filter(|(pattern, _, _)| !pattern.ends_with("data")) {
            let path = format!("{}.qqqqqqqqqqqqqqqq", in_the_fixture(pattern));
            let path = path.trim_start_matches('.');
            let mut n_hints = 0;
            for settings in settings(pattern) {
                let found = problems(&settings, format!("{path}=1"));
                let mut hints = found.into_iter().filter(|(code, ..)| *code == Code::UnknownKey);
                let Some((_, _, Some(hint))) = hints.next() else { continue };
                n_hints += 1;
                for known in hint.split('`').skip(1).step_by(2).filter(|known| *known != "type") {
                    assert!(
                        keys.iter().any(|(key, _)| *key == known),
                        "`{known}` of `{pattern}` is missing in `PLACES`"
                    );
                }
            }
            assert!(n_hints > 0, "{path}");
        }
    }

    #[test]
    fn what_other_programs_call_it_leads_to_a_key() {
        for (words, target) in SYNONYMS {
            assert!(PLACES.iter().any(|(_, _, keys)| keys.iter().any(|(key, _)| key == target)), "{target}");
            for word in *words {
                let has = |keys: &[(&str, &str)], word: &str| keys.iter().any(|(key, _)| *key == word);
                // Sources have several types, each with its own keys.
                let places = PLACES.iter().filter(|(pattern, ..)| *pattern != "datasets.*.source");
                assert!(!places.into_iter().any(|(_, _, keys)| has(keys, target) && has(keys, word)), "{word}");
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
}
