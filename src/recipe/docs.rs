//! Where a problem's explanation stands in the documentation.

use crate::recipe::code::Code;

/// The page of the recipe language; it has a heading for each of [`SECTIONS`].
pub const RECIPES_PAGE: &str = "docs/recipes.md";

/// The page of the codes; it has a heading for each of [`Code::ALL`].
pub const CODES_PAGE: &str = "docs/diagnostics.md";

/// The keys at the top of a recipe.
pub const SECTIONS: [&str; 19] = [
    "version",
    "name",
    "description",
    "license",
    "tags",
    "extends",
    "vars",
    "matrix",
    "defaults",
    "run",
    "datasets",
    "tokenizers",
    "models",
    "evaluations",
    "gates",
    "samples",
    "publish",
    "contamination",
    "analyses",
];

/// Returns where the field at a dotted path is explained; what stands in no known section is explained by its code.
pub fn page(path: &str, code: Code) -> String {
    let end = path.find(['.', '[']).unwrap_or(path.len());
    match SECTIONS.iter().find(|section| **section == &path[..end]) {
        Some(section) => linked(&format!("{RECIPES_PAGE}#{section}")),
        None => page_of(code),
    }
}

/// Returns where a code is explained.
pub fn page_of(code: Code) -> String {
    linked(&format!("{CODES_PAGE}#{code}"))
}

/// Returns a place in the documentation as a link: into the repository that `Cargo.toml` names, else relative to its root.
fn linked(page: &str) -> String {
    match env!("CARGO_PKG_REPOSITORY").trim_end_matches('/') {
        "" => page.to_owned(),
        repository => format!("{repository}/blob/main/{page}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_section_and_anything_else_to_the_code() {
        let ends_with = |path, end: &str| assert!(page(path, Code::NotYaml).ends_with(end), "{path}: {end}");
        ends_with("models.general.train.budget", "docs/recipes.md#models");
        ends_with("gates[0].model", "docs/recipes.md#gates");
        ends_with("name", "docs/recipes.md#name");
        ends_with("names", "docs/diagnostics.md#yaml");
        ends_with("", "docs/diagnostics.md#yaml");
    }
}
