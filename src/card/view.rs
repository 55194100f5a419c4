//! The facts as the template shows them: tables of words, in the order of the card.

use serde::Serialize;

use crate::card::classes::{self, ClassesView};
use crate::card::evaluation::{EvaluationView, RepeatsView, forgetting, matrix, repeats};
use crate::card::facts::{CardFacts, DataFacts};
use crate::card::how;
use crate::card::made_of::made_of;
use crate::card::network;
use crate::card::number::{bytes, count, decimal, percent};
use crate::id::Digest;
use crate::recipe::contamination::{Allow, Allowed};
use crate::recipe::model::{Adapter, AdapterThen, ParentAdapter};
use crate::recipe::training::{Budget, EarlyStopMetric};
use crate::record::report::TrainingReport;
use crate::record::{Exposure, Machine};

/// What is said, and what it is.
type Line = (&'static str, String);

/// The facts as the template shows them.
#[derive(Debug, Serialize)]
pub(super) struct View {
    title: String,
    description: String,
    tier: &'static str,
    recipe: String,
    size_class: &'static str,
    is_published: bool,
    lineage: Vec<AncestorView>,
    model: Vec<Line>,
    data: Vec<DataView>,
    training: Vec<Line>,
    verdict: Option<String>,
    evaluations: Vec<EvaluationView>,
    models: Vec<String>,
    forgetting: Vec<String>,
    classes: Option<ClassesView>,
    is_classifier: bool,
    contamination: Vec<ExposureView>,
    unknown: Vec<String>,
    allowed: Vec<Allowance>,
    repeats: Option<RepeatsView>,
    gates: Vec<GateView>,
    samples: Vec<SampleView>,
    provenance: Vec<Line>,
}

#[derive(Debug, Serialize)]
struct AncestorView {
    name: String,
    tier: &'static str,
    weights: String,
}

#[derive(Debug, Serialize)]
struct DataView {
    name: String,
    share: String,
    size: Option<String>,
    steps: Vec<StepView>,
    splits: Vec<SplitView>,
}

#[derive(Debug, Serialize)]
struct StepView {
    step: String,
    records_in: String,
    records_out: String,
    changed: String,
    counts: String,
}

#[derive(Debug, Serialize)]
struct SplitView {
    split: &'static str,
    records: String,
    size: String,
    tokens: String,
}

#[derive(Debug, Serialize)]
struct ExposureView {
    evaluation: String,
    verdict: String,
}

#[derive(Debug, Serialize)]
struct Allowance {
    what: String,
    why: String,
}

#[derive(Debug, Serialize)]
struct GateView {
    requirement: String,
    outcome: &'static str,
    explanation: String,
}

#[derive(Debug, Serialize)]
struct SampleView {
    prompt: String,
    text: String,
    how: String,
}

impl View {
    pub(super) fn of(facts: &CardFacts) -> Self {
        let lineage = facts.lineage.iter().map(|ancestor| AncestorView {
            name: ancestor.name.clone(),
            tier: ancestor.tier.word(),
            weights: short(ancestor.weights),
        });
        let gates = facts.gates.iter().map(|gate| GateView {
            requirement: gate.gate.evaluation.to_string(),
            outcome: if gate.passed { "passed" } else { "failed" },
            explanation: gate.explanation.clone(),
        });
        let (models, evaluations) = matrix(facts);
        Self {
            title: facts.name.clone(),
            description: facts.description.clone(),
            tier: facts.tier.word(),
            recipe: facts.recipe.to_string(),
            size_class: size_class(facts.parameters()),
            is_published: facts.is_published,
            lineage: lineage.collect(),
            model: model(facts),
            data: facts.data.iter().filter(|data| data.report.is_some() || data.tokens.is_some()).map(data).collect(),
            training: facts.training.as_ref().map(|report| training(facts, report)).unwrap_or_default(),
            verdict: facts.training.as_ref().and_then(verdict),
            evaluations,
            models,
            forgetting: forgetting(facts),
            classes: facts.evaluations.iter().find_map(classes::view),
            is_classifier: facts.train.objective.classification().is_some(),
            contamination: facts.contamination.iter().map(exposure).collect(),
            unknown: facts.unknown.clone(),
            allowed: facts.allow.iter().map(allowance).collect(),
            repeats: repeats(facts),
            gates: gates.collect(),
            samples: facts.samples.iter().map(sample).collect(),
            provenance: provenance(facts),
        }
    }
}

/// Returns the class of a model by its number of parameters: small up to 10^6, large from 10^9.
pub(super) fn size_class(parameters: u64) -> &'static str {
    match parameters {
        0..=1_000_000 => "small",
        1_000_001..1_000_000_000 => "medium",
        _ => "large",
    }
}

/// Returns in words whether the model learned the rule or only its training data; nothing where that was not judged.
fn verdict(report: &TrainingReport) -> Option<String> {
    let told = report.overfitting.as_ref()?;
    let diverged = report.diverged_since.map(|step| format!(". The training loss ran away at step {}", count(step)));
    Some(format!("{told}{}", diverged.unwrap_or_default()))
}

fn model(facts: &CardFacts) -> Vec<Line> {
    let mut lines =
        vec![("Architecture", facts.architecture.word().to_owned()), ("Parameters", count(facts.parameters()))];
    lines.extend(network::lines(&facts.architecture));
    if facts.architecture.modality().has_tokens() {
        lines.push(("Context", format!("{} tokens", count(u64::from(facts.architecture.context())))));
        lines.push(("Vocabulary", format!("{} tokens", count(u64::from(facts.vocab_size)))));
    }
    lines.extend(facts.tokenizer.as_ref().map(|tokenizer| ("Tokenizer", tokenizer.to_string())));
    lines.extend(facts.teacher.as_ref().map(|teacher| ("Teacher", teacher.clone())));
    lines.extend(facts.adapter.as_ref().map(|adapter| ("Adapter", adapter_words(adapter))));
    lines.extend(facts.train.objective.classification().map(|own| ("Classes", classes::words(own))));
    lines.extend(made_of(facts).map(|words| ("Made of", words)));
    lines
}

fn adapter_words(adapter: &Adapter) -> String {
    let Adapter::Lora { rank, alpha, dropout, targets, then, parent } = adapter;
    let then = match then {
        AdapterThen::Merge => "merged into the weights",
        AdapterThen::Keep => "kept beside the weights under it",
    };
    let parent = match parent {
        None => "",
        Some(ParentAdapter::Merge) => ", after the parent's was merged",
        Some(ParentAdapter::Continue) => ", the parent's trained on",
        Some(ParentAdapter::Stack) => ", on top of the parent's",
    };
    let dropout = if *dropout > 0.0 { format!(", dropout {}", percent(*dropout)) } else { String::new() };
    let targets = if targets.is_empty() { String::new() } else { format!(" on {}", targets.join(", ")) };
    format!("LoRA of rank {rank}{targets}, alpha {alpha}{dropout}{parent}, {then}")
}

fn data(data: &DataFacts) -> DataView {
    let DataFacts { dataset, share, source_digest, report, tokens } = data;
    let size = report.as_ref().map(|report| {
        let digest = source_digest.map(|digest| format!(", digest {}", digest.short())).unwrap_or_default();
        let bad = match report.bad_rows {
            0 => String::new(),
            1 => ", 1 row that could not be read left out".to_owned(),
            n => format!(", {} rows that could not be read left out", count(n)),
        };
        format!("{} files, {}{digest}{bad}", count(report.files), bytes(report.source_bytes))
    });
    let steps = report.iter().flat_map(|report| &report.steps).map(|step| StepView {
        step: step.step.clone(),
        records_in: count(step.records_in),
        records_out: count(step.records_out),
        changed: count(step.changed),
        counts: step.counts.iter().map(|(what, n)| format!("{what} {}", count(*n))).collect::<Vec<_>>().join(", "),
    });
    let splits = report.iter().flat_map(|report| &report.splits).map(|(name, split)| SplitView {
        split: name.word(),
        records: count(split.records),
        size: bytes(split.bytes),
        tokens: tokens.as_ref().and_then(|report| report.tokens.get(name)).map_or(String::new(), |n| count(*n)),
    });
    DataView {
        name: dataset.to_string(),
        share: percent(*share),
        size,
        steps: steps.collect(),
        splits: splits.collect(),
    }
}

fn training(facts: &CardFacts, report: &TrainingReport) -> Vec<Line> {
    let TrainingReport {
        parameters: _, // Stands with the model.
        trainable_parameters,
        steps,
        tokens,
        best_step,
        train_loss,
        validation_loss,
        stopped_early,
        validation_accuracy,
        classes: _,        // Stand with the model.
        overfitting: _,    // Has its own line.
        diverged_since: _, // Stands there, too.
    } = report;
    let (objective, unit) = (facts.train.objective.words(), facts.train.objective.loss_unit());
    let budget = match facts.train.budget {
        Budget::Steps(steps) => format!("{} steps", count(steps)),
        Budget::Epochs(epochs) => format!("{epochs} epochs"),
        Budget::Tokens(tokens) => format!("{} tokens", count(tokens)),
    };
    let repeated = facts.validation_loss.as_ref().map(|losses| {
        let words = losses.words(decimal);
        ("Validation loss of all repeats", format!("{words} {unit}, {} trainings", count(losses.n as u64)))
    });
    let ended = match (stopped_early, facts.train.early_stop.as_ref().map(|stop| stop.metric)) {
        (false, _) => "spent",
        (true, Some(EarlyStopMetric::Overfitting)) => "ended early, the model began to overfit",
        (true, Some(EarlyStopMetric::ValidationLoss) | None) => "ended early, the validation loss no longer fell",
    };
    let mut lines = vec![
        ("Objective", objective),
        ("Trained parameters", count(*trainable_parameters)),
        ("Budget", format!("{budget}, {ended}")),
        ("Steps", format!("{}, weights of step {} kept", count(*steps), count(*best_step))),
        ("Tokens seen", count(*tokens)),
        ("Tokens a step", count(u64::from(facts.train.batch_tokens))),
        ("Optimizer", how::optimizer(&facts.train.optimizer)),
        ("Schedule", how::schedule(&facts.train.schedule)),
        ("Last training loss", format!("{} {unit}", decimal(*train_loss))),
        ("Validation loss", format!("{} {unit}", decimal(*validation_loss))),
    ];
    lines.extend(how::particulars(&facts.train));
    lines.extend(validation_accuracy.map(|accuracy| ("Validation accuracy", percent(accuracy))));
    lines.extend(repeated);
    lines
}

fn exposure(exposure: &Exposure) -> ExposureView {
    ExposureView { evaluation: exposure.measured.evaluation.to_string(), verdict: exposure.to_string() }
}

fn allowance(allow: &Allow) -> Allowance {
    let Allow { evaluation, what, reason } = allow;
    let what = match what {
        Allowed::Document(pattern) => format!("documents {pattern}"),
        Allowed::Text(text) => format!("the text “{text}”"),
    };
    let of = evaluation.as_ref().map(|evaluation| format!(" of {evaluation}")).unwrap_or_default();
    Allowance { what: format!("{what}{of}"), why: reason.clone().unwrap_or_default() }
}

fn sample(report: &crate::record::report::SampleReport) -> SampleView {
    let sampling = &report.sampling;
    let how = if sampling.temperature == 0.0 {
        "always the likeliest token".to_owned()
    } else {
        format!(
            "temperature {}, top-k {}, top-p {}, seed {}",
            sampling.temperature, sampling.top_k, sampling.top_p, sampling.seed
        )
    };
    SampleView {
        prompt: report.prompt.clone(),
        text: report.text.clone(),
        how: format!("{} tokens, {how}", count(report.tokens)),
    }
}

fn provenance(facts: &CardFacts) -> Vec<Line> {
    let mut lines = Vec::new();
    lines.extend(facts.fingerprint.map(|digest| ("Fingerprint of the training", digest.to_string())));
    lines.extend(facts.weights.map(|digest| ("Weights", digest.to_string())));
    lines.extend(facts.tokenizer_digest.map(|digest| ("Tokenizer", digest.to_string())));
    lines.push(("Seed", facts.seed.to_string()));
    lines.extend(repeats(facts).map(|repeats| ("Seeds of all repeats", repeats.seeds)));
    if let Some(machine) = &facts.machine {
        let Machine { pedigree, burn, libtorch, device, cpu_capability, threads, cpu, platform, host: _ } = machine;
        lines.push(("Software", format!("pedigree {pedigree}, burn {burn}, libtorch {libtorch}")));
        let threads = if *threads == 1 { "1 thread".to_owned() } else { format!("{threads} threads") };
        lines.push(("Computed on", format!("{device}, {cpu_capability}, {threads}, {cpu}, {platform}")));
    }
    lines
}

fn short(digest: Option<Digest>) -> String {
    digest.map(|digest| digest.short()).unwrap_or_default()
}
