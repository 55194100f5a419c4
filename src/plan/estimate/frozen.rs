//! How many parameters a recipe freezes, told by their names.

use serde::{Deserialize, Serialize};

use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::recipe::parameter::depths;
use crate::recipe::training::Train;

/// The parameters that a recipe freezes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Frozen {
    /// All of them.
    pub all: u64,
    /// Those that multiply and that gradients pass on the way to what learns, each as often as a token is multiplied with it.
    pub passed: f64,
    /// Those that multiply and lie below everything that learns, which no gradient reaches, counted likewise.
    pub below: f64,
}

impl Frozen {
    /// Returns whether there are none.
    pub fn is_none(&self) -> bool {
        self.all == 0
    }

    /// Returns what a training freezes of a network.
    pub fn of(train: &Train, architecture: &Architecture, vocab_size: u32, head: &Head) -> Self {
        let named = if train.freeze.is_empty() { Vec::new() } else { named(architecture, vocab_size, head) };
        let is_frozen = |name: &str| train.freeze.iter().any(|pattern| pattern.matches(name));
        let depths = depths(named.iter().map(|parameter| parameter.name.as_str()));
        let learning = named.iter().filter(|parameter| !is_frozen(&parameter.name));
        let deepest = learning.map(|parameter| depths[parameter.name.as_str()]).max().unwrap_or(0);
        let mut frozen = Self::default();
        for Named { name, size, multiplied } in named.iter().filter(|parameter| is_frozen(&parameter.name)) {
            frozen.all += size;
            match depths[name.as_str()] > deepest {
                true => frozen.below += multiplied,
                false => frozen.passed += multiplied,
            }
        }
        frozen
    }
}

/// A parameter of a network.
struct Named {
    name: String,
    size: u64,
    /// Its numbers, each as often as a token is multiplied with it.
    multiplied: f64,
}

fn named(architecture: &Architecture, vocab_size: u32, head: &Head) -> Vec<Named> {
    let context = f64::from(architecture.context());
    let tensors = architecture.tensors(vocab_size, head).into_iter().filter(|tensor| !tensor.is_buffer);
    tensors
        .flat_map(|tensor| {
            let size = tensor.shape.iter().product::<u64>();
            let multiplied = size as f64 * (tensor.uses / context);
            let name = tensor.name;
            tensor.layers.map(move |n| Named { name: name.replace("{n}", &n.to_string()), size, multiplied })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::estimate::flops::PerToken;
    use crate::plan::estimate::parameters::{Parameters, with_head};
    use crate::recipe::fixture::recipe;

    fn frozen(patterns: &str, architecture: &str) -> (Frozen, Parameters, PerToken) {
        // Some of these patterns are none that a recipe may have.
        let recipe = recipe(architecture);
        let mut model = recipe.models[&"general".parse().unwrap()].clone();
        model.train.freeze = serde_json::from_str(patterns).unwrap();
        let frozen = Frozen::of(&model.train, &model.architecture, 300, &Head::Language);
        let parameters = Parameters { frozen, ..with_head(&model.architecture, 300, &Head::Language) };
        (frozen, parameters, PerToken::of(&model.architecture, 300, &Head::Language, &parameters))
    }

    const GPT2: &str = "models.general.architecture={ type: gpt2, layers: 2, width: 16, heads: 2, context: 16 }";

    #[test]
    fn the_names_are_all_parameters_of_the_network() {
        let untied = "models.general.architecture.tie-embeddings=false\nmodels.general.architecture.kv-heads=1";
        for architecture in ["", untied, GPT2] {
            let (frozen, parameters, _) = frozen("[\"*\"]", architecture);
            assert_eq!((frozen.all, parameters.trainable()), (parameters.total(), 0), "{architecture}");
        }
    }

    #[test]
    fn what_is_frozen_costs_four_a_parameter_and_two_below_everything_that_learns() {
        let (none, whole, learning) = frozen("[\"*.nothing\"]", GPT2);
        assert!(none.is_none() && whole.trainable() == whole.total());
        let block = 16 * 16 * 4 + 2 * 16 * 64;
        let (top, parameters, passed) = frozen("[\"*.h.1.*.weight\"]", GPT2);
        assert_eq!((top.passed, top.below, top.all), (block as f64, 0.0, block + 2 * 16));
        assert_eq!(parameters.trainable(), parameters.total() - top.all);
        assert_eq!(learning.training_parameters - passed.training_parameters, 2.0 * block as f64);
        let (bottom, _, below) = frozen("[\"*.wte.*\", \"*.wpe.*\", \"*.h.0.*\"]", GPT2);
        assert_eq!(bottom.below, (block + 300 * 16) as f64, "the tied table, too");
        assert_eq!(learning.training_parameters - below.training_parameters, (4 * block + 4 * 300 * 16) as f64);
        assert_eq!(learning.forward_parameters, below.forward_parameters);
    }
}
