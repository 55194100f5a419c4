//! What a card takes straight from the recipe.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::Recipe;
use crate::recipe::model::Tier;

/// Returns what a model's card takes from the recipe, as JSON; a changed word here makes a new card and nothing else.
pub fn of(recipe: &Recipe, model: &Name) -> serde_json::Value {
    let lineage: Vec<&Name> = recipe.ancestors(model).collect();
    let tiers: BTreeMap<&str, Tier> =
        lineage.iter().copied().chain([model]).map(|name| (name.as_str(), recipe.models[name].tier)).collect();
    serde_json::json!({
        "recipe": recipe.name,
        "description": recipe.description,
        "license": recipe.license,
        "tags": recipe.tags,
        "publish": recipe.publish,
        "seed": recipe.run.seed,
        "model": recipe.models[model],
        "lineage": lineage,
        "tiers": tiers,
        "evaluations": recipe.evaluations,
        "allow": recipe.contamination.allow,
    })
}
