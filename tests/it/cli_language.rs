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
    error: model: unknown key `model`
     --> variants/short.yaml:3:1
      |
    3 | model: {}
      | ^^^^^
      |
      = hint: did you mean `models`?

    error: models.general.architecture.layers: expected a whole number, found text `none`
      --> variants/../small.yaml:33:42
       |
    33 |  architecture: { type: llama, layers: none, width: 16, heads: 2, kv-heads: 1, context: 64 }
       |  ^^^^
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
    error: extends: the recipes extend each other in a circle: b.yaml → a.yaml → b.yaml
     --> a.yaml:1:10
      |
    1 | extends: b.yaml
      |  ^^^^^^
      |
      = hint: one of them has to stand on its own

    error: extends: the recipes extend each other in a circle: a.yaml → b.yaml → a.yaml
     --> b.yaml:1:10
      |
    1 | extends: ./a.yaml
      |  ^^^^^^^^
      |
      = hint: one of them has to stand on its own

    error: extends: cannot read `missing.yaml`: No such file or directory (os error 2)
     --> ./c.yaml:1:10
      |
    1 | extends: missing.yaml
      |  ^^^^^^^^^^^^
      |
      = hint: the path starts at the folder of the recipe that extends
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
     stage  state  why  size
     dataset:prose  stale  never done before
     dataset:rust  stale  never done before
     dataset:tasks  stale  never done before
     tokenizer:bytes  stale  never done before  300 tokens
     tokens:prose/bytes  stale  never done before
     train:general-steps-10  stale  never done before  8.7 k parameters
     train:general-steps-20  stale  never done before  8.7 k parameters
     tokens:rust/bytes  stale  never done before
     train:industry-steps-10  stale  never done before  8.7 k parameters
     train:industry-steps-20  stale  never done before  8.7 k parameters
     tokens:tasks/bytes  stale  never done before
     train:vertical-steps-10  stale  never done before  8.7 k parameters
     train:vertical-steps-20  stale  never done before  8.7 k parameters
     evaluate:general-steps-10/prose-ppl  stale  never done before
     evaluate:general-steps-10/rust-loss  stale  never done before
     evaluate:general-steps-20/prose-ppl  stale  never done before
     evaluate:general-steps-20/rust-loss  stale  never done before
     evaluate:industry-steps-10/prose-ppl  stale  never done before
     evaluate:industry-steps-10/rust-loss  stale  never done before
     evaluate:industry-steps-20/prose-ppl  stale  never done before
     evaluate:industry-steps-20/rust-loss  stale  never done before
     evaluate:vertical-steps-10/prose-ppl  stale  never done before
     evaluate:vertical-steps-10/rust-loss  stale  never done before
     evaluate:vertical-steps-20/prose-ppl  stale  never done before
     evaluate:vertical-steps-20/rust-loss  stale  never done before
     gate:industry-steps-10/rust-loss  stale  never done before
     gate:industry-steps-20/rust-loss  stale  never done before
     gate:vertical-steps-10/prose-ppl  stale  never done before
     gate:vertical-steps-20/prose-ppl  stale  never done before
     sample:story-steps-10  stale  never done before
     sample:story-steps-20  stale  never done before
     card:general-steps-10  stale  never done before
     card:general-steps-20  stale  never done before
     card:industry-steps-10  stale  never done before
     card:industry-steps-20  stale  never done before
     card:vertical-steps-10  stale  never done before
     card:vertical-steps-20  stale  never done before
     publish:small  stale  never done before

    38 of 38 stages to do
    "#);
    project.write("sweep.yaml", format!("matrix: {{ steps: [10, many] }}\n{recipe}"));
    insta::assert_snapshot!(project.pedigree(&["check", "sweep.yaml"]), @r#"
    exit: 2
    --- stdout
    checked 1 recipe: 2 problems
    --- stderr
    error: models.general-steps-many.train.budget.steps: expected a whole number, found text `many`
      --> sweep.yaml:36:44
       |
    36 |  train: { data: prose, budget: { steps: "${steps}" } }
       |  ^^^^^^^^^^

    error: publish.zoo.aliases.champion: there is no model `vertical-steps-20`
      --> sweep.yaml:57:44
       |
    57 |  zoo: { name: small, aliases: { champion: vertical-steps-20 } }
       |  ^^^^^^^^^^^^^^^^^
       |
       = hint: did you mean `vertical-steps-10`?
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
