//! Mistakes in a recipe: where, what, what was expected, and how to mend it.

use serde::{Deserialize, Serialize};

use crate::recipe::code::Code;
use crate::recipe::docs;

/// A place in one of the texts a recipe is read from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Place {
    /// Which text: 0 is the recipe's own file, then come its parents, then what was set from outside.
    #[serde(skip)]
    pub source: u32,
    /// The line, from 1; 0 where a problem is one of the whole text.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// The first byte.
    pub start: usize,
    /// The byte behind the last.
    pub end: usize,
}

/// How bad a problem is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The recipe means nothing: it does not run.
    Error,
    /// The recipe runs, and may not do what was meant.
    Warning,
}

/// One mistake, or something odd.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Problem {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of problem it is.
    pub code: Code,
    /// The name of the text it stands in; filled in by [`Problems::new`].
    pub file: String,
    /// Where it stands.
    #[serde(flatten)]
    pub place: Place,
    /// The dotted path of the field: `models.general.train.budget`.
    pub path: String,
    /// What is wrong, as a fragment in lowercase.
    pub message: String,
    /// How to mend it.
    pub hint: Option<String>,
    /// Where the documentation explains it; filled in by [`Problems::new`].
    pub docs: String,
}

impl Problem {
    /// Returns a mistake; what kind of one, [`Problem::coded`] says.
    pub fn error(place: Place, path: &str, message: impl Into<String>, hint: Option<String>) -> Self {
        let (file, path, message, code) = (String::new(), path.to_owned(), message.into(), Code::Invalid);
        Self { severity: Severity::Error, code, file, place, path, message, hint, docs: String::new() }
    }

    /// Returns something that is legal and odd.
    pub fn warning(place: Place, path: &str, message: impl Into<String>, hint: Option<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(place, path, message, hint) }.coded(Code::Odd)
    }

    /// Returns the same as a problem of this kind.
    pub fn coded(self, code: Code) -> Self {
        Self { code, ..self }
    }
}

/// A text a recipe is read from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceText {
    /// What it is called in messages: the file as it was named, or `--set`.
    pub name: String,
    /// The folder its relative paths start at; empty where nobody knows.
    pub folder: String,
    /// The text.
    pub text: String,
}

/// The most problems one recipe reports.
pub const MOST_PROBLEMS: usize = 50;

/// Every problem of one recipe, in the order of its texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("`{file}` has {} {}", problems.len() + left_out, if problems.len() == 1 { "problem" } else { "problems" })]
pub struct Problems {
    /// The recipe's file, as it was named.
    pub file: String,
    /// The texts the places stand in.
    #[serde(skip)]
    pub sources: Vec<SourceText>,
    /// The problems.
    pub problems: Vec<Problem>,
    /// How many more there are, which are not told.
    #[serde(rename = "left-out", default)]
    pub left_out: usize,
}

/// Takes a secret out of the text that is shown beside problems.
fn hide(sources: &mut [SourceText], problem: &Problem) {
    let Place { source, start, end, .. } = problem.place;
    let Some(text) = sources.get_mut(source as usize).map(|source| &mut source.text) else { return };
    let Some(span) = text.get(start..end.min(text.len())) else { return };
    // As many bytes as before: other places in the text stay where they are.
    let hidden: String = span.bytes().map(|byte| if byte == b'\n' { '\n' } else { '*' }).collect();
    text.replace_range(start..end.min(text.len()), &hidden);
}

impl Problems {
    /// Returns problems in the order of the texts, each told once, at most [`MOST_PROBLEMS`] of them, mistakes first of all.
    pub fn new(mut sources: Vec<SourceText>, mut problems: Vec<Problem>) -> Self {
        problems.iter().filter(|problem| problem.code == Code::Secret).for_each(|problem| hide(&mut sources, problem));
        problems.sort_by_key(|problem| (problem.severity, problem.place));
        let mut told = std::collections::BTreeSet::new();
        problems.retain(|problem| told.insert((problem.place, problem.message.clone())));
        let left_out = problems.len().saturating_sub(MOST_PROBLEMS);
        problems.truncate(MOST_PROBLEMS);
        problems.sort_by(|one, other| (one.place, &one.message).cmp(&(other.place, &other.message)));
        for problem in &mut problems {
            problem.file =
                sources.get(problem.place.source as usize).map_or_else(String::new, |text| text.name.clone());
            problem.docs = docs::page(&problem.path, problem.code);
        }
        let file = sources.first().map_or_else(String::new, |text| text.name.clone());
        Self { file, sources, problems, left_out }
    }

    /// Returns the problems of one text.
    pub fn of_text(name: &str, text: &str, problems: Vec<Problem>) -> Self {
        let source = SourceText { name: name.to_owned(), text: text.to_owned(), folder: String::new() };
        Self::new(vec![source], problems)
    }

    /// Returns whether there is a mistake among the problems.
    pub fn has_errors(&self) -> bool {
        self.problems.iter().any(|problem| problem.severity == Severity::Error)
    }
}

impl crate::error::Explain for Problems {
    fn exit(&self) -> crate::error::Exit {
        crate::error::Exit::BadInput
    }
}

/// The longest word, in bytes, that may be meant for another one.
const LONGEST_WORD: usize = 256;

/// Returns the candidate nearest to `word`, if one is near enough to be meant.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST_WORD {
        return None;
    }
    let folded = word.to_lowercase().replace('_', "-");
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&folded, &candidate.to_lowercase()), candidate))
        .filter(|(distance, candidate)| *distance <= (candidate.len().min(word.len()) + 1).max(3) / 3)
        .min_by_key(|(distance, candidate)| (*distance, *candidate))
        .map(|(_, candidate)| candidate)
}

/// Returns words as a list in backticks: `` `a`, `b` ``.
pub fn listed<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    words.into_iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_oddities_hide_no_mistake() {
        let place = |line| Place { line, ..Place::default() };
        let mut problems: Vec<_> = (1..100).map(|line| Problem::warning(place(line), "", "odd", None)).collect();
        problems.push(Problem::error(place(100), "", "wrong", None));
        let problems = Problems::of_text("a.yaml", "", problems);
        assert!(problems.has_errors());
        assert_eq!((problems.problems.len(), problems.left_out), (MOST_PROBLEMS, 50));
        assert_eq!(problems.problems.last().unwrap().message, "wrong");
    }

    #[test]
    fn a_slip_of_the_finger_finds_the_word_and_another_word_does_not() {
        let words = ["steps", "epochs", "tokens", "learning-rate"];
        assert_eq!(nearest("step", words), Some("steps"));
        assert_eq!(nearest("setps", words), Some("steps"));
        assert_eq!(nearest("learning_rate", words), Some("learning-rate"));
        assert_eq!(nearest("optimizer", words), None);
    }
}
