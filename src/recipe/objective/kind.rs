//! The kinds of objectives, without what is set of them.

use crate::recipe::objective::Objective;

/// A kind of objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectiveKind {
    /// An [`Objective::CausalLm`].
    CausalLm,
    /// An [`Objective::MaskedLm`].
    MaskedLm,
    /// An [`Objective::Instruction`].
    Instruction,
    /// An [`Objective::Classification`].
    Classification,
    /// An [`Objective::Regression`].
    Regression,
    /// An [`Objective::Autoencoder`].
    Autoencoder,
    /// An [`Objective::Adversarial`].
    Adversarial,
    /// An [`Objective::Contrastive`].
    Contrastive,
    /// An [`Objective::Distillation`].
    Distillation,
    /// An [`Objective::Preference`].
    Preference,
}

impl ObjectiveKind {
    /// All of them, in the order in which recipes list them; one that is not here cannot be read.
    pub const ALL: [Self; 10] = [
        Self::CausalLm,
        Self::MaskedLm,
        Self::Instruction,
        Self::Classification,
        Self::Regression,
        Self::Autoencoder,
        Self::Adversarial,
        Self::Contrastive,
        Self::Distillation,
        Self::Preference,
    ];

    /// Returns the word recipes use for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::CausalLm => "causal-lm",
            Self::MaskedLm => "masked-lm",
            Self::Instruction => "instruction",
            Self::Classification => "classification",
            Self::Regression => "regression",
            Self::Autoencoder => "autoencoder",
            Self::Adversarial => "adversarial",
            Self::Contrastive => "contrastive",
            Self::Distillation => "distillation",
            Self::Preference => "preference",
        }
    }
}

impl Objective {
    /// Returns which kind of objective it is.
    pub const fn kind(&self) -> ObjectiveKind {
        match self {
            Self::CausalLm => ObjectiveKind::CausalLm,
            Self::MaskedLm(_) => ObjectiveKind::MaskedLm,
            Self::Instruction => ObjectiveKind::Instruction,
            Self::Classification(_) => ObjectiveKind::Classification,
            Self::Regression(_) => ObjectiveKind::Regression,
            Self::Autoencoder(_) => ObjectiveKind::Autoencoder,
            Self::Adversarial(_) => ObjectiveKind::Adversarial,
            Self::Contrastive(_) => ObjectiveKind::Contrastive,
            Self::Distillation(_) => ObjectiveKind::Distillation,
            Self::Preference(_) => ObjectiveKind::Preference,
        }
    }

    /// Returns the word recipes use for it.
    pub const fn word(&self) -> &'static str {
        self.kind().word()
    }
}
