//! File patterns that know which folders can hold a match.
//!
//! Braces in folder names are spelled out first, so that every folder a recipe names has to hold a match: a missing
//! folder is an error, and never a silently smaller dataset.

use std::collections::HashMap;

use globset::{GlobBuilder, GlobMatcher};

use crate::data::error::DataError;

/// One pattern without braces in its folders: folders with one name each, and a tail that may cross any number of them.
pub(super) struct Pattern {
    /// The pattern, braces in folders spelled out.
    pub(super) text: String,
    folders: Vec<Component>,
    tail: GlobMatcher,
    is_open: bool,
}

/// What the name of a folder has to be.
enum Component {
    Literal(String),
    Glob(GlobMatcher),
}

/// Compiled patterns by text: those spelled out from one pattern share nearly all their parts.
type Compiled = HashMap<String, GlobMatcher>;

impl Pattern {
    /// Returns the patterns one typed pattern stands for.
    ///
    /// # Errors
    /// When the pattern cannot be understood.
    pub(super) fn parse(typed: &str) -> Result<Vec<Self>, DataError> {
        let mut compiled = Compiled::new();
        let patterns = spell_out(typed).into_iter().map(|text| Self::new(text, &mut compiled));
        patterns.collect::<Result<_, _>>().map_err(|source| DataError::BadPattern { pattern: typed.to_owned(), source })
    }

    fn new(text: String, compiled: &mut Compiled) -> Result<Self, globset::Error> {
        let components = split(&text);
        let is_crossing = |component: &&str| component.contains("**") || component.contains('/');
        let n_folders =
            components.iter().position(is_crossing).unwrap_or(components.len() - 1).min(components.len() - 1);
        let folders =
            components[..n_folders].iter().map(|name| Component::new(name, compiled)).collect::<Result<_, _>>()?;
        let is_open = components[n_folders..].iter().any(is_crossing);
        Ok(Self { tail: glob(&components[n_folders..].join("/"), compiled)?, folders, is_open, text })
    }

    /// Returns whether a file matches; the path is relative to the root.
    pub(super) fn matches(&self, path: &str) -> bool {
        let mut rest = path;
        for component in &self.folders {
            match rest.split_once('/') {
                Some((name, below)) if component.is(name) => rest = below,
                Some(_) | None => return false,
            }
        }
        self.tail.is_match(rest)
    }

    /// Returns the one name a folder at `depth` has to have, if there is one and no file beside it can match.
    pub(super) fn only(&self, depth: usize) -> Option<&str> {
        match self.folders.get(depth) {
            Some(Component::Literal(literal)) => Some(literal),
            Some(Component::Glob(_)) | None => None,
        }
    }

    /// Returns whether a folder called `name` at `depth`, from 0, can hold a match, given that its parent can.
    pub(super) fn enters(&self, depth: usize, name: &str) -> bool {
        self.folders.get(depth).map_or(self.is_open, |component| component.is(name))
    }
}

impl Component {
    fn new(name: &str, compiled: &mut Compiled) -> Result<Self, globset::Error> {
        if name.contains(['*', '?', '[', ']', '{', '}', '\\']) {
            return Ok(Self::Glob(glob(name, compiled)?));
        }
        Ok(Self::Literal(name.to_owned()))
    }

    fn is(&self, name: &str) -> bool {
        match self {
            Self::Literal(literal) => literal == name,
            Self::Glob(glob) => glob.is_match(name),
        }
    }
}

fn glob(pattern: &str, compiled: &mut Compiled) -> Result<GlobMatcher, globset::Error> {
    if let Some(glob) = compiled.get(pattern) {
        return Ok(glob.clone());
    }
    let glob = GlobBuilder::new(pattern).literal_separator(true).build()?.compile_matcher();
    compiled.insert(pattern.to_owned(), glob.clone());
    Ok(glob)
}

/// Splits at the slashes that stand outside braces and brackets; there is always at least one component.
fn split(pattern: &str) -> Vec<&str> {
    let (mut components, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    for (i, byte) in pattern.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            b'/' if depth <= 0 => {
                components.push(&pattern[start..i]);
                start = i + 1;
            }
            _ => {}
        }
    }
    components.push(&pattern[start..]);
    components
}

/// Spells out the braces in front of the last component.
fn spell_out(pattern: &str) -> Vec<String> {
    let last = split(pattern).last().map_or(0, |last| last.len());
    let folders = &pattern[..pattern.len() - last];
    let Some((open, close)) = first_braces(folders) else { return vec![pattern.to_owned()] };
    let alternatives = commas(&pattern[open + 1..close]);
    let spelled = alternatives.iter().map(|one| format!("{}{one}{}", &pattern[..open], &pattern[close + 1..]));
    spelled.flat_map(|one| spell_out(&one)).collect()
}

fn first_braces(text: &str) -> Option<(usize, usize)> {
    let open = text.find('{').filter(|_| !text.contains(['\\', '[']))?;
    let mut depth = 0;
    for (i, byte) in text.bytes().enumerate().skip(open) {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        if depth == 0 {
            return Some((open, i));
        }
    }
    None
}

fn commas(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (i, byte) in text.bytes().enumerate() {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        if byte == b',' && depth == 0 {
            parts.push(&text[start..i]);
            start = i + 1;
        }
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn braces_in_folders_are_spelled_out_and_braces_in_file_names_stay() {
        let texts: Vec<_> =
            Pattern::parse("*/{a-1,b{2,3}}/src/**/*.{rs,md}").unwrap().into_iter().map(|p| p.text).collect();
        assert_eq!(texts, ["*/a-1/src/**/*.{rs,md}", "*/b2/src/**/*.{rs,md}", "*/b3/src/**/*.{rs,md}"]);
    }

    #[test]
    fn only_folders_that_can_hold_a_match_are_entered() {
        let pattern = &Pattern::parse("*/tokio-1/src/**/*.rs").unwrap()[0];
        assert!(pattern.enters(0, "index"));
        assert!(pattern.enters(1, "tokio-1") && !pattern.enters(1, "tokio-2"));
        assert!(pattern.enters(2, "src") && !pattern.enters(2, "tests"));
        assert!(pattern.enters(3, "any") && pattern.enters(9, "any"));
        assert!(pattern.matches("index/tokio-1/src/lib.rs") && pattern.matches("index/tokio-1/src/a/b.rs"));
        assert!(!pattern.matches("index/tokio-1/x/lib.rs"));
        let any = &Pattern::parse("**/b/*.rs").unwrap()[0];
        assert!(any.matches("b/x.rs") && any.matches("q/r/b/x.rs") && !any.matches("c/x.rs") && any.enters(5, "q"));
        let closed = &Pattern::parse("docs/*.md").unwrap()[0];
        assert!(closed.enters(0, "docs") && !closed.enters(1, "deep") && !closed.matches("docs/deep/a.md"));
    }

    #[test]
    fn a_pattern_that_is_none_is_named_as_typed() {
        let error = Pattern::parse("a/{b,c/*.rs").err().unwrap();
        assert_eq!(error.to_string(), "`a/{b,c/*.rs` is no file pattern");
    }
}
