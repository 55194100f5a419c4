//! `columns`: which fields of a row say what.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::typed::SomeText;

/// Which fields of a row say what. A field that is named has to be there in every row; one that is not named is taken by its usual
/// name where it is there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Columns {
    /// The text to learn; without it, where nothing else is named and there is neither `messages` nor `prompt`, the field `text`,
    /// or else `content`.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"body")]
    pub text: Option<String>,
    /// The question of a pair; without it `prompt`.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"instruction")]
    pub prompt: Option<String>,
    /// The answer of a pair; without it `response`.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"output")]
    pub response: Option<String>,
    /// The better one of two answers, a text or a list of turns; what is asked stands in `prompt`, or in both. Without it `chosen`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<SomeText>", example = &"preferred")]
    pub chosen: Option<String>,
    /// The worse one of the two; without it `rejected`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<SomeText>", example = &"dispreferred")]
    pub rejected: Option<String>,
    /// A conversation: a list of turns, each with `role` and `content`; without it `messages`.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"conversation")]
    pub messages: Option<String>,
    /// The class; without it `label`. Numbers and truth values are taken as they are written.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"class")]
    pub label: Option<String>,
    /// What a row belongs to, such as its author or its patient; without it `group`.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"author")]
    pub group: Option<String>,
    /// What names the row within its file; without it `id`, and where that is not there either, the number of its line or row.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"uuid")]
    pub id: Option<String>,
    /// Further fields to keep with the record, such as its language; a field that holds nothing is not kept, and a list or a mapping is kept as its JSON.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["language", "url"])]
    pub keep: Vec<String>,
}

impl Columns {
    /// Returns the fields that have to be there, in the order of the keys that name them.
    pub fn named(&self) -> impl Iterator<Item = &str> {
        let Self { text, prompt, response, chosen, rejected, messages, label, group, id, keep } = self;
        let single = [text, prompt, response, chosen, rejected, messages, label, group, id];
        single.into_iter().flatten().chain(keep).map(String::as_str)
    }

    /// Returns whether rows may be pairs or conversations: nothing says that they are mere text.
    pub fn may_hold_pairs(&self) -> bool {
        self.text.is_none()
    }

    /// Returns whether rows may be two answers of which one is preferred: nothing says that they are something else.
    pub fn may_prefer(&self) -> bool {
        self.text.is_none() && self.response.is_none() && self.messages.is_none()
    }
}
