//! Is the database sound?

use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::Store;

impl Store {
    /// Reads the whole database and returns what is wrong with it, one sentence each; a sound one has nothing.
    ///
    /// # Errors
    /// When the damage is such that the database cannot be read at all.
    pub async fn check(&self) -> Result<Vec<String>> {
        let action = "check itself";
        let mut problems: Vec<String> =
            sqlx::query_scalar("pragma integrity_check").fetch_all(self.reader()).await.map_err(sqlite(action))?;
        problems.retain(|problem| problem != "ok");
        let dangling: Vec<(String, String)> =
            sqlx::query_as("select \"table\", \"parent\" from pragma_foreign_key_check group by 1, 2")
                .fetch_all(self.reader())
                .await
                .map_err(sqlite(action))?;
        problems.extend(
            dangling.iter().map(|(table, parent)| format!("`{table}` points at rows `{parent}` does not have")),
        );
        Ok(problems)
    }
}
