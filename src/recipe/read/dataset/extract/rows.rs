//! Reads `extract` where the layout of a row is known: `chat`, `alpaca` and `chunks`.

use crate::recipe::code::Code;
use crate::recipe::dataset::{ChatFormat, CutAt, Extract, LastTurn, SystemTurns};
use crate::recipe::read::dataset::extract::jinja::jinja;
use crate::recipe::read::dataset::extract::says::column;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

/// Reads an extraction of conversations.
pub(super) fn chat(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let format = fields.or(reader, "format", ChatFormat::default(), |reader, at| {
        reader.word(
            at,
            "format of conversations",
            &[("openai", ChatFormat::Openai), ("sharegpt", ChatFormat::Sharegpt)],
        )
    });
    let field = fields.or(reader, "field", None, |reader, at| reader.some_text(at).map(Some));
    let system = fields.or(reader, "system", SystemTurns::default(), |reader, at| {
        reader.word(at, "way with the system", &[("keep", SystemTurns::Keep), ("drop", SystemTurns::Drop)])
    });
    let last = fields.or(reader, "last", LastTurn::default(), |reader, at| {
        reader.word(at, "last speaker", &[("assistant", LastTurn::Assistant), ("any", LastTurn::Any)])
    });
    let (label, group) = (column(reader, fields, "label"), column(reader, fields, "group"));
    let format = format?;
    let usual = match format {
        ChatFormat::Openai => "messages",
        ChatFormat::Sharegpt => "conversations",
    };
    let field = field?.unwrap_or_else(|| usual.to_owned());
    Some(Extract::Chat { format, field, system: system?, last: last?, label: label?, group: group? })
}

/// Reads an extraction of instructions.
pub(super) fn alpaca(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let mut name =
        |reader: &mut Reader, key, default| fields.or(reader, key, default, |reader, at| reader.some_text(at));
    let instruction = name(reader, "instruction", Extract::default_instruction());
    let input = name(reader, "input", Extract::default_input());
    let output = name(reader, "output", Extract::default_output());
    let prompt = fields.or(reader, "prompt", Extract::default_prompt(), |reader, at| {
        jinja(reader, at, Some(&["instruction", "input"]))
    });
    let (label, group) = (column(reader, fields, "label"), column(reader, fields, "group"));
    Some(Extract::Alpaca {
        instruction: instruction?,
        input: input?,
        output: output?,
        prompt: prompt?,
        label: label?,
        group: group?,
    })
}

/// Reads an extraction of the pieces of long documents.
pub(super) fn chunks(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Extract> {
    let max_chars = fields.need(reader, "max-chars").and_then(|at| reader.count(&at, 1));
    let overlap_at = fields.take("overlap");
    let overlap = overlap_at.as_ref().map_or(Some(0), |at| reader.count(at, 0));
    let cut = fields.or(reader, "at", CutAt::default(), |reader, at| {
        reader.word(at, "place to cut", &[("paragraph", CutAt::Paragraph), ("sentence", CutAt::Sentence)])
    });
    let text = fields.or(reader, "text", Extract::default_text(), |reader, at| reader.some_text(at));
    let (max_chars, overlap) = (max_chars?, overlap?);
    if let Some(at) = overlap_at.filter(|_| overlap > 0 && u64::from(overlap) * 2 >= u64::from(max_chars)) {
        let message = format!("an overlap of {overlap} is not less than half of `max-chars`, {max_chars}");
        let hint =
            Some("a tenth is usual; with half or more, most of the text is learned twice or more often".to_owned());
        return reader.wrong_of(Code::OutOfRange, &at, message, hint);
    }
    Some(Extract::Chunks { max_chars, overlap, at: cut?, text: text? })
}
