//! What a card takes straight from the recipe.

use crate::id::Name;
use crate::recipe::Recipe;

/// Returns what a model's card takes from the recipe, as JSON; a changed word here makes a new card and nothing else.
pub fn of(recipe: &Recipe, model: &Name) -> serde_json::Value {
    serde_json::json!({
        "recipe": recipe.name,
        "description": recipe.description,
        "license": recipe.license,
        "tags": recipe.tags,
        "publish": recipe.publish,
        "seed": recipe.run.seed,
        "model": recipe.models[model],
        "lineage": recipe.ancestors(model).collect::<Vec<_>>(),
        "tiers": recipe.models.iter().map(|(name, model)| (name.to_string(), model.tier)).collect::<std::collections::BTreeMap<_, _>>(),
        "evaluations": recipe.evaluations,
        "allow": recipe.contamination.allow,
    })
}
