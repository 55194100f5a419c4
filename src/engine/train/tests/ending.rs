//! Trainings that end before their budget: they stop early, diverge or are refused.

use super::*;

#[test]
fn a_training_that_diverges_names_its_last_good_checkpoint() {
    let mut train = config(40);
    train.optimizer = adamw(1e30, 1e30);
    train.schedule = Schedule::Constant { warmup_steps: 0 };
    train.checkpoint.every_steps = 1;
    let error =
        run(&on(DeviceChoice::Cpu, train), tempfile::tempdir().unwrap().path(), &mut Heard::default()).unwrap_err();
    assert!(matches!(error, EngineError::Diverged { checkpoint: Some(1..), tensor: Some(_), .. }), "{error}");
    assert_eq!(error.class(), crate::record::FailureClass::Work);
}

#[test]
fn early_stopping_keeps_the_best_weights() {
    let mut train = config(60);
    train.early_stop = Some(EarlyStop { metric: EarlyStopMetric::ValidationLoss, patience: 2 });
    train.optimizer = adamw(0.3, 1.0);
    train.schedule = Schedule::Constant { warmup_steps: 6 };
    let mut heard = Heard::default();
    let trained = finish(&on(DeviceChoice::Flex, train), tempfile::tempdir().unwrap().path(), &mut heard);
    let losses = heard.losses("validation/loss");
    let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(trained.report.stopped_early && trained.report.steps < 60, "{losses:?}");
    assert_eq!(trained.report.validation_loss, lowest);
}

#[test]
fn a_model_that_learns_its_data_by_heart_overfits_and_is_stopped() {
    let mut train = config(400);
    train.early_stop = Some(EarlyStop { metric: EarlyStopMetric::Overfitting, patience: 2 });
    train.schedule = Schedule::Constant { warmup_steps: 2 };
    train.checkpoint.every_steps = 1000;
    let mut heard = Heard::default();
    let trained = finish(&on(DeviceChoice::Cpu, train), tempfile::tempdir().unwrap().path(), &mut heard);
    let told = trained.report.overfitting.unwrap();
    let Verdict::Overfits { since_step, .. } = told.verdict else { panic!("{told}") };
    assert!(trained.report.stopped_early && since_step < trained.report.steps, "{told}");
    let losses = heard.losses("validation/loss");
    assert_eq!(trained.report.validation_loss, losses.iter().copied().fold(f64::INFINITY, f64::min));
    assert_eq!(heard.losses("validation/gap").len(), losses.len());
}

#[test]
fn a_batch_without_a_row_is_the_recipes_mistake() {
    let train = Train { batch_tokens: 31, ..config(1) };
    let error =
        run(&on(DeviceChoice::Flex, train), tempfile::tempdir().unwrap().path(), &mut Heard::default()).unwrap_err();
    assert!(matches!(error, EngineError::BatchTooSmall { .. }), "{error}");
}
