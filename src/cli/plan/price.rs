//! What every training of a plan will take, as a table.

use crate::cli::format::{bytes, energy, operations, seconds, short, table as lines};
use crate::cli::printer::Printer;
use crate::id::StageId;
use crate::plan::Plan;
use crate::plan::estimate::flops::PETAFLOPS_DAY;
use crate::plan::estimate::{Estimate, StageEstimate, Total, Training};

/// From so many operations on they are also told in days of 10^15 a second.
const MANY: f64 = 1e20;

/// Returns the trainings of a plan in its order.
pub fn trainings<'p>(plan: &'p Plan, estimate: &'p Estimate) -> Vec<(&'p StageId, &'p StageEstimate, &'p Training)> {
    let stages = plan.stages.iter().filter_map(|stage| Some((&stage.id, estimate.stages.get(&stage.id)?)));
    stages.filter_map(|(id, stage)| Some((id, stage, stage.training.as_deref()?))).collect()
}

/// Returns the table of the trainings; fresh ones show what they are and cost nothing.
pub fn table(printer: &Printer, plan: &Plan) -> String {
    let Some(estimate) = &plan.estimate else { return String::new() };
    let trainings = trainings(plan, estimate);
    if trainings.is_empty() {
        return String::new();
    }
    let mut header =
        vec!["training", "parameters", "trained", "tokens", "FLOP", "memory", "disk", "speed", "time", "energy"];
    header.extend(estimate.currency.as_deref());
    let rows: Vec<Vec<String>> =
        trainings.iter().map(|(id, stage, training)| row(id, stage, training, estimate)).collect();
    let right: Vec<usize> = (1..header.len()).collect();
    format!("{}\n{}", printer.heading("estimate"), lines(&header, &rows, &right))
}

fn row(id: &StageId, stage: &StageEstimate, training: &Training, estimate: &Estimate) -> Vec<String> {
    let is_fresh = stage.time == crate::plan::estimate::time::TimeSource::Fresh;
    let unless_fresh = |text: String| if is_fresh { "–".to_owned() } else { text };
    let mut row = vec![
        id.label(),
        short(training.total_parameters),
        short(training.trainable_parameters),
        short(training.tokens.training),
        operations(training.total_flops),
        bytes(training.total_memory),
        bytes(training.disk.peak()),
        format!("{:.0} tokens/s", training.tokens_per_second),
        if is_fresh { "fresh".to_owned() } else { seconds(stage.seconds) },
        unless_fresh(stage.energy_kwh.map_or_else(|| "unknown".to_owned(), energy)),
    ];
    if estimate.currency.is_some() {
        row.push(unless_fresh(stage.cost.map(|cost| format!("{cost:.2}")).unwrap_or_default()));
    }
    row
}

/// Returns what all stale stages take together, in words.
pub fn total(total: &Total, plan: &Plan) -> String {
    let mut parts = vec![format!("about {} one after the other", seconds(total.seconds))];
    if total.flops > 0.0 {
        parts.push(operations_in_words(total.flops));
    }
    if total.memory > 0 {
        parts.push(format!("{} of memory at most", bytes(total.memory)));
    }
    parts.extend(total.energy_kwh.map(energy));
    let currency = plan.estimate.as_ref().and_then(|estimate| estimate.currency.as_deref());
    parts.extend(total.cost.zip(currency).map(|(cost, currency)| format!("{cost:.2} {currency}")));
    let fresh = if total.fresh > 0 { "; what is fresh takes nothing" } else { "" };
    format!("{}{fresh}", parts.join(", "))
}

/// Returns operations, and large ones also in days of 10^15 a second.
pub fn operations_in_words(n: f64) -> String {
    let days = if n >= MANY { format!(" ({:.0} petaFLOP/s-days)", n / PETAFLOPS_DAY) } else { String::new() };
    format!("{} FLOP{days}", operations(n))
}
