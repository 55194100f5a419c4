//! Which parameters a network has: those of its body, those of its head, and the layers that adapters add to.

use crate::engine::model::declare::Declaration;
use crate::engine::model::head::LANGUAGE_HEAD;
use crate::engine::model::linear::{Layout, Linear};
use crate::engine::model::{Body, Network};
use crate::engine::model::{autoencoder, bert, clip, cnn, gan, gpt2, llama, mlp, recurrent, vit};
use crate::recipe::head::Head;

impl Network {
    /// Returns the parameters it has.
    pub fn declarations(&self) -> Vec<Declaration> {
        let mut all = self.body_declarations();
        all.extend(self.head_declarations());
        all
    }

    /// Returns the parameters that do not depend on what it learns to do.
    pub fn body_declarations(&self) -> Vec<Declaration> {
        let vocab = self.vocab_size as usize;
        let mut all = match &self.body {
            Body::Llama(shape, _) => llama::declarations(shape, vocab),
            Body::Gpt2(shape) => gpt2::declarations(shape, vocab),
            Body::Bert(shape) => bert::declarations(shape, vocab),
            Body::Recurrent(cell, shape) => recurrent::declarations(*cell, shape, vocab),
            Body::Mlp(shape) => mlp::declarations(shape),
            Body::Cnn(shape) => cnn::declarations(shape),
            Body::Vit(shape) => vit::declarations(shape),
            Body::Clip(shape) => clip::declarations(shape, vocab),
            Body::Autoencoder(shape) => autoencoder::declarations(shape),
            Body::Gan(shape) => gan::declarations(shape),
        };
        all.retain(|declaration| declaration.name != LANGUAGE_HEAD);
        all
    }

    /// Returns the parameters that a child which learns something else has no use for.
    pub fn head_declarations(&self) -> Vec<Declaration> {
        let vocab = self.vocab_size as usize;
        let own = match (&self.body, &self.head) {
            (Body::Llama(shape, _), Head::Language) => llama::declarations(shape, vocab),
            (Body::Gpt2(shape), Head::Language) => gpt2::declarations(shape, vocab),
            (Body::Recurrent(cell, shape), Head::Language) => recurrent::declarations(*cell, shape, vocab),
            (Body::Autoencoder(shape), Head::None) => return autoencoder::decoder(shape),
            (body, head) => return body.head_declarations(head, self.width, vocab),
        };
        own.into_iter().filter(|declaration| declaration.name == LANGUAGE_HEAD).collect()
    }

    /// Returns the linear layers of its blocks, which adapters add to.
    pub fn linear_layers(&self) -> Vec<Linear> {
        let (blocks, layout): (&[&str], Layout) = match &self.body {
            Body::Llama(..) => (&[llama::BLOCKS], llama::LAYOUT),
            Body::Gpt2(..) => (&[gpt2::BLOCKS], gpt2::LAYOUT),
            Body::Bert(_) => (&[bert::BLOCKS], bert::LAYOUT),
            Body::Vit(_) => (&[vit::BLOCKS], vit::LAYOUT),
            Body::Clip(_) => (&clip::BLOCKS, Layout::OutputsFirst),
            Body::Mlp(_) => (&[mlp::LAYERS], Layout::OutputsFirst),
            Body::Cnn(_) => (&[cnn::DENSE], Layout::OutputsFirst),
            Body::Autoencoder(_) => (&[autoencoder::ENCODER], Layout::OutputsFirst),
            // Their matrices are used by kernels of many steps, or divided by their singular values.
            Body::Recurrent(..) | Body::Gan(_) => (&[], Layout::OutputsFirst),
        };
        let layer =
            |declaration: &Declaration| blocks.iter().find_map(|blocks| Linear::of(declaration, blocks, layout));
        self.body_declarations().iter().filter_map(layer).collect()
    }
}
