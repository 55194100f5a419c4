//! Which keys stand where, with an example of each: what a message says of a key that is missing or in the wrong place.
//!
//! Never decides what is legal: that is what the readers do, and a test holds this page to what they read.

use crate::recipe::code::Code;
use crate::recipe::problem::listed;
use crate::recipe::read::node::{Value, shown};
use crate::recipe::read::reader::At;

/// A mapping: its path with `*` for any name, what a message calls it, and its keys, each with an example.
type Place = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

const PLACES: &[Place] = &[
    (
        "",
        "at the top of the recipe",
        &[
            ("version", "1"),
            ("name", "rust-coder"),
            ("description", "A small code model."),
            ("license", "apache-2.0"),
            ("tags", "{ language: [en], domain: code }"),
            ("run", "{ seed: 42 }"),
            ("datasets", "{ prose: { source: { type: files, root: data, include: [\"*.md\"] } } }"),
            ("tokenizers", "{ bytes: { type: byte-bpe, vocab-size: 4096, train-on: [prose] } }"),
            ("models", "{ general: { … } }"),
            ("evaluations", "{ ppl: { metric: perplexity, data: prose/test } }"),
            ("gates", "[{ model: industry, evaluation: ppl, less-than: general }]"),
            ("samples", "{ story: { model: vertical, prompt: Once } }"),
            ("publish", "{ zoo: { name: rust-coder } }"),
            ("defaults", "{ train: { accumulate: 2 } }"),
            ("vars", "{ data: ../data }"),
            ("matrix", "{ width: [64, 128] }"),
            ("extends", "base.yaml"),
            ("contamination", "{ on-find: fail }"),
            ("analyses", "{ law: { type: scaling-law, models: general, evaluation: ppl } }"),
        ],
    ),
    ("defaults", "in `defaults`", &[("train", "{ accumulate: 2 }")]),
    ("tags", "in `tags`", &[("language", "[en]"), ("domain", "code")]),
    (
        "run",
        "in `run`",
        &[
            ("seed", "42"),
            ("device", "auto"),
            ("precision", "fp32"),
            ("threads", "2"),
            ("repeats", "3"),
            ("max-hours", "2.5"),
            ("accelerator", "{ name: a100, count: 8 }"),
        ],
    ),
    (
        "datasets.*",
        "in a dataset",
        &[
            ("source", "{ type: files, root: data, include: [\"**/*.md\"] }"),
            ("extract", "{ type: rust-doc-pairs }"),
            ("clean", "[{ type: dedup-exact }]"),
            ("split", "{ train: 0.98, validation: 0.01, test: 0.01 }"),
        ],
    ),
    (
        "datasets.*.source",
        "in `source`",
        &[
            ("root", "data"),
            ("include", "[\"**/*.md\"]"),
            ("exclude", "[\"**/CHANGELOG*\"]"),
            ("strip-components", "1"),
        ],
    ),
    ("datasets.*.extract", "in `extract`", &[("prompt", "\"{doc}\""), ("response", "\"{body}\"")]),
    (
        "datasets.*.clean[]",
        "in a cleaning step",
        &[("chars", "200"), ("kinds", "[email, phone]"), ("method", "minhash"), ("threshold", "0.8")],
    ),
    (
        "datasets.*.split",
        "in `split`",
        &[("train", "0.98"), ("validation", "0.01"), ("test", "0.01"), ("by", "document")],
    ),
    ("tokenizers.*", "in a tokenizer", &[("vocab-size", "4096"), ("train-on", "[prose]")]),
    (
        "models.*",
        "in a model",
        &[
            ("tier", "general"),
            ("base", "general"),
            ("architecture", "{ type: llama, layers: 4, width: 192, heads: 6, context: 128 }"),
            ("tokenizer", "bytes"),
            ("adapter", "{ type: lora, rank: 8 }"),
            ("train", "{ data: prose, budget: { steps: 300 } }"),
            ("variant", "{ of: general, values: { width: \"64\" } }"),
        ],
    ),
    (
        "models.*.architecture",
        "in `architecture`",
        &[
            ("layers", "4"),
            ("width", "192"),
            ("heads", "6"),
            ("kv-heads", "3"),
            ("mlp-width", "512"),
            ("context", "128"),
            ("rope-theta", "10000"),
            ("norm-epsilon", "1e-5"),
            ("tie-embeddings", "true"),
        ],
    ),
    ("models.*.adapter", "in `adapter`", &[("rank", "8"), ("alpha", "16"), ("then", "merge"), ("parent", "stack")]),
    (
        "models.*.train",
        "in `train`",
        &[
            ("objective", "{ type: causal-lm }"),
            ("data", "prose"),
            ("budget", "{ steps: 300 }"),
            ("batch-tokens", "4096"),
            ("accumulate", "1"),
            ("optimizer", "{ type: adamw, learning-rate: 0.001 }"),
            ("schedule", "{ type: cosine, warmup-steps: 40 }"),
            ("validate", "{ every-steps: 50 }"),
            ("checkpoint", "{ every-steps: 100, keep: 2 }"),
            ("early-stop", "{ patience: 5 }"),
        ],
    ),
    ("models.*.train.data", "in `data`", &[("mix", "{ rust: 0.9, prose: 0.1 }")]),
    ("models.*.train.budget", "in `budget`", &[("steps", "300"), ("epochs", "1"), ("tokens", "1000000")]),
    (
        "models.*.train.optimizer",
        "in `optimizer`",
        &[
            ("learning-rate", "0.001"),
            ("weight-decay", "0.1"),
            ("beta-1", "0.9"),
            ("beta-2", "0.95"),
            ("epsilon", "1e-8"),
            ("clip-norm", "1"),
        ],
    ),
    ("models.*.train.schedule", "in `schedule`", &[("warmup-steps", "40"), ("final-ratio", "0.1")]),
    ("models.*.train.validate", "in `validate`", &[("every-steps", "50"), ("tokens", "16384")]),
    ("models.*.train.checkpoint", "in `checkpoint`", &[("every-steps", "100"), ("keep", "2")]),
    ("models.*.train.early-stop", "in `early-stop`", &[("metric", "validation/loss"), ("patience", "5")]),
    (
        "evaluations.*",
        "in an evaluation",
        &[
            ("metric", "perplexity"),
            ("data", "prose/test"),
            ("tokens", "100000"),
            ("variant", "{ of: ppl, values: { width: \"64\" } }"),
        ],
    ),
    (
        "gates[]",
        "in a gate",
        &[
            ("model", "industry"),
            ("evaluation", "ppl"),
            ("less-than", "general"),
            ("greater-than", "general"),
            ("min-better-percent", "5"),
            ("max-worse-percent", "15"),
            ("at-most", "20"),
            ("at-least", "0.5"),
            ("than", "general"),
        ],
    ),
    (
        "samples.*",
        "in a sample",
        &[
            ("model", "vertical"),
            ("prompt", "Once"),
            ("max-tokens", "64"),
            ("temperature", "0.8"),
            ("top-k", "40"),
            ("top-p", "0.9"),
            ("seed", "42"),
        ],
    ),
    ("publish", "in `publish`", &[("zoo", "{ name: rust-coder }")]),
    ("publish.zoo", "in `zoo`", &[("name", "rust-coder"), ("aliases", "{ champion: vertical }")]),
];

/// What other programs call a key, and what it is called here.
const SYNONYMS: &[(&[&str], &str)] = &[
    (&["lr", "rate", "max-lr"], "learning-rate"),
    (&["max-steps", "num-steps", "n-steps", "iterations", "max-iters", "train-steps"], "steps"),
    (&["num-train-epochs", "num-epochs", "n-epochs", "max-epochs"], "epochs"),
    (&["batch", "batch-size", "per-device-train-batch-size", "micro-batch-size", "global-batch-size"], "batch-tokens"),
    (&["gradient-accumulation-steps", "gradient-accumulation", "grad-accum", "accumulation-steps"], "accumulate"),
    (
        &[
            "sequence-len",
            "sequence-length",
            "seq-len",
            "max-seq-length",
            "cutoff-len",
            "block-size",
            "n-ctx",
            "max-length",
        ],
        "context",
    ),
    (&["hidden-size", "d-model", "n-embd", "dim", "embedding-size"], "width"),
    (&["num-layers", "n-layer", "n-layers", "num-hidden-layers", "depth"], "layers"),
    (&["num-heads", "num-attention-heads", "n-head", "n-heads"], "heads"),
    (&["num-key-value-heads", "n-kv-heads"], "kv-heads"),
    (&["intermediate-size", "ffn-dim", "d-ff"], "mlp-width"),
    (&["warmup", "warmup-ratio", "num-warmup-steps", "lr-warmup-steps"], "warmup-steps"),
    (&["lr-scheduler", "lr-scheduler-type", "scheduler"], "schedule"),
    (&["r", "lora-r", "lora-rank"], "rank"),
    (&["lora-alpha"], "alpha"),
    (&["lora", "peft", "qlora"], "adapter"),
    (&["base-model", "parent", "model-name-or-path", "pretrained", "init-from"], "base"),
    (&["save-total-limit", "save-limit"], "keep"),
    (&["save-steps", "eval-steps", "save-every", "eval-every", "logging-steps"], "every-steps"),
    (&["max-grad-norm", "gradient-clipping", "grad-clip", "clip-grad"], "clip-norm"),
    (&["adam-beta1", "beta1"], "beta-1"),
    (&["adam-beta2", "beta2"], "beta-2"),
    (&["adam-epsilon", "eps"], "epsilon"),
    (&["wd", "decay"], "weight-decay"),
    (&["early-stopping-patience"], "patience"),
    (&["early-stopping"], "early-stop"),
    (&["val-set-size", "test-size", "val-size", "splits"], "split"),
    (&["val", "valid", "dev", "eval-split"], "validation"),
    (&["path", "folder", "dir", "directory", "data-dir"], "root"),
    (&["files", "glob", "globs", "pattern", "patterns"], "include"),
    (&["cleaning", "filters", "preprocess"], "clean"),
    (&["evals", "eval", "evaluate", "tests", "benchmarks"], "evaluations"),
    (&["dataset", "data-files"], "data"),
    (&["vocabulary", "vocab", "n-vocab"], "vocab-size"),
    (&["random-seed", "random-state"], "seed"),
    (&["dtype", "torch-dtype", "bf16", "fp16"], "precision"),
    (&["max-new-tokens", "num-predict"], "max-tokens"),
    (&["licence"], "license"),
    (&["base-recipe", "inherits", "defaults-from", "include-recipe", "parent-recipe"], "extends"),
    (&["variables", "params", "parameters"], "vars"),
    (&["sweep", "grid", "strategy"], "matrix"),
];

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
    if here.2.iter().any(|(key, _)| *key == folded) {
        return Some((
            Code::MisplacedKey,
            format!("`{folded}` goes with another `type`; the keys here are {}", listed(known.iter().copied())),
        ));
    }
    let synonym = SYNONYMS.iter().find(|(words, _)| words.contains(&folded.as_str())).map(|(_, target)| *target);
    // A word of other programs may be a key elsewhere; what it is called here comes first.
    if let Some(target) = synonym.filter(|target| known.contains(target)) {
        let such = example(path, target).map(|it| format!(", {it}")).unwrap_or_default();
        return Some((Code::UnknownKey, format!("here this is called `{target}`{such}")));
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
            "models.*.adapter" | "models.*.train.early-stop" => "vertical",
            "models.*.train.data" => "industry",
            _ if pattern.starts_with("datasets") => "rust",
            _ if pattern.starts_with("tokenizers") => "bytes",
            _ if pattern.starts_with("models") => "general",
            _ if pattern.starts_with("evaluations") => "ppl",
            _ => "story",
        };
        pattern.replace('*', name).replace("[]", ".0")
    }

    fn problems(set: String) -> Vec<(Code, String, Option<String>)> {
        let kinds = ["optimizer=adamw", "schedule=cosine"].map(|kind| {
            let (key, kind) = kind.split_once('=').unwrap();
            format!("models.general.train.{key}.type={kind}")
        });
        let sets: Vec<String> = kinds.into_iter().chain([set]).collect();
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
                for (code, found, _) in problems(format!("{path}={example}")) {
                    let is_kind = pattern.ends_with("clean[]") && code == Code::MisplacedKey;
                    let is_here = found.replace("[0]", ".0") == path;
                    let is_legal = matches!(
                        code,
                        Code::ConflictingKeys
                            | Code::BadShares
                            | Code::ShapeMismatch
                            | Code::Cycle
                            | Code::ComparesItself
                    );
                    assert!(!is_here || is_legal || is_kind, "{path}={example}: {code}");
                }
            }
        }
    }

    #[test]
    fn every_key_that_is_read_is_known_here() {
        for (pattern, _, keys) in PLACES.iter().filter(|(pattern, _, _)| !pattern.ends_with("data")) {
            let path = format!("{}.qqqqqqqqqqqqqqqq", in_the_fixture(pattern));
            let path = path.trim_start_matches('.');
            let found = problems(format!("{path}=1"));
            let hint = found.iter().find_map(|(code, _, hint)| (*code == Code::UnknownKey).then_some(hint.clone())?);
            let hint = hint.unwrap_or_else(|| panic!("{path}: {found:?}"));
            for known in hint.split('`').skip(1).step_by(2).filter(|known| *known != "type") {
                assert!(keys.iter().any(|(key, _)| *key == known), "`{known}` of `{pattern}` is missing in `PLACES`");
            }
        }
    }

    #[test]
    fn what_other_programs_call_it_leads_to_a_key() {
        for (words, target) in SYNONYMS {
            assert!(PLACES.iter().any(|(_, _, keys)| keys.iter().any(|(key, _)| key == target)), "{target}");
            for word in *words {
                let has = |keys: &[(&str, &str)], word: &str| keys.iter().any(|(key, _)| *key == word);
                assert!(!PLACES.iter().any(|(_, _, keys)| has(keys, target) && has(keys, word)), "{word}");
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
