//! The files of a git commit, out of a folder or over https. No checkout, no hooks, no filters, no configuration of the repository.

mod pack;
mod protocol;

use std::io;
use std::path::Path;

use git2::{Commit, ErrorCode, ObjectType, Oid, Repository};

use crate::fetch::address::Policy;
use crate::fetch::error::{FetchError, bare};
use crate::fetch::http::{Client, block_on};
use crate::fetch::limits::Limits;
use crate::fetch::name::RelPath;
use crate::fetch::run::{Arrived, parsed};
use crate::fetch::tree::{Entries, Tree};
use crate::fetch::watch::Watch;

/// The modes of entries of a tree.
const FOLDER: i32 = 0o040_000;
const FILE: i32 = 0o100_644;
const GROUP_FILE: i32 = 0o100_664;
const PROGRAM: i32 = 0o100_755;

/// What a pointer of Git LFS begins with, and how long one may be.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
const MOST_POINTER: usize = 1024;

/// Puts the files of a commit below `tree` in the staging folder.
pub(super) fn arrive(
    repository: &str,
    revision: Option<&str>,
    private: bool,
    staging: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Arrived, FetchError> {
    let at = if repository.contains("://") {
        elsewhere(repository, revision, private, staging, limits, watch)?
    } else {
        here(repository, revision)?
    };
    let At { repository: opened, what, commit } = at;
    let found = opened.find_commit(commit).map_err(|error| match error.code() {
        ErrorCode::NotFound => not_there(&what, commit),
        _ => broken(&what, &error),
    })?;
    let files = files(&opened, &found, &what, &staging.join("tree"), limits, watch)?;
    drop(found);
    drop(opened);
    pack::forget(staging)?;
    let unpinned = revision.is_none().then(|| ("revision", commit.to_string()));
    Ok(Arrived { files, unpinned, what })
}

/// A repository, what it is called, and the commit that is meant.
struct At {
    repository: Repository,
    what: String,
    commit: Oid,
}

/// Opens a repository of this machine.
fn here(path: &str, revision: Option<&str>) -> Result<At, FetchError> {
    let repository = Repository::open(path).map_err(|error| FetchError::NotThere {
        message: format!("`{path}` cannot be opened as a git repository: {}", error.message()),
        hint: Some("`repository` is a folder with a `.git` in it, a bare repository, or an `https` address".to_owned()),
    })?;
    let commit = match revision {
        Some(revision) => oid(revision, path)?,
        None => repository.head().and_then(|head| head.peel_to_commit()).map_err(|error| broken(path, &error))?.id(),
    };
    Ok(At { repository, what: path.to_owned(), commit })
}

/// Fetches one commit into a repository of its own.
fn elsewhere(
    address: &str,
    revision: Option<&str>,
    private: bool,
    staging: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<At, FetchError> {
    let url = parsed(address)?;
    let policy = Policy { private };
    policy.vet(&url)?;
    let what = bare(&url);
    let client = Client::new(policy, limits)?;
    let file = pack::path(staging);
    let commit = block_on(protocol::fetch(&client, &url, revision, &file, limits, watch))?;
    let commit = oid(&commit, &what)?;
    let repository = pack::open(staging, &what, watch)?;
    Ok(At { repository, what, commit })
}

/// Writes the files of a commit.
fn files(
    repository: &Repository,
    commit: &Commit<'_>,
    what: &str,
    root: &Path,
    limits: &Limits,
    watch: &mut Watch<'_>,
) -> Result<Entries, FetchError> {
    let odb = repository.odb().map_err(|error| broken(what, &error))?;
    let mut tree = Tree::new(root, what, 0, limits)?;
    let mut left_out = LeftOut::default();
    let mut todo = vec![(Vec::new(), commit.tree_id())];
    while let Some((above, id)) = todo.pop() {
        let folder = repository.find_tree(id).map_err(|error| broken(what, &error))?;
        for entry in &folder {
            let name = [&above[..], entry.name_bytes()].concat();
            match entry.filemode_raw() {
                FOLDER => todo.push(([&name[..], b"/"].concat(), entry.id())),
                FILE | GROUP_FILE | PROGRAM => {
                    let wrong = |why| FetchError::archive(what, Some(&name), why);
                    let path = RelPath::parse(&name).map_err(wrong)?.ok_or_else(|| wrong("the name is empty"))?;
                    let (size, kind) = odb.read_header(entry.id()).map_err(|error| broken(what, &error))?;
                    if kind != ObjectType::Blob {
                        return Err(wrong("it is no file"));
                    }
                    if tree.bytes().saturating_add(size as u64) > limits.most_bytes {
                        tree.count(size as u64)?;
                    }
                    let blob = repository.find_blob(entry.id()).map_err(|error| broken(what, &error))?;
                    if blob.content().len() <= MOST_POINTER && blob.content().starts_with(POINTER) {
                        left_out.pointers += 1;
                        continue;
                    }
                    let read_error = |error: io::Error| FetchError::archive(what, Some(&name), error.to_string());
                    tree.file(&path, &mut blob.content(), read_error, watch)?;
                }
                // A link or a submodule.
                _ => left_out.links += 1,
            }
        }
    }
    left_out.tell(what, watch);
    Ok(tree.finish())
}

/// What is no file of the commit itself.
#[derive(Default)]
struct LeftOut {
    links: u64,
    pointers: u64,
}

impl LeftOut {
    fn tell(&self, what: &str, watch: &mut Watch<'_>) {
        let Self { links, pointers } = self;
        if *links > 0 {
            watch.note(format!("left out of `{what}`: {links} symbolic links and submodules"));
        }
        if *pointers > 0 {
            watch.note(format!("left out of `{what}`: {pointers} files that Git LFS holds elsewhere"));
        }
    }
}

fn oid(text: &str, what: &str) -> Result<Oid, FetchError> {
    Oid::from_str(text).map_err(|error| broken(what, &error))
}

fn not_there(what: &str, commit: Oid) -> FetchError {
    FetchError::NotThere {
        message: format!("`{what}` has no commit `{commit}`"),
        hint: Some("`git rev-parse HEAD` prints the commit that is checked out".to_owned()),
    }
}

fn broken(what: &str, error: &git2::Error) -> FetchError {
    FetchError::archive(what, None, format!("the repository cannot be read: {}", error.message()))
}

#[cfg(test)]
mod tests;
