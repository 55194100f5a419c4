//! What records look like: their lengths, languages, labels and fields.

use crate::data::record::Record;
use crate::id::Digest;
use crate::recipe::dataset::LanguageCode;
use crate::record::report::Profile;

/// About how many records are asked for their language.
const ASKED: u64 = 2000;
/// The most values of a field that are told; a field with more is no class of records.
const MOST_VALUES: usize = 100;

/// Looks at records.
pub struct Profiler {
    profile: Profile,
    /// One record in so many is asked for its language.
    every: u64,
}

impl Profiler {
    /// Returns a profiler for so many records.
    pub fn new(n: u64) -> Self {
        Self { profile: Profile::default(), every: n.div_ceil(ASKED).max(1) }
    }

    /// Looks at a record.
    pub fn look(&mut self, record: &Record) {
        let Profile { lengths, languages, labels, fields } = &mut self.profile;
        let chars: u64 = record.texts().map(|text| text.chars().count() as u64).sum();
        let n = chars.max(1).ilog2() as usize;
        if lengths.len() <= n {
            lengths.resize(n + 1, 0);
        }
        lengths[n] += 1;
        if let Some(label) = &record.label {
            *labels.entry(label.clone()).or_default() += 1;
        }
        for (name, value) in &record.fields {
            let values = fields.entry(name.clone()).or_default();
            if values.len() <= MOST_VALUES {
                *values.entry(value.clone()).or_default() += 1;
            }
        }
        // Only the name decides, so that the same records are asked whatever comes before them.
        if Digest::of(record.id.as_bytes()).number().is_multiple_of(self.every) {
            *languages.entry(language(record)).or_default() += 1;
        }
    }

    /// Returns what the records look like.
    pub fn finish(self) -> Profile {
        let mut profile = self.profile;
        profile.fields.retain(|_, values| values.len() <= MOST_VALUES);
        profile
    }
}

fn language(record: &Record) -> String {
    const LONGEST: usize = 1000;
    let text: String = record.texts().flat_map(|text| text.chars().chain([' '])).take(LONGEST).collect();
    // The codes are those of the step `language`.
    let code =
        |found: whatlang::Info| LanguageCode::of(found.lang().code()).map_or(found.lang().code(), LanguageCode::code);
    whatlang::detect(&text).map_or("unknown", code).to_owned()
}
