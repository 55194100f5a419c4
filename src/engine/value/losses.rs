//! Losses that libtorch has kernels for.

use crate::engine::value::{Ints, Value};

/// The target that does not count.
pub const IGNORED: i64 = -100;

impl Value {
    /// Returns the sum of the surprises at the targets, in nats; those that are [`IGNORED`] do not count.
    ///
    /// With smoothing, a share of the target is spread over all classes (Szegedy et al. 2016); with weights, every class counts by its own.
    ///
    /// # Shapes
    /// - `[N, C]`, targets: `[N]`, weights: `[C]` -> `[1]` or none
    #[must_use]
    pub fn surprise(&self, targets_N: &Ints, weights_C: Option<&Self>, smoothing: f64) -> Self {
        if let (Self::Torch(logits), Ints::Torch(targets)) = (self, targets_N) {
            let weights = weights_C.map(|weights| match weights {
                Self::Torch(tensor) => tensor,
                Self::Plain(_) => unreachable!("all of a network lives on one backend"),
            });
            return Self::Torch(logits.cross_entropy_loss(targets, weights, tch::Reduction::Sum, IGNORED, smoothing));
        }
        self.surprises(targets_N, weights_C, smoothing).sum()
    }

    /// Returns the surprise at every target, in nats; 0 where it is [`IGNORED`].
    ///
    /// # Shapes
    /// - `[N, C]`, targets: `[N]`, weights: `[C]` -> `[N]`
    #[must_use]
    pub fn surprises(&self, targets_N: &Ints, weights_C: Option<&Self>, smoothing: f64) -> Self {
        let targets = targets_N.to_vec();
        let n = targets.len();
        let classes = self.side(-1);
        let counts = self.beside(targets.iter().map(|target| f32::from(*target != IGNORED)).collect(), &[n]);
        let named: Vec<i64> = targets.into_iter().map(|target| target.max(0)).collect();
        let named = targets_N.beside(named, &[n]);
        let mut surprise_NC = -self.log_softmax(-1);
        if let Some(weights_C) = weights_C {
            surprise_NC = surprise_NC * weights_C.reshape(&[1, classes]);
        }
        let own_N = surprise_NC.at(&named);
        let all_N = if smoothing == 0.0 {
            own_N
        } else {
            own_N * (1.0 - smoothing) + surprise_NC.mean_along(-1).reshape(&[n]) * smoothing
        };
        all_N * counts
    }
}

impl Value {
    /// Returns how many numbers of every row are larger than the one its target names; of what is [`IGNORED`] any number.
    ///
    /// # Shapes
    /// - `[N, C]`, targets: `[N]` -> N
    pub fn above(&self, targets_N: &Ints) -> Vec<i64> {
        let named: Vec<i64> = targets_N.to_vec().into_iter().map(|target| target.max(0)).collect();
        let n = named.len();
        let own_N1 = self.at(&targets_N.beside(named, &[n])).reshape(&[n, 1]);
        match (self, &own_N1) {
            (Self::Torch(all), Self::Torch(own)) => {
                let above = all.gt_tensor(own).sum_dim_intlist([1].as_slice(), false, tch::Kind::Int64);
                Ints::Torch(above).to_vec()
            }
            _ => {
                let (all, own, classes) = (self.to_vec(), own_N1.to_vec(), self.side(-1));
                let above = |(row, own): (&[f32], &f32)| row.iter().filter(|other| *other > own).count() as i64;
                all.chunks(classes).zip(&own).map(above).collect()
            }
        }
    }
}

impl Ints {
    /// Copies numbers to where these live.
    #[must_use]
    pub fn beside(&self, values: Vec<i64>, shape: &[usize]) -> Self {
        match self {
            Self::Torch(tensor) => {
                let made = tch::Tensor::from_slice(&values).to_device(tensor.device());
                Self::Torch(made.view(crate::engine::value::wide(shape).as_slice()))
            }
            Self::Plain(tensor, _) => Self::new(values, shape, &tensor.device()),
        }
    }
}

impl Value {
    /// Copies whole numbers to where this value lives.
    #[must_use]
    pub fn ints_beside(&self, values: Vec<i64>, shape: &[usize]) -> Ints {
        match self {
            Self::Torch(tensor) => {
                let made = tch::Tensor::from_slice(&values).to_device(tensor.device());
                Ints::Torch(made.view(crate::engine::value::wide(shape).as_slice()))
            }
            Self::Plain(tensor) => {
                let device = crate::engine::value::ranked::every!(tensor, t => t.device());
                Ints::new(values, shape, &device)
            }
        }
    }
}
