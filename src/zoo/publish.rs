//! Publishing: the models of a finished run become versions in the zoo.

use std::collections::BTreeMap;

use crate::artifact::ArtifactStore;
use crate::id::{Digest, Name, RunId};
use crate::recipe::Tags;
use crate::recipe::classification::Classification;
use crate::recipe::model::{Architecture, Tier};
use crate::record::ArtifactRef;
use crate::store::{ModelVersion, NewVersion, Parent, Store};
use crate::zoo::error::ZooError;

/// What is to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishRequest {
    /// The first part of the models' names in the zoo.
    pub name: Name,
    /// The run that publishes.
    pub run: RunId,
    /// The models, every parent before its children.
    pub models: Vec<PublishModel>,
    /// Aliases, each pointing at a model of the recipe.
    pub aliases: BTreeMap<Name, Name>,
    /// What the experiment is for.
    pub description: String,
    /// The licence.
    pub license: Option<String>,
    /// What the models are about.
    pub tags: Tags,
    /// Now, in milliseconds since 1970 UTC.
    pub at_ms: i64,
}

/// A model that is to be published.
#[derive(Debug, Clone, PartialEq)]
pub struct PublishModel {
    /// Its name in the recipe.
    pub model: Name,
    /// What it was trained from.
    pub parent: Option<Parent>,
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
}

/// Publishes models: model `m` under the name `n` becomes the next version of `n-m`, and the aliases of `n` move, all or nothing.
///
/// A model whose weights and card are in the zoo already keeps its version, so that publishing again changes nothing.
///
/// # Errors
/// When a name, a parent or an alias does not fit, when a file is missing or a card damaged, and when the database says no.
pub async fn publish(
    store: &Store,
    artifacts: &ArtifactStore,
    request: &PublishRequest,
) -> Result<Vec<ModelVersion>, ZooError> {
    check(request)?;
    let versions: Result<Vec<_>, _> =
        request.models.iter().map(|model| new_version(artifacts, request, model)).collect();
    Ok(store.insert_versions(&versions?, &request.aliases, request.at_ms).await?)
}

/// Returns the name a model of a recipe has in the zoo.
///
/// # Errors
/// When both names together are too long.
pub fn zoo_name(entry: &Name, model: &Name) -> Result<Name, ZooError> {
    let fit = format!("{entry}-{model}").parse();
    fit.map_err(|source| ZooError::Name { entry: entry.clone(), model: model.clone(), source })
}

fn check(request: &PublishRequest) -> Result<(), ZooError> {
    for (i, PublishModel { model, parent, .. }) in request.models.iter().enumerate() {
        if let Some(Parent::Model(parent)) = parent
            && !request.models[..i].iter().any(|earlier| earlier.model == *parent)
        {
            return Err(ZooError::ParentMissing { model: model.clone(), parent: parent.clone() });
        }
    }
    for (alias, model) in &request.aliases {
        if !request.models.iter().any(|published| published.model == *model) {
            return Err(ZooError::AliasDangles { alias: alias.clone(), model: model.clone() });
        }
        let digits = alias.as_str().strip_prefix('v').unwrap_or_default();
        if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ZooError::AliasIsVersion { alias: alias.clone() });
        }
    }
    Ok(())
}

fn new_version(
    artifacts: &ArtifactStore,
    request: &PublishRequest,
    model: &PublishModel,
) -> Result<NewVersion, ZooError> {
    let PublishModel {
        model,
        parent,
        fingerprint,
        tier,
        architecture,
        classification,
        vocab_size,
        parameters,
        weights,
        tokenizer,
        card,
    } = model.clone();
    artifacts.get(weights.digest)?;
    if let Some(tokenizer) = &tokenizer {
        artifacts.get(tokenizer.digest)?;
    }
    let card_text =
        String::from_utf8(artifacts.read(card.digest)?).map_err(|_| ZooError::CardIsNoText { model: model.clone() })?;
    Ok(NewVersion {
        name: zoo_name(&request.name, &model)?,
        entry: request.name.clone(),
        model,
        parent,
        run: request.run,
        fingerprint,
        tier,
        architecture,
        classification,
        vocab_size,
        parameters,
        weights,
        tokenizer,
        card,
        card_text,
        description: request.description.clone(),
        license: request.license.clone(),
        tags: request.tags.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Explain as _;
    use crate::recipe::model::Llama;
    use crate::store::fixture::{block_on, store_with_run};
    use crate::zoo::forest;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn model(artifacts: &ArtifactStore, model: &str, parent: Option<&str>, weights: &str) -> PublishModel {
        let llama = Llama {
            layers: 1,
            width: 8,
            heads: 2,
            kv_heads: 1,
            mlp_width: 16,
            context: 32,
            rope_theta: 10_000.0,
            norm_epsilon: 1e-6,
            tie_embeddings: true,
            attention_bias: false,
            sliding_window: None,
            dropout: 0.0,
        };
        PublishModel {
            model: name(model),
            parent: parent.map(|parent| Parent::Model(name(parent))),
            fingerprint: Digest::of(model.as_bytes()),
            tier: Tier::General,
            architecture: Architecture::Llama(llama),
            classification: None,
            vocab_size: 300,
            parameters: 4_000,
            weights: artifacts.put_bytes(weights.as_bytes()).unwrap(),
            tokenizer: Some(artifacts.put_bytes(b"{}").unwrap()),
            card: artifacts.put_bytes(format!("# {model} reads Rust").as_bytes()).unwrap(),
        }
    }

    fn request(artifacts: &ArtifactStore, run: RunId, weights: [&str; 2]) -> PublishRequest {
        PublishRequest {
            name: name("rust-coder"),
            run,
            models: vec![
                model(artifacts, "general", None, weights[0]),
                model(artifacts, "industry", Some("general"), weights[1]),
            ],
            aliases: BTreeMap::from([(name("champion"), name("industry"))]),
            description: "Bred from prose.".into(),
            license: Some("apache-2.0".into()),
            tags: Tags { language: vec!["en".into()], domain: Some("code".into()) },
            at_ms: 1,
        }
    }

    #[test]
    fn publishing_the_same_twice_changes_nothing_and_new_weights_make_a_new_version() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let artifacts = store.artifacts().clone();
            let first = publish(&store, &artifacts, &request(&artifacts, run, ["a", "b"])).await.unwrap();
            assert_eq!(first[1].reference(), "rust-coder-industry@v1");
            assert_eq!(first[1].parents, ["rust-coder-general@v1"]);
            assert_eq!(first[1].aliases, [name("champion")]);
            let again = publish(&store, &artifacts, &request(&artifacts, run, ["a", "b"])).await.unwrap();
            assert_eq!(again, first);
            let second = publish(&store, &artifacts, &request(&artifacts, run, ["a", "c"])).await.unwrap();
            assert_eq!(second[0], first[0]);
            assert_eq!((second[1].version, second[1].aliases.len()), (2, 1));
            for (reference, version) in [
                ("rust-coder-industry@v1", 1),
                ("rust-coder-industry", 2),
                ("rust-coder@champion", 2),
                ("rust-coder-industry@champion", 2),
                ("@champion", 2),
            ] {
                assert_eq!(store.model_by_reference(reference).await.unwrap().version, version, "{reference}");
            }
            assert_eq!(store.lineage_of(&second[1]).await.unwrap(), [second[0].clone()]);
            assert_eq!(store.children_of(&first[0]).await.unwrap().len(), 2);
            assert_eq!(store.search("INDUSTRY rust").await.unwrap(), [second[1].clone()]);
            assert!(store.search("medicine").await.unwrap().is_empty());
            let trees = forest(&store.models().await.unwrap());
            assert_eq!((trees.len(), trees[0].children.len()), (1, 2));
            store.close().await;
        });
    }

    #[test]
    fn a_parent_that_was_published_before_is_a_parent_where_it_is_known() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let artifacts = store.artifacts().clone();
            let first = publish(&store, &artifacts, &request(&artifacts, run, ["a", "b"])).await.unwrap();
            let child = |weights: Digest, card: &str| {
                let parent = Parent::Version { name: first[1].name.clone(), version: 1, weights };
                let card = artifacts.put_bytes(card.as_bytes()).unwrap();
                let model = PublishModel { parent: Some(parent), card, ..model(&artifacts, "tuned", None, "c") };
                let aliases = BTreeMap::new();
                PublishRequest { models: vec![model], aliases, ..request(&artifacts, run, ["a", "b"]) }
            };
            let known = publish(&store, &artifacts, &child(first[1].weights.digest, "one")).await.unwrap();
            assert_eq!(known[0].parents, ["rust-coder-industry@v1"]);
            assert_eq!(store.lineage_of(&known[0]).await.unwrap(), [first[1].clone(), first[0].clone()]);
            let elsewhere = publish(&store, &artifacts, &child(Digest::of(b"others"), "two")).await.unwrap();
            assert!(elsewhere[0].parents.is_empty());
            store.close().await;
        });
    }

    #[test]
    fn an_unknown_model_names_the_nearest() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let artifacts = store.artifacts().clone();
            publish(&store, &artifacts, &request(&artifacts, run, ["a", "b"])).await.unwrap();
            for reference in ["rust-coder-industri", "rust-coder-industry@v9", "rust-coder-industry@best"] {
                let error = store.model_by_reference(reference).await.unwrap_err();
                assert!(error.hint().unwrap().starts_with("there is `rust-coder-industry`"), "{:?}", error.hint());
            }
            store.close().await;
        });
    }

    #[test]
    fn what_does_not_fit_is_refused_before_anything_is_written() {
        block_on(async {
            let (_project, store, run) = store_with_run().await;
            let artifacts = store.artifacts().clone();
            let good = request(&artifacts, run, ["a", "b"]);
            let mut dangling = good.clone();
            dangling.aliases.insert(name("best"), name("vertical"));
            let mut orphan = good.clone();
            orphan.models.remove(0);
            let mut numbered = good.clone();
            numbered.aliases.insert(name("v7"), name("general"));
            let mut missing = good.clone();
            missing.models[0].weights.digest = Digest::of(b"nowhere");
            for bad in [dangling, orphan, numbered, missing] {
                assert!(publish(&store, &artifacts, &bad).await.is_err());
            }
            assert!(store.models().await.unwrap().is_empty());
            store.close().await;
        });
    }
}
