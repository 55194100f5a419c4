//! How many parameters a network has, by kind, and how many of them learn.

use serde::{Deserialize, Serialize};

use crate::plan::estimate::frozen::Frozen;
use crate::recipe::adapter::layers::{Layer, layers};
use crate::recipe::head::Head;
use crate::recipe::model::outputs::is_of_head;
use crate::recipe::model::{Adapter, Architecture, Part, Tensor};

/// The parameters of a network by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Parameters {
    /// The tables that tokens, and positions where they are learnt, are looked up in.
    pub embedding: u64,
    /// The projections of the attention, biases included.
    pub attention: u64,
    /// The feed-forward parts and other fully connected layers, biases included.
    pub feed_forward: u64,
    /// The cells of a recurrent network, biases included.
    #[serde(default, skip_serializing_if = "is_none")]
    pub recurrent: u64,
    /// The convolutions, biases included.
    #[serde(default, skip_serializing_if = "is_none")]
    pub convolution: u64,
    /// The norms.
    pub norms: u64,
    /// The output layers; 0 where they share the embedding.
    pub head: u64,
    /// The layers that tell the class or a number, beside which there is no other output layer.
    #[serde(default, skip_serializing_if = "is_none")]
    pub classifier: u64,
    /// The low-rank additions.
    pub adapter: u64,
    /// Those of the objective's own layers, which learn whole beside an adapter, and are counted among the others.
    #[serde(default, skip_serializing_if = "is_none")]
    pub beside_adapter: u64,
    /// Those that the recipe freezes, which are counted among the others.
    #[serde(default, skip_serializing_if = "Frozen::is_none")]
    pub frozen: Frozen,
}

fn is_none(n: &u64) -> bool {
    *n == 0
}

impl Parameters {
    /// Returns all of them, the adapter included.
    pub fn total(&self) -> u64 {
        let Self {
            embedding,
            attention,
            feed_forward,
            recurrent,
            convolution,
            norms,
            head,
            classifier,
            adapter,
            beside_adapter: _,
            frozen: _,
        } = self;
        embedding + attention + feed_forward + recurrent + convolution + norms + head + classifier + adapter
    }

    fn of(&mut self, part: Part) -> &mut u64 {
        match part {
            Part::Embedding => &mut self.embedding,
            Part::Attention => &mut self.attention,
            Part::FeedForward => &mut self.feed_forward,
            Part::Recurrent => &mut self.recurrent,
            Part::Convolution => &mut self.convolution,
            Part::Norm => &mut self.norms,
            Part::Head => &mut self.head,
            Part::Classifier => &mut self.classifier,
        }
    }

    /// Returns how many of them learn: all that are not frozen, or the adapter, and with it the layers of the objective.
    pub fn trainable(&self) -> u64 {
        if self.adapter > 0 { self.adapter + self.beside_adapter } else { self.total() - self.frozen.all }
    }
}

/// Returns the parameters of a network with its head.
pub fn with_head(architecture: &Architecture, vocab_size: u32, head: &Head) -> Parameters {
    let mut parameters = Parameters::default();
    for tensor in architecture.tensors(vocab_size, head).iter().filter(|tensor| !tensor.is_buffer) {
        *parameters.of(tensor.part) += tensor.size();
    }
    parameters
}

/// Returns the parameters of a network with its head and its adapter, where it has one.
pub fn with_adapter(
    architecture: &Architecture,
    vocab_size: u32,
    head: &Head,
    adapter: Option<&Adapter>,
) -> Parameters {
    let parameters = with_head(architecture, vocab_size, head);
    let Some(adapter @ Adapter::Lora { rank, .. }) = adapter else { return parameters };
    let adapted = layers(architecture).filter(|layer| adapter.adapts(&layer.name));
    let added = adapted.map(|Layer { name: _, inputs, outputs }| inputs + outputs).sum::<u64>() * u64::from(*rank);
    let tensors = architecture.tensors(vocab_size, head);
    let beside = tensors.iter().filter(|tensor| is_of_head(head, tensor)).map(Tensor::size).sum();
    Parameters { adapter: added, beside_adapter: beside, ..parameters }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::fixture::recipe;

    #[test]
    fn the_kinds_add_up_to_what_the_network_says_of_itself() {
        let tied = recipe("");
        let untied = recipe("models.general.architecture.tie-embeddings=false\nmodels.general.architecture.kv-heads=1");
        let gpt2 = recipe("models.general.architecture={ type: gpt2, layers: 2, width: 16, heads: 2, context: 16 }");
        for recipe in [tied, untied, gpt2] {
            let architecture = &recipe.models[&"general".parse().unwrap()].architecture;
            for vocab in [300, 50_257] {
                assert_eq!(with_head(architecture, vocab, &Head::Language).total(), architecture.parameters(vocab));
            }
        }
    }

    #[test]
    fn a_classifier_has_a_layer_over_its_classes_and_no_other_which_learns_beside_an_adapter() {
        for tied in [true, false] {
            let recipe = recipe(&format!(
                "models.general.architecture.tie-embeddings={tied}\n\
                 models.vertical.train.objective={{ type: classification, classes: [a, b, c] }}\n\
                 models.vertical.train.data=labelled\n\
                 datasets.labelled={{ source: {{ type: described, tokens: 1000 }} }}\n\
                 evaluations.right={{ metric: accuracy, data: labelled }}\n\
                 gates=[]\nsamples={{}}"
            ));
            let vertical = &recipe.models[&"vertical".parse().unwrap()];
            let own = &Head::of(&vertical.train.objective, &vertical.architecture);
            let parameters = with_adapter(&vertical.architecture, 300, own, vertical.adapter.as_ref());
            assert_eq!((parameters.head, parameters.classifier), (0, 3 * 16));
            assert_eq!(parameters.trainable(), parameters.adapter + 3 * 16);
            let network = with_head(&vertical.architecture, 300, own).total();
            assert_eq!(network, vertical.architecture.parameters_for(300, &vertical.train.objective));
            let written = vertical.architecture.parameters(300);
            assert_eq!(network, written + 3 * 16 - if tied { 0 } else { 300 * 16 });
        }
    }

    #[test]
    fn a_low_rank_addition_learns_alone() {
        let recipe = recipe("");
        let vertical = &recipe.models[&"vertical".parse().unwrap()];
        let parameters = with_adapter(&vertical.architecture, 300, &Head::Language, vertical.adapter.as_ref());
        // Rank 2 on 16 × 16 (query, key, value, output) and 16 × 64 (gate, up, down).
        assert_eq!(parameters.adapter, 2 * (4 * (16 + 16) + 3 * (16 + 64)));
        assert_eq!(parameters.trainable(), parameters.adapter);
        assert_eq!(parameters.total(), vertical.architecture.parameters(300) + parameters.adapter);
    }
}
