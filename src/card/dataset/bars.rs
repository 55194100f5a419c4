//! What records look like, as bars: lengths, languages, labels and fields.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::card::number::count;
use crate::record::report::Profile;

/// The most bars of one kind; the rest is one bar more.
const MOST_BARS: usize = 12;

/// Bars that belong together.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bars {
    /// What is counted.
    pub title: String,
    /// The bars, in the order in which they are shown.
    pub bars: Vec<Bar>,
}

/// A bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Bar {
    /// What it is of.
    pub label: String,
    /// How many records.
    pub records: u64,
    /// Their share of all records of the bars, between 0 and 1.
    pub share: f64,
    /// Their number as a share of the longest bar, between 0 and 1.
    pub length: f64,
}

/// Returns what records look like; what they do not have is left out.
pub fn profile(profile: &Profile) -> Vec<Bars> {
    let Profile { lengths, languages, labels, fields } = profile;
    let first = lengths.iter().position(|n| *n > 0).unwrap_or(lengths.len());
    let by_length = lengths.iter().enumerate().skip(first).map(|(n, records)| (range(n), *records));
    let mut all = Vec::new();
    if !is_wordless(profile) {
        all.push(bars("lengths, in characters".to_owned(), by_length.collect()));
        all.push(bars("languages, of a sample".to_owned(), largest(languages)));
    }
    all.push(bars("labels".to_owned(), largest(labels)));
    all.extend(fields.iter().map(|(name, values)| bars(format!("field {name}"), largest(values))));
    all.retain(|bars| !bars.bars.is_empty());
    all
}

/// Returns whether no record says anything, as pictures and sounds do that nobody has described.
fn is_wordless(profile: &Profile) -> bool {
    profile.lengths.iter().skip(1).all(|n| *n == 0) && profile.languages.keys().all(|code| code == "unknown")
}

/// Returns the characters of the n-th count of lengths: `64–127`.
fn range(n: usize) -> String {
    let low = if n == 0 { 0 } else { 1_u64.checked_shl(n as u32).unwrap_or(u64::MAX) };
    let high = 2_u64.checked_shl(n as u32).map_or(u64::MAX, |end| end - 1);
    format!("{}–{}", count(low), count(high))
}

/// Returns the most frequent values, and behind them how many records have any other.
fn largest(values: &BTreeMap<String, u64>) -> Vec<(String, u64)> {
    let mut all: Vec<(String, u64)> = values.iter().map(|(name, n)| (name.clone(), *n)).collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if all.len() > MOST_BARS + 1 {
        let others = all.split_off(MOST_BARS);
        all.push((format!("{} others", others.len()), others.iter().map(|(_, n)| n).sum()));
    }
    all
}

fn bars(title: String, counts: Vec<(String, u64)>) -> Bars {
    let sum = counts.iter().map(|(_, n)| n).sum::<u64>().max(1) as f64;
    let most = counts.iter().map(|(_, n)| *n).max().unwrap_or(0).max(1) as f64;
    let bar = |(label, records): (String, u64)| {
        let n = records as f64;
        Bar { label, records, share: n / sum, length: n / most }
    };
    Bars { title, bars: counts.into_iter().map(bar).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_without_words_have_no_lengths_and_no_languages() {
        let languages = [("unknown".to_owned(), 5)].into();
        let labels = [("7".to_owned(), 5)].into();
        let pictures = Profile { lengths: vec![5], languages, labels, ..Profile::default() };
        assert_eq!(profile(&pictures).iter().map(|bars| bars.title.as_str()).collect::<Vec<_>>(), ["labels"]);
        let described = Profile { lengths: vec![4, 0, 1], ..pictures };
        assert_eq!(profile(&described).len(), 3);
    }

    #[test]
    fn lengths_are_ranges_and_rare_values_are_one_bar() {
        let labels = (0..20).map(|i| (format!("l{i:02}"), 20 - i)).collect();
        let shown = Profile { lengths: vec![0, 0, 3, 0, 1], labels, ..Profile::default() };
        let [lengths, labels] = profile(&shown).try_into().unwrap();
        let told: Vec<_> = lengths.bars.iter().map(|bar| (bar.label.as_str(), bar.records, bar.share)).collect();
        assert_eq!(told, [("4–7", 3, 0.75), ("8–15", 0, 0.0), ("16–31", 1, 0.25)]);
        assert_eq!(labels.bars.len(), MOST_BARS + 1);
        assert_eq!((labels.bars[12].label.as_str(), labels.bars[12].records), ("8 others", 36));
        assert_eq!(
            (range(0), range(63)),
            ("0–1".to_owned(), "9,223,372,036,854,775,808–18,446,744,073,709,551,615".to_owned())
        );
    }
}
