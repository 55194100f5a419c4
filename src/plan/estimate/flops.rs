//! The arithmetic of a training: `6 · N · D` and the attention.
//!
//! A parameter that multiplies costs 2 floating-point operations a token on the way forward; on the way back 2 for the
//! gradient that goes on to earlier layers, and 2 more where the parameter itself learns. So all of it is `6 · N · D` for `N`
//! parameters and `D` tokens (Kaplan et al. 2020, section 2.1; Brown et al. 2020, appendix D). Frozen parameters cost `4 · N · D`.
//!
//! Attention adds `4 · L · d · T` forward and twice that backward, `T` being the keys a query sees (Narayanan et al. 2021,
//! appendix; Chowdhery et al. 2022, appendix B). In a causal network that is `(S + 1) / 2` of a sequence of `S` in the mean,
//! which the kernels make use of, and so half of what those two count.

use serde::{Deserialize, Serialize};

use crate::plan::estimate::parameters::{Parameters, linear_layers, widths};
use crate::recipe::model::Architecture;

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
    /// Returns the arithmetic of one token of a network.
    pub fn of(architecture: &Architecture, vocab_size: u32, parameters: &Parameters) -> Self {
        let blocks: u64 =
            linear_layers(architecture).iter().map(|linear| linear.n * linear.inputs * linear.outputs).sum();
        let widths = widths(architecture);
        // The output layer multiplies also where it shares the embedding; looking a token up multiplies nothing.
        // A classifier reads out once a record, and not once a token.
        let head = if parameters.classifier > 0 { 0 } else { widths.width * u64::from(vocab_size) };
        let (network, adapter) = ((blocks + head) as f64, parameters.adapter as f64);
        let keys = f64::from(architecture.context() + 1) / 2.0;
        let forward_attention = 4.0 * (widths.layers * widths.width) as f64 * keys;
        let per_parameter = if parameters.adapter > 0 { 4.0 } else { 6.0 };
        Self {
            forward_parameters: 2.0 * (network + adapter),
            forward_attention,
            training_parameters: per_parameter * network + 6.0 * adapter,
            training_attention: 3.0 * forward_attention,
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
}

impl Flops {
    /// Returns the arithmetic of learning from so many tokens and measuring on so many others.
    pub fn of(per_token: &PerToken, tokens: u64, validation_tokens: u64) -> Self {
        Self {
            parameters: per_token.training_parameters * tokens as f64,
            attention: per_token.training_attention * tokens as f64,
            validation: per_token.forward() * validation_tokens as f64,
        }
    }

    /// Returns all of it.
    pub fn total(&self) -> f64 {
        let Self { parameters, attention, validation } = self;
        parameters + attention + validation
    }
}

/// The floating-point operations of 10^15 a second for a day.
pub const PETAFLOPS_DAY: f64 = 1e15 * 86_400.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::parameters::with_adapter;
    use crate::recipe::fixture::recipe;

    #[test]
    fn a_token_costs_six_operations_a_parameter_and_four_where_it_is_frozen() {
        let recipe = recipe("");
        let [general, vertical] = ["general", "vertical"].map(|name| &recipe.models[&name.parse().unwrap()]);
        let all = with_adapter(&general.architecture, 300, None, None);
        let multiplying = (all.total() - all.norms) as f64;
        let learnt = PerToken::of(&general.architecture, 300, &all);
        assert_eq!(learnt.training_parameters, 6.0 * multiplying);
        assert_eq!(learnt.forward_parameters, 2.0 * multiplying);
        // One block of width 16 whose queries see (16 + 1) / 2 keys.
        assert_eq!(learnt.training_attention, 12.0 * 16.0 * 8.5);
        let adapted = with_adapter(&vertical.architecture, 300, None, vertical.adapter.as_ref());
        let frozen = PerToken::of(&vertical.architecture, 300, &adapted);
        assert_eq!(frozen.training_parameters, 4.0 * multiplying + 6.0 * adapted.adapter as f64);
    }
}
