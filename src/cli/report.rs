//! What came out of a run: the lineage with every tier on every evaluation, gates, samples, cards, and what to try next.

mod view;
mod measured;
mod lineage;
pub mod contamination;
pub mod ranking;
mod laws;

pub use measured::{Measurement, shown, with_interval};
pub use view::RunView;

use crate::analysis::forgetting::{Cell, Change};
use crate::cli::format::{duration, metric, plural, time};
use crate::cli::printer::Printer;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::execute::RunOutcome;
use crate::id::{Name, StageKind};
use crate::record::{Exposure, RunStatus, StageStatus};
use crate::store::StageRunRow;

/// Prints the report of a run that has just ended, and returns the exit code.
///
/// # Errors
/// When the database cannot be read.
pub async fn after_run(session: &Session, outcome: &RunOutcome) -> anyhow::Result<Exit> {
    let (workspace, store, artifacts) = session.reading().await?;
    let view = RunView::load(&workspace, &store, &artifacts, store.run(outcome.run).await?).await?;
    store.close().await;
    session.printer.answer(&view, || human(&session.printer, &view));
    for stage in outcome.stages.iter().filter(|stage| stage.status == StageStatus::Failed) {
        session.printer.error(&format!("{}: {}", stage.stage, stage.explanation.as_deref().unwrap_or("failed")));
        if let Some(hint) = &stage.hint {
            session.printer.hint(hint);
        }
    }
    if outcome.status == RunStatus::Interrupted {
        session.printer.hint(&format!("`pedigree resume {}` goes on from the last checkpoint", outcome.run.short()));
    }
    Ok(outcome.exit())
}

/// Returns the report as people read it.
pub fn human(printer: &Printer, view: &RunView) -> String {
    let parts = [
        head(printer, view),
        lineage::table(printer, view),
        intervals(printer, view),
        generalisation(printer, view),
        forgotten(printer, view),
        contaminated(printer, &view.contamination),
        ranked(printer, view),
        view.laws.iter().map(|law| laws::human(printer, law)).collect::<Vec<_>>().join("\n\n"),
        gates(printer, view),
        samples(printer, view),
        next(printer, view),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn head(printer: &Printer, view: &RunView) -> String {
    let run = &view.run;
    let took = match run.ended_at_ms {
        Some(end) => format!(" in {}", duration((end - run.started_at_ms).max(0) as u64)),
        None => String::new(),
    };
    let status = printer.verdict(run.status == RunStatus::Succeeded, run.status.word());
    let why = run.explanation.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    let count = |status| view.stages.iter().filter(|stage| stage.status == status).count();
    let counted: Vec<String> = StageStatus::ALL
        .into_iter()
        .filter(|status| count(*status) > 0)
        .map(|status| format!("{} {}", count(status), status.word()))
        .collect();
    format!(
        "{}  run {}  {status}{took}{why}\nbegan {} UTC · {} ({})",
        printer.heading(run.recipe.as_str()),
        run.id.short(),
        time(run.started_at_ms),
        plural(view.stages.len(), "stage"),
        counted.join(", "),
    )
}

/// Returns between which values the means of repeats lie.
fn intervals(printer: &Printer, view: &RunView) -> String {
    let lines = view.measurements.iter().filter_map(|found| {
        let (value, half) = (&found.value, found.value.interval()?);
        let (low, high) = (metric(value.mean - half), metric(value.mean + half));
        let Measurement { model, evaluation, .. } = found;
        Some(format!("  {model}/{evaluation}  {} in {low} to {high}, {} repeats", metric(value.mean), value.n))
    });
    section(printer, "means with their 95 % intervals (Student's t)", &lines.collect::<Vec<_>>())
}

/// Returns whether the models learned the rule or only their training data.
fn generalisation(printer: &Printer, view: &RunView) -> String {
    let told = view.trainings.iter().filter_map(|(model, report)| Some((model, report.overfitting.as_ref()?)));
    let lines: Vec<String> = told.map(|(model, told)| format!("  {model} {told}")).collect();
    section(printer, "generalisation", &lines)
}

/// Returns where a model is worse than the best of its ancestors.
fn forgotten(printer: &Printer, view: &RunView) -> String {
    let worse = view.forgetting.cells().filter(|(.., change)| change.worse_percent > 0.0);
    let line = |(model, evaluation, cell, change): (&Name, &Name, &Cell, &Change)| {
        let Change { model: ancestor, value, worse_percent } = change;
        let (own, best) = (metric(cell.value), metric(*value));
        format!(
            "  {model} on {evaluation}: {own} is {worse_percent:.1} % worse than {best} of {ancestor}, its best ancestor"
        )
    };
    section(printer, "forgotten", &worse.map(line).collect::<Vec<_>>())
}

fn ranked(printer: &Printer, view: &RunView) -> String {
    view.ranking.as_ref().map_or_else(String::new, |ranking| ranking::human(printer, ranking))
}

fn gates(printer: &Printer, view: &RunView) -> String {
    let lines: Vec<String> = view
        .gates
        .iter()
        .map(|gate| {
            let mark = printer.verdict(gate.passed, if gate.passed { "✓" } else { "✗" });
            format!("  {mark} {} on {}: {}", gate.gate.model, gate.gate.evaluation, gate.explanation)
        })
        .collect();
    section(printer, "gates", &lines)
}

/// Returns what of the evaluations' data the models have learned, under its heading.
pub fn contaminated(printer: &Printer, exposures: &[Exposure]) -> String {
    section(printer, "contamination", &contamination::lines(printer, exposures))
}

fn samples(printer: &Printer, view: &RunView) -> String {
    let mut lines = Vec::new();
    for sample in &view.samples {
        lines.push(format!("  {} by {} ({} tokens)", sample.stage.name(), sample.model, sample.report.tokens));
        let text = format!("{}{}", sample.report.prompt, sample.report.text);
        lines.extend(text.lines().take(24).map(|line| format!("  │ {line}")));
    }
    section(printer, "samples", &lines)
}

fn next(printer: &Printer, view: &RunView) -> String {
    let mut lines: Vec<String> =
        view.cards.iter().map(|card| format!("  card of {:<28} {}", card.model, card.path.display())).collect();
    if let Some(best) = view.cards.last() {
        lines.push(match best.is_classifier {
            true => format!("  pedigree classify {} texts.txt", best.model),
            false => format!("  pedigree generate {} -p \"…\"", best.model),
        });
        lines.push("  pedigree zoo tree".to_owned());
    }
    let is_there = |stage: &StageRunRow| {
        stage.stage.kind() == StageKind::Dataset && matches!(stage.status, StageStatus::Finished | StageStatus::Cached)
    };
    if view.recipe.models.is_empty() && view.stages.iter().any(is_there) {
        lines.push(format!("  pedigree data list {}", view.run.recipe));
    }
    let verb = match view.run.status {
        RunStatus::Succeeded => "reproduce",
        RunStatus::Failed | RunStatus::Interrupted => "resume",
        RunStatus::Running => "logs -f",
    };
    lines.push(format!("  pedigree {verb} {}", view.run.id.short()));
    section(printer, "what next", &lines)
}

fn section(printer: &Printer, title: &str, lines: &[String]) -> String {
    if lines.is_empty() { String::new() } else { format!("{}\n{}", printer.heading(title), lines.join("\n")) }
}

/// Returns a change in percent with its sign.
fn percent(change: f64) -> String {
    if change.abs() >= 1000.0 { format!("×{}", metric(change / 100.0 + 1.0)) } else { format!("{change:+.1} %") }
}
