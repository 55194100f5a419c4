//! Records: what a dataset consists of.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// One record of a dataset.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Two answers to the same, of which one is preferred.
    Preference(Preference),
    /// A picture or a sound, and perhaps what it shows.
    Media(Media),
}

/// Two answers to the same, each behind what is asked: conversations, or plain texts, whose turns are a `prompt` and a `response`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preference {
    /// What is asked, and the answer that is preferred.
    pub chosen: Vec<Turn>,
    /// What is asked, and the answer that is not.
    pub rejected: Vec<Turn>,
}

impl Preference {
    /// The role of what is asked, where it is no conversation.
    pub const PROMPT: &str = "prompt";
    /// The role of an answer, where it is no conversation.
    pub const RESPONSE: &str = "response";

    /// Returns how many turns both begin with; the last of neither is among them.
    pub fn n_shared(&self) -> usize {
        let most = self.chosen.len().min(self.rejected.len()).saturating_sub(1);
        self.chosen.iter().zip(&self.rejected).take(most).take_while(|(chosen, rejected)| chosen == rejected).count()
    }
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

impl Record {
    /// Returns the class of the record: its label, with `label`, or a further field.
    pub fn class(&self, field: &str) -> Option<&String> {
        if field == "label" { self.label.as_ref() } else { self.fields.get(field) }
    }

    /// Returns a record of this content, without a label.
    pub fn new(id: impl Into<String>, document: impl Into<String>, content: Content) -> Self {
        Self { id: id.into(), document: document.into(), content, label: None, fields: BTreeMap::new() }
    }

    /// Returns the texts of the record, in the order they are read: one, the prompt and the response, or all turns; what two answers
    /// share stands there once.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (first, second, turns, others): (_, _, &[Turn], &[Turn]) = match &self.content {
            Content::Text(text) => (Some(text.as_str()), None, &[], &[]),
            Content::Pair { prompt, response } => (Some(prompt.as_str()), Some(response.as_str()), &[], &[]),
            Content::Chat(turns) => (None, None, turns, &[]),
            Content::Preference(both) => (None, None, &both.chosen, &both.rejected[both.n_shared()..]),
            Content::Media(media) => (Some(media.caption.as_str()), None, &[], &[]),
        };
        first.into_iter().chain(second).chain(turns.iter().chain(others).map(|turn| turn.content.as_str()))
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
            Content::Preference(Preference { chosen, rejected }) => {
                let mut change = |turns: Vec<Turn>| {
                    let turn = |Turn { role, content }: Turn| Turn { role, content: change(content) };
                    turns.into_iter().map(turn).collect()
                };
                Content::Preference(Preference { chosen: change(chosen), rejected: change(rejected) })
            }
            Content::Media(Media { kind, bytes, caption }) => {
                Content::Media(Media { kind, bytes, caption: change(caption) })
            }
        };
        Self { content, ..self }
    }
}
