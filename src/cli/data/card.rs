//! `pedigree data card`: a dataset as a folder that other people's tools open.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::artifact::ArtifactError;
use crate::card::dataset::{SplitFile, card, croissant};
use crate::cli::arguments::DataCardArgs;
use crate::cli::data::found::{Found, Shelf};
use crate::cli::failure::Complaint;
use crate::cli::format::{bytes, plural};
use crate::cli::session::Session;
use crate::data::DataError;
use crate::error::Exit;
use crate::id::Digest;
use crate::recipe::dataset::SplitName;

/// Prints the card of a dataset, or writes the folder.
///
/// # Errors
/// When there is no such dataset, when a table is damaged, and when the folder cannot be written.
pub async fn run(session: &Session, arguments: &DataCardArgs) -> anyhow::Result<Exit> {
    let shelf = Shelf::open(session).await?;
    let mut found = shelf.one(&arguments.dataset.dataset).await?;
    shelf.close().await;
    found.tables()?;
    if let Some(folder) = &arguments.out {
        make(folder, arguments.force)?;
    }
    let mut facts = found.facts.clone();
    for file in facts.files.iter_mut().filter(|file| file.rows > 0) {
        let target = arguments.out.as_ref().map(|folder| folder.join(&file.file));
        file.sha256 = Some(copied(&found, file, target.as_deref())?);
    }
    found.facts = facts;
    let facts = &found.facts;
    let (text, described) = (card(facts)?, croissant(facts));
    let answer = json!({
        "dataset": facts.reference(),
        "digest": facts.digest(),
        "card": text,
        "croissant": described,
        "folder": arguments.out,
    });
    let Some(folder) = &arguments.out else {
        session.printer.answer(&answer, || text.clone());
        return Ok(Exit::Done);
    };
    let described = format!("{described:#}\n");
    for (name, bytes) in [("README.md", text.as_bytes()), ("croissant.json", described.as_bytes())] {
        put(&folder.join(name), bytes)?;
    }
    session.printer.answer(&answer, || {
        let size: u64 = facts.filled().map(|file| file.bytes).sum();
        let files = plural(facts.filled().count(), "table");
        format!("{}: card, Croissant description and {files} of {}", folder.display(), bytes(size))
    });
    session.printer.hint(&format!("`datasets.load_dataset(\"{}\")` opens it in Python", folder.display()));
    Ok(Exit::Done)
}

/// Makes the folder; what an earlier card left there goes, where that is wanted.
fn make(folder: &Path, is_forced: bool) -> anyhow::Result<()> {
    fs::create_dir_all(folder).map_err(|source| DataError::io(folder, source))?;
    let tables = SplitName::ALL.map(|split| format!("{}.parquet", split.word()));
    let names = ["README.md", "croissant.json"].into_iter().chain(tables.iter().map(String::as_str));
    let there: Vec<PathBuf> = names.map(|name| folder.join(name)).filter(|path| path.exists()).collect();
    match there.first() {
        Some(first) if !is_forced => {
            let message = format!("`{}` is there already", first.display());
            Err(Complaint::input(message, "name another folder, or write over it with `--force`").into())
        }
        Some(_) | None => {
            there.iter().try_for_each(|path| fs::remove_file(path).map_err(|source| DataError::io(path, source).into()))
        }
    }
}

/// Copies a table, where there is a target, and returns its SHA-256 digest; what is read has to be what was prepared.
fn copied(found: &Found, file: &SplitFile, target: Option<&Path>) -> anyhow::Result<String> {
    let (_, path) = found.tables()?.iter().find(|(split, _)| *split == file.split).context("every file has a table")?;
    let mut source = File::open(path).map_err(|error| DataError::io(path, error))?;
    let mut copy = target.map(|target| incoming(target).map(|copy| (copy, target))).transpose()?;
    let (mut blake3, mut sha256) = (blake3::Hasher::new(), Sha256::new());
    let mut buffer = vec![0; 1 << 20];
    loop {
        let n = source.read(&mut buffer).map_err(|error| DataError::io(path, error))?;
        if n == 0 {
            break;
        }
        blake3.update(&buffer[..n]);
        sha256.update(&buffer[..n]);
        if let Some((copy, target)) = &mut copy {
            copy.write_all(&buffer[..n]).map_err(|error| written(target, error))?;
        }
    }
    let digest = Digest::from_hasher(&blake3);
    if digest != file.digest {
        return Err(ArtifactError::Damaged { path: path.clone(), expected: file.digest, found: digest }.into());
    }
    if let Some((copy, target)) = copy {
        land(copy, target)?;
    }
    Ok(sha256.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Writes a file so that it is either absent or whole.
pub(super) fn put(target: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let mut file = incoming(target)?;
    file.write_all(bytes).map_err(|error| written(target, error))?;
    land(file, target)
}

fn incoming(target: &Path) -> anyhow::Result<tempfile::NamedTempFile> {
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    tempfile::Builder::new().prefix(".incoming-").tempfile_in(folder).map_err(|error| written(target, error))
}

fn land(file: tempfile::NamedTempFile, target: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    // A temporary file is private; what is written for others is not.
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644)).map_err(|error| written(target, error))?;
    file.persist(target).map_err(|error| written(target, error.error))?;
    Ok(())
}

fn written(target: &Path, error: std::io::Error) -> anyhow::Error {
    let exit = crate::error::exit_of_io(&error);
    // What the system says would name a file that is only there for a moment.
    let (why, hint) = match error.kind() {
        std::io::ErrorKind::NotFound => {
            ("its folder does not exist".to_owned(), Some("make the folder first".to_owned()))
        }
        std::io::ErrorKind::PermissionDenied => ("the folder may not be written to".to_owned(), None),
        _ => (error.to_string(), None),
    };
    Complaint { message: format!("cannot write `{}`: {why}", target.display()), hint, exit }.into()
}
