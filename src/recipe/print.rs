//! The recipe as meant, written as one would type it: what is printed is itself a recipe, and means the same.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::id::Name;
use crate::recipe::Recipe;
use crate::recipe::contamination::{Allow, Allowed, Contamination};
use crate::recipe::evaluation::{Evaluation, Gate, GateRule, Sample};
use crate::recipe::import::Import;
use crate::recipe::model::Model;
use crate::recipe::objective::{ClassWeights, Objective};
use crate::recipe::tokenizer::{Extended, Tokenizer};
use crate::recipe::training::{DataShare, Train};

/// Returns the recipe in the form in which recipes are typed.
pub fn typed(recipe: &Recipe) -> Value {
    let Recipe { tokenizers, models, imports, evaluations, gates, contamination: looked_for, samples, .. } = recipe;
    let mut value = plain(recipe);
    if let Value::Object(fields) = &mut value {
        fields.remove("imports");
    }
    put(&mut value, "tokenizers", tokenizers.iter().filter_map(tokenizer).collect::<Map<_, _>>().into());
    put(&mut value, "models", named(models, |one| model(one, imports)));
    put(&mut value, "evaluations", named(evaluations, evaluation));
    put(&mut value, "gates", gates.iter().map(|one| gate(one, imports)).collect());
    put(&mut value, "contamination", contamination(looked_for));
    put(&mut value, "samples", named(samples, sample));
    without_nothing(value)
}

fn plain(value: &impl serde::Serialize) -> Value {
    serde_json::to_value(value).expect("our own types serialize")
}

fn put(value: &mut Value, key: &str, part: Value) {
    if let Value::Object(fields) = value {
        fields.insert(key.to_owned(), part);
    }
}

fn named<T>(things: &BTreeMap<Name, T>, one: impl Fn(&T) -> Value) -> Value {
    things.iter().map(|(name, thing)| (name.to_string(), one(thing))).collect::<Map<_, _>>().into()
}

/// A tokenizer that comes with a model outside of the recipe is not typed.
fn tokenizer((name, tokenizer): (&Name, &Tokenizer)) -> Option<(String, Value)> {
    match tokenizer {
        Tokenizer::Imported { .. } => None,
        Tokenizer::Extend(extended) => Some((name.to_string(), extension(tokenizer, extended))),
        Tokenizer::ByteBpe(_)
        | Tokenizer::Bpe(_)
        | Tokenizer::WordPiece(_)
        | Tokenizer::Unigram(_)
        | Tokenizer::Character(_)
        | Tokenizer::Import(_) => Some((name.to_string(), plain(tokenizer))),
    }
}

/// The number of tokens is typed only where some are learnt.
fn extension(tokenizer: &Tokenizer, extended: &Extended) -> Value {
    let mut value = plain(tokenizer);
    if let (true, Value::Object(fields)) = (extended.train_on.is_empty(), &mut value) {
        fields.remove("vocab-size");
        fields.remove("train-on");
    }
    value
}

/// A model outside of the recipe is named by where it comes from.
fn reference(name: &Name, imports: &BTreeMap<Name, Import>) -> Value {
    match imports.get(name) {
        Some(import) => json!(import.reference),
        None => json!(name),
    }
}

/// A model with a parent has its parent's network and tokenizer: they are not typed.
fn model(model: &Model, imports: &BTreeMap<Name, Import>) -> Value {
    let mut value = plain(model);
    if let Some(base) = &model.base {
        put(&mut value, "base", reference(base, imports));
    }
    if let (Some(_), Value::Object(fields)) = (&model.base, &mut value) {
        fields.remove("architecture");
        fields.remove("tokenizer");
    }
    // A tokenizer that comes with a teacher outside of the recipe is not typed.
    if let (Some(true), Value::Object(fields)) =
        (model.tokenizer.as_ref().map(|tokenizer| imports.contains_key(tokenizer)), &mut value)
    {
        fields.remove("tokenizer");
    }
    put(&mut value, "train", train(&model.train, imports));
    value
}

fn train(train: &Train, imports: &BTreeMap<Name, Import>) -> Value {
    let mut value = plain(train);
    put(&mut value, "objective", objective(&train.objective, imports));
    let mix: Map<String, Value> =
        train.data.iter().map(|DataShare { dataset, weight }| (dataset.to_string(), json!(weight))).collect();
    put(&mut value, "data", json!({ "mix": mix }));
    value
}

/// A teacher is named by where it comes from, and weights of classes stand in one mapping.
fn objective(objective: &Objective, imports: &BTreeMap<Name, Import>) -> Value {
    let mut value = plain(objective);
    if let Some(teacher) = objective.teacher() {
        put(&mut value, "teacher", reference(teacher, imports));
    }
    let weights = objective.classification().and_then(|own| own.class_weights.as_ref());
    if let Some(ClassWeights::Of(weights)) = weights {
        let own = match value.get_mut("classification") {
            Some(own) => own,
            None => &mut value,
        };
        put(own, "class-weights", json!(weights));
    }
    value
}

fn evaluation(evaluation: &Evaluation) -> Value {
    let Evaluation { metric, dataset, split, tokens, records, k, task, robustness, by, variant } = evaluation;
    let mut value = json!({ "metric": metric, "data": format!("{dataset}/{}", split.word()), "tokens": tokens, "variant": variant });
    // What is not typed by default is not printed.
    for (key, given) in [
        ("records", records.map(|n| json!(n))),
        ("k", k.map(|k| json!(k))),
        ("task", task.as_ref().map(|task| json!(task))),
    ] {
        given.into_iter().for_each(|given| put(&mut value, key, given));
    }
    if let Some(robustness) = robustness {
        put(&mut value, "robustness", json!(robustness));
    }
    if let Some(by) = by {
        put(&mut value, "by", json!(by));
    }
    value
}

fn gate(gate: &Gate, imports: &BTreeMap<Name, Import>) -> Value {
    let Gate { model, evaluation, rule } = gate;
    let mut value = json!({ "model": model, "evaluation": evaluation });
    match rule {
        GateRule::LessThan { than } => put(&mut value, "less-than", reference(than, imports)),
        GateRule::GreaterThan { than } => put(&mut value, "greater-than", reference(than, imports)),
        GateRule::MinBetterPercent { percent, than } => {
            put(&mut value, "min-better-percent", json!(percent));
            put(&mut value, "than", reference(than, imports));
        }
        GateRule::MaxWorsePercent { percent, than } => {
            put(&mut value, "max-worse-percent", json!(percent));
            put(&mut value, "than", reference(than, imports));
        }
        GateRule::MaxForgottenPercent { percent } => put(&mut value, "max-forgotten-percent", json!(percent)),
        GateRule::AtMost { value: bound } => put(&mut value, "at-most", json!(bound)),
        GateRule::AtLeast { value: bound } => put(&mut value, "at-least", json!(bound)),
    }
    value
}

fn contamination(contamination: &Contamination) -> Value {
    let mut value = plain(contamination);
    put(&mut value, "allow", contamination.allow.iter().map(allow).collect());
    value
}

fn allow(allow: &Allow) -> Value {
    let Allow { evaluation, what, reason } = allow;
    match what {
        Allowed::Document(document) => json!({ "evaluation": evaluation, "document": document, "reason": reason }),
        Allowed::Text(text) => json!({ "evaluation": evaluation, "text": text, "reason": reason }),
    }
}

fn sample(sample: &Sample) -> Value {
    let Sample { model, prompt, sampling } = sample;
    let mut value = plain(sampling);
    put(&mut value, "model", json!(model));
    put(&mut value, "prompt", json!(prompt));
    value
}

/// Leaves out what is not there, and escapes what would be filled in.
fn without_nothing(value: Value) -> Value {
    match value {
        Value::Object(fields) => fields
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(key, value)| (key, without_nothing(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_nothing).collect(),
        // A literal `${` is typed with a doubled dollar sign.
        Value::String(text) => text.replace("${", "$${").into(),
        Value::Null | Value::Bool(_) | Value::Number(_) => value,
    }
}

/// Returns JSON as block YAML. Text is quoted as JSON quotes it, which YAML reads as the same text.
pub fn yaml(value: &Value) -> String {
    let mut text = String::new();
    block(value, 0, &mut text);
    text
}

fn block(value: &Value, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                text.push_str(&format!("{indent}{}:", shown_key(key)));
                after_mark(value, depth, text);
            }
        }
        Value::Array(items) => {
            for item in items {
                text.push_str(&format!("{indent}-"));
                after_mark(item, depth, text);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&format!("{indent}{}\n", shown(value)))
        }
    }
}

fn after_mark(value: &Value, depth: usize, text: &mut String) {
    let is_block = match value {
        Value::Object(fields) => !fields.is_empty(),
        Value::Array(items) => !items.is_empty(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    };
    if is_block {
        text.push('\n');
        block(value, depth + 1, text);
    } else {
        text.push_str(&format!(" {}\n", shown(value)));
    }
}

/// Returns a value as JSON, without the characters that JSON allows in text and YAML does not.
fn shown(value: &Value) -> String {
    let is_strange =
        |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    let mut text = String::new();
    for c in value.to_string().chars() {
        if is_strange(c) { text.push_str(&format!("\\u{:04x}", u32::from(c))) } else { text.push(c) }
    }
    text
}

/// Returns a key: quoted where YAML would take it for a number or another word of its own.
fn shown_key(key: &str) -> String {
    let is_word = key.starts_with(|c: char| c.is_ascii_alphabetic())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || "-_.:/".contains(c));
    let is_taken = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"].contains(&key.to_lowercase().as_str());
    if is_word && !is_taken { key.to_owned() } else { shown(&json!(key)) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::plan;
    use crate::recipe::fixture::recipe;
    use crate::recipe::read;
    use crate::recipe::read::Input;

    /// Returns the recipe that is read from what is printed, as YAML and as JSON, which is YAML too.
    fn printed_and_read(recipe: &Recipe) -> [Recipe; 2] {
        let typed = typed(recipe);
        [yaml(&typed), typed.to_string()].map(|text| {
            let read = read(&Input::new("printed.yaml", text.as_bytes()));
            read.unwrap_or_else(|error| panic!("{error:?}\n{text}")).recipe
        })
    }

    fn fingerprints(recipe: &Recipe) -> Vec<crate::id::Digest> {
        plan::build(recipe, &plan::Sources::new()).stages.iter().map(|stage| stage.fingerprint).collect()
    }

    #[test]
    fn a_name_that_looks_like_a_number_stays_a_name() {
        let mut recipe = recipe("");
        let sample = recipe.samples.values().next().unwrap().clone();
        recipe.samples = ["1e3", "007", "null", "No", "0x10", "1.0", "a.b-c_d"]
            .map(|name| (name.parse().unwrap(), sample.clone()))
            .into();
        let [again, _] = printed_and_read(&recipe);
        assert_eq!(again, recipe);
    }

    #[test]
    fn what_is_printed_is_a_recipe_that_means_the_same() {
        let recipe = recipe("");
        for again in printed_and_read(&recipe) {
            assert_eq!(again, recipe);
            assert_eq!(fingerprints(&again), fingerprints(&recipe));
        }
    }

    #[test]
    fn networks_and_adapters_of_every_kind_are_read_as_they_are_printed() {
        let kept = "models.industry.adapter={ type: lora, rank: 3, alpha: 5, then: keep }";
        let sets = [
            "models.general.architecture={ type: gpt2, layers: 1, width: 16, heads: 2, context: 16 }".to_owned(),
            format!("{kept}\nmodels.vertical.adapter={{ type: lora, parent: continue, then: keep }}"),
            format!("{kept}\nmodels.vertical.adapter={{ type: lora, rank: 2, parent: stack }}"),
            format!("{kept}\nmodels.vertical.adapter={{ type: lora, rank: 2, parent: merge }}"),
        ];
        for set in sets {
            let recipe = recipe(&set);
            for again in printed_and_read(&recipe) {
                assert_eq!(again, recipe, "{set}");
            }
        }
    }

    #[test]
    fn repeats_and_hours_are_printed_where_they_were_typed_and_nowhere_else() {
        let recipe = recipe("run.repeats=3\nrun.max-hours=2.5");
        for again in printed_and_read(&recipe) {
            assert_eq!(again, recipe);
        }
        let recorded = serde_json::to_value(&recipe.run).unwrap();
        assert_eq!((&recorded["repeats"], &recorded["max-hours"]), (&json!(3), &json!(2.5)));
        let plain = serde_json::to_value(crate::recipe::run::RunOptions::default()).unwrap();
        assert!(plain.get("repeats").is_none() && plain.get("max-hours").is_none(), "{plain}");
        assert_eq!(serde_json::from_value::<crate::recipe::run::RunOptions>(plain).unwrap(), Default::default());
    }

    proptest! {
        #[test]
        fn no_text_of_a_recipe_is_lost(text in "(?s).{1,60}|(\\$\\{|\\$|\\}|#|: |- |'|\"|\\\\|\n|\u{85}|\u{2028}|yes|null|1e3){1,20}") {
            let mut recipe = recipe("");
            recipe.description = text.clone();
            if !text.trim().is_empty() {
                recipe.samples.values_mut().for_each(|sample| sample.prompt = text.clone());
                recipe.contamination.allow.iter_mut().for_each(|allow| allow.reason = Some(text.clone()));
            }
            let printed = yaml(&typed(&recipe));
            let again = read(&Input::new("printed.yaml", printed.as_bytes()));
            prop_assert_eq!(again.map(|reading| reading.recipe), Ok(recipe), "{}", printed);
        }

        #[test]
        fn no_number_of_a_recipe_is_rounded(
            rate in 1e-9..1.0f64, decay in 0.0..1.0f64, percent in 0.0..1e6f64, seed in 0..i64::MAX as u64, threshold in 0.0..=1.0f64, weights in prop::array::uniform2(1e-3..1e3f64),
        ) {
            let set = format!("models.industry.train.data={{ mix: {{ rust: {}, prose: {} }} }}", weights[0], weights[1]);
            let rule = format!("gates=[{{ model: industry, evaluation: ppl, max-worse-percent: {percent}, than: general }}]");
            let optimizer = format!("models.general.train.optimizer={{ type: adamw, learning-rate: {rate}, weight-decay: {decay} }}");
            let recipe = recipe(&[set, rule, optimizer, format!("run.seed={seed}"), format!("contamination.threshold={threshold}")].join("\n"));
            for again in printed_and_read(&recipe) {
                prop_assert_eq!(fingerprints(&again), fingerprints(&recipe));
                prop_assert_eq!(again, recipe.clone());
            }
        }
    }
}
