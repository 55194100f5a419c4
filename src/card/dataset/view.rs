//! The facts as the card of a dataset shows them: words, in the order of the card.

use serde::Serialize;

use crate::card::dataset::bars::profile;
use crate::card::dataset::croissant::what;
use crate::card::dataset::facts::DatasetFacts;
use crate::card::dataset::source;
use crate::card::number::{bytes, count, portion};
use crate::record::report::StepReport;

/// The facts as the template shows them.
#[derive(Debug, Serialize)]
pub(super) struct View {
    title: String,
    name: String,
    recipe: String,
    description: String,
    rows_in: String,
    extracted: Option<String>,
    rows_out: String,
    left: String,
    bad_rows: Option<String>,
    source: Vec<(String, String)>,
    steps: Vec<StepView>,
    dealt: String,
    measure: &'static str,
    tokenizers: Vec<String>,
    splits: Vec<SplitView>,
    columns: Vec<(String, String)>,
    profile: Vec<GroupView>,
    limits: Vec<String>,
    provenance: Vec<(String, String)>,
}

#[derive(Debug, Serialize)]
struct StepView {
    step: String,
    records_in: String,
    records_out: String,
    changed: String,
    reasons: String,
    counts: String,
}

#[derive(Debug, Serialize)]
struct SplitView {
    split: &'static str,
    rows: String,
    text: String,
    file: String,
    size: String,
    tokens: Vec<String>,
}

#[derive(Debug, Serialize)]
struct GroupView {
    title: String,
    bars: Vec<BarView>,
}

#[derive(Debug, Serialize)]
struct BarView {
    label: String,
    records: String,
    share: String,
}

impl View {
    pub(super) fn of(facts: &DatasetFacts) -> Self {
        let groups = profile(&facts.report.profile)
            .into_iter()
            .map(|group| GroupView { title: group.title, bars: group.bars.into_iter().map(bar).collect() });
        Self {
            title: facts.name.clone(),
            name: facts.name.clone(),
            recipe: facts.recipe.to_string(),
            description: facts.description.clone(),
            rows_in: count(facts.rows_in()),
            extracted: facts.extracted().map(count),
            rows_out: count(facts.rows_out()),
            left: portion(facts.share_left()),
            bad_rows: (facts.report.bad_rows > 0).then(|| count(facts.report.bad_rows)),
            source: lines_of_source(facts),
            steps: facts.report.steps.iter().map(step).collect(),
            dealt: dealt(facts),
            measure: facts.measure(),
            tokenizers: facts.tokens.keys().cloned().collect(),
            splits: splits(facts),
            columns: facts.columns().map(|column| (column.to_owned(), what(column).to_owned())).collect(),
            profile: groups.collect(),
            limits: limits(facts),
            provenance: provenance(facts),
        }
    }
}

fn lines_of_source(facts: &DatasetFacts) -> Vec<(String, String)> {
    let line = |name: &str, value: String| (name.to_owned(), value);
    let mut lines = vec![line("Type", facts.source_word().to_owned())];
    lines.extend(source::words(&facts.source));
    lines.push(line("Files", count(facts.report.files)));
    lines.push(line("Size", bytes(facts.report.source_bytes)));
    lines.push(line("Digest (BLAKE3)", facts.source_digest.map_or("unknown".to_owned(), |digest| digest.to_string())));
    lines.push(line("Licence", facts.license.clone().unwrap_or_else(|| "unknown".to_owned())));
    let languages = if facts.language.is_empty() { "unknown".to_owned() } else { facts.language.join(", ") };
    lines.push(line("Language", languages));
    lines
}

fn step(step: &StepReport) -> StepView {
    let StepReport { step, records_in, records_out, changed, bytes_in: _, bytes_out: _, counts, reasons, samples: _ } =
        step;
    let words = |numbers: &std::collections::BTreeMap<String, u64>| {
        let there = numbers.iter().filter(|(_, n)| **n > 0);
        there.map(|(what, n)| format!("{what} {}", count(*n))).collect::<Vec<_>>().join(", ")
    };
    StepView {
        step: step.clone(),
        records_in: count(*records_in),
        records_out: count(*records_out),
        changed: count(*changed),
        reasons: words(reasons),
        counts: words(counts),
    }
}

/// Returns how rows were dealt to the splits, as far as the key of the dataset tells.
fn dealt(facts: &DatasetFacts) -> String {
    let split = &facts.made["split"];
    let together = match split["by"].as_str() {
        Some("document") => "The rows of one source document are in one split.".to_owned(),
        Some("record") => "Every row was dealt by itself.".to_owned(),
        Some("group") => match split["group"].as_str() {
            Some(field) => format!("Rows of the same {field} are in one split, whatever documents they come from."),
            None => "The rows of one group are in one split.".to_owned(),
        },
        // Whoever deals otherwise is named, and not explained.
        Some(by) => return format!("Rows were dealt by {by}."),
        None => String::new(),
    };
    let how = match split["stratify"].as_str() {
        Some(class) => format!(
            "Rows were dealt by a hash of their names within each class ({class}), so that every class has the same shares; a few rows move when the data grows."
        ),
        None => {
            "Rows were dealt by a hash of their names, so that a row stays where it is when the data grows.".to_owned()
        }
    };
    let is_named = split["assign"].as_object().is_some_and(|assign| assign.values().any(|names| names[0].is_string()));
    let named = is_named.then_some("Of some documents the recipe says by name where they belong.");
    let taken = (split["decontaminate"] == true)
        .then_some("What stands in the training split was taken out of the validation and test splits.");
    let sentences = [Some(how.as_str()), Some(together.as_str()), named, taken];
    let sentences: Vec<&str> = sentences.into_iter().flatten().filter(|sentence| !sentence.is_empty()).collect();
    sentences.join(" ")
}

fn splits(facts: &DatasetFacts) -> Vec<SplitView> {
    let split = |file: &crate::card::dataset::SplitFile| {
        let text = facts.report.splits.get(&file.split).map_or(0, |split| split.bytes);
        let tokens = facts.tokens.values().map(|report| count(report.tokens.get(&file.split).copied().unwrap_or(0)));
        let is_there = file.rows > 0;
        SplitView {
            split: file.split.word(),
            rows: count(file.rows),
            text: bytes(text),
            file: if is_there { file.file.clone() } else { "none".to_owned() },
            size: if is_there { bytes(file.bytes) } else { String::new() },
            tokens: tokens.collect(),
        }
    };
    facts.files.iter().map(split).collect()
}

fn bar(bar: crate::card::dataset::Bar) -> BarView {
    BarView { label: bar.label, records: count(bar.records), share: portion(bar.share) }
}

/// Returns what somebody who takes the data has to know: what is unknown, and what the preparation does not promise.
fn limits(facts: &DatasetFacts) -> Vec<String> {
    let mut limits = Vec::new();
    let mut add = |is_so: bool, text: &str| limits.extend(is_so.then(|| text.to_owned()));
    let did = |word: &str| facts.report.steps.iter().any(|step| step.step == word);
    add(
        facts.license.is_none(),
        "The licence is unknown: the recipe names none. Ask whoever made the source before passing the data on.",
    );
    add(
        facts.language.is_empty(),
        "The languages are unknown: the recipe names none. What was detected is a guess of a program.",
    );
    add(facts.description.is_empty(), "What the data is for is unknown: the recipe says nothing of it.");
    add(!did("redact-pii"), "Private data was not looked for.");
    let has_names = facts.report.steps.iter().any(|step| step.step == "redact-pii" && step.counts.contains_key("name"));
    add(
        did("redact-pii") && !has_names,
        "Private data was looked for by patterns: names, addresses and whatever has no pattern may still stand in it.",
    );
    add(
        has_names,
        "Private data was looked for by patterns, and names by a list: other names, addresses and whatever has no pattern may still stand in it.",
    );
    add(!did("dedup-exact") && !did("dedup-near"), "Duplicates were not looked for.");
    add(facts.has_media(), "What pictures and sounds show was not looked at.");
    limits.push("Whether the source is right, fair or complete was not looked at. Who made it, when, and how is not known here.".to_owned());
    limits
}

fn provenance(facts: &DatasetFacts) -> Vec<(String, String)> {
    let mut lines = vec![
        ("Digest of all tables".to_owned(), facts.digest().to_string()),
        ("Fingerprint of the preparation".to_owned(), facts.fingerprint.to_string()),
    ];
    lines.extend(facts.seed.map(|seed| ("Seed of the split".to_owned(), seed.to_string())));
    lines.extend(facts.filled().map(|file| (format!("BLAKE3 of {}", file.file), file.digest.to_string())));
    lines
}
