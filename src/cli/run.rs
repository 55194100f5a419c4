//! `pedigree run`: does what is stale, and only that.

use std::collections::BTreeSet;
use std::time::{SystemTime, UNIX_EPOCH};

use crate::cli::arguments::RunArgs;
use crate::cli::failure::Complaint;
use crate::cli::format::{plural, seconds};
use crate::cli::load::Loaded;
use crate::cli::outside::check_weights;
use crate::cli::retry::Left;
use crate::cli::session::Session;
use crate::cli::{estimate, execution, load, report, retry, why};
use crate::error::Exit;
use crate::execute::Beginning;
use crate::id::{RunId, StageId, StageKind};
use crate::plan::judge::force;
use crate::plan::{Freshness, Plan, StaleReason};
use crate::recipe::problem::listed;
use crate::store::NewRun;

/// Runs a recipe.
///
/// # Errors
/// With every mistake in the recipe; when a source cannot be read; when another manager is at work.
pub async fn run(session: &Session, arguments: &RunArgs) -> anyhow::Result<Exit> {
    // A recipe may name models of the zoo: the database is brought up to date before the recipe is read.
    if let Ok(workspace) = session.workspace() {
        execution::bring_up_to_date(&workspace).await?;
    }
    let loaded = load::recipe_aloud(session, &arguments.recipe)?;
    refuse_described(&loaded)?;
    let workspace = session.make_workspace()?;
    let (mut plan, ledger, sources) = load::judged(session, &loaded.recipe).await?;
    let forced = arguments.force.iter().map(|text| why::find(&plan, text).map(|stage| stage.id.clone()));
    let forced = forced.collect::<Result<BTreeSet<_>, _>>()?;
    force(&mut plan, &forced);
    keep_only(&mut plan, &arguments.only)?;
    if arguments.only_failed && retry::leave_failed(session, &mut plan).await? == Left::Nothing {
        return Ok(Exit::Done);
    }
    check_weights(&plan)?;
    load::refuse_bad_rows(session, &plan, &ledger)?;
    if plan.stages.iter().all(crate::plan::Stage::is_fresh) {
        return nothing_is_stale(session, &plan);
    }
    estimate::put(session, &loaded.recipe, &mut plan, &ledger, sources).await?;
    let currency = plan.estimate.as_ref().and_then(|estimate| estimate.currency.as_deref());
    estimate::refuse(&estimate::over(&plan, &arguments.ceilings)?, currency)?;
    estimate::warn(session, &plan);
    announce(session, &plan);
    let run = RunId::generate();
    let beginning = Beginning::New(Box::new(new_run(session, &loaded, &plan, run)));
    let outcome =
        execution::execute(session, &workspace, &plan, &ledger, beginning, loaded.recipe.run.max_hours).await?;
    report::after_run(session, &outcome).await
}

/// Data that is only described cannot be learnt from.
fn refuse_described(loaded: &Loaded) -> Result<(), Complaint> {
    let described = loaded.recipe.datasets.iter().filter(|(_, dataset)| dataset.source.is_described());
    let names: Vec<&str> = described.map(|(name, _)| name.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let (what, is, its) = if names.len() == 1 { ("dataset", "is", "its") } else { ("datasets", "are", "their") };
    let message = format!("{what} {} {is} only described: {its} data is not there", listed(names.iter().copied()));
    let hint = "`pedigree plan` works with described data; to run, give a source of another type, such as `files`";
    Err(Complaint::input(message, hint))
}

/// Returns what is recorded of a run that begins.
fn new_run(session: &Session, loaded: &Loaded, plan: &Plan, id: RunId) -> NewRun {
    let mut provenance =
        serde_json::to_value(crate::provenance::collect(&session.root)).expect("provenance serializes");
    provenance["environment"] = serde_json::json!(loaded.environment);
    provenance["extends"] =
        loaded.extends.iter().map(|(file, text)| serde_json::json!({ "file": file, "text": text })).collect();
    NewRun {
        id,
        recipe: loaded.recipe.name.clone(),
        recipe_file: loaded.file.clone(),
        recipe_typed: loaded.text.clone(),
        recipe_resolved: serde_json::to_value(&loaded.recipe).expect("a recipe serializes"),
        plan: serde_json::to_value(plan).expect("a plan serializes"),
        overrides: loaded.sets.clone(),
        provenance,
        reproduces: None,
        started_at_ms: now_ms(),
    }
}

/// Returns the time, in milliseconds since 1970 UTC.
pub fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64)
}

/// Leaves in the plan only the stages asked for and those they need.
fn keep_only(plan: &mut Plan, only: &[String]) -> anyhow::Result<()> {
    if only.is_empty() {
        return Ok(());
    }
    let mut wanted: BTreeSet<StageId> = BTreeSet::new();
    for text in only {
        wanted.insert(why::find(plan, text)?.id.clone());
    }
    plan.keep(wanted);
    Ok(())
}

fn nothing_is_stale(session: &Session, plan: &Plan) -> anyhow::Result<Exit> {
    let run = plan.stages.iter().rev().find_map(|stage| match &stage.freshness {
        Freshness::Fresh { run } => Some(*run),
        Freshness::Stale { .. } => None,
    });
    let answer = serde_json::json!({ "recipe": plan.recipe, "stale": [], "run": run });
    session.printer.answer(&answer, || {
        let by = run.map(|run| format!(" (run {})", run.short())).unwrap_or_default();
        let (all, are) = match plan.stages.len() {
            1 => ("the only stage".to_owned(), "is"),
            n => (format!("all {n} stages"), "are"),
        };
        let has_models = plan.stages.iter().any(|stage| stage.id.kind() == StageKind::Train);
        let look = if has_models { "zoo tree" } else { "data list" };
        format!(
            "nothing is stale: {all} of `{}` {are} done{by}\nnext: `pedigree status` · `pedigree {look}` · `pedigree reproduce`",
            plan.recipe
        )
    });
    Ok(Exit::Done)
}

/// Says what is stale and why, before anything runs.
pub fn announce(session: &Session, plan: &Plan) {
    let stale: Vec<_> = plan.stages.iter().filter(|stage| !stage.is_fresh()).collect();
    let (mut n_new, mut n_dependents) = (0, 0);
    for stage in &stale {
        match &stage.freshness {
            Freshness::Stale { reason: StaleReason::New } => n_new += 1,
            Freshness::Stale { reason: StaleReason::InputStale { .. } } => n_dependents += 1,
            Freshness::Stale { reason } => session.printer.say(format!("stale {}: {reason}", stage.id)),
            Freshness::Fresh { .. } => {}
        }
    }
    let counted = [(n_new, "new"), (n_dependents, "behind stale ones")];
    let counted: Vec<String> = counted.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let why = if counted.is_empty() { String::new() } else { format!(" ({})", counted.join(", ")) };
    let (to_do, fresh) = (plural(stale.len(), "stage"), plan.stages.len() - stale.len());
    let expected = plan.estimate.as_ref().map(|estimate| format!(", about {}", seconds(estimate.total.seconds)));
    session.printer.say(format!("{to_do} to do{why}, {fresh} fresh{}", expected.unwrap_or_default()));
}
