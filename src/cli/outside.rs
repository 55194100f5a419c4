//! What a recipe may refer to: the files of this machine, the zoo of this workspace, the catalogue, and the cache of Hugging Face.
//!
//! Nothing here asks the network, and nothing is opened before a recipe refers to it.

pub mod catalogue;
pub mod prepared;
mod hub;

use std::fs;
use std::path::{Path, PathBuf};

use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::cli::failure::Complaint;
use crate::cli::session::Session;
use crate::data;
use crate::error::Explain as _;
use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::{Plan, Work};
use crate::recipe::head::Head;
use crate::recipe::problem::{listed, nearest};
use crate::recipe::read::{OtherFile, Outside, Refusal, TokenizerFile};
use crate::recipe::reference::{Reference, Version};
use crate::recipe::{Content, Forebear, Import};
use crate::record::ArchitectureFile;
use crate::store::{ModelVersion, Store, StoreError};

/// A version of the zoo and its ancestors, the nearest first.
type Published = (ModelVersion, Vec<ModelVersion>, Option<Head>);

/// The most models a hint names.
const MOST_NAMED: usize = 8;

/// What a recipe in a folder may refer to on this machine.
pub struct Disk<'s> {
    /// Knows the workspace.
    pub session: &'s Session,
    /// The folder of the recipe.
    pub folder: PathBuf,
}

impl Outside for Disk<'_> {
    fn recipe(&self, folder: &str, path: &str) -> Result<OtherFile, String> {
        let path = Path::new(folder).join(path);
        let name = shown(&path);
        let unreadable = |error: std::io::Error| format!("cannot read `{name}`: {error}");
        let whole = fs::canonicalize(&path).map_err(unreadable)?;
        let bytes = fs::read(&whole).map_err(unreadable)?;
        Ok(OtherFile { identity: whole.display().to_string(), folder: folder_of(&whole), name, bytes })
    }

    fn tokenizer(&self, path: &str) -> Result<Option<TokenizerFile>, Refusal> {
        let name = shown(Path::new(path));
        let bytes = fs::read(path)
            .map_err(|error| Refusal { message: format!("cannot read `{name}`: {error}"), hint: None })?;
        let tokenizer = data::tokenizer::load(&bytes).map_err(|error| {
            let hint = "a `tokenizer.json` as `tokenizers` of Hugging Face writes it";
            Refusal::new(format!("`{name}`: {error}"), hint)
        })?;
        Ok(Some(TokenizerFile { digest: Digest::of(&bytes), vocab_size: tokenizer.vocab_size() }))
    }

    fn model(&self, reference: &Reference) -> Result<Import, Refusal> {
        match reference {
            Reference::Zoo { name, version: Version::Any } => match catalogue::find(&self.folder, name) {
                Some(file) => catalogue::import(&file, name),
                None => self.published(reference),
            },
            Reference::Zoo { version: Version::Number(_) | Version::Alias(_), .. } => self.published(reference),
            Reference::Hub { owner, model, revision } => hub::import(owner, model, revision),
        }
    }
}

impl Disk<'_> {
    /// Returns a version of the zoo of this workspace.
    fn published(&self, reference: &Reference) -> Result<Import, Refusal> {
        let text = reference.to_string();
        let text = text.trim_start_matches("zoo/");
        match block_in_place(|| Handle::current().block_on(self.version(text))) {
            Ok(Ok((version, ancestors, head))) => Ok(import(version, ancestors, head)),
            Ok(Err(models)) => Err(self.unknown(reference, text, &models)),
            Err(error) => Err(Refusal { message: format!("`{reference}`: {error}"), hint: error.hint() }),
        }
    }

    /// Returns the version a person means with its ancestors, or every version there is.
    async fn version(&self, text: &str) -> Result<Result<Published, Vec<ModelVersion>>, StoreError> {
        let workspace = self.session.workspace().ok().filter(|workspace| workspace.database().is_file());
        let Some(workspace) = workspace else { return Ok(Err(Vec::new())) };
        let store = Store::open_reading(&workspace).await?;
        let found = match store.model_by_reference(text).await {
            Ok(version) => match store.lineage_of(&version).await {
                Ok(ancestors) => head_of(&store, &version).await.map(|head| Ok((version, ancestors, head))),
                Err(error) => Err(error),
            },
            Err(StoreError::UnknownModel { .. }) => store.models().await.map(Err),
            Err(error) => Err(error),
        };
        store.close().await;
        found
    }

    /// Tells that there is no such model, and what there is.
    fn unknown(&self, reference: &Reference, text: &str, models: &[ModelVersion]) -> Refusal {
        let aliases =
            models.iter().flat_map(|model| model.aliases.iter().map(|alias| format!("{}@{alias}", model.entry)));
        let mut there: Vec<String> = match reference {
            Reference::Zoo { version: Version::Number(_), .. } => models.iter().map(ModelVersion::reference).collect(),
            Reference::Zoo { version: Version::Alias(_), .. } => aliases.collect(),
            Reference::Zoo { version: Version::Any, .. } | Reference::Hub { .. } => {
                models.iter().map(|model| model.name.to_string()).chain(catalogue::names(&self.folder)).collect()
            }
        };
        there.dedup();
        let message = format!("there is no model `{text}` in the zoo");
        let near = nearest(text, there.iter().map(String::as_str)).map(str::to_owned);
        there.iter_mut().for_each(|name| *name = format!("zoo/{name}"));
        let hint = match (near, models.is_empty(), there.is_empty()) {
            (Some(near), ..) => format!("did you mean `zoo/{near}`?"),
            (None, true, true) => {
                "nothing is published in this workspace yet; `pedigree zoo list` shows what is".to_owned()
            }
            (None, false, true) => "`pedigree zoo list --all` shows every version and every alias".to_owned(),
            (None, _, false) => {
                let more = if there.len() > MOST_NAMED { ", …" } else { "" };
                format!("there is {}{more}", listed(there.iter().take(MOST_NAMED).map(String::as_str)))
            }
        };
        Refusal::new(message, hint)
    }
}

/// Returns what stands on the body of a version, where it neither tells classes nor writes: as the training that made it says.
async fn head_of(store: &Store, version: &ModelVersion) -> Result<Option<Head>, StoreError> {
    let outputs = store.outputs_of(version.run, &StageId::new(StageKind::Train, &version.model)).await?;
    let file = outputs.get("architecture.json").and_then(|file| store.artifacts().read(file.digest).ok());
    Ok(file.and_then(|bytes| ArchitectureFile::read(&bytes).ok()).and_then(|about| about.head))
}

fn import(version: ModelVersion, ancestors: Vec<ModelVersion>, head: Option<Head>) -> Import {
    let forebears = ancestors.into_iter().map(|ancestor| Forebear {
        reference: pinned(&ancestor),
        tier: ancestor.tier,
        weights: ancestor.weights.digest,
    });
    Import {
        reference: pinned(&version),
        tier: version.tier,
        content: Content::Files { weights: version.weights.digest, tokenizer: version.tokenizer.map(|own| own.digest) },
        head,
        architecture: version.architecture,
        vocab_size: version.vocab_size,
        classification: version.classification,
        license: version.license,
        forebears: forebears.collect(),
    }
}

fn pinned(version: &ModelVersion) -> Reference {
    Reference::Zoo { name: version.name.clone(), version: Version::Number(version.version) }
}

/// Refuses to run a plan that needs weights of which only the description is on this machine.
///
/// # Errors
/// When there is such a model: that is bad input, like a dataset whose files are not there.
pub fn check_weights(plan: &Plan) -> Result<(), Complaint> {
    let described = plan.stages.iter().find_map(|stage| {
        let Work::Import(work) = &stage.work else { return None };
        work.import.content.weights().is_none().then_some(&work.import.reference)
    });
    let Some(reference) = described else { return Ok(()) };
    let found = match reference {
        Reference::Hub { owner, model, revision } => hub::weights(owner, model, revision),
        Reference::Zoo { .. } => None,
    };
    let works = "`check`, `show` and `plan` work without";
    Err(match found {
        Some(path) => Complaint::input(
            format!("the weights of `{reference}` cannot be read"),
            format!("they are in `{}`, in a layout this version of Pedigree does not import; {works}", path.display()),
        ),
        None => Complaint::input(
            format!("the weights of `{reference}` are not on this machine"),
            format!(
                "weights are looked for in the zoo of this workspace (`pedigree zoo list`), and nothing is downloaded; {works}"
            ),
        ),
    })
}

/// Returns the folder of a file.
pub fn folder_of(file: &Path) -> String {
    file.parent().map_or_else(|| "/".to_owned(), |folder| folder.display().to_string())
}

/// Returns a path as messages name it: short where it lies below the current folder.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok().map(Path::to_owned));
    below.unwrap_or_else(|| path.to_owned()).display().to_string()
}

/// Returns the folders called `zoo` above a recipe and above the current folder, the nearest first.
fn zoo_folders(folder: &Path) -> Vec<PathBuf> {
    let here = std::env::current_dir().unwrap_or_default();
    let mut folders: Vec<PathBuf> = Vec::new();
    for above in folder.ancestors().chain(here.ancestors()) {
        let zoo = above.join("zoo");
        if zoo.is_dir() && !folders.contains(&zoo) {
            folders.push(zoo);
        }
    }
    folders
}

/// Returns the file of an entry in a folder of the catalogue.
fn entry_file(folder: &Path, name: &Name) -> PathBuf {
    folder.join(format!("{name}.yaml"))
}
