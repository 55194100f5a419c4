//! A generator and its critic: what each of the two tries to make small (Goodfellow et al. 2014; Lim & Ye 2017).

use crate::engine::model::{Network, Parameters, Pass};
use crate::engine::sampler::Batch;
use crate::engine::seed;
use crate::engine::value::{Value, tape};
use crate::recipe::objective::AdversarialLoss;

/// Who learns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The critic, for the how-manieth time of a step, from 0.
    Critic(u32),
    /// The generator.
    Generator,
}

/// Returns the random numbers that pictures are made of, one row for each key.
pub fn noise(network: &Network, keys: &[u64], name: &str) -> Value {
    let width = network.width();
    let draw = |key: &u64| seed::normals(&mut seed::stream(*key, &format!("latent/{name}")), width, 1.0);
    Value::new(keys.iter().flat_map(draw).collect(), &[keys.len(), width], network.device())
}

/// Returns pictures, one for each key, record after record; nothing is recorded for gradients.
pub fn generated(network: &Network, parameters: &Parameters, keys: &[u64]) -> Vec<f32> {
    tape::without(|| {
        let pass = Pass::measuring(parameters, network.device());
        network.generated(&pass, &noise(network, keys, "generator")).to_vec()
    })
}

/// Returns the loss of the one whose turn it is, over the `n_records` records of a step.
pub fn loss(network: &Network, pass: &Pass, batch: &Batch, turn: Turn, loss: AdversarialLoss, n_records: f64) -> Value {
    let sum = match turn {
        Turn::Critic(number) => {
            let features = batch.features.as_ref().expect("it learns from pictures");
            let shape: Vec<usize> = std::iter::once(batch.rows).chain(features.shape.iter().copied()).collect();
            let real = Value::new(features.values.clone(), &shape, network.device());
            let noise = noise(network, &batch.keys, &format!("critic/{number}"));
            of_critic(network, pass, &real, &noise, loss)
        }
        Turn::Generator => of_generator(network, pass, &noise(network, &batch.keys, "generator"), loss),
    };
    sum / n_records
}

/// Returns what a critic tries to make small, all records together: it reads real pictures, and then as many made ones.
pub(crate) fn of_critic(network: &Network, pass: &Pass, real: &Value, noise: &Value, loss: AdversarialLoss) -> Value {
    let made = network.generated(pass, noise).detach();
    let (real, made) = (network.judged(pass, real), network.judged(pass, &made));
    match loss {
        AdversarialLoss::Hinge => (real * -1.0 + 1.0).relu().sum() + (made + 1.0).relu().sum(),
        AdversarialLoss::NonSaturating => (real * -1.0).softplus().sum() + made.softplus().sum(),
    }
}

/// Returns what a generator tries to make small, all records together.
pub(crate) fn of_generator(network: &Network, pass: &Pass, noise: &Value, loss: AdversarialLoss) -> Value {
    let judged = network.judged(pass, &network.generated(pass, noise));
    match loss {
        AdversarialLoss::Hinge => judged.sum() * -1.0,
        AdversarialLoss::NonSaturating => (judged * -1.0).softplus().sum(),
    }
}
