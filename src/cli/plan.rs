//! `pedigree plan`: every stage, fresh or stale and why, and what all of it will take.

mod stages;
mod price;
mod details;
mod exposure;

use serde::Serialize;

use crate::cli::arguments::{Graph, PlanArgs};
use crate::cli::estimate;
use crate::cli::format::plural;
use crate::cli::load;
use crate::cli::report;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::id::Name;
use crate::plan::estimate::limits::Broken;
use crate::plan::{Estimate, Plan, Stage, graph};
use crate::record::Exposure;

/// Shows what a run would do; a plan that breaks a limit is shown all the same, with the exit code of a run that is refused.
///
/// # Errors
/// With every mistake in the recipe and in the settings, and when a source cannot be read.
pub async fn run(session: &Session, arguments: &PlanArgs) -> anyhow::Result<Exit> {
    let loaded = load::recipe_aloud(session, &arguments.recipe)?;
    let (mut plan, ledger, sources) = load::judged(session, &loaded.recipe).await?;
    if let Some(kind) = arguments.graph {
        session.printer.data(match kind {
            Graph::Dot => graph::dot(&plan),
            Graph::Mermaid => graph::mermaid(&plan),
        });
        return Ok(Exit::Done);
    }
    load::refuse_bad_rows(session, &plan, &ledger)?;
    estimate::put(session, &loaded.recipe, &mut plan, &ledger, sources).await?;
    estimate::warn(session, &plan);
    let broken = estimate::over(&plan, &arguments.ceilings)?;
    let exposures = exposure::known(session, &loaded.recipe, &plan, &ledger)?;
    let Plan { recipe, stages, estimate } = &plan;
    let answer =
        Answer { recipe, stages, contamination: &exposures, estimate: estimate.as_ref(), broken_limits: &broken };
    session.printer.answer(&answer, || human(session, &plan, &exposures, &broken));
    Ok(if broken.is_empty() { Exit::Done } else { Exit::Resources })
}

/// The plan for programs, with the limits it breaks.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Answer<'p> {
    recipe: &'p Name,
    stages: &'p [Stage],
    contamination: &'p [Exposure],
    estimate: Option<&'p Estimate>,
    broken_limits: &'p [Broken],
}

fn human(session: &Session, plan: &Plan, exposures: &[Exposure], broken: &[Broken]) -> String {
    let printer = &session.printer;
    let currency = plan.estimate.as_ref().and_then(|estimate| estimate.currency.as_deref());
    let broken = broken.iter().map(|one| printer.verdict(false, &estimate::in_words(one, currency)));
    let parts = [
        stages::tree(plan),
        price::table(printer, plan),
        details::lines(printer, plan),
        report::contaminated(printer, exposures),
        summary(plan),
        broken.collect::<Vec<_>>().join("\n"),
    ];
    let parts: Vec<_> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join("\n\n")
}

fn summary(plan: &Plan) -> String {
    let stale = plan.stages.iter().filter(|stage| !stage.is_fresh()).count();
    let total = plan.estimate.as_ref().map(|estimate| &estimate.total);
    match stale {
        0 => format!(
            "nothing is stale: all {} are done, and nothing is to be paid for",
            plural(plan.stages.len(), "stage")
        ),
        _ => {
            let takes = total.map(|total| format!(": {}", price::total(total, plan))).unwrap_or_default();
            format!("{stale} of {} to do{takes}", plural(plan.stages.len(), "stage"))
        }
    }
}
