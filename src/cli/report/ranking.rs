//! The variants of a sweep, ranked: which of the recipe's models and evaluations that takes, and how it looks.

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::ranking::{Ranked, Ranking, Trial, rank};
use crate::cli::failure::Complaint;
use crate::cli::format::{duration, metric, short, table};
use crate::cli::printer::Printer;
use crate::cli::report::RunView;
use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::build::evaluate_id;
use crate::recipe::Recipe;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::problem::{listed, nearest};
use crate::recipe::variant::Variant;
use crate::record::StageStatus;

/// What a person asks for: the evaluation to rank by, and the entry to rank, both as they were typed in the recipe.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted<'a> {
    /// The evaluation; without one it is the first that reads data the ranked models learned from, else the first.
    pub evaluation: Option<&'a str>,
    /// The model; without one it is whatever stands deepest in the lineage.
    pub model: Option<&'a str>,
}

/// Ranks the variants of runs, or returns `None` where none of them has a matrix or an evaluation.
///
/// # Errors
/// When what is wanted is not there.
pub fn ranking(views: &[RunView], wanted: Wanted<'_>) -> Result<Option<Ranking>, Complaint> {
    let Some(view) = views.iter().find(|view| has_variants(&view.recipe)) else { return Ok(None) };
    let entries = entries(&view.recipe, wanted.model)?;
    let Some((evaluation, kind)) = evaluation(&view.recipe, &entries, wanted.evaluation)? else { return Ok(None) };
    let trials = views.iter().flat_map(|view| trials(view, &entries, &evaluation)).collect();
    Ok(Some(rank(evaluation, kind.metric, trials)))
}

/// Returns whether a recipe is a sweep.
pub fn has_variants(recipe: &Recipe) -> bool {
    recipe.models.values().any(|model| model.variant.is_some())
}

/// Returns the entries to rank: the one that is wanted, or the deepest of those a matrix copied.
fn entries(recipe: &Recipe, wanted: Option<&str>) -> Result<BTreeSet<Name>, Complaint> {
    let depth = |name: &Name| (recipe.models[name].tier, recipe.ancestors(name).count());
    let mut all: BTreeMap<&Name, _> = BTreeMap::new();
    for (name, model) in &recipe.models {
        let Some(variant) = &model.variant else { continue };
        let deepest = all.entry(&variant.of).or_insert_with(|| depth(name));
        *deepest = depth(name).max(*deepest);
    }
    if let Some(text) = wanted {
        let names = all.keys().map(|name| name.as_str());
        return match all.keys().find(|name| name.as_str() == text) {
            Some(name) => Ok(BTreeSet::from([(*name).clone()])),
            None => Err(no_such("the matrix copies no model", "it copies", text, names)),
        };
    }
    let deepest = all.values().max().copied();
    Ok(all.into_iter().filter(|(_, depth)| Some(*depth) == deepest).map(|(name, _)| name.clone()).collect())
}

/// Returns the evaluation to rank by, as it was typed.
fn evaluation<'r>(
    recipe: &'r Recipe,
    entries: &BTreeSet<Name>,
    wanted: Option<&str>,
) -> Result<Option<(Name, &'r Evaluation)>, Complaint> {
    let typed = |(name, evaluation): (&Name, &'r Evaluation)| {
        let name = evaluation.variant.as_ref().map_or(name, |variant| &variant.of).clone();
        (name, evaluation)
    };
    let all: Vec<(Name, &Evaluation)> = recipe.evaluations.iter().map(typed).collect();
    if let Some(text) = wanted {
        let found = all.iter().find(|(name, _)| name.as_str() == text).cloned();
        let names = || all.iter().map(|(name, _)| name.as_str());
        return found.map(Some).ok_or_else(|| no_such("the recipe has no evaluation", "it has", text, names()));
    }
    let ranked = recipe.models.values().filter(|model| is_of(model.variant.as_ref(), entries));
    let learned: BTreeSet<&Name> =
        ranked.flat_map(|model| model.train.data.iter().map(|share| &share.dataset)).collect();
    let at_home = all.iter().find(|(_, evaluation)| learned.contains(&evaluation.dataset));
    Ok(at_home.or(all.first()).cloned())
}

fn no_such<'n>(what: &str, it_has: &str, text: &str, names: impl Iterator<Item = &'n str> + Clone) -> Complaint {
    let hint = match nearest(text, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("{it_has} {}", listed(names.collect::<BTreeSet<_>>())),
    };
    Complaint::input(format!("{what} `{text}`"), hint)
}

fn is_of(variant: Option<&Variant>, entries: &BTreeSet<Name>) -> bool {
    variant.is_some_and(|variant| entries.contains(&variant.of))
}

/// Returns what came of the variants of a run.
fn trials(view: &RunView, entries: &BTreeSet<Name>, evaluation: &Name) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (name, model) in &view.recipe.models {
        let Some(variant) = model.variant.as_ref().filter(|variant| entries.contains(&variant.of)) else { continue };
        let training = view.trainings.get(name);
        let scores: BTreeMap<Digest, f64> = scores(view, name, evaluation);
        trials.push(Trial {
            run: view.run.id,
            model: name.clone(),
            of: variant.of.clone(),
            values: variant.values.clone(),
            identity: identity(&view.recipe, name, evaluation),
            without: scores.is_empty().then(|| why_not(view, name, evaluation)),
            scores,
            parameters: training.map(|training| training.parameters),
            steps: training.map(|training| training.steps),
            duration_ms: view.durations.get(name).copied(),
        });
    }
    trials
}

/// Returns the measurements of a model by their fingerprints.
fn scores(view: &RunView, model: &Name, evaluation: &Name) -> BTreeMap<Digest, f64> {
    let copies = copies(&view.recipe, evaluation);
    let rows = view.evaluations.iter().filter(|row| row.model == *model && copies.contains(&row.evaluation));
    let fingerprint = |stage: &StageId| view.stages.iter().find(|row| row.stage == *stage).map(|row| row.fingerprint);
    rows.filter_map(|row| Some((fingerprint(&row.stage)?, row.report.value))).collect()
}

/// Returns an evaluation and the copies a matrix made of it.
fn copies<'r>(recipe: &'r Recipe, evaluation: &Name) -> BTreeSet<&'r Name> {
    let is_it = |(name, found): &(&Name, &Evaluation)| {
        *name == evaluation || found.variant.as_ref().is_some_and(|variant| variant.of == *evaluation)
    };
    recipe.evaluations.iter().filter(is_it).map(|(name, _)| name).collect()
}

/// Returns the digest of all a recipe says of a model and of how it is measured; the seed is not in it.
fn identity(recipe: &Recipe, model: &Name, evaluation: &Name) -> Digest {
    let lineage: Vec<&Name> = std::iter::once(model).chain(recipe.ancestors(model)).collect();
    let models: Vec<_> = lineage.iter().filter_map(|name| recipe.models.get(*name)).collect();
    let imports: Vec<_> = lineage.iter().filter_map(|name| Some(&recipe.imports.get(*name)?.content)).collect();
    let variant = recipe.models.get(model).and_then(|model| model.variant.as_ref());
    let copies = copies(recipe, evaluation).into_iter().map(|name| &recipe.evaluations[name]);
    let own: Vec<_> = copies.filter(|copy| Variant::agree(variant, copy.variant.as_ref())).collect();
    Digest::of_json(&(models, imports, own))
}

/// Returns why a variant has no score: the first stage of its lineage or its measurement that is not done.
fn why_not(view: &RunView, model: &Name, evaluation: &Name) -> String {
    let mut stages: Vec<StageId> = std::iter::once(model)
        .chain(view.recipe.ancestors(model))
        .map(|name| StageId::new(StageKind::Train, name))
        .collect();
    stages.reverse();
    stages.extend(copies(&view.recipe, evaluation).into_iter().map(|copy| evaluate_id(model, copy)));
    let rows = stages.iter().filter_map(|stage| view.stages.iter().find(|row| row.stage == *stage));
    let open = rows.into_iter().find(|row| !matches!(row.status, StageStatus::Finished | StageStatus::Cached));
    match open {
        Some(row) => {
            let why = row.explanation.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
            format!("`{}` {}{why}", row.stage, row.status.word())
        }
        None => "it was not part of the run".to_owned(),
    }
}

/// Returns a ranking as people read it.
pub fn human(printer: &Printer, ranking: &Ranking) -> String {
    let better = if ranking.lower_is_better { "lower" } else { "higher" };
    let models: Vec<&str> = ranking.models.iter().map(Name::as_str).collect();
    let title = format!("{} by {}", printer.heading(&format!("ranking of {}", models.join(", "))), ranking.evaluation);
    let runs: Vec<String> = ranking.runs.iter().map(crate::id::RunId::short).collect();
    let over = if runs.len() > 1 { format!(", over runs {}", runs.join(", ")) } else { String::new() };
    let mut lines = vec![format!("{title} ({}, {better} is better{over})", ranking.metric.word())];
    if !ranking.ranked.is_empty() {
        lines.push(rows(ranking));
    }
    for one in &ranking.unranked {
        let values: Vec<String> = ranking
            .variables
            .iter()
            .filter_map(|name| one.values.get(name).map(|value| format!("{name} {value}")))
            .collect();
        lines.push(printer.verdict(false, &format!("  ✗ {}: {}", values.join(", "), one.why)));
    }
    lines.join("\n")
}

fn rows(ranking: &Ranking) -> String {
    let names_models = ranking.models.len() > 1;
    let names_runs = ranking.runs.len() > 1 && ranking.ranked.iter().any(|one| one.runs.len() < ranking.runs.len());
    let mut header = vec!["rank"];
    header.extend(names_models.then_some("model"));
    header.extend(ranking.variables.iter().map(String::as_str));
    let n_left = header.len();
    header.extend([ranking.evaluation.as_str(), "n", "to the best", "parameters", "steps", "took"]);
    let first_variable = n_left - ranking.variables.len();
    let numbers = (0..ranking.variables.len()).filter(|i| is_number(ranking, &ranking.variables[*i]));
    let right: Vec<usize> =
        std::iter::once(0).chain(numbers.map(|i| first_variable + i)).chain(n_left..header.len()).collect();
    header.extend(names_runs.then_some("runs"));
    let row = |one: &Ranked| {
        let mut row = vec![one.rank.to_string()];
        row.extend(names_models.then(|| one.of.to_string()));
        row.extend(
            ranking.variables.iter().map(|name| one.values.get(name).cloned().unwrap_or_else(|| "–".to_owned())),
        );
        let spread = one.score.spread.map(|spread| format!(" ± {}", metric(spread))).unwrap_or_default();
        row.extend([format!("{}{spread}", metric(one.score.mean)), one.score.n.to_string(), difference(one)]);
        let cell = |value: Option<u64>, shown: fn(u64) -> String| value.map_or_else(|| "–".to_owned(), shown);
        row.extend([cell(one.parameters, short), cell(one.steps, |n| n.to_string()), cell(one.duration_ms, duration)]);
        let runs = || one.runs.iter().map(crate::id::RunId::short).collect::<Vec<_>>().join(", ");
        row.extend(names_runs.then(runs));
        row
    };
    table(&header, &ranking.ranked.iter().map(row).collect::<Vec<_>>(), &right)
}

/// Returns whether a variable is a number in all variants, and stands to the right like one.
fn is_number(ranking: &Ranking, variable: &str) -> bool {
    let mut values = ranking.ranked.iter().filter_map(|one| one.values.get(variable));
    values.all(|value| value.parse::<f64>().is_ok())
}

fn difference(one: &Ranked) -> String {
    if one.difference == 0.0 {
        return "–".to_owned();
    }
    let sign = if one.difference > 0.0 { "+" } else { "" };
    let percent = one.difference_percent.map(|percent| format!(" ({percent:+.1} %)")).unwrap_or_default();
    format!("{sign}{}{percent}", metric(one.difference))
}
