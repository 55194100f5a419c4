//! Table `model_versions`: what is in the zoo? A version never changes.

use serde::Serialize;
use sqlx::{Sqlite, Transaction};

use crate::id::{Digest, Name, RunId};
use crate::recipe::Tags;
use crate::recipe::classification::Classification;
use crate::recipe::model::{Architecture, Tier};
use crate::record::ArtifactRef;
use crate::store::Result;
use crate::store::error::sqlite;
use crate::store::model_parents::Parent;
use crate::store::open::Store;
use crate::store::row::{Reader, collect, to_integer, to_json};

pub(super) const TABLE: &str = "model_versions";

/// What every question about versions selects.
pub(super) const SELECT: &str = "
select v.*,
       w.bytes as weights_bytes,
       t.bytes as tokenizer_bytes,
       c.bytes as card_bytes,
       (select json_group_array(a.alias) from aliases a where a.version = v.id) as aliases,
       (select json_group_array(p.name || '@v' || p.version)
        from model_parents m join model_versions p on p.id = m.parent where m.child = v.id) as parents
from model_versions v
join artifacts w on w.digest = v.weights
left join artifacts t on t.digest = v.tokenizer
join artifacts c on c.digest = v.card";

/// A model that goes into the zoo.
#[derive(Debug, Clone, PartialEq)]
pub struct NewVersion {
    /// Its name in the zoo: `rust-coder-industry`.
    pub name: Name,
    /// The name the recipe publishes under: `rust-coder`.
    pub entry: Name,
    /// Its name in the recipe: `industry`.
    pub model: Name,
    /// What it was trained from.
    pub parent: Option<Parent>,
    /// The run that publishes it.
    pub run: RunId,
    /// The fingerprint of its training.
    pub fingerprint: Digest,
    /// Its place in the lineage.
    pub tier: Tier,
    /// The network.
    pub architecture: Architecture,
    /// What it tells apart, where it is a classifier.
    pub classification: Option<Classification>,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The number of its parameters.
    pub parameters: u64,
    /// Its weights.
    pub weights: ArtifactRef,
    /// Its tokenizer, where it reads tokens.
    pub tokenizer: Option<ArtifactRef>,
    /// Its card.
    pub card: ArtifactRef,
    /// What the card says.
    pub card_text: String,
    /// What the experiment is for.
    pub description: String,
    /// Its licence.
    pub license: Option<String>,
    /// What it is about.
    pub tags: Tags,
}

/// A model in the zoo.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct ModelVersion {
    /// Its number in the database.
    #[serde(skip)]
    pub id: i64,
    /// Its name in the zoo: `rust-coder-industry`.
    pub name: Name,
    /// Its version, from 1.
    pub version: u32,
    /// The name the recipe published under: `rust-coder`.
    pub entry: Name,
    /// Its name in the recipe: `industry`.
    pub model: Name,
    /// The run that published it.
    pub run: RunId,
    /// The fingerprint of its training.
    pub fingerprint: Digest,
    /// Its place in the lineage.
    pub tier: Tier,
    /// The network.
    pub architecture: Architecture,
    /// What it tells apart, where it is a classifier.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// The size of the vocabulary.
    pub vocab_size: u32,
    /// The number of its parameters.
    pub parameters: u64,
    /// Its weights.
    pub weights: ArtifactRef,
    /// Its tokenizer, where it reads tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokenizer: Option<ArtifactRef>,
    /// Its card.
    pub card: ArtifactRef,
    /// What the experiment was for.
    pub description: String,
    /// Its licence.
    pub license: Option<String>,
    /// What it is about.
    pub tags: Tags,
    /// When it was published, in milliseconds since 1970 UTC.
    pub created_at_ms: i64,
    /// The aliases of its entry that mean it, sorted.
    pub aliases: Vec<Name>,
    /// The versions it was trained from: `rust-coder-general@v1`.
    pub parents: Vec<String>,
}

impl ModelVersion {
    /// Returns how the version is written: `rust-coder-industry@v3`.
    pub fn reference(&self) -> String {
        format!("{}@v{}", self.name, self.version)
    }
}

impl Store {
    /// Returns every version in the zoo, by name, the newest of each first.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn models(&self) -> Result<Vec<ModelVersion>> {
        let sql = sqlx::AssertSqlSafe(format!("{SELECT} order by v.name, v.version desc"));
        let rows = sqlx::query(sql).fetch_all(self.reader()).await.map_err(sqlite("list models"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }

    /// Returns the newest versions whose name, tier, tags, licence, description or card contain every word.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn search(&self, text: &str) -> Result<Vec<ModelVersion>> {
        let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
        let sql = sqlx::AssertSqlSafe(format!(
            "{SELECT}
             join cards k on k.digest = v.card
             where v.version = (select max(version) from model_versions n where n.name = v.name)
               and not exists (
                   select 1 from json_each(?1) word
                   where instr(lower(v.name || ' ' || v.tier || ' ' || v.tags || ' ' || coalesce(v.license, '') || ' '
                                     || v.description || ' ' || k.text), word.value) = 0)
             order by v.name"
        ));
        let rows =
            sqlx::query(sql).bind(to_json(&words)).fetch_all(self.reader()).await.map_err(sqlite("search the zoo"))?;
        collect(TABLE, &rows, |row| self.version(&row))
    }

    /// Returns the version of a row of [`SELECT`].
    pub(super) fn version(&self, row: &Reader<'_>) -> Result<ModelVersion> {
        let mut aliases: Vec<Name> = row.json("aliases")?;
        let mut parents: Vec<String> = row.json("parents")?;
        aliases.sort();
        parents.sort();
        let artifact = |digest: &str, bytes: &str| -> Result<ArtifactRef> {
            let digest: Digest = row.parse(digest)?;
            Ok(ArtifactRef { path: self.artifacts().path(digest), digest, bytes: row.count(bytes)? })
        };
        Ok(ModelVersion {
            id: row.get("id")?,
            name: row.parse("name")?,
            version: row.count("version")?,
            entry: row.parse("entry")?,
            model: row.parse("model")?,
            run: row.parse("run")?,
            fingerprint: row.parse("fingerprint")?,
            tier: row.word("tier")?,
            architecture: row.json("architecture")?,
            classification: row.json_some("classification")?,
            vocab_size: row.count("vocab_size")?,
            parameters: row.count("parameters")?,
            weights: artifact("weights", "weights_bytes")?,
            tokenizer: match row.get::<Option<String>>("tokenizer")? {
                Some(_) => Some(artifact("tokenizer", "tokenizer_bytes")?),
                None => None,
            },
            card: artifact("card", "card_bytes")?,
            description: row.get("description")?,
            license: row.get("license")?,
            tags: row.json("tags")?,
            created_at_ms: row.get("created_at_ms")?,
            aliases,
            parents,
        })
    }
}

/// Returns the version with these weights and this card, where there is one.
pub(super) async fn find_same(transaction: &mut Transaction<'static, Sqlite>, new: &NewVersion) -> Result<Option<i64>> {
    sqlx::query_scalar("select id from model_versions where name = ?1 and weights = ?2 and card = ?3")
        .bind(new.name.as_str())
        .bind(new.weights.digest.to_string())
        .bind(new.card.digest.to_string())
        .fetch_optional(&mut **transaction)
        .await
        .map_err(sqlite("find a model"))
}

/// Records the next version of a model and returns its number in the database.
pub(super) async fn insert(
    transaction: &mut Transaction<'static, Sqlite>,
    new: &NewVersion,
    at_ms: i64,
) -> Result<i64> {
    let NewVersion {
        name,
        entry,
        model,
        parent: _, // Recorded in `model_parents`.
        run,
        fingerprint,
        tier,
        architecture,
        classification,
        vocab_size,
        parameters,
        weights,
        tokenizer,
        card,
        card_text: _, // Recorded in `cards`.
        description,
        license,
        tags,
    } = new;
    sqlx::query_scalar(
        "insert into model_versions (name, version, entry, model, run, fingerprint, tier, architecture, vocab_size,
                                     parameters, weights, tokenizer, card, description, license, tags, created_at_ms,
                                     classification)
         values (?1, (select coalesce(max(version), 0) + 1 from model_versions where name = ?1),
                 ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
         returning id",
    )
    .bind(name.as_str())
    .bind(entry.as_str())
    .bind(model.as_str())
    .bind(run.to_string())
    .bind(fingerprint.to_string())
    .bind(tier.word())
    .bind(to_json(architecture))
    .bind(vocab_size)
    .bind(to_integer(*parameters))
    .bind(weights.digest.to_string())
    .bind(tokenizer.as_ref().map(|tokenizer| tokenizer.digest.to_string()))
    .bind(card.digest.to_string())
    .bind(description)
    .bind(license)
    .bind(to_json(tags))
    .bind(at_ms)
    .bind(classification.as_ref().map(to_json))
    .fetch_one(&mut **transaction)
    .await
    .map_err(sqlite("record a model"))
}
