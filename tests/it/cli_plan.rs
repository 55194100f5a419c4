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
     stage  state  why  size
     dataset:prose  stale  never done before
     dataset:rust  stale  never done before
     dataset:tasks  stale  never done before
     tokenizer:bytes  stale  never done before  300 tokens
     tokens:prose/bytes  stale  never done before
     train:general  stale  never done before  8.7 k parameters
     tokens:rust/bytes  stale  never done before
     train:industry  stale  never done before  8.7 k parameters
     tokens:tasks/bytes  stale  never done before
     train:vertical  stale  never done before  8.7 k parameters
     contamination:prose  stale  never done before
     contamination:rust  stale  never done before
     contamination:tasks  stale  never done before
     evaluate:general/prose-ppl  stale  never done before
     evaluate:general/rust-loss  stale  never done before
     evaluate:industry/prose-ppl  stale  never done before
     evaluate:industry/rust-loss  stale  never done before
     evaluate:vertical/prose-ppl  stale  never done before
     evaluate:vertical/rust-loss  stale  never done before
     gate:industry/rust-loss  stale  never done before
     gate:vertical/prose-ppl  stale  never done before
     sample:story  stale  never done before
     card:general  stale  never done before
     card:industry  stale  never done before
     card:vertical  stale  never done before
     publish:small  stale  never done before

    26 of 26 stages to do

    contamination
      ? 6 pairs of a model and an evaluation: not known before dataset:prose has run
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
     stage  state  why  size
     dataset:prose  fresh  run [short]
     dataset:rust  fresh  run [short]
     dataset:tasks  fresh  run [short]
     tokenizer:bytes  fresh  run [short]  300 tokens
     tokens:prose/bytes  fresh  run [short]
     train:general  fresh  run [short]  8.7 k parameters
     tokens:rust/bytes  fresh  run [short]
     train:industry  fresh  run [short]  8.7 k parameters
     tokens:tasks/bytes  fresh  run [short]
     train:vertical  fresh  run [short]  8.7 k parameters
     contamination:prose  fresh  run [short]
     contamination:rust  fresh  run [short]
     contamination:tasks  fresh  run [short]
     evaluate:general/prose-ppl  fresh  run [short]
     evaluate:general/rust-loss  fresh  run [short]
     evaluate:industry/prose-ppl  fresh  run [short]
     evaluate:industry/rust-loss  fresh  run [short]
     evaluate:vertical/prose-ppl  fresh  run [short]
     evaluate:vertical/rust-loss  fresh  run [short]
     gate:industry/rust-loss  fresh  run [short]
     gate:vertical/prose-ppl  fresh  run [short]
     sample:story  fresh  run [short]
     card:general  fresh  run [short]
     card:industry  fresh  run [short]
     card:vertical  fresh  run [short]
     publish:small  fresh  run [short]

    nothing is stale: all 26 stages are done

    contamination
      ✓ 6 pairs of a model and an evaluation: clean
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
     stage  state  why  size
     dataset:prose  fresh  run [short]
     dataset:rust  fresh  run [short]
     dataset:tasks  fresh  run [short]
     tokenizer:bytes  fresh  run [short]  300 tokens
     tokens:prose/bytes  fresh  run [short]
     train:general  fresh  run [short]  8.7 k parameters
     tokens:rust/bytes  fresh  run [short]
     train:industry  fresh  run [short]  8.7 k parameters
     tokens:tasks/bytes  fresh  run [short]
     train:vertical  stale  budget.steps 10 → 12  8.7 k parameters
     contamination:prose  fresh  run [short]
     contamination:rust  fresh  run [short]
     contamination:tasks  fresh  run [short]
     evaluate:general/prose-ppl  fresh  run [short]
     evaluate:general/rust-loss  fresh  run [short]
     evaluate:industry/prose-ppl  fresh  run [short]
     evaluate:industry/rust-loss  fresh  run [short]
     evaluate:vertical/prose-ppl  stale  train:vertical is stale
     evaluate:vertical/rust-loss  stale  train:vertical is stale
     gate:industry/rust-loss  fresh  run [short]
     gate:vertical/prose-ppl  stale  evaluate:vertical/prose-ppl is stale
     sample:story  stale  train:vertical is stale
     card:general  fresh  run [short]
     card:industry  fresh  run [short]
     card:vertical  stale  facts.model.train.budget.steps 10 → 12
     publish:small  stale  train:vertical is stale

    7 of 26 stages to do

    contamination
      ✓ 6 pairs of a model and an evaluation: clean
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

        it depends on  run [short]  now
        compute.device  cpu  cpu
        compute.precision  fp32  fp32
        compute.threads  1  1
        inputs.tokens:prose/bytes  [short]  [short]
        inputs.train:general  [short]  [short]
        metric  perplexity  perplexity
        split  test  test
        tokens  512  512
        version  1  1
        fingerprint  [digest]  [digest]
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
