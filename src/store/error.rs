//! What can go wrong with the database.

use std::path::PathBuf;

use crate::artifact::ArtifactError;
use crate::error::{Exit, Explain, exit_of_io};

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no database yet.
    #[error("`{}` does not exist: nothing was run here yet", path.display())]
    NoDatabase {
        /// Where it would be.
        path: PathBuf,
    },
    /// The file system said no.
    #[error("cannot {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// With what.
        path: PathBuf,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// SQLite said no.
    #[error("the database cannot {action}")]
    Sqlite {
        /// What was asked.
        action: &'static str,
        /// Why not.
        #[source]
        source: sqlx::Error,
    },
    /// A later version of this program made the database.
    #[error("`{}` was written by a newer Pedigree: its schema is {found}, this program knows {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its newest migration.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// An earlier version of this program made the database, and we may only read.
    #[error("`{}` is of an older Pedigree: its schema is {found}, this program needs {known}", path.display())]
    Older {
        /// The database.
        path: PathBuf,
        /// Its newest migration.
        found: i64,
        /// Ours.
        known: i64,
    },
    /// The schema cannot be brought up to date.
    #[error("cannot bring `{}` up to date", path.display())]
    Migrate {
        /// The database.
        path: PathBuf,
        /// Why not.
        #[source]
        source: sqlx::migrate::MigrateError,
    },
    /// SQLite itself is too old.
    #[error("SQLite {found} is too old: 3.51.3 repaired a fault that loses data")]
    OldSqlite {
        /// Its version.
        found: String,
    },
    /// A value in the database means nothing to this program.
    #[error("table `{table}` contains a value this program cannot read")]
    Value {
        /// The table.
        table: &'static str,
        /// Why not.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The database was opened for reading.
    #[error("the database was opened for reading only")]
    ReadOnly,
    /// No run has this id.
    #[error("no run `{text}`")]
    UnknownRun {
        /// What was asked for.
        text: String,
        /// The newest runs, by short id.
        newest: Vec<String>,
    },
    /// More than one run has this id.
    #[error("`{text}` means more than one run")]
    AmbiguousRun {
        /// What was asked for.
        text: String,
        /// The runs it may mean.
        candidates: Vec<String>,
    },
    /// No model has this name, version or alias.
    #[error("no model `{reference}` in the zoo")]
    UnknownModel {
        /// What was asked for.
        reference: String,
        /// The nearest there is.
        candidates: Vec<String>,
    },
    /// More than one model has this alias.
    #[error("`{reference}` means more than one model")]
    AmbiguousModel {
        /// What was asked for.
        reference: String,
        /// The models it may mean.
        candidates: Vec<String>,
    },
    /// A file is not what the database says.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
}

/// Returns a function that says what was asked of SQLite.
pub(super) fn sqlite(action: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Sqlite { action, source }
}

/// Returns a function that says in which table a value cannot be read.
pub(super) fn value<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
    table: &'static str,
) -> impl FnOnce(E) -> StoreError {
    move |source| StoreError::Value { table, source: source.into() }
}

impl Explain for StoreError {
    fn exit(&self) -> Exit {
        match self {
            Self::NoDatabase { .. } => Exit::BadInput,
            Self::Io { source, .. } => exit_of_io(source),
            Self::Sqlite { source, .. } => exit_of_sqlx(source),
            Self::Newer { .. } | Self::Older { .. } => Exit::Conflict,
            Self::Migrate { source, .. } => exit_of_migrate(source),
            Self::OldSqlite { .. } | Self::ReadOnly => Exit::Bug,
            Self::Value { .. } => Exit::Integrity,
            Self::UnknownRun { .. } | Self::AmbiguousRun { .. } => Exit::BadInput,
            Self::UnknownModel { .. } | Self::AmbiguousModel { .. } => Exit::BadInput,
            Self::Artifact(error) => error.exit(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoDatabase { .. } => Some("`pedigree run RECIPE` makes one".into()),
            Self::Newer { .. } => Some("use the newer Pedigree, or another project folder".into()),
            Self::Older { .. } => Some("the next `pedigree run` brings it up to date, and keeps a copy of it".into()),
            Self::Sqlite { .. } | Self::Migrate { .. } => match self.exit() {
                Exit::Resources => Some("free some space; `pedigree gc --dry-run` names what nothing needs".into()),
                Exit::Integrity => Some("keep a copy of the file, then see `pedigree fsck`".into()),
                Exit::Conflict => Some("another process holds the database: try again when it is done".into()),
                _ => None,
            },
            Self::UnknownRun { newest, .. } if newest.is_empty() => Some("nothing was run here yet".into()),
            Self::UnknownRun { newest, .. } => {
                Some(format!("the newest runs are {}; `latest` works too", list(newest)))
            }
            Self::AmbiguousRun { candidates, .. } => Some(format!("say which: {}", list(candidates))),
            Self::UnknownModel { candidates, .. } if candidates.is_empty() => {
                Some("`pedigree zoo list` shows what there is".into())
            }
            Self::UnknownModel { candidates, .. } => Some(format!("there is {}", list(candidates))),
            Self::AmbiguousModel { candidates, .. } => Some(format!("say which: {}", list(candidates))),
            Self::Io { .. } | Self::OldSqlite { .. } | Self::Value { .. } | Self::ReadOnly => None,
            Self::Artifact(error) => error.hint(),
        }
    }
}

fn list(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn exit_of_migrate(error: &sqlx::migrate::MigrateError) -> Exit {
    use sqlx::migrate::MigrateError::{Execute, ExecuteMigration, VersionMismatch};
    match error {
        Execute(source) | ExecuteMigration(source, _) => exit_of_sqlx(source),
        VersionMismatch(_) => Exit::Integrity,
        _ => Exit::Bug,
    }
}

/// Returns the exit code of an error by SQLite's primary result code.
fn exit_of_sqlx(error: &sqlx::Error) -> Exit {
    const BUSY: u32 = 5;
    const LOCKED: u32 = 6;
    const NO_MEMORY: u32 = 7;
    const READ_ONLY: u32 = 8;
    const IO: u32 = 10;
    const CORRUPT: u32 = 11;
    const FULL: u32 = 13;
    const CANNOT_OPEN: u32 = 14;
    const NOT_A_DATABASE: u32 = 26;
    let code = match error {
        sqlx::Error::Database(error) => error.code().and_then(|code| code.parse::<u32>().ok()).map(|code| code & 0xff),
        sqlx::Error::Io(error) => return exit_of_io(error),
        sqlx::Error::PoolTimedOut => return Exit::Conflict,
        sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) => return Exit::Integrity,
        _ => None,
    };
    match code {
        Some(BUSY | LOCKED) => Exit::Conflict,
        Some(NO_MEMORY | READ_ONLY | IO | FULL | CANNOT_OPEN) => Exit::Resources,
        Some(CORRUPT | NOT_A_DATABASE) => Exit::Integrity,
        Some(_) | None => Exit::Bug,
    }
}
