//! `extract`: how a row becomes records.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::{JsonPathText, SomeText, Template, defaults};

/// Turns a row into records. A record whose text, prompt or response would be blank is left out and counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
#[schemars(transform = defaults([json!(Extract::default())]))]
pub enum Extract {
    /// Every documented Rust function becomes a prompt and a response.
    RustDocPairs {
        /// The prompt, with `{doc}` (the documentation) and `{signature}` filled in.
        #[schemars(with = "Template", example = &"{doc}\n{signature}")]
        prompt: String,
        /// The response, with `{body}` filled in.
        #[schemars(with = "Template", example = &" {body}")]
        response: String,
    },
    /// Every match of a pattern becomes a record, made of the pattern's named groups.
    Regex {
        /// A regular expression with named groups, in the syntax of the `regex` crate: it takes linear time, and knows no look-around.
        #[schemars(with = "SomeText", example = &r"(?m)^Q: (?<question>.+)\nA: (?<answer>.+)$")]
        pattern: String,
        /// Where the pattern is looked for.
        #[serde(default)]
        #[schemars(default, example = &"line")]
        within: Within,
        /// The text to learn: the name of a group, or text with groups filled in, such as `{title}: {body}`.
        #[schemars(with = "Option<SomeText>", example = &"{body}")]
        text: Option<String>,
        /// The prompt: a group, or text with groups filled in.
        #[schemars(with = "Option<SomeText>", example = &"{question}")]
        prompt: Option<String>,
        /// The response: a group, or text with groups filled in.
        #[schemars(with = "Option<SomeText>", example = &"{answer}")]
        response: Option<String>,
        /// The class: a group, or text with groups filled in; without it the one the source tells.
        #[schemars(with = "Option<SomeText>", example = &"{class}")]
        label: Option<String>,
        /// What `split: { by: group }` keeps together: a group of the pattern, or text with groups filled in.
        #[schemars(with = "Option<SomeText>", example = &"{author}")]
        group: Option<String>,
    },
    /// Values picked out of JSON by paths (RFC 9535), from rows with fields and from text that is JSON.
    Json {
        /// The values that become a record each; the other paths start at each of them.
        #[serde(default = "Extract::default_each")]
        #[schemars(default = "Extract::default_each", with = "JsonPathText", example = &"$.items[*]")]
        each: String,
        /// The text to learn; every path finds exactly one text, number or truth value.
        #[schemars(with = "Option<JsonPathText>", example = &"$.body")]
        text: Option<String>,
        /// The prompt.
        #[schemars(with = "Option<JsonPathText>", example = &"$.question")]
        prompt: Option<String>,
        /// The response.
        #[schemars(with = "Option<JsonPathText>", example = &"$.answers[0]")]
        response: Option<String>,
        /// The class; without it the one the source tells.
        #[schemars(with = "Option<JsonPathText>", example = &"$.class")]
        label: Option<String>,
        /// What `split: { by: group }` keeps together.
        #[schemars(with = "Option<JsonPathText>", example = &"$.user.id")]
        group: Option<String>,
    },
    /// Conversations, from rows with fields and from text that is JSON: an object, or a list of them.
    Chat {
        /// How a turn is written.
        #[serde(default)]
        #[schemars(default, example = &"sharegpt")]
        format: ChatFormat,
        /// The field with the list of turns.
        #[schemars(with = "Option<SomeText>", example = &"dialogue", extend("x-default" = "`messages`, and with `format: sharegpt` `conversations`"))]
        field: String,
        /// What becomes of what the system says.
        #[serde(default)]
        #[schemars(default, example = &"drop")]
        system: SystemTurns,
        /// Who has to speak last.
        #[serde(default)]
        #[schemars(default, example = &"any")]
        last: LastTurn,
        /// The field with the class; without it the field `label` where it is there, or what the source tells.
        #[schemars(with = "Option<SomeText>", example = &"topic")]
        label: Option<String>,
        /// The field with what `split: { by: group }` keeps together; without it the field `group` where it is there.
        #[schemars(with = "Option<SomeText>", example = &"user")]
        group: Option<String>,
    },
    /// Instructions with an output, perhaps with an input, from rows with fields and from text that is JSON.
    Alpaca {
        /// The field with the instruction.
        #[serde(default = "Extract::default_instruction")]
        #[schemars(default = "Extract::default_instruction", with = "SomeText", example = &"question")]
        instruction: String,
        /// The field with what the instruction is about; it may be missing or empty.
        #[serde(default = "Extract::default_input")]
        #[schemars(default = "Extract::default_input", with = "SomeText", example = &"context")]
        input: String,
        /// The field with the output.
        #[serde(default = "Extract::default_output")]
        #[schemars(default = "Extract::default_output", with = "SomeText", example = &"answer")]
        output: String,
        /// The prompt: a Jinja template that knows `instruction` and `input`; `input` is empty where there is none.
        #[serde(default = "Extract::default_prompt")]
        #[schemars(default = "Extract::default_prompt", with = "SomeText", example = &"{{ instruction }}\n{{ input }}")]
        prompt: String,
        /// The field with the class; without it the field `label` where it is there, or what the source tells.
        #[schemars(with = "Option<SomeText>", example = &"topic")]
        label: Option<String>,
        /// The field with what `split: { by: group }` keeps together; without it the field `group` where it is there.
        #[schemars(with = "Option<SomeText>", example = &"user")]
        group: Option<String>,
    },
    /// A long document becomes pieces; cut at paragraphs, at sentences where a paragraph is too long, and within them only where
    /// nothing else is left.
    Chunks {
        /// The most characters a piece has.
        #[schemars(range(min = 1), extend("x-unit" = "characters"), example = 2000)]
        max_chars: u32,
        /// About how many characters of a piece stand at the beginning of the next one too; less than half of `max-chars`.
        #[serde(default)]
        #[schemars(default, extend("x-unit" = "characters"), example = 200)]
        overlap: u32,
        /// Where pieces end.
        #[serde(default)]
        #[schemars(default, example = &"sentence")]
        at: CutAt,
        /// The field with the document, where rows have fields.
        #[serde(default = "Extract::default_text")]
        #[schemars(default = "Extract::default_text", with = "SomeText", example = &"body")]
        text: String,
    },
    /// Jinja templates over the fields of a row; a row of text has the one field `text`. Of a picture or a sound, the fields are what is
    /// known of it, such as `label`, and `text` becomes its caption. What a row says is never read as a template.
    Template {
        /// The text to learn.
        #[schemars(with = "Option<SomeText>", example = &"{{ title }}\n\n{{ body }}")]
        text: Option<String>,
        /// The prompt.
        #[schemars(with = "Option<SomeText>", example = &"{{ question | trim }}")]
        prompt: Option<String>,
        /// The response.
        #[schemars(with = "Option<SomeText>", example = &"{{ answers[0] }}")]
        response: Option<String>,
        /// The class; without it the field `label` where it is there, or what the source tells.
        #[schemars(with = "Option<SomeText>", example = &"{{ class }}")]
        label: Option<String>,
        /// What `split: { by: group }` keeps together; without it the field `group` where it is there.
        #[schemars(with = "Option<SomeText>", example = &"{{ user.id }}")]
        group: Option<String>,
    },
}

/// Where a pattern is looked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// In the whole document: all matches become records.
    #[default]
    Document,
    /// In every line by itself: its first match becomes a record, and lines without one are counted.
    Line,
}

/// How a turn of a conversation is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ChatFormat {
    /// `role` and `content`; roles are `system`, `developer`, `user`, `assistant`, `tool` and `function`.
    #[default]
    Openai,
    /// `from` and `value`; roles are `system`, `human`, `gpt` and `tool`, and their usual other names.
    Sharegpt,
}

/// What becomes of what the system says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SystemTurns {
    /// It stays.
    #[default]
    Keep,
    /// It goes.
    Drop,
}

/// Who has to speak last in a conversation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LastTurn {
    /// The assistant: what follows its last turn goes, and a conversation in which it says nothing is left out.
    #[default]
    Assistant,
    /// Anybody.
    Any,
}

/// Where the pieces of a document end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CutAt {
    /// Behind a paragraph, which an empty line ends.
    #[default]
    Paragraph,
    /// Behind a sentence, English or Chinese.
    Sentence,
}

impl Default for Extract {
    fn default() -> Self {
        Self::RustDocPairs { prompt: "{doc}\n{signature}".to_owned(), response: " {body}".to_owned() }
    }
}

impl Extract {
    /// Returns the path of what becomes a record where the recipe says nothing: the whole row.
    pub fn default_each() -> String {
        "$".to_owned()
    }

    /// Returns the field with the instruction where the recipe names none.
    pub fn default_instruction() -> String {
        "instruction".to_owned()
    }

    /// Returns the field with the input where the recipe names none.
    pub fn default_input() -> String {
        "input".to_owned()
    }

    /// Returns the field with the output where the recipe names none.
    pub fn default_output() -> String {
        "output".to_owned()
    }

    /// Returns the prompt of an instruction where the recipe says nothing: headings, and one of two openings.
    pub fn default_prompt() -> String {
        "{% if input %}Follow the instruction. The input tells more about it.\n\n{% else %}Follow the instruction.\n\n{% endif %}\
         ### Instruction:\n{{ instruction }}\n\n{% if input %}### Input:\n{{ input }}\n\n{% endif %}### Response:\n"
            .to_owned()
    }

    /// Returns the field with the document where the recipe names none.
    pub fn default_text() -> String {
        "text".to_owned()
    }

    /// Returns the word the recipe uses for this extraction.
    pub fn word(&self) -> &'static str {
        match self {
            Self::RustDocPairs { .. } => "rust-doc-pairs",
            Self::Regex { .. } => "regex",
            Self::Json { .. } => "json",
            Self::Chat { .. } => "chat",
            Self::Alpaca { .. } => "alpaca",
            Self::Chunks { .. } => "chunks",
            Self::Template { .. } => "template",
        }
    }

    /// Returns whether records say what is asked and what is answered: as pairs, or as conversations.
    pub fn makes_pairs(&self) -> bool {
        match self {
            Self::RustDocPairs { .. } | Self::Chat { .. } | Self::Alpaca { .. } => true,
            Self::Regex { prompt, .. } | Self::Json { prompt, .. } | Self::Template { prompt, .. } => prompt.is_some(),
            Self::Chunks { .. } => false,
        }
    }

    /// Returns whether the recipe says what the group of a record is.
    pub fn names_group(&self) -> bool {
        match self {
            Self::Regex { group, .. }
            | Self::Json { group, .. }
            | Self::Chat { group, .. }
            | Self::Alpaca { group, .. }
            | Self::Template { group, .. } => group.is_some(),
            Self::RustDocPairs { .. } | Self::Chunks { .. } => false,
        }
    }

    /// Returns whether the recipe says what the class of a record is.
    pub fn names_label(&self) -> bool {
        match self {
            Self::Regex { label, .. }
            | Self::Json { label, .. }
            | Self::Chat { label, .. }
            | Self::Alpaca { label, .. }
            | Self::Template { label, .. } => label.is_some(),
            Self::RustDocPairs { .. } | Self::Chunks { .. } => false,
        }
    }
}
