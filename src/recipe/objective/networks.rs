//! Which networks can learn which objective: what an objective asks for, held against what a network can do.

use crate::recipe::model::{Architecture, NetworkKind};
use crate::recipe::objective::{Contrastive, Objective, ObjectiveKind};

/// What a network can do, and an objective asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ability {
    /// Reads tokens one after the other, and writes them.
    Write,
    /// Fills in tokens, with what stands before and behind them.
    FillIn,
    /// Makes one thing of a whole record: its class, or its value.
    Tell,
    /// Makes a record whole.
    MakeWhole,
    /// Reads two views of a record.
    CompareViews,
    /// Reads a picture and a caption.
    CompareCaptions,
    /// Makes pictures, and judges them.
    Forge,
}

impl NetworkKind {
    /// Returns what it can do.
    const fn abilities(self) -> &'static [Ability] {
        match self {
            Self::Llama | Self::Gpt2 | Self::Rnn | Self::Lstm | Self::Gru => &[Ability::Write, Ability::Tell],
            Self::Bert => &[Ability::FillIn, Ability::Tell],
            Self::Mlp | Self::Cnn => &[Ability::Tell, Ability::CompareViews],
            Self::Vit => &[Ability::Tell, Ability::CompareViews, Ability::MakeWhole],
            Self::Clip => &[Ability::CompareCaptions],
            Self::Autoencoder => &[Ability::Tell, Ability::MakeWhole],
            Self::Gan => &[Ability::Forge],
        }
    }

    /// Returns whether it can do one of some things.
    fn can(self, asked: &[Ability]) -> bool {
        self.abilities().iter().any(|ability| asked.contains(ability))
    }
}

impl ObjectiveKind {
    /// Returns what it asks for; of several, what is set of it decides.
    const fn asks(self) -> &'static [Ability] {
        match self {
            Self::CausalLm | Self::Instruction | Self::Preference => &[Ability::Write],
            Self::MaskedLm => &[Ability::FillIn],
            Self::Classification | Self::Regression => &[Ability::Tell],
            Self::Autoencoder => &[Ability::MakeWhole],
            Self::Adversarial => &[Ability::Forge],
            Self::Contrastive => &[Ability::CompareViews, Ability::CompareCaptions],
            Self::Distillation => &[Ability::Write, Ability::Tell],
        }
    }
}

impl Objective {
    /// Returns what it asks for.
    const fn asks(&self) -> &'static [Ability] {
        match self {
            Self::Contrastive(Contrastive::Views { .. }) => &[Ability::CompareViews],
            Self::Contrastive(Contrastive::Captions) => &[Ability::CompareCaptions],
            Self::Distillation(own) if own.classification.is_some() => &[Ability::Tell],
            Self::Distillation(_) => &[Ability::Write],
            Self::CausalLm
            | Self::MaskedLm(_)
            | Self::Instruction
            | Self::Classification(_)
            | Self::Regression(_)
            | Self::Autoencoder(_)
            | Self::Adversarial(_)
            | Self::Preference(_) => self.kind().asks(),
        }
    }

    /// Returns the words of the networks that can learn it.
    pub fn networks(&self) -> Vec<&'static str> {
        NetworkKind::ALL.into_iter().filter(|kind| kind.can(self.asks())).map(NetworkKind::word).collect()
    }

    /// Returns the words of the objectives that a network can learn.
    pub fn of_network(architecture: &Architecture) -> impl Iterator<Item = &'static str> {
        let network = architecture.kind();
        ObjectiveKind::ALL.into_iter().filter(move |kind| network.can(kind.asks())).map(ObjectiveKind::word)
    }
}

impl Architecture {
    /// Returns whether it can learn an objective.
    pub fn learns(&self, objective: &Objective) -> bool {
        self.kind().can(objective.asks())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_objective_is_learnt_by_a_network_and_every_network_learns_something() {
        for objective in ObjectiveKind::ALL {
            assert!(NetworkKind::ALL.iter().any(|network| network.can(objective.asks())), "{}", objective.word());
        }
        for network in NetworkKind::ALL {
            assert!(ObjectiveKind::ALL.iter().any(|objective| network.can(objective.asks())), "{}", network.word());
        }
    }

    #[test]
    fn what_is_set_of_an_objective_decides_who_learns_it() {
        let views = Objective::Contrastive(Contrastive::Views { temperature: 0.1, projection: 8 });
        assert_eq!(views.networks(), ["mlp", "cnn", "vit"]);
        assert_eq!(Objective::Contrastive(Contrastive::Captions).networks(), ["clip"]);
    }
}
