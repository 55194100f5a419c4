//! Reads `columns`.

use crate::recipe::code::Code;
use crate::recipe::dataset::Columns;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads which fields of a row say what.
pub(super) fn columns(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Columns> {
    fields.or(reader, "columns", Columns::default(), mapping)
}

fn mapping(reader: &mut Reader, at: &At<'_>) -> Option<Columns> {
    let mut fields = Fields::open(reader, at)?;
    let mut column =
        |reader: &mut Reader, key| fields.or(reader, key, None, |reader, at| reader.some_text(at).map(Some));
    let text = column(reader, "text");
    let prompt = column(reader, "prompt");
    let response = column(reader, "response");
    let chosen = column(reader, "chosen");
    let rejected = column(reader, "rejected");
    let messages = column(reader, "messages");
    let label = column(reader, "label");
    let group = column(reader, "group");
    let id = column(reader, "id");
    let keep = fields.or(reader, "keep", Vec::new(), |reader, at| reader.list(at, |reader, at| reader.some_text(at)));
    fields.finish(reader);
    let columns = Columns {
        text: text?,
        prompt: prompt?,
        response: response?,
        chosen: chosen?,
        rejected: rejected?,
        messages: messages?,
        label: label?,
        group: group?,
        id: id?,
        keep: keep?,
    };
    let is_preference = columns.chosen.is_some() || columns.rejected.is_some();
    // What is asked may stand beside two answers, too.
    let is_pair = columns.response.is_some() || (columns.prompt.is_some() && !is_preference);
    let contents = [columns.text.is_some(), is_pair, is_preference, columns.messages.is_some()];
    if contents.into_iter().filter(|is| *is).count() > 1 {
        let message =
            "a record is either `text`, or `prompt` with `response`, or `chosen` with `rejected`, or `messages`";
        return reader.wrong_of(Code::ConflictingKeys, at, message, Some("keep one of the four".to_owned()));
    }
    Some(columns)
}
