//! What every command starts from: the project's folder, and how to print.

use std::path::{Path, PathBuf};

use anyhow::Context as _;

use crate::artifact::{ArtifactStore, Workspace};
use crate::cli::arguments::{Cli, Colour, Format};
use crate::cli::printer::Printer;
use crate::store::Store;

/// What every command starts from.
pub struct Session {
    /// Prints.
    pub printer: Printer,
    /// The project's folder.
    pub root: PathBuf,
}

impl Session {
    /// Returns the session these arguments ask for.
    pub fn new(cli: &Cli) -> Self {
        let root = cli.workspace.clone().unwrap_or_else(nearest_project);
        Self { printer: Printer::new(cli.format, cli.color), root }
    }

    /// Returns a session in a project's folder that says nothing by itself.
    pub fn at(root: PathBuf) -> Self {
        Self { printer: Printer::new(Format::Human, Colour::Never), root }
    }

    /// Opens the workspace.
    ///
    /// # Errors
    /// When there is none.
    pub fn workspace(&self) -> anyhow::Result<Workspace> {
        Ok(Workspace::open(&self.root)?)
    }

    /// Opens the workspace, after making it where it is not there yet.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn make_workspace(&self) -> anyhow::Result<Workspace> {
        Ok(Workspace::create(&self.root)?)
    }

    /// Opens the database for reading, and the artifacts.
    ///
    /// # Errors
    /// When there is no workspace, or the database cannot be read.
    pub async fn reading(&self) -> anyhow::Result<(Workspace, Store, ArtifactStore)> {
        let workspace = self.workspace()?;
        let store = Store::open_reading(&workspace).await.context("cannot read the database")?;
        let artifacts = ArtifactStore::new(&workspace);
        Ok((workspace, store, artifacts))
    }
}

/// Returns the nearest folder upwards that has a workspace, else the current one.
pub fn nearest_project() -> PathBuf {
    let here = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    here.ancestors().find(|folder| has_workspace(folder)).map_or_else(|| here.clone(), Path::to_owned)
}

fn has_workspace(folder: &Path) -> bool {
    folder.join(Workspace::FOLDER).is_dir()
}
