//! From a recipe to stages: what has to be done, in which order, and everything each stage depends on.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Digest, Name, StageId, StageKind};
use crate::plan::contamination::{contamination_id, evaluated, learned_datasets, lineage, measured, uncontaminated_id};
use crate::plan::key;
use crate::plan::ledger::{SourceState, Sources};
use crate::plan::spec::provider;
use crate::plan::stage::{Freshness, Stage};
use crate::plan::staleness::StaleReason;
use crate::plan::work::{
    AnalyseWork, CardWork, Compute, ContaminationWork, DatasetWork, EvaluateWork, GateWork, ImportWork, PublishWork,
    SampleWork, Sorter, TokenizerWork, TokensWork, TrainWork, UncontaminatedWork, Work,
};
use crate::plan::{Plan, facts};
use crate::recipe::Recipe;
use crate::recipe::classification::Classification;
use crate::recipe::contamination::OnFind;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::import::Import;
use crate::recipe::measured::Measured;
use crate::recipe::model::{Architecture, Model};
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

/// Returns the ids of the stages that check the gates, in the order of the recipe's list.
///
/// Gates have no names of their own: an id is the model, the evaluation and, from the second gate of the two on, a number.
fn gate_ids(recipe: &Recipe) -> Vec<StageId> {
    let mut seen: BTreeMap<(&Name, &Name), u32> = BTreeMap::new();
    let mut ids = Vec::with_capacity(recipe.gates.len());
    for gate in &recipe.gates {
        let n = seen.entry((&gate.model, &gate.evaluation)).or_insert(0);
        *n += 1;
        let name = match *n {
            1 => format!("{}/{}", gate.model, gate.evaluation),
            n => format!("{}/{}-{n}", gate.model, gate.evaluation),
        };
        ids.push(StageId::new(StageKind::Gate, name));
    }
    ids
}

/// Returns the id of the stage that encodes a dataset for a model.
fn read_tokens_id(
    recipe: &Recipe,
    dataset: &Name,
    tokenizer: &Name,
    classification: Option<&Classification>,
) -> StageId {
    match classification {
        None => tokens_id(dataset, tokenizer),
        Some(own) => labelled_tokens_id(recipe, dataset, tokenizer, &own.classes),
    }
}

/// A model that is measured.
#[derive(Clone, Copy)]
struct Subject<'a> {
    name: &'a Name,
    architecture: &'a Architecture,
    tokenizer: &'a Name,
    classification: Option<&'a Classification>,
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
    fn add(&mut self, id: StageId, work: Work, needs: Vec<StageId>) {
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

    fn data(&mut self) {
        for name in self.recipe.datasets_in_order() {
            self.dataset(name);
        }
        for (name, tokenizer) in &self.recipe.tokenizers {
            self.tokenizer(name, tokenizer);
        }
    }

    /// Adds what prepares a dataset, behind those it mixes and the models that sort it.
    fn dataset(&mut self, name: &Name) {
        let id = StageId::new(StageKind::Dataset, name);
        if self.positions.contains_key(&id) {
            return;
        }
        let recipe = self.recipe;
        let dataset = &recipe.datasets[name];
        let mut needs = Vec::new();
        for (mixed, _) in dataset.source.mixed() {
            self.dataset(mixed);
            needs.push(StageId::new(StageKind::Dataset, mixed));
        }
        let mut sorters = BTreeMap::new();
        for model in dataset.sorters() {
            if !sorters.contains_key(model) {
                let sorter = self.sorter(model);
                needs.extend([self.weights_of(model, 1), self.tokenizer_of(&sorter.tokenizer)]);
                sorters.insert(model.clone(), sorter);
            }
        }
        let mut seen = BTreeSet::new();
        needs.retain(|need| seen.insert(need.clone()));
        let empty = SourceState { digest: Digest::of(b""), files: 0, bytes: 0, tables: None };
        let state = self.sources.get(name).unwrap_or(&empty);
        let work = Work::Dataset(DatasetWork {
            name: name.clone(),
            dataset: dataset.clone(),
            source_digest: state.digest,
            seed: recipe.run.seed,
            tables: state.tables,
            sorters,
        });
        self.add(id, work, needs);
    }

    /// Returns a model that sorts a dataset, after everything it takes to train it was added.
    ///
    /// Its training is not held back: what it learned from can be compared with the evaluations only when the dataset is there.
    fn sorter(&mut self, name: &Name) -> Sorter {
        let recipe = self.recipe;
        let compute = self.compute();
        if let Some(Import { architecture, vocab_size, classification, .. }) = recipe.imports.get(name) {
            let (architecture, classification) = (architecture.clone(), classification.clone());
            return Sorter { architecture, vocab_size: *vocab_size, classification, tokenizer: name.clone(), compute };
        }
        let mut line: Vec<&Name> = std::iter::once(name).chain(recipe.ancestors(name)).collect();
        line.reverse();
        for name in line {
            let Some((name, model)) = recipe.models.get_key_value(name) else { continue };
            model.train.data.iter().for_each(|share| self.dataset(&share.dataset));
            if let Some(tokenizer) = recipe.tokenizers.get(&model.tokenizer) {
                self.tokenizer(&model.tokenizer, tokenizer);
            }
            self.train(name, model, 1);
        }
        let Model { architecture, tokenizer, .. } = &recipe.models[name];
        Sorter {
            architecture: architecture.clone(),
            vocab_size: self.vocab_size(tokenizer),
            classification: recipe.models[name].classification().cloned(),
            tokenizer: tokenizer.clone(),
            compute,
        }
    }

    /// Adds what makes a tokenizer, behind the one it extends.
    fn tokenizer(&mut self, name: &Name, tokenizer: &Tokenizer) {
        if matches!(tokenizer, Tokenizer::Imported { .. }) {
            return;
        }
        tokenizer.train_on().iter().for_each(|dataset| self.dataset(dataset));
        let mut needs: Vec<_> =
            tokenizer.train_on().iter().map(|dataset| StageId::new(StageKind::Dataset, dataset)).collect();
        let recipe = self.recipe;
        if let Some(base) = tokenizer.base()
            && let Some(extended) = recipe.tokenizers.get(base)
        {
            self.tokenizer(base, extended);
            needs.push(self.tokenizer_of(base));
        }
        let work = Work::Tokenizer(TokenizerWork { name: name.clone(), tokenizer: tokenizer.clone() });
        self.add(StageId::new(StageKind::Tokenizer, name), work, needs);
    }

    /// Adds the tokens of a dataset, with the labels of a classifier where one reads them.
    fn tokens(&mut self, dataset: &Name, tokenizer: &Name, classification: Option<&Classification>) -> StageId {
        let id = read_tokens_id(self.recipe, dataset, tokenizer, classification);
        let needs = vec![StageId::new(StageKind::Dataset, dataset), self.tokenizer_of(tokenizer)];
        let classes = classification.map(|classification| classification.classes.clone());
        let work = Work::Tokens(TokensWork { dataset: dataset.clone(), tokenizer: tokenizer.clone(), classes });
        self.add(id.clone(), work, needs);
        id
    }

    /// Every dataset that models learn from is looked through once, for the data of all evaluations together.
    fn contamination(&mut self) {
        let recipe = self.recipe;
        let evaluated = evaluated(recipe);
        if evaluated.is_empty() {
            return;
        }
        for dataset in learned_datasets(recipe) {
            let read: BTreeSet<&Name> = evaluated.iter().map(|split| &split.dataset).chain([dataset]).collect();
            let needs = read.into_iter().map(|dataset| StageId::new(StageKind::Dataset, dataset)).collect();
            let work = Work::Contamination(ContaminationWork {
                dataset: dataset.clone(),
                evaluated: evaluated.clone(),
                ngram: recipe.contamination.ngram,
                threshold: recipe.contamination.threshold,
            });
            self.add(contamination_id(dataset), work, needs);
        }
    }

    /// Holds every training back until it is known that nothing of the evaluations stands in the data of the lineage.
    fn uncontaminated(&mut self) {
        let recipe = self.recipe;
        for (name, _) in recipe.models_by_lineage() {
            let measured = measured(recipe, name);
            if measured.is_empty() {
                continue;
            }
            let lineage = lineage(recipe, name);
            let read: BTreeSet<&Name> = lineage.iter().flat_map(|learned| &learned.datasets).collect();
            let needs = read.into_iter().map(contamination_id).collect();
            let work = Work::Uncontaminated(UncontaminatedWork { lineage, measured });
            self.add(uncontaminated_id(name), work, needs);
        }
    }

    fn compute(&self) -> Compute {
        let run = &self.recipe.run;
        Compute { device: run.device, precision: run.precision, threads: run.threads }
    }

    fn vocab_size(&self, tokenizer: &Name) -> u32 {
        self.recipe.tokenizers.get(tokenizer).map_or(0, Tokenizer::vocab_size)
    }

    /// A child goes on from the parent of the same repeat; the data and the tokenizers are the same in all of them.
    fn training(&mut self, repeat: u32) {
        for (name, model) in self.recipe.models_by_lineage() {
            self.train(name, model, repeat);
        }
    }

    fn train(&mut self, name: &Name, model: &Model, repeat: u32) {
        let mut needs: Vec<_> = model
            .train
            .data
            .iter()
            .map(|share| self.tokens(&share.dataset, &model.tokenizer, model.classification()))
            .collect();
        needs.extend(model.base.iter().map(|base| self.weights_of(base, repeat)));
        needs.extend([uncontaminated_id(name)].into_iter().filter(|id| self.positions.contains_key(id)));
        let work = Work::Train(Box::new(TrainWork {
            model: name.clone(),
            tier: model.tier,
            base: model.base.clone(),
            architecture: model.architecture.clone(),
            vocab_size: self.vocab_size(&model.tokenizer),
            tokenizer: model.tokenizer.clone(),
            adapter: model.adapter.clone(),
            train: model.train.clone(),
            seed: self.recipe.run.seed_of(repeat),
            repeat,
            compute: self.compute(),
        }));
        self.add(StageId::new(StageKind::Train, name).of_repeat(repeat), work, needs);
    }

    /// Every model is measured on every evaluation: the columns of the ancestors' evaluations show what was forgotten.
    fn measurement(&mut self, repeat: u32) {
        let recipe = self.recipe;
        let measured = Measured::of(&recipe.models, recipe.imports.values());
        // What only sorts data is not compared with anything.
        let is_compared = |name: &Name| {
            let is_base = recipe.models.values().any(|model| model.base.as_ref() == Some(name));
            is_base || recipe.gates.iter().any(|gate| gate.rule.than() == Some(name))
        };
        for (name, import) in recipe.imports.iter().filter(|(name, _)| repeat == 1 && is_compared(name)) {
            for (evaluation_name, evaluation) in &recipe.evaluations {
                let Import { architecture, classification, .. } = import;
                let model = Subject { name, architecture, tokenizer: name, classification: classification.as_ref() };
                if measured.is(model.classification, evaluation) {
                    self.evaluate(model, repeat, evaluation_name, evaluation);
                }
            }
        }
        for (name, model) in recipe.models_by_lineage() {
            let Model { architecture, tokenizer, .. } = model;
            let subject = Subject { name, architecture, tokenizer, classification: model.classification() };
            for (evaluation_name, evaluation) in &recipe.evaluations {
                if measured.is_of(model, evaluation) {
                    self.evaluate(subject, repeat, evaluation_name, evaluation);
                }
            }
        }
    }

    /// A gate looks at every repeat of the models it names: it judges their means.
    fn judgement(&mut self) {
        let recipe = self.recipe;
        for (gate, id) in recipe.gates.iter().zip(gate_ids(recipe)) {
            let mut models = vec![&gate.model];
            models.extend(gate.rule.than());
            models.dedup();
            let measured = |model| {
                recipe.run.each_repeat().map(move |repeat| evaluate_id(model, &gate.evaluation).of_repeat(repeat))
            };
            // What is imported is measured once.
            let needs = models.into_iter().flat_map(measured).filter(|id| self.positions.contains_key(id)).collect();
            let metric = recipe.evaluations[&gate.evaluation].metric;
            self.spoken_of.entry(&gate.model).or_default().push(id.clone());
            self.add(id, Work::Gate(GateWork { gate: gate.clone(), metric }), needs);
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
            let needs = vec![StageId::new(StageKind::Train, &sample.model), self.tokenizer_of(&model.tokenizer)];
            let id = StageId::new(StageKind::Sample, name);
            self.spoken_of.entry(&sample.model).or_default().push(id.clone());
            self.add(id, work, needs);
        }
    }

    /// Adds the measurement of a model.
    fn evaluate(&mut self, model: Subject<'_>, repeat: u32, name: &Name, evaluation: &Evaluation) {
        let Subject { name: model, architecture, tokenizer, classification } = model;
        let tokens = self.tokens(&evaluation.dataset, tokenizer, classification);
        let work = Work::Evaluate(EvaluateWork {
            model: model.clone(),
            repeat,
            evaluation: name.clone(),
            metric: evaluation.metric,
            dataset: evaluation.dataset.clone(),
            split: evaluation.split,
            tokenizer: tokenizer.clone(),
            tokens: evaluation.tokens,
            architecture: architecture.clone(),
            vocab_size: self.vocab_size(tokenizer),
            classification: classification.cloned(),
            compute: self.compute(),
        });
        let needs = vec![self.weights_of(model, repeat), tokens];
        self.add(evaluate_id(model, name).of_repeat(repeat), work, needs);
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
                Work::Import(_)
                | Work::Dataset(_)
                | Work::Tokenizer(_)
                | Work::Tokens(_)
                | Work::Contamination(_)
                | Work::Uncontaminated(_)
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
            needs.push(self.tokenizer_of(&recipe.models[name].tokenizer));
            needs.push(StageId::new(StageKind::Card, name));
        }
        needs.extend(self.stages.iter().filter(|stage| is_requirement(stage.id.kind())).map(|stage| stage.id.clone()));
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
        let mut concerned = vec![self.tokenizer_of(&model.tokenizer)];
        for share in &model.train.data {
            concerned.push(StageId::new(StageKind::Dataset, &share.dataset));
            concerned.push(read_tokens_id(recipe, &share.dataset, &model.tokenizer, model.classification()));
        }
        for model in std::iter::once(name).chain(recipe.ancestors(name)) {
            concerned.push(StageId::new(StageKind::Import, model));
            // The card is that of the first repeat; the others say how much its own numbers are to be trusted.
            let repeats = recipe.run.each_repeat().filter(|repeat| *repeat == 1 || model == name);
            concerned.extend(repeats.map(|repeat| StageId::new(StageKind::Train, model).of_repeat(repeat)));
            let learned = recipe.models.get(model).into_iter().flat_map(|model| &model.train.data);
            concerned.extend(learned.map(|share| contamination_id(&share.dataset)));
            for evaluation in recipe.evaluations.keys() {
                let repeats = recipe.run.each_repeat();
                concerned.extend(repeats.map(|repeat| evaluate_id(model, evaluation).of_repeat(repeat)));
            }
        }
        concerned.extend(self.spoken_of.get(name).into_iter().flatten().cloned());
        let positions: BTreeSet<usize> = concerned.iter().filter_map(|id| self.positions.get(id)).copied().collect();
        positions.into_iter().map(|position| self.stages[position].id.clone()).collect()
    }
}

/// Returns whether nothing is published when a stage of this kind fails, though the models themselves are there.
fn is_requirement(kind: StageKind) -> bool {
    kind == StageKind::Gate || kind.is_condition()
}
