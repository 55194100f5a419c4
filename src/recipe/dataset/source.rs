//! `source`: where documents come from.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::dataset::secret::SecretRef;
use crate::recipe::typed::{CommitId, HexDigest, SecretReference, SomeText, WebAddress};

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// UTF-8 text files below a folder, one document each, in the order of their names. What identifies the data is the digest of
    /// names and contents: where the files lie and when they were written is of no account.
    Files {
        /// The folder; relative paths start at the recipe's folder, and in a `read` at the top of what was fetched.
        #[schemars(default = "Source::here", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`; `*` stays within a folder, `**` crosses folders, `{a,b}` is
        /// either. Every alternative has to match something.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["**/*.{md,txt}"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/CHANGELOG*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
    },
    /// Data that is stated and not there: it can be planned with, and not run.
    Described {
        /// The tokens of the cleaned text.
        #[schemars(range(min = 1), extend("x-unit" = "tokens"), example = 19e9)]
        tokens: u64,
        /// The bytes before cleaning.
        #[schemars(with = "Option<u64>", range(min = 1), extend("x-unit" = "bytes", "x-default" = "4 for every token"), example = 45e12)]
        bytes: u64,
        /// The bytes of the cleaned text.
        #[schemars(with = "Option<u64>", range(min = 1), extend("x-unit" = "bytes", "x-default" = "`bytes`"), example = 570e9)]
        cleaned_bytes: u64,
        /// The number of documents; 0 where nobody says.
        #[schemars(default, extend("x-unit" = "documents"), example = 1_000_000)]
        documents: u64,
    },
    /// A file from the web, fetched once. What identifies the data is its SHA-256: without it, or with another, the run stops and
    /// says which it found.
    Http {
        /// The address: `https`, or `http` within a network of one's own. A name or a password may not stand in it.
        #[schemars(with = "WebAddress", example = &"https://example.org/prose.tar.gz")]
        url: String,
        /// The SHA-256 of the file as it is sent.
        #[schemars(with = "Option<HexDigest>", example = &"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
        sha256: Option<String>,
        /// Whether a `.tar`, `.tar.gz`, `.tgz`, `.tar.zst`, `.zip`, `.gz` or `.zst` is unpacked.
        #[schemars(default = "Source::unpacks", example = false)]
        unpack: bool,
        /// Whether the address may lie in a private network or on this machine.
        #[schemars(default, example = true)]
        private: bool,
        /// The most that is fetched, and the most that it unpacks to.
        #[schemars(default = "Source::default_most_bytes", range(min = 1), extend("x-unit" = "bytes"), example = 10_000_000_000_u64)]
        most_bytes: u64,
        /// What is read of it: a source of local files.
        #[schemars(default = "Source::all_text", example = json!({ "type": "files", "include": ["**/*.md"] }))]
        read: Box<Self>,
    },
    /// An archive on this machine: `.tar`, `.tar.gz`, `.tgz`, `.tar.zst`, `.zip`, or a single file as `.gz` or `.zst`. What
    /// identifies the data is the digest of the archive.
    Archive {
        /// The file; a relative path starts at the recipe's folder.
        #[schemars(with = "SomeText", example = &"../data/prose.tar.zst")]
        path: String,
        /// The most that it unpacks to.
        #[schemars(default = "Source::default_most_bytes", range(min = 1), extend("x-unit" = "bytes"), example = 10_000_000_000_u64)]
        most_bytes: u64,
        /// What is read of it: a source of local files.
        #[schemars(default = "Source::all_text", example = json!({ "type": "files", "include": ["**/*.md"] }))]
        read: Box<Self>,
    },
    /// The files of a git commit; links, submodules and what Git LFS holds are left out. What identifies the data is the commit.
    Git {
        /// The repository: a folder (a relative path starts at the recipe's folder), or an `https` address.
        #[schemars(with = "SomeText", example = &"https://github.com/rust-lang/book")]
        repository: String,
        /// The commit, as 40 hexadecimal digits; without it the run stops and says which is the newest.
        #[schemars(with = "Option<CommitId>", example = &"5a65f4b1f9c2e0b3d9a1f5ab5a1e5f0b2f3f4a5b")]
        revision: Option<String>,
        /// Whether the address may lie in a private network or on this machine.
        #[schemars(default, example = true)]
        private: bool,
        /// The most that is fetched.
        #[schemars(default = "Source::default_most_bytes", range(min = 1), extend("x-unit" = "bytes"), example = 10_000_000_000_u64)]
        most_bytes: u64,
        /// What is read of it: a source of local files.
        #[schemars(default = "Source::all_text", example = json!({ "type": "files", "root": "src", "include": ["**/*.md"] }))]
        read: Box<Self>,
    },
    /// Files of a dataset of the Hugging Face hub. What identifies the data is the commit, together with `files`.
    HuggingFace {
        /// The dataset, with its owner.
        #[schemars(with = "SomeText", example = &"roneneldan/TinyStories")]
        dataset: String,
        /// The commit, as 40 hexadecimal digits; without it the run stops and says which is the newest.
        #[schemars(with = "Option<CommitId>", example = &"f54c09fd23315a6f9c86f9dc80f725de7d8f9c64")]
        revision: Option<String>,
        /// Patterns of the files to fetch; `*` stays within a folder, `**` crosses folders. Every pattern has to match something.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["data/*.parquet"])]
        files: Vec<String>,
        /// Where the access token stands: `env:NAME` or `file:/path`. Without it none is sent.
        #[schemars(with = "Option<SecretReference>", example = &"env:HF_TOKEN")]
        token: Option<SecretRef>,
        /// The address of a mirror; it may lie in a private network.
        #[schemars(with = "Option<WebAddress>", extend("x-default" = "`https://huggingface.co`"), example = &"https://hub.example.org")]
        endpoint: Option<String>,
        /// The most that is fetched.
        #[schemars(default = "Source::default_most_bytes", range(min = 1), extend("x-unit" = "bytes"), example = 10_000_000_000_u64)]
        most_bytes: u64,
        /// What is read of it: a source of local files.
        #[schemars(default = "Source::all_text", example = json!({ "type": "files", "include": ["data/*.txt"] }))]
        read: Box<Self>,
    },
    /// Objects of S3 and what speaks like it, of Google Cloud Storage or of Azure. What identifies the data is the digest of names
    /// and contents: without it, or with another, the run stops and says which it found.
    ObjectStore {
        /// The bucket and the first part of the names: `s3://`, `gs://`, `az://container@account/` or `file:///`.
        #[schemars(with = "SomeText", example = &"s3://corpora/prose")]
        url: String,
        /// Patterns of the objects to fetch, relative to `url`. Every pattern has to match something.
        #[schemars(default = "Source::everything", with = "Vec<SomeText>", length(min = 1), example = ["2024/*.jsonl.zst"])]
        include: Vec<String>,
        /// The digest of names and contents, as the run says it.
        #[schemars(with = "Option<HexDigest>", example = &"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
        digest: Option<String>,
        /// The address of a store that speaks like S3; it may lie in a private network.
        #[schemars(with = "Option<WebAddress>", extend("x-default" = "the provider's own"), example = &"http://minio.example.org:9000")]
        endpoint: Option<String>,
        /// The region of an S3 bucket.
        #[schemars(with = "Option<SomeText>", extend("x-default" = "`us-east-1`"), example = &"eu-central-1")]
        region: Option<String>,
        /// Where the access key of S3 stands: `env:NAME` or `file:/path`. Without it requests are not signed.
        #[schemars(with = "Option<SecretReference>", example = &"env:AWS_ACCESS_KEY_ID")]
        access_key: Option<SecretRef>,
        /// Where the secret key of S3, the service account of Google (as JSON) or the access key of Azure stands.
        #[schemars(with = "Option<SecretReference>", example = &"file:/run/secrets/s3")]
        secret_key: Option<SecretRef>,
        /// The most that is fetched.
        #[schemars(default = "Source::default_most_bytes", range(min = 1), extend("x-unit" = "bytes"), example = 10_000_000_000_u64)]
        most_bytes: u64,
        /// What is read of it: a source of local files.
        #[schemars(default = "Source::all_text", example = json!({ "type": "files", "include": ["**/*.txt"] }))]
        read: Box<Self>,
    },
}

/// Files below a folder, as a source names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSet<'a> {
    /// The folder.
    pub root: &'a str,
    /// Patterns of the files to take.
    pub include: &'a [String],
    /// Patterns of the files to leave out.
    pub exclude: &'a [String],
    /// How many leading folders are no part of a document's name.
    pub strip_components: u32,
}

impl Source {
    /// Returns the word the recipe uses for this source.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Files { .. } => "files",
            Self::Described { .. } => "described",
            Self::Http { .. } => "http",
            Self::Archive { .. } => "archive",
            Self::Git { .. } => "git",
            Self::HuggingFace { .. } => "hugging-face",
            Self::ObjectStore { .. } => "object-store",
        }
    }

    /// Returns where relative paths start: the recipe's folder, or the top of what was fetched.
    pub fn here() -> String {
        ".".to_owned()
    }

    /// Returns whether an archive is unpacked where the recipe says nothing.
    pub const fn unpacks() -> bool {
        true
    }

    /// Returns how many bytes are fetched at most where the recipe says nothing.
    pub const fn default_most_bytes() -> u64 {
        100_000_000_000
    }

    /// Returns how many bytes may be fetched, and unpacked to; 0 for a source that is not fetched.
    pub fn most_bytes(&self) -> u64 {
        match self {
            Self::Http { most_bytes, .. }
            | Self::Archive { most_bytes, .. }
            | Self::Git { most_bytes, .. }
            | Self::HuggingFace { most_bytes, .. }
            | Self::ObjectStore { most_bytes, .. } => *most_bytes,
            Self::Files { .. } | Self::Described { .. } => 0,
        }
    }

    /// Returns the pattern of every file.
    pub fn everything() -> Vec<String> {
        vec!["**/*".to_owned()]
    }

    /// Returns what is read of fetched files where the recipe says nothing: all of them, as text.
    pub fn all_text() -> Box<Self> {
        let (root, include) = (Self::here(), Self::everything());
        Box::new(Self::Files { root, include, exclude: Vec::new(), strip_components: 0 })
    }

    /// Returns what is read of the fetched files, for a source that has to be fetched or unpacked first.
    pub fn fetched(&self) -> Option<&Self> {
        match self {
            Self::Http { read, .. }
            | Self::Archive { read, .. }
            | Self::Git { read, .. }
            | Self::HuggingFace { read, .. }
            | Self::ObjectStore { read, .. } => Some(read),
            Self::Files { .. } | Self::Described { .. } => None,
        }
    }

    /// Returns the files a source reads, where it reads files.
    pub fn file_set(&self) -> Option<FileSet<'_>> {
        match self {
            Self::Files { root, include, exclude, strip_components } => {
                Some(FileSet { root, include, exclude, strip_components: *strip_components })
            }
            Self::Described { .. }
            | Self::Http { .. }
            | Self::Archive { .. }
            | Self::Git { .. }
            | Self::HuggingFace { .. }
            | Self::ObjectStore { .. } => None,
        }
    }

    /// Returns the source with another folder, where it is one of files: below `folder`.
    pub fn below(mut self, folder: &str) -> Self {
        match &mut self {
            Self::Files { root, .. } => {
                *root = if root == "." { folder.to_owned() } else { format!("{folder}/{root}") };
            }
            Self::Described { .. }
            | Self::Http { .. }
            | Self::Archive { .. }
            | Self::Git { .. }
            | Self::HuggingFace { .. }
            | Self::ObjectStore { .. } => {}
        }
        self
    }

    /// Returns whether the data is only stated, and not there.
    pub fn is_described(&self) -> bool {
        matches!(self, Self::Described { .. })
    }
}
