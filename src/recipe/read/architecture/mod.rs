//! Reads `architecture`: the shape of a network, a file for each kind.

mod parts;
mod llama;
mod gpt2;
mod bert;
mod recurrent;
mod mlp;
mod cnn;
mod vit;
mod clip;
mod autoencoder;
mod gan;
mod input;

pub(super) use input::{Data, settle, suits};

use crate::recipe::model::{Architecture, Cell};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::Node;
use crate::recipe::read::reader::{At, Reader};

/// Reads the fields of one kind of network.
type ReadKind = for<'n> fn(&mut Reader, Fields<'n>) -> Option<Architecture>;

const KINDS: [(&str, ReadKind); 12] = [
    ("llama", llama::llama),
    ("gpt2", gpt2::gpt2),
    ("bert", bert::bert),
    ("rnn", |reader, fields| recurrent::recurrent(reader, fields, Cell::Rnn)),
    ("lstm", |reader, fields| recurrent::recurrent(reader, fields, Cell::Lstm)),
    ("gru", |reader, fields| recurrent::recurrent(reader, fields, Cell::Gru)),
    ("mlp", mlp::mlp),
    ("cnn", cnn::cnn),
    ("vit", vit::vit),
    ("clip", clip::clip),
    ("autoencoder", autoencoder::autoencoder),
    ("gan", gan::gan),
];

/// Reads a network; an `input` that is left out stays empty until [`settle`] knows the data.
pub fn architecture(reader: &mut Reader, at: &At<'_>) -> Option<Architecture> {
    let mut fields = Fields::open(reader, at)?;
    match fields.kind(reader, "architecture", &KINDS) {
        Some(read) => read(reader, fields),
        None => {
            fields.abandon();
            None
        }
    }
}

/// Returns whether what stands at `architecture` says of itself that it reads no tokens.
pub fn is_without_tokens(node: &Node) -> bool {
    node.get("type").and_then(Node::text).is_some_and(|word| Architecture::WITHOUT_TOKENS.contains(&word))
}
