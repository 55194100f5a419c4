//! Conversations, as OpenAI and as ShareGPT write them.

use serde_json::{Map, Value as Json};

use crate::data::clean::Counts;
use crate::data::extract::Extractor;
use crate::data::extract::fields::{self, Told, kind, within};
use crate::data::extract::says::Origin;
use crate::data::record::{Content, Record, Turn};
use crate::data::row::Row;
use crate::recipe::dataset::{ChatFormat, LastTurn, SystemTurns};

/// A conversation for each object with a list of turns.
pub(super) struct Chats {
    pub(super) format: ChatFormat,
    pub(super) field: String,
    pub(super) system: SystemTurns,
    pub(super) last: LastTurn,
    pub(super) told: Told,
}

impl Extractor for Chats {
    fn records(&self, row: Row, counts: &mut Counts) -> Result<Vec<Record>, String> {
        let origin = Origin::of(&row);
        let mut records = Vec::new();
        for (n, fields) in fields::objects(row.value)? {
            let turns = self.turns(&fields).map_err(|reason| within(n, reason))?;
            let [label, group] = self.told.of(&fields).map_err(|reason| within(n, reason))?;
            let content = Content::Chat(self.fit(turns, counts));
            if matches!(&content, Content::Chat(turns) if turns.is_empty()) {
                *counts.entry("without-answers".to_owned()).or_default() += 1;
                continue;
            }
            records.extend(origin.record(n, content, label, group, counts));
        }
        Ok(records)
    }
}

impl Chats {
    /// Returns the turns of a conversation as they stand.
    fn turns(&self, fields: &Map<String, Json>) -> Result<Vec<Turn>, String> {
        let field = &self.field;
        let read;
        let value = match fields.get(field) {
            None => return Err(format!("the field `{field}` is missing")),
            // A column of a table has no lists; there they are text.
            Some(Json::String(text)) => {
                read = serde_json::from_str(text)
                    .map_err(|error| format!("the field `{field}`: {}", fields::no_json(&error)))?;
                &read
            }
            Some(value) => value,
        };
        let Json::Array(turns) = value else {
            return Err(format!("the field `{field}`: expected a list of turns, found {}", kind(value)));
        };
        if turns.is_empty() {
            return Err(format!("the field `{field}`: expected at least one turn, found an empty list"));
        }
        let turn = |(i, turn)| self.turn(turn).map_err(|reason| format!("turn {} of `{field}`: {reason}", i + 1));
        turns.iter().enumerate().map(turn).collect()
    }

    fn turn(&self, turn: &Json) -> Result<Turn, String> {
        let Json::Object(turn) = turn else { return Err(format!("expected an object, found {}", kind(turn))) };
        let (who, what) = match self.format {
            ChatFormat::Openai => ("role", "content"),
            ChatFormat::Sharegpt => ("from", "value"),
        };
        let role = match turn.get(who) {
            None => return Err(format!("`{who}` is missing")),
            Some(Json::String(role)) => role,
            Some(other) => return Err(format!("`{who}`: expected text, found {}", kind(other))),
        };
        let role = self.role(role).ok_or_else(|| format!("`{who}`: expected {}, found another word", self.words()))?;
        let content = match turn.get(what) {
            None => return Err(format!("`{what}` is missing")),
            Some(Json::String(text)) => text.clone(),
            Some(Json::Array(parts)) => joined(parts).map_err(|reason| format!("`{what}`: {reason}"))?,
            Some(Json::Null) => {
                return Err(format!("`{what}`: expected text, found nothing; calls of tools are no text"));
            }
            Some(other) => return Err(format!("`{what}`: expected text, found {}", kind(other))),
        };
        Ok(Turn { role: role.to_owned(), content })
    }

    /// Returns the role a word stands for.
    fn role(&self, word: &str) -> Option<&'static str> {
        match (self.format, word) {
            (_, "system") | (ChatFormat::Openai, "developer") => Some("system"),
            (_, "user") | (ChatFormat::Sharegpt, "human") => Some("user"),
            (_, "assistant")
            | (ChatFormat::Sharegpt, "gpt" | "chatgpt" | "bing" | "bard" | "model" | "function_call") => {
                Some("assistant")
            }
            (_, "tool")
            | (ChatFormat::Openai, "function")
            | (ChatFormat::Sharegpt, "observation" | "function_response") => Some("tool"),
            (ChatFormat::Openai | ChatFormat::Sharegpt, _) => None,
        }
    }

    fn words(&self) -> &'static str {
        match self.format {
            ChatFormat::Openai => "`system`, `user`, `assistant` or `tool`",
            ChatFormat::Sharegpt => "`system`, `human`, `gpt` or `tool`",
        }
    }

    /// Takes out what the recipe does not want; nothing is left of a conversation without an answer.
    fn fit(&self, mut turns: Vec<Turn>, counts: &mut Counts) -> Vec<Turn> {
        let n_before = turns.len();
        match self.system {
            SystemTurns::Keep => {}
            SystemTurns::Drop => turns.retain(|turn| turn.role != "system"),
        }
        match self.last {
            LastTurn::Any => {}
            LastTurn::Assistant => {
                let answers = |turn: &Turn| turn.role == "assistant" && !turn.content.trim().is_empty();
                turns.truncate(turns.iter().rposition(answers).map_or(0, |last| last + 1));
            }
        }
        if !turns.is_empty() && turns.len() < n_before {
            *counts.entry("turns-taken-out".to_owned()).or_default() += (n_before - turns.len()) as u64;
        }
        turns
    }
}

/// Returns the text of a content in parts.
fn joined(parts: &[Json]) -> Result<String, String> {
    let text = |(i, part): (usize, &Json)| match part {
        Json::String(text) => Ok(text.clone()),
        Json::Object(part) if part.get("type").is_none_or(|kind| kind == "text") => match part.get("text") {
            Some(Json::String(text)) => Ok(text.clone()),
            Some(other) => Err(format!("part {}: `text`: expected text, found {}", i + 1, kind(other))),
            None => Err(format!("part {}: `text` is missing", i + 1)),
        },
        Json::Object(_) => Err(format!("part {}: expected a part of type `text`, found another", i + 1)),
        other => Err(format!("part {}: expected an object, found {}", i + 1, kind(other))),
    };
    parts.iter().enumerate().map(text).collect()
}
