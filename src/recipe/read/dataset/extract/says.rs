//! Reads what a record says: `text`, or `prompt` and `response`; and its `label` and `group`.

use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// What a record says, and what is told of it: each as the extraction writes such things.
pub(super) struct Says {
    pub(super) text: Option<String>,
    pub(super) prompt: Option<String>,
    pub(super) response: Option<String>,
    pub(super) label: Option<String>,
    pub(super) group: Option<String>,
}

/// Reads what a record says, each part by `read`.
pub(super) fn says<'n>(
    reader: &mut Reader,
    fields: &mut Fields<'n>,
    example: &str,
    mut read: impl FnMut(&mut Reader, &At<'n>) -> Option<String>,
) -> Option<Says> {
    let mut part = |reader: &mut Reader, key| fields.or(reader, key, None, |reader, at| read(reader, at).map(Some));
    let text = part(reader, "text");
    let prompt = part(reader, "prompt");
    let response = part(reader, "response");
    let label = part(reader, "label");
    let group = part(reader, "group");
    let says = Says { text: text?, prompt: prompt?, response: response?, label: label?, group: group? };
    let (code, message) = match (&says.text, &says.prompt, &says.response) {
        (Some(_), None, None) | (None, Some(_), Some(_)) => return Some(says),
        (None, None, None) => (Code::MissingKey, "nothing says what a record consists of"),
        (None, Some(_), None) => (Code::MissingKey, "a `prompt` needs a `response`"),
        (None, None, Some(_)) => (Code::MissingKey, "a `response` needs a `prompt`"),
        (Some(_), _, _) => (Code::ConflictingKeys, "a record is either `text`, or `prompt` and `response`"),
    };
    let at = fields.at().clone();
    reader.wrong_of(code, &at, message, Some(format!("such as {example}")))
}

/// Reads the field of a row that says something, where one is named.
pub(super) fn column(reader: &mut Reader, fields: &mut Fields<'_>, key: &'static str) -> Option<Option<String>> {
    fields.or(reader, key, None, |reader, at| reader.some_text(at).map(Some))
}
