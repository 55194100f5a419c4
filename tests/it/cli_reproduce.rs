//! `reproduce`: a run done again elsewhere gives the same bytes, and says so; another one is told apart.

use crate::support::copy_of_finished;

#[test]
fn a_run_done_again_gives_the_same_bytes() {
    let project = copy_of_finished();
    let said = project.pedigree(&["reproduce", "latest", "--into", "again"]);
    assert_eq!(said.code, 0, "{said}");
    assert!(said.stdout.trim_end().ends_with("verdict: bitwise identical"), "{said}");
    assert_eq!(said.stdout.matches("✓ ").count(), 22, "{said}");
    assert!(project.path().join("again/.pedigree/pedigree.db").is_file());
}

#[test]
fn other_data_cannot_reproduce_a_run() {
    let project = copy_of_finished();
    project.write("data/prose/000.md", "# Another story\n");
    insta::assert_snapshot!(project.pedigree(&["reproduce"]), @r#"
    exit: 0
    --- stdout
    ✓ dataset:prose  bitwise identical
    ✓ dataset:rust  bitwise identical
    ✓ dataset:tasks  bitwise identical
    ✓ tokenizer:bytes  bitwise identical
    ✓ tokens:prose/bytes  bitwise identical
    ✓ train:general  bitwise identical
    ✓ tokens:rust/bytes  bitwise identical
    ✓ train:industry  bitwise identical
    ✓ tokens:tasks/bytes  bitwise identical
    ✓ train:vertical  bitwise identical
    ✓ evaluate:general/prose-ppl  bitwise identical
    ✓ evaluate:general/rust-loss  bitwise identical
    ✓ evaluate:industry/prose-ppl  bitwise identical
    ✓ evaluate:industry/rust-loss  bitwise identical
    ✓ evaluate:vertical/prose-ppl  bitwise identical
    ✓ evaluate:vertical/rust-loss  bitwise identical
    ✓ gate:industry/rust-loss  bitwise identical
    ✓ gate:vertical/prose-ppl  bitwise identical
    ✓ sample:story  bitwise identical
    ✓ card:general  bitwise identical
    ✓ card:industry  bitwise identical
    ✓ card:vertical  bitwise identical

    verdict: bitwise identical
    --- stderr
    reproducing run [short] of `small` in [project]/.pedigree/reproductions/[short]-1
    run [short] of `small` begins
      dataset:prose begins
      dataset:rust begins
    ✓ [1/23] dataset:prose [took]
      dataset:tasks begins
    ✓ [2/23] dataset:rust [took]
    ✓ [3/23] dataset:tasks [took]
      tokenizer:bytes begins
    ✓ [4/23] tokenizer:bytes [took]
      tokens:prose/bytes begins
    ✓ [5/23] tokens:prose/bytes [took]
      train:general begins
    ✓ [6/23] train:general [took]  validation loss 5.519
      tokens:rust/bytes begins
    ✓ [7/23] tokens:rust/bytes [took]
      train:industry begins
      evaluate:general/prose-ppl begins
    ✓ [8/23] evaluate:general/prose-ppl [took]
      evaluate:general/rust-loss begins
    ✓ [9/23] train:industry [took]  validation loss 5.478
      evaluate:industry/prose-ppl begins
    ✓ [10/23] evaluate:general/rust-loss [took]
      evaluate:industry/rust-loss begins
    ✓ [11/23] card:general [took]
    ✓ [12/23] evaluate:industry/prose-ppl [took]
    ✓ [13/23] evaluate:industry/rust-loss [took]
      tokens:tasks/bytes begins
    ✓ [14/23] gate:industry/rust-loss [took]
    ✓ [15/23] card:industry [took]
    ✓ [16/23] tokens:tasks/bytes [took]
      train:vertical begins
    ✓ [17/23] train:vertical [took]  validation loss 5.535
      evaluate:vertical/prose-ppl begins
      evaluate:vertical/rust-loss begins
    ✓ [18/23] evaluate:vertical/prose-ppl [took]
    ✓ [19/23] gate:vertical/prose-ppl [took]
      sample:story begins
    ✓ [20/23] evaluate:vertical/rust-loss [took]
    ✓ [21/23] sample:story [took]
    ✓ [22/23] card:vertical [took]
      publish:small begins
    ✓ [23/23] publish:small [took]
    "#);
    insta::assert_snapshot!(project.pedigree(&["reproduce", "nope"]), @r#"
    exit: 2
    --- stderr
    error: no run `nope`
    hint: the newest runs are `[short]`; `latest` works too
    "#);
}
