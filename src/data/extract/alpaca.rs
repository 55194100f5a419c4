//! Pairs out of instructions with an output, perhaps with an input.

use serde_json::{Map, Value as Json};

use crate::data::clean::Counts;
use crate::data::extract::Extractor;
use crate::data::extract::fields::{self, Told};
use crate::data::extract::says::Origin;
use crate::data::record::{Content, Record};
use crate::data::row::Row;
use crate::recipe::template::Template;

/// A pair for each object with an instruction and an output.
pub(super) struct Instructions {
    pub(super) instruction: String,
    pub(super) input: String,
    pub(super) output: String,
    pub(super) prompt: Template,
    pub(super) told: Told,
}

impl Instructions {
    fn content(&self, fields: &Map<String, Json>) -> Result<Content, String> {
        let instruction = fields::field(fields, &self.instruction)?;
        let input = match fields.get(&self.input) {
            None | Some(Json::Null) => String::new(),
            Some(_) => fields::field(fields, &self.input)?,
        };
        let response = fields::field(fields, &self.output)?;
        if instruction.trim().is_empty() {
            // Counted as a prompt that says nothing: the headings around it are not its own.
            return Ok(Content::Pair { prompt: instruction, response });
        }
        // White space is no input.
        let input = if input.trim().is_empty() { String::new() } else { input };
        let known = [("instruction".to_owned(), instruction.into()), ("input".to_owned(), input.into())];
        let prompt = self.prompt.render(&known.into_iter().collect()).map_err(|error| format!("`prompt`: {error}"))?;
        Ok(Content::Pair { prompt, response })
    }
}

impl Extractor for Instructions {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let origin = Origin::of(&row);
        let mut records = Vec::new();
        for (n, fields) in fields::objects(row.value)? {
            let content = self.content(&fields).map_err(|reason| fields::within(n, reason))?;
            let [label, group] = self.told.of(&fields).map_err(|reason| fields::within(n, reason))?;
            records.extend(origin.record(n, content, label, group, counts));
        }
        Ok(records)
    }
}
