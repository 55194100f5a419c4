//! How much a network attends: the queries of a record, and the keys that each of them sees.

use crate::recipe::classification::Attention as Sight;
use crate::recipe::head::Head;
use crate::recipe::model::{Architecture, Vit};

/// The attention of some blocks of the same shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Attention {
    /// The number of blocks.
    pub layers: f64,
    /// The width of all queries together.
    pub width: f64,
    /// The queries of a record.
    pub queries: f64,
    /// The keys that a query sees, in the mean.
    pub keys: f64,
}

impl Attention {
    /// Returns the operations for a record, forward: every query is multiplied with every key it sees, and with its value.
    pub fn forward(&self) -> f64 {
        4.0 * self.layers * self.width * self.queries * self.keys
    }
}

/// Returns the attention of a network; a recurrent or a convolutional one has none.
pub fn of(architecture: &Architecture, head: &Head) -> Vec<Attention> {
    let stack = |layers: u32, width: u32, queries: f64, keys: f64| {
        let (layers, width) = (f64::from(layers), f64::from(width));
        Attention { layers, width, queries, keys }
    };
    match architecture {
        Architecture::Llama(llama) => {
            let all = f64::from(llama.context);
            let window = llama.sliding_window.map_or(all, |window| f64::from(window).min(all));
            vec![stack(llama.layers, llama.width, all, seen(all, window, head))]
        }
        Architecture::Gpt2(gpt2) => {
            let all = f64::from(gpt2.context);
            vec![stack(gpt2.layers, gpt2.width, all, seen(all, all, head))]
        }
        Architecture::Bert(bert) => {
            let all = f64::from(bert.context);
            vec![stack(bert.layers, bert.width, all, all)]
        }
        Architecture::Vit(vit) => {
            let places = vit.places(head);
            let mut all = vec![stack(vit.layers, vit.width, places, places)];
            if let Head::Decoder { decoder, corruption: _ } = head {
                let places = every_place(vit);
                all.push(stack(decoder.layers, decoder.width, places, places));
            }
            all
        }
        Architecture::Clip(clip) => {
            let (places, context) = (every_place(&clip.image), f64::from(clip.text.context));
            vec![
                stack(clip.image.layers, clip.image.width, places, places),
                stack(clip.text.layers, clip.text.width, context, (context + 1.0) / 2.0),
            ]
        }
        Architecture::Rnn(_)
        | Architecture::Lstm(_)
        | Architecture::Gru(_)
        | Architecture::Mlp(_)
        | Architecture::Cnn(_)
        | Architecture::Autoencoder(_)
        | Architecture::Gan(_) => Vec::new(),
    }
}

fn every_place(vit: &Vit) -> f64 {
    vit.places(&Head::None)
}

/// Returns the keys that a query of a decoder sees in the mean: itself and those before it, no further back than a window, or
/// all, where a record is read both ways.
fn seen(context: f64, window: f64, head: &Head) -> f64 {
    let sight = match head {
        Head::Classes(own) => own.attention,
        Head::Value(own) => own.attention,
        Head::Language | Head::Decoder { .. } | Head::Projection { .. } | Head::None => Sight::Causal,
    };
    match sight {
        Sight::Bidirectional => context,
        // The first places see 1, 2, … of them, and all others as many as the window holds.
        Sight::Causal => (window * (window + 1.0) / 2.0 + (context - window) * window) / context,
    }
}
