//! Cards: gathers what the stages of a run have found out about a model.
//!
//! Looks only at what the card's stage needs, so that its fingerprint tells when the card changes.

use std::collections::BTreeSet;

use crate::card::{Ancestor, CardFacts, DataFacts, EvaluationFacts, ModelValue, render};
use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::execute::inline::recipe_facts::RecipeFacts;
use crate::execute::intake::report;
use crate::id::{Digest, Name, StageId};
use crate::plan::contamination::contamination_id;
use crate::plan::work::{CardWork, EvaluateWork, ImportWork, TrainWork};
use crate::plan::{Outputs, Stage, Work};
use crate::recipe::Reference;
use crate::recipe::training::DataShare;
use crate::record::contamination::{ContaminationReport, Learned, Measured, exposure};
use crate::record::report::{EvaluationReport, TrainingReport};
use crate::record::{Exposure, Machine, Repeated};

/// Writes the card of a model; returns `README.md`.
pub(super) async fn work(inline: &Inline<'_>, stage: &Stage, work: &CardWork) -> Result<Outputs, ExecuteError> {
    let gathered = Gathered::of(inline, stage);
    let train = gathered.train(&work.model)?;
    let machine = machine(inline, train.stage).await?;
    let facts = gathered.facts(&train, work, machine)?;
    let text = render(&facts)?;
    Ok(Outputs::from([("README.md".to_owned(), inline.artifacts.put_bytes(text.as_bytes())?)]))
}

/// Returns what a stage was done on, whether in this run or in the one it was taken from.
async fn machine(inline: &Inline<'_>, stage: &Stage) -> Result<Option<Machine>, ExecuteError> {
    Ok(inline.store.machine_of(inline.run, &stage.id).await?)
}

/// The stages a card needs, and what came out of them.
struct Gathered<'a> {
    inline: &'a Inline<'a>,
    card: &'a StageId,
    needs: Vec<&'a Stage>,
}

/// A training among them.
struct Training<'a> {
    stage: &'a Stage,
    work: &'a TrainWork,
}

/// An ancestor of a model: trained by this recipe, or taken from outside of it.
enum Origin<'a> {
    Trained(Training<'a>),
    Imported(&'a ImportWork),
}

impl Origin<'_> {
    fn model(&self) -> &Name {
        match self {
            Self::Trained(train) => &train.work.model,
            Self::Imported(work) => &work.model,
        }
    }
}

impl<'a> Gathered<'a> {
    fn of(inline: &'a Inline<'a>, card: &'a Stage) -> Self {
        let needs = card.needs.iter().filter_map(|need| inline.by_id.get(need).copied()).collect();
        Self { inline, card: &card.id, needs }
    }

    /// Returns the training of a model whose weights are its own: that of the first repeat.
    fn train(&self, model: &Name) -> Result<Training<'a>, ExecuteError> {
        let found = self.needs.iter().find_map(|stage| {
            let Work::Train(work) = &stage.work else { return None };
            (work.model == *model && work.repeat == 1).then_some(Training { stage, work })
        });
        found.ok_or_else(|| ExecuteError::Lacks { stage: self.card.clone(), name: format!("train:{model}") })
    }

    fn facts(
        &self,
        train: &Training<'_>,
        card: &CardWork,
        machine: Option<Machine>,
    ) -> Result<CardFacts, ExecuteError> {
        let recipe = RecipeFacts::of(self.card, card)?;
        let TrainWork {
            model,
            tier,
            architecture,
            vocab_size,
            tokenizer,
            adapter,
            train: how,
            seed,
            teacher: _, // It is named in how the model learned.
            repeat: _,
            base: _,
            features: _,
            media_steps: _,
            compute: _,
        } = train.work;
        let lineage = self.lineage(train)?;
        let taught = self.taught(train, &lineage)?;
        let models: Vec<&Name> = std::iter::once(model).chain(lineage.iter().map(Origin::model)).collect();
        Ok(CardFacts {
            name: recipe.zoo_name(model),
            is_published: recipe.publish.is_some(),
            recipe: self.inline.plan.recipe.clone(),
            model: model.clone(),
            tier: *tier,
            teacher: how.objective.teacher().map(|teacher| match self.import(teacher) {
                Some(work) => work.import.reference.to_string(),
                None => recipe.zoo_name(teacher),
            }),
            lineage: lineage.iter().flat_map(|origin| self.ancestors(&recipe, origin)).collect(),
            description: recipe.description,
            license: recipe.license,
            tags: recipe.tags,
            hub_base: lineage.iter().find_map(hub_base),
            architecture: architecture.clone(),
            vocab_size: *vocab_size,
            tokenizer: tokenizer.clone(),
            adapter: adapter.clone(),
            train: how.clone(),
            seed: *seed,
            seeds: self.seeds(model),
            training: self.report(train.stage, "training.json").transpose()?,
            validation_loss: self.validation_loss(model)?,
            data: how.data.iter().map(|share| self.data(share, tokenizer.as_ref())).collect::<Result<_, _>>()?,
            contamination: self.contamination(train, lineage.iter().chain(&taught))?,
            unknown: lineage.iter().chain(&taught).filter_map(unknown_data).collect(),
            allow: recipe.allow,
            evaluations: self.evaluations(&models)?,
            gates: self.reports(|work| matches!(work, Work::Gate(_)), "gate.json")?,
            samples: self.reports(|work| matches!(work, Work::Sample(_)), "sample.json")?,
            fingerprint: Some(train.stage.fingerprint),
            weights: self.digest(train.stage, "model.safetensors"),
            tokenizer_digest: tokenizer.as_ref().and_then(|tokenizer| self.tokenizer_digest(tokenizer)),
            machine,
        })
    }

    /// Returns the seeds of all trainings of a model; none where it was trained once.
    fn seeds(&self, model: &Name) -> Vec<u64> {
        let seed = |stage: &&Stage| {
            let Work::Train(work) = &stage.work else { return None };
            (work.model == *model).then_some(work.seed)
        };
        let seeds: Vec<u64> = self.needs.iter().filter_map(seed).collect();
        if seeds.len() > 1 { seeds } else { Vec::new() }
    }

    /// Returns the validation losses of all trainings of a model; none where it was trained once.
    fn validation_loss(&self, model: &Name) -> Result<Option<Repeated>, ExecuteError> {
        let is_its = |work: &Work| matches!(work, Work::Train(work) if work.model == *model);
        let reports: Vec<TrainingReport> = self.reports(is_its, "training.json")?;
        let losses = reports.iter().map(|report| report.validation_loss).collect();
        Ok(Repeated::of(losses).filter(|losses| losses.n > 1))
    }

    /// Returns the ancestors, the nearest first; only the last one may be an import.
    fn lineage(&self, train: &Training<'a>) -> Result<Vec<Origin<'a>>, ExecuteError> {
        let mut lineage: Vec<Origin<'a>> = Vec::new();
        let mut next = train.work.base.as_ref();
        while let Some(parent) = next {
            if let Some(work) = self.import(parent) {
                lineage.push(Origin::Imported(work));
                break;
            }
            let parent = self.train(parent)?;
            next = parent.work.base.as_ref();
            lineage.push(Origin::Trained(parent));
        }
        Ok(lineage)
    }

    /// Returns the teacher, and what is before it and before the ancestors: the models beside the lineage that have a part in a model.
    fn taught(&self, train: &Training<'a>, lineage: &[Origin<'a>]) -> Result<Vec<Origin<'a>>, ExecuteError> {
        fn before(work: &TrainWork) -> impl Iterator<Item = &Name> {
            work.base.iter().chain(work.train.objective.teacher())
        }
        let mut seen: BTreeSet<&Name> =
            std::iter::once(&train.work.model).chain(lineage.iter().map(Origin::model)).collect();
        let of_lineage = lineage.iter().filter_map(|origin| match origin {
            Origin::Trained(train) => Some(train.work),
            Origin::Imported(_) => None,
        });
        let mut open: Vec<&Name> = std::iter::once(train.work).chain(of_lineage).flat_map(before).collect();
        let mut taught = Vec::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            match self.import(name) {
                Some(work) => taught.push(Origin::Imported(work)),
                None => {
                    let trained = self.train(name)?;
                    open.extend(before(trained.work));
                    taught.push(Origin::Trained(trained));
                }
            }
        }
        Ok(taught)
    }

    fn import(&self, model: &Name) -> Option<&'a ImportWork> {
        self.needs.iter().find_map(|stage| {
            let Work::Import(work) = &stage.work else { return None };
            (work.model == *model).then_some(work)
        })
    }

    /// Returns an ancestor as the card names it; an import brings its own ancestors.
    fn ancestors(&self, recipe: &RecipeFacts, origin: &Origin<'_>) -> Vec<Ancestor> {
        match origin {
            Origin::Trained(train) => {
                let TrainWork { model, tier, adapter, .. } = train.work;
                let weights = self.digest(train.stage, "model.safetensors");
                vec![Ancestor { name: recipe.zoo_name(model), tier: *tier, weights, adapter: adapter.clone() }]
            }
            Origin::Imported(ImportWork { import, .. }) => Ancestor::imported(import),
        }
    }

    fn data(&self, share: &DataShare, tokenizer: Option<&Name>) -> Result<DataFacts, ExecuteError> {
        let DataShare { dataset, weight } = share;
        let is_tokens = |work: &Work| matches!(work, Work::Tokens(work) if work.dataset == *dataset && Some(&work.tokenizer) == tokenizer);
        let is_dataset = |work: &Work| matches!(work, Work::Dataset(work) if work.name == *dataset);
        let source_digest = self.needs.iter().find_map(|stage| {
            let Work::Dataset(work) = &stage.work else { return None };
            (work.name == *dataset).then_some(work.source_digest)
        });
        Ok(DataFacts {
            dataset: dataset.clone(),
            share: *weight,
            source_digest,
            report: self.reports(is_dataset, "report.json")?.pop(),
            tokens: self.reports(is_tokens, "report.json")?.pop(),
        })
    }

    /// Returns what was measured, by evaluation, of the models in the order given.
    fn evaluations(&self, models: &[&Name]) -> Result<Vec<EvaluationFacts>, ExecuteError> {
        let mut facts: Vec<EvaluationFacts> = Vec::new();
        for model in models {
            for stage in &self.needs {
                let Work::Evaluate(work) = &stage.work else { continue };
                if work.model != **model || work.repeat != 1 {
                    continue;
                }
                let Some(value) = self.value(work)? else { continue };
                // The first of the models is that of the card.
                let told: Option<EvaluationReport> = match models.first() == Some(model) {
                    true => self.report(stage, "metrics.json").transpose()?,
                    false => None,
                };
                let classification = told.and_then(|report| report.classification).map(|report| *report);
                match facts.iter_mut().find(|known| known.evaluation == work.evaluation) {
                    Some(known) => known.values.push(value),
                    None => facts.push(EvaluationFacts {
                        evaluation: work.evaluation.clone(),
                        metric: work.metric,
                        dataset: work.dataset.clone(),
                        split: work.split,
                        values: vec![value],
                        classification,
                    }),
                }
            }
        }
        Ok(facts)
    }

    /// Returns what the model and its ancestors have learned of the evaluations' data, where it was looked for.
    fn contamination<'o>(
        &self,
        train: &Training<'_>,
        before: impl Iterator<Item = &'o Origin<'o>>,
    ) -> Result<Vec<Exposure>, ExecuteError> {
        let reports: Vec<ContaminationReport> =
            self.reports(|work| matches!(work, Work::Contamination(_)), "contamination.json")?;
        if reports.is_empty() {
            return Ok(Vec::new());
        }
        let reports = reports.into_iter().map(|report| (report.dataset.clone(), report)).collect();
        let learned = |train: &Training<'_>| Learned {
            model: train.work.model.clone(),
            datasets: train.work.train.data.iter().map(|share| share.dataset.clone()).collect(),
        };
        // What an imported model has read is not known here.
        let trained = before.filter_map(|origin| match origin {
            Origin::Trained(train) => Some(train),
            Origin::Imported(_) => None,
        });
        let lineage: Vec<Learned> = std::iter::once(train).chain(trained).map(learned).collect();
        let measured = self.needs.iter().filter_map(|stage| {
            let Work::Evaluate(work) = &stage.work else { return None };
            (work.model == train.work.model && work.repeat == 1).then(|| Measured {
                evaluation: work.evaluation.clone(),
                dataset: work.dataset.clone(),
                split: work.split,
            })
        });
        Ok(measured.filter_map(|measured| exposure(&lineage, &measured, &reports, contamination_id)).collect())
    }

    /// Returns what was measured of a model, with all its repeats where there are more than one.
    fn value(&self, first: &EvaluateWork) -> Result<Option<ModelValue>, ExecuteError> {
        let (model, evaluation) = (&first.model, &first.evaluation);
        let is_it = |work: &Work| matches!(work, Work::Evaluate(work) if work.model == *model && work.evaluation == *evaluation);
        let reports: Vec<EvaluationReport> = self.reports(is_it, "metrics.json")?;
        let repeats = Repeated::of(reports.iter().map(|report| report.value).collect());
        Ok(repeats.map(|repeats| ModelValue {
            model: model.clone(),
            value: repeats.values[0],
            interval: reports.first().and_then(|report| report.interval),
            repeats: Some(repeats).filter(|repeats| repeats.n > 1),
        }))
    }

    fn tokenizer_digest(&self, tokenizer: &Name) -> Option<Digest> {
        let is_it = |stage: &&&Stage| match &stage.work {
            Work::Tokenizer(work) => work.name == *tokenizer,
            Work::Import(work) => work.model == *tokenizer,
            Work::Dataset(_)
            | Work::Tokens(_)
            | Work::Contamination(_)
            | Work::Uncontaminated(_)
            | Work::Train(_)
            | Work::Evaluate(_)
            | Work::Sample(_)
            | Work::Gate(_)
            | Work::Analyse(_)
            | Work::Card(_)
            | Work::Publish(_) => false,
        };
        self.digest(self.needs.iter().find(is_it)?, "tokenizer.json")
    }

    fn digest(&self, stage: &Stage, name: &str) -> Option<Digest> {
        self.inline.outputs.get(&stage.id)?.get(name).map(|artifact| artifact.digest)
    }

    fn reports<T: serde::de::DeserializeOwned>(
        &self,
        fits: impl Fn(&Work) -> bool,
        name: &str,
    ) -> Result<Vec<T>, ExecuteError> {
        let stages = self.needs.iter().filter(|stage| fits(&stage.work));
        stages.filter_map(|stage| self.report(stage, name)).collect()
    }

    /// Returns a report of a stage, or `None` where the stage has made no such output.
    fn report<T: serde::de::DeserializeOwned>(&self, stage: &Stage, name: &str) -> Option<Result<T, ExecuteError>> {
        let outputs = self.inline.outputs.get(&stage.id).filter(|outputs| outputs.contains_key(name))?;
        Some(report(self.inline.artifacts, &stage.id, outputs, name))
    }
}

/// Returns what an ancestor is called whose training data is not known.
fn unknown_data(ancestor: &Origin<'_>) -> Option<String> {
    match ancestor {
        Origin::Trained(_) => None,
        Origin::Imported(work) => Some(work.import.reference.to_string()),
    }
}

/// Returns the model of the Hub that an ancestor is, if it is one.
fn hub_base(ancestor: &Origin<'_>) -> Option<String> {
    match ancestor {
        Origin::Trained(_) => None,
        Origin::Imported(work) => match &work.import.reference {
            Reference::Hub { owner, model, .. } => Some(format!("{owner}/{model}")),
            Reference::Zoo { .. } => None,
        },
    }
}
