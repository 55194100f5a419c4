//! Names from elsewhere: a relative path that stays where it is put, or none at all.

use unicode_normalization::UnicodeNormalization as _;

/// The most bytes of one part of a path; what file systems take.
const MOST_PART: usize = 255;
/// The most bytes of a path.
const MOST_PATH: usize = 2048;
/// The most folders above a file.
const MOST_PARTS: usize = 64;

/// A relative path with `/`, in Unicode normal form C: no `..`, no root, no drive, no control characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RelPath(String);

impl RelPath {
    /// Reads a foreign name; `./` in front and `/` at the end are of no account. `None` stands for the top itself.
    ///
    /// # Errors
    /// With what is wrong with it.
    pub fn parse(name: &[u8]) -> Result<Option<Self>, &'static str> {
        let text = std::str::from_utf8(name).map_err(|_| "the name is not UTF-8")?;
        if text.is_empty() {
            return Err("the name is empty");
        }
        if text.len() > MOST_PATH {
            return Err("the name is longer than 2048 bytes");
        }
        if text.chars().any(|c| c.is_control() || is_unseen(c)) {
            return Err("the name holds control characters");
        }
        if text.contains('\\') {
            return Err("the name holds a backslash");
        }
        if text.starts_with('/') {
            return Err("the name begins at the root");
        }
        let mut rest = text.strip_suffix('/').unwrap_or(text);
        while let Some(inner) = rest.strip_prefix("./") {
            rest = inner;
        }
        if rest == "." {
            return Ok(None);
        }
        let normal: String = rest.nfc().collect();
        let mut n_parts = 0;
        for part in normal.split('/') {
            n_parts += 1;
            check(part)?;
        }
        if n_parts > MOST_PARTS {
            return Err("the name has more than 64 parts");
        }
        Ok(Some(Self(normal)))
    }

    /// Returns the path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the folders above, the outermost first.
    pub fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

fn check(part: &str) -> Result<(), &'static str> {
    let bytes = part.as_bytes();
    match part {
        "" => return Err("the name has an empty part"),
        "." => return Err("the name has a part `.`"),
        ".." => return Err("the name leaves its folder with `..`"),
        _ => {}
    }
    if bytes.len() >= 2 && bytes[0].is_ascii_alphabetic() && bytes[1] == b':' {
        return Err("the name has a drive");
    }
    if bytes.len() > MOST_PART {
        return Err("a part of the name is longer than 255 bytes");
    }
    Ok(())
}

/// Characters that turn what is shown around, or that nobody sees.
fn is_unseen(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn plain_names_are_taken() {
        let all = [
            ("a.txt", Some("a.txt")),
            ("a/b/c", Some("a/b/c")),
            ("./a/b", Some("a/b")),
            ("././a/", Some("a")),
            (".", None),
            ("./", None),
            ("a b/…/ü", Some("a b/…/ü")),
            ("e\u{301}", Some("é")),
            ("...", Some("...")),
            ("a..b", Some("a..b")),
            (".hidden", Some(".hidden")),
        ];
        for (name, expected) in all {
            let parsed = RelPath::parse(name.as_bytes()).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(parsed.as_ref().map(RelPath::as_str), expected, "{name}");
        }
        let path = RelPath::parse(b"a/b/c").unwrap().unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a", "a/b"]);
    }

    proptest! {
        #[test]
        fn a_name_that_is_taken_stays_below_its_folder(name in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(Some(path)) = RelPath::parse(&name) {
                let path = std::path::Path::new(path.as_str());
                prop_assert!(path.components().all(|part| matches!(part, std::path::Component::Normal(_))));
            }
        }

        #[test]
        fn a_name_that_is_taken_is_taken_again_as_it_is(name in "[a./é\u{301}]{1,12}") {
            if let Ok(Some(path)) = RelPath::parse(name.as_bytes()) {
                prop_assert_eq!(RelPath::parse(path.as_str().as_bytes()).unwrap(), Some(path));
            }
        }
    }
}
