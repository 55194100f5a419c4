//! `pedigree plan`: every stage, fresh or stale and why.

use std::collections::BTreeMap;

use crate::artifact::ArtifactStore;
use crate::cli::arguments::RecipeArgs;
use crate::cli::format::{plural, short, table};
use crate::cli::load;
use crate::cli::report::{self, contamination};
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::StageKind;
use crate::plan::{self, Freshness, Ledger, Plan, Stage, Work};
use crate::recipe::Recipe;
use crate::record::Exposure;

/// Shows what a run would do.
///
/// # Errors
/// With every mistake in the recipe, and when a source cannot be read.
pub async fn run(session: &Session, arguments: &RecipeArgs) -> anyhow::Result<Exit> {
    let loaded = load::recipe(arguments)?;
    let (plan, ledger, _) = load::judged(session, &loaded.recipe).await?;
    let exposures = exposures(session, &loaded.recipe, &plan, &ledger)?;
    let Plan { recipe, stages } = &plan;
    let answer = serde_json::json!({ "recipe": recipe, "stages": stages, "contamination": exposures });
    session.printer.answer(&answer, || {
        let contaminated = report::contaminated(&session.printer, &exposures);
        let parts = [human(&plan), contaminated];
        parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n\n")
    });
    Ok(Exit::Done)
}

/// Returns what the models have seen of the evaluations, as far as stages that are fresh have found it out.
fn exposures(session: &Session, recipe: &Recipe, plan: &Plan, ledger: &Ledger) -> anyhow::Result<Vec<Exposure>> {
    let mut reports = BTreeMap::new();
    for stage in plan.stages.iter().filter(|stage| stage.is_fresh() && stage.id.kind() == StageKind::Contamination) {
        let done = ledger.done.get(&stage.fingerprint).and_then(|done| done.outputs.get(contamination::OUTPUT));
        if let Some(output) = done {
            let report = contamination::report(&ArtifactStore::new(&session.workspace()?), output.digest)?;
            reports.insert(report.dataset.clone(), report);
        }
    }
    Ok(plan::contamination::exposures(recipe, &reports, |dataset| plan.before_contamination_is_known(dataset)))
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
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Evaluate(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Card(_)
        | Work::Publish(_) => String::new(),
    }
}
