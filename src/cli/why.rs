//! `pedigree why`: what a stage depends on, and what changed since it was last done.

use serde_json::json;

use crate::cli::arguments::{RecipeArgs, WhyArgs};
use crate::cli::failure::Complaint;
use crate::cli::format::table;
use crate::cli::load;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::StageId;
use crate::plan::judge::differences;
use crate::plan::table::{KeyRow, rows};
use crate::plan::{Done, Freshness, Plan, Stage};
use crate::recipe::problem::nearest;

/// Explains a stage.
///
/// # Errors
/// When the recipe has mistakes, or no such stage.
pub async fn run(session: &Session, arguments: &WhyArgs) -> anyhow::Result<Exit> {
    let WhyArgs { recipe, stage, sets } = arguments;
    let loaded = load::recipe(session, &RecipeArgs { recipe: recipe.clone(), sets: sets.clone() })?;
    let (plan, ledger, _) = load::judged(session, &loaded.recipe).await?;
    let stage = find(&plan, stage)?;
    let before = ledger.newest.get(&stage.id);
    let rows = rows(before.map(|done| &done.key), &stage.key);
    let changes = before.map(|done| differences(&done.key, &stage.key)).unwrap_or_default();
    let answer = json!({
        "stage": stage.id,
        "fingerprint": stage.fingerprint,
        "freshness": stage.freshness,
        "key": stage.key,
        "changes": changes,
        "before": before.map(|done| json!({ "run": done.run, "fingerprint": done.fingerprint, "key": done.key })),
    });
    session.printer.answer(&answer, || human(stage, before, &rows));
    Ok(Exit::Done)
}

/// Returns the verdict, and the key as a table: what it was when the stage was last done, and what it is.
fn human(stage: &Stage, before: Option<&Done>, rows: &[KeyRow]) -> String {
    let verdict = match &stage.freshness {
        Freshness::Fresh { run } => format!("fresh {}: done by run {}", stage.id, run.short()),
        Freshness::Stale { reason } => format!("stale {}: {reason}", stage.id),
    };
    let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
    let table = match before {
        Some(before) => {
            let (was, is) = (format!("run {}", before.run.short()), "now".to_owned());
            let prints =
                vec![String::new(), "fingerprint".to_owned(), before.fingerprint.short(), stage.fingerprint.short()];
            let row = |row: &KeyRow| {
                let mark = if row.is_changed() { "≠" } else { "" };
                vec![mark.to_owned(), row.path.clone(), side(&row.was), side(&row.is)]
            };
            let rows: Vec<Vec<String>> = rows.iter().map(row).chain([prints]).collect();
            table(&["", "it depends on", &was, &is], &rows, &[])
        }
        None => {
            let prints = vec!["fingerprint".to_owned(), stage.fingerprint.short()];
            let rows = rows.iter().map(|row| vec![row.path.clone(), side(&row.is)]).chain([prints]);
            table(&["it depends on", "now"], &rows.collect::<Vec<_>>(), &[])
        }
    };
    format!("{verdict}\n\n{table}")
}

/// Returns the stage of a plan with this id.
pub fn find<'p>(plan: &'p Plan, text: &str) -> Result<&'p Stage, Complaint> {
    let id = text.parse::<StageId>().ok();
    if let Some(stage) = id.and_then(|id| plan.stage(&id)) {
        return Ok(stage);
    }
    let names: Vec<String> = plan.stages.iter().map(|stage| stage.id.to_string()).collect();
    let hint = match nearest(text, names.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "`pedigree plan` lists the stages".to_owned(),
    };
    Err(Complaint::input(format!("there is no stage `{text}`"), hint))
}
