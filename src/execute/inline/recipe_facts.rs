//! What the planner puts into a card's work straight from the recipe.

use serde::Deserialize;

use crate::execute::error::ExecuteError;
use crate::id::{Name, StageId};
use crate::plan::work::CardWork;
use crate::recipe::contamination::Allow;
use crate::recipe::{Publish, Tags};

/// What the recipe says of the whole experiment; what else the planner names is found in the plan itself.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
pub(super) struct RecipeFacts {
    pub(super) description: String,
    pub(super) license: Option<String>,
    pub(super) tags: Tags,
    pub(super) publish: Option<Publish>,
    pub(super) allow: Vec<Allow>,
}

impl RecipeFacts {
    /// Returns the facts in the work of a card.
    pub(super) fn of(stage: &StageId, work: &CardWork) -> Result<Self, ExecuteError> {
        serde_json::from_value(work.facts.clone()).map_err(|source| ExecuteError::Report {
            stage: stage.clone(),
            name: "facts".to_owned(),
            source,
        })
    }

    /// Returns what a model is called in the zoo, or in the recipe where it is not published.
    pub(super) fn zoo_name(&self, model: &Name) -> String {
        match &self.publish {
            Some(publish) => format!("{}-{model}", publish.zoo.name),
            None => model.to_string(),
        }
    }
}
