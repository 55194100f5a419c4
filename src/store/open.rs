//! Opens the database: for the one writer, or for reading.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Sqlite, Transaction};

use crate::artifact::{ArtifactStore, Workspace};
use crate::store::Result;
use crate::store::error::{StoreError, sqlite};
use crate::store::filesystem::is_network;
use crate::store::migrate::{self, Schema};

/// How long a writer waits for another one.
const PATIENCE: Duration = Duration::from_secs(60);

/// The most connections that read at the same time.
const N_READERS: u32 = 4;

/// The database of a workspace.
///
/// A writer must be [closed](Store::close) on every path: what a dropped one was about to write is lost.
#[derive(Debug, Clone)]
pub struct Store {
    writer: Option<SqlitePool>,
    reader: SqlitePool,
    artifacts: ArtifactStore,
}

impl Store {
    /// Opens the database for writing, makes it where there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// When a newer Pedigree made it, when it is damaged, and when the disk says no.
    pub async fn open(workspace: &Workspace) -> Result<Self> {
        let path = workspace.database();
        prepare(&path).await?;
        let writer = pool(1).connect_with(options(&path)).await.map_err(sqlite("be opened"))?;
        Ok(Self { writer: Some(writer), reader: reader(&path), artifacts: ArtifactStore::new(workspace) })
    }

    /// Opens the database for reading; nothing is made, nothing is brought up to date.
    ///
    /// # Errors
    /// When there is none, when another version of Pedigree made it, and when it is damaged.
    pub async fn open_reading(workspace: &Workspace) -> Result<Self> {
        let path = workspace.database();
        if !path.is_file() {
            return Err(StoreError::NoDatabase { path });
        }
        let reader = reader(&path);
        let mut connection = reader.acquire().await.map_err(sqlite("be opened"))?;
        match migrate::schema(&mut connection, &path).await? {
            Schema::Current => {}
            Schema::Older(found) => return Err(StoreError::Older { path, found, known: migrate::known() }),
            Schema::Empty => return Err(StoreError::NoDatabase { path }),
        }
        drop(connection);
        Ok(Self { writer: None, reader, artifacts: ArtifactStore::new(workspace) })
    }

    /// Closes every connection; what was acknowledged is on disk long before.
    pub async fn close(self) {
        self.reader.close().await;
        if let Some(writer) = self.writer {
            writer.close().await;
        }
    }

    /// Returns the artifacts the database talks about.
    pub fn artifacts(&self) -> &ArtifactStore {
        &self.artifacts
    }

    pub(super) fn reader(&self) -> &SqlitePool {
        &self.reader
    }

    /// Begins a transaction that holds the write lock from the start, so that it never has to give up halfway.
    pub(super) async fn begin(&self) -> Result<Transaction<'static, Sqlite>> {
        let writer = self.writer.as_ref().ok_or(StoreError::ReadOnly)?;
        writer.begin_with("begin immediate").await.map_err(sqlite("begin a transaction"))
    }
}

/// Commits a transaction.
pub(super) async fn commit(transaction: Transaction<'static, Sqlite>) -> Result<()> {
    transaction.commit().await.map_err(sqlite("commit"))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(PATIENCE)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Long answers come in few pieces: each costs a change of threads.
        .row_buffer_size(1024)
        .disable_statement_logging()
}

fn pool(n_connections: u32) -> SqlitePoolOptions {
    SqlitePoolOptions::new()
        .max_connections(n_connections)
        .acquire_timeout(PATIENCE)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
}

fn reader(path: &Path) -> SqlitePool {
    pool(N_READERS).connect_lazy_with(options(path).read_only(true))
}

/// Makes the database and its schema, or brings them up to date, with every other process kept out.
async fn prepare(path: &Path) -> Result<()> {
    let lock = lock(path.with_extension("db.lock")).await?;
    let is_new = !path.exists();
    let mut connection = options(path).create_if_missing(true).connect().await.map_err(sqlite("be opened"))?;
    migrate::check_sqlite(&mut connection).await?;
    let schema = migrate::schema(&mut connection, path).await?;
    if is_new || schema == Schema::Empty {
        migrate::close(connection).await?;
        let mode =
            if is_network(path.parent().unwrap_or(path)) { SqliteJournalMode::Delete } else { SqliteJournalMode::Wal };
        connection = options(path).journal_mode(mode).connect().await.map_err(sqlite("choose its journal"))?;
    }
    migrate::migrate(&mut connection, path, schema).await?;
    migrate::close(connection).await?;
    drop(lock);
    Ok(())
}

/// Takes a file lock on a thread of its own, so that the tasks beside this one go on.
async fn lock(path: PathBuf) -> Result<File> {
    let taken = tokio::task::spawn_blocking({
        let path = path.clone();
        move || {
            let file = File::options().create(true).truncate(false).write(true).open(&path)?;
            file.lock()?;
            Ok(file)
        }
    });
    let taken = taken.await.unwrap_or_else(|error| Err(std::io::Error::other(error)));
    taken.map_err(|source| StoreError::Io { action: "lock", path, source })
}
