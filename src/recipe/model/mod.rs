//! `models`: a lineage of models, each with its architecture, its parent and its training.

mod kind;
pub mod tensor;
pub mod outputs;
mod encoder;
pub mod llama;
pub mod gpt2;
pub mod bert;
pub mod recurrent;
pub mod mlp;
pub mod cnn;
pub mod vit;
pub mod clip;
pub mod autoencoder;
pub mod gan;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
pub use crate::recipe::adapter::{Adapter, AdapterThen, ParentAdapter};
use crate::recipe::classification::Classification;
use crate::recipe::head::Head;
pub use crate::recipe::model::autoencoder::Autoencoder;
pub use crate::recipe::model::bert::Bert;
pub use crate::recipe::model::clip::{Clip, ClipText};
pub use crate::recipe::model::cnn::Cnn;
pub use crate::recipe::model::gan::Gan;
pub use crate::recipe::model::gpt2::Gpt2;
pub use crate::recipe::model::kind::NetworkKind;
pub use crate::recipe::model::llama::Llama;
pub use crate::recipe::model::mlp::{Activation, Mlp};
pub use crate::recipe::model::recurrent::{Cell, Recurrent};
pub use crate::recipe::model::tensor::{Part, Tensor};
pub use crate::recipe::model::vit::Vit;
use crate::recipe::objective::Objective;
use crate::recipe::training::Train;
use crate::recipe::typed::{ModelReference, one_or_the_other};
use crate::recipe::variant::Variant;

/// A model of the lineage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[schemars(transform = one_or_the_other)]
pub struct Model {
    /// The place in the lineage.
    #[schemars(with = "Option<Tier>", extend("x-default" = "one below the parent's; `general` without a parent"), example = &"industry")]
    pub tier: Tier,
    /// The parent whose weights this model starts from: a model of this recipe, `zoo/name@v3` or `zoo/name@alias` of the workspace's
    /// zoo, `zoo/name` of the catalogue, or `hf/owner/model@commit`; without one it starts from random weights.
    #[serde(default)]
    #[schemars(with = "Option<ModelReference>", example = &"general")]
    pub base: Option<Name>,
    /// The network; a model with a parent has its parent's.
    #[schemars(
        with = "Option<Architecture>",
        extend("x-default" = "the parent's"),
        example = json!({ "type": "llama", "layers": 4, "width": 256, "heads": 8, "context": 128 })
    )]
    pub architecture: Architecture,
    /// The tokenizer; a model with a parent has its parent's, a student can have its teacher's, and one that reads only pictures or sounds has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-default" = "the parent's, or the teacher's"), example = &"bpe")]
    pub tokenizer: Option<Name>,
    /// Trains a small addition to the parent's weights instead of all of them.
    #[serde(default)]
    #[schemars(example = json!({ "type": "lora", "rank": 8 }))]
    pub adapter: Option<Adapter>,
    /// How the model is trained.
    #[schemars(example = json!({ "data": "prose", "budget": { "steps": 300 } }))]
    pub train: Train,
    /// Which model of a sweep this is; the matrix writes it, and nobody types it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = json!({ "of": "general", "values": { "width": "64" } }))]
    pub variant: Option<Variant>,
}

impl Model {
    /// Returns what it tells apart, where it is a classifier.
    pub fn classification(&self) -> Option<&Classification> {
        self.train.objective.classification()
    }

    /// Returns the model it learns from, where it has a teacher.
    pub fn teacher(&self) -> Option<&Name> {
        self.train.objective.teacher()
    }

    /// Returns the models that have to be there before it: its parent and its teacher.
    pub fn forebears(&self) -> impl Iterator<Item = &Name> {
        self.base.iter().chain(self.teacher())
    }
}

/// The place of a model in its lineage, from wide to narrow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Tier {
    /// Knows a little of everything.
    General,
    /// Fine-tuned to an industry.
    Industry,
    /// Fine-tuned to a narrower field of that industry.
    Vertical,
}

impl Tier {
    /// Returns the word used in recipes.
    pub const fn word(self) -> &'static str {
        match self {
            Self::General => "general",
            Self::Industry => "industry",
            Self::Vertical => "vertical",
        }
    }
}

/// A network.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Architecture {
    /// A decoder after Touvron et al. 2023: RMS norm, rotary positions, SwiGLU, grouped-query attention.
    Llama(Llama),
    /// A decoder after Radford et al. 2019: layer norm, learned positions, GELU, biases everywhere.
    Gpt2(Gpt2),
    /// An encoder after Devlin et al. 2019: every place looks at all others.
    Bert(Bert),
    /// A plain recurrent network after Elman 1990.
    Rnn(Recurrent),
    /// A recurrent network with long short-term memory (Hochreiter & Schmidhuber 1997).
    Lstm(Recurrent),
    /// A recurrent network with gated units (Cho et al. 2014).
    Gru(Recurrent),
    /// A fully connected network over pictures or sounds.
    Mlp(Mlp),
    /// A convolutional network over pictures or sounds.
    Cnn(Cnn),
    /// A transformer over patches of pictures or sounds (Dosovitskiy et al. 2021).
    Vit(Vit),
    /// Two towers, for pictures and for texts (Radford et al. 2021).
    Clip(Clip),
    /// A fully connected network that makes codes of pictures or sounds, and these of the codes.
    Autoencoder(Autoencoder),
    /// A generator of pictures and its critic (Radford et al. 2016).
    Gan(Gan),
}

/// What a network reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Modality {
    /// Tokens.
    Tokens,
    /// The features of pictures or sounds, and no tokens.
    Features,
    /// Features and the tokens that go with them.
    Both,
}

impl Modality {
    /// Returns whether tokens are among what is read, so that there is a tokenizer.
    pub fn has_tokens(self) -> bool {
        match self {
            Self::Tokens | Self::Both => true,
            Self::Features => false,
        }
    }

    /// Returns whether features are among what is read.
    pub fn has_features(self) -> bool {
        match self {
            Self::Features | Self::Both => true,
            Self::Tokens => false,
        }
    }
}

/// Returns the shape of a record as a picture's: `[channels, height, width]`; a sound is one of 1 channel, a row of numbers one of 1
/// pixel in height.
pub(crate) fn picture(input: &[u32]) -> [u32; 3] {
    match input {
        [channels, height, width] => [*channels, *height, *width],
        [height, width] => [1, *height, *width],
        other => [1, 1, other.iter().product()],
    }
}

/// Returns how many numbers a record of a shape has.
pub(crate) fn numbers(input: &[u32]) -> u64 {
    input.iter().copied().map(u64::from).product()
}

/// Returns whether a share is none, so that what was written before the key was there reads and writes as it did.
pub(crate) fn is_nothing(share: &f64) -> bool {
    *share == 0.0
}

impl Architecture {
    /// Returns the shape of one record's features; empty while it is not known, and nothing of a network that reads none.
    pub fn input(&self) -> Option<&[u32]> {
        match self {
            Self::Llama(_) | Self::Gpt2(_) | Self::Bert(_) | Self::Rnn(_) | Self::Lstm(_) | Self::Gru(_) => None,
            Self::Mlp(mlp) => Some(&mlp.input),
            Self::Cnn(cnn) => Some(&cnn.input),
            Self::Vit(vit) => Some(&vit.input),
            Self::Clip(clip) => Some(&clip.image.input),
            Self::Autoencoder(autoencoder) => Some(&autoencoder.input),
            Self::Gan(gan) => Some(&gan.input),
        }
    }

    /// Sets the shape of one record's features, of a network that reads some.
    pub fn set_input(&mut self, shape: Vec<u32>) {
        match self {
            Self::Llama(_) | Self::Gpt2(_) | Self::Bert(_) | Self::Rnn(_) | Self::Lstm(_) | Self::Gru(_) => {}
            Self::Mlp(mlp) => mlp.input = shape,
            Self::Cnn(cnn) => cnn.input = shape,
            Self::Vit(vit) => vit.input = shape,
            Self::Clip(clip) => clip.image.input = shape,
            Self::Autoencoder(autoencoder) => autoencoder.input = shape,
            Self::Gan(gan) => gan.input = shape,
        }
    }

    /// Returns the width of the residual stream.
    pub fn width(&self) -> u32 {
        match self {
            Self::Llama(llama) => llama.width,
            Self::Gpt2(gpt2) => gpt2.width,
            Self::Bert(bert) => bert.width,
            Self::Rnn(shape) | Self::Lstm(shape) | Self::Gru(shape) => shape.width,
            Self::Mlp(mlp) => mlp.hidden.last().copied().unwrap_or(0),
            Self::Cnn(cnn) => cnn.dense.last().or(cnn.channels.last()).copied().unwrap_or(0),
            Self::Vit(vit) => vit.width,
            Self::Clip(clip) => clip.projection,
            Self::Autoencoder(autoencoder) => autoencoder.code,
            Self::Gan(gan) => gan.latent,
        }
    }

    /// Returns the longest sequence the network reads, in tokens; of one that reads no tokens 1, so that records are counted.
    pub fn context(&self) -> u32 {
        match self {
            Self::Llama(llama) => llama.context,
            Self::Gpt2(gpt2) => gpt2.context,
            Self::Bert(bert) => bert.context,
            Self::Rnn(shape) | Self::Lstm(shape) | Self::Gru(shape) => shape.context,
            Self::Clip(clip) => clip.text.context,
            Self::Mlp(_) | Self::Cnn(_) | Self::Vit(_) | Self::Autoencoder(_) | Self::Gan(_) => 1,
        }
    }

    /// Returns the parameters with a vocabulary of `vocab_size` tokens and a head, as they stand in `model.safetensors`.
    pub fn tensors(&self, vocab_size: u32, head: &Head) -> Vec<Tensor> {
        match self {
            Self::Llama(llama) => llama.tensors(vocab_size, head),
            Self::Gpt2(gpt2) => gpt2.tensors(vocab_size, head),
            Self::Bert(bert) => bert.tensors(vocab_size, head),
            Self::Rnn(shape) => shape.tensors(Cell::Rnn, vocab_size, head),
            Self::Lstm(shape) => shape.tensors(Cell::Lstm, vocab_size, head),
            Self::Gru(shape) => shape.tensors(Cell::Gru, vocab_size, head),
            Self::Mlp(mlp) => mlp.tensors(head),
            Self::Cnn(cnn) => cnn.tensors(head),
            Self::Vit(vit) => vit.tensors(head),
            Self::Clip(clip) => clip.tensors(vocab_size),
            Self::Autoencoder(autoencoder) => autoencoder.tensors(head),
            Self::Gan(gan) => gan.tensors(),
        }
    }

    /// Returns the number of parameters with a vocabulary of `vocab_size` tokens and a head; buffers are none.
    pub fn parameters_with(&self, vocab_size: u32, head: &Head) -> u64 {
        self.tensors(vocab_size, head).iter().filter(|tensor| !tensor.is_buffer).map(Tensor::size).sum()
    }

    /// Returns the number of parameters of the network as it is after it learned to do something.
    pub fn parameters_for(&self, vocab_size: u32, objective: &Objective) -> u64 {
        self.parameters_with(vocab_size, &Head::of(objective, self))
    }

    /// Returns the number of parameters where nobody says what the network is for: of a language model, or of a body alone.
    pub fn parameters(&self, vocab_size: u32) -> u64 {
        self.parameters_with(vocab_size, &outputs::usual_head(self))
    }
}

#[cfg(test)]
mod tests;
