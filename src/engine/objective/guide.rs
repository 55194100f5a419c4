//! Objectives that hold a model against another: a teacher (Hinton et al. 2015), or the model it started from (Rafailov et al. 2023).

use crate::engine::model::{Network, Parameters, Pass, Reading};
use crate::engine::objective::{classes, language};
use crate::engine::sampler::Batch;
use crate::engine::value::losses::IGNORED;
use crate::engine::value::{Ints, Value, tape};
use crate::recipe::objective::{Distillation, Preference};

/// A model that does not learn, which another is held against.
#[derive(Debug)]
pub struct Guide {
    /// Its network.
    pub network: Network,
    /// Its parameters.
    pub parameters: Parameters,
}

impl Guide {
    /// Returns what it says, off the tape.
    fn asked<T>(&self, ask: impl FnOnce(&Network, &Pass) -> T) -> T {
        tape::without(|| ask(&self.network, &Pass::measuring(&self.parameters, self.network.device())))
    }
}

/// Returns the loss of a student, over the `n_targets` targets or records of a step, and how many of its classes are right.
///
/// The teacher's share is the divergence of the student's shares from the teacher's, both at a temperature, times its square, so that
/// gradients keep their size; the rest is the surprise at the data.
pub fn taught(
    network: &Network,
    pass: &Pass,
    batch: &Batch,
    guide: &Guide,
    distillation: &Distillation,
    n_targets: f64,
) -> (Value, u64) {
    let Distillation { teacher: _, temperature, teacher_share, classification } = distillation;
    let (own, taught, targets) = match classification {
        Some(_) => {
            let reading = Reading::new(batch, network.device());
            let taught = guide.asked(|teacher, pass| teacher.outputs(pass, &reading));
            (network.outputs(pass, &reading), taught, classes::targets(network, batch))
        }
        None => {
            let (own, targets) = language::predicted(network, pass, batch);
            let taught = guide.asked(|teacher, pass| language::predicted(teacher, pass, batch).0);
            (own, taught, targets)
        }
    };
    let right = if classification.is_some() { own.detach().argmax().n_equal(&targets) } else { 0 };
    let smoothing = classification.as_ref().map_or(0.0, |own| own.label_smoothing);
    let data = own.surprise(&targets, None, smoothing) * (1.0 - teacher_share);
    let divergence = divergence(&own, &taught, &targets, *temperature) * (temperature * temperature * teacher_share);
    ((data + divergence) / n_targets, right)
}

/// Returns the Kullback–Leibler divergence of the shares of one set of logits from those of another, at a temperature, summed over the
/// places whose targets count.
///
/// # Shapes
/// - logits: `[N, C]` each, targets: `[N]` -> `[1]` or none
pub fn divergence(own_NC: &Value, taught_NC: &Value, targets_N: &Ints, temperature: f64) -> Value {
    let (own, taught) = (own_NC / temperature, taught_NC.detach() / temperature);
    let (own, taught_logarithms, taught) = (own.log_softmax(-1), taught.log_softmax(-1), taught.softmax(-1));
    let n = own.shape()[0];
    let each_N = (taught * (taught_logarithms - own)).sum_along(-1).reshape(&[n]);
    let counts = targets_N.to_vec().iter().map(|target| f32::from(u8::from(*target != IGNORED))).collect();
    (&each_N * each_N.beside(counts, &[n])).sum()
}

/// Returns the loss of preferring what was chosen to what was rejected, over the `n_pairs` pairs of a step, and for how many of them it
/// is preferred more than by the model it started from.
pub fn preferred(
    network: &Network,
    pass: &Pass,
    batch: &Batch,
    guide: &Guide,
    preference: &Preference,
    n_pairs: f64,
) -> (Value, u64) {
    let Preference { beta, label_smoothing } = preference;
    let own = margin(network, pass, batch);
    let first = guide.asked(|reference, pass| margin(reference, pass, batch));
    let more = (own - first.detach()) * *beta;
    let right = more.detach().to_vec().iter().filter(|more| **more > 0.0).count() as u64;
    // -ln sigmoid(x) is softplus(-x).
    let each = (&more * -1.0).softplus() * (1.0 - label_smoothing) + more.softplus() * *label_smoothing;
    (each.sum() / n_pairs, right)
}

/// Returns how much likelier what was chosen is than what was rejected, as logarithms over all tokens of the answers.
///
/// # Shapes
/// - `[pairs]`
fn margin(network: &Network, pass: &Pass, batch: &Batch) -> Value {
    let (logits_NV, targets_N) = language::predicted(network, pass, batch);
    let pairs = batch.rows / 2;
    let surprise = logits_NV.surprises(&targets_N, None, 0.0).reshape(&[pairs, 2, batch.context]);
    let [chosen, rejected] = surprise.sum_along(-1).parts::<2>(1);
    (rejected - chosen).reshape(&[pairs])
}
