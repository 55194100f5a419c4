//! Where the engine binary lies.

use std::env;
use std::path::{Path, PathBuf};

use crate::error::{Exit, Explain};

/// The name of the engine binary.
const ENGINE: &str = "pedigree-engine";

/// There is no engine.
#[derive(Debug, thiserror::Error)]
#[error("no `{ENGINE}`: looked at {}", list(looked))]
pub struct EngineMissing {
    /// Where it was looked for.
    pub looked: Vec<PathBuf>,
}

fn list(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}

impl Explain for EngineMissing {
    fn exit(&self) -> Exit {
        Exit::BadInput
    }

    fn hint(&self) -> Option<String> {
        Some("`cargo build --release` builds it beside `pedigree`; `pedigree doctor` checks the rest".to_owned())
    }
}

/// Returns the engine binary: the one the settings name, else the one beside this program, else the first on the path.
///
/// # Errors
/// When there is none.
pub fn find_engine(chosen: Option<&Path>) -> Result<PathBuf, EngineMissing> {
    let candidates = match chosen {
        Some(chosen) => vec![chosen.to_owned()],
        None => beside_us().into_iter().chain(on_the_path()).collect(),
    };
    match candidates.iter().find(|path| is_program(path)) {
        Some(found) => Ok(std::path::absolute(found).unwrap_or_else(|_| found.clone())),
        None => Err(EngineMissing { looked: candidates }),
    }
}

fn beside_us() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.parent()?.join(ENGINE))
}

fn on_the_path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).filter(|folder| folder.is_absolute()).map(|folder| folder.join(ENGINE)).collect()
}

fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_engine_is_told_with_every_place_that_was_looked_at() {
        let error = find_engine(Some(Path::new("/nowhere/pedigree-engine"))).unwrap_err();
        assert_eq!(error.to_string(), "no `pedigree-engine`: looked at `/nowhere/pedigree-engine`");
        assert_eq!(error.exit(), Exit::BadInput);
        assert!(error.hint().unwrap().contains("cargo build --release"));
    }

    #[test]
    fn a_file_that_cannot_be_run_is_no_engine() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(find_engine(Some(file.path())).is_err());
    }
}
