//! `run`: what is stale is done, and nothing else.

use crate::support::{copy_of_finished, finished, said_by_the_first_run};

#[test]
fn a_first_run_does_everything_and_reports() {
    insta::assert_snapshot!(said_by_the_first_run().in_any_order(), @r#"
    exit: 0
    --- stdout
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
    --- stderr
      contamination:prose begins
      contamination:rust begins
      contamination:tasks begins
      dataset:prose begins
      dataset:rust begins
      dataset:tasks begins
      evaluate:general/prose-ppl begins
      evaluate:general/rust-loss begins
      evaluate:industry/prose-ppl begins
      evaluate:industry/rust-loss begins
      evaluate:vertical/prose-ppl begins
      evaluate:vertical/rust-loss begins
      publish:small begins
      sample:story begins
      tokenizer:bytes begins
      tokens:prose/bytes begins
      tokens:rust/bytes begins
      tokens:tasks/bytes begins
      train:general begins
      train:industry begins
      train:vertical begins
    26 stages to do (26 new), 0 fresh, about [took]
    run [short] of `small` begins
    ✓ [i/26] card:general [took]
    ✓ [i/26] card:industry [took]
    ✓ [i/26] card:vertical [took]
    ✓ [i/26] contamination:prose [took]
    ✓ [i/26] contamination:rust [took]
    ✓ [i/26] contamination:tasks [took]
    ✓ [i/26] dataset:prose [took]
    ✓ [i/26] dataset:rust [took]
    ✓ [i/26] dataset:tasks [took]
    ✓ [i/26] evaluate:general/prose-ppl [took]
    ✓ [i/26] evaluate:general/rust-loss [took]
    ✓ [i/26] evaluate:industry/prose-ppl [took]
    ✓ [i/26] evaluate:industry/rust-loss [took]
    ✓ [i/26] evaluate:vertical/prose-ppl [took]
    ✓ [i/26] evaluate:vertical/rust-loss [took]
    ✓ [i/26] gate:industry/rust-loss [took]
    ✓ [i/26] gate:vertical/prose-ppl [took]
    ✓ [i/26] publish:small [took]
    ✓ [i/26] sample:story [took]
    ✓ [i/26] tokenizer:bytes [took]
    ✓ [i/26] tokens:prose/bytes [took]
    ✓ [i/26] tokens:rust/bytes [took]
    ✓ [i/26] tokens:tasks/bytes [took]
    ✓ [i/26] train:general [took]  validation loss [n]
    ✓ [i/26] train:industry [took]  validation loss [n]
    ✓ [i/26] train:vertical [took]  validation loss [n]
    "#);
}

#[test]
fn a_second_run_does_nothing() {
    insta::assert_snapshot!(finished().pedigree(&["run", "small.yaml"]), @r#"
    exit: 0
    --- stdout
    nothing is stale: all 26 stages of `small` are done (run [short])
    next: `pedigree status` · `pedigree zoo tree` · `pedigree reproduce`
    "#);
    assert_eq!(finished().json(&["runs"]).as_array().unwrap().len(), 1, "a run of nothing was recorded");
}

#[test]
fn a_changed_value_runs_only_what_depends_on_it() {
    let project = copy_of_finished();
    let said = project.pedigree(&["run", "small.yaml", "--set", "models.vertical.train.budget.steps=12"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 0
    --- stdout
    small  run [short]  succeeded in [took]
    began [time] UTC · 26 stages (7 finished, 19 cached)

    lineage
     lineage  tier  parameters  steps  prose-ppl  rust-loss  forgetting
     general  general  [n] k  20  [n] [[n], [n]]  [n] [[n], [n]]  –
     └─ industry  industry  [n] k  20  [n] [[n], [n]] ([n] %)  [n] [[n], [n]] ([n] %)  [n] %
        └─ vertical  vertical  [n] k (LoRA 704)  12  [n] [[n], [n]] ([n] %)  [n] [[n], [n]] ([n] %)  [n] %
    (95 % of draws of other records lie within square brackets; against the parent in brackets; forgetting: the worst change against the ancestor that learned that data; prose-ppl: perplexity, lower is better, rust-loss: loss, lower is better)

    generalisation
      general unclear: there are too few measurements (2)
      industry unclear: there are too few measurements (2)
      vertical unclear: there are too few measurements (2)

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
      card of small-vertical@v2  .pedigree/cards/small-vertical@v2.md
      pedigree generate small-vertical@v2 -p "…"
      pedigree zoo tree
      pedigree reproduce [short]
    --- stderr
      evaluate:vertical/prose-ppl begins
      evaluate:vertical/rust-loss begins
      publish:small begins
      sample:story begins
      train:vertical begins
    7 stages to do (5 behind stale ones), 19 fresh, about [took]
    run [short] of `small` begins
    stale card:vertical: facts.model.train.budget.steps 10 → 12
    stale train:vertical: budget.steps 10 → 12
    ✓ [i/7] card:vertical [took]
    ✓ [i/7] evaluate:vertical/prose-ppl [took]
    ✓ [i/7] evaluate:vertical/rust-loss [took]
    ✓ [i/7] gate:vertical/prose-ppl [took]
    ✓ [i/7] publish:small [took]
    ✓ [i/7] sample:story [took]
    ✓ [i/7] train:vertical [took]  validation loss [n]
    "#);
    let runs = project.json(&["runs"]);
    assert_eq!(
        (runs[0]["stages-finished"].as_u64(), runs[0]["stages-cached"].as_u64()),
        (Some(7), Some(19)),
        "{runs:#}"
    );
    let again = project.pedigree(&["run", "small.yaml", "--set", "models.vertical.train.budget.steps=12"]);
    assert!(again.stdout.starts_with("nothing is stale"), "{again}");
    let back = project.pedigree(&["run", "small.yaml"]);
    assert!(back.stdout.starts_with("nothing is stale"), "the old value was done before: {back}");
    let zoo = project.json(&["zoo", "list", "--all"]);
    let names: Vec<_> = zoo
        .as_array()
        .unwrap()
        .iter()
        .map(|model| (model["name"].as_str().unwrap(), model["version"].as_u64().unwrap()))
        .collect();
    assert!(names.contains(&("small-vertical", 2)) && !names.contains(&("small-general", 2)), "{names:?}");
}

#[test]
fn a_changed_dataset_runs_what_is_behind_it() {
    let project = copy_of_finished();
    project.write("data/prose/new.md", "# New\n\nThe river finds a stone nobody has seen.\n");
    let said = project.pedigree(&["run", "small.yaml", "--only", "tokens:prose/bytes"]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 0
    --- stdout
    small  run [short]  succeeded in [took]
    began [time] UTC · 4 stages (3 finished, 1 cached)

    what next
      pedigree reproduce [short]
    --- stderr
      dataset:prose begins
      tokenizer:bytes begins
      tokens:prose/bytes begins
    3 stages to do (2 behind stale ones), 1 fresh, about [took]
    run [short] of `small` begins
    stale dataset:prose: source.digest [short] → [short]
    ✓ [i/3] dataset:prose [took]
    ✓ [i/3] tokenizer:bytes [took]
    ✓ [i/3] tokens:prose/bytes [took]
    "#);
}

#[test]
fn one_stage_can_be_asked_for() {
    let project = copy_of_finished();
    let fresh = project.pedigree(&["run", "small.yaml", "--only", "train:industry"]);
    assert!(fresh.stdout.starts_with("nothing is stale: all 7 stages"), "{fresh}");
    let before = project.digests("latest");
    let forced = project.pedigree(&["run", "small.yaml", "--force", "train:general", "--only", "train:general"]);
    insta::assert_snapshot!(forced.in_any_order(), @r#"
    exit: 0
    --- stdout
    small  run [short]  succeeded in [took]
    began [time] UTC · 5 stages (1 finished, 4 cached)

    lineage
     lineage  tier  parameters  steps  prose-ppl  rust-loss  forgetting
     general  general  [n] k  20  –  –  –
     └─ industry  industry  –  –  –
        └─ vertical  vertical  –  –  –
    (against the parent in brackets; forgetting: the worst change against the ancestor that learned that data; prose-ppl: perplexity, lower is better, rust-loss: loss, lower is better)

    generalisation
      general unclear: there are too few measurements (2)

    what next
      pedigree reproduce [short]
    --- stderr
      train:general begins (again)
    1 stage to do, 4 fresh, about [took]
    run [short] of `small` begins
    stale train:general: asked for
    ✓ [i/1] train:general [took]  validation loss [n]
    "#);
    let after = project.digests("latest");
    assert!(after.iter().all(|output| before.contains(output)), "the same work gave other bytes: {after:#?}");
}

#[test]
fn a_broken_gate_fails_the_run_and_keeps_its_models_out_of_the_zoo() {
    let project = copy_of_finished();
    let gate = "gates=[{ model: vertical, evaluation: prose-ppl, at-most: 1 }]";
    let said = project.pedigree(&["run", "small.yaml", "--set", gate]);
    insta::assert_snapshot!(said.in_any_order(), @r#"
    exit: 1
    --- stdout
    small  run [short]  failed in [took]: `gate:vertical/prose-ppl`: [n], required: at most 1
    began [time] UTC · 25 stages (1 finished, 21 cached, 1 failed, 2 skipped)

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
      ✗ vertical on prose-ppl: [n], required: at most 1

    samples
      story by vertical (8 tokens)
      │ [text]

    what next
      card of small-general@v1  .pedigree/cards/small-general@v1.md
      pedigree generate small-general@v1 -p "…"
      pedigree zoo tree
      pedigree resume [short]
    --- stderr
    4 stages to do (2 behind stale ones), 21 fresh, about [took]
    error: gate:vertical/prose-ppl: [n], required: at most 1
    run [short] of `small` begins
    stale card:industry: inputs.gate:industry/rust-loss [short] removed
    stale gate:vertical/prose-ppl: gate.rule.at-most.value [n] → [n]
    ✓ [i/4] card:industry [took]
    ✗ [i/4] gate:vertical/prose-ppl  failed: [n], required: at most 1
    "#);
}
