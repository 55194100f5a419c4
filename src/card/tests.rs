//! What a card looks like, and what it cannot be made to look like.

mod classifier;

use std::collections::BTreeMap;

use serde_json::json;

use super::*;
use crate::id::Digest;
use crate::record::{GateResult, Machine, Repeated};

const RECIPE: &str = r#"{
  "version": 1, "name": "rust-coder", "description": "A small code model.\nBred from prose.\n\nSecond paragraph.",
  "license": "apache-2.0", "tags": { "language": ["en"], "domain": "code" },
  "run": { "seed": 42, "device": "cpu", "precision": "fp32", "threads": 2 },
  "datasets": {},
  "tokenizers": { "bpe": { "type": "byte-bpe", "vocab-size": 512, "train-on": ["prose"] } },
  "models": {
    "general": { "tier": "general", "architecture": ARCHITECTURE, "tokenizer": "bpe", "train": TRAIN },
    "industry": { "tier": "industry", "base": "general", "architecture": ARCHITECTURE, "tokenizer": "bpe",
                  "adapter": { "type": "lora", "rank": 8, "alpha": 16.0, "then": "merge" }, "train": TRAIN }
  },
  "evaluations": { "prose-ppl": { "metric": "perplexity", "dataset": "prose", "split": "test", "tokens": 0 } },
  "publish": { "zoo": { "name": "rust-coder", "aliases": {} } }
}"#;

const ARCHITECTURE: &str = r#"{ "type": "llama", "layers": 2, "width": 64, "heads": 4, "kv-heads": 2, "mlp-width": 128,
  "context": 128, "rope-theta": 10000.0, "norm-epsilon": 1e-6, "tie-embeddings": true }"#;

const TRAIN: &str = r#"{ "objective": { "type": "causal-lm" }, "data": [ { "dataset": "prose", "weight": 1.0 } ],
  "budget": { "steps": 300 }, "batch-tokens": 4096, "accumulate": 1,
  "optimizer": { "type": "adamw", "learning-rate": 0.001, "weight-decay": 0.1, "beta-1": 0.9, "beta-2": 0.95, "epsilon": 1e-8, "clip-norm": 1.0 },
  "schedule": { "type": "cosine", "warmup-steps": 40, "final-ratio": 0.1 },
  "validate": { "every-steps": 50, "tokens": 1000 }, "checkpoint": { "every-steps": 100, "keep": 2 } }"#;

/// Returns what is known of a model before anything ran.
fn planned() -> CardFacts {
    let text = RECIPE.replace("ARCHITECTURE", ARCHITECTURE).replace("TRAIN", TRAIN);
    let recipe: crate::recipe::Recipe = serde_json::from_str(&text).unwrap();
    CardFacts::of(&recipe, &"industry".parse().unwrap()).unwrap()
}

/// Returns what is known of a model in the end.
fn whole() -> CardFacts {
    let mut facts = planned();
    facts.lineage[0].weights = Some(Digest::of(b"general"));
    facts.training = serde_json::from_value(json!({
        "parameters": 106_816, "trainable-parameters": 9_000, "steps": 300, "tokens": 1_228_800, "best-step": 250,
        "train-loss": 3.2, "validation-loss": 3.52, "stopped-early": false,
        "overfitting": {
            "verdict": { "type": "overfits", "since-step": 250, "sign": "held-out-rises" }, "measurements": 12,
            "evidence": { "train": 3.2, "held-out": 3.6, "gap": 0.4, "gap-at-lowest": 0.25, "lowest": 3.5, "lowest-step": 250,
                          "rise-percent": 2.857, "bound-percent": 1.0, "noise": 0.002 }
        }
    }))
    .unwrap();
    facts.data[0].report = serde_json::from_value(json!({
        "files": 12, "source-bytes": 345_678,
        "steps": [
            { "step": "redact-pii", "records-in": 1000, "records-out": 1000, "changed": 7, "bytes-in": 10, "bytes-out": 9,
              "counts": { "email": 5, "phone": 2 } },
            { "step": "dedup-exact", "records-in": 1000, "records-out": 990, "changed": 0, "bytes-in": 9, "bytes-out": 8 }
        ],
        "splits": { "train": { "records": 970, "bytes": 300_000 }, "test": { "records": 20, "bytes": 900 } }
    }))
    .unwrap();
    facts.data[0].tokens = serde_json::from_value(json!({
        "vocab-size": 512, "tokens": { "train": 100_000, "test": 300 }, "target-tokens": { "train": 100_000, "test": 300 }
    }))
    .unwrap();
    facts.evaluations[0].values = serde_json::from_value(json!([
        { "model": "general", "value": 10.25 }, { "model": "industry", "value": 11.5 }
    ]))
    .unwrap();
    facts.contamination = serde_json::from_value(json!([{
        "model": "industry", "measured": { "evaluation": "prose-ppl", "dataset": "prose", "split": "test" },
        "verdict": {
            "state": "contaminated", "counts": { "records": 20, "contaminated": 3, "passages": 1, "allowed": 2 },
            "through": [{ "model": "general", "dataset": "web", "contaminated": 3 }], "matches": []
        }
    }]))
    .unwrap();
    facts.allow = serde_json::from_value(json!([{
        "evaluation": "prose-ppl", "what": { "document": "**/LICENSE*" }, "reason": "A licence is no secret."
    }]))
    .unwrap();
    facts.gates = vec![
        serde_json::from_value::<GateResult>(json!({
            "gate": { "model": "industry", "evaluation": "prose-ppl",
                      "rule": { "max-worse-percent": { "percent": 15.0, "than": "general" } } },
            "value": 11.5, "reference": 10.25, "passed": true, "explanation": "11.5 is 12.2 % worse than general's 10.25"
        }))
        .unwrap(),
    ];
    facts.samples = serde_json::from_value(json!([{
        "prompt": "/// Adds.\nfn add(", "text": "a: i32, b: i32) -> i32 {\n    a + b\n}", "tokens": 18,
        "sampling": { "max-tokens": 128, "temperature": 0.0, "top-k": 0, "top-p": 1.0, "seed": 42 }
    }]))
    .unwrap();
    facts.fingerprint = Some(Digest::of(b"fingerprint"));
    facts.weights = Some(Digest::of(b"weights"));
    facts.tokenizer_digest = Some(Digest::of(b"tokenizer"));
    facts.machine = Some(Machine {
        pedigree: "0.1.0".into(),
        burn: "0.22.1".into(),
        libtorch: "2.9.0".into(),
        device: "cpu".into(),
        cpu_capability: "AVX2".into(),
        threads: 2,
        cpu: "Some CPU".into(),
        platform: "linux x86_64".into(),
        host: "secret-host".into(),
    });
    facts
}

/// Returns the front matter as data, and the body.
fn parts(card: &str) -> (BTreeMap<String, serde_json::Value>, String) {
    let (front, body) = card.strip_prefix("---\n").unwrap().split_once("\n---\n").unwrap();
    (serde_saphyr::from_str(front).unwrap(), body.to_owned())
}

#[test]
fn a_whole_card_reads_like_this() {
    insta::assert_snapshot!(render(&whole()).unwrap(), @r#"
    ---
    language: ["en"]
    license: "apache-2.0"
    library_name: pedigree
    pipeline_tag: text-generation
    tags: ["pedigree", "industry", "llama", "small-model", "code"]
    model-index:
      - name: "rust-coder-industry"
        results:
          - task: {"type": "text-generation"}
            dataset: {"type": "prose", "name": "prose", "split": "test"}
            metrics:
              - {"type": "perplexity", "name": "prose-ppl", "value": 11.5}
    ---

    # rust-coder-industry

    A small code model. Bred from prose.

    Second paragraph.

    A small language model of the industry tier, made by the recipe `rust-coder`.

    ## Lineage

    Fine-tuned step by step, the nearest parent first:

    | Parent | Tier | Weights |
    |---|---|---|
    | `rust-coder-general` | general | `79d42c56766e` |

    ## Model

    | | |
    |---|---|
    | Architecture | llama |
    | Parameters | 106,816 |
    | Layers | 2 |
    | Width | 64 |
    | Heads | 4 of queries, 2 of keys and values |
    | Feed-forward width | 128 |
    | Context | 128 tokens |
    | Vocabulary | 512 tokens |
    | Tokenizer | bpe |
    | Adapter | LoRA of rank 8, alpha 16, merged into the weights |

    ## Training data

    ### prose

    100.0 % of the training tokens, from 12 files, 345.7 kB.

    | Step | Records in | Records out | Changed | Counted |
    |---|---:|---:|---:|---|
    | redact-pii | 1,000 | 1,000 | 7 | email 5, phone 2 |
    | dedup-exact | 1,000 | 990 | 0 |  |

    | Split | Records | Text | Tokens |
    |---|---:|---:|---:|
    | train | 970 | 300.0 kB | 100,000 |
    | test | 20 | 900 bytes | 300 |

    ## Training

    | | |
    |---|---|
    | Objective | predict every next token |
    | Trained parameters | 9,000 |
    | Budget | 300 steps, spent |
    | Steps | 300, weights of step 250 kept |
    | Tokens seen | 1,228,800 |
    | Tokens a step | 4,096 |
    | Optimizer | AdamW, learning rate 0.001, weight decay 0.1, betas 0.9 and 0.95, gradients clipped at 1 |
    | Schedule | cosine after 40 steps of warm-up, down to 10.0 % |
    | Last training loss | 3.2000 nats a token |
    | Validation loss | 3.5200 nats a token |

    Generalisation: overfits since step 250: the held-out loss rose by 2.9 % from 3.500 at step 250 to 3.600, the training loss did not; gap 0.400, 0.250 at the lowest, 12 measurements.

    ## Evaluation

    Every model of the lineage on every evaluation: what each tier gained, and what it forgot.

    | Evaluation | general | industry | What is measured |
    |---|---:|---:|---|
    | prose-ppl | 10.25 | 11.50 | perplexity on prose/test, lower is better |

    Against the best of its ancestors:

    - prose-ppl: 12.2 % worse than general

    ## Contamination

    Records of the evaluations were looked for in the training data of this model and of its ancestors:

    | Evaluation | Found |
    |---|---|
    | prose-ppl | 3 of 20 records (15.0 %) stand in the training data: 3 in web, which general learned (2 allowed) |

    Allowed by the recipe:

    | What | Why |
    |---|---|
    | documents \*\*/LICENSE\* of prose-ppl | A licence is no secret. |

    ## Requirements

    | Evaluation | Outcome | |
    |---|---|---|
    | prose-ppl | passed | 11.5 is 12.2 % worse than general's 10.25 |

    ## Sample

    Given:

    ```text
    /// Adds.
    fn add(
    ```

    it wrote (18 tokens, always the likeliest token):

    ```text
    a: i32, b: i32) -> i32 {
        a + b
    }
    ```

    ## How to use

    ```sh
    pedigree generate rust-coder-industry -p "Write something that begins like this"
    pedigree zoo show rust-coder-industry
    ```

    ## How to reproduce

    `pedigree zoo show` names the run; this command does it again and compares every file:

    ```sh
    pedigree reproduce RUN
    ```

    ## Provenance

    | | |
    |---|---|
    | Fingerprint of the training | 8939ea11d8a910bd1caee0466651b5f54964694682851180538a30bcd0fceb49 |
    | Weights | 3edc5c4a5df8c79ef4f8dbdc373cd21ca041ccf39fe5693250d004092094dc4a |
    | Tokenizer | dcd7fa975da818f1df39519759ef71e4e911241d2ad561e1118fcb9bcf7bcc21 |
    | Seed | 42 |
    | Software | pedigree 0.1.0, burn 0.22.1, libtorch 2.9.0 |
    | Computed on | cpu, AVX2, 2 threads, Some CPU, linux x86_64 |
    "#);
}

#[test]
fn the_front_matter_is_what_the_hub_expects() {
    let (front, _) = parts(&render(&whole()).unwrap());
    assert_eq!(front["license"], json!("apache-2.0"));
    assert_eq!(front["language"], json!(["en"]));
    assert_eq!(front["tags"], json!(["pedigree", "industry", "llama", "small-model", "code"]));
    let expected = json!([{ "name": "rust-coder-industry", "results": [{
        "task": { "type": "text-generation" },
        "dataset": { "type": "prose", "name": "prose", "split": "test" },
        "metrics": [{ "type": "perplexity", "name": "prose-ppl", "value": 11.5 }]
    }] }]);
    assert_eq!(front["model-index"], expected);
    assert!(!front.contains_key("base_model"));
}

#[test]
fn repeats_are_told_as_means_with_spreads_and_the_hub_is_given_the_models_own_value() {
    let mut facts = whole();
    facts.seeds = vec![42, 43, 44];
    facts.validation_loss = Repeated::of(vec![3.52, 3.6, 3.55]);
    facts.evaluations[0].values[0].repeats = Repeated::of(vec![10.25, 10.5, 10.0]);
    facts.evaluations[0].values[1].repeats = Repeated::of(vec![11.5, 12.5, 12.0]);
    let mut accuracy = facts.evaluations[0].clone();
    (accuracy.evaluation, accuracy.metric) = ("guess".parse().unwrap(), crate::recipe::evaluation::Metric::Accuracy);
    accuracy.values.remove(0);
    (accuracy.values[0].value, accuracy.values[0].repeats) = (0.5, Repeated::of(vec![0.5, 0.52, 0.51]));
    facts.evaluations.push(accuracy);
    let card = render(&facts).unwrap();
    let section = |heading: &str| card.split("\n## ").find(|section| section.starts_with(heading)).unwrap().to_owned();
    insta::assert_snapshot!(section("Evaluation"), @r#"
    Evaluation

    Every model of the lineage on every evaluation: what each tier gained, and what it forgot.

    Every training was done 3 times, with the seeds 42 to 44: the numbers are means ± sample standard deviations.
    The weights of this model are those of seed 42; its own numbers stand under that seed.

    | Evaluation | general | industry | Seed 42 | What is measured |
    |---|---:|---:|---:|---|
    | prose-ppl | 10.25 ± 0.25 (95 %: ± 0.6211) | 12.00 ± 0.50 (95 %: ± 1.2422) | 11.50 | perplexity on prose/test, lower is better |
    | guess | – | 51.0 ± 1.0 (95 %: ± 2.5) % | 50.0 % | accuracy on prose/test, higher is better |

    Against the best of its ancestors:

    - prose-ppl: 17.1 % worse than general
    "#);
    let lines = |text: &str, word: &str| -> Vec<String> {
        text.lines().filter(|line| line.contains(word)).map(str::to_owned).collect()
    };
    assert_eq!(
        lines(&section("Training\n"), "alidation loss"),
        [
            "| Validation loss | 3.5200 nats a token |",
            "| Validation loss of all repeats | 3.5567 ± 0.040 nats a token, 3 trainings |",
        ]
    );
    assert_eq!(
        lines(&card, "| Seed"),
        [
            "| Evaluation | general | industry | Seed 42 | What is measured |",
            "| Seed | 42 |",
            "| Seeds of all repeats | 42 to 44 |"
        ]
    );
    let (front, _) = parts(&card);
    assert_eq!(front["model-index"][0]["results"][0]["metrics"][0]["value"], json!(11.5));
}

#[test]
fn a_section_without_facts_is_absent() {
    let card = render(&planned()).unwrap();
    for heading in ["## Training", "## Evaluation", "## Requirements", "## Sample"] {
        assert!(!card.contains(heading), "{heading} in\n{card}");
    }
    assert!(!card.contains("model-index") && card.contains("## Lineage") && card.contains("## Model"));
}

#[test]
fn the_same_facts_make_the_same_bytes_and_the_host_stays_out() {
    let card = render(&whole()).unwrap();
    let again: CardFacts = serde_json::from_str(&serde_json::to_string(&whole()).unwrap()).unwrap();
    assert_eq!(render(&again).unwrap(), card);
    assert!(!card.contains("secret-host"));
}

#[test]
fn nothing_a_person_wrote_is_markup_template_or_yaml() {
    let hostile =
        "{{7*7}} {% include '/etc/passwd' %} <script>x</script> | a\n---\nlicense: mit\n# b ``` [c](javascript:d)";
    let mut facts = whole();
    facts.description = hostile.into();
    facts.license = Some(hostile.into());
    facts.tags.domain = Some(hostile.into());
    facts.hub_base = Some(hostile.into());
    facts.gates[0].explanation = hostile.into();
    facts.allow[0].reason = Some(hostile.into());
    facts.allow[0].what = crate::recipe::contamination::Allowed::Text(hostile.into());
    facts.samples[0].prompt = format!("{hostile}\n```\n<img src=x onerror=y>");
    facts.data[0].report.as_mut().unwrap().steps[0].step = hostile.into();
    let card = render(&facts).unwrap();
    let (front, body) = parts(&card);
    assert_eq!(front["license"], json!(hostile));
    let options = pulldown_cmark::Options::ENABLE_TABLES;
    let mut text = String::new();
    for event in pulldown_cmark::Parser::new_ext(&body, options) {
        match event {
            pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => panic!("HTML: {html}"),
            pulldown_cmark::Event::Start(pulldown_cmark::Tag::Link { dest_url, .. }) => panic!("link: {dest_url}"),
            pulldown_cmark::Event::Text(piece) => text.push_str(&piece),
            _ => {}
        }
    }
    assert!(text.contains("{{7*7}} {% include '/etc/passwd' %} <script>x</script> | a --- license: mit # b"), "{text}");
    let n_columns = |line: &str| line.matches(" | ").count();
    let row = body.lines().find(|line| line.starts_with("| prose-ppl | passed")).unwrap();
    assert_eq!(n_columns(row), 2, "{row}");
}
