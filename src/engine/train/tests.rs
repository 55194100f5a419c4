//! Tests of whole trainings: golden losses, resumption bit for bit, and agreement of the backends.

mod adapters;
mod classification;
mod networks;
mod optimizers;
mod pytorch;
mod recompute;

use std::path::Path;

use burn::tensor::Device;

use super::*;
use crate::engine::device;
use crate::engine::model::{Gradients, Parameters, fixture, lora};
use crate::engine::sampler::{Batch, Kind};
use crate::engine::seed;
use crate::engine::tokens::Tokens;
use crate::recipe::model::{AdapterThen, Modality};
use crate::recipe::run::DeviceChoice;
use crate::recipe::training::{
    Attention, Budget, Checkpointing, DataShare, EarlyStop, EarlyStopMetric, Objective, Optimizer, Schedule, Validate,
};
use crate::record::overfitting::Verdict;
use crate::record::{CheckpointRecord, Progress};

const VOCAB: u32 = 31;

/// Hears everything, and asks to stop at a step.
#[derive(Default)]
struct Heard {
    metrics: Vec<(String, u64, f64)>,
    notes: Vec<String>,
    resumed: Option<u64>,
    saved: Vec<CheckpointRecord>,
    stop_at: Option<u64>,
}

impl Heard {
    fn losses(&self, name: &str) -> Vec<f64> {
        self.metrics.iter().filter(|(metric, ..)| metric == name).map(|(.., value)| *value).collect()
    }
}

impl Reporter for Heard {
    fn metric(&mut self, name: &str, step: u64, value: f64) -> Result<(), EngineError> {
        if !name.ends_with("-per-second") {
            self.metrics.push((name.to_owned(), step, value));
        }
        Ok(())
    }
    fn progress(&mut self, _: Progress) -> Result<(), EngineError> {
        Ok(())
    }
    fn resumed(&mut self, step: u64) -> Result<(), EngineError> {
        self.resumed = Some(step);
        Ok(())
    }
    fn checkpoint(&mut self, record: CheckpointRecord) -> Result<(), EngineError> {
        self.saved.push(record);
        Ok(())
    }
    fn note(&mut self, message: String) -> Result<(), EngineError> {
        self.notes.push(message);
        Ok(())
    }
    fn is_stopping(&self) -> bool {
        let last = self.metrics.last().map_or(0, |(_, step, _)| *step);
        self.stop_at.is_some_and(|stop| last >= stop)
    }
}

fn tokens(name: &str, n: usize) -> Tokens {
    let mut rng = seed::stream(5, name);
    let mut last = 0;
    // Mostly a simple rule, so that there is something to learn.
    let mut next = |_| {
        last = if seed::below(&mut rng, 4) == 0 { seed::below(&mut rng, 31) } else { (last * 3 + 1) % 31 };
        last as u32
    };
    crate::engine::tokens::tests::tokens(name, &(0..n).map(&mut next).collect::<Vec<_>>(), &[0, 40, 90], None)
}

fn data() -> Vec<Dataset> {
    let dataset =
        |name: &str, weight| Dataset { weight, train: tokens(name, 700).into(), validation: tokens("v", 130).into() };
    vec![dataset("a", 0.6), dataset("b", 0.4)]
}

fn config(steps: u64) -> Train {
    let share = |name: &str, weight| DataShare { dataset: name.parse().unwrap(), weight };
    Train {
        objective: Objective::CausalLm,
        data: vec![share("a", 0.6), share("b", 0.4)],
        budget: Budget::Steps(steps),
        batch_tokens: 128,
        accumulate: 2,
        optimizer: adamw(1e-2, 1.0),
        schedule: Schedule::Cosine { warmup_steps: 2, final_ratio: 0.1 },
        validate: Validate { every_steps: 3, tokens: 96 },
        checkpoint: Checkpointing { every_steps: 4, keep: 2 },
        attention: Attention::default(),
        early_stop: None,
        freeze: Vec::new(),
        layer_decay: Train::default_layer_decay(),
        rate_factors: std::collections::BTreeMap::new(),
        ema: None,
        activation_checkpointing: false,
    }
}

fn adamw(learning_rate: f64, clip_norm: f64) -> Optimizer {
    Optimizer::Adamw { learning_rate, weight_decay: 0.1, beta_1: 0.9, beta_2: 0.95, epsilon: 1e-8, clip_norm }
}

/// Where a test trains, and with what beside the usual.
struct Setting<'a> {
    architecture: Architecture,
    choice: DeviceChoice,
    threads: u32,
    train: Train,
    adapter: Option<Adapter>,
    base: Option<Base<'a>>,
    teacher: Option<Teacher<'a>>,
}

fn on(choice: DeviceChoice, train: Train) -> Setting<'static> {
    of(fixture::llama(), choice, train)
}

fn of(architecture: Architecture, choice: DeviceChoice, train: Train) -> Setting<'static> {
    Setting { architecture, choice, threads: 1, train, adapter: None, base: None, teacher: None }
}

fn run(setting: &Setting<'_>, folder: &Path, heard: &mut Heard) -> Result<Ended, EngineError> {
    let device = device::open(setting.choice, setting.threads).unwrap();
    let training = Training {
        architecture: &setting.architecture,
        vocab_size: VOCAB,
        adapter: setting.adapter.as_ref(),
        train: &setting.train,
        base: setting.base.clone(),
        teacher: setting.teacher.clone(),
        seed: 9,
        device: &device,
        machine: &device::machine(setting.choice, setting.threads),
        checkpoints: folder,
        fingerprint: Digest::of(b"test"),
    };
    let labelled = |name: &str, weight| Dataset {
        weight,
        train: classification::labelled(name, 70).into(),
        validation: classification::labelled("v", 40).into(),
    };
    let data = match setting.train.objective {
        Objective::CausalLm => data(),
        Objective::Classification(_) if setting.architecture.modality() == Modality::Tokens => {
            vec![labelled("a", 0.6), labelled("b", 0.4)]
        }
        _ => networks::data(&setting.architecture, &setting.train.objective),
    };
    train(&training, data, heard)
}

fn finish(setting: &Setting<'_>, folder: &Path, heard: &mut Heard) -> Trained {
    match run(setting, folder, heard).unwrap() {
        Ended::Finished(trained) => trained,
        Ended::Interrupted => panic!("nobody stopped it"),
    }
}

/// Returns everything a checkpoint holds, as bytes by name.
fn checkpoint_bytes(folder: &Path, step: u64) -> Vec<(String, Vec<u8>)> {
    let folder = checkpoint::folder(folder, step);
    let mut names: Vec<_> =
        std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.into_iter().map(|name| (name.clone(), std::fs::read(folder.join(name)).unwrap())).collect()
}

fn resumes_bit_for_bit(setting: &Setting<'_>) {
    let [whole, parts] = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut straight = Heard::default();
    let expected = finish(setting, whole.path(), &mut straight);
    let mut metrics = Vec::new();
    for stop_at in [5, 6] {
        let mut heard = Heard { stop_at: Some(stop_at), ..Heard::default() };
        assert!(matches!(run(setting, parts.path(), &mut heard).unwrap(), Ended::Interrupted));
        assert_eq!(heard.saved.last().unwrap().step, stop_at, "stopping saves");
        metrics.extend(heard.metrics);
    }
    let mut heard = Heard::default();
    let resumed = finish(setting, parts.path(), &mut heard);
    metrics.extend(heard.metrics);
    assert_eq!(heard.resumed, Some(6));
    assert_eq!(metrics, straight.metrics);
    assert_eq!(resumed.report, expected.report);
    assert!(resumed.model == expected.model && resumed.adapter == expected.adapter, "other weights");
    assert_eq!(checkpoint_bytes(parts.path(), 8), checkpoint_bytes(whole.path(), 8), "moments, weights and state");
}

#[test]
fn on_flex_a_resumed_training_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        resumes_bit_for_bit(&of(architecture, DeviceChoice::Flex, config(9)));
    }
}

#[test]
fn on_libtorch_a_resumed_training_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        for threads in [1, 2] {
            resumes_bit_for_bit(&Setting { threads, ..of(architecture.clone(), DeviceChoice::Cpu, config(9)) });
        }
    }
}

#[test]
fn a_resumed_adapter_training_equals_one_that_never_stopped() {
    for architecture in fixture::architectures() {
        let setting = |steps| of(architecture.clone(), DeviceChoice::Flex, config(steps));
        let base = finish(&setting(4), tempfile::tempdir().unwrap().path(), &mut Heard::default());
        let adapter = Some(Adapter::Lora {
            rank: 2,
            alpha: 4.0,
            dropout: 0.0,
            targets: Vec::new(),
            then: AdapterThen::Merge,
            parent: None,
        });
        resumes_bit_for_bit(&Setting { adapter, base: Some(Base::of(&base.model)), ..setting(9) });
    }
}

#[test]
fn golden_losses_hold_on_flex() {
    let golden = [
        (fixture::llama(), [3.4237103462, 3.3741614819, 3.2483682632, 3.1592497826]),
        (fixture::gpt2(), [3.4549170732, 3.4211242199, 3.3554762602, 3.3051495552]),
    ];
    for (architecture, golden) in golden {
        let mut heard = Heard::default();
        let setting = of(architecture, DeviceChoice::Flex, config(4));
        finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        let losses = heard.losses("train/loss");
        for (loss, golden) in losses.iter().zip(golden) {
            assert!((loss / golden - 1.0).abs() < 1e-5, "{losses:?}");
        }
    }
}

#[test]
fn a_model_learns() {
    for architecture in fixture::architectures() {
        let mut heard = Heard::default();
        let setting = of(architecture, DeviceChoice::Cpu, config(60));
        finish(&setting, tempfile::tempdir().unwrap().path(), &mut heard);
        let losses = heard.losses("validation/loss");
        assert!(losses[losses.len() - 1] < losses[0] - 1.0, "{losses:?}");
    }
}

/// Returns loss and gradients of all parameters, and of an adapter's.
fn both(architecture: &Architecture, choice: DeviceChoice, batch: &Batch) -> [(f64, Gradients); 2] {
    let device = device::open(choice, 2).unwrap();
    let (network, mut parameters) = fixture::network(architecture, &device);
    let task = Task { network: &network, objective: &Objective::CausalLm, guide: None, class_weights: None };
    let told = |parameters: &Parameters| {
        let told = task.loss_and_gradients(parameters, batch, 7, batch.n_targets(), None);
        (told.loss, told.gradients)
    };
    let full = told(&parameters);
    lora::attach(&mut parameters, &network, &adapters::lora(2), 9);
    for (name, parameter) in parameters.trainable_mut() {
        // The halves that start at zero would hide the gradients of the others; so would equal values, before a norm.
        if name.contains("lora_B") {
            let values: Vec<f32> = (0..parameter.values.dims()[0]).map(|i| 0.05 * (i % 7) as f32).collect();
            parameter.values = burn::tensor::Tensor::from_floats(values.as_slice(), &device);
        }
    }
    let adapted = told(&parameters);
    [full, adapted]
}

#[test]
fn the_backends_agree_on_the_loss_and_every_gradient() {
    let rows = Rows::to_learn(tokens("a", 200), Kind::Text, 16).unwrap();
    let mut batch = Batch::of(&(0..3).map(|index| rows.row(index, 0).unwrap()).collect::<Vec<_>>(), 16);
    batch.mask[5] = 0.0;
    for architecture in fixture::architectures() {
        let reference = both(&architecture, DeviceChoice::Flex, &batch);
        {
            let other = both(&architecture, DeviceChoice::Cpu, &batch);
            for (flex, torch) in reference.iter().zip(&other) {
                assert!((flex.0 - torch.0).abs() < 1e-5 * flex.0, "{} {}", flex.0, torch.0);
                assert_eq!(flex.1.keys().collect::<Vec<_>>(), torch.1.keys().collect::<Vec<_>>());
                for (name, gradient) in &flex.1 {
                    let [a, b] = [gradient, &torch.1[name]].map(|g| g.try_to_vec_as::<f32>().unwrap());
                    let largest = a.iter().map(|v| v.abs()).fold(0.0, f32::max);
                    let apart = a.iter().zip(&b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
                    assert!(largest > 0.0 && apart <= 1e-4 * largest, "`{name}`: {apart} of {largest}");
                }
            }
        }
    }
}

#[test]
fn libtorch_in_place_takes_the_steps_flex_takes() {
    for architecture in fixture::architectures() {
        let losses = [DeviceChoice::Flex, DeviceChoice::Cpu].map(|choice| {
            let mut heard = Heard::default();
            finish(&of(architecture.clone(), choice, config(9)), tempfile::tempdir().unwrap().path(), &mut heard);
            (heard.losses("train/loss"), heard.losses("gradient-norm"))
        });
        for (flex, torch) in losses[0].0.iter().chain(&losses[0].1).zip(losses[1].0.iter().chain(&losses[1].1)) {
            assert!((flex / torch - 1.0).abs() < 1e-3, "{losses:?}");
        }
    }
}

#[test]
fn a_merged_adapter_is_what_was_trained() {
    let cases = [(fixture::llama(), "model.layers.1.mlp.down_proj"), (fixture::gpt2(), "transformer.h.1.mlp.c_proj")];
    for (architecture, layer) in cases {
        let setting = |steps| of(architecture.clone(), DeviceChoice::Flex, config(steps));
        let base = finish(&setting(4), tempfile::tempdir().unwrap().path(), &mut Heard::default());
        let adapter = Some(Adapter::Lora {
            rank: 2,
            alpha: 4.0,
            dropout: 0.0,
            targets: Vec::new(),
            then: AdapterThen::Merge,
            parent: None,
        });
        let setting = Setting { adapter, base: Some(Base::of(&base.model)), ..setting(6) };
        let tuned = finish(&setting, tempfile::tempdir().unwrap().path(), &mut Heard::default());
        let network = Network::new(&architecture, VOCAB, &Device::flex());
        let parameters = learner::load_parameters(&network, Some(&tuned.model), 0).unwrap();
        let task = Task { network: &network, objective: &Objective::CausalLm, guide: None, class_weights: None };
        let loss = validation(&setting.train).measure(&task, &parameters).unwrap().0;
        assert!((loss - tuned.report.validation_loss).abs() < 1e-5, "{loss} {:?}", tuned.report);
        assert!(tuned.report.trainable_parameters < tuned.report.parameters / 2);
        let names = crate::engine::model::weights::read(&tuned.adapter.unwrap()).unwrap();
        assert!(names.contains_key(&format!("base_model.model.{layer}.lora_B.weight")));
    }
}

fn validation(train: &Train) -> Validation {
    let rows = |dataset: Dataset| (dataset.weight, Rows::to_measure(dataset.validation, Kind::Text, 16).unwrap());
    Validation { splits: data().into_iter().map(rows).collect(), tokens: train.validate.tokens }
}

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
fn other_threads_are_refused_on_resume() {
    let folder = tempfile::tempdir().unwrap();
    let mut heard = Heard { stop_at: Some(5), ..Heard::default() };
    run(&on(DeviceChoice::Cpu, config(9)), folder.path(), &mut heard).unwrap();
    let other = Setting { threads: 2, ..on(DeviceChoice::Cpu, config(9)) };
    let error = run(&other, folder.path(), &mut Heard::default()).unwrap_err();
    assert!(matches!(error, EngineError::OtherMachine { field: "threads", .. }), "{error}");
}

#[test]
fn a_batch_without_a_row_is_the_recipes_mistake() {
    let train = Train { batch_tokens: 31, ..config(1) };
    let error =
        run(&on(DeviceChoice::Flex, train), tempfile::tempdir().unwrap().path(), &mut Heard::default()).unwrap_err();
    assert!(matches!(error, EngineError::BatchTooSmall { .. }), "{error}");
}
