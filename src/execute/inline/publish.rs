//! Publishing: gathers what is known of the models of a run and hands it to the zoo.

use serde_json::json;

use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::execute::inline::recipe_facts::RecipeFacts;
use crate::execute::intake::report;
use crate::execute::now_ms;
use crate::id::{Name, StageId, StageKind};
use crate::plan::spec::provider;
use crate::plan::work::{ImportWork, PublishWork, TrainWork};
use crate::plan::{Outputs, Plan, Work};
use crate::recipe::reference::{Reference, Version};
use crate::record::ArtifactRef;
use crate::record::report::TrainingReport;
use crate::store::Parent;
use crate::zoo::{PublishModel, PublishRequest, publish};

/// Publishes the models of a run; returns `versions.json`, which names what they are called in the zoo.
pub(super) async fn work(inline: &Inline<'_>, work: &PublishWork) -> Result<Outputs, ExecuteError> {
    let request = request(inline, work)?;
    let versions = publish(inline.store, inline.artifacts, &request).await?;
    let told: Vec<_> = request
        .models
        .iter()
        .zip(&versions)
        .map(|(model, version)| json!({ "model": model.model, "name": version.name, "version": version.version }))
        .collect();
    let text = serde_json::to_vec_pretty(&told).expect("versions serialize");
    Ok(Outputs::from([("versions.json".to_owned(), inline.artifacts.put_bytes(&text)?)]))
}

fn request(inline: &Inline<'_>, work: &PublishWork) -> Result<PublishRequest, ExecuteError> {
    let PublishWork { name, models, aliases } = work;
    let RecipeFacts { description, license, tags, publish: _, allow: _ } = facts(inline.plan, models)?;
    let models: Result<Vec<_>, _> = models.iter().map(|model| published(inline, model)).collect();
    let (name, aliases) = (name.clone(), aliases.clone());
    Ok(PublishRequest { name, run: inline.run, models: models?, aliases, description, license, tags, at_ms: now_ms() })
}

/// Returns what the recipe says of all its models, as their cards have it.
fn facts(plan: &Plan, models: &[Name]) -> Result<RecipeFacts, ExecuteError> {
    let card = models.first().map(|model| StageId::new(StageKind::Card, model));
    let Some(stage) = card.and_then(|card| plan.stage(&card)) else { return Ok(RecipeFacts::default()) };
    match &stage.work {
        Work::Card(card) => RecipeFacts::of(&stage.id, card),
        Work::Import(_)
        | Work::Dataset(_)
        | Work::Tokenizer(_)
        | Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Train(_)
        | Work::Evaluate(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Analyse(_)
        | Work::Publish(_) => Ok(RecipeFacts::default()),
    }
}

fn published(inline: &Inline<'_>, model: &Name) -> Result<PublishModel, ExecuteError> {
    let train_id = StageId::new(StageKind::Train, model);
    let lacks = || ExecuteError::Lacks { stage: train_id.clone(), name: "training".to_owned() };
    let stage = inline.by_id.get(&train_id).ok_or_else(lacks)?;
    let Work::Train(train) = &stage.work else { return Err(lacks()) };
    let TrainWork { base, tier, architecture, vocab_size, tokenizer, train: learned, .. } = train.as_ref();
    let outputs = inline.outputs.get(&train_id).ok_or_else(lacks)?;
    let training: TrainingReport = report(inline.artifacts, &train_id, outputs, "training.json")?;
    Ok(PublishModel {
        model: model.clone(),
        parent: base.as_ref().map(|base| parent(inline.plan, base)).transpose()?,
        fingerprint: stage.fingerprint,
        tier: *tier,
        architecture: architecture.clone(),
        classification: learned.objective.classification().cloned(),
        vocab_size: *vocab_size,
        parameters: training.parameters,
        weights: output(inline, &train_id, "model.safetensors")?,
        tokenizer: match tokenizer {
            Some(tokenizer) => {
                let stage = provider(inline.outputs, StageKind::Tokenizer, tokenizer, 1);
                Some(output(inline, &stage, "tokenizer.json")?)
            }
            None => None,
        },
        card: output(inline, &StageId::new(StageKind::Card, model), "README.md")?,
    })
}

/// Returns what a model was trained from: a model of the recipe, or one that was imported.
fn parent(plan: &Plan, base: &Name) -> Result<Parent, ExecuteError> {
    let import = plan.stage(&StageId::new(StageKind::Import, base));
    let Some(Work::Import(ImportWork { import, .. })) = import.map(|stage| &stage.work) else {
        return Ok(Parent::Model(base.clone()));
    };
    match (&import.reference, import.content.weights()) {
        (Reference::Zoo { name, version: Version::Number(version) }, Some(weights)) => {
            Ok(Parent::Version { name: name.clone(), version: *version, weights })
        }
        (Reference::Zoo { .. } | Reference::Hub { .. }, _) => Err(ExecuteError::Lacks {
            stage: StageId::new(StageKind::Import, base),
            name: "model.safetensors".to_owned(),
        }),
    }
}

fn output(inline: &Inline<'_>, stage: &StageId, name: &str) -> Result<ArtifactRef, ExecuteError> {
    let output = inline.outputs.get(stage).and_then(|outputs| outputs.get(name));
    output.cloned().ok_or_else(|| ExecuteError::Lacks { stage: stage.clone(), name: name.to_owned() })
}
