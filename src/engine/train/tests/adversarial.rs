//! A generator and its critic learn a distribution that is easy to tell: two pictures, each with a little noise.

use super::*;
use crate::engine::features::tests::of;
use crate::engine::objective;
use crate::engine::train::learner::load_parameters;
use crate::recipe::model::Gan;
use crate::recipe::objective::{Adversarial, AdversarialLoss};

const SIDE: usize = 8;

/// Returns one of the two pictures: one half is bright, the other dark.
fn picture(is_first: bool) -> Vec<f32> {
    (0..SIDE * SIDE).map(|i| if (i / SIDE < SIDE / 2) == is_first { 0.8 } else { -0.8 }).collect()
}

fn pictures(name: &str, n: usize) -> Data {
    let mut rng = seed::stream(8, name);
    let noisy = |i: usize| {
        let noise = seed::normals(&mut rng, SIDE * SIDE, 0.05);
        picture(i.is_multiple_of(2)).into_iter().zip(noise).map(|(value, noise)| value + noise).collect::<Vec<f32>>()
    };
    let values: Vec<f32> = (0..n).flat_map(noisy).collect();
    of(&values, &[1, SIDE, SIDE], &vec![0; n], &["picture"]).into()
}

/// Returns how far made pictures are from the nearer of the two, in the mean over all numbers, and the share nearer to the first.
fn judged(made: &[f32]) -> (f64, f64) {
    let apart = |one: &[f32], other: &[f32]| {
        one.iter().zip(other).map(|(one, other)| f64::from((one - other).abs())).sum::<f64>() / (SIDE * SIDE) as f64
    };
    let [first, second] = [true, false].map(picture);
    let all: Vec<[f64; 2]> = made.chunks(SIDE * SIDE).map(|made| [apart(made, &first), apart(made, &second)]).collect();
    let n = all.len() as f64;
    let distance = all.iter().map(|[first, second]| first.min(*second)).sum::<f64>() / n;
    (distance, all.iter().filter(|[first, second]| first < second).count() as f64 / n)
}

#[test]
fn a_generator_learns_to_make_the_two_pictures_it_is_shown() {
    let architecture = Architecture::Gan(Gan { input: vec![1, SIDE as u32, SIDE as u32], latent: 8, channels: 8 });
    for loss in [AdversarialLoss::Hinge, AdversarialLoss::NonSaturating] {
        let optimizer = Optimizer::Adamw {
            learning_rate: 2e-3,
            weight_decay: 0.0,
            beta_1: 0.5,
            beta_2: 0.999,
            epsilon: 1e-8,
            clip_norm: 10.0,
        };
        let train_config = Train {
            objective: Objective::Adversarial(Adversarial { loss, critic_steps: 1, critic_rate: 2.0 }),
            data: vec![DataShare { dataset: "a".parse().unwrap(), weight: 1.0 }],
            batch_tokens: 32,
            accumulate: 1,
            optimizer,
            schedule: Schedule::Constant { warmup_steps: 1 },
            validate: Validate { every_steps: 50, tokens: 32 },
            ..config(300)
        };
        let device = device::open(DeviceChoice::Cpu, 1).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let training = Training {
            architecture: &architecture,
            vocab_size: 0,
            adapter: None,
            train: &train_config,
            base: None,
            teacher: None,
            seed: 9,
            device: &device,
            machine: &device::machine(DeviceChoice::Cpu, 1),
            checkpoints: folder.path(),
            fingerprint: Digest::of(b"test"),
        };
        let network = Network::of(&architecture, 0, Head::None, &device);
        let keys: Vec<u64> = (0..200).collect();
        let made = |weights: Option<&[u8]>| {
            let parameters = load_parameters(&network, weights, training.seed).unwrap();
            judged(&objective::generated(&network, &parameters, &keys))
        };
        let (before, _) = made(None);
        let dataset = Dataset { weight: 1.0, train: pictures("a", 256), validation: pictures("v", 64) };
        let Ended::Finished(trained) = train(&training, vec![dataset], &mut Heard::default()).unwrap() else {
            panic!("nobody stopped it")
        };
        assert_eq!(trained.report.best_step, 300, "the last weights are kept: no loss of either tells which are good");
        let (after, first) = made(Some(&trained.model));
        assert!(before > 0.6, "{loss:?}: pictures of chance are off by {before}");
        assert!(after < 0.25, "{loss:?}: pictures that were learnt are off by {after}, {first} of them like the first");
        assert!((0.1..=0.9).contains(&first), "{loss:?}: {first} of them are like the first of the two");
    }
}
