//! Which networks can learn which objective.

use crate::recipe::model::Architecture;
use crate::recipe::objective::{Contrastive, Objective};

/// Networks that read tokens one after the other, and write them.
const WRITERS: &[&str] = &["llama", "gpt2", "rnn", "lstm", "gru"];
/// Networks that make one thing of a whole record.
const READERS: &[&str] = &["llama", "gpt2", "bert", "rnn", "lstm", "gru", "mlp", "cnn", "vit", "autoencoder"];
/// Networks that read two views of a record.
const VIEWERS: &[&str] = &["mlp", "cnn", "vit"];
/// Networks that make records whole.
const MAKERS: &[&str] = &["autoencoder", "vit"];

/// What each objective is learnt by, as recipes type it.
const TYPED: [(&str, &[&str]); 11] = [
    ("causal-lm", WRITERS),
    ("masked-lm", &["bert"]),
    ("instruction", WRITERS),
    ("classification", READERS),
    ("regression", READERS),
    ("autoencoder", MAKERS),
    ("adversarial", &["gan"]),
    ("contrastive", VIEWERS),
    ("contrastive", &["clip"]),
    ("distillation", READERS),
    ("preference", WRITERS),
];

impl Objective {
    /// Returns the words of the networks that can learn it.
    pub fn networks(&self) -> &'static [&'static str] {
        match self {
            Self::CausalLm | Self::Instruction | Self::Preference(_) => WRITERS,
            Self::MaskedLm(_) => &["bert"],
            Self::Classification(_) | Self::Regression(_) => READERS,
            Self::Autoencoder(_) => MAKERS,
            Self::Adversarial(_) => &["gan"],
            Self::Contrastive(Contrastive::Views { .. }) => VIEWERS,
            Self::Contrastive(Contrastive::Captions) => &["clip"],
            Self::Distillation(own) if own.classification.is_some() => READERS,
            Self::Distillation(_) => WRITERS,
        }
    }

    /// Returns the words of the objectives that a network can learn.
    pub fn of_network(architecture: &Architecture) -> impl Iterator<Item = &'static str> {
        let word = architecture.word();
        TYPED.into_iter().filter(move |(_, networks)| networks.contains(&word)).map(|(objective, _)| objective)
    }
}
