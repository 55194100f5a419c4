//! `pedigree resume`: goes on with a run that was interrupted or failed.

use anyhow::Context as _;

use crate::cli::arguments::RunRef;
use crate::cli::failure::Complaint;
use crate::cli::outside::check_weights;
use crate::cli::recorded::keep_recorded;
use crate::cli::session::Session;
use crate::cli::{execution, load, report, run};
use crate::error::Exit;
use crate::execute::Beginning;
use crate::plan;
use crate::recipe::Recipe;
use crate::record::RunStatus;

/// Goes on with a run.
///
/// # Errors
/// When there is no such run, when it succeeded, and like `pedigree run`.
pub async fn run(session: &Session, arguments: &RunRef) -> anyhow::Result<Exit> {
    execution::bring_up_to_date(&session.workspace()?).await?;
    let (workspace, store, _) = session.reading().await?;
    let row = store.run_by_prefix(&arguments.run).await?;
    if row.status == RunStatus::Succeeded {
        let hint = format!("`pedigree status {}` shows what came out", row.id.short());
        return Err(
            Complaint::input(format!("run {} has succeeded: nothing is left to do", row.id.short()), hint).into()
        );
    }
    let recipe: Recipe = serde_json::from_value(row.recipe_resolved.clone())
        .with_context(|| format!("the recipe recorded with run {} cannot be read", row.id.short()))?;
    let sources = load::sources(&recipe, Some(&workspace))?;
    let mut plan = plan::build(&recipe, &sources);
    keep_recorded(&row, &mut plan)?;
    check_weights(&plan)?;
    let ledger = load::ledger(&store, &plan).await?;
    store.close().await;
    plan::judge(&mut plan, &ledger);
    run::announce(session, &plan);
    let (beginning, max_hours) = (Beginning::Resumed(row.id), recipe.run.max_hours);
    let outcome = execution::execute(session, &workspace, &plan, &ledger, beginning, max_hours).await?;
    report::after_run(session, &outcome).await
}
