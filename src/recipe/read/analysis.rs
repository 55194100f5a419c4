//! Reads `analyses`, once the models and the evaluations are known.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::analysis::{Analysis, Target};
use crate::recipe::code::Code;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::measured::Measured;
use crate::recipe::model::Model;
use crate::recipe::problem::{listed, nearest};
use crate::recipe::read::fields::{Fields, named};
use crate::recipe::read::node::Value;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::variant::Variant;

/// What analyses may name; `None` where it has mistakes of its own.
#[derive(Clone, Copy)]
pub struct Known<'r> {
    /// The models.
    pub models: Option<&'r BTreeMap<Name, Model>>,
    /// The evaluations.
    pub evaluations: Option<&'r BTreeMap<Name, Evaluation>>,
}

/// Reads all analyses.
pub fn analyses(reader: &mut Reader, at: &At<'_>, known: Known<'_>) -> Option<BTreeMap<Name, Analysis>> {
    named(reader, at, |reader, _, at| analysis(reader, at, known))
}

fn analysis(reader: &mut Reader, at: &At<'_>, known: Known<'_>) -> Option<Analysis> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "analysis", &[("scaling-law", ())]) else {
        fields.abandon();
        return None;
    };
    let models_at = fields.need(reader, "models");
    let evaluation_at = fields.need(reader, "evaluation");
    let predict = fields.or(reader, "predict", Vec::new(), |reader, at| reader.list(at, target));
    fields.finish(reader);
    let models = models_at.as_ref().and_then(|at| models(reader, at, known.models?));
    let evaluation = evaluation_at.as_ref().and_then(|at| evaluation(reader, at, known.evaluations?));
    let (models, evaluation) = (models?, evaluation?);
    agree(reader, &evaluation_at?, &models, &evaluation, known)?;
    Some(Analysis::ScalingLaw { models, evaluation, predict: predict? })
}

fn target(reader: &mut Reader, at: &At<'_>) -> Option<Target> {
    let mut fields = Fields::open(reader, at)?;
    let parameters = fields.need(reader, "parameters").and_then(|at| reader.large_count(&at, 1));
    let tokens = fields.need(reader, "tokens").and_then(|at| reader.large_count(&at, 1));
    fields.finish(reader);
    Some(Target { parameters: parameters?, tokens: tokens? })
}

/// Reads the models: a list, or one entry that a matrix copied.
fn models(reader: &mut Reader, at: &At<'_>, known: &BTreeMap<Name, Model>) -> Option<Vec<Name>> {
    let found = match &at.node.value {
        Value::List(_) => reader.some_list(at, |reader, at| entry(reader, at, known))?.concat(),
        _ => entry(reader, at, known)?,
    };
    let mut seen = BTreeSet::new();
    if let Some(twice) = found.iter().find(|name| !seen.insert(*name)) {
        return reader.wrong(at, format!("`{twice}` is named twice"), Some("keep one of them".to_owned()));
    }
    if found.len() < Analysis::LEAST_MODELS {
        let message = format!("a law takes at least {} models, found {}", Analysis::LEAST_MODELS, found.len());
        let hint = "name a model that a `matrix` copies, or a list of models";
        return reader.wrong(at, message, Some(hint.to_owned()));
    }
    let tokenizers: BTreeSet<&str> =
        found.iter().filter_map(|name| known[name].tokenizer.as_ref().map(Name::as_str)).collect();
    if tokenizers.len() > 1 {
        let message = format!("the models read in different tokens ({})", listed(tokenizers));
        let hint = "a loss a token means another thing for each: let them share a tokenizer";
        reader.warn(at.node.place, &at.path, message, Some(hint.to_owned()));
    }
    Some(found)
}

/// Returns the model of a name, or all copies a matrix made of an entry.
fn entry(reader: &mut Reader, at: &At<'_>, known: &BTreeMap<Name, Model>) -> Option<Vec<Name>> {
    let text = reader.text(at)?;
    let is_it = |name: &Name, variant: Option<&Variant>| is_called(name, variant, &text);
    let found = known.iter().filter(|(name, model)| is_it(name, model.variant.as_ref()));
    let found: Vec<Name> = found.map(|(name, _)| name.clone()).collect();
    if !found.is_empty() {
        return Some(found);
    }
    no_such(reader, at, "model", &text, known.iter().map(|(name, model)| (name, model.variant.as_ref())))
}

fn evaluation(reader: &mut Reader, at: &At<'_>, known: &BTreeMap<Name, Evaluation>) -> Option<Name> {
    let text = reader.text(at)?;
    let found: Vec<&Evaluation> = known
        .iter()
        .filter(|(name, evaluation)| is_called(name, evaluation.variant.as_ref(), &text))
        .map(|(_, evaluation)| evaluation)
        .collect();
    match found.iter().map(|evaluation| evaluation.metric).find(|metric| !metric.lower_is_better()) {
        Some(metric) => {
            let hint = "a scaling law is one of a loss: take an evaluation of `loss` or `perplexity`";
            reader.wrong(at, format!("`{text}` measures {}", metric.word()), Some(hint.to_owned()))
        }
        None if found.is_empty() => {
            let names = known.iter().map(|(name, evaluation)| (name, evaluation.variant.as_ref()));
            no_such(reader, at, "evaluation", &text, names)
        }
        None => text.parse().ok(),
    }
}

/// Checks that every model is measured on the evaluation or on a copy of it.
fn agree(reader: &mut Reader, at: &At<'_>, models: &[Name], evaluation: &Name, known: Known<'_>) -> Option<()> {
    let (all, evaluations) = (known.models?, known.evaluations?);
    let measured = Measured::of(all, reader.imports.all(), None);
    let is_measured = |model: &&Name| {
        let mut copies =
            evaluations.iter().filter(|(name, copy)| is_called(name, copy.variant.as_ref(), evaluation.as_str()));
        copies.any(|(_, copy)| measured.is_of(&all[*model], copy))
    };
    match models.iter().find(|model| !is_measured(model)) {
        Some(model) => {
            let hint =
                "take an evaluation that measures all of the models, on data whose test part none of them learns";
            reader.wrong(at, format!("`{model}` is not measured on `{evaluation}`"), Some(hint.to_owned()))
        }
        None => Some(()),
    }
}

/// Returns whether a thing has this name, or is a copy of the entry of this name.
fn is_called(name: &Name, variant: Option<&Variant>, text: &str) -> bool {
    name.as_str() == text || variant.is_some_and(|variant| variant.of.as_str() == text)
}

fn no_such<'n, T>(
    reader: &mut Reader,
    at: &At<'_>,
    word: &str,
    text: &str,
    known: impl Iterator<Item = (&'n Name, Option<&'n Variant>)>,
) -> Option<T> {
    let names: BTreeSet<&str> = known
        .flat_map(|(name, variant)| variant.map(|variant| variant.of.as_str()).into_iter().chain([name.as_str()]))
        .collect();
    let hint = match nearest(text, names.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if names.is_empty() => format!("this recipe has no {word}s"),
        None => format!("the {word}s of this recipe are {}", listed(names.iter().copied())),
    };
    reader.wrong_of(Code::NoSuchName, at, format!("there is no {word} `{text}`"), Some(hint))
}

#[cfg(test)]
mod tests {
    use crate::recipe::fixture::{TEXT, recipe_of};
    use crate::recipe::read::Input;
    use crate::recipe::render::render;
    use crate::recipe::{print, read};

    /// Returns the text of a sweep over the width, with these analyses.
    fn swept(analyses: &str) -> String {
        let text =
            TEXT.replace("width: 16", "width: \"${width}\"").replace("aliases: { champion: vertical }", "aliases: {}");
        format!("matrix: {{ width: [16, 32, 64] }}\n{text}analyses: {analyses}\n")
    }

    fn told(analyses: &str) -> String {
        let text = swept(analyses);
        match read(&Input::new("tree.yaml", text.as_bytes())) {
            Ok(reading) => render(&reading.warnings, false),
            Err(problems) => render(&problems, false),
        }
    }

    #[test]
    fn a_law_is_read_for_all_copies_of_an_entry_and_printed_with_their_names() {
        let law = "{ law: { type: scaling-law, models: general, evaluation: ppl, predict: [{ parameters: 1e8, tokens: 2e9 }] } }";
        let recipe = recipe_of(&swept(law));
        let analysis = recipe.analyses.values().next().unwrap();
        let models: Vec<&str> = analysis.models().iter().map(crate::id::Name::as_str).collect();
        assert_eq!(models, ["general-width-16", "general-width-32", "general-width-64"]);
        let printed = print::yaml(&print::typed(&recipe));
        assert!(printed.contains("parameters: 100000000"), "{printed}");
        assert_eq!(recipe_of(&printed), recipe);
    }

    #[test]
    fn a_list_may_name_models_and_entries() {
        let law = "{ law: { type: scaling-law, models: [industry, general-width-16], evaluation: loss } }";
        assert_eq!(recipe_of(&swept(law)).analyses.values().next().unwrap().models().len(), 4);
        assert!(
            told("{ law: { type: scaling-law, models: [general, general-width-16], evaluation: loss } }")
                .contains("`general-width-16` is named twice")
        );
    }

    #[test]
    fn mistakes_are_told_where_they_stand() {
        for (law, expected) in [
            ("{ models: genral, evaluation: ppl }", "did you mean `general`?"),
            ("{ models: general, evaluation: pl }", "did you mean `ppl`?"),
            ("{ models: [general-width-16], evaluation: ppl }", "a law takes at least 3 models, found 1"),
            ("{ models: general, evaluation: ppl, predict: [{ parameters: 0, tokens: 1 }] }", "0 is out of range"),
            (
                "{ models: general, evaluation: ppl, predict: [{ parameter: 1, tokens: 1 }] }",
                "did you mean `parameters`?",
            ),
            ("{ models: general, evaluation: ppl, metrics: loss }", "unknown key `metrics`"),
            ("{ evaluation: ppl }", "`models` is missing"),
        ] {
            let text = told(&format!("{{ law: {} }}", law.replacen('{', "{ type: scaling-law,", 1)));
            assert!(text.contains(expected), "{law}: {text}");
        }
        assert!(
            told("{ law: { type: scaling-laws, models: general, evaluation: ppl } }")
                .contains("did you mean `scaling-law`?")
        );
        let accuracy = swept("{ law: { type: scaling-law, models: general, evaluation: ppl } }")
            .replace("metric: perplexity", "metric: accuracy");
        let problems = read(&Input::new("tree.yaml", accuracy.as_bytes())).unwrap_err();
        assert!(render(&problems, false).contains("`ppl` measures accuracy"));
    }

    #[test]
    fn losses_in_different_tokens_are_told() {
        let text = swept("{ law: { type: scaling-law, models: general, evaluation: ppl } }")
            .replace("[16, 32, 64]", "[300, 400, 500]")
            .replace("vocab-size: 300", "vocab-size: \"${width}\"");
        let problems = read(&Input::new("tree.yaml", text.as_bytes())).unwrap().warnings;
        assert!(render(&problems, false).contains("the models read in different tokens"));
    }
}
