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
    /// The data has to be fetched first.
    #[error("the data has not been fetched")]
    NotFetched,
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
    /// Rows of several files cannot be read, more of them than are let pass.
    #[error("{last}{}", beyond(*n, *most))]
    TooManyBadRows {
        /// How many there are.
        n: u64,
        /// How many are let pass.
        most: u64,
        /// The last that is told.
        last: String,
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
    /// An extraction cannot do its work at all.
    #[error("`extract.{key}`: {message}")]
    BadExtraction {
        /// The key of the recipe.
        key: &'static str,
        /// What is wrong with it.
        message: String,
    },
    /// Nothing is left of the rows.
    #[error("nothing is left of dataset `{dataset}`: {why}")]
    NothingLeft {
        /// The dataset.
        dataset: Name,
        /// What took the rows.
        why: String,
    },
    /// The recipe splits by a field that no record has.
    #[error("no record of dataset `{dataset}` has {}, which `split.{key}` names", if *field == "label" { "a label".to_owned() } else { format!("a field `{field}`") })]
    NoSuchField {
        /// The dataset.
        dataset: Name,
        /// The key of the split that names it.
        key: &'static str,
        /// The field.
        field: String,
    },
    /// A split has a share and no record.
    #[error("split `{}` of dataset `{dataset}` is empty", split.word())]
    EmptySplit {
        /// The dataset.
        dataset: Name,
        /// The split.
        split: SplitName,
    },
    /// The salt of hashes of private data is not where it should be.
    #[error("the salt of `redact-pii` at `{reference}` cannot be used: {reason}")]
    NoSalt {
        /// Where it should be.
        reference: String,
        /// What is wrong with it; never what it is.
        reason: &'static str,
    },
    /// A class is described by what is no regular expression.
    #[error("class `{class}` has a bad regular expression")]
    BadExpression {
        /// The class.
        class: Name,
        /// What is wrong with it.
        #[source]
        source: regex::Error,
    },
    /// A record has no label, or one that is no class.
    #[error("{}", classless(record, *is_labelled))]
    NoClass {
        /// The record.
        record: String,
        /// Whether it has a label.
        is_labelled: bool,
        /// The class whose name is nearest to the label.
        nearest: Option<String>,
    },
    /// A record has not what is to be learnt of it.
    #[error("the record `{record}` {what}")]
    Lacks {
        /// The record.
        record: String,
        /// What it has not; never what it has instead.
        what: &'static str,
        /// What a person can do about it.
        hint: &'static str,
    },
    /// A line of a records file is no record.
    #[error("line {line} is no record: {message}")]
    BadRecord {
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        message: String,
    },
    /// A table of records is damaged, or of another make.
    #[error("`{}` is no table of records: {message}", path.display())]
    BadTable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// What was kept of an earlier run is damaged.
    #[error("`{}`, which an earlier run left, is damaged", path.display())]
    BadPart {
        /// The file.
        path: PathBuf,
    },
    /// A pattern of labels cannot be understood.
    #[error("`{pattern}` says not where a class stands: {message}")]
    BadLabels {
        /// The pattern as typed.
        pattern: String,
        /// What is wrong with it.
        message: String,
    },
    /// A record cannot become numbers.
    #[error("record `{record}` has no features: {message}")]
    NoFeatures {
        /// The record.
        record: String,
        /// Why, and what was expected; never what it says.
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
            | Self::NotFetched
            | Self::NoRoot { .. }
            | Self::BadPattern { .. }
            | Self::Unmatched { .. }
            | Self::NameNotUtf8 { .. }
            | Self::BadRows { .. }
            | Self::TooManyBadRows { .. }
            | Self::Changed { .. }
            | Self::SameName { .. }
            | Self::BadExtraction { .. }
            | Self::NothingLeft { .. }
            | Self::EmptySplit { .. }
            | Self::NoSuchField { .. }
            | Self::BadLabels { .. }
            | Self::NoFeatures { .. }
            | Self::NoSalt { .. }
            | Self::BadExpression { .. }
            | Self::NoClass { .. }
            | Self::Lacks { .. }
            | Self::Unencodable { .. }
            | Self::BadTemplate { .. }
            | Self::Untrainable { .. } => Exit::BadInput,
            Self::BadRecord { .. }
            | Self::BadTable { .. }
            | Self::BadPart { .. }
            | Self::BadTokenizer { .. }
            | Self::BadShard { .. } => Exit::Integrity,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoRoot { root } | Self::Unmatched { root, .. } if is_cargo_registry(root) => {
                Some("run `cargo fetch --locked` in the crate's folder: it downloads the sources named in its lock file".to_owned())
            }
            Self::OnlyDescribed => Some("`pedigree plan` works with it; to run, give a source of another type, such as `files`".to_owned()),
            Self::NotFetched => Some("`pedigree run` fetches it".to_owned()),
            Self::NoRoot { .. } => Some("a relative `root` starts at the recipe's folder".to_owned()),
            Self::Unmatched { .. } => {
                Some("patterns are relative to `root`, `*` stays within one folder, `**` crosses folders, and every folder named in braces has to hold a match".to_owned())
            }
            Self::BadPattern { .. } => Some("such as `docs/**/*.md` or `{train,extra}/*.txt`".to_owned()),
            // The most that may be left out is spent: that it can be is known.
            Self::BadRows { most: 1.., .. } | Self::TooManyBadRows { most: 1.., .. } => {
                Some("mend them, or raise `most-bad-rows` where so many are expected".to_owned())
            }
            // In a table of columns the encoding is no choice.
            Self::BadRows { first, .. } if first.reason.contains(" at byte ") && !first.reason.contains(" of column ") => {
                Some("name the file's encoding, such as `encoding: gb18030` or `encoding: auto`, or leave it out with `exclude`".to_owned())
            }
            Self::BadRows { first, .. } if first.reason.contains("` is missing") => Some(
                "`columns` or `extract` says what fields are called; rows that lack one are left out with `on-bad-row: skip`".to_owned(),
            ),
            Self::BadRows { first, .. } if first.line.is_none() => {
                Some("mend it, leave it out with `exclude`, or leave out some files and rows with `on-bad-row: skip`".to_owned())
            }
            Self::BadRows { .. } | Self::TooManyBadRows { .. } => Some("mend it, or leave out some rows with `on-bad-row: skip`".to_owned()),
            Self::Changed { .. } => Some("run again: a new plan takes the files as they are".to_owned()),
            Self::NameNotUtf8 { .. } => Some("rename the file, or leave it out with `exclude`".to_owned()),
            Self::SameName { .. } => Some("lower `strip-components`, or leave one of them out with `exclude`".to_owned()),
            Self::NothingLeft { .. } => Some("loosen what takes them, or look whether the source is the one that is meant".to_owned()),
            Self::NoSuchField { field, .. } if field == "label" => {
                Some("say in the dataset's source where the label of a record stands".to_owned())
            }
            Self::NoSuchField { field, .. } => Some(format!(
                "a source with columns keeps one with `columns: {{ keep: [{field}] }}`; an extraction tells the group with its `group`"
            )),
            Self::EmptySplit { .. } => Some("add data, raise the share of the split, set it to 0, or split by `record`".to_owned()),
            Self::BadLabels { .. } => Some("such as `{label}_{speaker}_{n}.wav`".to_owned()),
            Self::NoFeatures { .. } => Some("leave it out with `exclude`, or drop it with a cleaning step".to_owned()),
            Self::NoSalt { .. } => Some(
                "a salt has at least 8 bytes, and random ones: `head -c 32 /dev/urandom | base64` makes some for the variable or the file".to_owned(),
            ),
            Self::BadExpression { .. } => None,
            Self::NoClass { is_labelled: false, .. } => {
                Some("say in the dataset's source where the label of a record stands".to_owned())
            }
            Self::NoClass { nearest, .. } => Some(match nearest {
                Some(near) => format!("the nearest class is `{near}`; `classes` names every label of the data"),
                None => "`classes` names every label of the data".to_owned(),
            }),
            Self::Lacks { hint, .. } => Some((*hint).to_owned()),
            Self::Untrainable { .. } => None,
            Self::BadExtraction { .. } => Some("`pedigree check` tells what is wrong with it, and where".to_owned()),
            Self::Unencodable { .. } => Some("a tokenizer of type `byte-bpe` encodes every text".to_owned()),
            Self::BadTemplate { .. } => Some("`chat-template: chatml` always works".to_owned()),
            Self::Io { .. } => None,
            Self::BadPart { .. } => Some("run again: it is forgotten, and made anew".to_owned()),
            Self::BadRecord { .. } | Self::BadTable { .. } | Self::BadTokenizer { .. } | Self::BadShard { .. } => {
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

fn classless(record: &str, is_labelled: bool) -> String {
    match is_labelled {
        true => format!("the label of the record `{record}` is none of the classes"),
        false => format!("the record `{record}` has no label, and a classifier learns from labels"),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_where_there_is_a_choice_of_encodings_it_is_named() {
        let hint =
            |reason: &str| DataError::BadRows { first: BadRow::at("a", 3, reason), n: 1, most: 0 }.hint().unwrap();
        assert!(hint("not UTF-8 at byte 4").contains("encoding: gb18030"));
        assert!(!hint("not UTF-8 at byte 4 of column `text`").contains("encoding"));
    }
}
