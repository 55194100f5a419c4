//! `task`: items that a language model answers, by choosing or by writing; scored as by lm-evaluation-harness.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::dataset::SplitName;
use crate::recipe::metric::Metric;
use crate::recipe::typed::SomeText;

/// What a model is to answer: every record of the data is an item.
///
/// Templates are those of Jinja. They know the record's `text`, `prompt`, `response` and `label`, and every column that `keep` names.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Task {
    /// Chooses one of several continuations: the one that is the likeliest behind the prompt.
    MultipleChoice(MultipleChoice),
    /// Writes an answer, always taking the likeliest token.
    Generation(Generation),
}

/// How an item with choices is made of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MultipleChoice {
    /// What stands before the choices.
    #[schemars(with = "SomeText", example = &"Question: {{ question }}\nAnswer:")]
    pub prompt: String,
    /// The choices, a template each, two or more; or `choices-from`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Vec<SomeText>>", example = ["{{ first }}", "{{ second }}"])]
    pub choices: Option<Vec<String>>,
    /// The column of the record that holds the list of choices, where each record has its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<SomeText>", example = &"choices")]
    pub choices_from: Option<String>,
    /// Which choice is right.
    #[schemars(with = "SomeText", example = &"{{ answer }}")]
    pub answer: String,
    /// How `answer` names it.
    #[serde(default)]
    #[schemars(default, example = &"letter")]
    pub answer_is: AnswerIs,
    /// What stands before everything, once.
    #[serde(default)]
    #[schemars(default, example = &"The following are questions with answers.\n\n")]
    pub description: String,
    /// What stands between a prompt and its answer.
    #[serde(default = "default_delimiter")]
    #[schemars(default = "default_delimiter", example = &"")]
    pub delimiter: String,
    /// Items with their answers that stand before the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = serde_json::json!({ "count": 5, "split": "train" }))]
    pub few_shot: Option<FewShot>,
}

/// How an answer names a choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AnswerIs {
    /// By its number, from 0.
    #[default]
    Number,
    /// By its letter, from A.
    Letter,
    /// By its text.
    Text,
}

/// How an item that is answered in words is made of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Generation {
    /// What the model continues.
    #[schemars(with = "SomeText", example = &"Translate: {{ source }}\nTranslation:")]
    pub prompt: String,
    /// The right answer.
    #[schemars(with = "SomeText", example = &"{{ target }}")]
    pub answer: String,
    /// Texts at which an answer ends; they are no part of it.
    #[serde(default = "Generation::default_stop")]
    #[schemars(default = "Generation::default_stop", example = ["\n"])]
    pub stop: Vec<String>,
    /// The most tokens of an answer.
    #[serde(default = "Generation::default_max_tokens")]
    #[schemars(default = "Generation::default_max_tokens", range(min = 1), extend("x-unit" = "tokens"), example = 64)]
    pub max_tokens: u32,
    /// What becomes of the answer before it is compared, in order; `strip`, `lowercase` and `no-punctuation` happen to the right one, too.
    #[serde(default)]
    #[schemars(default, example = serde_json::json!([{ "type": "strip" }, { "type": "lowercase" }]))]
    pub filters: Vec<Filter>,
    /// What BLEU takes for a word; with `zh`, ROUGE takes every Han character for a word, too.
    #[serde(default)]
    #[schemars(default, example = &"zh")]
    pub words: WordsKind,
    /// What stands before everything, once.
    #[serde(default)]
    #[schemars(default, example = &"The following are questions with answers.\n\n")]
    pub description: String,
    /// What stands between a prompt and its answer.
    #[serde(default = "default_delimiter")]
    #[schemars(default = "default_delimiter", example = &"")]
    pub delimiter: String,
    /// Items with their answers that stand before the item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(example = serde_json::json!({ "count": 5, "split": "train" }))]
    pub few_shot: Option<FewShot>,
}

impl Generation {
    /// Where answers end where the recipe says nothing.
    pub fn default_stop() -> Vec<String> {
        vec!["\n\n".to_owned()]
    }

    /// How long answers are where the recipe says nothing, in tokens.
    pub const fn default_max_tokens() -> u32 {
        256
    }
}

/// What stands around the items of a task.
#[derive(Debug, Clone, Copy)]
pub struct Frame<'t> {
    /// What stands before everything, once.
    pub description: &'t str,
    /// What stands between a prompt and its answer.
    pub delimiter: &'t str,
    /// Items with their answers that stand before the item.
    pub few_shot: Option<&'t FewShot>,
}

/// What stands between a prompt and its answer where the recipe says nothing.
pub fn default_delimiter() -> String {
    " ".to_owned()
}

/// Items with their answers that stand before an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FewShot {
    /// How many.
    #[schemars(range(min = 1, max = 1000), extend("x-unit" = "items"), example = 5)]
    pub count: u32,
    /// The split of the same data they are taken from; never the item itself.
    #[serde(default = "FewShot::default_split")]
    #[schemars(default = "FewShot::default_split", example = &"validation")]
    pub split: SplitName,
    /// Which ones.
    #[serde(default)]
    #[schemars(default, example = &"first")]
    pub order: FewShotOrder,
    /// The seed of the choice.
    #[serde(default = "FewShot::default_seed")]
    #[schemars(default = "FewShot::default_seed", extend("x-unit" = "seed"), example = 7)]
    pub seed: u64,
    /// What stands between them.
    #[serde(default = "FewShot::default_separator")]
    #[schemars(default = "FewShot::default_separator", example = &"\n")]
    pub separator: String,
}

impl FewShot {
    /// Where examples come from where the recipe says nothing.
    pub const fn default_split() -> SplitName {
        SplitName::Train
    }

    /// The seed where the recipe says nothing.
    pub const fn default_seed() -> u64 {
        42
    }

    /// What stands between examples where the recipe says nothing.
    pub fn default_separator() -> String {
        "\n\n".to_owned()
    }
}

/// Which items are the examples.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FewShotOrder {
    /// Others for every item, by chance.
    #[default]
    Random,
    /// The first of the split, the same for all items: as `first_n` of lm-evaluation-harness, whose prompts can be made again so.
    First,
}

/// Changes an answer before it is compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Filter {
    /// Takes white space off both ends.
    Strip,
    /// Makes capitals small.
    Lowercase,
    /// Keeps what stands before the first line break.
    FirstLine,
    /// Takes out ASCII punctuation.
    NoPunctuation,
    /// Keeps the match of a pattern, or of its first group where it has one; an answer without one is wrong.
    Regex {
        /// A regular expression, in the syntax of the `regex` crate.
        #[schemars(with = "SomeText", example = &"#### (-?[0-9.,]+)")]
        pattern: String,
        /// Which match is kept.
        #[serde(default)]
        #[schemars(default, example = &"last")]
        take: Take,
    },
}

/// Which of several matches is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Take {
    /// The first.
    #[default]
    First,
    /// The last.
    Last,
}

/// What BLEU takes for a word, by the words of sacrebleu.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WordsKind {
    /// As the Workshop on Machine Translation: signs stand alone.
    #[default]
    #[serde(rename = "13a")]
    Wmt,
    /// Every Chinese character stands alone.
    #[serde(rename = "zh")]
    Chinese,
    /// Punctuation of every script stands alone.
    #[serde(rename = "intl")]
    International,
    /// At white space only.
    #[serde(rename = "none")]
    Spaces,
}

impl Task {
    /// Returns the word the recipe uses for it.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::MultipleChoice(_) => "multiple-choice",
            Self::Generation(_) => "generation",
        }
    }

    /// Returns the metrics of its answers.
    pub const fn metrics(&self) -> &'static [Metric] {
        match self {
            Self::MultipleChoice(_) => &[Metric::Accuracy, Metric::AccNorm, Metric::AccBytes],
            Self::Generation(_) => &[Metric::ExactMatch, Metric::Rouge1, Metric::Rouge2, Metric::RougeL, Metric::Bleu],
        }
    }

    /// Returns what stands around its items.
    pub fn frame(&self) -> Frame<'_> {
        let (description, delimiter, few_shot) = match self {
            Self::MultipleChoice(task) => (&task.description, &task.delimiter, &task.few_shot),
            Self::Generation(task) => (&task.description, &task.delimiter, &task.few_shot),
        };
        Frame { description, delimiter, few_shot: few_shot.as_ref() }
    }
}
