//! Runs side by side: what differed, and what came out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::cli::format::table;
use crate::cli::report::{Measurement, RunView, shown, with_interval};
use crate::cli::session::Session;
use crate::id::Name;
use crate::plan::Change;
use crate::plan::build::evaluate_id;
use crate::plan::judge::differences;
use crate::record::{Interval, Repeated};

/// Compares runs with the first of them.
pub fn answer(session: &Session, views: &[RunView]) {
    let changes: Vec<Vec<Change>> =
        views[1..].iter().map(|view| differences(&views[0].run.recipe_resolved, &view.run.recipe_resolved)).collect();
    let numbers = numbers(views);
    let answer = json!({
        "runs": views.iter().map(|view| view.run.id).collect::<Vec<_>>(),
        "recipe": changes,
        "forgetting": views.iter().map(|view| &view.forgetting).collect::<Vec<_>>(),
        "metrics": numbers.iter().map(answered).collect::<Vec<_>>(),
    });
    session.printer.answer(&answer, || human(views, &changes, &numbers));
}

/// A number by its name, in every run that has it.
type Number = (String, Vec<Option<Found>>);

/// What a run found, and how sure it is.
type Found = (Repeated, Option<Interval>);

/// Returns a number as JSON: the mean in each run, and what it is the mean of.
fn answered((name, values): &Number) -> serde_json::Value {
    let repeats: Vec<_> = values.iter().map(|found| found.as_ref().map(|(value, _)| value)).collect();
    let means: Vec<_> = repeats.iter().map(|value| value.map(|value| value.mean)).collect();
    let intervals: Vec<_> = values.iter().map(|found| found.as_ref().and_then(|(_, interval)| *interval)).collect();
    let margins: Vec<_> = repeats.iter().map(|value| value.and_then(Repeated::interval)).collect();
    json!({ "name": name, "values": means, "intervals": intervals, "margins": margins, "repeats": repeats })
}

/// Returns every number of the runs by name, in the order of the names.
fn numbers(views: &[RunView]) -> Vec<Number> {
    let named = |view: &RunView| -> BTreeMap<String, Found> {
        let measured = view.measurements.iter().map(|found| {
            (evaluate_id(&found.model, &found.evaluation).to_string(), (found.value.clone(), found.interval))
        });
        let trained = view
            .validation_losses
            .iter()
            .map(|(model, losses)| (format!("train:{model} validation loss"), (losses.clone(), None)));
        let forgotten = view.forgetting.cells().filter_map(|(model, evaluation, _, change)| {
            Some((forgotten_name(model, evaluation), (Repeated::of(vec![change.worse_percent])?, None)))
        });
        measured.chain(trained).chain(forgotten).collect()
    };
    let all: Vec<BTreeMap<String, Found>> = views.iter().map(named).collect();
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let in_all = |name: &String| all.iter().map(|numbers| numbers.get(name).cloned()).collect();
    names.into_iter().map(|name| (name.clone(), in_all(name))).collect()
}

/// Returns what the percentage is called by which a model is worse than its best ancestor.
fn forgotten_name(model: &Name, evaluation: &Name) -> String {
    format!("forgotten:{model}/{evaluation} %")
}

/// Returns how often each measurement of a run is made, by the name of its number.
fn expected(view: &RunView) -> BTreeMap<String, u32> {
    let id = |found: &Measurement| evaluate_id(&found.model, &found.evaluation).to_string();
    let measured = view.measurements.iter().map(|found| (id(found), view.repeats_of(&found.model)));
    // It is told by the means.
    let forgotten = view.forgetting.cells().map(|(model, evaluation, ..)| (forgotten_name(model, evaluation), 1));
    measured.chain(forgotten).collect()
}

fn human(views: &[RunView], changes: &[Vec<Change>], numbers: &[Number]) -> String {
    let mut parts = Vec::new();
    for (view, changes) in views[1..].iter().zip(changes) {
        let title = format!("recipe {} → {}", views[0].run.id.short(), view.run.id.short());
        let lines: Vec<String> = match changes.is_empty() {
            true => vec!["  the same".to_owned()],
            false => changes.iter().map(|change| format!("  {change}")).collect(),
        };
        parts.push(format!("{title}\n{}", lines.join("\n")));
    }
    let mut header = vec!["number".to_owned()];
    header.extend(views.iter().map(|view| view.run.id.short()));
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let expected: Vec<BTreeMap<String, u32>> = views.iter().map(expected).collect();
    let rows: Vec<Vec<String>> = numbers
        .iter()
        .map(|(name, values)| {
            let cells = values.iter().zip(views.iter().zip(&expected)).map(|(value, (view, expected))| match value {
                Some((value, interval)) => {
                    let words = shown(value, expected.get(name).copied().unwrap_or(view.recipe.run.repeats));
                    with_interval(words, interval.as_ref())
                }
                None => "–".to_owned(),
            });
            std::iter::once(name.clone()).chain(cells).collect()
        })
        .collect();
    let right: Vec<usize> = (1..header.len()).collect();
    parts.push(table(&header, &rows, &right));
    parts.join("\n\n")
}
