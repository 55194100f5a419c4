//! The key of a stage: everything that can change its outputs, readable, and nothing else.
//!
//! What is in it, and why the rest is not:
//!
//! | in the key | not in the key |
//! |---|---|
//! | the digests of the source files, and of the files of imported models | their paths, their times |
//! | the recipe's values for this work, seeds included | names, comments, order, the number of the repeat, the git commit |
//! | the fingerprints of the stages it reads | their run, their machine |
//! | the engine's semantic version for the kind of work | the program's version |

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::id::Digest;
use crate::plan::beside::Beside;
use crate::plan::work::{
    AnalyseWork, CardWork, ContaminationWork, DatasetWork, EvaluateWork, GateWork, ImportWork, PublishWork, SampleWork,
    TokenizerWork, TokensWork, TrainWork, UncontaminatedWork, Work,
};
use crate::recipe::dataset::{CleanStep, Dataset, Features, Source, Split, SplitBy};
use crate::recipe::import::{Content, Import};
use crate::recipe::tokenizer::{Extended, ImportedFile, Tokenizer};
use crate::recipe::training::Train;

/// The semantic version of each kind of work: raised when the same inputs give other outputs.
const fn version(work: &Work) -> u32 {
    match work {
        Work::Import(_) => 2,        // It says what stands on the model's body.
        Work::Dataset(_) => 4,       // A line without its markup ends as it did; languages have the codes of recipes.
        Work::Tokenizer(_) => 2,     // It says how a conversation becomes text; phrases of Chinese are no tokens.
        Work::Tokens(_) => 2,        // Conversations go through a template.
        Work::Contamination(_) => 2, // It names the training records.
        Work::Uncontaminated(_) => 1,
        Work::Train(_) => 1,
        Work::Evaluate(_) => 1,
        Work::Sample(_) => 1,
        Work::Gate(_) => 1,
        Work::Analyse(_) => 1,
        Work::Card(_) => 2, // It tells of contamination.
        Work::Publish(_) => 1,
    }
}

/// Returns the key of some work whose inputs have these fingerprints.
pub fn of(work: &Work, inputs: &BTreeMap<String, Digest>) -> Value {
    let mut key = match work {
        Work::Import(work) => import(work),
        Work::Dataset(work) => dataset(work),
        Work::Tokenizer(work) => tokenizer(work),
        Work::Tokens(TokensWork { dataset: _, tokenizer: _, beside }) => match beside {
            Beside::Nothing => json!({}),
            Beside::Classes { classes } => json!({ "classes": classes }),
            Beside::Numbers | Beside::Pairs | Beside::Captions => json!({ "beside": beside }),
        },
        Work::Contamination(ContaminationWork { dataset, evaluated, ngram, threshold }) => {
            // The inputs are the same whichever of them is looked through.
            json!({ "dataset": dataset, "evaluated": evaluated, "ngram": ngram, "threshold": threshold })
        }
        Work::Uncontaminated(UncontaminatedWork { lineage, measured }) => {
            json!({ "lineage": lineage, "measured": measured })
        }
        Work::Train(work) => train(work),
        Work::Evaluate(work) => evaluate(work),
        Work::Sample(work) => sample(work),
        Work::Gate(GateWork { gate, metric }) => json!({ "gate": gate, "metric": metric }),
        Work::Analyse(AnalyseWork { name: _, analysis }) => json!({ "analysis": analysis }),
        Work::Card(CardWork { model, facts }) => json!({ "model": model, "facts": facts }),
        Work::Publish(PublishWork { name, models, aliases }) => {
            json!({ "name": name, "models": models, "aliases": aliases })
        }
    };
    let inputs = if let Work::Dataset(work) = work { by_place(work, inputs) } else { inputs.clone() };
    if let Value::Object(fields) = &mut key {
        fields.insert("version".to_owned(), json!(version(work)));
        fields.insert("inputs".to_owned(), json!(inputs));
    }
    key
}

fn import(work: &ImportWork) -> Value {
    let ImportWork { model: _, import } = work;
    // Where a model lies and what it is called there is of no account: its files are what they are.
    let Import {
        reference: _,
        tier: _,
        architecture: _,
        vocab_size: _,
        classification: _,
        head: _,
        license: _,
        content,
        forebears: _,
    } = import;
    match content {
        Content::Files { weights, tokenizer } => json!({ "weights": weights, "tokenizer": tokenizer }),
        Content::Description { digest } => json!({ "description": digest }),
    }
}

/// Models that sort a dataset count by their place among its steps: what they are called is of no account.
fn by_place(work: &DatasetWork, inputs: &BTreeMap<String, Digest>) -> BTreeMap<String, Digest> {
    let mut placed = inputs.clone();
    for (i, step) in work.dataset.clean.iter().enumerate() {
        let Some((model, sorter)) = step.model().and_then(|model| Some((model, work.sorters.get(model)?))) else {
            continue;
        };
        let names = [("train", model), ("import", model), ("tokenizer", &sorter.tokenizer)];
        for (kind, name) in names {
            let id = format!("{kind}:{name}");
            if let Some(fingerprint) = inputs.get(&id) {
                placed.remove(&id);
                placed.insert(format!("clean-{}/{kind}", i + 1), *fingerprint);
            }
        }
    }
    placed
}

fn dataset(work: &DatasetWork) -> Value {
    // The digest of the source is that of the tables.
    let DatasetWork { name: _, dataset, source_digest, seed, tables: _, sorters } = work;
    // A bad row that is let pass is told in the report; how many might have been is of no account.
    // What is said about the data changes nothing in it.
    let Dataset {
        description: _,
        license: _,
        language: _,
        source,
        on_bad_row: _,
        most_bad_rows: _,
        extract,
        clean,
        split,
        features,
    } = dataset;
    let mut key = json!({
        "source": source_key(source, *source_digest),
        "extract": extract,
        "clean": clean.iter().map(step_key).collect::<Vec<_>>(),
        "split": split_key(split),
        "seed": seed,
    });
    if extract.is_some() && source.columns().is_some() {
        // What columns tell goes on to extracted records; it did not always.
        key["carried"] = json!(true);
    }
    if let Some(sorter) = sorters.values().next() {
        // All of them compute alike; what else there is to know of them is part of their own keys.
        key["compute"] = json!(sorter.compute);
    }
    if let (Some(features), Value::Object(fields)) = (features, &mut key) {
        // What a training does to pictures changes none that are written.
        fields.insert("features".to_owned(), json!(features.without_augmentation()));
    }
    key
}

/// What is not said of a split is not in its key, so that data prepared before it could be said stays fresh.
fn split_key(split: &Split) -> Value {
    let Split { train, validation, test, by, group, stratify, assign, decontaminate } = split;
    let mut key = json!({ "train": train, "validation": validation, "test": test, "by": by });
    if *by == SplitBy::Group {
        key["group"] = json!(group);
    }
    if let Some(class) = stratify {
        key["stratify"] = json!(class);
    }
    if !assign.is_empty() {
        key["assign"] = json!(assign);
    }
    if *decontaminate {
        key["decontaminate"] = json!(true);
    }
    key
}

/// Where a step's lists of words lie is of no account: the digest of the source covers what they hold.
fn step_key(step: &CleanStep) -> Value {
    let mut key = step.with_model("");
    if let Value::Object(fields) = &mut key {
        for file in ["names", "bad-words"] {
            fields.entry(file).and_modify(|path| *path = json!(!path.is_null()));
        }
    }
    key
}

/// Where files lie and how they were chosen is of no account: the digest covers names and contents.
fn source_key(source: &Source, digest: Digest) -> Value {
    let mut key = match source {
        // The digest is that of the figures.
        Source::Described { .. } => json!({ "type": "described" }),
        // The inputs say what is mixed, and the digest is that of the tables.
        Source::Zoo { .. } => json!({ "type": "zoo" }),
        // The digest is that of the pins, and of what is read.
        Source::Http { .. }
        | Source::Archive { .. }
        | Source::Git { .. }
        | Source::HuggingFace { .. }
        | Source::ObjectStore { .. } => json!({ "type": "fetched" }),
        source => json!(source),
    };
    if let Value::Object(fields) = &mut key {
        fields.retain(|name, _| !["root", "include", "exclude", "strip-components"].contains(&name.as_str()));
        // Files were read as UTF-8 before there was a choice: what was done then is not done again.
        fields.retain(|name, value| name != "encoding" || value != "utf-8");
        fields.insert("digest".to_owned(), json!(digest));
    }
    key
}

fn tokenizer(work: &TokenizerWork) -> Value {
    let TokenizerWork { name: _, tokenizer } = work;
    match tokenizer {
        // Where the file lies is of no account.
        Tokenizer::Import(ImportedFile { file: _, digest, vocab_size: _, chat_template }) => {
            json!({ "tokenizer": { "type": "import", "digest": digest, "chat-template": chat_template } })
        }
        // What `base` is called is of no account, either: its fingerprint is among the inputs.
        Tokenizer::Extend(Extended { base: _, add, special_tokens, train_on, vocab_size, chat_template }) => {
            json!({ "tokenizer": {
                "type": "extend",
                "add": add,
                "special-tokens": special_tokens,
                "train-on": train_on,
                "vocab-size": vocab_size,
                "chat-template": chat_template,
            } })
        }
        Tokenizer::ByteBpe(_)
        | Tokenizer::Bpe(_)
        | Tokenizer::WordPiece(_)
        | Tokenizer::Unigram(_)
        | Tokenizer::Character(_)
        | Tokenizer::Imported { .. } => json!({ "tokenizer": tokenizer }),
    }
}

fn train(work: &TrainWork) -> Value {
    let TrainWork {
        model: _,
        tier: _,
        base,
        architecture,
        vocab_size,
        tokenizer: _,
        adapter,
        train,
        features,
        media_steps: _, // They are part of the dataset's key.
        teacher: _,     // Its name is part of the objective, and its fingerprint of the inputs.
        seed,
        repeat: _,
        compute,
    } = work;
    let Train {
        objective,
        data,
        budget,
        attention,
        batch_tokens,
        accumulate,
        optimizer,
        schedule,
        freeze,
        layer_decay,
        rate_factors,
        ema,
        // It changes nothing that comes out.
        activation_checkpointing: _,
        validate,
        checkpoint: _,
        early_stop,
    } = train;
    let mut key = json!({
        "base": base,
        "architecture": architecture,
        "vocab-size": vocab_size,
        "adapter": adapter,
        "objective": objective,
        "data": data,
        "budget": budget,
        "attention": attention,
        "batch-tokens": batch_tokens,
        "accumulate": accumulate,
        "optimizer": optimizer,
        "schedule": schedule,
        "validate": validate,
        "early-stop": early_stop,
        "seed": seed,
        "compute": compute,
    });
    // What is left out changes no key, so that the keys from before it could be said still hold.
    let said = [
        ("freeze", (!freeze.is_empty()).then(|| json!(freeze))),
        ("layer-decay", (*layer_decay != Train::default_layer_decay()).then(|| json!(layer_decay))),
        ("rate-factors", (!rate_factors.is_empty()).then(|| json!(rate_factors))),
        ("ema", ema.map(|ema| json!(ema))),
    ];
    said.into_iter().for_each(|(name, value)| value.into_iter().for_each(|value| key[name] = value));
    // The rest of the features is part of the dataset's key.
    let changes = |features: &Features| match features {
        Features::Image { augment, .. } => augment.as_ref().map(|augment| json!(augment)),
        Features::LogMel { augment, .. } => augment.as_ref().map(|augment| json!(augment)),
    };
    let changes: BTreeMap<_, _> = features.iter().filter_map(|(name, one)| Some((name, changes(one)?))).collect();
    if !changes.is_empty() {
        key["augment"] = json!(changes);
    }
    key
}

fn evaluate(work: &EvaluateWork) -> Value {
    let EvaluateWork {
        model: _,
        repeat: _,
        evaluation: _,
        metric,
        dataset: _,
        split,
        tokenizer: _,
        tokens,
        k,
        task,
        robustness,
        by,
        architecture: _,
        vocab_size: _,
        // They are part of the training's key, and features of the dataset's.
        classification: _,
        objective: _,
        features: _,
        attention,
        compute,
    } = work;
    let mut key = json!({ "metric": metric, "split": split, "tokens": tokens, "compute": compute });
    // What was measured before there were such keys has none of them.
    if metric.is_of_machine() {
        key["of-machine"] = json!(true);
    }
    if !attention.is_default() {
        key["attention"] = json!(attention);
    }
    if let Some(k) = k {
        key["k"] = json!(k);
    }
    // What else there is to know of a judge is part of its training's key.
    if let Some(by) = by {
        key["by"] = json!(by.weights);
    }
    if let Some(task) = task {
        key["task"] = json!(task);
    }
    if let Some(robustness) = robustness {
        key["robustness"] = json!(robustness);
    }
    key
}

fn sample(work: &SampleWork) -> Value {
    let SampleWork { name: _, sample, tokenizer: _, architecture: _, vocab_size: _, compute } = work;
    json!({ "prompt": sample.prompt, "sampling": sample.sampling, "compute": compute })
}
