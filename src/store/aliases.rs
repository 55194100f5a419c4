//! Table `aliases`: which version does a movable name such as `rust-coder@champion` mean now?
//!
//! Also puts models into the zoo, because versions, parents and aliases change together or not at all.

use std::collections::BTreeMap;

use sqlx::{Sqlite, Transaction};

use crate::id::Name;
use crate::store::Result;
use crate::store::error::{StoreError, sqlite};
use crate::store::model_parents::Parent;
use crate::store::model_versions::{ModelVersion, NewVersion};
use crate::store::open::{Store, commit};
use crate::store::outputs::insert_artifact;
use crate::store::{cards, model_parents, model_versions};

impl Store {
    /// Puts models into the zoo and moves the aliases of their entry, all or nothing; every parent stands before its children.
    ///
    /// A model whose weights and card are known under its name keeps its version.
    ///
    /// # Errors
    /// When a parent or an alias names no model of `versions`, and when the database cannot be written.
    pub async fn insert_versions(
        &self,
        versions: &[NewVersion],
        aliases: &BTreeMap<Name, Name>,
        at_ms: i64,
    ) -> Result<Vec<ModelVersion>> {
        let mut transaction = self.begin().await?;
        let mut ids = BTreeMap::new();
        for new in versions {
            let id = insert_version(&mut transaction, new, &ids, at_ms).await?;
            ids.insert(new.model.clone(), id);
        }
        for (alias, model) in aliases {
            let entry = versions.first().map(|new| &new.entry);
            if let Some(entry) = entry {
                set(&mut transaction, entry, alias, published(&ids, model)?, at_ms).await?;
            }
        }
        commit(transaction).await?;
        let models = self.models().await?;
        let find = |new: &NewVersion| models.iter().find(|model| model.id == ids[&new.model]).cloned();
        Ok(versions.iter().filter_map(find).collect())
    }

    /// Lets an alias of an entry mean this version from now on.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub async fn set_alias(&self, entry: &Name, alias: &Name, version: &ModelVersion, at_ms: i64) -> Result<()> {
        let mut transaction = self.begin().await?;
        set(&mut transaction, entry, alias, version.id, at_ms).await?;
        commit(transaction).await
    }
}

async fn insert_version(
    transaction: &mut Transaction<'static, Sqlite>,
    new: &NewVersion,
    ids: &BTreeMap<Name, i64>,
    at_ms: i64,
) -> Result<i64> {
    if let Some(id) = model_versions::find_same(transaction, new).await? {
        return Ok(id);
    }
    let parent = match &new.parent {
        Some(Parent::Model(model)) => Some(published(ids, model)?),
        Some(Parent::Version { name, version, weights }) => {
            model_parents::find(transaction, name, *version, *weights).await?
        }
        None => None,
    };
    for artifact in std::iter::once(&new.weights).chain(&new.tokenizer) {
        insert_artifact(transaction, artifact.digest, artifact.bytes, at_ms).await?;
    }
    cards::insert(transaction, &new.card, &new.card_text, at_ms).await?;
    let id = model_versions::insert(transaction, new, at_ms).await?;
    if let Some(parent) = parent {
        model_parents::insert(transaction, id, parent).await?;
    }
    Ok(id)
}

/// Returns the version that was just published for a model of the recipe.
fn published(ids: &BTreeMap<Name, i64>, model: &Name) -> Result<i64> {
    ids.get(model).copied().ok_or_else(|| StoreError::UnknownModel {
        reference: model.to_string(),
        candidates: ids.keys().map(ToString::to_string).collect(),
    })
}

async fn set(
    transaction: &mut Transaction<'static, Sqlite>,
    entry: &Name,
    alias: &Name,
    version: i64,
    at_ms: i64,
) -> Result<()> {
    sqlx::query(
        "insert into aliases (entry, alias, version, moved_at_ms) values (?1, ?2, ?3, ?4)
         on conflict (entry, alias) do update set version = excluded.version, moved_at_ms = excluded.moved_at_ms
         where version <> excluded.version",
    )
    .bind(entry.as_str())
    .bind(alias.as_str())
    .bind(version)
    .bind(at_ms)
    .execute(&mut **transaction)
    .await
    .map_err(sqlite("move an alias"))?;
    Ok(())
}
