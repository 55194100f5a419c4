//! What a record says: a text, or a prompt and a response, each by what makes it.

use crate::data::clean::Counts;
use crate::data::error::DataError;
use crate::data::record::{Content, Record, Turn};
use crate::data::row::Row;

/// What makes a record's content.
#[derive(Debug)]
pub(super) enum Says<T> {
    /// A text.
    Text(T),
    /// A prompt and a response.
    Pair { prompt: T, response: T },
}

/// What makes a record: its content, and what is told of it.
#[derive(Debug)]
pub(super) struct Made<T> {
    says: Says<T>,
    label: Option<T>,
    group: Option<T>,
}

/// The keys `text`, `prompt`, `response`, `label` and `group` of an extraction, in this order.
pub(super) type Keys<'a> = [&'a Option<String>; 5];

impl<T> Made<T> {
    /// Reads each key that is given.
    ///
    /// # Errors
    /// When a key cannot be read, or they do not say what a record consists of.
    pub(super) fn new(
        keys: Keys<'_>,
        read: impl Fn(&'static str, &str) -> Result<T, DataError>,
    ) -> Result<Self, DataError> {
        let [text, prompt, response, label, group] = keys;
        let part = |key, value: &Option<String>| value.as_ref().map(|value| read(key, value)).transpose();
        let says = match (part("text", text)?, part("prompt", prompt)?, part("response", response)?) {
            (Some(text), None, None) => Says::Text(text),
            (None, Some(prompt), Some(response)) => Says::Pair { prompt, response },
            _ => {
                let message = "expected either `text`, or `prompt` and `response`".to_owned();
                return Err(DataError::BadExtraction { key: "type", message });
            }
        };
        Ok(Self { says, label: part("label", label)?, group: part("group", group)? })
    }

    /// Returns the record that `say` makes of each part; `None` where it says nothing, which is counted.
    ///
    /// # Errors
    /// When `say` fails; it is told the key.
    pub(super) fn record(
        &self,
        origin: &Origin,
        n: Option<usize>,
        counts: &mut Counts,
        mut say: impl FnMut(&'static str, &T) -> Result<String, String>,
    ) -> Result<Option<Record>, String> {
        let content = match &self.says {
            Says::Text(text) => Content::Text(say("text", text)?),
            Says::Pair { prompt, response } => {
                Content::Pair { prompt: say("prompt", prompt)?, response: say("response", response)? }
            }
        };
        let mut told = |key, part: &Option<T>| part.as_ref().map(|part| some(key, say(key, part)?)).transpose();
        let (label, group) = (told("label", &self.label)?, told("group", &self.group)?);
        Ok(origin.record(n, content, label, group, counts))
    }
}

/// Refuses a class or a group without a name.
fn some(key: &str, text: String) -> Result<String, String> {
    match text.trim() {
        "" => Err(format!("`{key}`: expected some text, found none")),
        text => Ok(text.to_owned()),
    }
}

/// Where records come from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    id: String,
    document: String,
    label: Option<String>,
}

impl Origin {
    /// Returns the origin of the records of a row.
    pub(super) fn of(row: &Row) -> Self {
        Self { id: row.id.clone(), document: row.document.clone(), label: row.label.clone() }
    }

    /// Returns a record, the `n`-th of its row where a row has several; `None` where it says nothing, which is counted.
    pub(super) fn record(
        &self,
        n: Option<usize>,
        content: Content,
        label: Option<String>,
        group: Option<String>,
        counts: &mut Counts,
    ) -> Option<Record> {
        if let Some(reason) = blank(&content) {
            *counts.entry(reason.to_owned()).or_default() += 1;
            return None;
        }
        let id = n.map_or_else(|| self.id.clone(), |n| format!("{}#{n}", self.id));
        let mut record = Record::new(id, &self.document, content);
        record.label = label.or_else(|| self.label.clone());
        record.fields.extend(group.map(|group| ("group".to_owned(), group)));
        Some(record)
    }
}

/// Returns which part of a content says nothing.
fn blank(content: &Content) -> Option<&'static str> {
    let is_blank = |text: &str| text.trim().is_empty();
    match content {
        Content::Text(text) => is_blank(text).then_some("blank-texts"),
        Content::Pair { prompt, .. } if is_blank(prompt) => Some("blank-prompts"),
        Content::Pair { response, .. } => is_blank(response).then_some("blank-responses"),
        Content::Chat(turns) => turns.iter().all(|turn| is_blank(&turn.content)).then_some("blank-conversations"),
        Content::Preference(both) => {
            let is_blank = |turns: &[Turn]| turns.last().is_none_or(|turn| is_blank(&turn.content));
            (is_blank(&both.chosen) || is_blank(&both.rejected)).then_some("blank-answers")
        }
        Content::Media(_) => None,
    }
}
