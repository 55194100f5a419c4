//! The pure layers of Pedigree, compiled from their own files, and what every fuzz target does with them.

/// The layers themselves; the paths in them begin at the root of the crate, so they are named there, too.
#[path = "../../src"]
mod layers {
    pub mod error;
    pub mod id;
    pub mod plan;
    pub mod recipe;
    pub mod record;

    /// Unpacking alone: what asks servers is not here.
    pub mod fetch {
        pub mod archive;
        pub mod error;
        pub mod limits;
        pub mod name;
        pub mod tree;
        pub mod watch;

        pub use error::FetchError;
    }
}

/// This one is seen from within as a whole, so that it has to stand at the root itself.
#[path = "../../src/data/mod.rs"]
pub mod data;

pub mod archive;
pub mod kept;
pub mod media;
pub mod rows;
mod scratch;
pub mod seeds;
pub mod text;
pub mod tokens;

pub use layers::{error, fetch, id, plan, recipe, record};

use crate::recipe::read::{Input, OtherFile, Outside};
use crate::recipe::{Problems, Recipe, print, read, render, sarif};

/// Reads any bytes as a recipe, and says what is wrong with them in every form.
pub fn parse(bytes: &[u8]) {
    match read(&Input::new("recipe.yaml", bytes)) {
        Ok(reading) => drop(told(&reading.warnings)),
        Err(problems) => assert!(!told(&problems).is_empty()),
    }
}

/// Lays a text over a whole recipe and plans what comes out. What stands before a zero byte is set from outside.
pub fn plan(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (sets, text) = text.split_once('\0').unwrap_or(("", text));
    let sets: Vec<String> = sets.lines().map(str::to_owned).collect();
    let text = format!("extends: base.yaml\n{text}");
    let input = Input { outside: &Base, ..Input::new("recipe.yaml", text.as_bytes()).with_sets(&sets) };
    match read(&input) {
        Ok(reading) => {
            told(&reading.warnings);
            planned(&reading.recipe);
        }
        Err(problems) => drop(told(&problems)),
    }
}

/// The recipe that is laid under every text.
struct Base;

impl Outside for Base {
    fn recipe(&self, _: &str, path: &str) -> Result<OtherFile, String> {
        match path {
            "base.yaml" => Ok(OtherFile {
                name: path.to_owned(),
                identity: path.to_owned(),
                folder: String::new(),
                bytes: include_bytes!("../../tests/it/support/small.yaml").to_vec(),
            }),
            _ => Err(format!("cannot read `{path}`")),
        }
    }
}

/// Plans a recipe; what is printed of it is a recipe that means the same.
fn planned(recipe: &Recipe) {
    let plan = plan::build(recipe, &plan::Sources::new());
    assert!(!plan.stages.is_empty());
    let printed = print::yaml(&print::typed(recipe));
    if printed.len() < read::yaml::MOST_BYTES / 4 {
        let again = read(&Input::new("printed.yaml", printed.as_bytes()));
        let again = again.unwrap_or_else(|problems| panic!("{}\n{printed}", render::render(&problems, false))).recipe;
        assert!(again == *recipe, "what is printed means something else:\n{printed}");
    }
}

/// Says what is wrong; every place stands within its text.
fn told(problems: &Problems) -> String {
    for problem in &problems.problems {
        let text = &problems.sources[problem.place.source as usize].text;
        let place = problem.place;
        assert!(place.start <= place.end && place.end <= text.len(), "{problem:?}");
        assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end), "{problem:?}");
        assert!(place.line as usize <= text.matches('\n').count() + 1, "{problem:?}");
        assert!(problem.message.contains("expected") || problem.hint.is_some(), "{problem:?}");
    }
    serde_json::to_string(problems).expect("problems serialize");
    sarif::log(std::slice::from_ref(problems));
    render::render(problems, false)
}
