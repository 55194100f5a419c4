//! Reads `train`.

use crate::recipe::code::Code;
use crate::recipe::problem::Place;
use crate::recipe::read::classification::classification;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::node::Value;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::training::{
    Attention, Budget, Checkpointing, DataShare, EarlyStop, EarlyStopMetric, Objective, Optimizer, Schedule, Train,
    Validate,
};

/// The tokens of an optimizer step where the recipe says nothing: 16 rows of the context.
const DEFAULT_ROWS: u32 = 16;

/// Reads `train`; `batch-tokens` stays 0 where it depends on a context that is not known yet.
pub fn train(reader: &mut Reader, at: &At<'_>, context: Option<u32>) -> Option<Train> {
    let mut fields = Fields::open(reader, at)?;
    let objective = fields.or(reader, "objective", Objective::default(), objective);
    let data = fields.need(reader, "data").and_then(|at| data(reader, &at));
    let budget = fields.need(reader, "budget").and_then(|at| budget(reader, &at));
    let default_batch = context.map_or(0, |context| DEFAULT_ROWS.saturating_mul(context));
    let batch_tokens = fields.or(reader, "batch-tokens", default_batch, |reader, at| reader.count(at, 1));
    let accumulate = fields.or(reader, "accumulate", Train::default_accumulate(), |reader, at| reader.count(at, 1));
    let words = [("across-documents", Attention::AcrossDocuments), ("within-document", Attention::WithinDocument)];
    let attention =
        fields.or(reader, "attention", Attention::default(), |reader, at| reader.word(at, "way of attention", &words));
    let optimizer = fields.or(reader, "optimizer", Optimizer::default(), optimizer);
    let schedule = fields.or(reader, "schedule", Schedule::default(), schedule);
    let validate = fields.or(reader, "validate", Validate::default(), validate);
    let checkpoint = fields.or(reader, "checkpoint", Checkpointing::default(), checkpoint);
    let early_stop = fields.or(reader, "early-stop", None, |reader, at| early_stop(reader, at).map(Some));
    fields.finish(reader);
    Some(Train {
        objective: objective?,
        data: data?,
        budget: budget?,
        attention: attention?,
        batch_tokens: batch_tokens?,
        accumulate: accumulate?,
        optimizer: optimizer?,
        schedule: schedule?,
        validate: validate?,
        checkpoint: checkpoint?,
        early_stop: early_stop?,
    })
}

/// Fills in what depends on the context, and checks that a micro-batch holds at least one row.
pub fn resolve(reader: &mut Reader, mut train: Train, context: u32, place: Place, path: &str) -> Option<Train> {
    if train.batch_tokens == 0 {
        train.batch_tokens = DEFAULT_ROWS.saturating_mul(context);
    }
    let row = u64::from(context) * u64::from(train.accumulate);
    if u64::from(train.batch_tokens) % row != 0 {
        let message = format!(
            "`batch-tokens` {} is no multiple of `context` {context} times `accumulate` {}",
            train.batch_tokens, train.accumulate
        );
        let hint = Some(format!("`batch-tokens: {}` would fit", u64::from(train.batch_tokens).next_multiple_of(row)));
        reader.problem_of(Code::ShapeMismatch, place, &format!("{path}.train.batch-tokens"), message, hint);
        return None;
    }
    Some(train)
}

fn objective(reader: &mut Reader, at: &At<'_>) -> Option<Objective> {
    let mut fields = Fields::open(reader, at)?;
    let words = [
        ("causal-lm", Some(Objective::CausalLm)),
        ("instruction", Some(Objective::Instruction)),
        ("classification", None),
    ];
    let Some(kind) = fields.kind(reader, "objective", &words) else {
        fields.abandon();
        return None;
    };
    let objective = kind.or_else(|| classification(reader, &mut fields).map(Objective::Classification));
    fields.finish(reader);
    objective
}

fn data(reader: &mut Reader, at: &At<'_>) -> Option<Vec<DataShare>> {
    if let Value::Text(_) = at.node.value {
        let dataset = reader.reference(at, Kind::Dataset)?;
        return Some(vec![DataShare { dataset, weight: 1.0 }]);
    }
    let mut fields = Fields::open(reader, at)?;
    let mix = fields.need(reader, "mix");
    fields.finish(reader);
    let mix = mix?;
    let mut shares = Vec::new();
    let mut whole = true;
    Fields::open(reader, &mix)?.abandon();
    for (key, node) in mix.node.entries() {
        let here = At { node, path: format!("{}.{}", mix.path, key.text) };
        let named = At {
            node: &crate::recipe::read::node::Node { value: Value::Null, place: key.place, is_filled: false },
            path: here.path.clone(),
        };
        let dataset = reader.refer(&named, Kind::Dataset, &key.text);
        let weight = reader.number(&here, 1e-9..=1e9);
        match dataset.zip(weight) {
            Some((dataset, weight)) => shares.push(DataShare { dataset, weight }),
            None => whole = false,
        }
    }
    if shares.is_empty() && whole {
        let hint = Some("such as `mix: { rust: 0.9, prose: 0.1 }`".to_owned());
        return reader.wrong_of(Code::Empty, &mix, "expected datasets with their weights, found none", hint);
    }
    // The order in which they are typed means nothing, and shares that add up stay as they are: what is read twice is the same.
    shares.sort_by(|one, other| one.dataset.cmp(&other.dataset));
    let sum: f64 = shares.iter().map(|share| share.weight).sum();
    if (sum - 1.0).abs() > 1e-12 {
        shares.iter_mut().for_each(|share| share.weight /= sum);
    }
    whole.then_some(shares)
}

fn budget(reader: &mut Reader, at: &At<'_>) -> Option<Budget> {
    let mut fields = Fields::open(reader, at)?;
    let steps = fields.take("steps");
    let epochs = fields.take("epochs");
    let tokens = fields.take("tokens");
    let is_known = fields.finish(reader);
    match (steps, epochs, tokens) {
        (Some(at), None, None) => reader.integer(&at, 1..=1_000_000_000).map(|steps| Budget::Steps(steps as u64)),
        (None, Some(at), None) => reader.number(&at, 1e-6..=1e6).map(Budget::Epochs),
        (None, None, Some(at)) => reader.large_count(&at, 1).map(Budget::Tokens),
        // What stands there instead is told already.
        (None, None, None) if !is_known => None,
        (None, None, None) => {
            let hint = Some("such as `budget: { steps: 300 }`".to_owned());
            reader.wrong_of(Code::MissingKey, at, "expected one of `steps`, `epochs`, `tokens`, found none", hint)
        }
        (_, _, _) => {
            let hint = Some("keep one of them".to_owned());
            reader.wrong_of(Code::ConflictingKeys, at, "expected one of `steps`, `epochs`, `tokens`, found more", hint)
        }
    }
}

fn optimizer(reader: &mut Reader, at: &At<'_>) -> Option<Optimizer> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "optimizer", &[("adamw", ())]) else {
        fields.abandon();
        return None;
    };
    let Optimizer::Adamw { learning_rate, weight_decay, beta_1, beta_2, epsilon, clip_norm } = Optimizer::default();
    let learning_rate = fields.or(reader, "learning-rate", learning_rate, |reader, at| reader.number(at, 1e-9..=1.0));
    let weight_decay = fields.or(reader, "weight-decay", weight_decay, |reader, at| reader.number(at, 0.0..=1.0));
    let beta_1 = fields.or(reader, "beta-1", beta_1, |reader, at| reader.number(at, 0.0..=0.9999));
    let beta_2 = fields.or(reader, "beta-2", beta_2, |reader, at| reader.number(at, 0.0..=0.99999));
    let epsilon = fields.or(reader, "epsilon", epsilon, |reader, at| reader.number(at, 1e-16..=1e-2));
    let clip_norm = fields.or(reader, "clip-norm", clip_norm, |reader, at| reader.number(at, 1e-6..=1e9));
    fields.finish(reader);
    Some(Optimizer::Adamw {
        learning_rate: learning_rate?,
        weight_decay: weight_decay?,
        beta_1: beta_1?,
        beta_2: beta_2?,
        epsilon: epsilon?,
        clip_norm: clip_norm?,
    })
}

fn schedule(reader: &mut Reader, at: &At<'_>) -> Option<Schedule> {
    let mut fields = Fields::open(reader, at)?;
    let Some(is_cosine) = fields.kind(reader, "schedule", &[("cosine", true), ("constant", false)]) else {
        fields.abandon();
        return None;
    };
    let warmup_steps =
        fields.or(reader, "warmup-steps", Schedule::WARMUP_STEPS, |reader, at| reader.large_count(at, 0));
    let schedule = if is_cosine {
        let final_ratio =
            fields.or(reader, "final-ratio", Schedule::FINAL_RATIO, |reader, at| reader.number(at, 0.0..=1.0));
        warmup_steps.zip(final_ratio).map(|(warmup_steps, final_ratio)| Schedule::Cosine { warmup_steps, final_ratio })
    } else {
        warmup_steps.map(|warmup_steps| Schedule::Constant { warmup_steps })
    };
    fields.finish(reader);
    schedule
}

fn validate(reader: &mut Reader, at: &At<'_>) -> Option<Validate> {
    let mut fields = Fields::open(reader, at)?;
    let default = Validate::default();
    let every_steps = fields.or(reader, "every-steps", default.every_steps, |reader, at| reader.large_count(at, 1));
    let tokens = fields.or(reader, "tokens", default.tokens, |reader, at| reader.large_count(at, 1));
    fields.finish(reader);
    Some(Validate { every_steps: every_steps?, tokens: tokens? })
}

fn checkpoint(reader: &mut Reader, at: &At<'_>) -> Option<Checkpointing> {
    let mut fields = Fields::open(reader, at)?;
    let default = Checkpointing::default();
    let every_steps = fields.or(reader, "every-steps", default.every_steps, |reader, at| reader.large_count(at, 1));
    let keep = fields.or(reader, "keep", default.keep, |reader, at| reader.count(at, 1));
    fields.finish(reader);
    Some(Checkpointing { every_steps: every_steps?, keep: keep? })
}

fn early_stop(reader: &mut Reader, at: &At<'_>) -> Option<EarlyStop> {
    let mut fields = Fields::open(reader, at)?;
    let default = EarlyStop::default();
    let metric = fields.or(reader, "metric", default.metric, |reader, at| {
        reader.word(at, "metric", &[("validation/loss", EarlyStopMetric::ValidationLoss)])
    });
    let patience = fields.or(reader, "patience", default.patience, |reader, at| reader.count(at, 1));
    fields.finish(reader);
    Some(EarlyStop { metric: metric?, patience: patience? })
}
