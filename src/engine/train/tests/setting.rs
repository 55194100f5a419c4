//! What tests train: small data, a configuration that others vary, and where it runs.

use super::*;

/// The size of every vocabulary here.
pub(super) const VOCAB: u32 = 31;

/// Returns a text that mostly follows a rule, so that there is something to learn.
pub(super) fn tokens(name: &str, n: usize) -> Tokens {
    let mut rng = seed::stream(5, name);
    let mut last = 0;
    let mut next = |_| {
        last = if seed::below(&mut rng, 4) == 0 { seed::below(&mut rng, 31) } else { (last * 3 + 1) % 31 };
        last as u32
    };
    crate::engine::tokens::tests::tokens(name, &(0..n).map(&mut next).collect::<Vec<_>>(), &[0, 40, 90], None)
}

/// Returns two datasets of running text.
pub(super) fn data() -> Vec<Dataset> {
    let dataset =
        |name: &str, weight| Dataset { weight, train: tokens(name, 700).into(), validation: tokens("v", 130).into() };
    vec![dataset("a", 0.6), dataset("b", 0.4)]
}

/// Returns a training of so many steps.
pub(super) fn config(steps: u64) -> Train {
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

pub(super) fn adamw(learning_rate: f64, clip_norm: f64) -> Optimizer {
    Optimizer::Adamw { learning_rate, weight_decay: 0.1, beta_1: 0.9, beta_2: 0.95, epsilon: 1e-8, clip_norm }
}

/// Where a test trains, and with what beside the usual.
pub(super) struct Setting<'a> {
    pub(super) architecture: Architecture,
    pub(super) choice: DeviceChoice,
    pub(super) threads: u32,
    pub(super) train: Train,
    pub(super) adapter: Option<Adapter>,
    pub(super) base: Option<Base<'a>>,
    pub(super) teacher: Option<Teacher<'a>>,
}

pub(super) fn on(choice: DeviceChoice, train: Train) -> Setting<'static> {
    of(fixture::llama(), choice, train)
}

pub(super) fn of(architecture: Architecture, choice: DeviceChoice, train: Train) -> Setting<'static> {
    Setting { architecture, choice, threads: 1, train, adapter: None, base: None, teacher: None }
}

pub(super) fn run(setting: &Setting<'_>, folder: &Path, heard: &mut Heard) -> Result<Ended, EngineError> {
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

pub(super) fn finish(setting: &Setting<'_>, folder: &Path, heard: &mut Heard) -> Trained {
    match run(setting, folder, heard).unwrap() {
        Ended::Finished(trained) => trained,
        Ended::Interrupted => panic!("nobody stopped it"),
    }
}
