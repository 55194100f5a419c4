//! File patterns that know which folders can hold a match.
//!
//! Braces in folder names are spelled out first, so that every folder a recipe names has to hold a match: a missing
//! folder is an error, and never a silently smaller dataset.

use globset::{GlobBuilder, GlobMatcher};

use crate::data::error::DataError;

/// One pattern without braces in its folders.
pub(super) struct Pattern {
    /// The pattern, braces in folders spelled out.
    pub(super) text: String,
    whole: GlobMatcher,
    folders: Vec<Component>,
    is_open: bool,
}

/// What the name of a folder has to be.
enum Component {
    Literal(String),
    Glob(GlobMatcher),
}

impl Pattern {
    /// Returns the patterns one typed pattern stands for.
    ///
    /// # Errors
    /// When the pattern cannot be understood.
    pub(super) fn parse(typed: &str) -> Result<Vec<Self>, DataError> {
        glob(typed)?;
        spell_out(typed).into_iter().map(|text| Self::new(text, typed)).collect()
    }

    fn new(text: String, typed: &str) -> Result<Self, DataError> {
        let wrong = |error| match error {
            DataError::BadPattern { source, .. } => DataError::BadPattern { pattern: typed.to_owned(), source },
            other => other,
        };
        let components = split(&text);
        let leading = &components[..components.len() - 1];
        let open = leading.iter().position(|component| component.contains("**") || component.contains('/'));
        let folders = &leading[..open.unwrap_or(leading.len())];
        let folders = folders.iter().map(|name| Component::new(name)).collect::<Result<_, _>>().map_err(wrong)?;
        let is_open = open.is_some() || components.last().is_some_and(|last| last.contains("**") || last.contains('/'));
        Ok(Self { whole: glob(&text).map_err(wrong)?, folders, is_open, text })
    }

    /// Returns whether a file matches; the path is relative to the root.
    pub(super) fn matches(&self, path: &str) -> bool {
        self.whole.is_match(path)
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
        match self.folders.get(depth) {
            Some(Component::Literal(literal)) => literal == name,
            Some(Component::Glob(glob)) => glob.is_match(name),
            None => self.is_open,
        }
    }
}

impl Component {
    fn new(name: &str) -> Result<Self, DataError> {
        if name.contains(['*', '?', '[', ']', '{', '}', '\\']) {
            return Ok(Self::Glob(glob(name)?));
        }
        Ok(Self::Literal(name.to_owned()))
    }
}

fn glob(pattern: &str) -> Result<GlobMatcher, DataError> {
    let glob = GlobBuilder::new(pattern).literal_separator(true).build();
    let wrong = |source| DataError::BadPattern { pattern: pattern.to_owned(), source };
    glob.map(|glob| glob.compile_matcher()).map_err(wrong)
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
        let closed = &Pattern::parse("docs/*.md").unwrap()[0];
        assert!(closed.enters(0, "docs") && !closed.enters(1, "deep") && !closed.matches("docs/deep/a.md"));
    }

    #[test]
    fn a_pattern_that_is_none_is_named_as_typed() {
        let error = Pattern::parse("a/{b,c/*.rs").err().unwrap();
        assert_eq!(error.to_string(), "`a/{b,c/*.rs` is no file pattern");
    }
}
