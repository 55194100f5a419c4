//! `classify`: which words make a class.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
use crate::recipe::typed::SomeText;

/// Sorts records into classes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Classify {
    /// How a class is found.
    #[schemars(default, example = &"rules")]
    pub by: ClassifyBy,
    /// The classes with the words that make them. The class with the most words found wins; of equal ones the first by name.
    #[schemars(extend("minProperties" = 1), example = json!({ "finance": { "any": ["股票", "fund"], "min": 2 } }))]
    pub rules: BTreeMap<Name, Class>,
    /// The class of a record that no rule takes.
    #[schemars(default = "Classify::default_otherwise", example = &"general")]
    pub otherwise: Name,
    /// Where the class is put.
    #[schemars(default, example = &"label")]
    pub into: ClassifyInto,
    /// The field of the record that then holds the class.
    #[schemars(default = "Classify::default_field", example = &"topic")]
    pub field: Name,
    /// The classes that stay; without any, all stay.
    #[schemars(default, example = ["finance"])]
    pub keep: Vec<Name>,
}

impl Classify {
    /// Returns the class of a record that no rule takes, where the recipe says nothing.
    pub fn default_otherwise() -> Name {
        "other".parse().expect("the word is a name")
    }

    /// Returns the field that holds the class, where the recipe says nothing.
    pub fn default_field() -> Name {
        "domain".parse().expect("the word is a name")
    }
}

/// What makes a class; upper and lower case are the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Class {
    /// Words and phrases that speak for it. What begins or ends with a letter has to stand as a word of its own; Chinese is found
    /// within a text.
    #[schemars(default, with = "Vec<SomeText>", example = ["股票", "mutual fund"])]
    pub any: Vec<String>,
    /// Words and phrases of which none may stand in the record.
    #[schemars(default, with = "Vec<SomeText>", example = ["游戏"])]
    pub none: Vec<String>,
    /// A regular expression (as the crate `regex` has them) that speaks for it wherever it matches.
    #[serde(default)]
    #[schemars(with = "Option<SomeText>", example = &r"\$[A-Z]{1,5}\b")]
    pub regex: Option<String>,
    /// How many matches of `any` and `regex` there have to be.
    #[schemars(default = "Class::default_min", range(min = 1), extend("x-unit" = "matches"), example = 2)]
    pub min: u32,
}

impl Class {
    /// Returns how many matches there have to be where the recipe says nothing.
    pub const fn default_min() -> u32 {
        1
    }
}

/// How a class is found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassifyBy {
    /// By the words of each class.
    #[default]
    Rules,
}

/// Where a class is put.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ClassifyInto {
    /// Into the field that `field` names.
    #[default]
    Field,
    /// Into the record's label, in place of any it has.
    Label,
}
