//! What can be wrong with data.

use std::path::PathBuf;

use crate::data::row::BadRow;
use crate::error::{Exit, Explain, exit_of_io};
use crate::id::Name;
use crate::recipe::dataset::SplitName;

/// What can be wrong with data.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file or folder cannot be read.
    #[error("cannot read `{}`", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: std::io::Error,
    },
    /// The root of a source is no folder.
    #[error("the source folder `{}` does not exist", root.display())]
    NoRoot {
        /// The folder.
        root: PathBuf,
    },
    /// The data is stated and not there.
    #[error("the data is only described, and not there")]
    OnlyDescribed,
    /// A pattern cannot be understood.
    #[error("`{pattern}` is no file pattern")]
    BadPattern {
        /// The pattern as typed.
        pattern: String,
        /// What is wrong with it.
        #[source]
        source: globset::Error,
    },
    /// Patterns match no file.
    #[error("no file in `{}` matches {}", root.display(), quoted(patterns))]
    Unmatched {
        /// The source folder.
        root: PathBuf,
        /// The patterns, braces spelled out.
        patterns: Vec<String>,
    },
    /// A file's name is not UTF-8.
    #[error("the name of `{}` is not UTF-8", path.display())]
    NameNotUtf8 {
        /// The file.
        path: PathBuf,
    },
    /// Rows cannot be read, more of them than are let pass.
    #[error("{first}{}", beyond(*n, *most))]
    BadRows {
        /// The first that is too much.
        first: BadRow,
        /// How many there were until then.
        n: u64,
        /// How many are let pass.
        most: u64,
    },
    /// A file changed while it was read.
    #[error("`{}` changed while it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// Two different files would be one document.
    #[error("`{}` and `{}` differ, but both are document `{name}`", first.display(), second.display())]
    SameName {
        /// The document's name.
        name: String,
        /// The first file.
        first: PathBuf,
        /// The second file.
        second: PathBuf,
    },
    /// Cleaning left nothing.
    #[error("nothing is left of dataset `{dataset}` after cleaning")]
    NothingLeft {
        /// The dataset.
        dataset: Name,
    },
    /// A split has a share and no record.
    #[error("split `{}` of dataset `{dataset}` is empty", split.word())]
    EmptySplit {
        /// The dataset.
        dataset: Name,
        /// The split.
        split: SplitName,
    },
    /// A line of a records file is no record.
    #[error("line {line} is no record: {message}")]
    BadRecord {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A tokenizer cannot be trained.
    #[error("cannot train a tokenizer: {message}")]
    Untrainable {
        /// Why.
        message: String,
    },
    /// A text has no tokens, or tokens no text.
    #[error("the tokenizer cannot encode this: {message}")]
    Unencodable {
        /// Why, without the text.
        message: String,
    },
    /// A chat template is none, or fails.
    #[error("the chat template cannot be used: {message}")]
    BadTemplate {
        /// What is wrong with it, without what was said.
        message: String,
    },
    /// A tokenizer file is damaged or of another make.
    #[error("this tokenizer cannot be used: {message}")]
    BadTokenizer {
        /// What is wrong with it.
        message: String,
    },
    /// A token shard is damaged.
    #[error("this is no token shard: {message}")]
    BadShard {
        /// What is wrong with it.
        message: String,
    },
}

impl DataError {
    /// Returns the error of an I/O operation on `path`.
    pub fn io(path: impl Into<PathBuf>, source: std::io::Error) -> Self {
        Self::Io { path: path.into(), source }
    }
}

impl Explain for DataError {
    fn exit(&self) -> Exit {
        match self {
            Self::Io { source, .. } => exit_of_io(source),
            Self::OnlyDescribed
            | Self::NoRoot { .. }
            | Self::BadPattern { .. }
            | Self::Unmatched { .. }
            | Self::NameNotUtf8 { .. }
            | Self::BadRows { .. }
            | Self::Changed { .. }
            | Self::SameName { .. }
            | Self::NothingLeft { .. }
            | Self::EmptySplit { .. }
            | Self::Unencodable { .. }
            | Self::BadTemplate { .. }
            | Self::Untrainable { .. } => Exit::BadInput,
            Self::BadRecord { .. } | Self::BadTokenizer { .. } | Self::BadShard { .. } => Exit::Integrity,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoRoot { root } | Self::Unmatched { root, .. } if is_cargo_registry(root) => {
                Some("run `cargo fetch --locked` in the crate's folder: it downloads the sources named in its lock file".to_owned())
            }
            Self::OnlyDescribed => Some("`pedigree plan` works with it; to run, give a source of type `files`".to_owned()),
            Self::NoRoot { .. } => Some("a relative `root` starts at the recipe's folder".to_owned()),
            Self::Unmatched { .. } => {
                Some("patterns are relative to `root`, `*` stays within one folder, `**` crosses folders, and every folder named in braces has to hold a match".to_owned())
            }
            Self::BadPattern { .. } => Some("such as `docs/**/*.md` or `{train,extra}/*.txt`".to_owned()),
            Self::BadRows { first, .. } if first.reason.starts_with("not UTF-8") => {
                Some("convert the file to UTF-8, or leave it out with `exclude`".to_owned())
            }
            Self::BadRows { .. } => Some("mend it, or leave out some rows with `on-bad-row: { skip: 10 }`".to_owned()),
            Self::Changed { .. } => Some("run again: a new plan takes the files as they are".to_owned()),
            Self::NameNotUtf8 { .. } => Some("rename the file, or leave it out with `exclude`".to_owned()),
            Self::SameName { .. } => Some("lower `strip-components`, or leave one of them out with `exclude`".to_owned()),
            Self::NothingLeft { .. } => Some("`report.json` tells what each step dropped; `min-length` is the usual reason".to_owned()),
            Self::EmptySplit { .. } => Some("add data, raise the share of the split, set it to 0, or split by `record`".to_owned()),
            Self::Untrainable { .. } => None,
            Self::Unencodable { .. } => Some("a tokenizer of type `byte-bpe` encodes every text".to_owned()),
            Self::BadTemplate { .. } => Some("`chat-template: chatml` always works".to_owned()),
            Self::Io { .. } => None,
            Self::BadRecord { .. } | Self::BadTokenizer { .. } | Self::BadShard { .. } => {
                Some("`pedigree fsck` names the stages to run again".to_owned())
            }
        }
    }
}

fn beyond(n: u64, most: u64) -> String {
    match most {
        0 => String::new(),
        1 => format!(" (bad row {n}, and 1 is let pass)"),
        _ => format!(" (bad row {n}, and {most} are let pass)"),
    }
}

fn is_cargo_registry(root: &std::path::Path) -> bool {
    root.ends_with("registry/src")
}

fn quoted(patterns: &[String]) -> String {
    let shown: Vec<_> = patterns.iter().take(5).map(|pattern| format!("`{pattern}`")).collect();
    match patterns.len().saturating_sub(5) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}
