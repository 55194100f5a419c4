//! What the figures of a plan are made from: parameters and memory by kind, data, rates, formulas.

use std::collections::BTreeMap;

use crate::cli::format::{bytes, rate as rate_text, short, table};
use crate::cli::plan::price::{operations_in_words, trainings};
use crate::cli::printer::Printer;
use crate::id::{RunId, StageId};
use crate::plan::Plan;
use crate::plan::estimate::flops::Flops;
use crate::plan::estimate::parameters::Parameters;
use crate::plan::estimate::rate::{Rate, RateSource};
use crate::plan::estimate::tokens::{Part, TokenSource, Tokens};
use crate::plan::estimate::{Estimate, Training};
use crate::recipe::accelerator::Card;

/// The most trainings that are told in detail.
const MOST: usize = 12;

/// Returns what the figures are made from.
pub fn lines(printer: &Printer, plan: &Plan) -> String {
    let Some(estimate) = &plan.estimate else { return String::new() };
    // Every repeat of a training is made from the same.
    let all: Vec<_> = trainings(plan, estimate).into_iter().filter(|(id, _, _)| id.repeat() == 1).collect();
    let shown: Vec<(&StageId, &Training)> = all.iter().take(MOST).map(|(id, _, training)| (*id, *training)).collect();
    if shown.is_empty() {
        return String::new();
    }
    let mut parts = vec![parameters(&shown), memory(&shown), made_from(&shown, estimate)];
    if all.len() > MOST {
        parts.push(format!("and {} more trainings: `--format json` has all of them", all.len() - MOST));
    }
    format!("{}\n{}", printer.heading("made from"), parts.join("\n\n"))
}

fn parameters(trainings: &[(&StageId, &Training)]) -> String {
    type Kind = (&'static str, fn(&Parameters) -> u64);
    // Cells and convolutions are columns only where there are some.
    let all: [(Kind, bool); 8] = [
        (("embedding", |kinds| kinds.embedding), true),
        (("attention", |kinds| kinds.attention), true),
        (("feed-forward", |kinds| kinds.feed_forward), true),
        (("cells", |kinds| kinds.recurrent), false),
        (("convolutions", |kinds| kinds.convolution), false),
        (("norms", |kinds| kinds.norms), true),
        (("head", |kinds| kinds.head + kinds.classifier), true),
        (("adapter", |kinds| kinds.adapter), true),
    ];
    let is_shown = |((_, count), always): &(Kind, bool)| {
        *always || trainings.iter().any(|(_, training)| count(&training.parameters) > 0)
    };
    let kinds: Vec<Kind> = all.into_iter().filter(is_shown).map(|(kind, _)| kind).collect();
    let row = |(id, training): &(&StageId, &Training)| -> Vec<String> {
        let counts = kinds.iter().map(|(_, count)| short(count(&training.parameters)));
        std::iter::once(id.name().to_owned()).chain(counts).collect()
    };
    let header: Vec<&str> = std::iter::once("parameters").chain(kinds.iter().map(|(name, _)| *name)).collect();
    let numbers: Vec<usize> = (1..header.len()).collect();
    table(&header, &trainings.iter().map(row).collect::<Vec<_>>(), &numbers)
}

fn memory(trainings: &[(&StageId, &Training)]) -> String {
    let row = |(id, training): &(&StageId, &Training)| -> Vec<String> {
        let parts = &training.memory;
        let sizes = [parts.weights, parts.gradients, parts.optimizer, parts.activations, parts.best, parts.program];
        let sizes = sizes.into_iter().chain([training.total_memory, training.disk.checkpoint]).map(bytes);
        std::iter::once(id.name().to_owned()).chain(sizes).collect()
    };
    let header =
        ["memory", "weights", "gradients", "optimizer", "activations", "best", "program", "peak", "a checkpoint"];
    table(&header, &trainings.iter().map(row).collect::<Vec<_>>(), &[1, 2, 3, 4, 5, 6, 7, 8])
}

fn made_from(trainings: &[(&StageId, &Training)], estimate: &Estimate) -> String {
    let mut lines = Vec::new();
    let mut by_rate: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (id, training) in trainings {
        by_rate.entry(rate(&training.rate)).or_default().push(id.name());
        if training.tokens.data.len() > 1
            || training.tokens.data.iter().any(|part| part.source == TokenSource::Described)
        {
            let parts: Vec<String> = training.tokens.data.iter().map(part).collect();
            lines.push(format!("data of {}: {}", id.name(), parts.join(", ")));
        }
        lines.push(format!("tokens of {}: {}", id.name(), tokens(&training.tokens)));
        if training.rate.devices > 1 {
            let each = training.total_memory / u64::from(training.rate.devices);
            let devices = training.rate.devices;
            lines.push(format!(
                "memory of {}: {} on each of {devices} devices, if shared evenly",
                id.name(),
                bytes(each)
            ));
        }
        lines.push(arithmetic(id.name(), &training.flops));
    }
    lines.extend(by_rate.into_iter().map(|(rate, names)| format!("rate of {}: {rate}", names.join(", "))));
    lines.push(format!("formula: {}", estimate.formula));
    lines.join("\n")
}

/// Returns what the arithmetic is for, each but what there is none of.
fn arithmetic(name: &str, flops: &Flops) -> String {
    let Flops { parameters, attention, validation, beside } = *flops;
    let parts = [
        (parameters, "for the parameters"),
        (attention, "for attention"),
        (beside, "for the teacher"),
        (validation, "to validate"),
    ];
    let told = parts.into_iter().filter(|(operations, _)| *operations > 0.0);
    let told: Vec<String> =
        told.map(|(operations, what)| format!("{} {what}", operations_in_words(operations))).collect();
    format!("arithmetic of {name}: {}", told.join(", "))
}

fn part(part: &Part) -> String {
    let Part { dataset, share, tokens, split_tokens, source: _ } = part;
    let epochs = part.epochs();
    format!(
        "{dataset} {:.1} % = {} of its {} ({epochs:.2} epochs)",
        share * 100.0,
        short(*tokens),
        short(*split_tokens)
    )
}

fn tokens(tokens: &Tokens) -> String {
    let steps = format!("{} steps, {} in all", tokens.steps, short(tokens.training));
    let from = match tokens.source {
        TokenSource::Recipe => "set by the recipe".to_owned(),
        TokenSource::Counted { run } => format!("counted by run {}", run.short()),
        TokenSource::CountedBefore { run } => format!("counted by run {} on the data as it was then", run.short()),
        TokenSource::Described => "as described".to_owned(),
        TokenSource::Records => "a run counted the records, each of which counts for one".to_owned(),
        TokenSource::Files => "every file is taken for a record".to_owned(),
        TokenSource::Bytes { bytes_per_token } => {
            format!("reckoned from the source at {bytes_per_token} bytes a token, before cleaning")
        }
    };
    format!("{steps}, {from}")
}

/// Returns a rate, and where it comes from.
fn rate(rate: &Rate) -> String {
    let Rate { flops_per_second, devices, source } = rate;
    let each = rate_text(*flops_per_second);
    let all = if *devices > 1 { format!("{devices} × {each}") } else { each };
    let from = match source {
        RateSource::Runs { runs, device, same_network } => {
            let what = if *same_network { "the same network" } else { "the nearest network" };
            format!("the median of {what} on {device} in {}", runs_in_words(runs))
        }
        RateSource::Matrices { device, measured, share } => {
            format!("{:.0} % of the {} that were measured on {device}", share * 100.0, rate_text(*measured))
        }
        RateSource::Stated { by, name } => format!("what {} states for {name}", by.words()),
        RateSource::DataSheet { name, peak, share } => {
            let better = if Card::named(name).is_some() { "" } else { "; `pedigree doctor --measure` measures it" };
            format!("{:.0} % of the peak {} of {name}{better}", share * 100.0, rate_text(*peak))
        }
    };
    format!("{all}, {from}")
}

fn runs_in_words(runs: &[RunId]) -> String {
    let shown: Vec<String> = runs.iter().take(3).map(RunId::short).collect();
    let word = if runs.len() == 1 { "run" } else { "runs" };
    match runs.len().saturating_sub(3) {
        0 => format!("{word} {}", shown.join(", ")),
        more => format!("{word} {} and {more} more", shown.join(", ")),
    }
}
