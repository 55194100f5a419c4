//! What is known of a source by its type: its files, its media, its columns.

use std::borrow::Cow;

use crate::id::Name;
use crate::recipe::dataset::columns::Columns;
use crate::recipe::dataset::encoding::Encoding;
use crate::recipe::dataset::{MediaWord, Source};

/// Files below a folder, as a source names them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSet<'a> {
    /// The folder.
    pub root: &'a str,
    /// Patterns of the files to take.
    pub include: Cow<'a, [String]>,
    /// Patterns of the files to leave out.
    pub exclude: &'a [String],
    /// How many leading folders are no part of a document's name.
    pub strip_components: u32,
}

impl Source {
    /// Returns the folder of a source of rows where the recipe names none: the recipe's own.
    pub fn default_root() -> String {
        ".".to_owned()
    }

    /// Returns what stands between two fields of a `csv` source where the recipe says nothing.
    pub const fn default_delimiter() -> char {
        ','
    }

    /// Returns whether the first row names the columns where the recipe says nothing.
    pub const fn default_header() -> bool {
        true
    }

    /// Returns the word the recipe uses for this source.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Files { .. } => "files",
            Self::Mix { .. } => "mix",
            Self::Zoo { .. } => "zoo",
            Self::ImageFolder { .. } => "image-folder",
            Self::Idx { .. } => "idx",
            Self::AudioFolder { .. } => "audio-folder",
            Self::Pairs { .. } => "pairs",
            Self::Jsonl { .. } => "jsonl",
            Self::Csv { .. } => "csv",
            Self::Tsv { .. } => "tsv",
            Self::Parquet { .. } => "parquet",
            Self::Arrow { .. } => "arrow",
            Self::Lines { .. } => "lines",
            Self::Synthetic { .. } => "synthetic",
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
            _ => 0,
        }
    }

    /// Returns the pattern of every file.
    pub fn everything() -> Vec<String> {
        vec!["**/*".to_owned()]
    }

    /// Returns what is read of fetched files where the recipe says nothing: all of them, as text.
    pub fn all_text() -> Box<Self> {
        let (root, include) = (Self::here(), Self::everything());
        Box::new(Self::Files { root, include, exclude: Vec::new(), strip_components: 0, encoding: Encoding::Utf8 })
    }

    /// Returns what is read of the fetched files, for a source that has to be fetched or unpacked first.
    pub fn fetched(&self) -> Option<&Self> {
        match self {
            Self::Http { read, .. }
            | Self::Archive { read, .. }
            | Self::Git { read, .. }
            | Self::HuggingFace { read, .. }
            | Self::ObjectStore { read, .. } => Some(read),
            _ => None,
        }
    }

    /// Returns the files a source reads, where it reads files.
    pub fn file_set(&self) -> Option<FileSet<'_>> {
        match self {
            Self::Files { root, include, exclude, strip_components, .. }
            | Self::Jsonl { root, include, exclude, strip_components, .. }
            | Self::Csv { root, include, exclude, strip_components, .. }
            | Self::Tsv { root, include, exclude, strip_components, .. }
            | Self::Parquet { root, include, exclude, strip_components, .. }
            | Self::Arrow { root, include, exclude, strip_components, .. }
            | Self::Lines { root, include, exclude, strip_components, .. }
            | Self::ImageFolder { root, include, exclude, strip_components, label: _ }
            | Self::AudioFolder { root, include, exclude, strip_components, label: _ } => {
                Some(FileSet { root, include: include.into(), exclude, strip_components: *strip_components })
            }
            Self::Idx { root, images, labels } => {
                let include = vec![images.clone(), labels.clone()].into();
                Some(FileSet { root, include, exclude: &[], strip_components: 0 })
            }
            Self::Pairs { root, table, media: _, include, exclude } => {
                let include = std::iter::once(table).chain(include).cloned().collect::<Vec<_>>().into();
                Some(FileSet { root, include, exclude, strip_components: 0 })
            }
            _ => None,
        }
    }

    /// Returns the datasets of the recipe whose records it takes, each with its share.
    pub fn mixed(&self) -> impl Iterator<Item = (&Name, f64)> {
        let of = if let Self::Mix { of } = self { Some(of) } else { None };
        of.into_iter().flatten().map(|(name, share)| (name, *share))
    }

    /// Returns whether a file of it says what another one is.
    pub fn reads_across_files(&self) -> bool {
        matches!(self, Self::Idx { .. } | Self::Pairs { .. } | Self::Lines { classes_file: Some(_), .. })
    }

    /// Returns whether its records have a split already.
    pub fn is_prepared(&self) -> bool {
        matches!(self, Self::Mix { .. } | Self::Zoo { .. })
    }

    /// Returns whether a file of it is one text, of which nothing else is known.
    pub fn is_plain_text(&self) -> bool {
        matches!(self.fetched().unwrap_or(self), Self::Files { .. })
    }

    /// Returns the patterns of pictures where the recipe says nothing.
    pub fn every_image() -> Vec<String> {
        vec![MediaWord::Image.pattern().to_owned()]
    }

    /// Returns the patterns of sounds where the recipe says nothing.
    pub fn every_audio() -> Vec<String> {
        vec![MediaWord::Audio.pattern().to_owned()]
    }

    /// Returns the media its records hold; `None` where they are text.
    pub fn media(&self) -> Option<MediaWord> {
        match self {
            Self::ImageFolder { .. } | Self::Idx { .. } => Some(MediaWord::Image),
            Self::AudioFolder { .. } => Some(MediaWord::Audio),
            Self::Pairs { media, .. } => Some(*media),
            source => source.fetched()?.media(),
        }
    }

    /// Returns which fields of its rows say what, where its rows have fields.
    pub fn columns(&self) -> Option<&Columns> {
        match self.fetched().unwrap_or(self) {
            Self::Jsonl { columns, .. }
            | Self::Csv { columns, .. }
            | Self::Tsv { columns, .. }
            | Self::Parquet { columns, .. }
            | Self::Arrow { columns, .. } => Some(columns),
            _ => None,
        }
    }

    /// Returns whether its rows may be pairs of a prompt and a response, before anything is extracted from them.
    pub fn may_hold_pairs(&self) -> bool {
        let Self::Synthetic { generator, .. } = self.fetched().unwrap_or(self) else {
            return self.columns().is_some_and(Columns::may_hold_pairs);
        };
        generator.makes_pairs()
    }

    /// Returns the source with another folder, where it is one of files: below `folder`.
    pub fn below(mut self, folder: &str) -> Self {
        match &mut self {
            Self::Files { root, .. }
            | Self::Jsonl { root, .. }
            | Self::Csv { root, .. }
            | Self::Tsv { root, .. }
            | Self::Parquet { root, .. }
            | Self::Arrow { root, .. }
            | Self::Lines { root, .. }
            | Self::ImageFolder { root, .. }
            | Self::Idx { root, .. }
            | Self::AudioFolder { root, .. }
            | Self::Pairs { root, .. } => {
                *root = if root == "." { folder.to_owned() } else { format!("{folder}/{root}") };
            }
            _ => {}
        }
        self
    }

    /// Returns whether the data is only stated, and not there.
    pub fn is_described(&self) -> bool {
        matches!(self, Self::Described { .. })
    }
}
