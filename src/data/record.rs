//! Records: what a dataset consists of, one JSON object a line.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::data::error::DataError;

/// One record of a dataset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Line", into = "Line")]
pub struct Record {
    /// What names the record within its dataset.
    pub id: String,
    /// The source document it comes from.
    pub document: String,
    /// What it says.
    pub content: Content,
    /// The class it belongs to, where the data is labelled.
    pub label: Option<String>,
    /// What else is known of it, such as its language, its domain, or the key its group is split by.
    pub fields: BTreeMap<String, String>,
}

/// What a record says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Text to learn.
    Text(String),
    /// A question and its answer; only the answer is learned.
    Pair {
        /// The question.
        prompt: String,
        /// The answer.
        response: String,
    },
    /// A conversation; what the assistant says is learned.
    Chat(Vec<Turn>),
    /// A picture or a sound, and perhaps what it shows.
    Media(Media),
}

/// One turn of a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Turn {
    /// Who speaks: `system`, `user`, `assistant` or `tool`.
    pub role: String,
    /// What is said.
    pub content: String,
}

/// A picture or a sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Media {
    /// Which of the two.
    pub kind: MediaKind,
    /// The bytes of a PNG, JPEG, WAV or FLAC file.
    pub bytes: Vec<u8>,
    /// What it shows or says; empty where nobody tells.
    pub caption: String,
}

/// A kind of media.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MediaKind {
    /// A picture.
    Image,
    /// A sound.
    Audio,
}

/// The record as it stands in a file; media do not stand in text files.
#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Line {
    id: String,
    document: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    prompt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    messages: Option<Vec<Turn>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    caption: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    label: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<String, String>,
}

impl From<Record> for Line {
    fn from(record: Record) -> Self {
        let Record { id, document, content, label, fields } = record;
        let line = Self { id, document, label, fields, ..Self::default() };
        match content {
            Content::Text(text) => Self { text: Some(text), ..line },
            Content::Pair { prompt, response } => Self { prompt: Some(prompt), response: Some(response), ..line },
            Content::Chat(turns) => Self { messages: Some(turns), ..line },
            Content::Media(Media { kind: _, bytes: _, caption }) => Self { caption: Some(caption), ..line },
        }
    }
}

impl TryFrom<Line> for Record {
    type Error = &'static str;

    fn try_from(line: Line) -> Result<Self, Self::Error> {
        let Line { id, document, text, prompt, response, messages, caption: None, label, fields } = line else {
            return Err("media stand in no text file");
        };
        let content = match (text, prompt, response, messages) {
            (Some(text), None, None, None) => Content::Text(text),
            (None, Some(prompt), Some(response), None) => Content::Pair { prompt, response },
            (None, None, None, Some(turns)) => Content::Chat(turns),
            _ => return Err("expected either `text`, or `prompt` and `response`, or `messages`"),
        };
        Ok(Self { id, document, content, label, fields })
    }
}

impl Record {
    /// Returns a record of this content, without a label.
    pub fn new(id: impl Into<String>, document: impl Into<String>, content: Content) -> Self {
        Self { id: id.into(), document: document.into(), content, label: None, fields: BTreeMap::new() }
    }

    /// Returns the texts of the record, in the order they are read: one, the prompt and the response, or all turns.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (first, second, turns): (_, _, &[Turn]) = match &self.content {
            Content::Text(text) => (Some(text.as_str()), None, &[]),
            Content::Pair { prompt, response } => (Some(prompt.as_str()), Some(response.as_str()), &[]),
            Content::Chat(turns) => (None, None, turns),
            Content::Media(media) => (Some(media.caption.as_str()), None, &[]),
        };
        first.into_iter().chain(second).chain(turns.iter().map(|turn| turn.content.as_str()))
    }

    /// Returns the size of all texts and media, in bytes.
    pub fn bytes(&self) -> u64 {
        let media = if let Content::Media(media) = &self.content { media.bytes.len() } else { 0 };
        self.texts().map(|text| text.len() as u64).sum::<u64>() + media as u64
    }

    /// Returns the record with every text changed; a text that is handed back as it is is not copied.
    pub fn map(self, mut change: impl FnMut(&str) -> Cow<'_, str>) -> Self {
        let mut change = |text: String| match change(&text) {
            Cow::Borrowed(same) if same.len() == text.len() => text,
            Cow::Borrowed(part) => part.to_owned(),
            Cow::Owned(changed) => changed,
        };
        let content = match self.content {
            Content::Text(text) => Content::Text(change(text)),
            Content::Pair { prompt, response } => Content::Pair { prompt: change(prompt), response: change(response) },
            Content::Chat(turns) => {
                let change = |Turn { role, content }: Turn| Turn { role, content: change(content) };
                Content::Chat(turns.into_iter().map(change).collect())
            }
            Content::Media(Media { kind, bytes, caption }) => {
                Content::Media(Media { kind, bytes, caption: change(caption) })
            }
        };
        Self { content, ..self }
    }
}

/// Returns records as JSON, one a line.
pub fn to_lines<'a>(records: impl IntoIterator<Item = &'a Record>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for record in records {
        serde_json::to_writer(&mut bytes, record).expect("a record serializes into memory");
        bytes.push(b'\n');
    }
    bytes
}

/// Reads records from JSON, one a line.
///
/// # Errors
/// When a line is no record; the error names it.
pub fn from_lines(bytes: &[u8]) -> Result<Vec<Record>, DataError> {
    let lines = bytes.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty());
    lines
        .map(|(i, line)| {
            serde_json::from_slice(line)
                .map_err(|error| DataError::BadRecord { line: i + 1, message: error.to_string() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn content() -> impl Strategy<Value = Content> {
        prop_oneof![
            any::<String>().prop_map(Content::Text),
            any::<(String, String)>().prop_map(|(prompt, response)| Content::Pair { prompt, response }),
        ]
    }

    proptest! {
        #[test]
        fn records_survive_being_written(parts in prop::collection::vec((any::<String>(), content()), 0..5)) {
            let record = |(id, content): (String, Content)| Record::new(id.clone(), id, content);
            let records: Vec<_> = parts.into_iter().map(record).collect();
            prop_assert_eq!(from_lines(&to_lines(&records)).unwrap(), records);
        }
    }

    #[test]
    fn a_line_that_is_half_text_and_half_pair_is_refused_by_its_number() {
        let lines = b"{\"id\":\"a\",\"document\":\"a\",\"text\":\"t\"}\n{\"id\":\"b\",\"document\":\"b\",\"text\":\"t\",\"prompt\":\"p\"}\n";
        let error = from_lines(lines).unwrap_err();
        assert!(error.to_string().starts_with("line 2 is no record: expected either `text`"), "{error}");
    }
}
