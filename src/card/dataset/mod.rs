//! What is told of a prepared dataset: its card and its Croissant description, which travel with the data, and a page on how it was
//! prepared.
//!
//! **Invariants:** like those of model cards: the same facts make the same bytes, and nothing a person wrote is read as markup.

mod facts;
mod bars;
mod source;
mod front;
mod view;
mod croissant;
mod page;
#[cfg(test)]
mod tests;

pub use bars::{Bar, Bars, profile};
pub use croissant::croissant;
pub use facts::{DatasetFacts, SplitFile};

pub use crate::card::number::portion;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::card::{CardError, FUEL, escape};

/// Returns the card of a dataset: Markdown with the front matter of the Hugging Face Hub.
///
/// # Errors
/// When the template does not fit the facts.
pub fn card(facts: &DatasetFacts) -> Result<String, CardError> {
    let mut environment = Environment::empty();
    escape::install(&mut environment);
    let body = rendered(environment, facts, include_str!("dataset.md.jinja"), view::View::of(facts))?;
    Ok(format!("{}{}\n", front::matter(facts), body.trim_end()))
}

/// Returns the page on how a dataset was prepared: HTML that needs nothing beside it.
///
/// # Errors
/// When the template does not fit the facts.
pub fn page(facts: &DatasetFacts) -> Result<String, CardError> {
    let mut environment = Environment::empty();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    let page = rendered(environment, facts, include_str!("report.html.jinja"), page::Page::of(facts))?;
    Ok(format!("{}\n", page.trim()))
}

fn rendered(
    mut environment: Environment<'static>,
    facts: &DatasetFacts,
    template: &'static str,
    view: impl Serialize,
) -> Result<String, CardError> {
    let error = |source| CardError { model: facts.reference(), source };
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(error)?);
    environment.add_template("page", template).map_err(error)?;
    environment.get_template("page").and_then(|page| page.render(Serde(view))).map_err(error)
}
