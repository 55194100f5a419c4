//! From a recipe file to a judged plan.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::artifact::Workspace;
use crate::cli::arguments::RecipeArgs;
use crate::cli::estimate;
use crate::cli::failure::Complaint;
use crate::cli::outside::{Disk, folder_of, prepared};
use crate::cli::session::Session;
use crate::data::DataError;
use crate::data::clean::dictionary;
use crate::data::source::{self, DigestCache};
use crate::error::Exit;
use crate::fetch;
use crate::id::Digest;
use crate::plan::{self, Ledger, Plan, Sources, Work};
use crate::recipe::dataset::Source;
use crate::recipe::read::set::SOURCE_NAME;
use crate::recipe::read::{Input, Reading, vars};
use crate::recipe::render::render;
use crate::recipe::{Problems, Recipe};
use crate::record::report::DatasetReport;
use crate::store::Store;

/// A recipe that was read.
pub struct Loaded {
    /// The recipe as meant, with absolute paths.
    pub recipe: Recipe,
    /// What is legal and odd in it.
    pub warnings: Problems,
    /// The file, as it was named.
    pub file: String,
    /// The text as it was typed.
    pub text: String,
    /// What was set on the command line.
    pub sets: Vec<String>,
    /// The environment variables it named, with what they were.
    pub environment: BTreeMap<String, String>,
    /// The recipes it extends: their files and texts, the nearest first.
    pub extends: Vec<(String, String)>,
}

/// Reads a recipe file that is about to be used, and says what is odd in it.
///
/// # Errors
/// Like [`recipe`].
pub fn recipe_aloud(session: &Session, arguments: &RecipeArgs) -> anyhow::Result<Loaded> {
    let loaded = recipe(session, arguments)?;
    if !loaded.warnings.problems.is_empty() {
        session.printer.say(render(&loaded.warnings, session.printer.talk_is_coloured()));
        session.printer.say("");
    }
    Ok(loaded)
}

/// Reads a recipe file.
///
/// # Errors
/// When the file cannot be read, and with every mistake in it.
pub fn recipe(session: &Session, arguments: &RecipeArgs) -> anyhow::Result<Loaded> {
    let RecipeArgs { recipe: path, sets } = arguments;
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let file = path.display().to_string();
    let folder = folder_of(&fs::canonicalize(path)?);
    let outside = Disk { session, folder: PathBuf::from(&folder) };
    let input =
        Input { file: &file, folder: &folder, bytes: &bytes, sets, environment: environment(), outside: &outside };
    let Reading { recipe, warnings, environment, sources } = crate::recipe::read(&input)?;
    let extends = sources.into_iter().skip(1).filter(|source| source.name != SOURCE_NAME);
    Ok(Loaded {
        recipe,
        warnings,
        file,
        text: String::from_utf8_lossy(&bytes).into_owned(),
        sets: sets.clone(),
        environment,
        extends: extends.map(|source| (source.name, source.text)).collect(),
    })
}

fn unreadable(path: &Path, error: &std::io::Error) -> Complaint {
    let hint = match error.kind() {
        std::io::ErrorKind::NotFound => "recipes mostly lie in `recipes/`; `pedigree init` writes a first one",
        _ => "a recipe is a YAML file",
    };
    Complaint {
        message: format!("cannot read `{}`: {error}", path.display()),
        hint: Some(hint.to_owned()),
        exit: Exit::BadInput,
    }
}

/// Returns the allow-listed environment variables that are set; `CARGO_HOME` has Cargo's own default.
pub fn environment() -> BTreeMap<String, String> {
    let mut known: BTreeMap<_, _> = vars::ALLOWED_ENVIRONMENT
        .iter()
        .filter_map(|name| std::env::var(name).ok().map(|value| ((*name).to_owned(), value)))
        .collect();
    if let Some(home) = known.get("HOME").cloned() {
        known.entry("CARGO_HOME".to_owned()).or_insert_with(|| format!("{home}/.cargo"));
    }
    known
}

/// Digests what the datasets' files contain now; unchanged files are not read again.
///
/// # Errors
/// When a source is missing, empty or unreadable.
pub fn sources(recipe: &Recipe, workspace: Option<&Workspace>) -> anyhow::Result<Sources> {
    let cache_file = workspace.map(Workspace::digests);
    let mut cache = cache_file.as_deref().map(DigestCache::load).unwrap_or_default();
    let mut states = Sources::new();
    for (name, dataset) in &recipe.datasets {
        let state = match &dataset.source {
            Source::Zoo { dataset } => prepared::state(workspace, dataset),
            source => source::state(source, Path::new("/"), &mut cache).map_err(anyhow::Error::from),
        };
        let state = state.and_then(|state| Ok(dictionary::with_files(state, &dataset.clean, Path::new("/"))?));
        let mut state = state.with_context(|| format!("dataset `{name}`"))?;
        // How much a fetched source holds is known once it is there.
        let known = workspace.and_then(|workspace| fetch::known(&workspace.sources(), &dataset.source));
        (state.files, state.bytes) = known.unwrap_or((state.files, state.bytes));
        states.insert(name.clone(), state);
    }
    if let Some(file) = cache_file {
        // A cache that cannot be saved costs time at the next start and nothing else.
        cache.save(&file).unwrap_or_else(|error| tracing::debug!("Could not save `{}`: {error}", file.display()));
    }
    Ok(states)
}

/// Builds the plan of a recipe, and judges it by what this workspace has done before.
///
/// # Errors
/// When a source cannot be read, or the database cannot be.
pub async fn judged(session: &Session, recipe: &Recipe) -> anyhow::Result<(Plan, Ledger, Sources)> {
    let workspace = session.workspace().ok();
    let sources = sources(recipe, workspace.as_ref())?;
    let mut plan = plan::build(recipe, &sources);
    let mut known = Ledger::default();
    if let Some(workspace) = workspace.filter(|workspace| workspace.database().exists()) {
        let store = Store::open_reading(&workspace).await.context("cannot read the database")?;
        known = ledger(&store, &plan).await?;
        store.close().await;
    }
    plan::judge(&mut plan, &known);
    Ok((plan, known, sources))
}

/// Refuses data of which an earlier run has left out more rows than this recipe lets pass.
///
/// How many may be left out is no part of a dataset's key, so that raising it makes nothing stale.
///
/// # Errors
/// With the first such dataset.
pub fn refuse_bad_rows(session: &Session, plan: &Plan, known: &Ledger) -> anyhow::Result<()> {
    let Ok(workspace) = session.workspace() else { return Ok(()) };
    for stage in plan.stages.iter().filter(|stage| stage.is_fresh()) {
        let Work::Dataset(work) = &stage.work else { continue };
        let most = work.dataset.bad_rows_let_pass();
        let Some(report) = known.done.get(&stage.fingerprint).and_then(|done| estimate::report(&workspace, done))
        else {
            continue;
        };
        let DatasetReport { bad_rows, bad_row_samples: mut told, .. } = report;
        if bad_rows > most {
            // The first that is too much, where so many are told of.
            told.truncate(usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1));
            let n = if told.len() as u64 > most { most + 1 } else { bad_rows };
            let last = told.pop().unwrap_or_else(|| "some rows cannot be read".to_owned());
            return Err(DataError::TooManyBadRows { n, most, last }).with_context(|| stage.id.to_string());
        }
    }
    Ok(())
}

/// Returns what the database knows about the stages of a plan.
///
/// # Errors
/// When the database cannot be read.
pub async fn ledger(store: &Store, plan: &Plan) -> anyhow::Result<Ledger> {
    let fingerprints: Vec<Digest> = plan.stages.iter().map(|stage| stage.fingerprint).collect();
    Ok(store.ledger(&plan.recipe, &fingerprints).await?)
}
