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

use crate::recipe::model::{Architecture, Cell, NetworkKind};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::node::Node;
use crate::recipe::read::reader::{At, Reader};

/// Reads a network; an `input` that is left out stays empty until [`settle`] knows the data.
pub fn architecture(reader: &mut Reader, at: &At<'_>) -> Option<Architecture> {
    let mut fields = Fields::open(reader, at)?;
    let kinds = NetworkKind::ALL.map(|kind| (kind.word(), kind));
    let Some(kind) = fields.kind(reader, "architecture", &kinds) else {
        fields.abandon();
        return None;
    };
    match kind {
        NetworkKind::Llama => llama::llama(reader, fields),
        NetworkKind::Gpt2 => gpt2::gpt2(reader, fields),
        NetworkKind::Bert => bert::bert(reader, fields),
        NetworkKind::Rnn => recurrent::recurrent(reader, fields, Cell::Rnn),
        NetworkKind::Lstm => recurrent::recurrent(reader, fields, Cell::Lstm),
        NetworkKind::Gru => recurrent::recurrent(reader, fields, Cell::Gru),
        NetworkKind::Mlp => mlp::mlp(reader, fields),
        NetworkKind::Cnn => cnn::cnn(reader, fields),
        NetworkKind::Vit => vit::vit(reader, fields),
        NetworkKind::Clip => clip::clip(reader, fields),
        NetworkKind::Autoencoder => autoencoder::autoencoder(reader, fields),
        NetworkKind::Gan => gan::gan(reader, fields),
    }
}

/// Returns whether what stands at `architecture` says of itself that it reads no tokens.
pub fn is_without_tokens(node: &Node) -> bool {
    let word = node.get("type").and_then(Node::text);
    let kind = NetworkKind::ALL.into_iter().find(|kind| Some(kind.word()) == word);
    kind.is_some_and(|kind| !kind.modality().has_tokens())
}
