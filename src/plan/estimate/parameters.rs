//! How many parameters a network has, by kind, and how many of them learn.

use serde::{Deserialize, Serialize};

use crate::recipe::classification::Classification;
use crate::recipe::model::{Adapter, Architecture, Gpt2, Llama};

/// The parameters of a network by kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Parameters {
    /// The tables that tokens, and positions where they are learnt, are looked up in.
    pub embedding: u64,
    /// The projections of the attention, biases included.
    pub attention: u64,
    /// The feed-forward parts, biases included.
    pub feed_forward: u64,
    /// The norms.
    pub norms: u64,
    /// The output layer; 0 where it shares the embedding.
    pub head: u64,
    /// The layer over the classes of a classifier, which has no other output layer.
    #[serde(default, skip_serializing_if = "is_none")]
    pub classifier: u64,
    /// The low-rank additions.
    pub adapter: u64,
}

fn is_none(n: &u64) -> bool {
    *n == 0
}

impl Parameters {
    /// Returns all of them, the adapter included.
    pub fn total(&self) -> u64 {
        let Self { embedding, attention, feed_forward, norms, head, classifier, adapter } = self;
        embedding + attention + feed_forward + norms + head + classifier + adapter
    }

    /// Returns how many of them learn: all, or the adapter, and with it the layer over the classes.
    pub fn trainable(&self) -> u64 {
        if self.adapter > 0 { self.adapter + self.classifier } else { self.total() }
    }
}

/// Returns the parameters of a network with a vocabulary of `vocab_size` tokens; the adapter is counted by [`with_adapter`].
pub fn parameters_by_kind(architecture: &Architecture, vocab_size: u32) -> Parameters {
    match architecture {
        Architecture::Llama(llama) => of_llama(llama, vocab_size),
        Architecture::Gpt2(gpt2) => of_gpt2(gpt2, vocab_size),
    }
}

/// Returns the parameters of a network with its head: a classifier has a layer over the classes, and no output layer.
pub fn with_head(architecture: &Architecture, vocab_size: u32, classification: Option<&Classification>) -> Parameters {
    let parameters = parameters_by_kind(architecture, vocab_size);
    match classification {
        None => parameters,
        Some(own) => {
            let classifier = own.classes.len() as u64 * u64::from(architecture.width());
            Parameters { head: 0, classifier, ..parameters }
        }
    }
}

/// Returns the parameters of a network with its head and its adapter, where it has one.
pub fn with_adapter(
    architecture: &Architecture,
    vocab_size: u32,
    classification: Option<&Classification>,
    adapter: Option<&Adapter>,
) -> Parameters {
    let adapter = match adapter {
        Some(Adapter::Lora { rank, alpha: _, then: _, parent: _ }) => {
            let sides = |linear: &Linear| linear.n * (linear.inputs + linear.outputs);
            linear_layers(architecture).iter().map(sides).sum::<u64>() * u64::from(*rank)
        }
        None => 0,
    };
    Parameters { adapter, ..with_head(architecture, vocab_size, classification) }
}

/// Linear layers of one shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Linear {
    /// How many of them the network has.
    pub n: u64,
    /// What each reads.
    pub inputs: u64,
    /// What each gives.
    pub outputs: u64,
}

/// Returns the linear layers of the blocks, which is where the arithmetic is.
pub fn linear_layers(architecture: &Architecture) -> Vec<Linear> {
    match architecture {
        Architecture::Llama(llama) => {
            let [layers, width, mlp] = [llama.layers, llama.width, llama.mlp_width].map(u64::from);
            let kv = kv_width(llama);
            vec![
                Linear { n: 2 * layers, inputs: width, outputs: width },
                Linear { n: 2 * layers, inputs: width, outputs: kv },
                Linear { n: 2 * layers, inputs: width, outputs: mlp },
                Linear { n: layers, inputs: mlp, outputs: width },
            ]
        }
        Architecture::Gpt2(gpt2) => {
            let [n, width, mlp] = [gpt2.layers, gpt2.width, gpt2.mlp_width].map(u64::from);
            let shapes = [(width, 3 * width), (width, width), (width, mlp), (mlp, width)];
            shapes.map(|(inputs, outputs)| Linear { n, inputs, outputs }).to_vec()
        }
    }
}

/// Returns the width of the residual stream and of all keys together, and the number of blocks.
pub fn widths(architecture: &Architecture) -> Widths {
    match architecture {
        Architecture::Llama(llama) => Widths {
            layers: llama.layers.into(),
            width: llama.width.into(),
            kv_width: kv_width(llama),
            inner: 4 * u64::from(llama.mlp_width),
        },
        Architecture::Gpt2(gpt2) => Widths {
            layers: gpt2.layers.into(),
            width: gpt2.width.into(),
            kv_width: gpt2.width.into(),
            inner: 2 * u64::from(gpt2.mlp_width),
        },
    }
}

/// What the size of a pass over a network depends on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Widths {
    /// The number of blocks.
    pub layers: u64,
    /// The width of the residual stream.
    pub width: u64,
    /// The width of all keys together.
    pub kv_width: u64,
    /// What the feed-forward part of a block keeps of a token for the way back, in numbers.
    pub inner: u64,
}

fn kv_width(llama: &Llama) -> u64 {
    u64::from(llama.kv_heads) * u64::from(llama.head_width())
}

fn of_llama(llama: &Llama, vocab_size: u32) -> Parameters {
    let [layers, width, mlp, vocab] = [llama.layers, llama.width, llama.mlp_width, vocab_size].map(u64::from);
    Parameters {
        embedding: vocab * width,
        attention: layers * (2 * width * width + 2 * width * kv_width(llama)),
        feed_forward: layers * 3 * width * mlp,
        norms: (2 * layers + 1) * width,
        head: if llama.tie_embeddings { 0 } else { vocab * width },
        classifier: 0,
        adapter: 0,
    }
}

fn of_gpt2(gpt2: &Gpt2, vocab_size: u32) -> Parameters {
    let [layers, width, mlp, vocab, context] =
        [gpt2.layers, gpt2.width, gpt2.mlp_width, vocab_size, gpt2.context].map(u64::from);
    Parameters {
        embedding: (vocab + context) * width,
        attention: layers * 4 * (width * width + width),
        feed_forward: layers * (2 * width * mlp + mlp + width),
        norms: (2 * layers + 1) * 2 * width,
        head: if gpt2.tie_embeddings { 0 } else { vocab * width },
        classifier: 0,
        adapter: 0,
    }
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
                assert_eq!(parameters_by_kind(architecture, vocab).total(), architecture.parameters(vocab));
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
            let own = vertical.classification();
            let parameters = with_adapter(&vertical.architecture, 300, own, vertical.adapter.as_ref());
            assert_eq!((parameters.head, parameters.classifier), (0, 3 * 16));
            assert_eq!(parameters.trainable(), parameters.adapter + 3 * 16);
            let network = with_head(&vertical.architecture, 300, own).total();
            assert_eq!(network, vertical.architecture.parameters_with_head(300, own));
            let written = vertical.architecture.parameters(300);
            assert_eq!(network, written + 3 * 16 - if tied { 0 } else { 300 * 16 });
        }
    }

    #[test]
    fn a_low_rank_addition_learns_alone() {
        let recipe = recipe("");
        let vertical = &recipe.models[&"vertical".parse().unwrap()];
        let parameters = with_adapter(&vertical.architecture, 300, None, vertical.adapter.as_ref());
        // Rank 2 on 16 × 16 (query, key, value, output) and 16 × 64 (gate, up, down).
        assert_eq!(parameters.adapter, 2 * (4 * (16 + 16) + 3 * (16 + 64)));
        assert_eq!(parameters.trainable(), parameters.adapter);
        assert_eq!(parameters.total(), vertical.architecture.parameters(300) + parameters.adapter);
    }
}
