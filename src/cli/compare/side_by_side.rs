//! Runs side by side: what differed, and what came out.

use std::collections::BTreeSet;

use serde_json::json;

use crate::cli::format::{metric, table};
use crate::cli::report::RunView;
use crate::cli::session::Session;
use crate::plan::Change;
use crate::plan::judge::differences;

/// Compares runs with the first of them.
pub fn answer(session: &Session, views: &[RunView]) {
    let changes: Vec<Vec<Change>> =
        views[1..].iter().map(|view| differences(&views[0].run.recipe_resolved, &view.run.recipe_resolved)).collect();
    let numbers = numbers(views);
    let answer = json!({
        "runs": views.iter().map(|view| view.run.id).collect::<Vec<_>>(),
        "recipe": changes,
        "metrics": numbers.iter().map(|(name, values)| json!({ "name": name, "values": values })).collect::<Vec<_>>(),
    });
    session.printer.answer(&answer, || human(views, &changes, &numbers));
}

type Numbers = Vec<(String, Vec<Option<f64>>)>;

/// Returns every number of the runs by name, in the order of the names.
fn numbers(views: &[RunView]) -> Numbers {
    let named = |view: &RunView| -> Vec<(String, f64)> {
        let measured = view.evaluations.iter().map(|row| (row.stage.to_string(), row.report.value));
        let trained = view
            .trainings
            .iter()
            .map(|(model, report)| (format!("train:{model} validation loss"), report.validation_loss));
        measured.chain(trained).collect()
    };
    let all: Vec<Vec<(String, f64)>> = views.iter().map(named).collect();
    let names: BTreeSet<String> = all.iter().flatten().map(|(name, _)| name.clone()).collect();
    let value = |numbers: &Vec<(String, f64)>, name: &str| {
        numbers.iter().find(|(found, _)| found == name).map(|(_, value)| *value)
    };
    names
        .into_iter()
        .map(|name| {
            let values = all.iter().map(|numbers| value(numbers, &name)).collect();
            (name, values)
        })
        .collect()
}

fn human(views: &[RunView], changes: &[Vec<Change>], numbers: &Numbers) -> String {
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
    let rows: Vec<Vec<String>> = numbers
        .iter()
        .map(|(name, values)| {
            let cells = values.iter().map(|value| value.map_or_else(|| "–".to_owned(), metric));
            std::iter::once(name.clone()).chain(cells).collect()
        })
        .collect();
    let right: Vec<usize> = (1..header.len()).collect();
    parts.push(table(&header, &rows, &right));
    parts.join("\n\n")
}
