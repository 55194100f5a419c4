//! What a recipe is read from, and what comes out: everything from outside is handed in, so that this layer stays pure.

use std::collections::BTreeMap;

use crate::id::Digest;
use crate::recipe::problem::{Problems, SourceText};
use crate::recipe::{Import, Recipe, Reference};

/// A recipe's own text, and what is laid over it.
pub struct Input<'a> {
    /// The file, as it was named; it only names the text in messages.
    pub file: &'a str,
    /// The folder in which the recipe's relative paths start; empty leaves them as they are.
    pub folder: &'a str,
    /// The text.
    pub bytes: &'a [u8],
    /// What is set from outside, each `path=value`.
    pub sets: &'a [String],
    /// The allow-listed environment variables that are set.
    pub environment: BTreeMap<String, String>,
    /// What else a recipe may refer to.
    pub outside: &'a dyn Outside,
}

impl<'a> Input<'a> {
    /// Returns a text with nothing around it.
    pub fn new(file: &'a str, bytes: &'a [u8]) -> Self {
        Self { file, folder: "", bytes, sets: &[], environment: BTreeMap::new(), outside: &Nothing }
    }

    /// Returns the same with values set from outside.
    pub fn with_sets(self, sets: &'a [String]) -> Self {
        Self { sets, ..self }
    }
}

/// What a recipe may refer to beyond its own text.
pub trait Outside {
    /// Returns the recipe at `path`, which a recipe in `folder` extends.
    ///
    /// # Errors
    /// In words, when it cannot be read.
    fn recipe(&self, folder: &str, path: &str) -> Result<OtherFile, String>;

    /// Returns a model outside of the recipe, pinned: what an alias means now is said by the version it means.
    ///
    /// # Errors
    /// When there is none, and when it is of no kind that is known here.
    fn model(&self, reference: &Reference) -> Result<Import, Refusal> {
        let hint = "name a model of this recipe, or read it where the zoo and the Hub are at hand";
        Err(Refusal::new(format!("`{reference}` cannot be read from here"), hint))
    }

    /// Returns what the tokenizer in a file is, or nothing where nobody can look.
    ///
    /// # Errors
    /// When the file cannot be read, or is no tokenizer that can be used here.
    fn tokenizer(&self, _path: &str) -> Result<Option<TokenizerFile>, Refusal> {
        Ok(None)
    }
}

/// What is known of a tokenizer in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TokenizerFile {
    /// The digest of the file.
    pub digest: Digest,
    /// One more than the highest number of a token.
    pub vocab_size: u32,
}

/// Why something outside cannot be referred to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// What is wrong, as a fragment in lowercase.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
}

impl Refusal {
    /// Returns a refusal that says how to mend it.
    pub fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: Some(hint.into()) }
    }
}

/// A recipe that another one extends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherFile {
    /// What it is called in messages.
    pub name: String,
    /// What it is, however it is called: two spellings of one file are one file.
    pub identity: String,
    /// The folder in which its relative paths start.
    pub folder: String,
    /// The text.
    pub bytes: Vec<u8>,
}

/// A world in which there is nothing to refer to.
pub struct Nothing;

impl Outside for Nothing {
    fn recipe(&self, _: &str, path: &str) -> Result<OtherFile, String> {
        Err(format!("`{path}` cannot be read from here"))
    }
}

/// A recipe that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// What it means.
    pub recipe: Recipe,
    /// What is legal and odd in it.
    pub warnings: Problems,
    /// The environment variables it named, with what they were.
    pub environment: BTreeMap<String, String>,
    /// The texts it was read from: its own, those it extends, and what was set from outside.
    pub sources: Vec<SourceText>,
}
