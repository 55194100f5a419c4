//! Model cards: Markdown with a front matter the Hugging Face Hub understands, from facts only.
//!
//! **Invariants:** the same facts make the same bytes, so no times, run ids, hosts or paths; a section without facts is absent;
//! nothing a person wrote is ever read as template, Markdown, HTML or YAML.

pub mod facts;
pub mod dataset;
mod escape;
mod front;
mod made_of;
mod number;
mod evaluation;
mod classes;
mod network;
mod how;
mod view;

pub use facts::{Ancestor, CardFacts, DataFacts, EvaluationFacts, ModelValue};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior};

use crate::error::{Exit, Explain};

/// The most steps the template may take: a card with a hundred thousand table cells is made of wrong facts.
const FUEL: u64 = 20_000_000;

/// Why a card cannot be written: the template and the facts do not fit, which is a bug of ours.
#[derive(Debug, thiserror::Error)]
#[error("the card of `{model}` cannot be written")]
pub struct CardError {
    /// The model.
    pub model: String,
    /// Why not.
    #[source]
    source: minijinja::Error,
}

impl Explain for CardError {
    fn exit(&self) -> Exit {
        Exit::Bug
    }
}

/// Returns the card of a model.
///
/// # Errors
/// When the template does not fit the facts.
pub fn render(facts: &CardFacts) -> Result<String, CardError> {
    let error = |source| CardError { model: facts.name.clone(), source };
    let mut environment = Environment::empty();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(FUEL));
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(error)?);
    escape::install(&mut environment);
    environment.add_template("card", include_str!("card.md.jinja")).map_err(error)?;
    let body =
        environment.get_template("card").and_then(|card| card.render(Serde(view::View::of(facts)))).map_err(error)?;
    Ok(format!("{}{}\n", front::matter(facts), body.trim_end()))
}

#[cfg(test)]
mod tests;
