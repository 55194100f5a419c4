//! `data` as typed: a name, a mix of names, or a name with a split.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::id::Name;
use crate::recipe::dataset::SplitName;
use crate::recipe::typed::text::name_pattern;

/// What a model learns from.
#[derive(JsonSchema)]
#[schemars(untagged, rename_all = "kebab-case", deny_unknown_fields)]
pub enum Data {
    /// One dataset.
    One(Name),
    /// Several datasets with their weights.
    Several {
        /// The datasets with their weights; a weight is a share of the tokens, in any unit: they are divided by their sum.
        #[schemars(extend("minProperties" = 1, "x-unit" = "share"), example = serde_json::json!({ "rust": 0.9, "prose": 0.1 }))]
        mix: BTreeMap<Name, Weight>,
    },
}

/// The weight of a dataset in a mix.
#[derive(JsonSchema)]
#[schemars(inline)]
pub struct Weight(#[schemars(range(min = 1e-9, max = 1e9))] pub f64);

/// A dataset and one of its splits: `prose/test`.
pub struct DataSplit;

impl JsonSchema for DataSplit {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "DataSplit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let splits = SplitName::ALL.map(SplitName::word).join("|");
        json_schema!({ "type": "string", "pattern": format!("^{}(/({splits}))?$", name_pattern()) })
    }
}

/// One name, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged, inline)]
pub enum OneOrMore {
    /// One.
    One(Name),
    /// A list.
    More(Vec<Name>),
}
