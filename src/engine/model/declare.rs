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
    /// Drawn evenly between minus and plus this bound.
    Uniform(f64),
}

impl Declaration {
    /// Returns a declaration.
    pub fn new(name: impl Into<String>, shape: &[usize], init: Init) -> Self {
        Self { name: name.into(), shape: shape.to_vec(), init }
    }

    /// Returns the first values, drawn on the host so that they are the same on every backend.
    pub fn draw(&self, seed: u64) -> HostTensor {
        let n = self.shape.iter().product();
        let mut rng = seed::stream(seed, &format!("init/{}", self.name));
        let values = match self.init {
            Init::Ones => vec![1.0; n],
            Init::Zeros => vec![0.0; n],
            Init::Normal(deviation) => seed::normals(&mut rng, n, deviation),
            Init::Uniform(bound) => (0..n).map(|_| ((2.0 * seed::uniform(&mut rng) - 1.0) * bound) as f32).collect(),
        };
        HostTensor { shape: self.shape.clone(), values }
    }
}
