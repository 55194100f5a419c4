//! Reads `type: rnn`, `lstm` and `gru`.

use crate::recipe::code::Code;
use crate::recipe::model::{Architecture, Cell, Recurrent};
use crate::recipe::read::architecture::parts::{context, dropout, small, up_to};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub fn recurrent(reader: &mut Reader, mut fields: Fields<'_>, cell: Cell) -> Option<Architecture> {
    let layers = fields.need(reader, "layers").and_then(|at| up_to(reader, &at, 1024));
    let width = fields.need(reader, "width").and_then(|at| small(reader, &at));
    let embedding_at = fields.take("embedding-width");
    let embedding_width = match &embedding_at {
        Some(at) => small(reader, at),
        None => width,
    };
    let context = context(reader, &mut fields);
    let dropout = dropout(reader, &mut fields, Recurrent::DROPOUT);
    let tie_embeddings = fields.or(reader, "tie-embeddings", Recurrent::TIE_EMBEDDINGS, |reader, at| reader.truth(at));
    fields.finish(reader);
    if let (Some(true), Some(width), Some(embedding_width), Some(at)) =
        (tie_embeddings, width, embedding_width, &embedding_at)
        && width != embedding_width
    {
        let message =
            format!("an output layer that shares the embedding has its width, and {embedding_width} is not {width}");
        let hint = Some("leave `embedding-width` out, or `tie-embeddings: false`".to_owned());
        return reader.wrong_of(Code::ShapeMismatch, at, message, hint);
    }
    let shape = Recurrent {
        layers: layers?,
        width: width?,
        embedding_width: embedding_width?,
        context: context?,
        dropout: dropout?,
        tie_embeddings: tie_embeddings?,
    };
    Some(match cell {
        Cell::Rnn => Architecture::Rnn(shape),
        Cell::Lstm => Architecture::Lstm(shape),
        Cell::Gru => Architecture::Gru(shape),
    })
}
