//! Files of words that a step reads beside the data: one a line.

use std::fs;
use std::path::Path;

use crate::data::error::DataError;
use crate::data::row::BadRow;
use crate::id::Digest;
use crate::plan::SourceState;
use crate::recipe::dataset::CleanStep;

/// Reads a file of words: empty lines and lines that begin with `#` are left out, white space at the ends goes.
///
/// # Errors
/// When the file cannot be read, is not UTF-8, holds no word, or has a word of fewer characters than `min_chars`; the error names the line and
/// never the word.
pub fn read(path: &Path, min_chars: usize) -> Result<Vec<String>, DataError> {
    let bytes = fs::read(path).map_err(|source| DataError::io(path, source))?;
    let bad = |line: u64, reason: String| DataError::BadRows { first: BadRow::at(path, line, reason), n: 1, most: 0 };
    let mut found = Vec::new();
    for (i, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let at = i as u64 + 1;
        let Ok(line) = std::str::from_utf8(line) else {
            return Err(bad(at, "not UTF-8; expected one word a line".to_owned()));
        };
        let word = line.trim_start_matches('\u{feff}').trim();
        if word.is_empty() || word.starts_with('#') {
            continue;
        }
        if word.chars().count() < min_chars {
            return Err(bad(at, format!("the word is too short: expected at least {min_chars} characters")));
        }
        found.push(word.to_owned());
    }
    match found.is_empty() {
        true => Err(DataError::BadRows {
            first: BadRow::whole(path, "expected words, one a line, and found none"),
            n: 1,
            most: 0,
        }),
        false => Ok(found),
    }
}

/// Returns the state of a source together with the files its cleaning reads: another list of names makes other data.
///
/// # Errors
/// When such a file cannot be read.
pub fn with_files(state: SourceState, steps: &[CleanStep], base: &Path) -> Result<SourceState, DataError> {
    let mut files = steps.iter().flat_map(CleanStep::files).peekable();
    if files.peek().is_none() {
        return Ok(state);
    }
    let mut hasher = blake3::Hasher::new();
    hasher.update(state.digest.to_string().as_bytes());
    for file in files {
        let path = base.join(file);
        let bytes = fs::read(&path).map_err(|source| DataError::io(&path, source))?;
        hasher.update(Digest::of(&bytes).to_string().as_bytes());
    }
    Ok(SourceState { digest: Digest::from_hasher(&hasher), ..state })
}

/// Returns whether what was found stands as a word of its own: Chinese and Japanese always do, letters of an alphabet only where
/// none stands beside them.
pub(super) fn is_whole_word(text: &str, start: usize, end: usize) -> bool {
    use crate::data::clean::script::stands_alone;
    let is_letter = |c: char| c.is_alphanumeric() && !stands_alone(c);
    let word = &text[start..end];
    let is_torn =
        |inner: Option<char>, outer: Option<char>| inner.is_some_and(is_letter) && outer.is_some_and(is_letter);
    !is_torn(word.chars().next(), text[..start].chars().next_back())
        && !is_torn(word.chars().next_back(), text[end..].chars().next())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::dataset::Quality;

    fn told(content: &[u8]) -> Result<Vec<String>, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("words.txt");
        fs::write(&path, content).unwrap();
        read(&path, 2).map_err(|error| error.to_string().replace(&folder.path().display().to_string(), ""))
    }

    #[test]
    fn words_stand_one_a_line() {
        assert_eq!(
            told("\u{feff}# people\n王小明\r\n\n Jane Doe \n".as_bytes()),
            Ok(vec!["王小明".into(), "Jane Doe".into()])
        );
    }

    #[test]
    fn mistakes_are_told_by_their_line_and_never_by_the_word() {
        assert_eq!(
            told("ok\nx\n".as_bytes()).unwrap_err(),
            "/words.txt:2: the word is too short: expected at least 2 characters"
        );
        assert_eq!(told(b"ok\n\xff\n").unwrap_err(), "/words.txt:2: not UTF-8; expected one word a line");
        assert_eq!(told(b"# nothing\n").unwrap_err(), "/words.txt: expected words, one a line, and found none");
    }

    #[test]
    fn what_a_list_holds_is_part_of_the_data_and_where_it_lies_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let state = SourceState { digest: Digest::of(b"source"), files: 1, bytes: 6, tables: None };
        let with = |name: &str, content: &str| {
            fs::write(folder.path().join(name), content).unwrap();
            let quality = Quality { bad_words: Some(name.to_owned()), ..Quality::default() };
            with_files(state, &[CleanStep::DedupExact, CleanStep::Quality(Box::new(quality))], folder.path())
                .unwrap()
                .digest
        };
        let first = with("a.txt", "one");
        assert_eq!(first, with("b.txt", "one"));
        assert_ne!(first, with("a.txt", "two"));
        assert_eq!(with_files(state, &[CleanStep::DedupExact], folder.path()).unwrap().digest, state.digest);
    }

    #[test]
    fn only_letters_can_tear_a_word() {
        for (text, word, expected) in [
            ("a cat sat", "cat", true),
            ("concat", "cat", false),
            ("cats", "cat", false),
            ("他说股票涨", "股票", true),
            ("用cat命令", "cat", true),
        ] {
            let start = text.find(word).unwrap();
            assert_eq!(is_whole_word(text, start, start + word.len()), expected, "{text}");
        }
    }
}
