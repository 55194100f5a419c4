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
use crate::plan::{Freshness, Plan, Stage};
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
    let changes = ledger.newest.get(&stage.id).map(|done| differences(&done.key, &stage.key)).unwrap_or_default();
    let answer = json!({
        "stage": stage.id,
        "fingerprint": stage.fingerprint,
        "freshness": stage.freshness,
        "key": stage.key,
        "changes": changes,
    });
    session.printer.answer(&answer, || {
        let verdict = match &stage.freshness {
            Freshness::Fresh { run } => format!("fresh {}: done by run {}", stage.id, run.short()),
            Freshness::Stale { reason } => format!("stale {}: {reason}", stage.id),
        };
        let key = crate::recipe::print::yaml(&stage.key);
        let rows: Vec<Vec<String>> = changes
            .iter()
            .map(|change| {
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "–".to_owned());
                vec![change.path.clone(), side(&change.old), side(&change.new)]
            })
            .collect();
        let changed = match rows.is_empty() {
            true => String::new(),
            false => format!("\n{}\n", table(&["changed", "was", "is"], &rows, &[])),
        };
        format!("{verdict}\n{changed}\neverything it depends on (fingerprint {}):\n{key}", stage.fingerprint.short())
    });
    Ok(Exit::Done)
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
