//! The state of the git repository a recipe lies in.
//!
//! Runs no hooks and no filters, and never switches off the check of who owns the repository.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use git2::{Delta, DiffFormat, DiffOptions, ErrorCode, Repository};
use serde::{Deserialize, Serialize};

use crate::id::Digest;

/// How long the comparison of the working tree may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The most files of a repository whose working tree is compared.
const N_FILES: usize = 100_000;

/// The most bytes of a diff that are kept.
const N_DIFF_BYTES: usize = 10 << 20;

/// The repository a recipe lies in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Git {
    /// It could be read.
    Known(GitState),
    /// There is none, or it could not be read.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// The state of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GitState {
    /// The commit that is checked out; none in a new repository.
    pub commit: Option<String>,
    /// The branch that is checked out; none where the head is detached.
    pub branch: Option<String>,
    /// How the working tree differs, or why nobody knows.
    pub tree: Tree,
}

/// How the working tree differs from the commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "compared", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Tree {
    /// It was compared.
    Yes {
        /// Whether anything differs, untracked files included.
        dirty: bool,
        /// The number of untracked files and folders.
        untracked: u64,
        /// The difference of the tracked files, cut after 10 MB.
        diff: String,
        /// The digest of the difference, as far as it was read.
        diff_digest: Digest,
        /// Whether the difference was cut.
        is_cut: bool,
    },
    /// It was not.
    No {
        /// Why.
        reason: String,
    },
}

/// Looks at the repository a folder lies in.
pub fn look(folder: &Path) -> Git {
    match state(folder) {
        Ok(state) => Git::Known(state),
        Err(error) => Git::Unknown { reason: reason(&error, folder) },
    }
}

fn state(folder: &Path) -> Result<GitState, git2::Error> {
    let repository = Repository::discover(folder)?;
    let (commit, branch) = match repository.head() {
        Ok(head) => (
            head.target().map(|commit| commit.to_string()),
            if head.is_branch() { head.shorthand().ok().map(str::to_owned) } else { None },
        ),
        Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => (None, None),
        Err(error) => return Err(error),
    };
    Ok(GitState { commit, branch, tree: compare_in_time(&repository) })
}

/// Compares the working tree on a thread of its own, which is left behind when it takes too long.
fn compare_in_time(repository: &Repository) -> Tree {
    let n_files = repository.index().map_or(0, |index| index.len());
    if n_files > N_FILES {
        return Tree::No { reason: format!("the repository has {n_files} files") };
    }
    let (sender, receiver) = mpsc::channel();
    let path = repository.path().to_owned();
    let spawned = thread::Builder::new().name("git".into()).spawn(move || {
        let tree = Repository::open(&path).and_then(|repository| compare(&repository));
        // Nobody listens any more when it took too long.
        drop(sender.send(tree));
    });
    match spawned.map(|_| receiver.recv_timeout(PATIENCE)) {
        Ok(Ok(Ok(tree))) => tree,
        Ok(Ok(Err(error))) => Tree::No { reason: reason(&error, repository.path()) },
        Ok(Err(_)) => Tree::No { reason: format!("the comparison took more than {} s", PATIENCE.as_secs()) },
        Err(error) => Tree::No { reason: error.to_string() },
    }
}

fn compare(repository: &Repository) -> Result<Tree, git2::Error> {
    let commit = repository.head().ok().and_then(|head| head.peel_to_tree().ok());
    let mut options = DiffOptions::new();
    options.include_untracked(true).ignore_submodules(true).show_binary(true);
    let changes = repository.diff_tree_to_workdir_with_index(commit.as_ref(), Some(&mut options))?;
    let untracked = changes.deltas().filter(|delta| delta.status() == Delta::Untracked).count() as u64;
    let mut bytes = Vec::new();
    let printed = changes.print(DiffFormat::Patch, |delta, _, line| {
        if delta.status() == Delta::Untracked {
            return true;
        }
        if matches!(line.origin(), '+' | '-' | ' ') {
            bytes.push(line.origin() as u8);
        }
        bytes.extend_from_slice(line.content());
        bytes.len() <= N_DIFF_BYTES
    });
    let is_cut = bytes.len() > N_DIFF_BYTES;
    if !is_cut {
        printed?;
    }
    bytes.truncate(N_DIFF_BYTES);
    Ok(Tree::Yes {
        dirty: changes.deltas().len() > 0,
        untracked,
        diff_digest: Digest::of(&bytes),
        diff: String::from_utf8_lossy(&bytes).into_owned(),
        is_cut,
    })
}

fn reason(error: &git2::Error, folder: &Path) -> String {
    match error.code() {
        ErrorCode::NotFound => "not in a git repository".to_owned(),
        ErrorCode::Owner => format!(
            "unavailable: the repository belongs to another user; `git config --global --add safe.directory {}` trusts it",
            folder.display()
        ),
        _ => format!("unavailable: {}", error.message()),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn commit_all(repository: &Repository) -> String {
        let mut index = repository.index().unwrap();
        index.add_all(["*"], git2::IndexAddOption::DEFAULT, None).unwrap();
        index.write().unwrap();
        let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
        let author = git2::Signature::now("A", "a@example.org").unwrap();
        repository.commit(Some("HEAD"), &author, &author, "first", &tree, &[]).unwrap().to_string()
    }

    #[test]
    fn a_changed_file_makes_the_tree_dirty_and_stands_in_the_diff() {
        let folder = tempfile::tempdir().unwrap();
        let repository = Repository::init(folder.path()).unwrap();
        fs::write(folder.path().join("recipe.yaml"), "version: 1\n").unwrap();
        let Git::Known(state) = look(folder.path()) else { panic!("unknown") };
        assert_eq!(state.commit, None);
        let commit = commit_all(&repository);
        let Git::Known(state) = look(folder.path()) else { panic!("unknown") };
        assert_eq!(state.commit, Some(commit));
        assert!(matches!(state.tree, Tree::Yes { dirty: false, untracked: 0, .. }), "{:?}", state.tree);
        fs::write(folder.path().join("recipe.yaml"), "version: 2\n").unwrap();
        fs::write(folder.path().join("new.txt"), "secret").unwrap();
        let Git::Known(state) = look(folder.path()) else { panic!("unknown") };
        let Tree::Yes { dirty, untracked, diff, .. } = state.tree else { panic!("not compared") };
        assert_eq!((dirty, untracked), (true, 1));
        assert!(diff.contains("-version: 1\n+version: 2\n") && !diff.contains("secret"), "{diff}");
    }

    #[test]
    fn a_broken_repository_is_unknown_and_nothing_more() {
        let folder = tempfile::tempdir().unwrap();
        Repository::init(folder.path()).unwrap();
        fs::write(folder.path().join(".git/HEAD"), [0xff, 0xfe]).unwrap();
        assert!(matches!(look(folder.path()), Git::Unknown { .. }));
    }
}
