//! What parameters a network has, and what they are before anything is learnt.

use crate::engine::model::weights::HostTensor;
use crate::engine::seed;

/// A parameter of a network.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// Its name at Hugging Face.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// What it is at first.
    pub init: Init,
    /// Whether a pass that learns changes it, and no gradient.
    pub is_buffer: bool,
}

/// What a parameter is at first.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Init {
    /// Ones.
    Ones,
    /// Zeros.
    Zeros,
    /// Drawn from a normal distribution around 0 with this deviation.
    Normal(f64),
    /// Drawn from a normal distribution around 0 with this deviation, those further out than twice of it drawn again.
    TruncatedNormal(f64),
    /// All this number.
    Full(f32),
    /// Drawn evenly between minus and plus this bound.
    Uniform(f64),
}

impl Declaration {
    /// Returns a declaration.
    pub fn new(name: impl Into<String>, shape: &[usize], init: Init) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), init, is_buffer: false }
    }

    /// Returns the declaration of what a pass that learns changes beside.
    pub fn buffer(name: impl Into<String>, shape: &[usize], init: Init) -> Self {
        Self { is_buffer: true, ..Self::new(name, shape, init) }
    }

    /// Returns the declarations of a linear layer with a bias, its outputs first.
    pub fn linear(name: &str, inputs: usize, outputs: usize, init: Init) -> [Self; 2] {
        let weight = Self::new(format!("{name}.weight"), &[outputs, inputs], init);
        [weight, Self::new(format!("{name}.bias"), &[outputs], Init::Zeros)]
    }

    /// Returns the declarations of a norm with a bias.
    pub fn norm(name: &str, width: usize) -> [Self; 2] {
        let part = |part, init| Self::new(format!("{name}.{part}"), &[width], init);
        [part("weight", Init::Ones), part("bias", Init::Zeros)]
    }

    /// Returns the declarations of a batch norm, with what it remembers of the batches.
    pub fn batch_norm(name: &str, channels: usize) -> [Self; 4] {
        let [weight, bias] = Self::norm(name, channels);
        let buffer = |part, init| Self::buffer(format!("{name}.{part}"), &[channels], init);
        [weight, bias, buffer("running_mean", Init::Zeros), buffer("running_var", Init::Ones)]
    }

    /// Returns the first values, drawn on the host so that they are the same on every backend.
    pub fn draw(&self, seed: u64) -> HostTensor {
        let n = self.shape.iter().product();
        let mut rng = seed::stream(seed, &format!("init/{}", self.name));
        let values = match self.init {
            Init::Ones => vec![1.0; n],
            Init::Zeros => vec![0.0; n],
            Init::Normal(deviation) => seed::normals(&mut rng, n, deviation),
            Init::TruncatedNormal(deviation) => truncated(&mut rng, n, deviation),
            Init::Full(number) => vec![number; n],
            Init::Uniform(bound) => (0..n).map(|_| ((2.0 * seed::uniform(&mut rng) - 1.0) * bound) as f32).collect(),
        };
        HostTensor { shape: self.shape.clone(), values }
    }
}

/// Returns numbers of a normal distribution that are no further out than twice its deviation.
fn truncated(rng: &mut rand_chacha::ChaCha8Rng, n: usize, deviation: f64) -> Vec<f32> {
    let mut values = Vec::with_capacity(n);
    while values.len() < n {
        let drawn = seed::normals(rng, n - values.len(), deviation);
        values.extend(drawn.into_iter().filter(|value| f64::from(value.abs()) <= 2.0 * deviation));
    }
    values
}
