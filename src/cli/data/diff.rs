//! `pedigree data diff`: how the rows of two datasets differ, and what their preparations did differently.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::json;

use crate::cli::arguments::DataDiffArgs;
use crate::cli::data::found::{Found, Shelf};
use crate::cli::data::tables::{fit, lines, quote, section};
use crate::cli::format::count;
use crate::cli::printer::Printer;
use crate::cli::session::Session;
use crate::data::diff::{Diff, Example, Found as How, LabelChange, Shown, SplitDifference, diff};
use crate::error::Exit;
use crate::recipe::dataset::SplitName;
use crate::record::report::{DatasetReport, StepReport};

/// A step of either preparation.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
struct StepPair<'r> {
    step: &'r str,
    a: Option<&'r StepReport>,
    b: Option<&'r StepReport>,
}

/// Compares two datasets.
///
/// # Errors
/// When one of them is not there, or damaged.
pub async fn run(session: &Session, arguments: &DataDiffArgs) -> anyhow::Result<Exit> {
    let shelf = Shelf::open(session).await?;
    let (a, b) = (shelf.one(&arguments.a).await?, shelf.one(&arguments.b).await?);
    shelf.close().await;
    let is_same = a.facts.digest() == b.facts.digest();
    let found = diff(a.tables()?, b.tables()?)?;
    let steps = steps(&a.facts.report, &b.facts.report);
    let side =
        |side: &Found| json!({ "dataset": side.facts.reference(), "run": side.run(), "digest": side.facts.digest() });
    let answer = json!({ "a": side(&a), "b": side(&b), "same": is_same, "diff": found, "steps": steps });
    session.printer.answer(&answer, || human(&session.printer, [&a, &b], &found, &steps));
    Ok(if arguments.exit_code && !is_same { Exit::Failed } else { Exit::Done })
}

/// Returns the steps of both preparations, equal ones side by side: the n-th of a word with the n-th of that word.
fn steps<'r>(a: &'r DatasetReport, b: &'r DatasetReport) -> Vec<StepPair<'r>> {
    let numbered = |report: &'r DatasetReport| {
        let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
        let number = |step: &'r StepReport| {
            let n = seen.entry(&step.step).or_default();
            *n += 1;
            ((step.step.as_str(), *n), step)
        };
        report.steps.iter().map(number).collect::<Vec<_>>()
    };
    let (ours, theirs) = (numbered(a), numbered(b));
    let of =
        |side: &[((&str, usize), &'r StepReport)], key| side.iter().find(|(own, _)| *own == key).map(|(_, step)| *step);
    let only_b = theirs.iter().filter(|(key, _)| of(&ours, *key).is_none());
    let keys = ours.iter().chain(only_b).map(|(key, _)| *key);
    keys.map(|key| StepPair { step: key.0, a: of(&ours, key), b: of(&theirs, key) }).collect()
}

fn human(printer: &Printer, sides: [&Found; 2], found: &Diff, steps: &[StepPair<'_>]) -> String {
    let side = |name: &str, side: &Found| {
        format!("{name}  {}  {}  run {}", side.facts.reference(), side.facts.digest().short(), side.run().short())
    };
    let [a, b] = sides;
    let head = format!("{}\n{}", side("a", a), side("b", b));
    if a.facts.digest() == b.facts.digest() {
        let rows = count(found.rows.same);
        return format!("{head}\n\n{}: all {rows} rows, byte by byte", printer.verdict(true, "the same"));
    }
    let parts = [
        Some(head),
        section(printer.heading("rows"), &["", "rows"], &numbers(found), &[1]),
        section(
            printer.heading("splits"),
            &["split", "in a", "in b", "only a", "only b", "changed", "moved out", "moved in"],
            &found.rows.splits.iter().map(split).collect::<Vec<_>>(),
            &[1, 2, 3, 4, 5, 6, 7],
        ),
        section(
            printer.heading("labels"),
            &["in a", "in b", "rows"],
            &found.labels.iter().map(label).collect::<Vec<_>>(),
            &[2],
        ),
        section(
            printer.heading("steps"),
            &["step", "rows in", "rows out", "changed", "what else"],
            &steps.iter().filter(|pair| pair.a != pair.b).map(step).collect::<Vec<_>>(),
            &[1, 2, 3],
        ),
        lines(printer.heading("some of the rows"), &found.examples.iter().flat_map(example).collect::<Vec<_>>()),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn numbers(found: &Diff) -> Vec<Vec<String>> {
    let rows = &found.rows;
    let numbers = [
        ("the same in both", rows.same),
        ("only in a", rows.only_a),
        ("only in b", rows.only_b),
        ("another text under the same name", rows.changed),
        ("the same text under another name", rows.renamed),
        ("another label", rows.relabelled),
        ("other fields", rows.other_fields),
        ("in another split", rows.moved),
    ];
    let there = numbers.iter().enumerate().filter(|(i, (_, n))| *i < 3 || *n > 0);
    there.map(|(_, (what, n))| vec![(*what).to_owned(), count(*n)]).collect()
}

fn split((name, split): (&SplitName, &SplitDifference)) -> Vec<String> {
    let SplitDifference { rows_a, rows_b, only_a, only_b, changed, moved_out, moved_in } = split;
    let numbers = [rows_a, rows_b, only_a, only_b, changed, moved_out, moved_in].map(|n| count(*n));
    std::iter::once(name.word().to_owned()).chain(numbers).collect()
}

fn label(change: &LabelChange) -> Vec<String> {
    let name = |label: &Option<String>| fit(label.as_deref().unwrap_or("–"), 30);
    vec![name(&change.from), name(&change.to), count(change.rows)]
}

/// Returns what a step did in either preparation: `120 → 90`.
fn step(pair: &StepPair<'_>) -> Vec<String> {
    let both = |number: fn(&StepReport) -> u64| {
        let [a, b] = [pair.a, pair.b].map(|step| step.map_or_else(|| "–".to_owned(), |step| count(number(step))));
        if a == b { a } else { format!("{a} → {b}") }
    };
    let what = match (pair.a, pair.b) {
        (Some(a), Some(b)) => others(a, b),
        (Some(_), None) => "only a has it".to_owned(),
        (None, _) => "only b has it".to_owned(),
    };
    let numbers = [both(|step| step.records_in), both(|step| step.records_out), both(|step| step.changed)];
    std::iter::once(fit(pair.step, 18)).chain(numbers).chain([fit(&what, 26)]).collect()
}

/// Returns the counts and reasons that differ: `email 3 → 5`.
fn others(a: &StepReport, b: &StepReport) -> String {
    let of = |step: &StepReport| -> BTreeMap<String, u64> {
        step.reasons.iter().chain(&step.counts).map(|(name, n)| (name.clone(), *n)).collect()
    };
    let (a, b) = (of(a), of(b));
    let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let n = |side: &BTreeMap<String, u64>, name: &String| side.get(name).copied().unwrap_or(0);
    let changed = names.into_iter().filter(|name| n(&a, name) != n(&b, name));
    changed.map(|name| format!("{name} {} → {}", count(n(&a, name)), count(n(&b, name)))).collect::<Vec<_>>().join(", ")
}

fn example(example: &Example) -> Vec<String> {
    let what = match example.found {
        How::OnlyA => "only in a",
        How::OnlyB => "only in b",
        How::Changed => "another text",
        How::Renamed => "another name",
        How::Relabelled => "another label",
        How::OtherFields => "other fields",
        How::Moved => "another split",
    };
    let sides = [("a", &example.a), ("b", &example.b)];
    let sides = sides.iter().filter_map(|(name, shown)| Some((*name, shown.as_ref()?)));
    let side = |(name, shown): (&str, &Shown)| {
        let Shown { record, split, label, fields, text } = shown;
        let label = label.as_ref().map(|label| format!(" · {label}")).unwrap_or_default();
        let fields = if example.found == How::OtherFields { format!(" · {fields:?}") } else { String::new() };
        let head = fit(&format!("    {name}: {record} ({}){label}{fields}", split.word()), 80);
        // A picture that nobody has described says nothing.
        std::iter::once(head).chain((!text.is_empty()).then(|| quote(text)))
    };
    std::iter::once(format!("  {what}")).chain(sides.flat_map(side)).collect()
}
