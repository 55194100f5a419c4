//! `pedigree show recipe`: the recipe as meant.

use crate::cli::arguments::{ShowArgs, Shown};
use crate::cli::load;
use crate::cli::session::Session;
use crate::error::Exit;
use crate::recipe::print;

/// Shows a recipe.
///
/// # Errors
/// With every mistake in the recipe.
pub fn run(session: &Session, arguments: &ShowArgs) -> anyhow::Result<Exit> {
    let ShowArgs { what: Shown::Recipe, recipe } = arguments;
    let loaded = load::recipe(session, recipe)?;
    let typed = print::typed(&loaded.recipe);
    session.printer.answer(&typed, || print::yaml(&typed));
    Ok(Exit::Done)
}
