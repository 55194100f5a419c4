//! Files of a dataset of the Hugging Face hub, through its own client; every file is held against the commit.

use std::path::Path;
use std::time::Duration;

use futures::stream::{StreamExt as _, TryStreamExt as _};
use git2::{ObjectType, Oid};
use hf_hub::repository::{HFRepository, RepoTreeEntry, RepoTypeDataset};
use hf_hub::{HFClient, HFError};

use crate::fetch::address::{Policy, system_lookup};
use crate::fetch::error::{FetchError, bare, causes, shown};
use crate::fetch::http::{builder, no_client};
use crate::fetch::limits::Limits;
use crate::fetch::name::RelPath;
use crate::fetch::patterns::Patterns;
use crate::fetch::run::{Arrived, parsed};
use crate::fetch::secret::Secret;
use crate::fetch::stream::{self, Whole};
use crate::fetch::tree::Tree;
use crate::fetch::watch::Watch;
use crate::recipe::dataset::SecretRef;

/// The hub itself.
const HUB: &str = "https://huggingface.co";

/// A token that no request can carry. Without one of ours the client would look for one in the environment and in the home folder, and
/// send it to whoever `endpoint` names.
const NO_TOKEN: &str = "\n";

/// What is asked of the hub.
pub(super) struct Asked<'a> {
    /// The dataset, `owner/name`.
    pub(super) dataset: &'a str,
    /// The commit.
    pub(super) revision: Option<&'a str>,
    /// Patterns of files.
    pub(super) files: &'a [String],
    /// The address of a mirror.
    pub(super) endpoint: Option<&'a str>,
}

/// A file of the dataset.
struct Listed {
    path: RelPath,
    name: String,
    size: u64,
    /// The name of its git object.
    oid: String,
    /// Whether that object is a pointer of Git LFS.
    is_pointer: bool,
}

/// Fetches files of a dataset into the folder `root`.
pub(super) async fn arrive(
    asked: Asked<'_>,
    token: Option<&SecretRef>,
    root: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Arrived, FetchError> {
    let what = format!("hf/{}", asked.dataset);
    let (owner, name) = asked.dataset.split_once('/').unwrap_or(("", asked.dataset));
    let repository = client(asked.endpoint, token, limits)?.dataset(owner, name);
    let commit = match asked.revision {
        Some(revision) => revision.to_owned(),
        None => newest(&repository, &what, watch).await?,
    };
    let files = list(&repository, &commit, asked.files, &what, watch).await?;
    let mut tree = Tree::new(root, &what, 0, limits)?;
    for file in &files {
        fetch(&repository, &commit, file, &what, &mut tree, limits, watch).await?;
    }
    let unpinned = asked.revision.is_none().then_some(("revision", commit));
    Ok(Arrived { files: tree.finish(), unpinned, what })
}

/// Returns a client that asks nobody who may not be asked.
fn client(endpoint: Option<&str>, token: Option<&SecretRef>, limits: &Limits) -> Result<HFClient, FetchError> {
    let url = parsed(endpoint.unwrap_or(HUB))?;
    let policy = Policy { private: endpoint.is_some() };
    policy.vet(&url)?;
    let secret = token.map(Secret::read).transpose()?;
    let redirects = reqwest::redirect::Policy::custom(move |attempt| {
        if attempt.previous().len() > 5 {
            return attempt.error("more than 5 redirects");
        }
        match policy.vet(attempt.url()) {
            Ok(()) => attempt.follow(),
            Err(error) => attempt.error(error),
        }
    });
    let inner =
        builder(policy, limits, system_lookup()).redirect(redirects).build().map_err(|error| no_client(&error))?;
    let made = HFClient::builder()
        .endpoint(url.as_str().trim_end_matches('/'))
        .token(secret.as_ref().map_or(NO_TOKEN, Secret::reveal))
        .client(inner)
        .cache_enabled(false)
        .retry_max_attempts(limits.most_attempts as usize)
        .retry_base_delay(limits.first_pause.min(Duration::from_secs(1)))
        .build();
    made.map_err(|error| told(&bare(&url), &error))
}

async fn newest(
    repository: &HFRepository<RepoTypeDataset>,
    what: &str,
    watch: &mut Watch<'_>,
) -> Result<String, FetchError> {
    let info = watch.during(repository.info().send()).await?.map_err(|error| told(what, &error))?;
    let info = serde_json::to_value(info).ok();
    let sha = info.as_ref().and_then(|info| info["sha"].as_str()).filter(|sha| is_commit(sha));
    sha.map(str::to_owned).ok_or_else(|| strange(what, "the hub names no commit"))
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Returns the files that are asked for.
async fn list(
    repository: &HFRepository<RepoTypeDataset>,
    commit: &str,
    patterns: &[String],
    what: &str,
    watch: &mut Watch<'_>,
) -> Result<Vec<Listed>, FetchError> {
    let mut patterns = Patterns::new(patterns)?;
    let entries = repository.list_tree().revision(commit.to_owned()).recursive(true).send();
    let mut entries = Box::pin(entries.map_err(|error| told(what, &error))?);
    let (mut files, mut n_files) = (Vec::new(), 0);
    while let Some(entry) = watch.during(entries.next()).await? {
        let RepoTreeEntry::File { oid, size, path: name, lfs, .. } = entry.map_err(|error| told(what, &error))? else {
            continue;
        };
        n_files += 1;
        if !patterns.take(&name) {
            continue;
        }
        let wrong = |why| FetchError::archive(what, Some(name.as_bytes()), why);
        let path = RelPath::parse(name.as_bytes()).map_err(wrong)?.ok_or_else(|| wrong("the name is empty"))?;
        files.push(Listed { path, name, size, oid, is_pointer: lfs.is_some() });
    }
    patterns.all_matched(what, n_files)?;
    Ok(files)
}

async fn fetch(
    repository: &HFRepository<RepoTypeDataset>,
    commit: &str,
    file: &Listed,
    what: &str,
    tree: &mut Tree<'_>,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<(), FetchError> {
    let open = async |from: u64, watch: &mut Watch<'_>| {
        let range = (from > 0 && from < file.size).then_some(from..file.size);
        let asked = repository.download_file_stream().filename(&file.name).revision(commit).maybe_range(range);
        let (_, stream) = watch.during(asked.send()).await?.map_err(|error| told(what, &error))?;
        Ok(stream.map_err(|error| told(what, &error)))
    };
    let full = tree.path(&file.path);
    let accepts = |whole: &Whole| match is_of_commit(file, whole, &full) {
        true => Ok(()),
        false => Err(FetchError::Mismatch {
            what: format!("{what}/{}", shown(file.name.as_bytes())),
            key: "oid",
            expected: file.oid.clone(),
            found: "another".to_owned(),
        }),
    };
    stream::write(tree, &file.path, file.size, limits, watch, open, accepts).await
}

/// Returns whether a file is the one that the commit names: as a git object, or through the pointer of Git LFS that stands there for it.
fn is_of_commit(file: &Listed, whole: &Whole, path: &Path) -> bool {
    let found = match file.is_pointer {
        true => {
            let pointer = format!(
                "version https://git-lfs.github.com/spec/v1\noid sha256:{}\nsize {}\n",
                whole.sha256, file.size
            );
            Oid::hash_object(ObjectType::Blob, pointer.as_bytes())
        }
        false => Oid::hash_file(ObjectType::Blob, path),
    };
    found.is_ok_and(|found| found.to_string() == file.oid)
}

fn strange(what: &str, why: &str) -> FetchError {
    FetchError::Remote { address: what.to_owned(), why: why.to_owned(), hint: None }
}

/// Says what the client says, without addresses and without what the server wrote.
fn told(what: &str, error: &HFError) -> FetchError {
    let remote = |why: &str, hint: &str| FetchError::Remote {
        address: what.to_owned(),
        why: why.to_owned(),
        hint: (!hint.is_empty()).then(|| hint.to_owned()),
    };
    let token = "a dataset that is not public, or whose terms have to be accepted, needs `token: env:HF_TOKEN`";
    match error {
        HFError::AuthRequired { .. } => remote("the hub wants a token, or does not accept this one", token),
        HFError::Forbidden { .. } => remote("the token may not read this", token),
        HFError::RepoNotFound { .. } => remote("there is no such dataset", token),
        HFError::RevisionNotFound { .. } => remote("the dataset has no such commit", "its page lists the commits"),
        HFError::EntryNotFound { .. } => remote("a file of the commit is not there", ""),
        HFError::RateLimited { .. } => remote("the hub asks for patience: too many requests", "try again later"),
        HFError::Http { context } | HFError::Conflict { context } => match context.status.as_u16() {
            401 => remote("the hub wants a token, or does not accept this one", token),
            403 => remote("the token may not read this", token),
            404 => remote("there is no such dataset, or no such commit", token),
            _ => remote(&format!("the hub answers {}", context.status), ""),
        },
        HFError::Request { source, .. } => {
            let causes_of = std::iter::successors(Some(source as &dyn std::error::Error), |error| error.source());
            match causes_of.filter_map(|cause| cause.downcast_ref::<FetchError>()).next() {
                Some(refused) => remote(&refused.to_string(), ""),
                None => FetchError::Unreachable { address: what.to_owned(), why: inner_causes(source) },
            }
        }
        HFError::Json(_) | HFError::MalformedResponse { .. } => {
            remote("the hub answers what its protocol does not know", "")
        }
        _ => remote("the hub's client gave up", ""),
    }
}

/// The first cause names the address, and may name what is in its query.
fn inner_causes(error: &reqwest::Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => causes(cause),
        None => "the request failed".to_owned(),
    }
}
