//! Objectives in words: what each learns to do, and in which unit its loss is measured.

use crate::recipe::objective::{Adversarial, AdversarialLoss, Contrastive, Objective, Regression, RegressionLoss};

impl Objective {
    /// Returns what a model learns to do, as a card says it.
    pub fn words(&self) -> String {
        match self {
            Self::CausalLm => "predict every next token".to_owned(),
            Self::MaskedLm(own) => format!("predict hidden tokens, {} of all", percent(own.mask_share)),
            Self::Instruction => "predict the tokens of the response".to_owned(),
            Self::Classification(_) => "tell the class of a record".to_owned(),
            Self::Regression(_) => "tell the number of a record".to_owned(),
            Self::Autoencoder(own) => format!("make records whole again, {}", own.corruption.words()),
            Self::Adversarial(own) => format!("make what a critic takes for real, {}", own.words()),
            Self::Contrastive(Contrastive::Views { temperature, projection }) => {
                format!(
                    "tell two views of a record from views of others, temperature {temperature}, projection of width {projection}"
                )
            }
            Self::Contrastive(Contrastive::Captions) => {
                "tell the caption of a picture from captions of others".to_owned()
            }
            Self::Distillation(own) => format!(
                "say what {} says, temperature {}, {} of the loss is the teacher's",
                own.teacher,
                own.temperature,
                percent(own.teacher_share)
            ),
            Self::Preference(own) => {
                let smoothed = match own.label_smoothing {
                    0.0 => String::new(),
                    share => format!(", {} of the preferences taken for wrong", percent(share)),
                };
                format!("prefer the chosen answer to the rejected one, beta {}{smoothed}", own.beta)
            }
        }
    }

    /// Returns the unit of the training and the validation loss: `nats a token`.
    pub fn loss_unit(&self) -> &'static str {
        match self {
            Self::CausalLm | Self::Instruction => "nats a token",
            Self::MaskedLm(_) => "nats a hidden token",
            Self::Classification(_) => "nats a record",
            Self::Regression(Regression { loss, .. }) => match loss {
                RegressionLoss::Squared => "squared, a record",
                RegressionLoss::Absolute => "off, a record",
                RegressionLoss::Huber => "Huber loss a record",
            },
            Self::Autoencoder(_) => "squared, a number",
            Self::Adversarial(Adversarial { loss, .. }) => match loss {
                AdversarialLoss::Hinge => "hinge loss of the critic, a picture",
                AdversarialLoss::NonSaturating => "nats of the critic, a picture",
            },
            Self::Contrastive(_) => "nats a pair",
            Self::Distillation(own) if own.classification.is_some() => "nats a record, the teacher's share included",
            Self::Distillation(_) => "nats a token, the teacher's share included",
            Self::Preference(_) => "nats a preference",
        }
    }
}

impl Adversarial {
    fn words(&self) -> String {
        let loss = match self.loss {
            AdversarialLoss::Hinge => "hinge loss",
            AdversarialLoss::NonSaturating => "non-saturating loss",
        };
        let steps = match self.critic_steps {
            1 => "1 step of the critic".to_owned(),
            n => format!("{n} steps of the critic"),
        };
        let rate =
            if self.critic_rate == 1.0 { String::new() } else { format!(" at {} times the rate", self.critic_rate) };
        format!("{loss}, {steps}{rate} for each of the generator")
    }
}

/// Returns a share as percent, with no more digits than it has.
fn percent(share: f64) -> String {
    format!("{} %", (share * 1e5).round() / 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::objective::{Corruption, MaskedLm, Preference, Reconstruction};

    #[test]
    fn what_is_learnt_is_told_with_its_figures() {
        let hidden = Objective::MaskedLm(MaskedLm { mask_share: 0.15 });
        assert_eq!(hidden.words(), "predict hidden tokens, 15 % of all");
        let masked = Reconstruction { corruption: Corruption::Mask { share: 0.075 }, decoder: None };
        assert_eq!(Objective::Autoencoder(masked).words(), "make records whole again, 7.5 % of them hidden");
        let critic = Adversarial { critic_steps: 2, critic_rate: 4.0, ..Adversarial::default() };
        let said = "make what a critic takes for real, hinge loss, 2 steps of the critic at 4 times the rate for each of the generator";
        assert_eq!(Objective::Adversarial(critic).words(), said);
        let certain = Objective::Preference(Preference::default()).words();
        assert_eq!(certain, "prefer the chosen answer to the rejected one, beta 0.1");
    }
}
