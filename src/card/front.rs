//! The front matter: YAML between two lines `---`, as the Hugging Face Hub reads it.
//!
//! Every value is written as JSON, which is YAML that means the same to every reader.

use crate::card::facts::{CardFacts, EvaluationFacts};
use crate::card::number;
use crate::card::view::size_class;

/// Returns the front matter of a card.
pub(super) fn matter(facts: &CardFacts) -> String {
    let mut lines = vec!["---".to_owned()];
    if !facts.tags.language.is_empty() {
        lines.push(format!("language: [{}]", list(&facts.tags.language)));
    }
    lines.extend(facts.license.iter().map(|license| format!("license: {}", text(license))));
    lines.push("library_name: pedigree".to_owned());
    lines.push(format!("pipeline_tag: {}", task(facts)));
    lines.extend(facts.hub_base.iter().map(|base| format!("base_model: {}", text(base))));
    lines.push(format!("tags: [{}]", list(&tags(facts))));
    lines.extend(model_index(facts));
    lines.push("---\n\n".to_owned());
    lines.join("\n")
}

/// Returns what the model does, as the Hub calls it.
fn task(facts: &CardFacts) -> &'static str {
    if facts.train.objective.classification().is_some() { "text-classification" } else { "text-generation" }
}

fn tags(facts: &CardFacts) -> Vec<String> {
    let mut tags = vec!["pedigree".to_owned(), facts.tier.word().to_owned(), facts.architecture.word().to_owned()];
    tags.push(format!("{}-model", size_class(facts.parameters())));
    tags.extend(facts.tags.domain.clone());
    tags
}

/// Returns the model's own values in the form the Hub shows; without a value there is none.
fn model_index(facts: &CardFacts) -> Vec<String> {
    let own = |evaluation: &EvaluationFacts| evaluation.values.iter().find(|value| value.model == facts.model).cloned();
    let results: Vec<_> =
        facts.evaluations.iter().filter_map(|evaluation| Some((evaluation, own(evaluation)?.value))).collect();
    if results.is_empty() {
        return Vec::new();
    }
    let mut lines =
        vec!["model-index:".to_owned(), format!("  - name: {}", text(&facts.name)), "    results:".to_owned()];
    for (evaluation, value) in results {
        let dataset = text(evaluation.dataset.as_str());
        lines.extend([
            format!("      - task: {{\"type\": \"{}\"}}", task(facts)),
            format!(
                "        dataset: {{\"type\": {dataset}, \"name\": {dataset}, \"split\": {}}}",
                text(evaluation.split.word())
            ),
            "        metrics:".to_owned(),
            format!(
                "          - {{\"type\": {}, \"name\": {}, \"value\": {}}}",
                text(evaluation.metric.word()),
                text(evaluation.evaluation.as_str()),
                number::exact(value)
            ),
        ]);
    }
    lines
}

pub(super) fn list(texts: &[String]) -> String {
    texts.iter().map(|item| text(item)).collect::<Vec<_>>().join(", ")
}

/// Returns a text as a JSON string in which YAML finds nothing to fold, strip or refuse.
pub(super) fn text(text: &str) -> String {
    let json = serde_json::Value::String(text.to_owned()).to_string();
    let mut safe = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                safe.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            _ => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_value_comes_back_from_yaml_as_it_was(value in any::<String>()) {
            prop_assume!(!value.chars().any(|c| c > '\u{ffff}' && (u32::from(c) & 0xfffe) == 0xfffe));
            let yaml = format!("key: {}\n", text(&value));
            let read: std::collections::BTreeMap<String, String> = serde_saphyr::from_str(&yaml).unwrap();
            prop_assert_eq!(&read["key"], &value);
        }
    }
}
