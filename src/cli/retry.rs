//! `pedigree run --only-failed`: leaves of a plan what failed in the newest run of its recipe.

use std::collections::BTreeSet;

use anyhow::Context as _;

use crate::cli::failure::Complaint;
use crate::cli::format::plural;
use crate::cli::session::Session;
use crate::id::{RunId, StageId};
use crate::plan::Plan;
use crate::plan::retry::{Retry, only, with_descendants};
use crate::record::StageStatus;
use crate::store::{RunRow, Store};

/// The most stages that are named one by one.
const MOST_NAMED: usize = 6;

/// What is left of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Something is done again.
    Something,
    /// Nothing is, and that was told.
    Nothing,
}

/// Takes everything stale out of a judged plan that did not fail in the newest run of its recipe, and says so.
///
/// # Errors
/// When the recipe was never run, when what failed cannot be done alone, or the database cannot be read.
pub async fn leave_failed(session: &Session, plan: &mut Plan) -> anyhow::Result<Left> {
    let (_, store, _) = session.reading().await?;
    let Some(row) = store.latest_run_of(&plan.recipe).await? else {
        let message = format!("`{}` was never run: nothing of it has failed", plan.recipe);
        return Err(Complaint::input(message, "leave `--only-failed` out").into());
    };
    let wanted = wanted(&store, &row).await?;
    store.close().await;
    let retry = only(plan, &wanted);
    if retry.again.is_empty() {
        return nothing(session, plan, row.id, &retry);
    }
    let of = format!("failed or was skipped in run {}", row.id.short());
    session.printer.say(format!("again what {of}: {}", named(&retry.again)));
    say_what_is_left(session, &retry);
    Ok(Left::Something)
}

/// Returns what failed in a run, with everything that was skipped because of it.
async fn wanted(store: &Store, row: &RunRow) -> anyhow::Result<BTreeSet<StageId>> {
    let executed: Plan = serde_json::from_value(row.plan.clone())
        .with_context(|| format!("the plan recorded with run {} cannot be read", row.id.short()))?;
    let stages = store.stages_of_run(row.id).await?;
    let failed = stages.into_iter().filter(|stage| stage.status == StageStatus::Failed).map(|stage| stage.stage);
    Ok(with_descendants(&executed, &failed.collect()))
}

/// Says that nothing is done again: nothing failed, or what did cannot be done alone.
fn nothing(session: &Session, plan: &Plan, run: RunId, retry: &Retry) -> anyhow::Result<Left> {
    if let Some((stage, need)) = retry.blocked.first() {
        let message = format!("`{stage}` failed in run {}, and needs `{need}`, which is stale too", run.short());
        return Err(Complaint::input(message, "`pedigree run` without `--only-failed` does all that is stale").into());
    }
    let left: Vec<String> = retry.left.iter().map(ToString::to_string).collect();
    let answer = serde_json::json!({ "recipe": plan.recipe, "run": run, "again": [], "left": left });
    session.printer.answer(&answer, || {
        let what = if retry.gone.is_empty() { "nothing failed" } else { "nothing that the recipe still has failed" };
        let rest = match left.len() {
            0 => String::new(),
            n => format!("; {} left alone: {}", is_or_are(n), named(&retry.left)),
        };
        format!("{what} in run {} of `{}`: nothing is done again{rest}", run.short(), plan.recipe)
    });
    Ok(Left::Nothing)
}

fn say_what_is_left(session: &Session, retry: &Retry) {
    let Retry { again: _, left, blocked, gone } = retry;
    if !left.is_empty() {
        session.printer.say(format!("{} left alone: {}", is_or_are(left.len()), named(left)));
    }
    for (stage, need) in blocked {
        session.printer.say(format!("`{stage}` is left alone: it needs `{need}`, which is stale and did not fail"));
    }
    if !gone.is_empty() {
        session.printer.say(format!("no longer in the recipe: {}", named(gone)));
    }
}

fn is_or_are(n: usize) -> String {
    format!(
        "{} that {} stale {}",
        plural(n, "stage"),
        if n == 1 { "is" } else { "are" },
        if n == 1 { "is" } else { "are" }
    )
}

fn named(stages: &[StageId]) -> String {
    let mut names: Vec<String> = stages.iter().take(MOST_NAMED).map(|stage| format!("`{stage}`")).collect();
    if let Some(more) = stages.len().checked_sub(MOST_NAMED).filter(|more| *more > 0) {
        names.push(format!("and {more} more"));
    }
    names.join(", ")
}
