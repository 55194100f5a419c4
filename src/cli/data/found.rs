//! From what a person calls a dataset to the dataset.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Context as _;
use serde_json::Value;

use crate::artifact::ArtifactStore;
use crate::card::dataset::{DatasetFacts, SplitFile};
use crate::cli::failure::Complaint;
use crate::cli::session::Session;
use crate::data::look;
use crate::id::{RunId, StageId, StageKind};
use crate::plan::Outputs;
use crate::recipe::dataset::SplitName;
use crate::record::ArtifactRef;
use crate::record::report::{DatasetReport, TokensReport};
use crate::store::{PreparedDataset, Store};

/// Where datasets are looked for.
pub struct Shelf {
    store: Store,
    artifacts: ArtifactStore,
}

/// A dataset that was found.
pub struct Found {
    /// Where it stands.
    pub prepared: PreparedDataset,
    /// What is known of it.
    pub facts: DatasetFacts,
    /// Its tables.
    pub tables: Vec<(SplitName, PathBuf)>,
}

impl Shelf {
    /// Opens the database of the project.
    ///
    /// # Errors
    /// When there is no workspace, or the database cannot be read.
    pub async fn open(session: &Session) -> anyhow::Result<Self> {
        let (_, store, artifacts) = session.reading().await?;
        Ok(Self { store, artifacts })
    }

    /// Closes the database.
    pub async fn close(self) {
        self.store.close().await;
    }

    /// Returns the newest preparation of every dataset.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn newest(&self) -> anyhow::Result<Vec<PreparedDataset>> {
        Ok(self.store.datasets().await?)
    }

    /// Returns the dataset a person means.
    ///
    /// # Errors
    /// When there is none, and when there is more than one.
    pub async fn one(&self, text: &str) -> anyhow::Result<Found> {
        let mut found = self.named(text).await?;
        if found.len() == 1 {
            return self.load(found.remove(0)).await;
        }
        let hint = format!("name one of them: {}", quoted(found.iter().map(|one| reference(one, text))));
        Err(Complaint::input(format!("run `{text}` has several datasets"), hint).into())
    }

    /// Returns the datasets a person means: those of a run, or one.
    ///
    /// # Errors
    /// When there is none of this name, and when several recipes have one.
    pub async fn named(&self, text: &str) -> anyhow::Result<Vec<PreparedDataset>> {
        let newest = self.newest().await?;
        let (of, name) = text.split_once('/').map_or((None, text), |(of, name)| (Some(of), name));
        let is_it =
            |one: &PreparedDataset| one.stage.name() == name && of.is_none_or(|recipe| one.recipe.as_str() == recipe);
        let found: Vec<PreparedDataset> = newest.iter().filter(|one| is_it(one)).cloned().collect();
        if found.len() > 1 {
            let hint = format!("name one of them: {}", quoted(found.iter().map(|one| reference(one, ""))));
            return Err(Complaint::input(format!("several recipes have a dataset `{name}`"), hint).into());
        }
        if !found.is_empty() {
            return Ok(found);
        }
        if let Ok(run) = self.store.run_by_prefix(of.unwrap_or(name)).await {
            let mut found = self.store.datasets_of_run(run.id).await?;
            found.retain(|one| of.is_none() || one.stage.name() == name);
            if !found.is_empty() {
                return Ok(found);
            }
        }
        Err(unknown(text, name, &newest).into())
    }

    /// Returns what is known of a dataset.
    ///
    /// # Errors
    /// When what was recorded or made is missing or damaged.
    pub async fn load(&self, prepared: PreparedDataset) -> anyhow::Result<Found> {
        let outputs = self.store.outputs_of_run(prepared.run).await?;
        let own = outputs.get(&prepared.stage).cloned().unwrap_or_default();
        let report: DatasetReport = self.json(&own, "report.json")?;
        let name = prepared.stage.name().to_owned();
        let run = self.store.run(prepared.run).await?;
        let work = work(&run.plan, &prepared.stage);
        let as_meant = match &work["dataset"] {
            Value::Null => run.recipe_resolved["datasets"][&name].clone(),
            dataset => dataset.clone(),
        };
        let text = |key: &str| as_meant[key].as_str().map(str::to_owned);
        let language = as_meant["language"].as_array().into_iter().flatten();
        let files = files(&own)?;
        let facts = DatasetFacts {
            recipe: prepared.recipe.clone(),
            description: text("description").unwrap_or_default(),
            license: text("license"),
            language: language.filter_map(|code| Some(code.as_str()?.to_owned())).collect(),
            source: as_meant["source"].clone(),
            made: serde_json::json!({ "extract": as_meant["extract"], "split": as_meant["split"] }),
            source_digest: work["source-digest"].as_str().and_then(|digest| digest.parse().ok()),
            seed: work["seed"].as_u64(),
            fingerprint: prepared.fingerprint,
            report,
            tokens: self.tokens(&outputs, &name)?,
            files: files.iter().map(|(file, _)| file.clone()).collect(),
            name,
        };
        Ok(Found { prepared, facts, tables: files.into_iter().map(|(file, path)| (file.split, path)).collect() })
    }

    /// Returns what encoding made of a dataset, by tokenizer.
    fn tokens(
        &self,
        outputs: &BTreeMap<StageId, Outputs>,
        dataset: &str,
    ) -> anyhow::Result<BTreeMap<String, TokensReport>> {
        let mut tokens = BTreeMap::new();
        for (stage, own) in outputs.iter().filter(|(stage, own)| stage.kind() == StageKind::Tokens && !own.is_empty()) {
            if let Some((_, tokenizer)) = stage.name().split_once('/').filter(|(name, _)| *name == dataset) {
                tokens.insert(tokenizer.to_owned(), self.json(own, "report.json")?);
            }
        }
        Ok(tokens)
    }

    fn json<T: serde::de::DeserializeOwned>(&self, outputs: &Outputs, name: &str) -> anyhow::Result<T> {
        let artifact = outputs.get(name).with_context(|| format!("there is no `{name}` of it"))?;
        let bytes = self.artifacts.read(artifact.digest)?;
        serde_json::from_slice(&bytes).with_context(|| format!("cannot understand `{}`", artifact.path.display()))
    }
}

impl Found {
    /// Returns the dataset's tables, which old preparations do not have.
    ///
    /// # Errors
    /// When there are none.
    pub fn tables(&self) -> Result<&[(SplitName, PathBuf)], Complaint> {
        if self.tables.is_empty() {
            let message =
                format!("dataset `{}` was prepared by an earlier version, and has no tables", self.facts.reference());
            return Err(Complaint::input(message, "run its recipe again"));
        }
        Ok(&self.tables)
    }

    /// Returns the run it belongs to.
    pub fn run(&self) -> RunId {
        self.prepared.run
    }
}

/// Returns the work of a stage as the plan has recorded it, whatever version wrote it.
fn work(plan: &Value, stage: &StageId) -> Value {
    let id = stage.to_string();
    let stages = plan["stages"].as_array().into_iter().flatten();
    stages.into_iter().find(|stage| stage["id"] == id.as_str()).map(|stage| stage["work"].clone()).unwrap_or_default()
}

/// Returns the tables among the outputs, and where they lie.
fn files(outputs: &Outputs) -> anyhow::Result<Vec<(SplitFile, PathBuf)>> {
    let mut files = Vec::new();
    for split in SplitName::ALL {
        let file = format!("{}.parquet", split.word());
        let Some(ArtifactRef { path, digest, bytes }) = outputs.get(&file).cloned() else { continue };
        let facts = look::facts(&path)?;
        let columns = facts.columns.into_iter().map(|column| column.name).collect();
        files.push((SplitFile { split, file, rows: facts.rows, bytes, digest, sha256: None, columns }, path));
    }
    Ok(files)
}

/// Returns what names a dataset beside others.
fn reference(prepared: &PreparedDataset, run: &str) -> String {
    let of = if run.is_empty() { prepared.recipe.as_str() } else { run };
    format!("{of}/{}", prepared.stage.name())
}

fn quoted(names: impl Iterator<Item = String>) -> String {
    const MOST: usize = 5;
    let all: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match all.len().saturating_sub(MOST) {
        0 => all.join(", "),
        more => format!("{} and {more} more", all[..MOST].join(", ")),
    }
}

fn unknown(text: &str, name: &str, newest: &[PreparedDataset]) -> Complaint {
    let by_likeness = |one: &&PreparedDataset| {
        let likeness = strsim::jaro_winkler(name, one.stage.name());
        (likeness > 0.8).then_some(likeness)
    };
    let nearest = newest
        .iter()
        .filter_map(|one| Some((by_likeness(&one)?, one)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, one)| reference(one, ""));
    let hint = match nearest {
        Some(nearest) => format!("did you mean `{nearest}`?"),
        None if text.ends_with(".yaml") || text.ends_with(".yml") => {
            format!("`pedigree run {text}` prepares its datasets, and `pedigree data list` lists them")
        }
        None if newest.is_empty() => format!("`pedigree run RECIPE --only dataset:{name}` prepares it"),
        None => format!(
            "there are {}; `pedigree run RECIPE --only dataset:{name}` prepares one",
            quoted(newest.iter().map(|one| reference(one, "")))
        ),
    };
    Complaint::input(format!("no dataset `{text}` was prepared here"), hint)
}
