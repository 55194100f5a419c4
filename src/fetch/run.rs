//! From a source that is fetched to one of local files.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use url::Url;

use crate::data::source;
use crate::fetch::address::Policy;
use crate::fetch::archive;
use crate::fetch::error::{FetchError, bare};
use crate::fetch::http::{Client, Part, block_on, download};
use crate::fetch::limits::Limits;
use crate::fetch::place::Place;
use crate::fetch::tree::Entries;
use crate::fetch::watch::Watch;
use crate::fetch::{git, hub, objects};
use crate::id::Digest;
use crate::plan::SourceState;
use crate::recipe::dataset::{Source, file_name};

/// What was fetched.
#[derive(Debug, Clone)]
pub struct Fetched {
    /// The source of local files, with an absolute folder.
    pub source: Source,
    /// What that source contains, as it was when it was fetched.
    pub state: SourceState,
    /// What identifies the data: the digest that a plan has.
    pub pinned: Digest,
    /// What the data is kept under, whatever is read of it.
    pub key: Digest,
}

/// What arrived in a staging folder.
pub(super) struct Arrived {
    /// The files below `tree`.
    pub(super) files: Entries,
    /// The pin that was found, and its key, where the recipe says none.
    pub(super) unpinned: Option<(&'static str, String)>,
    /// What it is called.
    pub(super) what: String,
}

/// Fetches a source into the folder `sources`, or finds it there; `limits` replace the usual bounds in tests.
///
/// Returns `None` for a source that need not be fetched.
///
/// # Errors
/// When it cannot be fetched, is not what its pin says, or has no pin.
pub fn fetch(
    source: &Source,
    sources: &Path,
    limits: Option<Limits>,
    watch: &mut Watch<'_>,
) -> Result<Option<Fetched>, FetchError> {
    let Some(read) = source.fetched() else { return Ok(None) };
    let archive = match source {
        Source::Archive { path, .. } => Some(digest_of(Path::new(path), watch)?),
        _ => None,
    };
    let key = source.place_key(archive).expect("a source that is fetched has a key");
    let pinned = source.pinned(archive).expect("a source that is fetched is pinned");
    let place = Place::new(sources, key)?;
    let _lock = place.lock(watch)?;
    let files = match place.found()? {
        Some(files) => files,
        None => {
            let limits = limits.unwrap_or_else(|| Limits::of(source.most_bytes()));
            bring(source, sources, &place, &limits, watch)?
        }
    };
    let local = read.clone().below(&place.tree().display().to_string());
    let state = state(&local, &place, &files)?;
    Ok(Some(Fetched { source: local, state, pinned, key }))
}

/// Fills the staging folder, and gives it its name.
fn bring(
    source: &Source,
    sources: &Path,
    place: &Place,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Entries, FetchError> {
    let staging = place.staging()?;
    let arrived = match arrive(source, place.key(), &staging, limits, watch) {
        Ok(arrived) => arrived,
        Err(error) => {
            // A download that was cut goes on the next time; everything else begins anew.
            match error {
                FetchError::Stopped | FetchError::Unreachable { .. } | FetchError::Remote { .. } => {
                    drop(place.staging()?)
                }
                _ => place.forget_staging()?,
            }
            return Err(error);
        }
    };
    let Arrived { files, unpinned, what } = arrived;
    match unpinned {
        None => place.publish(&staging, files),
        Some((key, found)) => {
            // It lies where it will be looked for once the pin is written down, and is used by nobody until then.
            let at = source.pinned_to(&found).place_key(None).expect("a source that is fetched has a key");
            Place::new(sources, at)?.publish(&staging, files)?;
            Err(FetchError::Unpinned { what, key, found })
        }
    }
}

fn arrive(
    source: &Source,
    key: Digest,
    staging: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Arrived, FetchError> {
    let tree = staging.join("tree");
    match source {
        Source::Http { url, sha256, unpack, private, most_bytes: _, read: _ } => {
            http(url, sha256.as_deref(), *unpack, *private, staging, limits, watch)
        }
        Source::Archive { path, most_bytes: _, read: _ } => {
            let files = archive::unpack(Path::new(path), &file_name(path), &tree, limits, watch)
                .map_err(|error| error.of_file(path))?;
            // What was unpacked has to be what was digested.
            if source.place_key(Some(digest_of(Path::new(path), watch)?)) != Some(key) {
                return Err(FetchError::Changed { what: path.clone() });
            }
            Ok(Arrived { files, unpinned: None, what: path.clone() })
        }
        Source::Git { repository, revision, private, most_bytes: _, read: _ } => {
            git::arrive(repository, revision.as_deref(), *private, staging, limits, watch)
        }
        Source::HuggingFace { dataset, revision, files, token, endpoint, most_bytes: _, read: _ } => {
            let asked = hub::Asked { dataset, revision: revision.as_deref(), files, endpoint: endpoint.as_deref() };
            block_on(hub::arrive(asked, token.as_ref(), &tree, limits, watch))
        }
        Source::ObjectStore { .. } => block_on(objects::arrive(source, &tree, limits, watch)),
        _ => unreachable!("it need not be fetched"),
    }
}

fn http(
    address: &str,
    sha256: Option<&str>,
    unpack: bool,
    private: bool,
    staging: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Arrived, FetchError> {
    let url = parsed(address)?;
    let policy = Policy { private };
    policy.vet(&url)?;
    let client = Client::new(policy, limits)?;
    let mut part = Part::open(staging, &url)?;
    block_on(download(&client, &url, &mut part, limits, watch))?;
    let found = sha256_of(part.path(), watch)?;
    if let Some(expected) = sha256.filter(|expected| *expected != found) {
        let (what, expected) = (bare(&url), expected.to_owned());
        return Err(FetchError::Mismatch { what, key: "sha256", expected, found });
    }
    let (name, tree) = (file_name(address), staging.join("tree"));
    let files = match unpack {
        true => archive::unpack(part.path(), &name, &tree, limits, watch)?,
        false => archive::take(part.path(), &name, &tree, limits, watch)?,
    };
    let unpinned = sha256.is_none().then_some(("sha256", found));
    Ok(Arrived { files, unpinned, what: bare(&url) })
}

/// Reads an address that the recipe has checked already.
pub(super) fn parsed(address: &str) -> Result<Url, FetchError> {
    Url::parse(address).map_err(|_| FetchError::Refused {
        address: file_name(address),
        why: "it is no address".to_owned(),
        is_private: false,
    })
}

/// Reads a file piece by piece and hands the pieces on.
fn pieces(path: &Path, watch: &mut Watch<'_>, mut take: impl FnMut(&[u8])) -> Result<(), FetchError> {
    use std::io::Read as _;
    let mut file = std::fs::File::open(path).map_err(FetchError::io("read", path))?;
    let total = file.metadata().map_or(0, |metadata| metadata.len());
    let (mut buffer, mut done) = (vec![0_u8; 1 << 20], 0);
    loop {
        let n = file.read(&mut buffer).map_err(FetchError::io("read", path))?;
        if n == 0 {
            return Ok(());
        }
        take(&buffer[..n]);
        done += n as u64;
        watch.tell(done, total)?;
    }
}

fn sha256_of(path: &Path, watch: &mut Watch<'_>) -> Result<String, FetchError> {
    let mut hasher = Sha256::new();
    pieces(path, watch, |piece| hasher.update(piece))?;
    Ok(hex(&hasher.finalize()))
}

fn digest_of(path: &Path, watch: &mut Watch<'_>) -> Result<Digest, FetchError> {
    let mut hasher = blake3::Hasher::new();
    pieces(path, watch, |piece| {
        hasher.update(piece);
    })?;
    Ok(Digest::from_hasher(&hasher))
}

/// Returns bytes as lowercase hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Returns what a source of local files contains, as it was when it was fetched.
fn state(local: &Source, place: &Place, files: &Entries) -> Result<SourceState, FetchError> {
    let (tree, listed): (PathBuf, _) = (place.tree(), source::list(local, Path::new("/"))?);
    let mut known = Vec::with_capacity(listed.len());
    for file in &listed {
        let name = file.path.strip_prefix(&tree).ok().map(normal);
        let entry = name.and_then(|name| files.get(&name)).ok_or_else(|| place.damaged(&file.path))?;
        known.push((file.name.as_str(), entry.bytes, entry.digest));
    }
    Ok(source::named_state(known))
}

/// A `root` such as `./docs` leaves a trace in the paths that are listed.
fn normal(path: &Path) -> String {
    let parts = path.components().filter_map(|part| match part {
        std::path::Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}
