//! The facts as the page on a preparation shows them: rows of words, and bars with their places.

use serde::Serialize;

use crate::card::dataset::bars::{Bars, profile};
use crate::card::dataset::facts::DatasetFacts;
use crate::card::number::{bytes, count, percent};
use crate::record::report::{Cluster, DatasetReport, StepReport};

/// The length of the longest bar.
const LONGEST: f64 = 340.0;
/// The height of a bar and the space behind it.
const ROW: usize = 26;
/// The most characters of a bar's label: there is room for so many.
const MOST_CHARS: usize = 30;

/// The facts as the template shows them.
#[derive(Debug, Serialize)]
pub(super) struct Page {
    title: String,
    description: String,
    head: Vec<(&'static str, String)>,
    funnel: Drawn,
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
    drawn: Drawn,
    rows: Vec<Vec<String>>,
}

/// Bars with their places, in units of the picture.
#[derive(Debug, Serialize)]
struct Drawn {
    height: usize,
    summary: String,
    bars: Vec<DrawnBar>,
}

#[derive(Debug, Serialize)]
struct DrawnBar {
    label: String,
    short: String,
    value: String,
    top: usize,
    middle: usize,
    kept: String,
    kept_end: String,
    gone: Option<String>,
    end: String,
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
        let mut split_header: Vec<String> = ["Split", "Rows", "Share", "Text"].map(str::to_owned).to_vec();
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
    let (rows_in, rows_out) = (facts.rows_in(), facts.rows_out());
    let share = if rows_in == 0 { 1.0 } else { rows_out as f64 / rows_in as f64 };
    let mut lines = vec![
        (
            "Source",
            format!(
                "{}: {} files, {}",
                facts.source_word(),
                count(facts.report.files),
                bytes(facts.report.source_bytes)
            ),
        ),
        ("Rows", format!("{} in, {} out ({})", count(rows_in), count(rows_out), percent(share))),
        ("Bad rows left out", count(facts.report.bad_rows)),
        ("Text left", bytes(facts.bytes_out())),
    ];
    for (tokenizer, report) in &facts.tokens {
        lines.push(("Tokens", format!("{} of {tokenizer}", count(report.tokens.values().sum()))));
    }
    lines.push(("Licence", facts.license.clone().unwrap_or_else(|| "unknown".to_owned())));
    lines.push(("Digest", facts.digest().to_string()));
    lines.extend(facts.source_digest.map(|digest| ("Digest of the source", digest.to_string())));
    lines
}

/// Returns what every step let through and what it dropped, as bars of one scale.
fn funnel(facts: &DatasetFacts) -> Drawn {
    let steps = &facts.report.steps;
    let most = steps.iter().map(|step| step.records_in.max(step.records_out)).max().unwrap_or(0).max(1) as f64;
    let bars = steps.iter().map(|step| {
        // An extraction makes more rows than it is given documents.
        let gone = step.records_in.saturating_sub(step.records_out);
        let value = match gone {
            0 => count(step.records_out),
            gone => format!("{} (−{})", count(step.records_out), count(gone)),
        };
        (step.step.clone(), value, step.records_out as f64 / most, gone as f64 / most)
    });
    let summary = format!("{} rows in, {} out", count(facts.rows_in()), count(facts.rows_out()));
    drawn(bars.collect(), summary)
}

fn group(group: Bars) -> Group {
    let value = |records: u64, share: f64| format!("{} ({})", count(records), percent(share));
    let bars = group.bars.iter().map(|bar| (bar.label.clone(), value(bar.records, bar.share), bar.length, 0.0));
    let most = group.bars.iter().max_by_key(|bar| bar.records);
    let summary = most.map(|bar| format!("the most are {}", bar.label)).unwrap_or_default();
    let rows = group.bars.iter().map(|bar| vec![bar.label.clone(), count(bar.records), percent(bar.share)]).collect();
    Group { drawn: drawn(bars.collect(), summary), rows, title: group.title }
}

/// Gives bars their places: label, value, and what is kept and gone as shares of the longest bar.
fn drawn(bars: Vec<(String, String, f64, f64)>, summary: String) -> Drawn {
    let place = |(i, (label, value, kept, gone)): (usize, (String, String, f64, f64))| {
        let (kept, gone) = (kept * LONGEST, gone * LONGEST);
        let number = |value: f64| format!("{value:.1}");
        let cut: String = label.chars().take(MOST_CHARS).collect();
        DrawnBar {
            short: if cut.len() < label.len() { format!("{cut}…") } else { cut },
            top: i * ROW + 4,
            middle: i * ROW + 13,
            kept: number(kept),
            kept_end: number(220.0 + kept),
            gone: (gone > 0.0).then(|| number(gone)),
            end: number(228.0 + kept + gone),
            label,
            value,
        }
    };
    let bars: Vec<DrawnBar> = bars.into_iter().enumerate().map(place).collect();
    Drawn { height: bars.len() * ROW + 8, summary, bars }
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
    let row = |(reason, n): (&String, &u64)| vec![step.step.clone(), reason.clone(), count(*n), percent(share(*n))];
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
        let share = percent(split.records as f64 / all);
        let mut row = vec![name.word().to_owned(), count(split.records), share, bytes(split.bytes)];
        row.extend(facts.tokens.values().map(|report| count(report.tokens.get(name).copied().unwrap_or(0))));
        row
    };
    facts.report.splits.iter().map(row).collect()
}
