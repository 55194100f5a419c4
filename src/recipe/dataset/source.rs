//! `source`: where documents come from.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::id::Name;
use crate::recipe::dataset::columns::Columns;
use crate::recipe::dataset::encoding::Encoding;
use crate::recipe::dataset::generator::Generator;
use crate::recipe::dataset::secret::SecretRef;
use crate::recipe::dataset::{Labels, MediaWord};
use crate::recipe::typed::{CommitId, DelimiterText, HexDigest, LabelText, SecretReference, SomeText, WebAddress};

/// Where documents come from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Source {
    /// Text files below a folder, one document each, in the order of their names. What identifies the data is the digest of
    /// names and contents: where the files lie and when they were written is of no account. A file that holds
    /// nothing is an empty record, which `min-length` takes out; one that holds a NUL is no text, and a bad row.
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
        /// How bytes stand for characters.
        #[serde(default)]
        #[schemars(default, example = &"gb18030")]
        encoding: Encoding,
    },
    /// JSON Lines: one object a line, in files that may be compressed (`.gz`, `.zst`). Empty lines are passed over.
    Jsonl {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(default = "Source::default_root", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["*.jsonl"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/old*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// How bytes stand for characters.
        #[serde(default)]
        #[schemars(default, example = &"gb18030")]
        encoding: Encoding,
        /// Which fields say what.
        #[serde(default)]
        #[schemars(default, example = json!({ "text": "body", "label": "class" }))]
        columns: Columns,
    },
    /// Comma-separated values (RFC 4180), in files that may be compressed (`.gz`, `.zst`).
    Csv {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(default = "Source::default_root", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["*.csv"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/old*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// How bytes stand for characters.
        #[serde(default)]
        #[schemars(default, example = &"gb18030")]
        encoding: Encoding,
        /// What stands between two fields: one ASCII character, no quote and no line end.
        #[schemars(default = "Source::default_delimiter", with = "DelimiterText", example = &";")]
        delimiter: char,
        /// Whether the first row names the columns; without it they are called `1`, `2`, ….
        #[schemars(default = "Source::default_header", example = false)]
        header: bool,
        /// Which columns say what.
        #[serde(default)]
        #[schemars(default, example = json!({ "text": "body", "label": "class" }))]
        columns: Columns,
    },
    /// Tab-separated values: a line is a row, a quote is a quote, and no field holds a tab; the files may be compressed (`.gz`, `.zst`).
    Tsv {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(default = "Source::default_root", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["*.tsv"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/old*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// How bytes stand for characters.
        #[serde(default)]
        #[schemars(default, example = &"gb18030")]
        encoding: Encoding,
        /// Whether the first row names the columns; without it they are called `1`, `2`, ….
        #[schemars(default = "Source::default_header", example = false)]
        header: bool,
        /// Which columns say what.
        #[serde(default)]
        #[schemars(default, example = json!({ "text": "body", "label": "class" }))]
        columns: Columns,
    },
    /// Apache Parquet, flat or nested.
    Parquet {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(default = "Source::default_root", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["*.parquet"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/old*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// Which columns say what.
        #[serde(default)]
        #[schemars(default, example = json!({ "text": "body", "label": "class" }))]
        columns: Columns,
    },
    /// Apache Arrow: IPC files (Feather version 2) and IPC streams.
    Arrow {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(default = "Source::default_root", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["*.arrow"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/old*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// Which columns say what.
        #[serde(default)]
        #[schemars(default, example = json!({ "text": "body", "label": "class" }))]
        columns: Columns,
    },
    /// Lines of text, each a row, perhaps with a label; the files may be compressed (`.gz`, `.zst`). Empty lines are passed over.
    Lines {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(default = "Source::default_root", with = "SomeText", example = &"../data")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(with = "Vec<SomeText>", length(min = 1), example = ["*.txt"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["**/old*"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a document's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// How bytes stand for characters.
        #[serde(default)]
        #[schemars(default, example = &"gb18030")]
        encoding: Encoding,
        /// What stands between the text and its label; the last one in a line counts. Without it a line is all text.
        #[serde(default)]
        #[schemars(with = "Option<String>", length(min = 1), example = &"\t")]
        separator: Option<String>,
        /// The classes; with them a label is the number of one, from 0.
        #[serde(default)]
        #[schemars(default, with = "Vec<SomeText>", example = ["finance", "realty"])]
        classes: Vec<String>,
        /// A file below `root` with the classes, one a line, instead of `classes`.
        #[serde(default)]
        #[schemars(with = "Option<SomeText>", example = &"class.txt")]
        classes_file: Option<String>,
    },
    /// Rows that are made, not read: for trying out recipes and for tests of models. Each row is a document of its own.
    Synthetic {
        /// What rows are made of.
        #[schemars(example = &"arithmetic")]
        generator: Generator,
        /// How many rows there are.
        #[schemars(range(min = 1), extend("x-unit" = "rows"), example = 1000)]
        rows: u64,
        /// What chance starts from.
        #[schemars(default, extend("x-unit" = "seed"), example = 7)]
        seed: u64,
    },
    /// Records of other datasets of this recipe, after all that was done to them; each record stays in its split. Cleaning steps then see
    /// all of them together: a record that stands in two datasets is found.
    Mix {
        /// The datasets, each with the share of its records that is taken, chosen by the hash of their ids.
        #[schemars(extend("minProperties" = 1, "x-unit" = "share"), example = serde_json::json!({ "news": 1.0, "forum": 0.25 }))]
        of: BTreeMap<Name, f64>,
    },
    /// Records of a dataset that another recipe has prepared in this workspace, as the newest run left them; each record stays in
    /// its split.
    Zoo {
        /// The recipe's name and the dataset's: `<recipe>/<dataset>`.
        #[schemars(with = "SomeText", example = &"rust-coder/prose")]
        dataset: String,
    },
    /// Pictures below a folder, one record each: PNG, JPEG, GIF (its first picture), WebP and BMP.
    ImageFolder {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(with = "SomeText", example = &"../data/flowers")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(default = "Source::every_image", with = "Vec<SomeText>", length(min = 1), example = ["**/*.png"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["drafts/**"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a record's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// Where the class of a picture stands: `folder` (the one it lies in), `none`, or a pattern of file names with `{label}`,
        /// of which every other placeholder becomes a field of the record.
        #[schemars(default, with = "LabelText", example = &"{label}_{n}.png")]
        label: Labels,
    },
    /// Pictures and their classes in the two files of the MNIST format, packed with gzip or not; each picture becomes a PNG.
    Idx {
        /// The folder of both files; relative paths start at the recipe's folder.
        #[schemars(with = "SomeText", example = &"../data/mnist")]
        root: String,
        /// The file of the pictures, relative to `root`.
        #[schemars(with = "SomeText", example = &"t10k-images-idx3-ubyte.gz")]
        images: String,
        /// The file of their classes, relative to `root`.
        #[schemars(with = "SomeText", example = &"t10k-labels-idx1-ubyte.gz")]
        labels: String,
    },
    /// Sounds below a folder, one record each: WAV and FLAC.
    AudioFolder {
        /// The folder; relative paths start at the recipe's folder.
        #[schemars(with = "SomeText", example = &"../data/digits")]
        root: String,
        /// Patterns of the files to take, relative to `root`.
        #[schemars(default = "Source::every_audio", with = "Vec<SomeText>", length(min = 1), example = ["**/*.flac"])]
        include: Vec<String>,
        /// Patterns of the files to leave out.
        #[schemars(default, with = "Vec<SomeText>", example = ["noise/**"])]
        exclude: Vec<String>,
        /// How many leading folders of a relative path are no part of a record's name.
        #[schemars(default, extend("x-unit" = "folders"), example = 1)]
        strip_components: u32,
        /// Where the class of a sound stands: `folder` (the one it lies in), `none`, or a pattern of file names with `{label}`,
        /// of which every other placeholder becomes a field of the record.
        #[schemars(default, with = "LabelText", example = &"{label}_{speaker}_{n}.wav")]
        label: Labels,
    },
    /// Pictures or sounds, and a table that says what they show: its columns are `file`, `caption`, and perhaps `label`.
    Pairs {
        /// The folder of the table and of the media; relative paths start at the recipe's folder.
        #[schemars(with = "SomeText", example = &"../data/birds")]
        root: String,
        /// The table, relative to `root`: `.csv`, `.tsv`, or `.jsonl`.
        #[schemars(with = "SomeText", example = &"captions.csv")]
        table: String,
        /// What the table points to; its files are relative to `root`.
        #[schemars(example = &"image")]
        media: MediaWord,
        /// Patterns of the media the table may point to, relative to `root`.
        #[schemars(with = "Option<Vec<SomeText>>", length(min = 1), extend("x-default" = "every file of that kind"), example = ["photos/*.jpg"])]
        include: Vec<String>,
        /// Patterns of media it may not point to.
        #[schemars(default, with = "Vec<SomeText>", example = ["drafts/**"])]
        exclude: Vec<String>,
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
