//! `pedigree plan`: every stage, fresh or stale and why.

use crate::cli::arguments::RecipeArgs;
use crate::cli::format::{plural, short, table};
use crate::cli::load;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::plan::{Freshness, Plan, Stage, Work};

/// Shows what a run would do.
///
/// # Errors
/// With every mistake in the recipe, and when a source cannot be read.
pub async fn run(session: &Session, arguments: &RecipeArgs) -> anyhow::Result<Exit> {
    let loaded = load::recipe_aloud(session, arguments)?;
    let (plan, _, _) = load::judged(session, &loaded.recipe).await?;
    session.printer.answer(&plan, || human(&plan));
    Ok(Exit::Done)
}

fn human(plan: &Plan) -> String {
    let rows: Vec<Vec<String>> = plan.stages.iter().map(row).collect();
    let stale = plan.stages.iter().filter(|stage| !stage.is_fresh()).count();
    let summary = match stale {
        0 => format!("nothing is stale: all {} are done", plural(plan.stages.len(), "stage")),
        _ => format!("{} of {} to do", stale, plural(plan.stages.len(), "stage")),
    };
    format!("{}\n\n{summary}", table(&["stage", "state", "why", "size"], &rows, &[3]))
}

fn row(stage: &Stage) -> Vec<String> {
    let (state, why) = match &stage.freshness {
        Freshness::Fresh { run } => ("fresh".to_owned(), format!("run {}", run.short())),
        Freshness::Stale { reason } => ("stale".to_owned(), reason.to_string()),
    };
    vec![stage.id.to_string(), state, why, size(&stage.work)]
}

fn size(work: &Work) -> String {
    match work {
        Work::Train(work) => format!("{} parameters", short(work.architecture.parameters(work.vocab_size))),
        Work::Tokenizer(work) => format!("{} tokens", work.tokenizer.vocab_size()),
        Work::Dataset(_)
        | Work::Tokens(_)
        | Work::Evaluate(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Card(_)
        | Work::Publish(_) => String::new(),
    }
}
