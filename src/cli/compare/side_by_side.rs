//! Runs side by side: what differed, and what came out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::cli::format::table;
use crate::cli::report::{Measurement, RunView, shown};
use crate::cli::session::Session;
use crate::plan::Change;
use crate::plan::build::evaluate_id;
use crate::plan::judge::differences;
use crate::record::Repeated;

/// Compares runs with the first of them.
pub fn answer(session: &Session, views: &[RunView]) {
    let changes: Vec<Vec<Change>> =
        views[1..].iter().map(|view| differences(&views[0].run.recipe_resolved, &view.run.recipe_resolved)).collect();
    let numbers = numbers(views);
    let answer = json!({
        "runs": views.iter().map(|view| view.run.id).collect::<Vec<_>>(),
        "recipe": changes,
        "metrics": numbers.iter().map(answered).collect::<Vec<_>>(),
    });
    session.printer.answer(&answer, || human(views, &changes, &numbers));
}

/// A number by its name, in every run that has it.
type Number = (String, Vec<Option<Repeated>>);

/// Returns a number as JSON: the mean in each run, and what it is the mean of.
fn answered((name, values): &Number) -> serde_json::Value {
    let means: Vec<_> = values.iter().map(|value| value.as_ref().map(|value| value.mean)).collect();
    json!({ "name": name, "values": means, "repeats": values })
}

/// Returns every number of the runs by name, in the order of the names.
fn numbers(views: &[RunView]) -> Vec<Number> {
    let named = |view: &RunView| -> BTreeMap<String, Repeated> {
        let measured = view
            .measurements
            .iter()
            .map(|found| (evaluate_id(&found.model, &found.evaluation).to_string(), found.value.clone()));
        let trained = view
            .validation_losses
            .iter()
            .map(|(model, losses)| (format!("train:{model} validation loss"), losses.clone()));
        measured.chain(trained).collect()
    };
    let all: Vec<BTreeMap<String, Repeated>> = views.iter().map(named).collect();
    let names: BTreeSet<&String> = all.iter().flat_map(BTreeMap::keys).collect();
    let in_all = |name: &String| all.iter().map(|numbers| numbers.get(name).cloned()).collect();
    names.into_iter().map(|name| (name.clone(), in_all(name))).collect()
}

/// Returns how often each measurement of a run is made, by the name of its number.
fn expected(view: &RunView) -> BTreeMap<String, u32> {
    let id = |found: &Measurement| evaluate_id(&found.model, &found.evaluation).to_string();
    view.measurements.iter().map(|found| (id(found), view.repeats_of(&found.model))).collect()
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
                Some(value) => shown(value, expected.get(name).copied().unwrap_or(view.recipe.run.repeats)),
                None => "–".to_owned(),
            });
            std::iter::once(name.clone()).chain(cells).collect()
        })
        .collect();
    let right: Vec<usize> = (1..header.len()).collect();
    parts.push(table(&header, &rows, &right));
    parts.join("\n\n")
}
