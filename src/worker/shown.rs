//! What a model that is asked is shown: texts, and files of pictures and sounds, which become what they would have become in its dataset.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::Record;
use crate::data::clean::{self, Counts, Fate};
use crate::data::feature::{self, Prepared};
use crate::data::media::{MOST_FILE_BYTES, kind_of};
use crate::data::record::{Content, Media, MediaKind};
use crate::data::source::idx;
use crate::engine::asked::{self, Wanted};
use crate::record::{FailureClass, Seen};
use crate::worker::failure::Failure;
use crate::worker::loaded::Loaded;

/// A record, or a file of some.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum Shown {
    /// A text.
    Text {
        /// What it says.
        text: String,
    },
    /// A picture, a sound, or a file of pictures as MNIST has them; of such a file `#12` behind its name is the twelfth.
    File {
        /// Where it lies.
        path: PathBuf,
        /// What it is called in answers.
        name: String,
    },
}

/// A record with what a network made of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// The text, or the name of the file.
    pub record: String,
    /// What the network made of it.
    pub values: Vec<f32>,
}

impl Loaded {
    /// Returns what the network makes of each record, in their order; a file of many pictures is as many records.
    ///
    /// # Errors
    /// When a file cannot be read or is nothing the model reads, and when the tokenizer has no tokens for a text.
    pub fn told(&self, shown: &[Shown], wanted: Wanted) -> Result<Vec<Told>, Failure> {
        let (mut places, mut texts) = (Vec::new(), Vec::new());
        let (mut all, mut pictures) = (Vec::new(), Vec::new());
        for one in shown {
            match one {
                Shown::Text { text } => {
                    places.push(all.len());
                    texts.push(Record::new(text.as_str(), text.as_str(), Content::Text(text.clone())));
                    all.push(Told { record: text.clone(), values: Vec::new() });
                }
                Shown::File { path, name } => {
                    for (record, values) in self.features(path, name)? {
                        pictures.push((all.len(), values));
                        all.push(Told { record, values: Vec::new() });
                    }
                }
            }
        }
        if !texts.is_empty() {
            let told = self.of_records(self.tokenizer()?, &texts, wanted)?;
            places.into_iter().zip(told).for_each(|(place, values)| all[place].values = values);
        }
        let (places, features): (Vec<usize>, Vec<Vec<f32>>) = pictures.into_iter().unzip();
        let told = asked::of_features(&self.network, &self.parameters, &self.shape(), &features, wanted);
        places.into_iter().zip(told).for_each(|(place, values)| all[place].values = values);
        Ok(all)
    }

    /// Returns the features of a file's records, with their names.
    ///
    /// # Errors
    /// When the model reads no pictures or sounds, and when the file cannot be read or is no such file.
    pub fn features(&self, path: &Path, name: &str) -> Result<Vec<(String, Vec<f32>)>, Failure> {
        let Some(seen) = &self.about.seen else {
            let message = "the model's files do not say how pictures or sounds became what it reads";
            let hint = "train it again with this version, from a dataset with `features`";
            return Err(Failure::new(FailureClass::BadInput, message).with_hint(hint));
        };
        let kind = kind_of(seen.features.made_of());
        let prepared = feature::prepare(&seen.features);
        let values = |(name, bytes): (String, Vec<u8>)| {
            let values = features_of(seen, &prepared, kind, &name, bytes)?;
            Ok((name, values))
        };
        files(path, name, kind)?.into_iter().map(values).collect()
    }
}

/// Returns the features of a picture or a sound: changed as the dataset's cleaning steps change it, and then computed as the dataset stage
/// computes them.
fn features_of(
    seen: &Seen,
    prepared: &Prepared,
    kind: MediaKind,
    name: &str,
    bytes: Vec<u8>,
) -> Result<Vec<f32>, Failure> {
    let expected = match kind {
        MediaKind::Image => {
            "expected a picture: PNG, JPEG, or a file of MNIST's format with the number of one behind `#`"
        }
        MediaKind::Audio => "expected a sound: WAV or FLAC",
    };
    let wrong = |reason: &str| Failure::new(FailureClass::BadInput, format!("`{name}`: {reason}")).with_hint(expected);
    let mut record = Record::new(name, name, Content::Media(Media { kind, bytes, caption: String::new() }));
    for step in &seen.clean {
        if let clean::Prepared::Each(step) = clean::prepare(step)? {
            record = match step.one(record, &mut Counts::new()) {
                Fate::Keep(record) => record,
                Fate::Drop { reason, .. } => return Err(wrong(reason)),
            };
        }
    }
    prepared.values(&record).map_err(|reason| wrong(&reason))
}

/// Returns the files that a name means, with their bytes: one, or those within a file of the MNIST format.
fn files(path: &Path, name: &str, kind: MediaKind) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    let bad = |message: String, hint: &str| Failure::new(FailureClass::BadInput, message).with_hint(hint);
    let text = path.to_string_lossy();
    let numbered = text.rsplit_once('#').filter(|_| !path.is_file());
    let (whole, number) = match numbered {
        Some((file, number)) => {
            let hint = "behind `#` stands the number of a picture in the file, from 1";
            let number = number.parse::<usize>().ok().filter(|number| *number > 0);
            (PathBuf::from(file), Some(number.ok_or_else(|| bad(format!("`{name}` names no picture"), hint))?))
        }
        None => (path.to_owned(), None),
    };
    let unreadable = |error: std::io::Error| bad(format!("cannot read `{name}`: {error}"), "this model reads files");
    if fs::metadata(&whole).map_err(unreadable)?.len() > MOST_FILE_BYTES {
        return Err(bad(format!("`{name}` is too large"), "a file has at most 512 MiB"));
    }
    let bytes = fs::read(&whole).map_err(unreadable)?;
    if kind == MediaKind::Image && idx::is_idx(&whole, &bytes) {
        let wrong = |reason: String| bad(format!("`{name}` {reason}"), "a file of MNIST's format has pictures in it");
        let pictures = idx::pictures(&whole).map_err(wrong)?;
        let Some(number) = number else {
            return Ok(pictures
                .into_iter()
                .zip(1..)
                .map(|(bytes, i): (_, u64)| (format!("{name}#{i}"), bytes))
                .collect());
        };
        let n = pictures.len();
        let found = pictures.into_iter().nth(number - 1);
        let beyond = || bad(format!("`{name}`: the file has {n} pictures"), "the first of them has the number 1");
        return Ok(vec![(name.to_owned(), found.ok_or_else(beyond)?)]);
    }
    if number.is_some() {
        let message = format!("`{name}`: the file has no numbered pictures in it");
        return Err(bad(message, "only files of MNIST's format have; leave `#` and the number out"));
    }
    Ok(vec![(name.to_owned(), bytes)])
}
