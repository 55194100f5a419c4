//! Records: what a dataset consists of, one JSON object a line.

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
}

/// The record as it stands in a file.
#[derive(Serialize, Deserialize)]
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
}

impl From<Record> for Line {
    fn from(record: Record) -> Self {
        let Record { id, document, content } = record;
        match content {
            Content::Text(text) => Self { id, document, text: Some(text), prompt: None, response: None },
            Content::Pair { prompt, response } => {
                Self { id, document, text: None, prompt: Some(prompt), response: Some(response) }
            }
        }
    }
}

impl TryFrom<Line> for Record {
    type Error = &'static str;

    fn try_from(line: Line) -> Result<Self, Self::Error> {
        let Line { id, document, text, prompt, response } = line;
        let content = match (text, prompt, response) {
            (Some(text), None, None) => Content::Text(text),
            (None, Some(prompt), Some(response)) => Content::Pair { prompt, response },
            _ => return Err("expected either `text`, or `prompt` and `response`"),
        };
        Ok(Self { id, document, content })
    }
}

impl Record {
    /// Returns the texts of the record: one, or the prompt and the response.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (first, second) = match &self.content {
            Content::Text(text) => (text, None),
            Content::Pair { prompt, response } => (prompt, Some(response.as_str())),
        };
        std::iter::once(first.as_str()).chain(second)
    }

    /// Returns the size of all texts, in bytes.
    pub fn bytes(&self) -> u64 {
        self.texts().map(|text| text.len() as u64).sum()
    }

    /// Returns the record with every text replaced.
    pub fn map(self, mut change: impl FnMut(&str) -> String) -> Self {
        let content = match self.content {
            Content::Text(text) => Content::Text(change(&text)),
            Content::Pair { prompt, response } => {
                Content::Pair { prompt: change(&prompt), response: change(&response) }
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
            let record = |(id, content): (String, Content)| Record { document: id.clone(), id, content };
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
