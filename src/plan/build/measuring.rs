//! What is measured of models, and what is made of the measurements: verdicts, samples, analyses.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{Name, StageId, StageKind};
use crate::plan::beside::Beside;
use crate::plan::build::data::Reader;
use crate::plan::build::{Builder, evaluate_id, unique};
use crate::plan::stage::Stage;
use crate::plan::work::{AnalyseWork, EvaluateWork, GateWork, Judge, SampleWork, Work};
use crate::recipe::Recipe;
use crate::recipe::evaluation::Evaluation;
use crate::recipe::import::Import;
use crate::recipe::measured::Measured;
use crate::recipe::objective::Objective;
use crate::recipe::training::Attention;

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

impl Builder<'_> {
    /// Every model is measured on every evaluation: the columns of the ancestors' evaluations show what was forgotten.
    pub(super) fn measurement(&mut self, repeat: u32) {
        let recipe = self.recipe;
        let measured = Measured::of(&recipe.models, recipe.imports.values(), Some(&recipe.datasets));
        // What only sorts data is not compared with anything.
        let is_compared = |name: &Name| {
            let is_base = recipe.models.values().any(|model| model.base.as_ref() == Some(name));
            is_base || recipe.gates.iter().any(|gate| gate.rule.than() == Some(name))
        };
        for (name, import) in recipe.imports.iter().filter(|(name, _)| repeat == 1 && is_compared(name)) {
            for (evaluation_name, evaluation) in &recipe.evaluations {
                let Import { architecture, classification, .. } = import;
                if measured.is(import, evaluation) {
                    let (classification, objective) = (classification.as_ref(), import.objective());
                    let tokenizer = Some(name).filter(|_| architecture.modality().has_tokens());
                    let model = Reader { architecture, tokenizer, objective: objective.as_ref(), classification };
                    self.evaluate(name, model, repeat, evaluation_name, evaluation);
                }
            }
        }
        for (name, model) in recipe.models_by_lineage() {
            for (evaluation_name, evaluation) in &recipe.evaluations {
                if measured.is_of(model, evaluation) {
                    self.evaluate(name, Reader::of(model), repeat, evaluation_name, evaluation);
                }
            }
        }
    }

    /// Adds the measurement of a model.
    fn evaluate(&mut self, model: &Name, reader: Reader<'_>, repeat: u32, name: &Name, evaluation: &Evaluation) {
        let Reader { architecture, tokenizer, objective, classification } = reader;
        let mut needs = vec![self.weights_of(model, repeat)];
        if evaluation.task.is_none() {
            let beside = Beside::of_measured(evaluation.metric, objective, classification);
            needs.extend(self.read_with(&evaluation.dataset, reader, beside));
        }
        if evaluation.task.is_some() || evaluation.robustness.is_some() {
            needs.push(StageId::new(StageKind::Dataset, &evaluation.dataset));
        }
        let spoils_texts = evaluation.robustness.as_ref().is_some_and(|spoiling| !spoiling.is_of_features());
        if let Some(tokenizer) = tokenizer
            && (evaluation.task.is_some() || spoils_texts || evaluation.metric.counts_bytes())
        {
            needs.push(self.tokenizer_of(tokenizer));
        }
        let by = evaluation.by.as_ref().and_then(|by| self.judge(by, repeat));
        needs.extend(by.iter().map(|by| by.weights.clone()));
        let work = Work::Evaluate(EvaluateWork {
            model: model.clone(),
            repeat,
            evaluation: name.clone(),
            metric: evaluation.metric,
            dataset: evaluation.dataset.clone(),
            split: evaluation.split,
            tokenizer: tokenizer.cloned(),
            objective: objective.cloned(),
            attention: self.attention_of(model, objective),
            features: self.recipe.datasets.get(&evaluation.dataset).and_then(|dataset| dataset.features.clone()),
            tokens: match evaluation.records {
                Some(records) => records.saturating_mul(u64::from(architecture.context())),
                None => evaluation.tokens,
            },
            k: evaluation.metric.has_k().then(|| evaluation.places()),
            task: evaluation.task.clone(),
            robustness: evaluation.robustness.clone(),
            by,
            architecture: architecture.clone(),
            vocab_size: self.vocab_size(tokenizer),
            classification: classification.cloned(),
            compute: self.compute(),
        });
        self.add(evaluate_id(model, name).of_repeat(repeat), work, unique(needs));
    }

    /// Returns what a token looks at where hidden ones are found as the model learnt to find them.
    fn attention_of(&self, model: &Name, objective: Option<&Objective>) -> Attention {
        match (objective, self.recipe.models.get(model)) {
            (Some(Objective::MaskedLm(_)), Some(model)) => model.train.attention,
            _ => Attention::default(),
        }
    }

    /// Returns the classifier that judges what a model makes: the one of the same repeat.
    fn judge(&self, name: &Name, repeat: u32) -> Option<Judge> {
        let model = self.recipe.models.get(name)?;
        let (architecture, classification) = (model.architecture.clone(), model.classification()?.clone());
        Some(Judge { weights: self.weights_of(name, repeat), architecture, classification })
    }

    /// A gate looks at every repeat of the models it names: it judges their means.
    pub(super) fn judgement(&mut self) {
        let recipe = self.recipe;
        for (gate, id) in recipe.gates.iter().zip(gate_ids(recipe)) {
            let mut models = vec![&gate.model];
            models.extend(gate.rule.than());
            models.extend(recipe.ancestors(&gate.model).filter(|_| gate.rule.looks_at_ancestors()));
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
            // What writes reads tokens.
            let Some(tokenizer) = &model.tokenizer else { continue };
            let work = Work::Sample(SampleWork {
                name: name.clone(),
                sample: sample.clone(),
                tokenizer: tokenizer.clone(),
                architecture: model.architecture.clone(),
                vocab_size: self.vocab_size(Some(tokenizer)),
                compute: self.compute(),
            });
            let needs = vec![StageId::new(StageKind::Train, &sample.model), self.tokenizer_of(tokenizer)];
            let id = StageId::new(StageKind::Sample, name);
            self.spoken_of.entry(&sample.model).or_default().push(id.clone());
            self.add(id, work, needs);
        }
    }

    /// An analysis reads what was measured of its models, and what it cost to train them and their ancestors.
    pub(super) fn analyses(&mut self) {
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
}
