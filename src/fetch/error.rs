//! What can go wrong while data is fetched. Addresses are shown without names, passwords and queries.

use std::path::PathBuf;

use crate::error::{Exit, Explain, exit_of_io};

/// What can go wrong while data is fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// Somebody asked to stop.
    #[error("the fetch was stopped")]
    Stopped,
    /// A file or folder of ours cannot be read or written.
    #[error("cannot {verb} `{}`", path.display())]
    Io {
        /// What was tried.
        verb: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// A secret is not where the recipe says.
    #[error("cannot read the secret `{reference}`: {why}")]
    NoSecret {
        /// Where it should stand.
        reference: String,
        /// Why it cannot be read.
        why: String,
    },
    /// An address is not fetched from.
    #[error("`{address}` is not fetched: {why}")]
    Refused {
        /// The address.
        address: String,
        /// Why.
        why: String,
        /// Whether `private: true` would allow it.
        is_private: bool,
    },
    /// A server did not answer this time; trying again may help.
    #[error("cannot reach `{address}`: {why}")]
    Unreachable {
        /// The address.
        address: String,
        /// What happened.
        why: String,
    },
    /// A server cannot be reached, says no, or does not keep to the protocol.
    #[error("cannot fetch `{address}`: {why}")]
    Remote {
        /// The address.
        address: String,
        /// What happened the last time.
        why: String,
        /// What a person can do about it.
        hint: Option<String>,
    },
    /// More arrives than may.
    #[error("`{what}` holds more than {most} {unit}")]
    TooMuch {
        /// The address or the archive.
        what: String,
        /// How much there may be, in `unit`s.
        most: u64,
        /// What is counted.
        unit: &'static str,
    },
    /// What arrived is not what the recipe pins.
    #[error("`{what}` is not what the recipe pins: expected `{key}: {expected}`, found `{key}: {found}`")]
    Mismatch {
        /// The address.
        what: String,
        /// The key of the recipe.
        key: &'static str,
        /// What the recipe says.
        expected: String,
        /// What was found.
        found: String,
    },
    /// The recipe says no pin.
    #[error("`{what}` is not pinned: found `{key}: {found}`")]
    Unpinned {
        /// The address.
        what: String,
        /// The key of the recipe.
        key: &'static str,
        /// What was found.
        found: String,
    },
    /// An archive cannot be unpacked, or is not to be.
    #[error("`{archive}`{}: {why}", in_entry(entry.as_deref()))]
    Archive {
        /// The archive.
        archive: String,
        /// The entry, as it can be shown.
        entry: Option<String>,
        /// What is wrong with it.
        why: String,
    },
    /// The recipe asks for what is not there.
    #[error("{message}")]
    NotThere {
        /// What is not where.
        message: String,
        /// What a person can do about it.
        hint: Option<String>,
    },
    /// The local archive changed.
    #[error("`{what}` changed since the plan was made")]
    Changed {
        /// The archive.
        what: String,
    },
    /// What was fetched is no longer what it was.
    #[error("`{}` is damaged: it is not what was fetched", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The folder it belongs to.
        folder: PathBuf,
    },
    /// The files cannot be listed.
    #[error(transparent)]
    Data(#[from] crate::data::DataError),
}

/// How it is said of an archive that it cannot be read, whatever it would hold.
const DAMAGED: [&str; 6] = [
    "it is empty",
    "it ends too early",
    "it is no tar archive",
    "it cannot be unpacked",
    "the archive ends within",
    "a header is damaged",
];

impl FetchError {
    /// Returns what makes an I/O error into one of ours.
    pub fn io(verb: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { verb, path, source }
    }

    /// Returns an error about an archive, or about an entry of it.
    pub fn archive(archive: &str, entry: Option<&[u8]>, why: impl Into<String>) -> Self {
        Self::Archive { archive: archive.to_owned(), entry: entry.map(shown), why: why.into() }
    }

    /// Returns the same error about an archive of this machine, which is named by where it lies.
    pub fn of_file(self, path: &str) -> Self {
        match self {
            Self::Archive { archive: _, entry, why } => Self::Archive { archive: path.to_owned(), entry, why },
            Self::TooMuch { what: _, most, unit } => Self::TooMuch { what: path.to_owned(), most, unit },
            error => error,
        }
    }
}

impl Explain for FetchError {
    fn exit(&self) -> Exit {
        match self {
            Self::Stopped => Exit::Interrupted,
            Self::Io { source, .. } => exit_of_io(source),
            Self::Unreachable { .. } | Self::Remote { .. } | Self::Mismatch { .. } => Exit::Remote,
            Self::TooMuch { .. } => Exit::Resources,
            Self::Damaged { .. } => Exit::Integrity,
            Self::Data(error) => error.exit(),
            Self::NoSecret { .. }
            | Self::Refused { .. }
            | Self::Unpinned { .. }
            | Self::Archive { .. }
            | Self::NotThere { .. }
            | Self::Changed { .. } => Exit::BadInput,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Stopped | Self::Io { .. } | Self::Unreachable { .. } => None,
            Self::NoSecret { .. } => Some("set it where `pedigree run` is started".to_owned()),
            Self::Refused { is_private, .. } => {
                is_private.then(|| "where this is meant, `private: true` allows it".to_owned())
            }
            Self::Remote { hint, .. } | Self::NotThere { hint, .. } => hint.clone(),
            Self::TooMuch { unit: "bytes", .. } => Some("where this is meant, raise `most-bytes`".to_owned()),
            Self::TooMuch { .. } => None,
            Self::Mismatch { key, .. } => {
                Some(format!("nothing of it was kept; where the new data is meant, write its `{key}` down"))
            }
            Self::Unpinned { key, found, .. } => {
                Some(format!("where this is the data that is meant, write `{key}: {found}` into the recipe"))
            }
            Self::Archive { why, .. } if DAMAGED.iter().any(|damaged| why.starts_with(damaged)) => {
                Some("it is damaged, or something else than its name says: fetch it or pack it again".to_owned())
            }
            Self::Archive { .. } => Some(
                "archives are taken whole or not at all: regular files and folders, with plain relative names"
                    .to_owned(),
            ),
            Self::Changed { .. } => Some("run again: a new plan takes the archive as it is".to_owned()),
            Self::Damaged { folder, .. } => {
                Some(format!("remove `{}`: the next run fetches it again", folder.display()))
            }
            Self::Data(error) => error.hint(),
        }
    }
}

fn in_entry(entry: Option<&str>) -> String {
    entry.map(|entry| format!(", entry `{entry}`")).unwrap_or_default()
}

/// Returns a foreign name as it can be shown: escaped and cut.
pub fn shown(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name);
    let cut: String = text.chars().take(80).flat_map(char::escape_debug).collect();
    if text.chars().count() > 80 { format!("{cut}…") } else { cut }
}

/// Returns an address as it can be shown: without a name, a password, a query and a fragment.
pub fn bare(url: &url::Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.set_fragment(None);
    // An address that cannot have a name or a password has none.
    let is_bare = url.set_username("").and_then(|()| url.set_password(None)).is_ok();
    if is_bare || url.username().is_empty() { url.to_string() } else { format!("{}:…", url.scheme()) }
}

/// Returns why a request failed, in the words of everyone involved, without the address.
pub fn causes(error: &dyn std::error::Error) -> String {
    let all = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = Vec::new();
    for text in all.map(ToString::to_string) {
        // Some errors repeat what stands below them.
        if !texts.iter().any(|earlier| earlier.contains(&text)) {
            texts.push(text);
        }
    }
    texts.join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_shown_without_what_should_not_be_seen() {
        let url = url::Url::parse("https://user:canary@a.org/b?X-Amz-Signature=canary#canary").unwrap();
        assert_eq!(bare(&url), "https://a.org/b");
        assert_eq!(shown(b"a\x1b[31m\n\xff"), "a\\u{1b}[31m\\n\u{fffd}");
        assert_eq!(shown("x".repeat(200).as_bytes()).chars().count(), 81);
    }
}
