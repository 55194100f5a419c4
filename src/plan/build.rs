//! From a recipe to stages: what has to be done, in which order, and everything each stage depends on.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::key;
use crate::plan::ledger::{SourceState, Sources};
use crate::plan::stage::{Freshness, Stage};
use crate::plan::staleness::StaleReason;
use crate::plan::work::{
    AnalyseWork, CardWork, Compute, DatasetWork, EvaluateWork, GateWork, PublishWork, SampleWork, TokenizerWork,
    TokensWork, TrainWork, Work,
};
use crate::plan::{Plan, facts};
use crate::recipe::Recipe;
use crate::recipe::evaluation::GateRule;
use crate::recipe::variant::Variant;

/// Returns the plan of a recipe, every stage marked as never done: [`judge`](crate::plan::judge()) tells more.
///
/// `sources` says what the datasets' files contain; a dataset that is missing there counts as empty.
pub fn build(recipe: &Recipe, sources: &Sources) -> Plan {
    let mut builder = Builder { recipe, sources, stages: Vec::new(), fingerprints: BTreeMap::new() };
    builder.data();
    builder.training();
    builder.judgement();
    builder.analyses();
    builder.publication();
    Plan { recipe: recipe.name.clone(), stages: builder.stages }
}

/// Returns the id of the stage that encodes a dataset.
pub fn tokens_id(dataset: &Name, tokenizer: &Name) -> StageId {
    StageId::new(StageKind::Tokens, format!("{dataset}/{tokenizer}"))
}

/// Returns the id of the stage that measures a model.
pub fn evaluate_id(model: &Name, evaluation: &Name) -> StageId {
    StageId::new(StageKind::Evaluate, format!("{model}/{evaluation}"))
}

/// Returns the id of the stage that checks the gate at a position of the recipe's list.
///
/// Gates have no names of their own: the id is the model, the evaluation and, from the second gate of the two on, a number.
fn gate_id(recipe: &Recipe, position: usize) -> StageId {
    let gate = &recipe.gates[position];
    let earlier = recipe.gates[..position]
        .iter()
        .filter(|other| other.model == gate.model && other.evaluation == gate.evaluation);
    let name = match earlier.count() {
        0 => format!("{}/{}", gate.model, gate.evaluation),
        n => format!("{}/{}-{}", gate.model, gate.evaluation, n + 1),
    };
    StageId::new(StageKind::Gate, name)
}

struct Builder<'r> {
    recipe: &'r Recipe,
    sources: &'r Sources,
    stages: Vec<Stage>,
    fingerprints: BTreeMap<StageId, Digest>,
}

impl Builder<'_> {
    /// Adds a stage behind those it needs; needs that are no stage of this plan are a bug of ours.
    fn add(&mut self, id: StageId, work: Work, needs: Vec<StageId>) {
        if self.fingerprints.contains_key(&id) {
            return;
        }
        let inputs: BTreeMap<String, Digest> =
            needs.iter().map(|need| (need.to_string(), self.fingerprints[need])).collect();
        let key = key::of(&work, &inputs);
        let fingerprint = Digest::of_json(&key);
        self.fingerprints.insert(id.clone(), fingerprint);
        let freshness = Freshness::Stale { reason: StaleReason::New };
        self.stages.push(Stage { id, work, needs, key, fingerprint, freshness });
    }

    fn data(&mut self) {
        for (name, dataset) in &self.recipe.datasets {
            let empty = SourceState { digest: Digest::of(b""), files: 0, bytes: 0 };
            let work = Work::Dataset(DatasetWork {
                name: name.clone(),
                dataset: dataset.clone(),
                source_digest: self.sources.get(name).unwrap_or(&empty).digest,
                seed: self.recipe.run.seed,
            });
            self.add(StageId::new(StageKind::Dataset, name), work, Vec::new());
        }
        for (name, tokenizer) in &self.recipe.tokenizers {
            let needs = tokenizer.train_on().iter().map(|dataset| StageId::new(StageKind::Dataset, dataset)).collect();
            let work = Work::Tokenizer(TokenizerWork { name: name.clone(), tokenizer: tokenizer.clone() });
            self.add(StageId::new(StageKind::Tokenizer, name), work, needs);
        }
    }

    fn tokens(&mut self, dataset: &Name, tokenizer: &Name) -> StageId {
        let id = tokens_id(dataset, tokenizer);
        let needs = vec![StageId::new(StageKind::Dataset, dataset), StageId::new(StageKind::Tokenizer, tokenizer)];
        let work = Work::Tokens(TokensWork { dataset: dataset.clone(), tokenizer: tokenizer.clone() });
        self.add(id.clone(), work, needs);
        id
    }

    fn compute(&self) -> Compute {
        let run = &self.recipe.run;
        Compute { device: run.device, precision: run.precision, threads: run.threads }
    }

    fn vocab_size(&self, tokenizer: &Name) -> u32 {
        self.recipe.tokenizers.get(tokenizer).map_or(0, crate::recipe::tokenizer::Tokenizer::vocab_size)
    }

    fn training(&mut self) {
        let recipe = self.recipe;
        for (name, model) in recipe.models_by_lineage() {
            let mut needs: Vec<_> =
                model.train.data.iter().map(|share| self.tokens(&share.dataset, &model.tokenizer)).collect();
            needs.extend(model.base.iter().map(|base| StageId::new(StageKind::Train, base)));
            let work = Work::Train(Box::new(TrainWork {
                model: name.clone(),
                tier: model.tier,
                base: model.base.clone(),
                architecture: model.architecture.clone(),
                vocab_size: self.vocab_size(&model.tokenizer),
                tokenizer: model.tokenizer.clone(),
                adapter: model.adapter.clone(),
                train: model.train.clone(),
                seed: recipe.run.seed,
                compute: self.compute(),
            }));
            self.add(StageId::new(StageKind::Train, name), work, needs);
        }
    }

    /// Every model is measured on every evaluation: the columns of the ancestors' evaluations show what was forgotten.
    fn judgement(&mut self) {
        let recipe = self.recipe;
        for (name, model) in recipe.models_by_lineage() {
            for (evaluation_name, evaluation) in &recipe.evaluations {
                if !Variant::agree(model.variant.as_ref(), evaluation.variant.as_ref()) {
                    continue;
                }
                let tokens = self.tokens(&evaluation.dataset, &model.tokenizer);
                let work = Work::Evaluate(EvaluateWork {
                    model: name.clone(),
                    evaluation: evaluation_name.clone(),
                    metric: evaluation.metric,
                    dataset: evaluation.dataset.clone(),
                    split: evaluation.split,
                    tokenizer: model.tokenizer.clone(),
                    tokens: evaluation.tokens,
                    architecture: model.architecture.clone(),
                    vocab_size: self.vocab_size(&model.tokenizer),
                    compute: self.compute(),
                });
                let needs = vec![StageId::new(StageKind::Train, name), tokens];
                self.add(evaluate_id(name, evaluation_name), work, needs);
            }
        }
        for (position, gate) in recipe.gates.iter().enumerate() {
            let mut needs = vec![evaluate_id(&gate.model, &gate.evaluation)];
            needs.extend(reference_model(&gate.rule).map(|than| evaluate_id(than, &gate.evaluation)));
            needs.dedup();
            let metric = recipe.evaluations[&gate.evaluation].metric;
            self.add(gate_id(recipe, position), Work::Gate(GateWork { gate: gate.clone(), metric }), needs);
        }
        for (name, sample) in &recipe.samples {
            let model = &recipe.models[&sample.model];
            let work = Work::Sample(SampleWork {
                name: name.clone(),
                sample: sample.clone(),
                tokenizer: model.tokenizer.clone(),
                architecture: model.architecture.clone(),
                vocab_size: self.vocab_size(&model.tokenizer),
                compute: self.compute(),
            });
            let needs = vec![
                StageId::new(StageKind::Train, &sample.model),
                StageId::new(StageKind::Tokenizer, &model.tokenizer),
            ];
            self.add(StageId::new(StageKind::Sample, name), work, needs);
        }
    }

    /// An analysis reads what was measured of its models, and what it cost to train them and their ancestors.
    fn analyses(&mut self) {
        let recipe = self.recipe;
        for (name, analysis) in &recipe.analyses {
            let models: BTreeSet<&Name> = analysis.models().iter().collect();
            let lineages: BTreeSet<&Name> =
                models.iter().copied().flat_map(|model| recipe.ancestors(model).chain([model])).collect();
            let copies = |evaluation: &Name| {
                let variant = recipe.evaluations.get(evaluation).and_then(|evaluation| evaluation.variant.as_ref());
                evaluation == analysis.evaluation()
                    || variant.is_some_and(|variant| variant.of == *analysis.evaluation())
            };
            let concerns = |stage: &&Stage| match &stage.work {
                Work::Train(work) => lineages.contains(&work.model),
                Work::Evaluate(work) => models.contains(&work.model) && copies(&work.evaluation),
                Work::Dataset(_)
                | Work::Tokenizer(_)
                | Work::Tokens(_)
                | Work::Gate(_)
                | Work::Analyse(_)
                | Work::Sample(_)
                | Work::Card(_)
                | Work::Publish(_) => false,
            };
            let needs = self.stages.iter().filter(concerns).map(|stage| stage.id.clone()).collect();
            let work = Work::Analyse(AnalyseWork { name: name.clone(), analysis: analysis.clone() });
            self.add(StageId::new(StageKind::Analyse, name), work, needs);
        }
    }

    fn publication(&mut self) {
        let recipe = self.recipe;
        let order: Vec<Name> = recipe.models_by_lineage().into_iter().map(|(name, _)| name.clone()).collect();
        for name in &order {
            let needs = self.said_about(name);
            let work = Work::Card(CardWork { model: name.clone(), facts: facts::of(recipe, name) });
            self.add(StageId::new(StageKind::Card, name), work, needs);
        }
        let Some(publish) = &recipe.publish else { return };
        let mut needs: Vec<StageId> = Vec::new();
        for name in &order {
            needs.push(StageId::new(StageKind::Train, name));
            needs.push(StageId::new(StageKind::Tokenizer, &recipe.models[name].tokenizer));
            needs.push(StageId::new(StageKind::Card, name));
        }
        needs.extend(
            self.stages.iter().filter(|stage| stage.id.kind() == StageKind::Gate).map(|stage| stage.id.clone()),
        );
        let mut seen = BTreeSet::new();
        needs.retain(|need| seen.insert(need.clone()));
        let work = Work::Publish(PublishWork {
            name: publish.zoo.name.clone(),
            models: order,
            aliases: publish.zoo.aliases.clone(),
        });
        self.add(StageId::new(StageKind::Publish, &publish.zoo.name), work, needs);
    }

    /// Returns the stages whose outputs say something about a model: its own, and its ancestors' evaluations to compare with.
    fn said_about(&self, name: &Name) -> Vec<StageId> {
        let recipe = self.recipe;
        let model = &recipe.models[name];
        let lineage: Vec<&Name> = std::iter::once(name).chain(recipe.ancestors(name)).collect();
        let concerns = |stage: &&Stage| match &stage.work {
            Work::Dataset(work) => model.train.data.iter().any(|share| share.dataset == work.name),
            Work::Tokenizer(work) => work.name == model.tokenizer,
            Work::Tokens(work) => {
                work.tokenizer == model.tokenizer && model.train.data.iter().any(|share| share.dataset == work.dataset)
            }
            Work::Train(work) => lineage.contains(&&work.model),
            Work::Evaluate(work) => lineage.contains(&&work.model),
            Work::Gate(work) => work.gate.model == *name,
            Work::Sample(work) => work.sample.model == *name,
            Work::Analyse(_) | Work::Card(_) | Work::Publish(_) => false,
        };
        self.stages.iter().filter(concerns).map(|stage| stage.id.clone()).collect()
    }
}

/// Returns the model a gate compares with, if it compares with one.
pub fn reference_model(rule: &GateRule) -> Option<&Name> {
    match rule {
        GateRule::LessThan { than }
        | GateRule::GreaterThan { than }
        | GateRule::MinBetterPercent { than, .. }
        | GateRule::MaxWorsePercent { than, .. } => Some(than),
        GateRule::AtMost { .. } | GateRule::AtLeast { .. } => None,
    }
}
