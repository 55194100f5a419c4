//! What the models of a lineage forgot: every model on every evaluation, against its parent and the best of its ancestors.
//!
//! A model is worse by `100 · (value − before) / |before|` percent where lower is better, and by the same with the sign turned
//! where higher is. Against the best ancestor that is how "forgetting" is measured in continual learning (Chaudhry et al. 2018,
//! "Riemannian Walk for Incremental Learning", section 3), told there as a difference and here as a share.

use serde::Serialize;

use crate::id::Name;
use crate::recipe::Recipe;
use crate::recipe::evaluation::Metric;

/// What the models of a lineage forgot: a row for each model, in it a cell for each evaluation.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Forgetting {
    /// The evaluations, in the order of the cells.
    pub evaluations: Vec<Name>,
    /// The models, every parent before its children.
    pub models: Vec<Row>,
}

/// How one model does.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Row {
    /// The model.
    pub model: Name,
    /// What it scored on every evaluation; `None` where it was not measured.
    pub cells: Vec<Option<Cell>>,
}

/// How one model does on one evaluation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cell {
    /// The value: the mean, where its training was repeated.
    pub value: f64,
    /// Against its parent, where that was measured.
    pub parent: Option<Change>,
    /// Against the best of its ancestors that were measured.
    pub best_ancestor: Option<Change>,
}

/// A value held against that of another model.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Change {
    /// The other model.
    pub model: Name,
    /// Its value.
    pub value: f64,
    /// By how many percent of that value the model is worse; below 0 where it is better.
    pub worse_percent: f64,
}

/// Returns the matrix of a recipe's models, as far as they were measured.
pub fn forgetting(recipe: &Recipe, value: impl Fn(&Name, &Name) -> Option<f64>) -> Forgetting {
    let evaluations: Vec<Name> = recipe.evaluations.keys().cloned().collect();
    let row = |model: &Name| Row {
        model: model.clone(),
        cells: recipe
            .evaluations
            .iter()
            .map(|(name, evaluation)| {
                let ancestors = recipe.ancestors(model).map(|ancestor| (ancestor, value(ancestor, name)));
                Some(cell(evaluation.metric, value(model, name)?, ancestors))
            })
            .collect(),
    };
    let models = recipe.models_by_lineage().into_iter().map(|(name, _)| row(name)).collect();
    Forgetting { evaluations, models }
}

/// Holds a value against those of the ancestors, the nearest first.
pub fn cell<'n>(metric: Metric, value: f64, ancestors: impl Iterator<Item = (&'n Name, Option<f64>)>) -> Cell {
    let ancestors: Vec<(&Name, Option<f64>)> = ancestors.collect();
    let change = |(model, before): (&Name, f64)| Change {
        model: model.clone(),
        value: before,
        worse_percent: worse_percent(metric, value, before),
    };
    let parent = ancestors.first().and_then(|(model, value)| Some((*model, (*value)?)));
    let measured = ancestors.iter().filter_map(|(model, value)| Some((*model, (*value)?)));
    Cell { value, parent: parent.map(change), best_ancestor: best(metric, measured).map(change) }
}

/// Returns the best of some values; the first of equal ones.
pub fn best<T>(metric: Metric, values: impl Iterator<Item = (T, f64)>) -> Option<(T, f64)> {
    values.reduce(|best, one| if worse_percent(metric, one.1, best.1) < 0.0 { one } else { best })
}

/// Returns by how many percent of `before` a value is worse; below 0 where it is better.
pub fn worse_percent(metric: Metric, value: f64, before: f64) -> f64 {
    let loss = if metric.lower_is_better() { value - before } else { before - value };
    if loss == 0.0 { 0.0 } else { 100.0 * loss / before.abs() }
}

impl Forgetting {
    /// Returns every cell that can be held against an ancestor, with its model and evaluation.
    pub fn cells(&self) -> impl Iterator<Item = (&Name, &Name, &Cell, &Change)> {
        self.models.iter().flat_map(move |row| {
            let cells = self.evaluations.iter().zip(&row.cells);
            cells.filter_map(move |(evaluation, cell)| {
                let cell = cell.as_ref()?;
                Some((&row.model, evaluation, cell, cell.best_ancestor.as_ref()?))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::recipe::fixture::recipe;

    /// The recipe a person is shown has to be one.
    #[test]
    fn the_recipe_of_the_page_on_replay_is_read() {
        let page = include_str!("../../docs/generalisation.md");
        let (_, rest) = page.split_once("```yaml\n").unwrap();
        let recipe = crate::recipe::fixture::recipe_of(rest.split_once("```").unwrap().0);
        assert_eq!(recipe.models[&name("vertical")].train.data.len(), 2, "its own data and that of its parent");
        assert!(recipe.gates.iter().any(|gate| gate.rule.looks_at_ancestors()));
    }

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    #[test]
    fn a_model_is_held_against_its_parent_and_the_best_of_its_ancestors() {
        let values = [("general", 10.0), ("industry", 12.0), ("vertical", 11.0)];
        let value = |model: &Name, evaluation: &Name| {
            let found = values.iter().find(|(name, _)| *name == model.as_str());
            found.map(|(_, value)| *value).filter(|_| evaluation.as_str() == "ppl")
        };
        let matrix = forgetting(&recipe(""), value);
        assert_eq!(matrix.evaluations, [name("loss"), name("ppl")]);
        let [general, industry, vertical] = matrix.models.as_slice() else { panic!("{matrix:?}") };
        assert_eq!(general.cells, [None, Some(Cell { value: 10.0, parent: None, best_ancestor: None })]);
        let change = |model: &str, value, worse_percent| Some(Change { model: name(model), value, worse_percent });
        let forgot = industry.cells[1].clone().unwrap();
        assert_eq!(
            (forgot.parent, forgot.best_ancestor),
            (change("general", 10.0, 20.0), change("general", 10.0, 20.0))
        );
        let cell = vertical.cells[1].clone().unwrap();
        assert_eq!(cell.best_ancestor, change("general", 10.0, 10.0));
        assert!(cell.parent.unwrap().worse_percent < 0.0, "it is better than its parent");
        assert_eq!(matrix.cells().count(), 2);
    }

    #[test]
    fn an_ancestor_that_was_not_measured_is_passed_over() {
        let (near, far) = (name("near"), name("far"));
        let told = cell(Metric::Accuracy, 0.5, [(&near, None), (&far, Some(0.8))].into_iter());
        assert_eq!(told.parent, None);
        assert!((told.best_ancestor.unwrap().worse_percent - 37.5).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn against_the_best_a_model_is_never_less_worse(values in prop::collection::vec(0.01..100.0f64, 2..6), is_loss: bool) {
            let metric = if is_loss { Metric::Loss } else { Metric::Accuracy };
            let names: Vec<Name> = (0..values.len()).map(|i| name(&format!("m{i}"))).collect();
            let ancestors = names.iter().zip(&values).skip(1).map(|(name, value)| (name, Some(*value)));
            let told = cell(metric, values[0], ancestors);
            let (parent, best) = (told.parent.unwrap(), told.best_ancestor.unwrap());
            for value in &values[1..] {
                prop_assert!(worse_percent(metric, best.value, *value) <= 0.0);
            }
            prop_assert_eq!(best.worse_percent > 0.0, values[1..].iter().any(|value| worse_percent(metric, values[0], *value) > 0.0));
            prop_assert!(best.value == parent.value || worse_percent(metric, best.value, parent.value) < 0.0);
        }
    }
}
