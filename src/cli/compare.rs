//! `pedigree compare`: the variants of a sweep ranked, or runs side by side.

mod side_by_side;

use crate::cli::arguments::CompareArgs;
use crate::cli::failure::Complaint;
use crate::cli::report::RunView;
use crate::cli::report::ranking::{Wanted, has_variants, human, ranking};
use crate::cli::session::Session;
use crate::error::Exit;

/// Ranks the variants of sweeps; of runs without a matrix, or where it is asked for, compares runs with the first of them.
///
/// # Errors
/// When there is no such run, model or evaluation, when there is nothing to compare, or the database cannot be read.
pub async fn run(session: &Session, arguments: &CompareArgs) -> anyhow::Result<Exit> {
    let CompareArgs { runs, by, model, side_by_side } = arguments;
    let (workspace, store, artifacts) = session.reading().await?;
    let mut views = Vec::new();
    for text in runs {
        let row = store.run_by_prefix(text).await?;
        views.push(RunView::load(&workspace, &store, &artifacts, row).await?);
    }
    store.close().await;
    let is_sweep = !side_by_side && views.iter().all(|view| has_variants(&view.recipe));
    if is_sweep {
        let wanted = Wanted { evaluation: by.as_deref(), model: model.as_deref() };
        let Some(ranking) = ranking(&views, wanted)? else {
            let message = "the recipe has no evaluation to rank by";
            return Err(Complaint::input(message, "add one under `evaluations`: only it is made anew").into());
        };
        session.printer.answer(&ranking, || human(&session.printer, &ranking));
        return Ok(Exit::Done);
    }
    if by.is_some() || model.is_some() {
        let message = "`--by` and `--model` rank the variants of a sweep, and not all of these runs are one";
        return Err(Complaint::input(message, "a sweep is a run of a recipe with a `matrix`").into());
    }
    if let [view] = views.as_slice() {
        let message = format!("run {} is no sweep: there is nothing to compare it with", view.run.id.short());
        return Err(Complaint::input(message, "name a second run, or one of a recipe with a `matrix`").into());
    }
    side_by_side::answer(session, &views);
    Ok(Exit::Done)
}
