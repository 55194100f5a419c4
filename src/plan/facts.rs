//! What a card takes straight from the recipe.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::Recipe;
use crate::recipe::model::Tier;

/// Returns what a model's card takes from the recipe, as JSON; a changed word here makes a new card and nothing else.
pub fn of(recipe: &Recipe, model: &Name) -> serde_json::Value {
    let lineage: Vec<&Name> = recipe.ancestors(model).collect();
    let tier = |name: &&Name| {
        let of_models = recipe.models.get(*name).map(|model| model.tier);
        of_models.or_else(|| recipe.imports.get(*name).map(|import| import.tier))
    };
    let named = lineage.iter().copied().chain([model]);
    let tiers: BTreeMap<&str, Tier> = named.filter_map(|name| Some((name.as_str(), tier(&name)?))).collect();
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
