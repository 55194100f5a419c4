//! Everything the report of a run is made of, read from the database and the artifacts.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::accuracy::{self, RunAccuracy};
use crate::cli::report::contamination;
use crate::id::{Name, StageId, StageKind};
use crate::plan::contamination::{contamination_id, exposures as exposures_of};
use crate::recipe::Recipe;
use crate::record::contamination::ExposureVerdict;
use crate::record::report::TrainingReport;
use crate::record::{Exposure, GateResult};
use crate::store::{EvaluationRow, RunRow, SampleRow, StageRunRow, Store};

/// Everything the report of a run is made of.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct RunView {
    /// The run.
    pub run: RunRow,
    /// Its recipe as meant.
    #[serde(skip)]
    pub recipe: Recipe,
    /// Its stages.
    pub stages: Vec<StageRunRow>,
    /// What was measured.
    pub evaluations: Vec<EvaluationRow>,
    /// What of the evaluations' data the models have learned, as far as it is known.
    pub contamination: Vec<Exposure>,
    /// What came out of the gates.
    pub gates: Vec<GateResult>,
    /// What the models wrote.
    pub samples: Vec<SampleRow>,
    /// How the trainings went, by model.
    pub trainings: BTreeMap<Name, TrainingReport>,
    /// The cards of the published models, every parent before its children.
    pub cards: Vec<CardView>,
    /// What was expected of the run beside what it took.
    pub accuracy: Option<RunAccuracy>,
}

/// The card of a published model.
#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct CardView {
    /// The model: `rust-coder-vertical@v1`.
    pub model: String,
    /// Where the card lies, to be read.
    pub path: PathBuf,
}

impl RunView {
    /// Reads everything about a run.
    ///
    /// # Errors
    /// When the database or an artifact cannot be read.
    pub async fn load(
        workspace: &Workspace,
        store: &Store,
        artifacts: &ArtifactStore,
        run: RunRow,
    ) -> anyhow::Result<Self> {
        let recipe: Recipe = serde_json::from_value(run.recipe_resolved.clone())
            .with_context(|| format!("the recipe recorded with run {} cannot be read", run.id.short()))?;
        let stages = store.stages_of_run(run.id).await?;
        let trainings = trainings(&recipe, &stages, artifacts)?;
        let contamination = exposures(&recipe, &stages, artifacts)?;
        let evaluations = store.evaluations_of_run(run.id).await?;
        let gates = store.gates_of_run(run.id).await?.into_iter().map(|row| row.result).collect();
        let samples = store.samples_of_run(run.id).await?;
        let cards = cards(workspace, store, artifacts, &recipe, &stages).await?;
        let accuracy = accuracy::of_run(store, &run, &stages).await?;
        Ok(Self { run, recipe, stages, evaluations, contamination, gates, samples, trainings, cards, accuracy })
    }

    /// Returns what a model scored on an evaluation.
    pub fn value(&self, model: &Name, evaluation: &Name) -> Option<f64> {
        let row = self.evaluations.iter().find(|row| row.model == *model && row.evaluation == *evaluation)?;
        Some(row.report.value)
    }
}

fn trainings(
    recipe: &Recipe,
    stages: &[StageRunRow],
    artifacts: &ArtifactStore,
) -> anyhow::Result<BTreeMap<Name, TrainingReport>> {
    let mut trainings = BTreeMap::new();
    for model in recipe.models.keys() {
        let id = StageId::new(StageKind::Train, model);
        let output = stages.iter().find(|stage| stage.stage == id).and_then(|stage| stage.outputs.get("training.json"));
        if let Some(output) = output {
            let bytes = artifacts.read(output.digest)?;
            trainings.insert(model.clone(), serde_json::from_slice(&bytes).context("`training.json` cannot be read")?);
        }
    }
    Ok(trainings)
}

/// Returns what the models of a run have seen of its evaluations; nothing of those whose data the run does not look through.
fn exposures(recipe: &Recipe, stages: &[StageRunRow], artifacts: &ArtifactStore) -> anyhow::Result<Vec<Exposure>> {
    let mut reports = BTreeMap::new();
    for stage in stages.iter().filter(|stage| stage.stage.kind() == StageKind::Contamination) {
        if let Some(output) = stage.outputs.get(contamination::OUTPUT) {
            let report = contamination::report(artifacts, output.digest)?;
            reports.insert(report.dataset.clone(), report);
        }
    }
    let is_there = |id: &StageId| stages.iter().any(|stage| stage.stage == *id);
    let mut exposures = exposures_of(recipe, &reports, contamination_id);
    exposures.retain(|exposure| match &exposure.verdict {
        ExposureVerdict::Unknown { before } => is_there(before),
        ExposureVerdict::Clean(_) | ExposureVerdict::Contaminated { .. } => true,
    });
    Ok(exposures)
}

/// Puts the cards of the published models where people can read them, under their names.
async fn cards(
    workspace: &Workspace,
    store: &Store,
    artifacts: &ArtifactStore,
    recipe: &Recipe,
    stages: &[StageRunRow],
) -> anyhow::Result<Vec<CardView>> {
    let folder = workspace.folder().join("cards");
    let versions = store.models().await?;
    let mut cards = Vec::new();
    for (name, _) in recipe.models_by_lineage() {
        let id = StageId::new(StageKind::Card, name);
        let output = stages.iter().find(|stage| stage.stage == id).and_then(|stage| stage.outputs.get("README.md"));
        let Some(card) = output else { continue };
        let weights = StageId::new(StageKind::Train, name);
        let weights =
            stages.iter().find(|stage| stage.stage == weights).and_then(|stage| stage.outputs.get("model.safetensors"));
        let published = |version: &&crate::store::ModelVersion| {
            version.card.digest == card.digest
                && weights.is_some_and(|weights| weights.digest == version.weights.digest)
        };
        let Some(version) = versions.iter().find(published) else { continue };
        let path = folder.join(format!("{}.md", version.reference()));
        if !path.exists() {
            std::fs::create_dir_all(&folder)?;
            std::fs::write(&path, artifacts.read(card.digest)?)?;
        }
        let shown = std::env::current_dir().ok().and_then(|here| path.strip_prefix(here).ok().map(PathBuf::from));
        cards.push(CardView { model: version.reference(), path: shown.unwrap_or(path) });
    }
    Ok(cards)
}
