//! The facts as the page on a preparation shows them: rows of words, and bars beside them.
//!
//! Bars are cells of tables, so that their words are as large as all others on a screen of any width.

use serde::Serialize;

use crate::card::dataset::bars::{Bar, Bars, profile};
use crate::card::dataset::facts::DatasetFacts;
use crate::card::number::{bytes, count, portion};
use crate::record::report::{Cluster, DatasetReport, StepReport};

/// The most characters of a bar's label that are shown; a pointer shows all of them.
const MOST_CHARS: usize = 60;

/// The facts as the template shows them.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    title: String,
    description: String,
    head: Vec<(&'static str, String)>,
    funnel: Vec<Drawn>,
    steps: Vec<Vec<String>>,
    reasons: Vec<Vec<String>>,
    counts: Vec<Vec<String>>,
    samples: Vec<Sample>,
    n_bad_rows: String,
    bad_rows: Vec<String>,
    clusters: Vec<ClusterView>,
    split_header: Vec<String>,
    splits: Vec<Vec<String>>,
    profile: Vec<Group>,
}

#[derive(Debug, Serialize)]
struct Sample {
    step: String,
    reason: String,
    record: String,
    text: String,
}

#[derive(Debug, Serialize)]
struct ClusterView {
    rows: String,
    kept: String,
    dropped: Vec<String>,
    text: String,
}

#[derive(Debug, Serialize)]
struct Group {
    title: String,
    bars: Vec<Drawn>,
}

/// A bar with the words beside it.
#[derive(Debug, Serialize)]
struct Drawn {
    label: String,
    short: String,
    cells: Vec<String>,
    /// What stayed, in percent of the longest bar.
    kept: String,
    /// What went, in percent of the longest bar.
    gone: Option<String>,
}

impl Page {
    pub(super) fn of(facts: &DatasetFacts) -> Self {
        let DatasetReport {
            files: _,
            source_bytes: _,
            bad_rows,
            bad_row_samples,
            steps,
            splits: _,
            clusters,
            profile: looks,
        } = &facts.report;
        let mut split_header: Vec<String> = ["Split", "Rows", "Share", facts.measure()].map(str::to_owned).to_vec();
        split_header.extend(facts.tokens.keys().map(|tokenizer| format!("Tokens of {tokenizer}")));
        Self {
            title: facts.reference(),
            description: facts.description.clone(),
            head: head(facts),
            funnel: funnel(facts),
            steps: steps.iter().map(step).collect(),
            reasons: steps.iter().flat_map(reasons).collect(),
            counts: steps.iter().flat_map(counts).collect(),
            samples: steps.iter().flat_map(samples).collect(),
            n_bad_rows: count(*bad_rows),
            bad_rows: bad_row_samples.clone(),
            clusters: clusters.iter().map(cluster).collect(),
            split_header,
            splits: splits(facts),
            profile: profile(looks).into_iter().map(group).collect(),
        }
    }
}

fn head(facts: &DatasetFacts) -> Vec<(&'static str, String)> {
    let mut lines = vec![
        (
            "Source",
            format!(
                "{}: {} {}, {}",
                facts.source_word(),
                count(facts.report.files),
                if facts.report.files == 1 { "file" } else { "files" },
                bytes(facts.report.source_bytes)
            ),
        ),
        ("Rows", format!("{}, {} out ({})", came(facts), count(facts.rows_out()), portion(facts.share_left()))),
        ("Bad rows left out", count(facts.report.bad_rows)),
        (if facts.has_media() { "Data left" } else { "Text left" }, bytes(facts.bytes_out())),
    ];
    for (tokenizer, report) in &facts.tokens {
        lines.push(("Tokens", format!("{} of {tokenizer}", count(report.tokens.values().sum()))));
    }
    lines.push(("Licence", facts.license.clone().unwrap_or_else(|| "unknown".to_owned())));
    lines.push(("Digest", facts.digest().to_string()));
    lines.extend(facts.source_digest.map(|digest| ("Digest of the source", digest.to_string())));
    lines
}

/// Returns the rows that came in, and the records that were extracted from them.
fn came(facts: &DatasetFacts) -> String {
    let rows_in = count(facts.rows_in());
    match facts.extracted() {
        None => format!("{rows_in} in"),
        Some(n) => format!("{rows_in} in, {} records extracted", count(n)),
    }
}

/// Returns what every step let through and what it dropped, as bars of one scale.
fn funnel(facts: &DatasetFacts) -> Vec<Drawn> {
    let steps = &facts.report.steps;
    let most = steps.iter().map(|step| step.records_in.max(step.records_out)).max().unwrap_or(0).max(1) as f64;
    let bar = |step: &StepReport| {
        // An extraction makes more rows than it is given documents.
        let gone = step.records_in.saturating_sub(step.records_out);
        let cells = vec![count(step.records_out), count(gone)];
        drawn(step.step.clone(), cells, step.records_out as f64 / most, gone as f64 / most)
    };
    steps.iter().map(bar).collect()
}

fn group(group: Bars) -> Group {
    let bar = |bar: Bar| drawn(bar.label, vec![count(bar.records), portion(bar.share)], bar.length, 0.0);
    Group { title: group.title, bars: group.bars.into_iter().map(bar).collect() }
}

/// Draws a bar: what is kept and gone are shares of the longest one.
fn drawn(label: String, cells: Vec<String>, kept: f64, gone: f64) -> Drawn {
    let percent = |share: f64| format!("{:.2}", share * 100.0);
    let cut: String = label.chars().take(MOST_CHARS).collect();
    Drawn {
        short: if cut.len() < label.len() { format!("{cut}…") } else { cut },
        label,
        cells,
        kept: percent(kept),
        gone: (gone > 0.0).then(|| percent(gone)),
    }
}

fn step(step: &StepReport) -> Vec<String> {
    vec![
        step.step.clone(),
        count(step.records_in),
        count(step.records_out),
        count(step.reasons.values().sum()),
        count(step.changed),
        bytes(step.bytes_in),
        bytes(step.bytes_out),
    ]
}

fn reasons(step: &StepReport) -> Vec<Vec<String>> {
    let share = |n: u64| if step.records_in == 0 { 0.0 } else { n as f64 / step.records_in as f64 };
    let row = |(reason, n): (&String, &u64)| vec![step.step.clone(), reason.clone(), count(*n), portion(share(*n))];
    step.reasons.iter().map(row).collect()
}

fn counts(step: &StepReport) -> Vec<Vec<String>> {
    step.counts.iter().map(|(what, n)| vec![step.step.clone(), what.clone(), count(*n)]).collect()
}

fn samples(step: &StepReport) -> Vec<Sample> {
    let sample = |dropped: &crate::record::report::Dropped| Sample {
        step: step.step.clone(),
        reason: dropped.reason.clone(),
        record: dropped.record.clone(),
        text: dropped.text.clone(),
    };
    step.samples.iter().map(sample).collect()
}

fn cluster(cluster: &Cluster) -> ClusterView {
    let Cluster { kept, dropped, records, text } = cluster;
    ClusterView { rows: count(*records), kept: kept.clone(), dropped: dropped.clone(), text: text.clone() }
}

fn splits(facts: &DatasetFacts) -> Vec<Vec<String>> {
    let all = facts.rows_out().max(1) as f64;
    let row = |(name, split): (&crate::recipe::dataset::SplitName, &crate::record::report::SplitReport)| {
        let share = portion(split.records as f64 / all);
        let mut row = vec![name.word().to_owned(), count(split.records), share, bytes(split.bytes)];
        row.extend(facts.tokens.values().map(|report| count(report.tokens.get(name).copied().unwrap_or(0))));
        row
    };
    facts.report.splits.iter().map(row).collect()
}
