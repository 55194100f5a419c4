//! The templates of `pedigree init`: a recipe each, and texts to try it on.

/// A recipe to begin with.
pub struct Template {
    /// Its name.
    pub name: &'static str,
    /// What it is, in a line.
    pub line: &'static str,
    /// The recipe.
    pub recipe: &'static str,
    /// Where the texts go, below `data/`, and what they are.
    texts: fn() -> Vec<(String, &'static str)>,
}

/// Every template, the one that is taken by default first.
pub const TEMPLATES: &[Template] = &[
    Template {
        name: "first",
        line: "one very small model, trained in seconds",
        recipe: include_str!("templates/first.yaml"),
        texts: whole,
    },
    Template {
        name: "lineage",
        line: "three tiers with gates and LoRA, on a folder of texts for each",
        recipe: include_str!("templates/lineage.yaml"),
        texts: by_tier,
    },
];

/// What is written about Pedigree: something to learn from, until there is something better.
const TEXTS: [(&str, &str); 6] = [
    ("readme", include_str!("../../README.md")),
    ("getting-started", include_str!("../../docs/getting-started.md")),
    ("recipes", include_str!("../../docs/recipes.md")),
    ("architecture", include_str!("../../docs/architecture.md")),
    ("benchmarks", include_str!("../../docs/benchmarks.md")),
    ("changelog", include_str!("../../CHANGELOG.md")),
];
const COMMANDS: (&str, &str) = ("cli", include_str!("../../docs/cli.md"));

impl Template {
    /// Returns the template of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TEMPLATES.iter().find(|template| template.name == name)
    }

    /// Returns the texts, each with its path below the project's folder.
    pub fn texts(&self) -> impl Iterator<Item = (String, &'static str)> {
        (self.texts)().into_iter().map(|(path, text)| (format!("data/{path}"), text))
    }
}

fn whole() -> Vec<(String, &'static str)> {
    TEXTS.iter().map(|(name, text)| (format!("{name}.md"), *text)).collect()
}

/// Everything for the general model, the recipe language for the industry, the command line for the vertical.
fn by_tier() -> Vec<(String, &'static str)> {
    let tier = |name: &str| if name == "recipes" { "industry" } else { "general" };
    let mut texts: Vec<_> = TEXTS.iter().flat_map(|(name, text)| sections(tier(name), name, text)).collect();
    texts.extend(sections("vertical", COMMANDS.0, COMMANDS.1));
    texts
}

/// Returns the sections of a text as documents of their own: a split needs some to deal.
fn sections(folder: &str, name: &str, text: &'static str) -> Vec<(String, &'static str)> {
    let mut starts: Vec<usize> = text.match_indices("\n## ").map(|(at, _)| at + 1).collect();
    starts.insert(0, 0);
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    let sections = starts.iter().zip(ends).map(|(start, end)| &text[*start..end]);
    sections.enumerate().map(|(i, section)| (format!("{folder}/{name}-{i:02}.md"), section)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_the_whole_text() {
        for (name, text) in TEXTS {
            let together: String = sections("x", name, text).iter().map(|(_, section)| *section).collect();
            assert_eq!(together, text);
        }
    }
}
