//! Reads `train`.

use std::collections::BTreeMap;

use crate::recipe::code::Code;
use crate::recipe::model::Architecture;
use crate::recipe::parameter::BadPattern;
use crate::recipe::problem::Place;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::names::Kind;
use crate::recipe::read::node::Value;
use crate::recipe::read::objective::objective;
use crate::recipe::read::optimizer::optimizer;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::schedule::schedule;
use crate::recipe::training::{
    Attention, Budget, Checkpointing, DataShare, EarlyStop, EarlyStopMetric, Ema, NamePattern, Objective, Optimizer,
    Schedule, Train, Validate,
};

/// The rows of an optimizer step where the recipe says nothing, of a model of texts.
const DEFAULT_ROWS: u32 = 16;
/// The records of an optimizer step where the recipe says nothing, of a model of pictures or sounds.
const DEFAULT_RECORDS: u32 = 64;

/// Sizes that are told in records, until it is known how many tokens a record is.
#[derive(Debug, Clone, Copy)]
pub struct InRecords {
    batch: Option<u32>,
    validation: Option<u64>,
}

/// Reads `train`; `batch-tokens` stays 0 until [`resolve`] knows how long a row is.
pub fn train(reader: &mut Reader, at: &At<'_>) -> Option<(Train, InRecords)> {
    let mut fields = Fields::open(reader, at)?;
    let objective = fields.or(reader, "objective", Objective::default(), objective);
    let data = fields.need(reader, "data").and_then(|at| data(reader, &at));
    let budget = fields.need(reader, "budget").and_then(|at| budget(reader, &at));
    let batch_at = fields.take("batch-tokens");
    let batch_tokens = batch_at.as_ref().map_or(Some(0), |at| reader.count(at, 1));
    let batch = records(reader, fields.take("batch-records"), batch_at.is_some(), "batch-tokens");
    let accumulate = fields.or(reader, "accumulate", Train::default_accumulate(), |reader, at| reader.count(at, 1));
    let words = [("across-documents", Attention::AcrossDocuments), ("within-document", Attention::WithinDocument)];
    let attention =
        fields.or(reader, "attention", Attention::default(), |reader, at| reader.word(at, "way of attention", &words));
    let optimizer = fields.or(reader, "optimizer", Optimizer::default(), optimizer);
    let schedule = fields.or(reader, "schedule", Schedule::default(), schedule);
    let freeze = fields.or(reader, "freeze", Vec::new(), |reader, at| reader.some_list(at, pattern));
    let layer_decay =
        fields.or(reader, "layer-decay", Train::default_layer_decay(), |reader, at| reader.number(at, 0.01..=1.0));
    let rate_factors = fields.or(reader, "rate-factors", BTreeMap::new(), rate_factors);
    let ema = fields.or(reader, "ema", None, |reader, at| ema(reader, at).map(Some));
    let activation_checkpointing = fields.or(reader, "activation-checkpointing", false, Reader::truth);
    let validate = fields.or(reader, "validate", (Validate::default(), None), validate);
    let checkpoint = fields.or(reader, "checkpoint", Checkpointing::default(), checkpoint);
    let early_stop = fields.or(reader, "early-stop", None, |reader, at| early_stop(reader, at).map(Some));
    fields.finish(reader);
    let (validate, validation) = validate?;
    let batch = batch?.and_then(|batch| u32::try_from(batch).ok());
    let train = Train {
        objective: objective?,
        data: data?,
        budget: budget?,
        attention: attention?,
        batch_tokens: batch_tokens?,
        accumulate: accumulate?,
        optimizer: optimizer?,
        schedule: schedule?,
        freeze: freeze?,
        layer_decay: layer_decay?,
        rate_factors: rate_factors?,
        ema: ema?,
        activation_checkpointing: activation_checkpointing?,
        validate,
        checkpoint: checkpoint?,
        early_stop: early_stop?,
    };
    Some((train, InRecords { batch, validation }))
}

/// Reads a number of records that stands in place of a number of tokens.
pub(super) fn records(
    reader: &mut Reader,
    at: Option<At<'_>>,
    are_tokens_told: bool,
    tokens: &str,
) -> Option<Option<u64>> {
    match at {
        None => Some(None),
        Some(at) if are_tokens_told => {
            let message = format!("this and `{tokens}` say the same in two ways");
            reader.wrong_of(Code::ConflictingKeys, &at, message, Some("keep one of them".to_owned()))
        }
        Some(at) => reader.integer(&at, 1..=i128::from(u32::MAX)).map(|n| Some(n as u64)),
    }
}

/// Fills in what depends on the network, and checks that a micro-batch holds at least one row.
pub fn resolve(
    reader: &mut Reader,
    draft: (Train, InRecords),
    architecture: &Architecture,
    place: Place,
    path: &str,
) -> Option<Train> {
    let (mut train, InRecords { batch, validation }) = draft;
    let context = architecture.context();
    if let Some(records) = validation {
        train.validate.tokens = records.saturating_mul(u64::from(context));
    }
    if train.batch_tokens == 0 {
        let default = if architecture.modality().has_features() { DEFAULT_RECORDS } else { DEFAULT_ROWS };
        train.batch_tokens = batch.unwrap_or(default).saturating_mul(context);
    }
    if let Some(records) = batch.filter(|records| records % train.accumulate != 0) {
        let message = format!("`batch-records` {records} is no multiple of `accumulate` {}", train.accumulate);
        let hint = Some(format!("`batch-records: {}` would fit", records.next_multiple_of(train.accumulate)));
        reader.problem_of(Code::ShapeMismatch, place, &format!("{path}.train.batch-records"), message, hint);
        return None;
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

/// Reads names of parameters in which `*` stands for any text.
fn pattern(reader: &mut Reader, at: &At<'_>) -> Option<NamePattern> {
    let text = reader.some_text(at)?;
    checked(reader, at, &text)
}

fn checked(reader: &mut Reader, at: &At<'_>, text: &str) -> Option<NamePattern> {
    match text.parse() {
        Ok(pattern) => Some(pattern),
        Err(BadPattern) => {
            let hint = Some("such as `model.layers.0.*`; the names are those of Hugging Face".to_owned());
            reader.wrong_of(Code::BadName, at, BadPattern.to_string(), hint)
        }
    }
}

fn rate_factors(reader: &mut Reader, at: &At<'_>) -> Option<BTreeMap<NamePattern, f64>> {
    Fields::open(reader, at)?.abandon();
    let mut rates = BTreeMap::new();
    let mut is_whole = true;
    for (key, node) in at.node.entries() {
        let here = At { node, path: format!("{}.{}", at.path, key.text) };
        match checked(reader, &here, &key.text).zip(reader.number(&here, 1e-6..=1e6)) {
            Some((pattern, factor)) => drop(rates.insert(pattern, factor)),
            None => is_whole = false,
        }
    }
    is_whole.then_some(rates)
}

fn ema(reader: &mut Reader, at: &At<'_>) -> Option<Ema> {
    let mut fields = Fields::open(reader, at)?;
    let decay = fields.or(reader, "decay", Ema::default().decay, |reader, at| reader.number(at, 0.0..=0.999_999));
    fields.finish(reader);
    decay.map(|decay| Ema { decay })
}

fn validate(reader: &mut Reader, at: &At<'_>) -> Option<(Validate, Option<u64>)> {
    let mut fields = Fields::open(reader, at)?;
    let default = Validate::default();
    let every_steps = fields.or(reader, "every-steps", default.every_steps, |reader, at| reader.large_count(at, 1));
    let tokens_at = fields.take("tokens");
    let tokens = tokens_at.as_ref().map_or(Some(default.tokens), |at| reader.large_count(at, 1));
    let records = records(reader, fields.take("records"), tokens_at.is_some(), "tokens");
    fields.finish(reader);
    Some((Validate { every_steps: every_steps?, tokens: tokens? }, records?))
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
        let words =
            [("validation/loss", EarlyStopMetric::ValidationLoss), ("overfitting", EarlyStopMetric::Overfitting)];
        reader.word(at, "metric", &words)
    });
    let patience = fields.or(reader, "patience", default.patience, |reader, at| reader.count(at, 1));
    fields.finish(reader);
    Some(EarlyStop { metric: metric?, patience: patience? })
}
