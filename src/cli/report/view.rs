//! Everything the report of a run is made of, read from the database and the artifacts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use crate::analysis::{Forgetting, Ranking, forgetting};
use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::accuracy::{self, RunAccuracy};
use crate::cli::report::contamination;
use crate::cli::report::laws::{self, LawView};
use crate::cli::report::measured::{Measurement, measurements, validation_losses};
use crate::cli::report::ranking::{Wanted, has_variants, ranking};
use crate::id::{Name, RunId, StageId, StageKind};
use crate::plan::contamination::{contamination_id, exposures as exposures_of};
use crate::recipe::Recipe;
use crate::record::contamination::ExposureVerdict;
use crate::record::report::TrainingReport;
use crate::record::{Exposure, GateResult, Repeated};
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
    /// What was measured, repeat by repeat.
    pub evaluations: Vec<EvaluationRow>,
    /// What of the evaluations' data the models have learned, as far as it is known.
    pub contamination: Vec<Exposure>,
    /// What was measured, over all repeats.
    pub measurements: Vec<Measurement>,
    /// What the models forgot, against their parents and the best of their ancestors.
    pub forgetting: Forgetting,
    /// What came out of the gates.
    pub gates: Vec<GateResult>,
    /// What the models wrote.
    pub samples: Vec<SampleRow>,
    /// How the trainings went, by model; the first repeat of each, whose weights are published.
    pub trainings: BTreeMap<Name, TrainingReport>,
    /// The validation losses by model, in nats a token, over all repeats.
    pub validation_losses: BTreeMap<Name, Repeated>,
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
    /// Whether it tells classes instead of writing.
    #[serde(skip)]
    pub is_classifier: bool,
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
        let validation_losses = validation_losses(&trainings);
        let first = |(model, repeats): (Name, BTreeMap<u32, _>)| Some((model, repeats.get(&1).cloned()?));
        let trainings = trainings.into_iter().filter_map(first).collect();
        let evaluations = store.evaluations_of_run(run.id).await?;
        let measurements = measurements(&evaluations);
        let gates = store.gates_of_run(run.id).await?.into_iter().map(|row| row.result).collect();
        let samples = store.samples_of_run(run.id).await?;
        let cards = cards(workspace, store, artifacts, &recipe, &stages).await?;
        let accuracy = accuracy::of_run(store, &run, &stages).await?;
        let durations = durations(store, &recipe, &stages).await?;
        let laws = laws::load(workspace, artifacts, &recipe, &stages)?;
        let view = Self {
            run,
            recipe,
            stages,
            evaluations,
            measurements,
            contamination,
            forgetting: Forgetting::default(),
            gates,
            samples,
            trainings,
            validation_losses,
            durations,
            ranking: None,
            laws,
            cards,
            accuracy,
        };
        let ranking = ranking(std::slice::from_ref(&view), Wanted::default())?;
        let forgetting = forgetting(&view.recipe, |model, evaluation| view.value(model, evaluation));
        Ok(Self { ranking, forgetting, ..view })
    }

    /// Returns what a model scored on an evaluation: the mean over its repeats.
    pub fn value(&self, model: &Name, evaluation: &Name) -> Option<f64> {
        self.measured(model, evaluation).map(|value| value.mean)
    }

    /// Returns how often a model is measured; what is imported is measured once.
    pub fn repeats_of(&self, model: &Name) -> u32 {
        if self.recipe.imports.contains_key(model) { 1 } else { self.recipe.run.repeats }
    }

    /// Returns what a model scored on an evaluation, over its repeats.
    pub fn measured(&self, model: &Name, evaluation: &Name) -> Option<&Repeated> {
        self.measurement(model, evaluation).map(|found| &found.value)
    }

    /// Returns what was measured of a model by an evaluation, with how sure it is.
    pub fn measurement(&self, model: &Name, evaluation: &Name) -> Option<&Measurement> {
        self.measurements.iter().find(|found| found.model == *model && found.evaluation == *evaluation)
    }
}

/// Returns how the trainings went that were done, by model and repeat.
fn trainings(
    recipe: &Recipe,
    stages: &[StageRunRow],
    artifacts: &ArtifactStore,
) -> anyhow::Result<BTreeMap<Name, BTreeMap<u32, TrainingReport>>> {
    let mut trainings: BTreeMap<Name, BTreeMap<u32, TrainingReport>> = BTreeMap::new();
    for stage in stages.iter().filter(|stage| stage.stage.kind() == StageKind::Train) {
        let model = recipe.models.keys().find(|model| model.as_str() == stage.stage.name());
        let (Some(model), Some(output)) = (model, stage.outputs.get("training.json")) else { continue };
        let bytes = artifacts.read(output.digest)?;
        let report = serde_json::from_slice(&bytes).context("`training.json` cannot be read")?;
        trainings.entry(model.clone()).or_default().insert(stage.stage.repeat(), report);
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
        cards.push(CardView {
            model: version.reference(),
            path: shown.unwrap_or(path),
            is_classifier: version.classification.is_some(),
        });
    }
    Ok(cards)
}
