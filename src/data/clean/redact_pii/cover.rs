//! What stands in place of private data: its kind, or its kind and a keyed hash.

use std::fs;

use super::Found;
use crate::data::error::DataError;
use crate::id::Digest;
use crate::recipe::dataset::PiiKind;

/// The fewest bytes of a salt: shorter ones are found by trying.
const SHORTEST_SALT: usize = 8;
const CONTEXT: &str = "pedigree 2026 redact-pii: hashes of private data";

/// How private data is masked.
pub(super) enum Cover {
    /// `[email]`
    Kind,
    /// `[email:1a2b3c4d]`
    Hash([u8; 32]),
}

impl Cover {
    /// Returns the cover that hashes with the salt at `env:NAME` or `file:PATH`; the salt itself is kept nowhere.
    ///
    /// # Errors
    /// When it is not there, or too short.
    pub(super) fn keyed(reference: &str) -> Result<Self, DataError> {
        let missing = |reason: &'static str| DataError::NoSalt { reference: reference.to_owned(), reason };
        let salt = match reference.split_once(':') {
            Some(("env", name)) => std::env::var(name).map(String::into_bytes).map_err(|_| missing("it is not set"))?,
            Some(("file", path)) => fs::read(path).map_err(|source| DataError::io(path, source))?,
            Some(_) | None => return Err(missing("it names no place")),
        };
        let salt = salt.trim_ascii();
        match salt.len() {
            0 => Err(missing("it is empty")),
            1..SHORTEST_SALT => Err(missing("it has fewer than 8 bytes")),
            _ => Ok(Self::Hash(blake3::derive_key(CONTEXT, salt))),
        }
    }

    /// Returns a digest that another salt changes, and that tells no more of it than the hashes do.
    pub(super) fn mark(&self) -> Option<Digest> {
        match self {
            Self::Kind => None,
            Self::Hash(key) => Some(Digest::of(blake3::keyed_hash(key, b"kept parts").as_bytes())),
        }
    }

    /// Returns the text with what was found covered.
    pub(super) fn apply(&self, text: &str, found: &[Found]) -> String {
        let (mut covered, mut end) = (String::with_capacity(text.len()), 0);
        for Found { kind, place } in found {
            covered.push_str(&text[end..place.start]);
            covered.push('[');
            covered.push_str(kind.word());
            if let Self::Hash(key) = self {
                let hash = blake3::keyed_hash(key, canonical(*kind, &text[place.clone()]).as_bytes());
                covered.push(':');
                covered.push_str(&hash.to_hex()[..8]);
            }
            covered.push(']');
            end = place.end;
        }
        covered + &text[end..]
    }
}

/// Returns what is hashed: the kind, and the value as it would be written by anybody, so that one number has one hash.
fn canonical(kind: PiiKind, value: &str) -> String {
    let folded: String = super::fold::fold(value).map_or_else(|| value.to_owned(), |folded| folded.text);
    let value = match kind {
        PiiKind::Phone => {
            let digits: String = folded.chars().filter(char::is_ascii_digit).collect();
            digits.strip_prefix("0086").or_else(|| digits.strip_prefix("86")).map_or(digits.clone(), str::to_owned)
        }
        PiiKind::BankCard => folded.chars().filter(char::is_ascii_digit).collect(),
        PiiKind::IdCard => folded.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase(),
        PiiKind::Email | PiiKind::IpAddress => folded.to_ascii_lowercase(),
        PiiKind::UrlCredentials | PiiKind::Secret | PiiKind::Name => folded,
    };
    format!("{}\n{value}", kind.word())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn salt(bytes: &[u8]) -> Result<Cover, DataError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("salt");
        fs::write(&path, bytes).unwrap();
        Cover::keyed(&format!("file:{}", path.display()))
    }

    #[test]
    fn one_number_has_one_hash_whoever_writes_it_and_another_with_another_salt() {
        let covered = |bytes: &[u8], kind, value: &str| {
            salt(bytes).unwrap().apply(value, &[Found { kind, place: 0..value.len() }])
        };
        let one = covered(b"a long secret", PiiKind::Phone, "+86 138 1234 5678");
        assert_eq!(one, covered(b"a long secret\n", PiiKind::Phone, "１３８１２３４５６７８"));
        assert!(one.starts_with("[phone:") && one.len() == "[phone:12345678]".len(), "{one}");
        assert_ne!(one, covered(b"another secret", PiiKind::Phone, "13812345678"));
        assert_ne!(one, covered(b"a long secret", PiiKind::Phone, "13812345679"));
        assert_eq!(
            covered(b"a long secret", PiiKind::Email, "A@b.org"),
            covered(b"a long secret", PiiKind::Email, "a@B.org")
        );
    }

    #[test]
    fn a_salt_that_is_missing_or_short_is_refused_and_not_told() {
        let told = |made: Result<Cover, DataError>| made.err().unwrap().to_string();
        assert!(told(salt(b"hunter2")).ends_with("it has fewer than 8 bytes"));
        assert!(told(salt(b" \n")).ends_with("it is empty"));
        assert_eq!(
            told(Cover::keyed("env:PEDIGREE_NO_SUCH_SALT")),
            "the salt of `redact-pii` at `env:PEDIGREE_NO_SUCH_SALT` cannot be used: it is not set"
        );
        assert!(matches!(Cover::keyed("file:/no/such/file"), Err(DataError::Io { .. })));
    }
}
