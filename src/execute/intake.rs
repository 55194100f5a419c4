//! Takes what stages made: files into the artifact store, numbers and texts into the database.

use serde::de::DeserializeOwned;

use crate::artifact::ArtifactStore;
use crate::execute::error::ExecuteError;
use crate::execute::task_folder::Attempt;
use crate::execute::watched::Told;
use crate::id::{RunId, StageId};
use crate::plan::{Outputs, Stage, Work};
use crate::record::GateResult;
use crate::record::report::{EvaluationReport, SampleReport};
use crate::store::{EvaluationRow, GateRow, SampleRow, Store};

/// Moves the outputs of an attempt into the artifact store; each is compared with the digest its worker told.
///
/// Doing it again changes nothing, so that a manager that died halfway does no harm.
pub(super) fn take_outputs(
    artifacts: &ArtifactStore,
    attempt: &Attempt,
    told: &[Told],
) -> Result<Outputs, ExecuteError> {
    let mut outputs = Outputs::new();
    for Told { name, path, digest } in told {
        let path = attempt.output(name, path)?;
        outputs.insert(name.clone(), artifacts.put_file(&path, *digest)?);
    }
    Ok(outputs)
}

/// Returns whether every output a worker told of is still there: where it was made, or in the artifact store.
pub(super) fn are_there(artifacts: &ArtifactStore, attempt: &Attempt, told: &[Told]) -> bool {
    let is_there = |told: &Told| {
        let is_in_folder = attempt.output(&told.name, &told.path).is_ok_and(|path| path.is_file());
        is_in_folder || artifacts.get(told.digest).is_ok()
    };
    !told.is_empty() && told.iter().all(is_there)
}

/// Returns a report among the outputs of a stage.
pub(super) fn report<T: DeserializeOwned>(
    artifacts: &ArtifactStore,
    stage: &StageId,
    outputs: &Outputs,
    name: &str,
) -> Result<T, ExecuteError> {
    let lacks = || ExecuteError::Lacks { stage: stage.clone(), name: name.to_owned() };
    let artifact = outputs.get(name).ok_or_else(lacks)?;
    let bytes = artifacts.read(artifact.digest)?;
    serde_json::from_slice(&bytes).map_err(|source| ExecuteError::Report {
        stage: stage.clone(),
        name: name.to_owned(),
        source,
    })
}

/// Records the numbers and texts a stage has found, whether in this run or in the one it was taken from.
pub(super) async fn record_findings(
    store: &Store,
    artifacts: &ArtifactStore,
    run: RunId,
    stage: &Stage,
    outputs: &Outputs,
) -> Result<(), ExecuteError> {
    let id = stage.id.clone();
    match &stage.work {
        Work::Evaluate(work) => {
            let report: EvaluationReport = report(artifacts, &id, outputs, "metrics.json")?;
            let row =
                EvaluationRow { stage: id, model: work.model.clone(), evaluation: work.evaluation.clone(), report };
            store.insert_evaluation(run, &row).await?;
        }
        Work::Sample(work) => {
            let report: SampleReport = report(artifacts, &id, outputs, "sample.json")?;
            store.insert_sample(run, &SampleRow { stage: id, model: work.sample.model.clone(), report }).await?;
        }
        Work::Gate(_) => {
            let result: GateResult = report(artifacts, &id, outputs, "gate.json")?;
            store.insert_gate(run, &GateRow { stage: id, result }).await?;
        }
        Work::Import(_)
        | Work::Dataset(_)
        | Work::Tokenizer(_)
        | Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Train(_)
        | Work::Analyse(_)
        | Work::Card(_)
        | Work::Publish(_) => {}
    }
    Ok(())
}
