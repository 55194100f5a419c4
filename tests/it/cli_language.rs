//! What is laid over a recipe: parents, sets, a matrix; as a user types and sees it.

use crate::support::{Project, RECIPE};

#[test]
fn a_recipe_may_lie_elsewhere_than_the_one_it_extends() {
    let project = Project::new();
    project.write(
        "variants/short.yaml",
        "extends: ../small.yaml\nname: short\nmodels: { general: { train: { budget: { steps: 5 } } } }\n",
    );
    let resolved = project.json(&["show", "recipe", "variants/short.yaml"]);
    assert_eq!(resolved["name"], "short");
    assert_eq!(resolved["models"]["general"]["train"]["budget"]["steps"], 5);
    // The folders of the parent stay the parent's.
    let said = project.pedigree(&["plan", "variants/short.yaml"]);
    assert_eq!(said.code, 0, "{said}");
    project.write("small.yaml", RECIPE.replace("layers: 1", "layers: none"));
    project.write("variants/short.yaml", "extends: ../small.yaml\nname: short\nmodel: {}\n");
    insta::assert_snapshot!(project.pedigree(&["check", "variants"]), @r#"
    exit: 2
    --- stdout
    checked 1 recipe: 2 problems
    --- stderr
    error[unknown-key]: model: unknown key `model`
     --> variants/short.yaml:3:1
      |
    3 | model: {}
      | ^^^^^
      |
      = hint: did you mean `models`?
      = docs: docs/diagnostics.md#unknown-key

    error[wrong-type]: models.general.architecture.layers: expected a whole number, found text `none`
      --> variants/../small.yaml:33:42
       |
    33 |  architecture: { type: llama, layers: none, width: 16, heads: 2, kv-heads: 1, context: 64 }
       |  ^^^^
       |
       = docs: docs/recipes.md#models
    "#);
}

#[test]
fn recipes_that_cannot_be_extended_are_told() {
    let project = Project::empty();
    project.write("a.yaml", "extends: b.yaml\n");
    project.write("b.yaml", "extends: ./a.yaml\n");
    project.write("c.yaml", "extends: missing.yaml\n");
    insta::assert_snapshot!(project.pedigree(&["check", "."]), @r#"
    exit: 2
    --- stdout
    checked 3 recipes: 3 problems
    --- stderr
    error[cycle]: extends: the recipes extend each other in a circle: b.yaml → a.yaml → b.yaml
     --> a.yaml:1:10
      |
    1 | extends: b.yaml
      |  ^^^^^^
      |
      = hint: one of them has to stand on its own
      = docs: docs/recipes.md#extends

    error[cycle]: extends: the recipes extend each other in a circle: a.yaml → b.yaml → a.yaml
     --> b.yaml:1:10
      |
    1 | extends: ./a.yaml
      |  ^^^^^^^^
      |
      = hint: one of them has to stand on its own
      = docs: docs/recipes.md#extends

    error[unreadable]: extends: cannot read `missing.yaml`: No such file or directory (os error 2)
     --> ./c.yaml:1:10
      |
    1 | extends: missing.yaml
      |  ^^^^^^^^^^^^
      |
      = hint: the path starts at the folder of the recipe that extends
      = docs: docs/recipes.md#extends
    "#);
}

#[test]
fn a_matrix_copies_what_depends_on_it_and_shares_the_rest() {
    let project = Project::new();
    let recipe = RECIPE
        .replace(
            "train: { data: prose, budget: { steps: 20 } }",
            "train: { data: prose, budget: { steps: \"${steps}\" } }",
        )
        .replace("aliases: { champion: vertical }", "aliases: { champion: vertical-steps-20 }");
    project.write("sweep.yaml", format!("matrix: {{ steps: [10, 20] }}\n{recipe}"));
    insta::assert_snapshot!(project.pedigree(&["plan", "sweep.yaml"]), @r#"
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
     │  │  ├─ train:general-steps-10  stale  never done before  8.7 k parameters [took]
     │  │  │  ├─ train:industry-steps-10 (below)
     │  │  │  ├─ evaluate:general-steps-10/prose-ppl  stale  never done before [took]
     │  │  │  │  ├─ card:general-steps-10 (below)
     │  │  │  │  ├─ card:industry-steps-10 (below)
     │  │  │  │  └─ card:vertical-steps-10 (below)
     │  │  │  └─ evaluate:general-steps-10/rust-loss (below)
     │  │  └─ train:general-steps-20  stale  never done before  8.7 k parameters [took]
     │  │  ├─ train:industry-steps-20 (below)
     │  │  ├─ evaluate:general-steps-20/prose-ppl  stale  never done before [took]
     │  │  │  ├─ card:general-steps-20 (below)
     │  │  │  ├─ card:industry-steps-20 (below)
     │  │  │  └─ card:vertical-steps-20 (below)
     │  │  └─ evaluate:general-steps-20/rust-loss (below)
     │  ├─ tokens:rust/bytes  stale  never done before [took]
     │  │  ├─ train:industry-steps-10  stale  never done before  8.7 k parameters [took]
     │  │  │  ├─ train:vertical-steps-10 (below)
     │  │  │  ├─ evaluate:industry-steps-10/prose-ppl  stale  never done before [took]
     │  │  │  │  ├─ card:industry-steps-10 (below)
     │  │  │  │  └─ card:vertical-steps-10 (below)
     │  │  │  └─ evaluate:industry-steps-10/rust-loss  stale  never done before [took]
     │  │  │  ├─ gate:industry-steps-10/rust-loss (below)
     │  │  │  └─ card:vertical-steps-10 (below)
     │  │  ├─ train:industry-steps-20  stale  never done before  8.7 k parameters [took]
     │  │  │  ├─ train:vertical-steps-20 (below)
     │  │  │  ├─ evaluate:industry-steps-20/prose-ppl  stale  never done before [took]
     │  │  │  │  ├─ card:industry-steps-20 (below)
     │  │  │  │  └─ card:vertical-steps-20 (below)
     │  │  │  └─ evaluate:industry-steps-20/rust-loss  stale  never done before [took]
     │  │  │  ├─ gate:industry-steps-20/rust-loss (below)
     │  │  │  └─ card:vertical-steps-20 (below)
     │  │  ├─ evaluate:general-steps-10/rust-loss  stale  never done before [took]
     │  │  │  ├─ gate:industry-steps-10/rust-loss  stale  never done before
     │  │  │  │  └─ card:industry-steps-10 (below)
     │  │  │  ├─ card:general-steps-10 (below)
     │  │  │  └─ card:vertical-steps-10 (below)
     │  │  └─ evaluate:general-steps-20/rust-loss  stale  never done before [took]
     │  │  ├─ gate:industry-steps-20/rust-loss  stale  never done before
     │  │  │  └─ card:industry-steps-20 (below)
     │  │  ├─ card:general-steps-20 (below)
     │  │  └─ card:vertical-steps-20 (below)
     │  └─ tokens:tasks/bytes (below)
     ├─ contamination:prose  stale  never done before [took]
     │  ├─ card:general-steps-10  stale  never done before
     │  │  └─ publish:small (below)
     │  ├─ card:general-steps-20  stale  never done before
     │  │  └─ publish:small (below)
     │  ├─ card:industry-steps-10 (below)
     │  ├─ card:industry-steps-20 (below)
     │  ├─ card:vertical-steps-10 (below)
     │  └─ card:vertical-steps-20 (below)
     ├─ contamination:rust  stale  never done before [took]
     │  ├─ card:industry-steps-10  stale  never done before
     │  │  └─ publish:small (below)
     │  ├─ card:industry-steps-20  stale  never done before
     │  │  └─ publish:small (below)
     │  ├─ card:vertical-steps-10 (below)
     │  └─ card:vertical-steps-20 (below)
     └─ contamination:tasks (below)
     dataset:tasks  stale  never done before [took]
     ├─ tokens:tasks/bytes  stale  never done before [took]
     │  ├─ train:vertical-steps-10  stale  never done before  8.7 k parameters (LoRA 704) [took]
     │  │  ├─ evaluate:vertical-steps-10/prose-ppl  stale  never done before [took]
     │  │  │  └─ gate:vertical-steps-10/prose-ppl  stale  never done before
     │  │  │  └─ card:vertical-steps-10 (below)
     │  │  ├─ evaluate:vertical-steps-10/rust-loss  stale  never done before [took]
     │  │  │  └─ card:vertical-steps-10 (below)
     │  │  └─ sample:story-steps-10  stale  never done before [took]
     │  │  └─ card:vertical-steps-10 (below)
     │  └─ train:vertical-steps-20  stale  never done before  8.7 k parameters (LoRA 704) [took]
     │  ├─ evaluate:vertical-steps-20/prose-ppl  stale  never done before [took]
     │  │  └─ gate:vertical-steps-20/prose-ppl  stale  never done before
     │  │  └─ card:vertical-steps-20 (below)
     │  ├─ evaluate:vertical-steps-20/rust-loss  stale  never done before [took]
     │  │  └─ card:vertical-steps-20 (below)
     │  └─ sample:story-steps-20  stale  never done before [took]
     │  └─ card:vertical-steps-20 (below)
     └─ contamination:tasks  stale  never done before [took]
        ├─ card:vertical-steps-10  stale  never done before
        │  └─ publish:small (below)
        └─ card:vertical-steps-20  stale  never done before
           └─ publish:small  stale  never done before

    estimate
     training  parameters  trained  tokens  FLOP  memory  disk  speed  time  energy
     general-steps-10  8.7 k  8.7 k  1.3 k  8.43e7  [size]  [size]  [speed] [took]  [energy]
     general-steps-20  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]
     industry-steps-10  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]
     industry-steps-20  8.7 k  8.7 k  2.6 k  1.69e8  [size]  [size]  [speed] [took]  [energy]
     vertical-steps-10  9.4 k  704  1.3 k  5.97e7  [size]  [size]  [speed] [took]  [energy]
     vertical-steps-20  9.4 k  704  1.3 k  5.97e7  [size]  [size]  [speed] [took]  [energy]

    made from
     parameters  embedding  attention  feed-forward  norms  head  adapter
     general-steps-10  4.8 k  768  3.1 k  48  0  0
     general-steps-20  4.8 k  768  3.1 k  48  0  0
     industry-steps-10  4.8 k  768  3.1 k  48  0  0
     industry-steps-20  4.8 k  768  3.1 k  48  0  0
     vertical-steps-10  4.8 k  768  3.1 k  48  0  704
     vertical-steps-20  4.8 k  768  3.1 k  48  0  704

     memory  weights  gradients  optimizer  activations  best  program  peak  a checkpoint
     general-steps-10  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     general-steps-20  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     industry-steps-10  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     industry-steps-20  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     vertical-steps-10  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]
     vertical-steps-20  [size]  [size]  [size]  [size]  [size]  [size]  [size]  [size]

    tokens of general-steps-10: 10 steps, 1.3 k in all, set by the recipe
    arithmetic of general-steps-10: 6.64e7 FLOP for the parameters, 7.99e6 FLOP for attention, 9.91e6 FLOP to validate
    tokens of general-steps-20: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of general-steps-20: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    data of industry-steps-10: prose 25.0 % = 640 of its 5.6 k (0.11 epochs), rust 75.0 % = 1.9 k of its 4.9 k (0.39 epochs)
    tokens of industry-steps-10: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of industry-steps-10: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    data of industry-steps-20: prose 25.0 % = 640 of its 5.6 k (0.11 epochs), rust 75.0 % = 1.9 k of its 4.9 k (0.39 epochs)
    tokens of industry-steps-20: 20 steps, 2.6 k in all, set by the recipe
    arithmetic of industry-steps-20: 1.33e8 FLOP for the parameters, 1.60e7 FLOP for attention, 1.98e7 FLOP to validate
    tokens of vertical-steps-10: 10 steps, 1.3 k in all, set by the recipe
    arithmetic of vertical-steps-10: 4.96e7 FLOP for the parameters, 7.99e6 FLOP for attention, 2.10e6 FLOP to validate
    tokens of vertical-steps-20: 10 steps, 1.3 k in all, set by the recipe
    arithmetic of vertical-steps-20: 4.96e7 FLOP for the parameters, 7.99e6 FLOP for attention, 2.10e6 FLOP to validate
    rate of general-steps-10, general-steps-20, industry-steps-10, industry-steps-20, vertical-steps-10, vertical-steps-20: [rate], [n] % of the peak [rate] of 1 core of this processor at 3 GHz; `pedigree doctor --measure` measures it
    formula: 6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B

    contamination
      ? 12 pairs of a model and an evaluation: not known before dataset:prose has run

    41 of 41 stages to do: about [took] one after the other, 7.09e8 FLOP, [size] of memory at most, [energy]
    "#);
    project.write("sweep.yaml", format!("matrix: {{ steps: [10, many] }}\n{recipe}"));
    insta::assert_snapshot!(project.pedigree(&["check", "sweep.yaml"]), @r#"
    exit: 2
    --- stdout
    checked 1 recipe: 2 problems
    --- stderr
    error[wrong-type]: models.general-steps-many.train.budget.steps: expected a whole number, found text `many`
      --> sweep.yaml:36:44
       |
    36 |  train: { data: prose, budget: { steps: "${steps}" } }
       |  ^^^^^^^^^^
       |
       = hint: a variable is a number only where `${…}` stands alone
       = docs: docs/recipes.md#models

    error[no-such-name]: publish.zoo.aliases.champion: there is no model `vertical-steps-20`
      --> sweep.yaml:57:44
       |
    57 |  zoo: { name: small, aliases: { champion: vertical-steps-20 } }
       |  ^^^^^^^^^^^^^^^^^
       |
       = hint: did you mean `vertical-steps-10`?
       = docs: docs/recipes.md#publish
    "#);
}

#[test]
fn what_a_run_took_from_outside_is_recorded() {
    let project = Project::new();
    project.write("small.yaml", RECIPE.replace("root: data/rust", "root: \"${PEDIGREE_DATA}/rust\""));
    project.write("child.yaml", "extends: small.yaml\nname: child\n");
    let data = project.path().join("data");
    let run = project.command(&["run", "child.yaml", "--only", "dataset:rust"]).env("PEDIGREE_DATA", &data).output();
    assert!(run.unwrap().status.success());
    let status = project.json(&["status"]);
    let provenance = &status["run"]["provenance"];
    assert_eq!(provenance["environment"]["PEDIGREE_DATA"], data.display().to_string());
    assert_eq!(provenance["extends"][0]["file"], "small.yaml");
    assert!(provenance["extends"][0]["text"].as_str().unwrap().contains("${PEDIGREE_DATA}"));
}
