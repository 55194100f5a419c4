//! `pedigree reproduce`: runs a recorded recipe again elsewhere, and compares everything that comes out.

use std::path::PathBuf;

use anyhow::Context as _;

use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::arguments::ReproduceArgs;
use crate::cli::recorded::keep_recorded;
use crate::cli::session::Session;
use crate::cli::{estimate, execution, load, run};
use crate::error::Exit;
use crate::execute::Beginning;
use crate::id::{RunId, StageId, StageKind};
use crate::plan::{self, Ledger, Plan, Work};
use crate::recipe::evaluation::Metric;
use crate::recipe::{Content, Recipe};
use crate::record::RunStatus;
use crate::reproduce::numbers::first_difference;
use crate::reproduce::{Grade, Verdict, judge};
use crate::store::{NewRun, RunRow, Store};

/// Reproduces a run.
///
/// # Errors
/// When there is no such run, when its data is no longer what it was, and like `pedigree run`.
pub async fn run(session: &Session, arguments: &ReproduceArgs) -> anyhow::Result<Exit> {
    execution::bring_up_to_date(&session.workspace()?).await?;
    let (workspace, store, artifacts) = session.reading().await?;
    let row = store.run_by_prefix(&arguments.run).await?;
    let recipe: Recipe = serde_json::from_value(row.recipe_resolved.clone())
        .with_context(|| format!("the recipe recorded with run {} cannot be read", row.id.short()))?;
    let sources = load::sources(&recipe, Some(&workspace))?;
    let mut plan = plan::build(&recipe, &sources);
    keep_recorded(&row, &mut plan)?;
    estimate::put(session, &recipe, &mut plan, &Ledger::default(), sources).await?;
    let place = match &arguments.into {
        Some(folder) => folder.clone(),
        None => free_folder(&workspace, &row),
    };
    std::fs::create_dir_all(&place).with_context(|| format!("cannot make `{}`", place.display()))?;
    let elsewhere = Workspace::create(&place)?;
    take_along(&plan, &artifacts, &ArtifactStore::new(&elsewhere))?;
    session.printer.say(format!("reproducing run {} of `{}` in {}", row.id.short(), row.recipe, place.display()));
    let (beginning, max_hours) = (Beginning::New(Box::new(again(&row, &plan))), recipe.run.max_hours);
    let outcome = execution::execute(session, &elsewhere, &plan, &Ledger::default(), beginning, max_hours).await?;
    if outcome.status == RunStatus::Interrupted {
        store.close().await;
        session.printer.hint(&format!(
            "`pedigree resume --workspace {}` goes on; then compare with `pedigree compare`",
            place.display()
        ));
        return Ok(outcome.exit());
    }
    let other = Store::open_reading(&elsewhere).await?;
    let verdict = compare(
        (&store, &artifacts, row.id),
        (&other, &ArtifactStore::new(&elsewhere), outcome.run),
        arguments.tolerance,
    )
    .await?;
    store.close().await;
    other.close().await;
    let answer =
        serde_json::json!({ "run": row.id, "reproduction": outcome.run, "workspace": place, "verdict": verdict });
    session.printer.answer(&answer, || human(session, &verdict));
    Ok(if verdict.grade == Grade::Diverged { Exit::Failed } else { Exit::Done })
}

/// Copies the files of imported models: the zoo of the other workspace does not have them.
fn take_along(plan: &Plan, from: &ArtifactStore, to: &ArtifactStore) -> anyhow::Result<()> {
    for stage in &plan.stages {
        let Work::Import(work) = &stage.work else { continue };
        let Content::Files { weights, tokenizer } = work.import.content else { continue };
        for digest in std::iter::once(weights).chain(tokenizer) {
            to.copy_from(from, digest).with_context(|| format!("`{}` cannot be taken along", work.import.reference))?;
        }
    }
    Ok(())
}

/// Returns a folder of the workspace no reproduction has used.
fn free_folder(workspace: &Workspace, row: &RunRow) -> PathBuf {
    let folder = workspace.folder().join("reproductions");
    let named = |n: u32| folder.join(format!("{}-{n}", row.id.short()));
    (1..).map(named).find(|path| !path.exists()).unwrap_or_else(|| named(0))
}

fn again(row: &RunRow, plan: &Plan) -> NewRun {
    NewRun {
        id: RunId::generate(),
        recipe: row.recipe.clone(),
        recipe_file: row.recipe_file.clone(),
        recipe_typed: row.recipe_typed.clone(),
        recipe_resolved: row.recipe_resolved.clone(),
        plan: serde_json::to_value(plan).expect("a plan serializes"),
        overrides: row.overrides.clone(),
        provenance: serde_json::json!({ "reproduces": row.id, "recorded": row.provenance }),
        // The run it reproduces stands in another database.
        reproduces: None,
        started_at_ms: run::now_ms(),
    }
}

type Side<'s> = (&'s Store, &'s ArtifactStore, RunId);

async fn compare(left: Side<'_>, right: Side<'_>, tolerance: f64) -> anyhow::Result<Verdict> {
    let ours = left.0.stages_of_run(left.2).await?;
    let theirs = right.0.outputs_of_run(right.2).await?;
    let mut verdicts = Vec::new();
    // How fast a machine is, is no part of what a run found out; nor is what is said of it.
    let done = left.0.keys_of_run(left.2).await?;
    let is_timed = |stage: &StageId| done.get(stage).is_some_and(tells_of_machine);
    let has_timed = done.values().any(tells_of_machine);
    for row in ours {
        if is_timed(&row.stage) || (has_timed && row.stage.kind() == StageKind::Card) {
            continue;
        }
        // What the zoo calls a version depends on what was in it before.
        if row.stage.kind() == StageKind::Publish {
            continue;
        }
        let empty = plan::Outputs::new();
        let outputs = theirs.get(&row.stage).unwrap_or(&empty);
        let mut verdict = judge(&row.stage, (&row.outputs, left.1), (outputs, right.1), tolerance)?;
        // What an analysis says follows from measurements that are compared themselves; its errors are made of their last digits.
        if verdict.grade != Grade::Bitwise && row.stage.kind() == StageKind::Analyse {
            continue;
        }
        if verdict.grade != Grade::Bitwise && row.stage.kind() == StageKind::Train {
            let from = row.from_run.unwrap_or(left.2);
            let series = |points: Vec<crate::store::MetricPoint>| -> Vec<(u64, f64)> {
                points.into_iter().map(|point| (point.step, point.value)).collect()
            };
            // The stage may have had another name where it was done.
            let done = left.0.stages_of_run(from).await?;
            let there = done.iter().find(|other| other.fingerprint == row.fingerprint).unwrap_or(&row);
            let one = series(left.0.series(from, &there.stage, "train/loss").await?);
            let other = series(right.0.series(right.2, &row.stage, "train/loss").await?);
            verdict.first_step = first_difference(&one, &other);
        }
        verdicts.push(verdict);
    }
    Ok(Verdict::of(verdicts))
}

/// Returns whether a stage with this key measures the machine, or judges such a number.
fn tells_of_machine(key: &serde_json::Value) -> bool {
    let metric = serde_json::from_value::<Metric>(key["metric"].clone());
    metric.is_ok_and(Metric::is_of_machine)
}

fn human(session: &Session, verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    for stage in &verdict.stages {
        let mark = session
            .printer
            .verdict(stage.grade <= Grade::Tensors, if stage.grade <= Grade::Tensors { "✓" } else { "≠" });
        lines.push(format!("{mark} {:<36} {}", stage.stage, stage.grade.words()));
        lines.extend(
            stage.differences.iter().map(|difference| format!("    {}: {}", difference.output, difference.explanation)),
        );
        lines.extend(stage.first_step.map(|step| format!("    the loss differs from step {step} on")));
    }
    let good = verdict.grade <= Grade::Metrics;
    lines.push(format!("\nverdict: {}", session.printer.verdict(good, verdict.grade.words())));
    if let Some(first) = verdict.first_difference() {
        lines.push(format!("first difference: {}", first.stage));
    }
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_of_a_machine_are_left_out_of_a_comparison() {
        let metric = |word: &str| serde_json::json!({ "metric": word, "split": "test", "of-machine": true });
        for word in ["tokens-per-second", "latency-p50", "latency-p90", "latency-p99", "peak-memory"] {
            assert!(tells_of_machine(&metric(word)), "{word}");
        }
        let gate = serde_json::json!({ "metric": "latency-p99", "gate": { "at-most": 5 } });
        assert!(tells_of_machine(&gate), "what is judged of such a number is left out with it");
        for word in ["loss", "perplexity", "accuracy", "bleu", "no-such-metric"] {
            assert!(!tells_of_machine(&metric(word)), "{word}");
        }
        assert!(!tells_of_machine(&serde_json::json!({ "seed": 1 })) && !tells_of_machine(&serde_json::json!(null)));
    }
}
