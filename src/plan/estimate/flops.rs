//! The arithmetic of a training: `6 · N · D` and the attention.
//!
//! A parameter that multiplies costs 2 floating-point operations a token on the way forward; on the way back 2 for the
//! gradient that goes on to earlier layers, and 2 more where the parameter itself learns. So all of it is `6 · N · D` for `N`
//! parameters and `D` tokens (Kaplan et al. 2020, section 2.1; Brown et al. 2020, appendix D). Frozen parameters cost `4 · N · D`.
//!
//! Attention adds `4 · L · d · T` forward and twice that backward, `T` being the keys a query sees (Narayanan et al. 2021,
//! appendix; Chowdhery et al. 2022, appendix B). In a causal network that is `(S + 1) / 2` of a sequence of `S` in the mean,
//! which the kernels make use of, and so half of what those two count; where all places see all, it is `S`.
//!
//! What multiplies more than once counts as often: a kernel of a convolution for every place it gives. What reads no tokens is
//! counted by records, each of which stands for one.

use serde::{Deserialize, Serialize};

use crate::plan::estimate::attention::{self, Attention};
use crate::plan::estimate::parameters::Parameters;
use crate::recipe::head::Head;
use crate::recipe::model::outputs::is_of_head;
use crate::recipe::model::{Architecture, Bert, Tensor, is_nothing};
use crate::recipe::objective::{Contrastive, Objective};

/// The formula, as it is told.
pub const FORMULA: &str = "6 N D (4 N D where frozen) + 12 L d D (S + 1) / 2 for causal attention, forward and backward: \
    Kaplan et al. 2020; Narayanan et al. 2021; Chowdhery et al. 2022, appendix B";

/// The arithmetic of one token, in floating-point operations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerToken {
    /// The parameters that multiply, forward.
    pub forward_parameters: f64,
    /// The attention, forward.
    pub forward_attention: f64,
    /// The parameters, forward and backward.
    pub training_parameters: f64,
    /// The attention, forward and backward.
    pub training_attention: f64,
}

impl PerToken {
    /// Returns the arithmetic of one token of a network with a head.
    pub fn of(architecture: &Architecture, vocab_size: u32, head: &Head, parameters: &Parameters) -> Self {
        Self::counted(architecture, vocab_size, head, parameters, |_| 1.0)
    }

    /// Returns the arithmetic of one token of a network that learns to do something, which may read a record more than once.
    pub fn of_training(
        architecture: &Architecture,
        vocab_size: u32,
        objective: &Objective,
        parameters: &Parameters,
    ) -> Self {
        let head = Head::of(objective, architecture);
        Self::counted(architecture, vocab_size, &head, parameters, |name| repeats(objective, name))
    }

    fn counted(
        architecture: &Architecture,
        vocab_size: u32,
        head: &Head,
        parameters: &Parameters,
        repeats: impl Fn(&str) -> f64,
    ) -> Self {
        let context = f64::from(architecture.context());
        let tensors = architecture.tensors(vocab_size, head);
        let (mut forward, mut training) = (0.0, 0.0);
        for tensor in tensors.iter().filter(|tensor| tensor.uses > 0.0) {
            let multiplying = tensor.size() as f64 * (tensor.uses / context);
            let learns = parameters.adapter == 0 || is_of_head(head, tensor);
            forward += multiplying;
            training += multiplying * repeats(&tensor.name) * if learns { 6.0 } else { 4.0 };
        }
        // An addition multiplies as often as the layers it adds to.
        let adapted = || tensors.iter().filter(|tensor| tensor.is_linear);
        let sides = |tensor: &Tensor| (tensor.n() * tensor.shape.iter().sum::<u64>()) as f64;
        let uses = adapted().map(|tensor| sides(tensor) * (tensor.uses / context)).sum::<f64>()
            / adapted().map(sides).sum::<f64>().max(1.0);
        let adapter = parameters.adapter as f64 * uses;
        // The sum of nothing is -0, which nobody wants to read.
        let attention = attention::of(architecture, head).iter().map(Attention::forward).sum::<f64>() + 0.0;
        let forward_attention = attention / context;
        Self {
            forward_parameters: 2.0 * (forward + adapter),
            forward_attention,
            training_parameters: training + 6.0 * adapter * repeats("")
                - 2.0 * parameters.frozen.passed
                - 4.0 * parameters.frozen.below,
            training_attention: 3.0 * forward_attention * repeats(""),
        }
    }

    /// Returns the arithmetic of reading a token.
    pub fn forward(&self) -> f64 {
        self.forward_parameters + self.forward_attention
    }

    /// Returns the arithmetic of learning from a token.
    pub fn training(&self) -> f64 {
        self.training_parameters + self.training_attention
    }
}

/// Returns how often a training step reads a record with a parameter, forward and backward; forward alone is a third of that.
///
/// The arithmetic of a teacher is that of another network, and counted apart.
fn repeats(objective: &Objective, name: &str) -> f64 {
    match objective {
        Objective::Contrastive(Contrastive::Views { .. }) => 2.0,
        // The model it starts from reads the same, and learns nothing.
        Objective::Preference(_) => 4.0 / 3.0,
        Objective::Adversarial(own) => {
            let turns = f64::from(own.critic_steps);
            // The critic sees real and made pictures in its own turns, and in the generator's those that are made.
            if name.starts_with("critic.") { 2.0 * turns + 1.0 } else { turns / 3.0 + 1.0 }
        }
        // Only hidden tokens are read out, where most are not hidden.
        Objective::MaskedLm(own) if Bert::reads_out(name) && own.mask_share <= 0.5 => own.mask_share,
        Objective::CausalLm
        | Objective::MaskedLm(_)
        | Objective::Instruction
        | Objective::Classification(_)
        | Objective::Regression(_)
        | Objective::Autoencoder(_)
        | Objective::Contrastive(Contrastive::Captions)
        | Objective::Distillation(_) => 1.0,
    }
}

/// The arithmetic of a training, in floating-point operations.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Flops {
    /// The parameters, forward and backward: `6 · N · D`.
    pub parameters: f64,
    /// The attention, forward and backward.
    pub attention: f64,
    /// Measuring the validation loss, forward.
    pub validation: f64,
    /// What a teacher says of the same tokens, forward.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub beside: f64,
}

impl Flops {
    /// Returns the arithmetic of learning from so many tokens and measuring on so many others.
    pub fn of(per_token: &PerToken, tokens: u64, validation_tokens: u64) -> Self {
        Self {
            parameters: per_token.training_parameters * tokens as f64,
            attention: per_token.training_attention * tokens as f64,
            validation: per_token.forward() * validation_tokens as f64,
            beside: 0.0,
        }
    }

    /// Adds what a teacher says of all tokens, of those that are learnt from and of those that are measured on.
    pub fn beside(self, per_token: &PerToken, tokens: u64, validation_tokens: u64) -> Self {
        Self { beside: per_token.forward() * (tokens + validation_tokens) as f64, ..self }
    }

    /// Returns all of it.
    pub fn total(&self) -> f64 {
        let Self { parameters, attention, validation, beside } = self;
        parameters + attention + validation + beside
    }
}

/// The floating-point operations of 10^15 a second for a day.
pub const PETAFLOPS_DAY: f64 = 1e15 * 86_400.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::parameters::with_adapter;
    use crate::recipe::fixture::recipe;
    use crate::recipe::objective::MaskedLm;

    #[test]
    fn a_token_costs_six_operations_a_parameter_and_four_where_it_is_frozen() {
        let recipe = recipe("");
        let [general, vertical] = ["general", "vertical"].map(|name| &recipe.models[&name.parse().unwrap()]);
        let all = with_adapter(&general.architecture, 300, &Head::Language, None);
        let multiplying = (all.total() - all.norms) as f64;
        let learnt = PerToken::of(&general.architecture, 300, &Head::Language, &all);
        assert_eq!(learnt.training_parameters, 6.0 * multiplying);
        assert_eq!(learnt.forward_parameters, 2.0 * multiplying);
        // One block of width 16 whose queries see (16 + 1) / 2 keys.
        assert_eq!(learnt.training_attention, 12.0 * 16.0 * 8.5);
        let adapted = with_adapter(&vertical.architecture, 300, &Head::Language, vertical.adapter.as_ref());
        let frozen = PerToken::of(&vertical.architecture, 300, &Head::Language, &adapted);
        assert_eq!(frozen.training_parameters, 4.0 * multiplying + 6.0 * adapted.adapter as f64);
    }

    fn operations(architecture: &Architecture, head: &Head) -> PerToken {
        PerToken::of(architecture, 0, head, &Parameters::default())
    }

    #[test]
    fn a_kernel_multiplies_at_every_place_and_a_place_sees_all_others() {
        let network: Architecture = serde_json::from_value(serde_json::json!({
            "type": "cnn", "input": [3, 8, 6], "block": "plain", "channels": [4, 5], "depth": 1, "kernel": 3, "dense": [],
            "activation": "relu", "dropout": 0.0,
        }))
        .unwrap();
        // 8 × 6 places of the first stage and 4 × 3 of the second.
        let multiplying = 9.0 * (3.0 * 4.0 * 48.0 + 4.0 * 5.0 * 12.0);
        let counted = operations(&network, &Head::None);
        assert_eq!((counted.forward_parameters, counted.forward_attention), (2.0 * multiplying, 0.0));
        assert!(counted.training_attention.is_sign_positive(), "nobody reads -0");
        let network: Architecture = serde_json::from_value(serde_json::json!({
            "type": "vit", "input": [8, 8], "patch": 4, "layers": 3, "width": 16, "heads": 2, "mlp-width": 64,
            "norm-epsilon": 1e-12, "dropout": 0.0,
        }))
        .unwrap();
        let counted = operations(&network, &Head::None);
        // 4 patches and the place that stands for all.
        assert_eq!(counted.forward_attention, 4.0 * 3.0 * 16.0 * 5.0 * 5.0);
        assert_eq!(counted.forward_parameters, 2.0 * (4.0 * 16.0 * 16.0 + 5.0 * 3.0 * (4.0 + 8.0) * 16.0 * 16.0));
    }

    #[test]
    fn only_hidden_tokens_are_read_out() {
        let network: Architecture = serde_json::from_value(serde_json::json!({
            "type": "bert", "layers": 1, "width": 4, "heads": 2, "mlp-width": 8, "context": 16, "norm-epsilon": 1e-12, "dropout": 0.0,
        }))
        .unwrap();
        let training = |share: f64| {
            let objective = Objective::MaskedLm(MaskedLm { mask_share: share });
            PerToken::of_training(&network, 100, &objective, &Parameters::default()).training_parameters
        };
        let (body, read_out) = (4.0 * 16.0 + 2.0 * 32.0, 16.0 + 400.0);
        assert!((training(0.25) - 6.0 * (body + 0.25 * read_out)).abs() < 1e-6);
        assert!((training(0.75) - 6.0 * (body + read_out)).abs() < 1e-6);
    }

    #[test]
    fn a_window_sees_no_more_than_it_holds_and_a_critic_reads_twice() {
        let [whole, window] = ["", "models.general.architecture.sliding-window=4"]
            .map(|set| operations(&recipe(set).models[&"general".parse().unwrap()].architecture, &Head::Language));
        // Of 16 places the first three see 1, 2 and 3, the others 4.
        assert_eq!(window.forward_attention / whole.forward_attention, (6.0 + 13.0 * 4.0) / 16.0 / 8.5);
        let network: Architecture = serde_json::from_value(
            serde_json::json!({ "type": "gan", "input": [1, 4, 4], "latent": 1, "channels": 1 }),
        )
        .unwrap();
        let objective = Objective::Adversarial(crate::recipe::objective::Adversarial::default());
        let counted = PerToken::of_training(&network, 0, &objective, &Parameters::default());
        let (generator, critic) = (2.0 + 2.0 * 16.0 + 16.0 * 4.0, 16.0 * 4.0 + 2.0 * 16.0 + 2.0);
        assert!((counted.training_parameters - 6.0 * (4.0 / 3.0 * generator + 3.0 * critic)).abs() < 1e-9);
    }
}
