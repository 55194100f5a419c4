//! A pack that was fetched, as a repository of its own: the name of every object is computed anew from its content.

use std::fs::{self, File};
use std::io::{BufReader, Read as _, Write as _};
use std::path::{Path, PathBuf};

use git2::{Indexer, Repository};

use crate::fetch::error::FetchError;
use crate::fetch::place::remove;
use crate::fetch::watch::Watch;

/// Returns where the pack lies in a staging folder.
pub(super) fn path(staging: &Path) -> PathBuf {
    staging.join("pack")
}

/// Returns a repository with the objects of the pack.
pub(super) fn open(staging: &Path, what: &str, watch: &mut Watch<'_>) -> Result<Repository, FetchError> {
    let broken = |message: &str| FetchError::archive(what, None, format!("the pack is damaged: {message}"));
    let folder = repository(staging);
    remove(&folder)?;
    let repository = Repository::init_bare(&folder).map_err(|error| broken(error.message()))?;
    let packs = folder.join("objects/pack");
    fs::create_dir_all(&packs).map_err(FetchError::io("make", &packs))?;
    let mut indexer = Indexer::new(None, &packs, 0o600, false).map_err(|error| broken(error.message()))?;
    let file = path(staging);
    let mut from = BufReader::new(File::open(&file).map_err(FetchError::io("read", &file))?);
    let (mut buffer, mut done) = (vec![0_u8; 1 << 18], 0);
    loop {
        let n = from.read(&mut buffer).map_err(FetchError::io("read", &file))?;
        if n == 0 {
            break;
        }
        indexer.write_all(&buffer[..n]).map_err(|error| broken(&error.to_string()))?;
        done += n as u64;
        watch.tell(done, 0)?;
    }
    indexer.commit().map_err(|error| broken(error.message()))?;
    Ok(repository)
}

/// Removes the pack and its repository.
pub(super) fn forget(staging: &Path) -> Result<(), FetchError> {
    remove(&repository(staging))
}

fn repository(staging: &Path) -> PathBuf {
    staging.join("repository")
}
