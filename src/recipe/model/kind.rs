//! The kinds of networks, without their shapes: what each is called, and what it reads.

use crate::recipe::model::{Architecture, Modality};

/// A kind of network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NetworkKind {
    /// An [`Architecture::Llama`].
    Llama,
    /// An [`Architecture::Gpt2`].
    Gpt2,
    /// An [`Architecture::Bert`].
    Bert,
    /// An [`Architecture::Rnn`].
    Rnn,
    /// An [`Architecture::Lstm`].
    Lstm,
    /// An [`Architecture::Gru`].
    Gru,
    /// An [`Architecture::Mlp`].
    Mlp,
    /// An [`Architecture::Cnn`].
    Cnn,
    /// An [`Architecture::Vit`].
    Vit,
    /// An [`Architecture::Clip`].
    Clip,
    /// An [`Architecture::Autoencoder`].
    Autoencoder,
    /// An [`Architecture::Gan`].
    Gan,
}

impl NetworkKind {
    /// All of them, in the order in which recipes list them; one that is not here cannot be read.
    pub const ALL: [Self; 12] = [
        Self::Llama,
        Self::Gpt2,
        Self::Bert,
        Self::Rnn,
        Self::Lstm,
        Self::Gru,
        Self::Mlp,
        Self::Cnn,
        Self::Vit,
        Self::Clip,
        Self::Autoencoder,
        Self::Gan,
    ];

    /// Returns the word recipes use for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Llama => "llama",
            Self::Gpt2 => "gpt2",
            Self::Bert => "bert",
            Self::Rnn => "rnn",
            Self::Lstm => "lstm",
            Self::Gru => "gru",
            Self::Mlp => "mlp",
            Self::Cnn => "cnn",
            Self::Vit => "vit",
            Self::Clip => "clip",
            Self::Autoencoder => "autoencoder",
            Self::Gan => "gan",
        }
    }

    /// Returns what it reads.
    pub const fn modality(self) -> Modality {
        match self {
            Self::Llama | Self::Gpt2 | Self::Bert | Self::Rnn | Self::Lstm | Self::Gru => Modality::Tokens,
            Self::Mlp | Self::Cnn | Self::Vit | Self::Autoencoder | Self::Gan => Modality::Features,
            Self::Clip => Modality::Both,
        }
    }
}

impl Architecture {
    /// Returns which kind of network it is.
    pub const fn kind(&self) -> NetworkKind {
        match self {
            Self::Llama(_) => NetworkKind::Llama,
            Self::Gpt2(_) => NetworkKind::Gpt2,
            Self::Bert(_) => NetworkKind::Bert,
            Self::Rnn(_) => NetworkKind::Rnn,
            Self::Lstm(_) => NetworkKind::Lstm,
            Self::Gru(_) => NetworkKind::Gru,
            Self::Mlp(_) => NetworkKind::Mlp,
            Self::Cnn(_) => NetworkKind::Cnn,
            Self::Vit(_) => NetworkKind::Vit,
            Self::Clip(_) => NetworkKind::Clip,
            Self::Autoencoder(_) => NetworkKind::Autoencoder,
            Self::Gan(_) => NetworkKind::Gan,
        }
    }

    /// Returns the word recipes use for it.
    pub const fn word(&self) -> &'static str {
        self.kind().word()
    }

    /// Returns what it reads.
    pub const fn modality(&self) -> Modality {
        self.kind().modality()
    }
}
