//! What identifies fetched data: pins, and never where it is fetched from.

use serde_json::{Value, json};

use crate::id::Digest;
use crate::recipe::dataset::packing::Packing;
use crate::recipe::dataset::source::Source;

impl Source {
    /// Returns what identifies the fetched files, whatever is read of them; `file` is the digest of a local archive.
    ///
    /// `None` for a source that is not fetched. Without a pin it is the place the data is fetched from: nothing is ever kept
    /// under that.
    pub fn place_key(&self, file: Option<Digest>) -> Option<Digest> {
        self.what_is_fetched(file).map(|what| Digest::of_json(&what))
    }

    /// Returns what identifies the data, together with what is read of it; `file` is the digest of a local archive.
    pub fn pinned(&self, file: Option<Digest>) -> Option<Digest> {
        let (what, read) = (self.what_is_fetched(file)?, self.fetched()?);
        Some(Digest::of_json(&json!({ "fetched": what, "read": read })))
    }

    fn what_is_fetched(&self, file: Option<Digest>) -> Option<Value> {
        let what = match self {
            Self::Http { url, sha256, unpack, private: _, most_bytes: _, read: _ } => match sha256 {
                Some(sha256) => json!({ "sha256": sha256, "form": form(&file_name(url), *unpack) }),
                None => json!({ "unpinned": url, "unpack": unpack }),
            },
            Self::Archive { path, most_bytes: _, read: _ } => {
                json!({ "digest": file, "form": form(&file_name(path), true) })
            }
            Self::Git { repository, revision, private: _, most_bytes: _, read: _ } => match revision {
                Some(revision) => json!({ "commit": revision }),
                None => json!({ "unpinned": repository }),
            },
            Self::HuggingFace { dataset, revision, files, token: _, endpoint: _, most_bytes: _, read: _ } => {
                json!({ "dataset": dataset, "commit": revision, "files": files })
            }
            Self::ObjectStore { url, include, digest, .. } => match digest {
                Some(digest) => json!({ "objects": digest }),
                None => json!({ "unpinned": url, "include": include }),
            },
            _ => return None,
        };
        Some(what)
    }

    /// Returns the same source with the pin that was found.
    pub fn pinned_to(&self, pin: &str) -> Self {
        let mut source = self.clone();
        match &mut source {
            Self::Http { sha256: place, .. }
            | Self::Git { revision: place, .. }
            | Self::HuggingFace { revision: place, .. }
            | Self::ObjectStore { digest: place, .. } => *place = Some(pin.to_owned()),
            _ => {}
        }
        source
    }
}

/// How a file is unpacked is part of what it becomes; so is the name of one that stays a single file.
fn form(name: &str, unpack: bool) -> Value {
    match Packing::of_name(name).filter(|_| unpack) {
        Some((packing @ (Packing::Tar(_) | Packing::Zip), _)) => json!({ "packing": packing.word() }),
        Some((Packing::Single(pack), rest)) => json!({ "packing": Packing::Single(pack).word(), "name": rest }),
        None => json!({ "name": name }),
    }
}

/// Returns the last part of an address or a path, without its query; escapes stay as they are.
pub fn file_name(address: &str) -> String {
    let path = match address.split_once("://") {
        Some((_, rest)) => rest.split(['?', '#']).next().unwrap_or("").split_once('/').map_or("", |(_, path)| path),
        None => address,
    };
    match path.rsplit('/').next().unwrap_or("") {
        "" | "." | ".." => "download".to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn http(url: &str, sha256: &str, unpack: bool) -> Source {
        let (private, most_bytes, read) = (false, 1, Source::all_text());
        Source::Http { url: url.to_owned(), sha256: Some(sha256.to_owned()), unpack, private, most_bytes, read }
    }

    #[test]
    fn where_pinned_data_is_fetched_from_is_of_no_account_and_how_it_is_unpacked_is() {
        let first = http("https://a.org/x/data.tar.gz?token=1", "00", true);
        assert_eq!(first.pinned(None), http("https://b.org/other.tgz", "00", true).pinned(None));
        let others = [
            http("https://a.org/x/data.tar.gz", "01", true),
            http("https://a.org/x/data.tar.gz", "00", false),
            http("https://a.org/x/data.zip", "00", true),
        ];
        for other in &others {
            assert_ne!(first.pinned(None), other.pinned(None));
            assert_ne!(first.place_key(None), other.place_key(None));
        }
    }

    #[test]
    fn what_is_read_is_part_of_the_data_and_not_of_the_download() {
        let whole = http("https://a.org/x.zip", "00", true);
        let mut part = whole.clone();
        if let Source::Http { read, .. } = &mut part {
            **read = read.clone().below("docs");
        }
        assert_eq!(whole.place_key(None), part.place_key(None));
        assert_ne!(whole.pinned(None), part.pinned(None));
    }

    #[test]
    fn a_file_is_named_by_the_last_part_of_its_address() {
        for (address, name) in [
            ("https://a.org/b/c.txt?d/e", "c.txt"),
            ("https://a.org", "download"),
            ("https://a.org/b/", "download"),
            ("/data/x.tar", "x.tar"),
            ("https://a.org/..#f", "download"),
        ] {
            assert_eq!(file_name(address), name, "{address}");
        }
    }
}
