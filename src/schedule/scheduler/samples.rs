//! Small plans for tests, here and in `execute`.

use std::collections::BTreeMap;

use serde_json::json;

use crate::id::{Digest, Name, RunId, StageId};
use crate::plan::work::{
    CardWork, Compute, DatasetWork, EvaluateWork, GateWork, PublishWork, SampleWork, TokenizerWork, TrainWork,
};
use crate::plan::{Freshness, Plan, Stage, StaleReason, Work};
use crate::recipe::dataset::SplitName;
use crate::recipe::evaluation::{Gate, GateRule, Metric, Sample, Sampling};
use crate::recipe::model::{Architecture, Llama, Tier};
use crate::recipe::run::{DeviceChoice, Precision};
use crate::recipe::training::Attention;

pub(crate) fn name(text: &str) -> Name {
    text.parse().unwrap()
}

fn compute(threads: u32, device: DeviceChoice) -> Compute {
    Compute { device, precision: Precision::Fp32, threads }
}

pub(crate) fn architecture() -> Architecture {
    Architecture::Llama(Llama {
        layers: 1,
        width: 8,
        heads: 2,
        kv_heads: 1,
        mlp_width: 16,
        context: 16,
        rope_theta: 10_000.0,
        norm_epsilon: 1e-5,
        tie_embeddings: true,
        attention_bias: false,
        sliding_window: None,
        dropout: 0.0,
    })
}

pub(crate) fn evaluate(threads: u32, device: DeviceChoice) -> Work {
    evaluate_of("general", threads, device)
}

pub(crate) fn evaluate_of(model: &str, threads: u32, device: DeviceChoice) -> Work {
    Work::Evaluate(EvaluateWork {
        model: name(model),
        repeat: 1,
        evaluation: name("ppl"),
        metric: Metric::Perplexity,
        k: None,
        task: None,
        robustness: None,
        dataset: name("prose"),
        split: SplitName::Test,
        tokenizer: Some(name("bpe")),
        objective: None,
        attention: Attention::default(),
        features: None,
        by: None,
        tokens: 0,
        architecture: architecture(),
        vocab_size: 64,
        classification: None,
        compute: compute(threads, device),
    })
}

pub(crate) fn gate(model: &str, rule: GateRule) -> Work {
    let gate = Gate { model: name(model), evaluation: name("ppl"), rule };
    Work::Gate(GateWork { gate, metric: Metric::Perplexity })
}

pub(crate) fn sample() -> Work {
    let sample = Sample { model: name("general"), prompt: "fn main".into(), sampling: Sampling::default() };
    Work::Sample(SampleWork {
        name: name("hello"),
        sample,
        tokenizer: name("bpe"),
        architecture: architecture(),
        vocab_size: 64,
        compute: compute(1, DeviceChoice::Cpu),
    })
}

pub(crate) fn dataset() -> Work {
    let dataset = serde_json::from_value(json!({
        "source": { "type": "files", "root": "/nowhere", "include": ["*.md"], "exclude": [], "strip-components": 0 }, "clean": [],
        "split": { "train": 0.8, "validation": 0.1, "test": 0.1, "by": "document" },
    }));
    Work::Dataset(DatasetWork {
        name: name("prose"),
        dataset: dataset.expect("a dataset of the recipe language"),
        source_digest: Digest::of(b"prose"),
        seed: 1,
        tables: None,
        sorters: BTreeMap::new(),
    })
}

pub(crate) fn tokenizer() -> Work {
    let tokenizer = json!({ "type": "byte-bpe", "vocab-size": 64, "train-on": ["prose"] });
    let tokenizer = serde_json::from_value(tokenizer).expect("a tokenizer of the recipe language");
    Work::Tokenizer(TokenizerWork { name: name("bpe"), tokenizer })
}

pub(crate) fn train(model: &str, base: Option<&str>) -> Work {
    let train = json!({
        "objective": { "type": "causal-lm" },
        "data": [{ "dataset": "prose", "weight": 1.0 }],
        "budget": { "steps": 10 },
        "batch-tokens": 32,
        "accumulate": 1,
        "optimizer": { "type": "adamw", "learning-rate": 1e-3, "weight-decay": 0.1, "beta-1": 0.9, "beta-2": 0.95,
                       "epsilon": 1e-8, "clip-norm": 1.0 },
        "schedule": { "type": "constant", "warmup-steps": 0 },
        "validate": { "every-steps": 5, "tokens": 64 },
        "checkpoint": { "every-steps": 5, "keep": 1 },
    });
    Work::Train(Box::new(TrainWork {
        model: name(model),
        tier: if base.is_none() { Tier::General } else { Tier::Industry },
        base: base.map(name),
        architecture: architecture(),
        vocab_size: 64,
        tokenizer: Some(name("bpe")),
        media_steps: Vec::new(),
        features: std::collections::BTreeMap::new(),
        adapter: None,
        train: serde_json::from_value(train).expect("a training of the recipe language"),
        teacher: None,
        seed: 1,
        repeat: 1,
        compute: compute(1, DeviceChoice::Cpu),
    }))
}

/// Returns the publication of two models, the second trained from the first.
pub(crate) fn publish_both() -> Work {
    let models = vec![name("general"), name("industry")];
    let aliases = [(name("champion"), name("industry"))].into();
    Work::Publish(PublishWork { name: name("coder"), models, aliases })
}

pub(crate) fn publish() -> Work {
    Work::Publish(PublishWork { name: name("coder"), models: vec![name("general")], aliases: Default::default() })
}

pub(crate) fn card(model: &str) -> Work {
    let facts = json!({
        "description": "A small coder.",
        "license": "apache-2.0",
        "tags": { "language": ["en"], "domain": "code" },
        "publish": { "zoo": { "name": "coder" } },
        "seed": 1,
    });
    Work::Card(CardWork { model: name(model), facts })
}

/// Returns a stale stage.
pub(crate) fn stage(id: &str, work: Work, needs: &[&str]) -> Stage {
    let id: StageId = id.parse().unwrap();
    let needs: Vec<StageId> = needs.iter().map(|need| need.parse().unwrap()).collect();
    let key = json!({ "id": id, "work": work });
    let fingerprint = Digest::of_json(&key);
    Stage { id, work, needs, key, fingerprint, freshness: Freshness::Stale { reason: StaleReason::New } }
}

/// Returns the stage as one that an earlier run did.
pub(crate) fn fresh(stage: Stage) -> Stage {
    Stage { freshness: Freshness::Fresh { run: RunId::from_bits(7) }, ..stage }
}

pub(crate) fn plan(stages: Vec<Stage>) -> Plan {
    Plan { recipe: name("small"), stages, estimate: None }
}
