//! `split`: how records are dealt to training, validation and test.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::typed::SomeText;

/// How records are dealt to the splits; the shares add up to 1. They are dealt by a hash of the name, so that a document stays where
/// it is when the data grows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Split {
    /// The share of the training split, between 0 and 1; with `assign` and no share at all it is 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.8)]
    pub train: f64,
    /// The share of the validation split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub validation: f64,
    /// The share of the test split, between 0 and 1.
    #[schemars(default, range(min = 0.0, max = 1.0), extend("x-unit" = "share"), example = 0.1)]
    pub test: f64,
    /// What is never torn apart.
    #[schemars(
        with = "Option<SplitBy>",
        extend("x-default" = "`record` where files hold many rows, `document` where each is one text, and where `chunks` or `each` of `json` takes rows apart"),
        example = &"record"
    )]
    pub by: SplitBy,
    /// The field of a record that names its group, with `by: group`; a record without it stays with its document.
    #[serde(default = "Split::default_group")]
    #[schemars(default = "Split::default_group", with = "SomeText", example = &"author")]
    pub group: String,
    /// Meets the shares within each class: `label`, or the field of a record that names its class. A class of at least as many
    /// documents, records or groups as there are splits has one in each; when data is added, a few move.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &"label")]
    pub stratify: Option<String>,
    /// Documents whose names say where they belong; the shares are those of all others.
    #[serde(default)]
    #[schemars(default, example = json!({ "train": ["**/train*"], "test": ["**/test*"] }))]
    pub assign: Assign,
    /// Takes from the validation and test splits the records that stand in the training split, and from the test split those that
    /// stand in the validation split: those of whose words half or more are in runs of 13 that both have, or nearly so, as
    /// `contamination` counts them where a recipe does not say otherwise.
    #[serde(default)]
    #[schemars(default, example = true)]
    pub decontaminate: bool,
}

/// Patterns of document names for each split; `*` stays within a folder, `**` crosses folders, `{a,b}` is either. Of several splits that
/// fit, `train` counts first, and `validation` before `test`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Assign {
    /// Patterns of the documents to train on.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["**/train*"])]
    pub train: Vec<String>,
    /// Patterns of the documents to validate on.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["**/{dev,validation}*"])]
    pub validation: Vec<String>,
    /// Patterns of the documents to test on.
    #[serde(default)]
    #[schemars(default, with = "Vec<SomeText>", example = ["**/test*"])]
    pub test: Vec<String>,
}

impl Assign {
    /// Returns the patterns of a split.
    pub fn of(&self, split: SplitName) -> &[String] {
        let Self { train, validation, test } = self;
        match split {
            SplitName::Train => train,
            SplitName::Validation => validation,
            SplitName::Test => test,
        }
    }

    /// Returns whether no document is assigned.
    pub fn is_empty(&self) -> bool {
        SplitName::ALL.into_iter().all(|split| self.of(split).is_empty())
    }
}

impl Split {
    /// Returns the keys that name a field of a record, each with the field.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let group = match self.by {
            SplitBy::Group => Some(("group", self.group.as_str())),
            SplitBy::Document | SplitBy::Record => None,
        };
        group.into_iter().chain(self.stratify.as_deref().map(|field| ("stratify", field)))
    }

    /// Returns the field that names the group of a record where the recipe names none.
    pub fn default_group() -> String {
        "group".to_owned()
    }

    /// Returns the share of a split among the documents that are not assigned.
    pub fn share(&self, split: SplitName) -> f64 {
        match split {
            SplitName::Train => self.train,
            SplitName::Validation => self.validation,
            SplitName::Test => self.test,
        }
    }

    /// Returns whether a split gets records at all.
    pub fn fills(&self, split: SplitName) -> bool {
        self.share(split) > 0.0 || !self.assign.of(split).is_empty()
    }

    /// Returns the share of the data a split is likely to have: where documents are assigned nobody knows it, and it is taken to be
    /// what is usual.
    pub fn likely_share(&self, split: SplitName) -> f64 {
        let usual = match split {
            SplitName::Train => 0.8,
            SplitName::Validation | SplitName::Test => 0.1,
        };
        match self.assign.of(split) {
            [] => self.share(split),
            [..] => usual,
        }
    }
}

impl Default for Split {
    fn default() -> Self {
        Self {
            train: 0.98,
            validation: 0.01,
            test: 0.01,
            by: SplitBy::default(),
            group: Self::default_group(),
            stratify: None,
            assign: Assign::default(),
            decontaminate: false,
        }
    }
}

/// What a split never tears apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SplitBy {
    /// The records of one source document stay together.
    #[default]
    Document,
    /// Every record goes its own way.
    Record,
    /// The records of one group stay together, whatever documents they come from.
    Group,
}

/// The name of a split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SplitName {
    /// What models learn from.
    Train,
    /// What early stopping and tuning look at.
    Validation,
    /// What only evaluations look at.
    Test,
}

impl SplitName {
    /// Every split.
    pub const ALL: [Self; 3] = [Self::Train, Self::Validation, Self::Test];

    /// Returns the word used in recipes and file names.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Validation => "validation",
            Self::Test => "test",
        }
    }
}
