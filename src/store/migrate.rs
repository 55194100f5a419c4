//! Brings the schema up to date; never more than one process at a time.

use std::path::Path;

use sqlx::migrate::Migrator;
use sqlx::{Connection as _, SqliteConnection};

use crate::store::Result;
use crate::store::error::{StoreError, sqlite};

/// The migrations of this program, in the program itself.
static MIGRATOR: Migrator = sqlx::migrate!("./migrations");

/// How the schema of a database compares with ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    /// It has none yet.
    Empty,
    /// Some of our migrations are missing.
    Older(i64),
    /// It is ours.
    Current,
}

/// Returns the number of our newest migration.
pub(super) fn known() -> i64 {
    MIGRATOR.iter().map(|migration| migration.version).max().unwrap_or(0)
}

/// Returns how the schema compares with ours.
///
/// # Errors
/// When a newer program made it.
pub(super) async fn schema(connection: &mut SqliteConnection, path: &Path) -> Result<Schema> {
    let has_any: bool =
        sqlx::query_scalar("select exists (select 1 from sqlite_schema where name = '_sqlx_migrations')")
            .fetch_one(&mut *connection)
            .await
            .map_err(sqlite("read its schema"))?;
    if !has_any {
        return Ok(Schema::Empty);
    }
    let found: Option<i64> = sqlx::query_scalar("select max(version) from _sqlx_migrations where success")
        .fetch_one(&mut *connection)
        .await
        .map_err(sqlite("read its schema"))?;
    match (found, known()) {
        (None, _) => Ok(Schema::Empty),
        (Some(found), known) if found > known => Err(StoreError::Newer { path: path.to_owned(), found, known }),
        (Some(found), known) if found < known => Ok(Schema::Older(found)),
        (Some(_), _) => Ok(Schema::Current),
    }
}

/// Brings the schema up to date, after keeping a copy of a database that holds something.
pub(super) async fn migrate(connection: &mut SqliteConnection, path: &Path, schema: Schema) -> Result<()> {
    match schema {
        Schema::Current => return Ok(()),
        Schema::Empty => {}
        Schema::Older(found) => back_up(connection, path, found).await?,
    }
    MIGRATOR.run(&mut *connection).await.map_err(|source| StoreError::Migrate { path: path.to_owned(), source })
}

/// Copies the database to `pedigree.db.schema-N`; an older copy of that name, from a migration that was cut off, is replaced.
async fn back_up(connection: &mut SqliteConnection, path: &Path, found: i64) -> Result<()> {
    let mut copy = path.as_os_str().to_owned();
    copy.push(format!(".schema-{found}"));
    let copy = std::path::PathBuf::from(copy);
    match std::fs::remove_file(&copy) {
        Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
            return Err(StoreError::Io { action: "replace", path: copy, source });
        }
        Ok(()) | Err(_) => {}
    }
    sqlx::query("vacuum into ?1")
        .bind(copy.to_string_lossy().into_owned())
        .execute(connection)
        .await
        .map_err(sqlite("copy itself"))?;
    let synced = std::fs::File::open(&copy).and_then(|file| file.sync_all());
    synced.map_err(|source| StoreError::Io { action: "sync", path: copy, source })
}

/// Makes sure that SQLite is one whose write-ahead log cannot lose data.
pub(super) async fn check_sqlite(connection: &mut SqliteConnection) -> Result<()> {
    let found: String = sqlx::query_scalar("select sqlite_version()")
        .fetch_one(connection)
        .await
        .map_err(sqlite("tell its version"))?;
    let numbers: Vec<u32> = found.split('.').filter_map(|part| part.parse().ok()).collect();
    if numbers.as_slice() < [3, 51, 3].as_slice() {
        return Err(StoreError::OldSqlite { found });
    }
    Ok(())
}

/// Closes a connection, so that what it did is whole on disk.
pub(super) async fn close(connection: SqliteConnection) -> Result<()> {
    connection.close().await.map_err(sqlite("be closed"))
}
