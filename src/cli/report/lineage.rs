//! The lineage as a table: every tier on every evaluation, against its parent, and what it forgot.

use crate::cli::format::{plural, short, table as lines};
use crate::cli::printer::Printer;
use crate::cli::report::{RunView, percent, shown, with_interval};
use crate::id::Name;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::robustness::Perturbation;

/// Returns the table of the models, indented by descent.
pub fn table(printer: &Printer, view: &RunView) -> String {
    let evaluations: Vec<&Name> = view.recipe.evaluations.keys().collect();
    let mut header = vec!["lineage", "tier", "parameters", "steps"];
    header.extend(evaluations.iter().map(|name| name.as_str()));
    header.push("forgetting");
    let models = descent(view);
    let rows: Vec<Vec<String>> = models.iter().map(|(depth, name)| row(view, *depth, name)).collect();
    if rows.is_empty() || view.trainings.is_empty() {
        return String::new();
    }
    let right: Vec<usize> = (2..header.len()).collect();
    let metrics: Vec<String> =
        view.recipe.evaluations.iter().map(|(name, evaluation)| described(name, evaluation)).collect();
    format!(
        "{}\n{}\n({}{}against the parent in brackets; forgetting: the worst change against the ancestor that learned that data; {})",
        printer.heading("lineage"),
        lines(&header, &rows, &right),
        repeated(view),
        sure(view),
        metrics.join(", ")
    )
}

fn repeated(view: &RunView) -> String {
    match view.recipe.run.repeats {
        1 => String::new(),
        n => format!("means ± standard deviations over {}; ", plural(n as usize, "repeat")),
    }
}

/// Returns what stands in square brackets, where something does.
fn sure(view: &RunView) -> &'static str {
    let has_interval = view.measurements.iter().any(|found| found.interval.is_some());
    if has_interval { "95 % of draws of other records lie within square brackets; " } else { "" }
}

fn described(name: &Name, evaluation: &Evaluation) -> String {
    let better = if evaluation.metric.lower_is_better() { "lower" } else { "higher" };
    let what = match &evaluation.task {
        Some(task) => format!("{} of {}", evaluation.metric.word(), task.word()),
        None => evaluation.metric.word().to_owned(),
    };
    let spoiled = match evaluation.robustness.as_ref().map(Perturbation::is_of_features) {
        None => "",
        Some(false) => " of spoiled texts",
        Some(true) => " of spoiled pictures or sounds",
    };
    let machine = if evaluation.metric.is_of_machine() { " on this machine" } else { "" };
    format!("{name}: {what}{spoiled}{machine}, {better} is better")
}

/// Returns the models depth first, every parent before its children; imports stand at the top with what comes from them.
fn descent(view: &RunView) -> Vec<(usize, &Name)> {
    fn below<'v>(view: &'v RunView, parent: Option<&Name>, depth: usize, out: &mut Vec<(usize, &'v Name)>) {
        for (name, model) in &view.recipe.models {
            if model.base.as_ref() == parent {
                out.push((depth, name));
                below(view, Some(name), depth + 1, out);
            }
        }
    }
    let mut models = Vec::new();
    for name in view.recipe.imports.keys() {
        models.push((0, name));
        below(view, Some(name), 1, &mut models);
    }
    below(view, None, 0, &mut models);
    models
}

fn row(view: &RunView, depth: usize, name: &Name) -> Vec<String> {
    let branch = if depth == 0 { String::new() } else { format!("{}└─ ", "   ".repeat(depth - 1)) };
    let mut row = match (view.recipe.imports.get(name), view.recipe.models.get(name)) {
        (Some(import), _) => {
            let parameters = short(import.architecture.parameters(import.vocab_size));
            vec![import.reference.to_string(), import.tier.word().to_owned(), parameters, String::new()]
        }
        (None, Some(model)) => {
            let [parameters, steps] = trained(view, name);
            vec![format!("{branch}{name}"), model.tier.word().to_owned(), parameters, steps]
        }
        (None, None) => vec![name.to_string(), String::new(), String::new(), String::new()],
    };
    for evaluation in view.recipe.evaluations.keys() {
        row.push(cell(view, name, evaluation));
    }
    row.push(forgetting(view, name).map_or_else(|| "–".to_owned(), percent));
    row
}

/// Returns the parameters and the steps of a model's training.
fn trained(view: &RunView, name: &Name) -> [String; 2] {
    let Some(training) = view.trainings.get(name) else { return [String::new(), String::new()] };
    let is_adapted = view.recipe.models.get(name).is_some_and(|model| model.adapter.is_some());
    let (all, learning) = (short(training.parameters), short(training.trainable_parameters));
    [
        parameters(all, (training.trainable_parameters != training.parameters).then_some(learning), is_adapted),
        training.steps.to_string(),
    ]
}

/// Returns the size of a network, and of the part that learnt where that was not all of it.
fn parameters(all: String, learning: Option<String>, is_adapted: bool) -> String {
    match learning {
        None => all,
        Some(learning) if is_adapted => format!("{all} (LoRA {learning})"),
        // Of a probe on a frozen body, and wherever else some of it was frozen.
        Some(learning) => format!("{all} ({learning} learn)"),
    }
}

fn cell(view: &RunView, name: &Name, evaluation: &Name) -> String {
    let Some(found) = view.measurement(name, evaluation) else { return "–".to_owned() };
    let value = &found.value;
    let words = with_interval(shown(value, view.repeats_of(name)), found.interval.as_ref());
    let parent = view.recipe.ancestors(name).next().and_then(|base| view.value(base, evaluation));
    match parent {
        Some(parent) if parent != 0.0 => format!("{words} ({})", percent(change(value.mean, parent))),
        Some(_) | None => words,
    }
}

/// Returns by how many percent of what it was a number is more, also where it was below 0.
fn change(value: f64, before: f64) -> f64 {
    (value - before) / before.abs() * 100.0
}

/// Returns by how many percent a model is worse than the ancestor that learned the data, on its worst such evaluation.
///
/// What an import learned is not known here: it counts as having learned what no model of the lineage has.
fn forgetting(view: &RunView, name: &Name) -> Option<f64> {
    let lineage: Vec<&Name> = view.recipe.ancestors(name).collect();
    let losses = view.recipe.evaluations.iter().filter_map(|(evaluation_name, evaluation)| {
        let learned = |name: &Name| {
            let model = view.recipe.models.get(name);
            model.is_some_and(|model| model.train.data.iter().any(|share| share.dataset == evaluation.dataset))
        };
        // The ancestor nearest to the root that trained on the data is the one that learned it.
        let owner = lineage.iter().rev().find(|name| learned(name));
        let import = lineage.last().filter(|root| view.recipe.imports.contains_key(**root) && !learned(name));
        let owner = owner.or(import)?;
        let (value, before) = (view.value(name, evaluation_name)?, view.value(owner, evaluation_name)?);
        let change = change(value, before);
        Some(if evaluation.metric.lower_is_better() { change } else { -change })
    });
    // Of what was nothing before, nothing can be forgotten.
    losses.filter(|loss| loss.is_finite()).reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use super::parameters;

    #[test]
    fn a_probe_on_a_frozen_body_is_no_adapter() {
        let said = |learning: Option<&str>, is_adapted| {
            parameters("1.2 M".to_owned(), learning.map(str::to_owned), is_adapted)
        };
        assert_eq!(said(None, true), "1.2 M");
        assert_eq!(said(Some("640"), false), "1.2 M (640 learn)");
        assert_eq!(said(Some("8.2 k"), true), "1.2 M (LoRA 8.2 k)");
    }
}
