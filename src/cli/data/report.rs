//! `pedigree data report`: what every step of the preparation did.

use serde_json::json;

use crate::card::dataset::{page, portion, profile};
use crate::cli::arguments::DataReportArgs;
use crate::cli::data::card::put;
use crate::cli::data::found::{Found, Shelf};
use crate::cli::data::tables::{bars, fit, lines, percent, quote, section};
use crate::cli::format::{bytes, count, plural};
use crate::cli::printer::Printer;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::record::report::{DatasetReport, StepReport};

/// Prints the report, and writes it as a page where that is asked for.
///
/// # Errors
/// When there is no such dataset, and when the page cannot be written.
pub async fn run(session: &Session, arguments: &DataReportArgs) -> anyhow::Result<Exit> {
    let shelf = Shelf::open(session).await?;
    let found = shelf.one(&arguments.dataset.dataset).await?;
    shelf.close().await;
    let facts = &found.facts;
    let answer = json!({
        "dataset": facts.reference(),
        "run": found.run(),
        "digest": facts.digest(),
        "source-digest": facts.source_digest,
        "report": facts.report,
        "tokens": facts.tokens,
    });
    let Some(file) = &arguments.html else {
        session.printer.answer(&answer, || human(&session.printer, &found));
        return Ok(Exit::Done);
    };
    put(file, page(facts)?.as_bytes())?;
    session.printer.answer(&answer, || format!("the report of {} is in {}", facts.reference(), file.display()));
    Ok(Exit::Done)
}

fn human(printer: &Printer, found: &Found) -> String {
    let report = &found.facts.report;
    let steps = &report.steps;
    let mut parts = vec![
        Some(head(printer, found)),
        section(
            printer.heading("steps"),
            &["step", "rows in", "rows out", "dropped", "changed", "bytes in", "bytes out"],
            &steps.iter().map(step).collect::<Vec<_>>(),
            &[1, 2, 3, 4, 5, 6],
        ),
        section(
            printer.heading("what went"),
            &["step", "reason", "rows", "of its rows"],
            &steps.iter().flat_map(reasons).collect::<Vec<_>>(),
            &[2, 3],
        ),
        section(
            printer.heading("what was counted"),
            &["step", "what", "count"],
            &steps.iter().flat_map(counts).collect::<Vec<_>>(),
            &[2],
        ),
        lines(printer.heading("some of what went"), &steps.iter().flat_map(samples).collect::<Vec<_>>()),
        lines(printer.heading("bad rows"), &bad_rows(report)),
        lines(printer.heading("near-duplicates"), &clusters(report)),
        Some(splits(printer, found)),
    ];
    parts.extend(
        profile(&report.profile).iter().map(|group| Some(bars(printer.heading(&fit(&group.title, 78)), group))),
    );
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n\n")
}

fn head(printer: &Printer, found: &Found) -> String {
    let facts = &found.facts;
    let DatasetReport { files, source_bytes, bad_rows, .. } = &facts.report;
    let bad = match bad_rows {
        0 => String::new(),
        n => format!(", {} left out", plural(*n as usize, "bad row")),
    };
    let rows_in = plural(facts.rows_in() as usize, "row");
    // An extraction makes several records of a row, or none: what is left is a share of those, and not of the rows.
    let came = match facts.extracted() {
        None => format!("{rows_in} in"),
        Some(n) => format!("{rows_in} in, {} extracted", plural(n as usize, "record")),
    };
    format!(
        "{}  {}  run {}\nfrom {} of {} ({}){bad}\n{came}, {} out ({})",
        printer.heading(&facts.reference()),
        facts.digest().short(),
        found.run().short(),
        plural(*files as usize, "file"),
        bytes(*source_bytes),
        facts.source_word(),
        count(facts.rows_out()),
        portion(facts.share_left()),
    )
}

fn step(step: &StepReport) -> Vec<String> {
    vec![
        fit(&step.step, 20),
        count(step.records_in),
        count(step.records_out),
        // An extraction makes more records than it is given documents.
        count(step.reasons.values().sum()),
        count(step.changed),
        bytes(step.bytes_in),
        bytes(step.bytes_out),
    ]
}

fn reasons(step: &StepReport) -> Vec<Vec<String>> {
    let row = |(reason, n): (&String, &u64)| {
        vec![fit(&step.step, 20), fit(reason, 30), count(*n), percent(*n, step.records_in)]
    };
    step.reasons.iter().map(row).collect()
}

fn counts(step: &StepReport) -> Vec<Vec<String>> {
    step.counts.iter().map(|(what, n)| vec![fit(&step.step, 20), fit(what, 40), count(*n)]).collect()
}

fn samples(step: &StepReport) -> Vec<String> {
    let sample = |dropped: &crate::record::report::Dropped| {
        let head = format!("  {} ({}): {}", step.step, dropped.reason, dropped.record);
        [fit(&head, 80), quote(&dropped.text)]
    };
    step.samples.iter().flat_map(sample).collect()
}

fn bad_rows(report: &DatasetReport) -> Vec<String> {
    let mut lines: Vec<String> = report.bad_row_samples.iter().map(|bad| format!("  {bad}")).collect();
    let more = report.bad_rows.saturating_sub(lines.len() as u64);
    if more > 0 && !lines.is_empty() {
        lines.push(format!("  and {} more", count(more)));
    }
    lines
}

fn clusters(report: &DatasetReport) -> Vec<String> {
    let cluster = |cluster: &crate::record::report::Cluster| {
        let mut lines = vec![
            fit(&format!("  {} like {}", plural(cluster.records as usize, "row"), cluster.kept), 80),
            quote(&cluster.text),
        ];
        lines.extend(cluster.dropped.iter().map(|dropped| fit(&format!("    went: {dropped}"), 80)));
        lines
    };
    report.clusters.iter().flat_map(cluster).collect()
}

/// Returns the table of the splits, with the tokens of every tokenizer.
pub(super) fn splits(printer: &Printer, found: &Found) -> String {
    let facts = &found.facts;
    let tokenizers: Vec<String> = facts.tokens.keys().map(|name| fit(&format!("tokens of {name}"), 24)).collect();
    let measure = facts.measure().to_lowercase();
    let mut header = vec!["split", "rows", "share", measure.as_str()];
    header.extend(tokenizers.iter().map(String::as_str));
    let all = facts.rows_out();
    let row = |(name, split): (&crate::recipe::dataset::SplitName, &crate::record::report::SplitReport)| {
        let mut row =
            vec![name.word().to_owned(), count(split.records), percent(split.records, all), bytes(split.bytes)];
        row.extend(facts.tokens.values().map(|report| count(report.tokens.get(name).copied().unwrap_or(0))));
        row
    };
    let rows: Vec<Vec<String>> = facts.report.splits.iter().map(row).collect();
    let right: Vec<usize> = (1..header.len()).collect();
    format!("{}\n{}", printer.heading("splits"), crate::cli::format::table(&header, &rows, &right))
}
