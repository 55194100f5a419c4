//! `check` and `show recipe`: what a recipe means, before anything runs.

use crate::support::{Project, RECIPE};

#[test]
fn a_good_recipe_has_no_problems() {
    let project = Project::new();
    insta::assert_snapshot!(project.pedigree(&["check", "small.yaml"]), @r#"
    exit: 0
    --- stdout
    checked 1 recipe: no problems
    "#);
    insta::assert_snapshot!(project.pedigree(&["check", "small.yaml", "--format", "json"]), @r#"
    exit: 0
    --- stdout
    []
    "#);
}

#[test]
fn every_problem_of_a_bad_recipe_is_told_at_once() {
    let project = Project::empty();
    project.write("bad.yaml", RECIPE.replace("layers: 1", "layres: 1").replace("data: tasks", "data: task"));
    insta::assert_snapshot!(project.pedigree(&["check", "bad.yaml"]), @r#"
    exit: 2
    --- stdout
    checked 1 recipe: 3 problems
    --- stderr
    error[missing-key]: models.general.architecture.layers: `layers` is missing
      --> bad.yaml:33:19
       |
    33 |  architecture: { type: llama, layres: 1, width: 16, heads: 2, kv-heads: 1, context: 64 }
       |  ^
       |
       = hint: such as `layers: 4`
       = docs: docs/recipes.md#models

    error[unknown-key]: models.general.architecture.layres: unknown key `layres`
      --> bad.yaml:33:34
       |
    33 |  architecture: { type: llama, layres: 1, width: 16, heads: 2, kv-heads: 1, context: 64 }
       |  ^^^^^^
       |
       = hint: did you mean `layers`?
       = docs: docs/recipes.md#models

    error[no-such-name]: models.vertical.train.data: there is no dataset `task`
      --> bad.yaml:42:54
       |
    42 |  train: { objective: { type: instruction }, data: task, budget: { steps: 10 } }
       |  ^^^^
       |
       = hint: did you mean `tasks`?
       = docs: docs/recipes.md#models
    "#);
    insta::assert_snapshot!(project.pedigree(&["check", "bad.yaml", "--format", "json"]), @r#"
    exit: 2
    --- stdout
    [
      {
        "file": "bad.yaml",
        "problems": [
          {
            "severity": "error",
            "code": "missing-key",
            "file": "bad.yaml",
            "line": 33,
            "column": 19,
            "start": 992,
            "end": 993,
            "path": "models.general.architecture.layers",
            "message": "`layers` is missing",
            "hint": "such as `layers: 4`",
            "docs": "docs/recipes.md#models"
          },
          {
            "severity": "error",
            "code": "unknown-key",
            "file": "bad.yaml",
            "line": 33,
            "column": 34,
            "start": 1007,
            "end": 1013,
            "path": "models.general.architecture.layres",
            "message": "unknown key `layres`",
            "hint": "did you mean `layers`?",
            "docs": "docs/recipes.md#models"
          },
          {
            "severity": "error",
            "code": "no-such-name",
            "file": "bad.yaml",
            "line": 42,
            "column": 54,
            "start": 1363,
            "end": 1367,
            "path": "models.vertical.train.data",
            "message": "there is no dataset `task`",
            "hint": "did you mean `tasks`?",
            "docs": "docs/recipes.md#models"
          }
        ],
        "left-out": 0
      }
    ]
    --- stderr
    error[missing-key]: models.general.architecture.layers: `layers` is missing
      --> bad.yaml:33:19
       |
    33 |  architecture: { type: llama, layres: 1, width: 16, heads: 2, kv-heads: 1, context: 64 }
       |  ^
       |
       = hint: such as `layers: 4`
       = docs: docs/recipes.md#models

    error[unknown-key]: models.general.architecture.layres: unknown key `layres`
      --> bad.yaml:33:34
       |
    33 |  architecture: { type: llama, layres: 1, width: 16, heads: 2, kv-heads: 1, context: 64 }
       |  ^^^^^^
       |
       = hint: did you mean `layers`?
       = docs: docs/recipes.md#models

    error[no-such-name]: models.vertical.train.data: there is no dataset `task`
      --> bad.yaml:42:54
       |
    42 |  train: { objective: { type: instruction }, data: task, budget: { steps: 10 } }
       |  ^^^^
       |
       = hint: did you mean `tasks`?
       = docs: docs/recipes.md#models
    "#);
}

#[test]
fn a_folder_is_checked_recipe_by_recipe() {
    let project = Project::empty();
    project.write("recipes/a.yaml", RECIPE);
    project.write("recipes/b.yaml", "version: 1\n");
    project.write("recipes/notes.txt", "no recipe");
    insta::assert_snapshot!(project.pedigree(&["check", "recipes"]), @r#"
    exit: 2
    --- stdout
    checked 2 recipes: 4 problems
    --- stderr
    error[missing-key]: datasets: `datasets` is missing
     --> recipes/b.yaml:1:1
      |
    1 | version: 1
      | ^
      |
      = hint: such as `datasets: { prose: { source: { type: files, root: data, include: ["*.md"] } } }`
      = docs: docs/recipes.md#datasets

    error[missing-key]: models: `models` is missing
     --> recipes/b.yaml:1:1
      |
    1 | version: 1
      | ^
      |
      = hint: such as `models: { general: { … } }`
      = docs: docs/recipes.md#models

    error[missing-key]: name: `name` is missing
     --> recipes/b.yaml:1:1
      |
    1 | version: 1
      | ^
      |
      = hint: such as `name: rust-coder`
      = docs: docs/recipes.md#name

    error[missing-key]: tokenizers: `tokenizers` is missing
     --> recipes/b.yaml:1:1
      |
    1 | version: 1
      | ^
      |
      = hint: such as `tokenizers: { bytes: { type: byte-bpe, vocab-size: 4096, train-on: [prose] } }`
      = docs: docs/recipes.md#tokenizers
    "#);
    project.write("nothing/notes.txt", "no recipe");
    insta::assert_snapshot!(project.pedigree(&["check", "nothing"]), @r#"
    exit: 2
    --- stderr
    error: there is no recipe in `nothing`
    hint: recipes end in `.yaml`
    "#);
    insta::assert_snapshot!(project.pedigree(&["check", "missing.yaml"]), @r#"
    exit: 2
    --- stdout
    checked 1 recipe: 1 problem
    --- stderr
    error[unreadable]: cannot read `missing.yaml`: No such file or directory (os error 2)
    --> missing.yaml
     = hint: recipes mostly lie in `recipes/`; `pedigree init` writes a first one
     = docs: docs/diagnostics.md#unreadable
    "#);
}

#[test]
fn a_recipe_is_shown_with_every_default() {
    let project = Project::new();
    insta::assert_snapshot!(project.pedigree(&["show", "recipe", "small.yaml", "--set", "run.seed=8"]), @r#"
    exit: 0
    --- stdout
    contamination:
      allow: []
      ngram: 13
      on-find: "warn"
      threshold: 0.5
    datasets:
      prose:
        clean:
          -
            form: "nfc"
            type: "normalize-unicode"
            width: "keep"
          -
            kind: "markdown"
            type: "strip-markup"
          -
            type: "dedup-exact"
        most-bad-rows: 100
        on-bad-row: "fail"
        source:
          encoding: "utf-8"
          exclude: []
          include:
            - "*.md"
          root: "[project]/data/prose"
          strip-components: 0
          type: "files"
        split:
          assign:
            test: []
            train: []
            validation: []
          by: "document"
          decontaminate: false
          group: "group"
          test: 0.1
          train: 0.8
          validation: 0.1
      rust:
        clean: []
        most-bad-rows: 100
        on-bad-row: "fail"
        source:
          encoding: "utf-8"
          exclude: []
          include:
            - "*.rs"
          root: "[project]/data/rust"
          strip-components: 0
          type: "files"
        split:
          assign:
            test: []
            train: []
            validation: []
          by: "document"
          decontaminate: false
          group: "group"
          test: 0.1
          train: 0.8
          validation: 0.1
      tasks:
        clean: []
        extract:
          prompt: "{doc}\n{signature}"
          response: " {body}"
          type: "rust-doc-pairs"
        most-bad-rows: 100
        on-bad-row: "fail"
        source:
          encoding: "utf-8"
          exclude: []
          include:
            - "*.rs"
          root: "[project]/data/rust"
          strip-components: 0
          type: "files"
        split:
          assign:
            test: []
            train: []
            validation: []
          by: "document"
          decontaminate: false
          group: "group"
          test: 0.1
          train: 0.8
          validation: 0.1
    description: "A lineage small enough for a test."
    evaluations:
      prose-ppl:
        data: "prose/test"
        metric: "perplexity"
        tokens: 512
      rust-loss:
        data: "rust/test"
        metric: "loss"
        tokens: 512
    gates:
      -
        evaluation: "rust-loss"
        less-than: "general"
        model: "industry"
      -
        at-most: 1000.0
        evaluation: "prose-ppl"
        model: "vertical"
    license: "apache-2.0"
    models:
      general:
        architecture:
          context: 64
          heads: 2
          kv-heads: 1
          layers: 1
          mlp-width: 64
          norm-epsilon: 0.00001
          rope-theta: 10000.0
          tie-embeddings: true
          type: "llama"
          width: 16
        tier: "general"
        tokenizer: "bytes"
        train:
          accumulate: 1
          attention: "across-documents"
          batch-tokens: 128
          budget:
            steps: 20
          checkpoint:
            every-steps: 5
            keep: 2
          data:
            mix:
              prose: 1.0
          objective:
            type: "causal-lm"
          optimizer:
            beta-1: 0.9
            beta-2: 0.95
            clip-norm: 1.0
            epsilon: 1e-8
            learning-rate: 0.001
            type: "adamw"
            weight-decay: 0.1
          schedule:
            final-ratio: 0.1
            type: "cosine"
            warmup-steps: 2
          validate:
            every-steps: 10
            tokens: 512
      industry:
        base: "general"
        tier: "industry"
        train:
          accumulate: 1
          attention: "across-documents"
          batch-tokens: 128
          budget:
            steps: 20
          checkpoint:
            every-steps: 5
            keep: 2
          data:
            mix:
              prose: 0.25
              rust: 0.75
          objective:
            type: "causal-lm"
          optimizer:
            beta-1: 0.9
            beta-2: 0.95
            clip-norm: 1.0
            epsilon: 1e-8
            learning-rate: 0.001
            type: "adamw"
            weight-decay: 0.1
          schedule:
            final-ratio: 0.1
            type: "cosine"
            warmup-steps: 2
          validate:
            every-steps: 10
            tokens: 512
      vertical:
        adapter:
          alpha: 4.0
          rank: 2
          then: "merge"
          type: "lora"
        base: "industry"
        tier: "vertical"
        train:
          accumulate: 1
          attention: "across-documents"
          batch-tokens: 128
          budget:
            steps: 10
          checkpoint:
            every-steps: 5
            keep: 2
          data:
            mix:
              tasks: 1.0
          objective:
            type: "instruction"
          optimizer:
            beta-1: 0.9
            beta-2: 0.95
            clip-norm: 1.0
            epsilon: 1e-8
            learning-rate: 0.001
            type: "adamw"
            weight-decay: 0.1
          schedule:
            final-ratio: 0.1
            type: "cosine"
            warmup-steps: 2
          validate:
            every-steps: 10
            tokens: 512
    name: "small"
    publish:
      zoo:
        aliases:
          champion: "vertical"
        name: "small"
    run:
      device: "cpu"
      precision: "fp32"
      seed: 8
      threads: 1
    samples:
      story:
        max-tokens: 8
        model: "vertical"
        prompt: "The river"
        seed: 42
        temperature: 0.0
        top-k: 0
        top-p: 1.0
    tags:
      domain: "code"
      language:
        - "en"
    tokenizers:
      bytes:
        chat-template: "chatml"
        chinese: "words"
        digits: "together"
        indentation: false
        min-frequency: 2
        normalizer: []
        special-tokens: []
        train-on:
          - "prose"
          - "rust"
        type: "byte-bpe"
        vocab-size: 300
    version: 1
    "#);
}

#[test]
fn what_is_shown_is_a_recipe_that_means_the_same() {
    let project = Project::new();
    let shown = project.pedigree(&["show", "recipe", "small.yaml"]);
    project.write("shown.yaml", &shown.stdout);
    let again = project.pedigree(&["show", "recipe", "shown.yaml"]);
    assert_eq!((again.code, &again.stdout), (0, &shown.stdout), "{again}");
    let json = project.json(&["show", "recipe", "small.yaml"]);
    assert_eq!(project.json(&["show", "recipe", "shown.yaml"]), json);
    project.write("shown.json.yaml", json.to_string());
    assert_eq!(project.json(&["show", "recipe", "shown.json.yaml"]), json);
    let stages = |file| project.json(&["plan", file])["stages"].clone();
    assert_eq!(stages("shown.yaml"), stages("small.yaml"));
}

#[test]
fn a_value_that_cannot_be_set_is_told() {
    let project = Project::new();
    insta::assert_snapshot!(project.pedigree(&["show", "recipe", "small.yaml", "--set", "models.general.train.budget"]), @r#"
    exit: 2
    --- stderr
    error[bad-set]: this sets nothing
     --> --set:1:1
      |
    1 | models.general.train.budget
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: expected `path=value`, such as `models.general.train.budget.steps=50`
      = docs: docs/diagnostics.md#bad-set
    "#);
    insta::assert_snapshot!(project.pedigree(&["show", "recipe", "small.yaml", "--set", "models.general.train.budget.stepz=3"]), @r#"
    exit: 2
    --- stderr
    error[unknown-key]: models.general.train.budget.stepz: unknown key `stepz`
     --> --set:1:1
      |
    1 | models.general.train.budget.stepz=3
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: did you mean `steps`?
      = docs: docs/recipes.md#models
    "#);
    insta::assert_snapshot!(project.pedigree(&["show", "recipe", "small.yaml", "--set", "name.first=x"]), @r#"
    exit: 2
    --- stderr
    error[bad-set]: name.first: `name` is a single value: nothing stands below it
     --> --set:1:1
      |
    1 | name.first=x
      | ^^^^^^^^^^
      |
      = hint: leave the rest of the path out
      = docs: docs/recipes.md#name
    "#);
    insta::assert_snapshot!(project.pedigree(&["show", "recipe", "small.yaml", "--set", "run.seed=[1"]), @r#"
    exit: 2
    --- stderr
    error[yaml]: run.seed: unclosed bracket '['
     --> --set:1:10
      |
    1 | run.seed=[1
      |  ^
      |
      = hint: every `[` and `{` needs its `]` and `}`, with commas between the items
      = docs: docs/recipes.md#run
    "#);
}
