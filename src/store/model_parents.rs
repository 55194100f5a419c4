//! Table `model_parents`: what does a model descend from, and what descends from it?

use sqlx::{Sqlite, Transaction};

use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::model_versions::{ModelVersion, SELECT, TABLE};
use crate::store::open::Store;
use crate::store::row::collect;

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
