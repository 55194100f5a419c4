//! Reads our own types out of columns: a value that means nothing to us is damage, never a panic.

use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use crate::store::Result;
use crate::store::error::{StoreError, value};

/// A row of a table, which is named in errors.
pub(super) struct Reader<'r> {
    table: &'static str,
    row: &'r SqliteRow,
}

impl<'r> Reader<'r> {
    pub(super) fn new(table: &'static str, row: &'r SqliteRow) -> Self {
        Self { table, row }
    }

    /// Returns a column as SQLite has it.
    pub(super) fn get<T>(&self, column: &str) -> Result<T>
    where
        T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
    {
        self.row.try_get(column).map_err(value(self.table))
    }

    /// Returns a number that is never negative.
    pub(super) fn count<T: TryFrom<i64>>(&self, column: &str) -> Result<T>
    where
        T::Error: std::error::Error + Send + Sync + 'static,
    {
        T::try_from(self.get::<i64>(column)?).map_err(value(self.table))
    }

    /// Returns a column parsed by `FromStr`: ids, names and digests.
    pub(super) fn parse<T>(&self, column: &str) -> Result<T>
    where
        T: FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        self.get::<&str>(column)?.parse().map_err(value(self.table))
    }

    /// Returns a column that may be empty, parsed by `FromStr`.
    pub(super) fn parse_some<T>(&self, column: &str) -> Result<Option<T>>
    where
        T: FromStr,
        T::Err: std::error::Error + Send + Sync + 'static,
    {
        self.get::<Option<&str>>(column)?.map(str::parse).transpose().map_err(value(self.table))
    }

    /// Returns a column of JSON.
    pub(super) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        serde_json::from_str(self.get(column)?).map_err(value(self.table))
    }

    /// Returns a column that may be empty, of JSON.
    pub(super) fn json_some<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        self.get::<Option<&str>>(column)?.map(serde_json::from_str).transpose().map_err(value(self.table))
    }

    /// Returns a column that holds one of our enums' words.
    pub(super) fn word<T: DeserializeOwned>(&self, column: &str) -> Result<T> {
        word(self.table, self.get(column)?)
    }

    /// Returns a column that may be empty or hold one of our enums' words.
    pub(super) fn word_some<T: DeserializeOwned>(&self, column: &str) -> Result<Option<T>> {
        self.get::<Option<&str>>(column)?.map(|text| word(self.table, text)).transpose()
    }
}

/// Returns the enum value a word stands for.
fn word<T: DeserializeOwned>(table: &'static str, text: &str) -> Result<T> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(value(table))
}

/// Returns a value of ours as JSON text.
pub(super) fn to_json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("our own types serialize")
}

/// Returns the word of an enum value.
pub(super) fn to_word(value: &impl Serialize) -> String {
    match serde_json::to_value(value).expect("our own types serialize") {
        serde_json::Value::String(word) => word,
        other => other.to_string(),
    }
}

/// Returns a count as SQLite stores it; nothing we count comes near the end of 63 bits.
pub(super) fn to_integer(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Returns the rows of a query as values.
pub(super) fn collect<T>(
    table: &'static str,
    rows: &[SqliteRow],
    read: impl Fn(Reader<'_>) -> Result<T>,
) -> std::result::Result<Vec<T>, StoreError> {
    rows.iter().map(|row| read(Reader::new(table, row))).collect()
}
