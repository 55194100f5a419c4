//! Table `cards`: what does a model card say?

use sqlx::{Sqlite, Transaction};

use crate::id::Digest;
use crate::record::ArtifactRef;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::open::{Store, commit};
use crate::store::outputs::insert_artifact;

impl Store {
    /// Records what a card says; a card that is known stays as it is.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn insert_card(&self, card: &ArtifactRef, text: &str, at_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        insert(&mut transaction, card, text, at_ms).await?;
        commit(transaction).await
    }

    /// Returns what a card says, or `None` where nobody recorded it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn card(&self, digest: Digest) -> Result<Option<String>> {
        sqlx::query_scalar("select text from cards where digest = ?1")
            .bind(digest.to_string())
            .fetch_optional(self.reader())
            .await
            .map_err(sqlite("find a card"))
    }
}

/// Records what a card says within a transaction.
pub(super) async fn insert(
    transaction: &mut Transaction<'static, Sqlite>,
    card: &ArtifactRef,
    text: &str,
    at_ms: i64,
) -> Result<()> {
    insert_artifact(transaction, card.digest, card.bytes, at_ms).await?;
    sqlx::query("insert into cards (digest, text, created_at_ms) values (?1, ?2, ?3) on conflict do nothing")
        .bind(card.digest.to_string())
        .bind(text)
        .bind(at_ms)
        .execute(&mut **transaction)
        .await
        .map_err(sqlite("record a card"))?;
    Ok(())
}
