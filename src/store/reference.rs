//! What a person means by `rust-coder-industry@v3`, `rust-coder@champion`, `@champion` or `rust-coder-industry`.

use crate::store::Result;
use crate::store::error::{StoreError, sqlite};
use crate::store::model_versions::{ModelVersion, SELECT, TABLE};
use crate::store::open::Store;
use crate::store::row::collect;

impl Store {
    /// Returns the version a person means.
    ///
    /// `name@vN` is that version, `name` the newest one, `name@alias` what the alias means where `name` is the published entry or
    /// the model, and `@alias` what it means where only one entry has such an alias.
    ///
    /// # Errors
    /// When it means nothing, and when it means more than one model.
    pub async fn model_by_reference(&self, reference: &str) -> Result<ModelVersion> {
        let reference = reference.trim();
        let (name, suffix) = reference.split_once('@').map_or((reference, None), |(name, suffix)| (name, Some(suffix)));
        let number = suffix.and_then(|suffix| suffix.strip_prefix('v')).and_then(|number| number.parse::<u32>().ok());
        let mut versions = match (number, suffix) {
            (Some(number), _) => self.version_of(name, i64::from(number)).await?,
            (None, Some(alias)) => self.version_by_alias(name, alias).await?,
            (None, None) => self.newest_version_of(name).await?,
        };
        match versions.len() {
            1 => Ok(versions.remove(0)),
            0 => {
                Err(StoreError::UnknownModel { reference: reference.to_owned(), candidates: self.nearest(name).await? })
            }
            _ => {
                let candidates = versions.iter().map(ModelVersion::reference).collect();
                Err(StoreError::AmbiguousModel { reference: reference.to_owned(), candidates })
            }
        }
    }

    async fn version_of(&self, name: &str, number: i64) -> Result<Vec<ModelVersion>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} where v.name = ?1 and v.version = ?2"));
        let query = sqlx::query(sql).bind(name).bind(number);
        let rows = query.fetch_all(self.reader()).await.map_err(sqlite("find a model"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }

    async fn version_by_alias(&self, name: &str, alias: &str) -> Result<Vec<ModelVersion>> {
        let sql = sqlx::AssertSqlSafe(format!(
            "{SELECT} join aliases x on x.version = v.id
             where x.alias = ?2 and (?1 = '' or x.entry = ?1 or v.name = ?1) order by v.name"
        ));
        let query = sqlx::query(sql).bind(name).bind(alias);
        let rows = query.fetch_all(self.reader()).await.map_err(sqlite("find a model"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }

    async fn newest_version_of(&self, name: &str) -> Result<Vec<ModelVersion>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} where v.name = ?1 order by v.version desc limit 1"));
        let rows = sqlx::query(sql).bind(name).fetch_all(self.reader()).await.map_err(sqlite("find a model"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }

    /// Returns the names and aliases nearest to what was asked for, at most five.
    async fn nearest(&self, name: &str) -> Result<Vec<String>> {
        let models = self.models().await?;
        let mut names: Vec<String> = models.iter().map(|model| model.name.to_string()).collect();
        names.dedup();
        names.extend(
            models.iter().flat_map(|model| model.aliases.iter().map(|alias| format!("{}@{alias}", model.entry))),
        );
        names.sort_by_key(|candidate| {
            let distance = strsim::damerau_levenshtein(name, candidate.split('@').next().unwrap_or(candidate));
            (distance, candidate.clone())
        });
        names.truncate(5);
        Ok(names)
    }
}
