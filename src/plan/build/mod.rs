//! From a recipe to stages: what has to be done, in which order, and everything each stage depends on.

mod data;
mod learning;
mod measuring;
mod publishing;

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::beside::Beside;
use crate::plan::ledger::Sources;
use crate::plan::spec::provider;
use crate::plan::stage::{Freshness, Stage};
use crate::plan::staleness::StaleReason;
use crate::plan::work::{Compute, ImportWork, Work};
use crate::plan::{Plan, key};
use crate::recipe::Recipe;
use crate::recipe::contamination::OnFind;
use crate::recipe::model::Model;
use crate::recipe::tokenizer::Tokenizer;

/// Returns the plan of a recipe, every stage marked as never done: [`judge`](crate::plan::judge()) tells more.
///
/// `sources` says what the datasets' files contain; a dataset that is missing there counts as empty.
pub fn build(recipe: &Recipe, sources: &Sources) -> Plan {
    let mut builder =
        Builder { recipe, sources, stages: Vec::new(), positions: BTreeMap::new(), spoken_of: BTreeMap::new() };
    builder.imports();
    builder.data();
    let is_held_back = recipe.contamination.on_find == OnFind::Fail;
    if is_held_back {
        builder.contamination();
        builder.uncontaminated();
    }
    for repeat in recipe.run.each_repeat() {
        builder.training(repeat);
    }
    if !is_held_back {
        builder.contamination();
    }
    for repeat in recipe.run.each_repeat() {
        builder.measurement(repeat);
    }
    builder.judgement();
    builder.analyses();
    builder.publication();
    Plan { recipe: recipe.name.clone(), stages: builder.stages, estimate: None }
}

/// Returns the id of the stage that encodes a dataset.
pub fn tokens_id(dataset: &Name, tokenizer: &Name) -> StageId {
    StageId::new(StageKind::Tokens, format!("{dataset}/{tokenizer}"))
}

/// Returns the id of the stage that encodes a dataset with the labels of a classifier: `tokens:news/bytes/labelled`.
///
/// Classifiers of the same classes share it; from the second list of classes on, it has a number.
pub fn labelled_tokens_id(recipe: &Recipe, dataset: &Name, tokenizer: &Name, classes: &[String]) -> StageId {
    let mut lists: Vec<&[String]> = Vec::new();
    let own = recipe.models.values().filter_map(Model::classification);
    let imported = recipe.imports.values().filter_map(|import| import.classification.as_ref());
    for list in own.chain(imported).map(|classification| classification.classes.as_slice()) {
        if !lists.contains(&list) {
            lists.push(list);
        }
    }
    let name = match lists.iter().position(|list| *list == classes) {
        None | Some(0) => format!("{dataset}/{tokenizer}/labelled"),
        Some(n) => format!("{dataset}/{tokenizer}/labelled-{}", n + 1),
    };
    StageId::new(StageKind::Tokens, name)
}

/// Returns the id of the stage that measures a model.
pub fn evaluate_id(model: &Name, evaluation: &Name) -> StageId {
    StageId::new(StageKind::Evaluate, format!("{model}/{evaluation}"))
}

/// Returns the id of the stage that encodes a dataset for a model.
fn read_tokens_id(recipe: &Recipe, dataset: &Name, tokenizer: &Name, beside: &Beside) -> StageId {
    let with = |what: &str| StageId::new(StageKind::Tokens, format!("{dataset}/{tokenizer}/{what}"));
    match beside {
        Beside::Nothing => tokens_id(dataset, tokenizer),
        Beside::Classes { classes } => labelled_tokens_id(recipe, dataset, tokenizer, classes),
        Beside::Numbers => with("numbers"),
        Beside::Pairs => with("pairs"),
        Beside::Captions => with("captions"),
    }
}

struct Builder<'r> {
    recipe: &'r Recipe,
    sources: &'r Sources,
    stages: Vec<Stage>,
    /// Where every stage stands.
    positions: BTreeMap<StageId, usize>,
    /// The gates and samples of every model.
    spoken_of: BTreeMap<&'r Name, Vec<StageId>>,
}

impl Builder<'_> {
    /// Adds a stage behind those it needs; needs that are no stage of this plan are a bug of ours.
    pub(super) fn add(&mut self, id: StageId, work: Work, needs: Vec<StageId>) {
        if self.positions.contains_key(&id) {
            return;
        }
        let fingerprint = |need: &StageId| self.stages[self.positions[need]].fingerprint;
        let read = needs.iter().filter(|need| !need.kind().is_condition());
        let inputs: BTreeMap<String, Digest> = read.map(|need| (need.to_string(), fingerprint(need))).collect();
        let key = key::of(&work, &inputs);
        // The same as `Digest::of_json`, without a copy of the key.
        let fingerprint = Digest::of(key.to_string().as_bytes());
        self.positions.insert(id.clone(), self.stages.len());
        let freshness = Freshness::Stale { reason: StaleReason::New };
        self.stages.push(Stage { id, work, needs, key, fingerprint, freshness });
    }

    fn imports(&mut self) {
        for (name, import) in &self.recipe.imports {
            let work = Work::Import(ImportWork { model: name.clone(), import: import.clone() });
            self.add(StageId::new(StageKind::Import, name), work, Vec::new());
        }
    }

    /// Returns the stage that has the weights of a model in a repeat.
    fn weights_of(&self, model: &Name, repeat: u32) -> StageId {
        provider(&self.positions, StageKind::Train, model, repeat)
    }

    /// Returns the stage that has a tokenizer.
    fn tokenizer_of(&self, tokenizer: &Name) -> StageId {
        provider(&self.positions, StageKind::Tokenizer, tokenizer, 1)
    }

    fn compute(&self) -> Compute {
        let run = &self.recipe.run;
        Compute { device: run.device, precision: run.precision, threads: run.threads }
    }

    fn vocab_size(&self, tokenizer: Option<&Name>) -> u32 {
        tokenizer.and_then(|name| self.recipe.tokenizers.get(name)).map_or(0, Tokenizer::vocab_size)
    }
}

/// Returns the same ids, each once.
fn unique(mut ids: Vec<StageId>) -> Vec<StageId> {
    let mut seen = BTreeSet::new();
    ids.retain(|id| seen.insert(id.clone()));
    ids
}
