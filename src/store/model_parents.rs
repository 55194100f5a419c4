//! Table `model_parents`: what does a model descend from, and what descends from it?

use sqlx::{Sqlite, Transaction};

use crate::id::{Digest, Name};
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::model_versions::{ModelVersion, SELECT, TABLE};
use crate::store::open::Store;
use crate::store::row::collect;

/// What a model was trained from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parent {
    /// A model of the same recipe, published with it.
    Model(Name),
    /// A model that was published before.
    Version {
        /// Its name in the zoo.
        name: Name,
        /// Its version.
        version: u32,
        /// The digest of its weights.
        weights: Digest,
    },
}

impl Store {
    /// Returns the ancestors of a version, the nearest first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn lineage_of(&self, version: &ModelVersion) -> Result<Vec<ModelVersion>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "with recursive ancestors (id, depth) as (
                 select parent, 1 from model_parents where child = ?1
                 union
                 select m.parent, a.depth + 1 from model_parents m join ancestors a on m.child = a.id where a.depth < 1000
             )
             {SELECT} join (select id, min(depth) as depth from ancestors group by id) a on a.id = v.id
             order by a.depth, v.name"
        ));
        let rows =
            sqlx::query(sql).bind(version.id).fetch_all(self.reader()).await.map_err(sqlite("list ancestors"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }

    /// Returns the versions trained from a version, by name and version.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn children_of(&self, version: &ModelVersion) -> Result<Vec<ModelVersion>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "{SELECT} where v.id in (select child from model_parents where parent = ?1) order by v.name, v.version"
        ));
        let rows =
            sqlx::query(sql).bind(version.id).fetch_all(self.reader()).await.map_err(sqlite("list descendants"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }
}

/// Returns a version with these weights; there is none where it was published in another workspace.
pub(super) async fn find(
    transaction: &mut Transaction<'static, Sqlite>,
    name: &Name,
    version: u32,
    weights: Digest,
) -> Result<Option<i64>> {
    sqlx::query_scalar("select id from model_versions where name = ?1 and version = ?2 and weights = ?3")
        .bind(name.as_str())
        .bind(i64::from(version))
        .bind(weights.to_string())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(sqlite("find a parent"))
}

/// Records that a version was trained from another.
pub(super) async fn insert(transaction: &mut Transaction<'static, Sqlite>, child: i64, parent: i64) -> Result<()> {
    sqlx::query("insert into model_parents (child, parent) values (?1, ?2)")
        .bind(child)
        .bind(parent)
        .execute(&mut **transaction)
        .await
        .map_err(sqlite("record a parent"))?;
    Ok(())
}
