//! Everything the report of a run is made of, read from the database and the artifacts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use crate::analysis::Ranking;
use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::report::laws::{self, LawView};
use crate::cli::report::ranking::{Wanted, has_variants, ranking};
use crate::id::{Name, RunId, StageId, StageKind};
use crate::recipe::Recipe;
use crate::record::GateResult;
use crate::record::report::TrainingReport;
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
    /// What came out of the gates.
    pub gates: Vec<GateResult>,
    /// What the models wrote.
    pub samples: Vec<SampleRow>,
    /// How the trainings went, by model.
    pub trainings: BTreeMap<Name, TrainingReport>,
    /// How long the trainings took, by model, in milliseconds; those taken from an earlier run too.
    #[serde(skip)]
    pub durations: BTreeMap<Name, u64>,
    /// The variants, where the recipe is a sweep, as they are ranked without being asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ranking: Option<Ranking>,
    /// What the analyses have found.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub laws: Vec<LawView>,
    /// The cards of the published models, every parent before its children.
    pub cards: Vec<CardView>,
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
        let evaluations = store.evaluations_of_run(run.id).await?;
        let gates = store.gates_of_run(run.id).await?.into_iter().map(|row| row.result).collect();
        let samples = store.samples_of_run(run.id).await?;
        let cards = cards(workspace, store, artifacts, &recipe, &stages).await?;
        let durations = durations(store, &recipe, &stages).await?;
        let laws = laws::load(workspace, artifacts, &recipe, &stages)?;
        let view =
            Self { run, recipe, stages, evaluations, gates, samples, trainings, durations, ranking: None, laws, cards };
        let ranking = ranking(std::slice::from_ref(&view), Wanted::default())?;
        Ok(Self { ranking, ..view })
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

/// Returns how long the trainings of a sweep took; one that was taken from an earlier run took its time there.
async fn durations(store: &Store, recipe: &Recipe, stages: &[StageRunRow]) -> anyhow::Result<BTreeMap<Name, u64>> {
    if !has_variants(recipe) {
        return Ok(BTreeMap::new());
    }
    let id = |model: &Name| StageId::new(StageKind::Train, model);
    let rows = recipe.models.keys().filter_map(|model| {
        let id = id(model);
        stages.iter().find(|row| row.stage == id).map(|row| (model, row))
    });
    let mut earlier: BTreeMap<RunId, Vec<StageRunRow>> = BTreeMap::new();
    for run in rows.clone().filter_map(|(_, row)| row.from_run).collect::<BTreeSet<_>>() {
        earlier.insert(run, store.stages_of_run(run).await?);
    }
    let duration = |row: &StageRunRow| match row.from_run {
        None => row.duration_ms,
        Some(run) => {
            earlier[&run].iter().find(|other| other.fingerprint == row.fingerprint).and_then(|other| other.duration_ms)
        }
    };
    Ok(rows.filter_map(|(model, row)| Some((model.clone(), duration(row)?))).collect())
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
