//! `plan` and `why`: what a run would do, and for what reason.

use std::collections::BTreeSet;
use std::fs;

use crate::support::{Project, copy_of_finished, finished, redacted};

/// Returns the stages a run would do.
fn stale(project: &Project, sets: &[&str]) -> BTreeSet<String> {
    let mut arguments = vec!["plan", "small.yaml"];
    sets.iter().for_each(|set| arguments.extend(["--set", set]));
    let plan = project.json(&arguments);
    let stages = plan["stages"].as_array().unwrap().iter();
    stages
        .filter(|stage| stage["freshness"]["state"] == "stale")
        .map(|stage| stage["id"].as_str().unwrap().to_owned())
        .collect()
}

fn words(text: &str) -> BTreeSet<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// What stands behind the files of `rust` and `tasks`: all but the prose, for the tokenizer is trained on both.
const BEHIND_RUST: &str = "dataset:rust dataset:tasks contamination:prose contamination:rust contamination:tasks tokenizer:bytes tokens:prose/bytes tokens:rust/bytes tokens:tasks/bytes \
    train:general train:industry train:vertical evaluate:general/prose-ppl evaluate:general/rust-loss \
    evaluate:industry/prose-ppl evaluate:industry/rust-loss evaluate:vertical/prose-ppl evaluate:vertical/rust-loss \
    gate:industry/rust-loss gate:vertical/prose-ppl sample:story card:general card:industry card:vertical publish:small";

#[test]
fn a_plan_of_a_new_recipe_is_all_new() {
    let project = Project::new();
    insta::assert_snapshot!(project.pedigree(&["plan", "small.yaml"]), @r#"
    exit: 0
    --- stdout
     stage  state  why  size  time
     dataset:prose  stale  never done before [took]
     ├─ tokenizer:bytes (below)
     ├─ contamination:prose (below)
     ├─ contamination:rust (below)
     └─ contamination:tasks (below)
     dataset:rust  stale  never done before [took]
     ├─ tokenizer:bytes  stale  never done before  300 tokens [took]
     │  ├─ tokens:prose/bytes  stale  never done before [took]
     │  │  └─ train:general  stale  never done before  8.7 k parameters [took]
     │  │  ├─ train:industry (below)
     │  │  ├─ evaluate:general/prose-ppl  stale  never done before [took]
     │  │  │  ├─ card:general (below)
     │  │  │  ├─ card:industry (below)
     │  │  │  └─ card:vertical (below)
     │  │  └─ evaluate:general/rust-loss (below)
     │  ├─ tokens:rust/bytes  stale  never done before [took]
     │  │  ├─ train:industry  stale  never done before  8.7 k parameters [took]
     │  │  │  ├─ train:vertical (below)
     │  │  │  ├─ evaluate:industry/prose-ppl  stale  never done before [took]
     │  │  │  │  ├─ card:industry (below)
     │  │  │  │  └─ card:vertical (below)
     │  │  │  └─ evaluate:industry/rust-loss  stale  never done before [took]
     │  │  │  ├─ gate:industry/rust-loss (below)
     │  │  │  └─ card:vertical (below)
     │  │  └─ evaluate:general/rust-loss  stale  never done before [took]
     │  │  ├─ gate:industry/rust-loss  stale  never done before
     │  │  │  └─ card:industry (below)
     │  │  ├─ card:general (below)
     │  │  └─ card:vertical (below)
     │  └─ tokens:tasks/bytes (below)
     ├─ contamination:prose  stale  never done before [took]
     │  ├─ card:general  stale  never done before
     │  │  └─ publish:small (below)
     │  ├─ card:industry (below)
     │  └─ card:vertical (below)
     ├─ contamination:rust  stale  never done before [took]
     │  ├─ card:industry  stale  never done before
     │  │  └─ publish:small (below)
     │  └─ card:vertical (below)
     └─ contamination:tasks (below)
     dataset:tasks  stale  never done before [took]
     ├─ tokens:tasks/bytes  stale  never done before [took]
     │  └─ train:vertical  stale  never done before  8.7 k parameters (LoRA 704) [took]
     │  ├─ evaluate:vertical/prose-ppl  stale  never done before [took]
     │  │  └─ gate:vertical/prose-ppl  stale  never done before
     │  │  └─ card:vertical (below)
     │  ├─ evaluate:vertical/rust-loss  stale  never done before [took]
     │  │  └─ card:vertical (below)
     │  └─ sample:story  stale  never done before [took]
     │  └─ card:vertical (below)
     └─ contamination:tasks  stale  never done before [took]
        └─ card:vertical  stale  never done before
           └─ publish:small  stale  never done before

    estimate
     training  parameters  trained  tokens  FLOP  memory  disk  speed  time  energy
     general  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]
     industry  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]
     vertical  9.4 k  704  1.3 k  5.97e7  [size]  [size]  [speed] [took]  [energy]

    made from
     parameters  embedding  attention  feed-forward  norms  head  adapter
     general  4.8 k  768  3.1 k  48  0  0
     industry  4.8 k  768  3.1 k  48  0  0
     vertical  4.8 k  768  3.1 k  48  0  704

     memory  weights  gradients  optimizer  activations  best  program  peak  a checkpoint
     general  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     industry  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     vertical  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]

    tokens of general: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of general: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    data of industry: prose 25.0 % = 640 of its 5.6 k (0.11 epochs), rust 75.0 % = 1.9 k of its 4.9 k (0.39 epochs)
    tokens of industry: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of industry: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    tokens of vertical: 10 steps, 1.3 k in all, set by the recipe
    arithmetic of vertical: 4.96e7 FLOP for the parameters, 7.99e6 FLOP for attention, 2.10e6 FLOP to validate
    rate of general, industry, vertical: [rate], [n] % of the peak [rate] of 1 core of this processor at 3 GHz; `pedigree doctor --measure` measures it
    formula: 6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B

    contamination
      ? 6 pairs of a model and an evaluation: not known before dataset:prose has run

    26 of 26 stages to do: about [took] one after the other, 3.97e8 FLOP, [size] of memory at most, [energy]
    "#);
    assert!(!project.workspace().exists(), "planning has made a workspace");
}

#[test]
fn a_plan_is_json_with_everything_a_worker_needs() {
    let project = Project::new();
    let plan = project.json(&["plan", "small.yaml"]);
    let industry =
        plan["stages"].as_array().unwrap().iter().find(|stage| stage["id"] == "train:industry").unwrap().clone();
    insta::assert_snapshot!(redacted(&serde_json::to_string_pretty(&industry).unwrap(), project.path()), @r#"
    {
      "fingerprint": "[digest]",
      "freshness": {
        "reason": {
          "why": "new"
        },
        "state": "stale"
      },
      "id": "train:industry",
      "key": {
        "accumulate": 1,
        "adapter": null,
        "architecture": {
          "context": 64,
          "heads": 2,
          "kv-heads": 1,
          "layers": 1,
          "mlp-width": 64,
          "norm-epsilon": 0.00001,
          "rope-theta": 10000.0,
          "tie-embeddings": true,
          "type": "llama",
          "width": 16
        },
        "attention": "across-documents",
        "base": "general",
        "batch-tokens": 128,
        "budget": {
          "steps": 20
        },
        "compute": {
          "device": "cpu",
          "precision": "fp32",
          "threads": 1
        },
        "data": [
          {
            "dataset": "prose",
            "weight": 0.25
          },
          {
            "dataset": "rust",
            "weight": 0.75
          }
        ],
        "early-stop": null,
        "inputs": {
          "tokens:prose/bytes": "[digest]",
          "tokens:rust/bytes": "[digest]",
          "train:general": "[digest]"
        },
        "objective": {
          "type": "causal-lm"
        },
        "optimizer": {
          "beta-1": 0.9,
          "beta-2": 0.95,
          "clip-norm": 1.0,
          "epsilon": 1e-8,
          "learning-rate": 0.001,
          "type": "adamw",
          "weight-decay": 0.1
        },
        "schedule": {
          "final-ratio": 0.1,
          "type": "cosine",
          "warmup-steps": 2
        },
        "seed": 7,
        "validate": {
          "every-steps": 10,
          "tokens": 512
        },
        "version": 1,
        "vocab-size": 300
      },
      "needs": [
        "tokens:prose/bytes",
        "tokens:rust/bytes",
        "train:general"
      ],
      "work": {
        "adapter": null,
        "architecture": {
          "context": 64,
          "heads": 2,
          "kv-heads": 1,
          "layers": 1,
          "mlp-width": 64,
          "norm-epsilon": 0.00001,
          "rope-theta": 10000.0,
          "tie-embeddings": true,
          "type": "llama",
          "width": 16
        },
        "base": "general",
        "compute": {
          "device": "cpu",
          "precision": "fp32",
          "threads": 1
        },
        "kind": "train",
        "model": "industry",
        "seed": 7,
        "tier": "industry",
        "tokenizer": "bytes",
        "train": {
          "accumulate": 1,
          "attention": "across-documents",
          "batch-tokens": 128,
          "budget": {
            "steps": 20
          },
          "checkpoint": {
            "every-steps": 5,
            "keep": 2
          },
          "data": [
            {
              "dataset": "prose",
              "weight": 0.25
            },
            {
              "dataset": "rust",
              "weight": 0.75
            }
          ],
          "early-stop": null,
          "objective": {
            "type": "causal-lm"
          },
          "optimizer": {
            "beta-1": 0.9,
            "beta-2": 0.95,
            "clip-norm": 1.0,
            "epsilon": 1e-8,
            "learning-rate": 0.001,
            "type": "adamw",
            "weight-decay": 0.1
          },
          "schedule": {
            "final-ratio": 0.1,
            "type": "cosine",
            "warmup-steps": 2
          },
          "validate": {
            "every-steps": 10,
            "tokens": 512
          }
        },
        "vocab-size": 300
      }
    }
    "#);
}

#[test]
fn a_plan_of_what_is_done_is_all_fresh() {
    insta::assert_snapshot!(finished().pedigree(&["plan", "small.yaml"]), @r#"
    exit: 0
    --- stdout
     stage  state  why  size  time
     dataset:prose  fresh  run [short]
     ├─ tokenizer:bytes (below)
     ├─ contamination:prose (below)
     ├─ contamination:rust (below)
     └─ contamination:tasks (below)
     dataset:rust  fresh  run [short]
     ├─ tokenizer:bytes  fresh  run [short]  300 tokens
     │  ├─ tokens:prose/bytes  fresh  run [short]
     │  │  └─ train:general  fresh  run [short]  8.7 k parameters
     │  │  ├─ train:industry (below)
     │  │  ├─ evaluate:general/prose-ppl  fresh  run [short]
     │  │  │  ├─ card:general (below)
     │  │  │  ├─ card:industry (below)
     │  │  │  └─ card:vertical (below)
     │  │  └─ evaluate:general/rust-loss (below)
     │  ├─ tokens:rust/bytes  fresh  run [short]
     │  │  ├─ train:industry  fresh  run [short]  8.7 k parameters
     │  │  │  ├─ train:vertical (below)
     │  │  │  ├─ evaluate:industry/prose-ppl  fresh  run [short]
     │  │  │  │  ├─ card:industry (below)
     │  │  │  │  └─ card:vertical (below)
     │  │  │  └─ evaluate:industry/rust-loss  fresh  run [short]
     │  │  │  ├─ gate:industry/rust-loss (below)
     │  │  │  └─ card:vertical (below)
     │  │  └─ evaluate:general/rust-loss  fresh  run [short]
     │  │  ├─ gate:industry/rust-loss  fresh  run [short]
     │  │  │  └─ card:industry (below)
     │  │  ├─ card:general (below)
     │  │  └─ card:vertical (below)
     │  └─ tokens:tasks/bytes (below)
     ├─ contamination:prose  fresh  run [short]
     │  ├─ card:general  fresh  run [short]
     │  │  └─ publish:small (below)
     │  ├─ card:industry (below)
     │  └─ card:vertical (below)
     ├─ contamination:rust  fresh  run [short]
     │  ├─ card:industry  fresh  run [short]
     │  │  └─ publish:small (below)
     │  └─ card:vertical (below)
     └─ contamination:tasks (below)
     dataset:tasks  fresh  run [short]
     ├─ tokens:tasks/bytes  fresh  run [short]
     │  └─ train:vertical  fresh  run [short]  8.7 k parameters (LoRA 704)
     │  ├─ evaluate:vertical/prose-ppl  fresh  run [short]
     │  │  └─ gate:vertical/prose-ppl  fresh  run [short]
     │  │  └─ card:vertical (below)
     │  ├─ evaluate:vertical/rust-loss  fresh  run [short]
     │  │  └─ card:vertical (below)
     │  └─ sample:story  fresh  run [short]
     │  └─ card:vertical (below)
     └─ contamination:tasks  fresh  run [short]
        └─ card:vertical  fresh  run [short]
           └─ publish:small  fresh  run [short]

    estimate
     training  parameters  trained  tokens  FLOP  memory  disk  speed  time  energy
     general  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed]  fresh  –
     industry  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed]  fresh  –
     vertical  9.4 k  704  1.3 k  6.83e7  [size]  [size]  [speed]  fresh  –

    made from
     parameters  embedding  attention  feed-forward  norms  head  adapter
     general  4.8 k  768  3.1 k  48  0  0
     industry  4.8 k  768  3.1 k  48  0  0
     vertical  4.8 k  768  3.1 k  48  0  704

     memory  weights  gradients  optimizer  activations  best  program  peak  a checkpoint
     general  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     industry  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     vertical  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]

    tokens of general: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of general: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    data of industry: prose 25.0 % = 640 of its 14.7 k (0.04 epochs), rust 75.0 % = 1.9 k of its 11.5 k (0.17 epochs)
    tokens of industry: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of industry: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    tokens of vertical: 10 steps, 1.3 k in all, set by the recipe
    arithmetic of vertical: 4.96e7 FLOP for the parameters, 7.99e6 FLOP for attention, 1.06e7 FLOP to validate
    rate of vertical: [rate], the median of the same network on cpu in run [short]
    rate of general, industry: [rate], the median of the same network on cpu in run [short]
    formula: 6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B

    contamination
      ✓ 6 pairs of a model and an evaluation: clean

    nothing is stale: all 26 stages are done, and nothing is to be paid for
    "#);
}

#[test]
fn a_changed_value_makes_only_its_dependents_stale() {
    let project = finished();
    let vertical = "train:vertical evaluate:vertical/prose-ppl evaluate:vertical/rust-loss gate:vertical/prose-ppl sample:story card:vertical publish:small";
    assert_eq!(stale(project, &["models.vertical.train.budget.steps=12"]), words(vertical));
    assert_eq!(stale(project, &["samples.story.max-tokens=9"]), words("sample:story card:vertical publish:small"));
    assert_eq!(stale(project, &["gates=[]"]), words("card:industry card:vertical publish:small"));
    assert_eq!(stale(project, &["models.general.train.checkpoint.every-steps=7"]), words("card:general publish:small"));
    assert_eq!(stale(project, &[]), BTreeSet::new());
    insta::assert_snapshot!(project.pedigree(&["plan", "small.yaml", "--set", "models.vertical.train.budget.steps=12"]), @r#"
    exit: 0
    --- stdout
     stage  state  why  size  time
     dataset:prose  fresh  run [short]
     ├─ tokenizer:bytes (below)
     ├─ contamination:prose (below)
     ├─ contamination:rust (below)
     └─ contamination:tasks (below)
     dataset:rust  fresh  run [short]
     ├─ tokenizer:bytes  fresh  run [short]  300 tokens
     │  ├─ tokens:prose/bytes  fresh  run [short]
     │  │  └─ train:general  fresh  run [short]  8.7 k parameters
     │  │  ├─ train:industry (below)
     │  │  ├─ evaluate:general/prose-ppl  fresh  run [short]
     │  │  │  ├─ card:general (below)
     │  │  │  ├─ card:industry (below)
     │  │  │  └─ card:vertical (below)
     │  │  └─ evaluate:general/rust-loss (below)
     │  ├─ tokens:rust/bytes  fresh  run [short]
     │  │  ├─ train:industry  fresh  run [short]  8.7 k parameters
     │  │  │  ├─ train:vertical (below)
     │  │  │  ├─ evaluate:industry/prose-ppl  fresh  run [short]
     │  │  │  │  ├─ card:industry (below)
     │  │  │  │  └─ card:vertical (below)
     │  │  │  └─ evaluate:industry/rust-loss  fresh  run [short]
     │  │  │  ├─ gate:industry/rust-loss (below)
     │  │  │  └─ card:vertical (below)
     │  │  └─ evaluate:general/rust-loss  fresh  run [short]
     │  │  ├─ gate:industry/rust-loss  fresh  run [short]
     │  │  │  └─ card:industry (below)
     │  │  ├─ card:general (below)
     │  │  └─ card:vertical (below)
     │  └─ tokens:tasks/bytes (below)
     ├─ contamination:prose  fresh  run [short]
     │  ├─ card:general  fresh  run [short]
     │  │  └─ publish:small (below)
     │  ├─ card:industry (below)
     │  └─ card:vertical (below)
     ├─ contamination:rust  fresh  run [short]
     │  ├─ card:industry  fresh  run [short]
     │  │  └─ publish:small (below)
     │  └─ card:vertical (below)
     └─ contamination:tasks (below)
     dataset:tasks  fresh  run [short]
     ├─ tokens:tasks/bytes  fresh  run [short]
     │  └─ train:vertical  stale  budget.steps 10 → 12  8.7 k parameters (LoRA 704) [took]
     │  ├─ evaluate:vertical/prose-ppl  stale  train:vertical is stale [took]
     │  │  └─ gate:vertical/prose-ppl  stale  evaluate:vertical/prose-ppl is stale
     │  │  └─ card:vertical (below)
     │  ├─ evaluate:vertical/rust-loss  stale  train:vertical is stale [took]
     │  │  └─ card:vertical (below)
     │  └─ sample:story  stale  train:vertical is stale [took]
     │  └─ card:vertical (below)
     └─ contamination:tasks  fresh  run [short]
        └─ card:vertical  stale  facts.model.train.budget.steps 10 → 12
           └─ publish:small  stale  train:vertical is stale

    estimate
     training  parameters  trained  tokens  FLOP  memory  disk  speed  time  energy
     general  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed]  fresh  –
     industry  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed]  fresh  –
     vertical  9.4 k  704  1.5 k  9.04e7  [size]  [size]  [speed] [took]  [energy]

    made from
     parameters  embedding  attention  feed-forward  norms  head  adapter
     general  4.8 k  768  3.1 k  48  0  0
     industry  4.8 k  768  3.1 k  48  0  0
     vertical  4.8 k  768  3.1 k  48  0  704

     memory  weights  gradients  optimizer  activations  best  program  peak  a checkpoint
     general  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     industry  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     vertical  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]

    tokens of general: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of general: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    data of industry: prose 25.0 % = 640 of its 14.7 k (0.04 epochs), rust 75.0 % = 1.9 k of its 11.5 k (0.17 epochs)
    tokens of industry: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of industry: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    tokens of vertical: 12 steps, 1.5 k in all, set by the recipe
    arithmetic of vertical: 5.96e7 FLOP for the parameters, 9.58e6 FLOP for attention, 2.13e7 FLOP to validate
    rate of vertical: [rate], the median of the same network on cpu in run [short]
    rate of general, industry: [rate], the median of the same network on cpu in run [short]
    formula: 6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B

    contamination
      ✓ 6 pairs of a model and an evaluation: clean

    7 of 26 stages to do: about [took] one after the other, 9.04e7 FLOP, [size] of memory at most, [energy]; what is fresh takes nothing
    "#);
}

#[test]
fn an_edited_file_makes_its_dataset_and_all_behind_it_stale() {
    let project = copy_of_finished();
    project
        .write("data/rust/000.rs", "/// Does nothing much at all.\nfn nothing(x: u64) -> u64 { x.wrapping_add(1) }\n");
    assert_eq!(stale(&project, &[]), words(BEHIND_RUST));
}

#[test]
fn an_edit_that_leaves_size_and_time_alone_is_seen() {
    let project = copy_of_finished();
    assert_eq!(stale(&project, &[]), BTreeSet::new());
    let path = project.path().join("data/rust/000.rs");
    let (text, time) = (fs::read_to_string(&path).unwrap(), fs::metadata(&path).unwrap().modified().unwrap());
    fs::write(&path, text.replacen("Does", "DOES", 1)).unwrap();
    fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    assert_eq!(stale(&project, &[]), words(BEHIND_RUST));
}

#[test]
fn a_deleted_and_an_added_file_make_their_dataset_stale() {
    let project = copy_of_finished();
    let kept = fs::read(project.path().join("data/rust/007.rs")).unwrap();
    fs::remove_file(project.path().join("data/rust/007.rs")).unwrap();
    assert_eq!(stale(&project, &[]), words(BEHIND_RUST));
    project.write("data/rust/007.rs", &kept);
    assert_eq!(stale(&project, &[]), BTreeSet::new(), "the same bytes under the same name are the same data");
    project.write("data/rust/new.rs", "/// Is new.\nfn is_new(x: u64) -> u64 { x.wrapping_add(1) }\n");
    assert_eq!(stale(&project, &[]), words(BEHIND_RUST));
}

#[test]
fn a_moved_project_is_still_fresh() {
    let project = copy_of_finished();
    fs::create_dir(project.path().join("moved")).unwrap();
    fs::rename(project.path().join("data"), project.path().join("moved/data")).unwrap();
    let text = fs::read_to_string(project.path().join("small.yaml")).unwrap();
    project.write("small.yaml", text.replace("root: data/", "root: moved/data/"));
    assert_eq!(stale(&project, &[]), BTreeSet::new());
}

#[test]
fn why_names_what_changed() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["why", "small.yaml", "evaluate:general/prose-ppl"]), @r#"
    exit: 0
    --- stdout
    fresh evaluate:general/prose-ppl: done by run [short]

     it depends on  now
     compute.device  cpu
     compute.precision  fp32
     compute.threads  1
     inputs.tokens:prose/bytes  [short]
     inputs.train:general  [short]
     metric  perplexity
     split  test
     tokens  512
     version  1
     fingerprint  [digest]
    "#);
    let set = ["--set", "models.vertical.train.budget={ epochs: 1 }", "--set", "run.seed=8"];
    let mut arguments = vec!["why", "small.yaml", "sample:story"];
    arguments.extend(&set[..2]);
    insta::assert_snapshot!(project.pedigree(&arguments), @r#"
    exit: 0
    --- stdout
    stale sample:story: train:vertical is stale

        it depends on  run [short]  now
        compute.device  cpu  cpu
        compute.precision  fp32  fp32
        compute.threads  1  1
        inputs.tokenizer:bytes  [short]  [short]
     ≠  inputs.train:vertical  [short]  [short]
        prompt  The river  The river
        sampling.max-tokens  8  8
        sampling.seed  42  42
        sampling.temperature  0.0  0.0
        sampling.top-k  0  0
        sampling.top-p  1.0  1.0
        version  1  1
        fingerprint  [digest]  [digest]
    "#);
    let changes =
        project.json(&["why", "small.yaml", "train:vertical", set[0], set[1], set[2], set[3]])["changes"].clone();
    let paths: Vec<_> = changes.as_array().unwrap().iter().map(|change| change["path"].as_str().unwrap()).collect();
    assert!(["budget.epochs", "budget.steps", "seed"].iter().all(|path| paths.contains(path)), "{paths:?}");
}

#[test]
fn an_unknown_stage_finds_the_nearest() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["why", "small.yaml", "train:industri"]), @r#"
    exit: 2
    --- stderr
    error: there is no stage `train:industri`
    hint: did you mean `train:industry`?
    "#);
    insta::assert_snapshot!(project.pedigree(&["why", "small.yaml", "everything"]), @r#"
    exit: 2
    --- stderr
    error: there is no stage `everything`
    hint: `pedigree plan` lists the stages
    "#);
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml", "--only", "trian:general"]), @r#"
    exit: 2
    --- stderr
    error: there is no stage `trian:general`
    hint: did you mean `train:general`?
    "#);
    insta::assert_snapshot!(project.pedigree(&["run", "small.yaml", "--force", "card:genral"]), @r#"
    exit: 2
    --- stderr
    error: there is no stage `card:genral`
    hint: did you mean `card:general`?
    "#);
}
