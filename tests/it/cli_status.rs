//! `runs`, `status`, `metrics`, `compare`: what was done and what came out.

use crate::support::{Project, finished};

#[test]
fn runs_are_listed() {
    insta::assert_snapshot!(finished().pedigree(&["runs"]), @r#"
    exit: 0
    --- stdout
     run  recipe  state  stages  began (UTC)  took
     [short]  small  succeeded  26/26  [time] [took]
    "#);
}

#[test]
fn a_run_tells_how_it_stands() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["status"]).without_numbers(), @r#"
    exit: 0
    --- stdout
     stage  state  took  why
     dataset:prose  finished [took]  never done before
     dataset:rust  finished [took]  never done before
     dataset:tasks  finished [took]  never done before
     tokenizer:bytes  finished [took]  never done before
     tokens:prose/bytes  finished [took]  never done before
     train:general  finished [took]  never done before
     tokens:rust/bytes  finished [took]  never done before
     train:industry  finished [took]  never done before
     tokens:tasks/bytes  finished [took]  never done before
     train:vertical  finished [took]  never done before
     contamination:prose  finished [took]  never done before
     contamination:rust  finished [took]  never done before
     contamination:tasks  finished [took]  never done before
     evaluate:general/prose-ppl  finished [took]  never done before
     evaluate:general/rust-loss  finished [took]  never done before
     evaluate:industry/prose-ppl  finished [took]  never done before
     evaluate:industry/rust-loss  finished [took]  never done before
     evaluate:vertical/prose-ppl  finished [took]  never done before
     evaluate:vertical/rust-loss  finished [took]  never done before
     gate:industry/rust-loss  finished [took]  never done before
     gate:vertical/prose-ppl  finished [took]  never done before
     sample:story  finished [took]  never done before
     card:general  finished [took]  never done before
     card:industry  finished [took]  never done before
     card:vertical  finished [took]  never done before
     publish:small  finished [took]  never done before

     training  expected  took  expected  speed  expected  memory
     train:general [took] [took]  [speed]  [speed]  [size]  [size]
     train:industry [took] [took]  [speed]  [speed]  [size]  [size]
     train:vertical [took] [took]  [speed]  [speed]  [size]  [size]
     all stages [took] [took]

    small  run [short]  succeeded in [took]
    began [time] UTC · 26 stages (26 finished)

    lineage
     lineage  tier  parameters  steps  prose-ppl  rust-loss  forgetting
     general  general  [n] k  20  [n] [[n], [n]]  [n] [[n], [n]]  –
     └─ industry  industry  [n] k  20  [n] [[n], [n]] ([n] %)  [n] [[n], [n]] ([n] %)  [n] %
        └─ vertical  vertical  [n] k (LoRA 704)  10  [n] [[n], [n]] ([n] %)  [n] [[n], [n]] ([n] %)  [n] %
    (95 % of draws of other records lie within square brackets; against the parent in brackets; forgetting: the worst change against the ancestor that learned that data; prose-ppl: perplexity, lower is better, rust-loss: loss, lower is better)

    generalisation
      general unclear: there are too few measurements (2)
      industry unclear: there are too few measurements (2)
      vertical unclear: there are too few measurements (1)

    forgotten
      vertical on prose-ppl: [n] is [n] % worse than [n] of industry, its best ancestor

    contamination
      ✓ 6 pairs of a model and an evaluation: clean

    gates
      ✓ industry on rust-loss: [n] is [n] % better than general's [n], required: less
      ✓ vertical on prose-ppl: [n], required: at most 1000

    samples
      story by vertical (8 tokens)
      │ [text]

    what next
      card of small-general@v1  .pedigree/cards/small-general@v1.md
      card of small-industry@v1  .pedigree/cards/small-industry@v1.md
      card of small-vertical@v1  .pedigree/cards/small-vertical@v1.md
      pedigree generate small-vertical@v1 -p "…"
      pedigree zoo tree
      pedigree reproduce [short]
    "#);
    let id = project.json(&["runs"])[0]["id"].as_str().unwrap().to_owned();
    let whole = project.pedigree(&["status", &id]);
    let by_end = project.pedigree(&["status", &id[28..]]);
    assert_eq!((whole.code, whole.stdout), (0, by_end.stdout));
}

#[test]
fn metrics_are_told_last_or_all() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["metrics"]).without_numbers(), @r#"
    exit: 0
    --- stdout
     stage  metric  step  value
     train:general  gradient-norm  20  [n]
     train:general  learning-rate  20  1.07e-4
     train:general  peak-memory-bytes  20  [memory]
     train:general  tokens-per-second  20  [speed]
     train:general  train/loss  20  [n]
     train:general  validation/gap  20  [n]
     train:general  validation/loss  20  [n]
     train:industry  gradient-norm  20  [n]
     train:industry  learning-rate  20  1.07e-4
     train:industry  peak-memory-bytes  20  [memory]
     train:industry  tokens-per-second  20  [speed]
     train:industry  train/loss  20  [n]
     train:industry  validation/gap  20  [n]
     train:industry  validation/loss  20  [n]
     train:vertical  gradient-norm  10  [n]
     train:vertical  learning-rate  10  1.34e-4
     train:vertical  peak-memory-bytes  10  [memory]
     train:vertical  tokens-per-second  10  [speed]
     train:vertical  train/loss  10  [n]
     train:vertical  validation/gap  10  [n]
     train:vertical  validation/loss  10  [n]
     evaluate:general/prose-ppl  perplexity  0  [n]
     evaluate:general/rust-loss  loss  0  [n]
     evaluate:industry/prose-ppl  perplexity  0  [n]
     evaluate:industry/rust-loss  loss  0  [n]
     evaluate:vertical/prose-ppl  perplexity  0  [n]
     evaluate:vertical/rust-loss  loss  0  [n]

    train:general unclear: there are too few measurements (2)
    train:industry unclear: there are too few measurements (2)
    train:vertical unclear: there are too few measurements (1)
    "#);
    let losses = project.json(&["metrics", "latest", "--stage", "train:general", "--name", "train/loss"]);
    let steps: Vec<_> = losses.as_array().unwrap().iter().map(|point| point["step"].as_u64().unwrap()).collect();
    assert_eq!(steps, (1..=20).collect::<Vec<_>>());
    let value = |i: usize| losses[i]["value"].as_f64().unwrap();
    assert!(value(19) < value(0), "20 steps taught nothing: {} → {}", value(0), value(19));
}

#[test]
fn runs_are_held_side_by_side() {
    insta::assert_snapshot!(finished().pedigree(&["compare", "latest", "latest"]).without_numbers(), @r#"
    exit: 0
    --- stdout
    recipe [short] → [short]
      the same

     number  [short]  [short]
     evaluate:general/prose-ppl  [n] [[n], [n]]  [n] [[n], [n]]
     evaluate:general/rust-loss  [n] [[n], [n]]  [n] [[n], [n]]
     evaluate:industry/prose-ppl  [n] [[n], [n]]  [n] [[n], [n]]
     evaluate:industry/rust-loss  [n] [[n], [n]]  [n] [[n], [n]]
     evaluate:vertical/prose-ppl  [n] [[n], [n]]  [n] [[n], [n]]
     evaluate:vertical/rust-loss  [n] [[n], [n]]  [n] [[n], [n]]
     forgotten:industry/prose-ppl %  [n]  [n]
     forgotten:industry/rust-loss %  [n]  [n]
     forgotten:vertical/prose-ppl %  [n]  [n]
     forgotten:vertical/rust-loss %  [n]  [n]
     train:general validation loss  [n]  [n]
     train:industry validation loss  [n]  [n]
     train:vertical validation loss  [n]  [n]
    "#);
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let project = finished();
    insta::assert_snapshot!(project.pedigree(&["status", "nope"]), @r#"
    exit: 2
    --- stderr
    error: no run `nope`
    hint: the newest runs are `[short]`; `latest` works too
    "#);
    insta::assert_snapshot!(project.pedigree(&["metrics", "--stage", "train:genral"]), @r#"
    exit: 2
    --- stderr
    error: this run has no stage `train:genral`
    hint: did you mean `train:general`?
    "#);
    insta::assert_snapshot!(project.pedigree(&["metrics", "--name", "train/los"]), @r#"
    exit: 2
    --- stderr
    error: nothing called `train/los` was measured
    hint: did you mean `train/loss`?
    "#);
    insta::assert_snapshot!(project.pedigree(&["compare", "latest", "nope"]), @r#"
    exit: 2
    --- stderr
    error: no run `nope`
    hint: the newest runs are `[short]`; `latest` works too
    "#);
}

#[test]
fn a_folder_without_a_workspace_says_how_to_begin() {
    let project = Project::empty();
    for command in
        [&["runs"][..], &["status"], &["zoo", "tree"], &["fsck"], &["gc"], &["stop"], &["resume"], &["reproduce"]]
    {
        let said = project.pedigree(command);
        assert_eq!(said.code, 2, "{command:?}: {said}");
        assert!(said.stderr.contains("`pedigree init` makes one"), "{command:?}: {said}");
        assert!(!project.workspace().exists(), "{command:?} made a workspace");
    }
    insta::assert_snapshot!(project.pedigree(&["runs"]), @r#"
    exit: 2
    --- stderr
    error: `[project]` has no `.pedigree` folder
    hint: `pedigree init` makes one, and so does `pedigree run`
    "#);
}

#[test]
fn a_workspace_without_a_run_says_how_to_begin() {
    let project = Project::empty();
    assert_eq!(project.pedigree(&["init"]).code, 0);
    insta::assert_snapshot!(project.pedigree(&["runs"]), @r#"
    exit: 2
    --- stderr
    error: cannot read the database: `[project]/.pedigree/pedigree.db` does not exist: nothing was run here yet
    hint: `pedigree run RECIPE` makes one
    "#);
    insta::assert_snapshot!(project.pedigree(&["zoo", "list"]), @r#"
    exit: 2
    --- stderr
    error: cannot read the database: `[project]/.pedigree/pedigree.db` does not exist: nothing was run here yet
    hint: `pedigree run RECIPE` makes one
    "#);
}
