//! What heads are made of: the layers that an objective puts behind a network.

use crate::recipe::classification::{Classification, Pool};
use crate::recipe::head::Head;
use crate::recipe::model::encoder::{VIT, encoder};
use crate::recipe::model::tensor::{Part, Tensor, linear, norm};
use crate::recipe::model::{Architecture, Bert};
use crate::recipe::objective::Decoder;

/// Returns the head that a network has where nobody says what it is for.
pub fn usual_head(architecture: &Architecture) -> Head {
    match architecture {
        Architecture::Llama(_)
        | Architecture::Gpt2(_)
        | Architecture::Bert(_)
        | Architecture::Rnn(_)
        | Architecture::Lstm(_)
        | Architecture::Gru(_) => Head::Language,
        Architecture::Mlp(_)
        | Architecture::Cnn(_)
        | Architecture::Vit(_)
        | Architecture::Clip(_)
        | Architecture::Autoencoder(_)
        | Architecture::Gan(_) => Head::None,
    }
}

/// Returns the head of a classifier, and of what is none the usual one.
pub fn head_of(classification: Option<&Classification>, architecture: &Architecture) -> Head {
    classification.map_or_else(|| usual_head(architecture), |own| Head::Classes(own.clone()))
}

/// Returns how many numbers the layer over classes or over a value gives; nothing where there is none.
fn told(head: &Head) -> Option<u64> {
    match head {
        Head::Classes(own) => Some(own.classes.len() as u64),
        Head::Value(_) => Some(1),
        Head::Language | Head::Decoder { .. } | Head::Projection { .. } | Head::None => None,
    }
}

/// Returns whether a parameter goes when the objective does, and so learns whole beside an adapter; what a language model writes with is
/// its parent's, and does not.
pub fn is_of_head(head: &Head, tensor: &Tensor) -> bool {
    let is_behind =
        tensor.part == Part::Classifier || ["projection.", "decoder."].iter().any(|name| tensor.name.starts_with(name));
    match head {
        Head::Language => false,
        Head::Classes(_) | Head::Value(_) | Head::Decoder { .. } | Head::Projection { .. } | Head::None => is_behind,
    }
}

/// Returns how many of so many patches a transformer over patches reads.
pub fn n_read(head: &Head, n_patches: u64) -> u64 {
    match head {
        Head::Decoder { corruption, decoder: _ } => corruption.n_read(n_patches),
        Head::Language | Head::Classes(_) | Head::Value(_) | Head::Projection { .. } | Head::None => n_patches,
    }
}

/// Returns the layer of a language model that tells classes, or that writes where it does not share the embedding.
pub(super) fn of_language_model(
    head: &Head,
    vocab_size: u64,
    width: u64,
    is_tied: bool,
    places: f64,
) -> Option<Tensor> {
    match head {
        Head::Language if is_tied => None,
        Head::Language => Some(Tensor::new(Part::Head, "lm_head.weight", &[vocab_size, width]).used(places)),
        Head::Classes(_) | Head::Value(_) | Head::Decoder { .. } | Head::Projection { .. } | Head::None => {
            told(head).map(|n| Tensor::new(Part::Classifier, "score.weight", &[n, width]).used(1.0))
        }
    }
}

/// Returns the layers behind an encoder of texts: for hidden tokens, or over what stands for the whole text.
pub(super) fn of_bert(head: &Head, bert: &Bert, vocab_size: u64) -> Vec<Tensor> {
    let width = u64::from(bert.width);
    match (head, told(head)) {
        (Head::Language, _) => {
            let name = "cls.predictions.transform";
            let dense = linear(Part::Head, &format!("{name}.dense"), width, width, f64::from(bert.context));
            let norm = norm(&format!("{name}.LayerNorm"), width).map(|norm| Tensor { part: Part::Head, ..norm });
            let bias = Tensor::new(Part::Head, "cls.predictions.bias", &[vocab_size]);
            dense.into_iter().chain(norm).chain([bias]).collect()
        }
        (_, Some(n)) => {
            let pooler = || linear(Part::Classifier, "bert.pooler.dense", width, width, 1.0);
            let has_pooler = head.pool() == Some(Pool::First);
            let pooler = has_pooler.then(pooler).into_iter().flatten();
            pooler.chain(linear(Part::Classifier, "classifier", width, n, 1.0)).collect()
        }
        (_, None) => Vec::new(),
    }
}

/// Returns the layers behind a network that reads features, and makes `width` numbers of a record.
pub(super) fn of_features(head: &Head, width: u64) -> Vec<Tensor> {
    match (head, told(head)) {
        (_, Some(n)) => linear(Part::Classifier, "classifier", width, n, 1.0).to_vec(),
        (Head::Projection { width: inner }, None) => {
            let inner = u64::from(*inner);
            let first = linear(Part::Head, "projection.0", width, inner, 1.0);
            first.into_iter().chain(linear(Part::Head, "projection.2", inner, inner, 1.0)).collect()
        }
        (_, None) => Vec::new(),
    }
}

/// Returns the decoder that makes `patches` patches of `numbers` numbers of what an encoder of `width` makes.
pub(super) fn of_patches(decoder: &Decoder, width: u64, patches: u64, numbers: u64) -> Vec<Tensor> {
    let inner = u64::from(decoder.width);
    let places = (patches + 1) as f64;
    let mut all: Vec<Tensor> = linear(Part::Head, "decoder.decoder_embed", width, inner, places).into();
    all.push(Tensor::new(Part::Head, "decoder.mask_token", &[1, 1, inner]));
    all.push(Tensor::new(Part::Head, "decoder.decoder_pos_embed", &[1, patches + 1, inner]));
    let blocks = encoder(&VIT, "decoder.decoder_layers", decoder.layers, inner, 4 * inner, places);
    let last = norm("decoder.decoder_norm", inner).into_iter();
    let last = last.chain(linear(Part::Head, "decoder.decoder_pred", inner, numbers, places));
    // It goes when the objective does, whatever its parts are made of, and no adapter adds to it.
    all.extend(blocks.into_iter().chain(last).map(|tensor| Tensor { part: Part::Head, is_linear: false, ..tensor }));
    all
}
