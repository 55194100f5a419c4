//! Every mapping of a recipe with its keys.

mod recipe;
mod dataset;
mod features;
mod preparation;
mod model;
mod training;
mod judgement;

/// A mapping of a recipe.
#[derive(Debug)]
pub(super) struct Place {
    /// Its path, with `*` for any name and `[]` for any number.
    pub(super) path: &'static str,
    /// What a message calls it.
    pub(super) name: &'static str,
    /// Its keys, each with an example.
    pub(super) keys: &'static [(&'static str, &'static str)],
}

impl Place {
    /// Returns whether the mapping has a key.
    pub(super) fn has(&self, key: &str) -> bool {
        self.example(key).is_some()
    }

    /// Returns the example of a key.
    pub(super) fn example(&self, key: &str) -> Option<&'static str> {
        self.keys.iter().find(|(known, _)| *known == key).map(|(_, example)| *example)
    }
}

const fn place(path: &'static str, name: &'static str, keys: &'static [(&'static str, &'static str)]) -> Place {
    Place { path, name, keys }
}

/// Returns every mapping of a recipe.
pub(super) fn places() -> impl Iterator<Item = &'static Place> {
    let rooms = [
        recipe::PLACES,
        dataset::PLACES,
        features::PLACES,
        preparation::PLACES,
        model::PLACES,
        training::PLACES,
        judgement::PLACES,
    ];
    rooms.into_iter().flatten()
}
