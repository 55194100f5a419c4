//! What can be completed: models, runs, stages and recipes of the project one stands in.
//!
//! Never says anything: where something is wrong, there is nothing to complete.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter as _};

use crate::artifact::Workspace;
use crate::cli::arguments::RecipeArgs;
use crate::cli::format::{short, time};
use crate::cli::load;
use crate::cli::recipes::SHIPPED;
use crate::cli::session::{Session, nearest_project};
use crate::cli::templates::TEMPLATES;
use crate::plan::{self, Sources};
use crate::store::{ModelVersion, PreparedDataset, Result, RunSummary, Store};

/// How long a database that is locked or far away may keep somebody waiting who pressed a key; mostly it takes some milliseconds.
const PATIENCE: Duration = Duration::from_millis(400);

/// The most runs that are shown.
const MOST_RUNS: u32 = 50;

fn candidate(word: impl Into<std::ffi::OsString>, help: impl Into<String>) -> CompletionCandidate {
    CompletionCandidate::new(word).help(Some(help.into().into()))
}

/// Returns the models: every version, and the aliases.
pub fn models() -> Vec<CompletionCandidate> {
    let models = ask(async |store| store.models().await).unwrap_or_default();
    models.iter().flat_map(of_model).collect()
}

fn of_model(model: &ModelVersion) -> Vec<CompletionCandidate> {
    let help =
        format!("{}, {} parameters, {} UTC", model.tier.word(), short(model.parameters), time(model.created_at_ms));
    let alias = |alias: &crate::id::Name| candidate(format!("{}@{alias}", model.entry), model.reference());
    let mut all = vec![candidate(model.reference(), help)];
    all.extend(model.aliases.iter().map(alias));
    all
}

/// Returns the newest runs, and `latest`.
pub fn runs() -> Vec<CompletionCandidate> {
    let runs = ask(async |store| store.runs(MOST_RUNS).await).unwrap_or_default();
    let latest = runs.first().map(|run| candidate("latest", of_run(run)));
    latest.into_iter().chain(runs.iter().map(|run| candidate(run.id.short(), of_run(run)))).collect()
}

fn of_run(run: &RunSummary) -> String {
    format!("{}, {}, {} UTC", run.recipe, run.status.word(), time(run.started_at_ms))
}

/// Returns the datasets that were prepared.
pub fn datasets() -> Vec<CompletionCandidate> {
    let datasets = ask(async |store| store.datasets().await).unwrap_or_default();
    let help = |dataset: &PreparedDataset| match dataset.prepared_at_ms {
        Some(at_ms) => format!("run {}, prepared {} UTC", dataset.run.short(), time(at_ms)),
        None => format!("run {}", dataset.run.short()),
    };
    datasets.iter().map(|one| candidate(format!("{}/{}", one.recipe, one.stage.name()), help(one))).collect()
}

/// Returns the stages of the recipe that is named before, or of the run, or of the newest run.
pub fn stages() -> Vec<CompletionCandidate> {
    let words = words();
    let recipe = words.iter().map(PathBuf::from).find(|path| is_recipe(path) && path.is_file());
    match recipe {
        Some(recipe) => stages_of_recipe(recipe),
        None => stages_of_run(&words),
    }
}

fn stages_of_recipe(recipe: PathBuf) -> Vec<CompletionCandidate> {
    // A recipe may name models of the zoo, which is asked on a runtime of several threads.
    let Ok(runtime) = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build() else {
        return Vec::new();
    };
    let session = Session::at(nearest_project());
    let arguments = RecipeArgs { recipe, sets: Vec::new() };
    let Ok(loaded) = runtime.block_on(async { load::recipe(&session, &arguments) }) else { return Vec::new() };
    let plan = plan::build(&loaded.recipe, &Sources::new());
    plan.stages.iter().map(|stage| CompletionCandidate::new(stage.id.to_string())).collect()
}

fn stages_of_run(words: &[String]) -> Vec<CompletionCandidate> {
    let stages = ask(async |store| {
        for word in words.iter().skip(2).map(String::as_str).chain(["latest"]) {
            if let Ok(run) = store.run_by_prefix(word).await {
                return store.stages_of_run(run.id).await;
            }
        }
        Ok(Vec::new())
    });
    let stages = stages.unwrap_or_default();
    stages.iter().map(|stage| candidate(stage.stage.to_string(), stage.status.word())).collect()
}

/// Returns the recipes in `recipes/`, and whatever the path that is being typed may lead to.
pub fn recipes(current: &OsStr) -> Vec<CompletionCandidate> {
    let typed = PathCompleter::any().filter(is_recipe).complete(current);
    let is_begun = current.to_string_lossy().contains('/');
    let mut all =
        if is_begun { Vec::new() } else { PathCompleter::any().filter(is_recipe).complete(OsStr::new("recipes/")) };
    all.retain(|one| one.get_value().to_string_lossy().contains(&*current.to_string_lossy()));
    all.extend(typed);
    all
}

fn is_recipe(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml")
}

/// Returns the recipes that ship.
pub fn shipped() -> Vec<CompletionCandidate> {
    SHIPPED.iter().map(|(name, _)| CompletionCandidate::new(*name)).collect()
}

/// Returns the templates of `pedigree init`.
pub fn templates() -> Vec<CompletionCandidate> {
    TEMPLATES.iter().map(|template| candidate(template.name, template.line)).collect()
}

/// Asks the database of the project; nothing is made, nothing is brought up to date.
fn ask<T>(question: impl AsyncFnOnce(&Store) -> Result<T>) -> Option<T> {
    let workspace = Workspace::open(&root()).ok()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().ok()?;
    runtime.block_on(async {
        let answer = async {
            let store = Store::open_reading(&workspace).await.ok()?;
            question(&store).await.ok()
        };
        tokio::time::timeout(PATIENCE, answer).await.ok().flatten()
    })
}

/// Returns the words of the line that is being completed.
fn words() -> Vec<String> {
    std::env::args_os()
        .skip_while(|word| word != "--")
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect()
}

/// Returns the project's folder: the one named on the line, else as every command finds it.
fn root() -> PathBuf {
    let words = words();
    let behind = |flag: &str| words.iter().position(|word| word == flag).and_then(|at| words.get(at + 1));
    let named = words.iter().find_map(|word| word.strip_prefix("--workspace="));
    let named = named.map(PathBuf::from).or_else(|| behind("--workspace").map(PathBuf::from));
    named.or_else(|| std::env::var_os("PEDIGREE_WORKSPACE").map(PathBuf::from)).unwrap_or_else(nearest_project)
}
