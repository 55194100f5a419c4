//! `logs`: what a stage told while it worked.

use crate::support::finished;

/// What a stage tells of its progress depends on how fast it is.
fn without_progress(text: &str) -> String {
    text.lines().filter(|line| !line.contains("[speed]") && !line.contains(" of ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_training_tells_every_step() {
    let said = finished().pedigree(&["logs", "latest", "train:vertical"]).without_numbers();
    insta::assert_snapshot!(without_progress(&said), @r#"
    exit: 0
    --- stdout
    [time] train:vertical  started as process [pid] on cpu with 1 thread
    [time] train:vertical  step 1: train/loss [n]
    [time] train:vertical  step 1: learning-rate 5.00e-4
    [time] train:vertical  step 1: gradient-norm [n]
    [time] train:vertical  step 2: train/loss [n]
    [time] train:vertical  step 2: learning-rate 1.00e-3
    [time] train:vertical  step 2: gradient-norm [n]
    [time] train:vertical  step 3: train/loss [n]
    [time] train:vertical  step 3: learning-rate 1.00e-3
    [time] train:vertical  step 3: gradient-norm [n]
    [time] train:vertical  step 4: train/loss [n]
    [time] train:vertical  step 4: learning-rate 9.66e-4
    [time] train:vertical  step 4: gradient-norm [n]
    [time] train:vertical  step 5: train/loss [n]
    [time] train:vertical  step 5: learning-rate 8.68e-4
    [time] train:vertical  step 5: gradient-norm [n]
    [time] train:vertical  checkpoint at step 5 ([size])
    [time] train:vertical  step 6: train/loss [n]
    [time] train:vertical  step 6: learning-rate 7.22e-4
    [time] train:vertical  step 6: gradient-norm [n]
    [time] train:vertical  step 7: train/loss [n]
    [time] train:vertical  step 7: learning-rate 5.50e-4
    [time] train:vertical  step 7: gradient-norm [n]
    [time] train:vertical  step 8: train/loss [n]
    [time] train:vertical  step 8: learning-rate 3.78e-4
    [time] train:vertical  step 8: gradient-norm [n]
    [time] train:vertical  step 9: train/loss [n]
    [time] train:vertical  step 9: learning-rate 2.32e-4
    [time] train:vertical  step 9: gradient-norm [n]
    [time] train:vertical  step 10: train/loss [n]
    [time] train:vertical  step 10: learning-rate 1.34e-4
    [time] train:vertical  step 10: gradient-norm [n]
    [time] train:vertical  step 10: validation/loss [n]
    [time] train:vertical  step 10: validation/gap [n]
    [time] train:vertical  checkpoint at step 10 ([size])
    [time] train:vertical  step 10: peak-memory-bytes [memory]
    [time] train:vertical  output model.safetensors [digest] ([size])
    [time] train:vertical  output architecture.json [digest] ([size])
    [time] train:vertical  output training.json [digest] ([size])
    [time] train:vertical  output adapter.safetensors [digest] ([size])
    [time] train:vertical  finished
    "#);
}

#[test]
fn a_dataset_tells_its_outputs() {
    let said = finished().pedigree(&["logs", "latest", "dataset:prose"]).without_numbers();
    insta::assert_snapshot!(without_progress(&said), @r#"
    exit: 0
    --- stdout
    [time] dataset:prose  started as process [pid] on none with 0 threads
    [time] dataset:prose  output train.parquet [digest] ([size])
    [time] dataset:prose  output validation.parquet [digest] ([size])
    [time] dataset:prose  output test.parquet [digest] ([size])
    [time] dataset:prose  output report.json [digest] ([size])
    [time] dataset:prose  finished
    "#);
}

#[test]
fn all_stages_tell_together_in_the_order_of_time() {
    let said = finished().pedigree(&["logs", "latest", "--format", "json", "--follow"]);
    let events: Vec<serde_json::Value> = said.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let times: Vec<_> = events.iter().map(|event| event["at-ms"].as_i64().unwrap()).collect();
    assert!(times.is_sorted());
    let n_finished = events.iter().filter(|event| event["kind"]["event"] == "finished").count();
    assert_eq!(n_finished, 20, "every stage a worker did has finished: {said}");
}

#[test]
fn an_unknown_stage_is_told() {
    insta::assert_snapshot!(finished().pedigree(&["logs", "latest", "train:genral"]), @r#"
    exit: 2
    --- stderr
    error: this run has no stage `train:genral`
    hint: did you mean `train:general`?
    "#);
    insta::assert_snapshot!(finished().pedigree(&["logs", "latest", "genral"]), @r#"
    exit: 2
    --- stderr
    error: `genral` is no stage: expected `kind:name`, such as `train:general`
    hint: `pedigree status` lists the stages of a run
    "#);
}
