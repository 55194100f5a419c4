//! What was found of the evaluations' data in the training data, by dataset, and what that makes of a model.
//!
//! A contamination stage looks through the training split of one dataset. A model has seen the training splits of all its
//! ancestors: [`exposure`] puts the reports together along the lineage.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::id::{Name, StageId};
use crate::recipe::dataset::SplitName;

/// `contamination.json` of a contamination stage: which records of the evaluations stand in the training split of a dataset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ContaminationReport {
    /// The dataset whose training split was looked through.
    pub dataset: Name,
    /// The records of that split.
    pub records: u64,
    /// The words of an n-gram.
    pub ngram: u32,
    /// The share of a record's words from which on it is contaminated, between 0 and 1.
    pub threshold: f64,
    /// What was looked for, and what was found of it.
    pub splits: Vec<SplitContamination>,
}

/// What was found of one split that evaluations measure on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SplitContamination {
    /// The dataset.
    pub dataset: Name,
    /// The split.
    pub split: SplitName,
    /// Its records.
    pub records: u64,
    /// The records that have too few words to be looked for.
    pub too_short: u64,
    /// The records that were not looked for, because the recipe allows their documents.
    pub allowed: u64,
    /// Every record that shares a passage with the training data, in the order of the split.
    pub found: Vec<FoundRecord>,
    /// The worst of them with their evidence, the worst first; a few only.
    pub matches: Vec<Match>,
}

/// A record that shares a passage with the training data.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FoundRecord {
    /// Its place in the split, from 0.
    pub record: u64,
    /// The share of its words that stand in the training data, between 0 and 1.
    pub share: f64,
}

/// How a record stands in the training data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Likeness {
    /// Word for word, in runs of at least n words.
    Exact,
    /// Nearly: in shorter runs, all of them in one document.
    Near,
}

/// The evidence: where a record and the training data say the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Match {
    /// How the record stands in the training data.
    pub likeness: Likeness,
    /// The share of the record's words that stand there, between 0 and 1.
    pub share: f64,
    /// The longest passage that both have word for word, as the record has it; long ones are cut.
    pub text: String,
    /// The words of that passage.
    pub words: u64,
    /// The record's id.
    pub record: String,
    /// The document the record comes from.
    pub document: String,
    /// Where the passage begins in the record, in bytes.
    pub offset: u64,
    /// The id of the training record; reports of earlier versions do not tell it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub trained_record: String,
    /// The document that record comes from.
    pub trained_document: String,
    /// Where the passage begins in the training record, in bytes.
    pub trained_offset: u64,
    /// How many training records have the beginning of the passage: what many have is mostly a formula.
    pub trained_records: u64,
}

/// What a model of the lineage learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Learned {
    /// The model.
    pub model: Name,
    /// The datasets whose training splits it learned from.
    pub datasets: Vec<Name>,
}

/// What an evaluation measures on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measured {
    /// The evaluation.
    pub evaluation: Name,
    /// The dataset.
    pub dataset: Name,
    /// The split.
    pub split: SplitName,
}

/// How much of an evaluation's data a model and its ancestors have learned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Exposure {
    /// The model.
    pub model: Name,
    /// The evaluation and its data.
    pub measured: Measured,
    /// What is known.
    pub verdict: ExposureVerdict,
}

/// What is known of a model and an evaluation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", rename_all_fields = "kebab-case", deny_unknown_fields)]
pub enum ExposureVerdict {
    /// Nothing yet.
    Unknown {
        /// The stage that has to run first.
        before: StageId,
    },
    /// No record is contaminated.
    Clean(Counts),
    /// Some records are.
    Contaminated {
        /// How many.
        counts: Counts,
        /// Through which datasets, the model's own first.
        through: Vec<Through>,
        /// The worst records, the worst first; a few only.
        matches: Vec<Match>,
    },
}

/// The records of an evaluation, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Counts {
    /// All records of the split.
    pub records: u64,
    /// Those of which at least the threshold's share stands in the training data.
    pub contaminated: u64,
    /// Those that share no more than a passage.
    pub passages: u64,
    /// Those that were not looked for, because the recipe allows their documents.
    pub allowed: u64,
}

/// A way by which an evaluation's data got into a model.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Through {
    /// The model that learned it: the one asked about, or an ancestor.
    pub model: Name,
    /// From which dataset.
    pub dataset: Name,
    /// How many contaminated records stand in it.
    pub contaminated: u64,
}

/// The most matches that are shown of a model and an evaluation.
const MOST_MATCHES: usize = 5;

/// Returns what a lineage has learned of an evaluation's data; the model asked about comes first, its ancestors behind it.
///
/// `before` names the stage that has to run before a dataset's report is there.
pub fn exposure(
    lineage: &[Learned],
    measured: &Measured,
    reports: &BTreeMap<Name, ContaminationReport>,
    before: impl Fn(&Name) -> StageId,
) -> Option<Exposure> {
    let model = lineage.first()?.model.clone();
    let verdict = verdict(lineage, measured, reports, before);
    Some(Exposure { model, measured: measured.clone(), verdict })
}

fn verdict(
    lineage: &[Learned],
    measured: &Measured,
    reports: &BTreeMap<Name, ContaminationReport>,
    before: impl Fn(&Name) -> StageId,
) -> ExposureVerdict {
    let (mut seen, mut records) = (BTreeSet::new(), BTreeMap::<u64, bool>::new());
    let (mut through, mut matches, mut counts) = (Vec::new(), Vec::new(), Counts::default());
    for (learned, dataset) in
        lineage.iter().flat_map(|learned| learned.datasets.iter().map(move |name| (learned, name)))
    {
        if !seen.insert(dataset) {
            continue;
        }
        let is_it = |split: &&SplitContamination| split.dataset == measured.dataset && split.split == measured.split;
        let found = reports.get(dataset).and_then(|report| Some((report, report.splits.iter().find(is_it)?)));
        let Some((report, split)) = found else { return ExposureVerdict::Unknown { before: before(dataset) } };
        (counts.records, counts.allowed) = (split.records, split.allowed);
        let mut contaminated = 0;
        for FoundRecord { record, share } in &split.found {
            let is_contaminated = *share >= report.threshold;
            contaminated += u64::from(is_contaminated);
            *records.entry(*record).or_default() |= is_contaminated;
        }
        if contaminated > 0 {
            through.push(Through { model: learned.model.clone(), dataset: dataset.clone(), contaminated });
            matches.extend(split.matches.iter().filter(|found| found.share >= report.threshold).cloned());
        }
    }
    counts.contaminated = records.values().filter(|is_contaminated| **is_contaminated).count() as u64;
    counts.passages = records.len() as u64 - counts.contaminated;
    if counts.contaminated == 0 {
        return ExposureVerdict::Clean(counts);
    }
    matches.sort_by(worse);
    let mut shown = BTreeSet::new();
    matches.retain(|found: &Match| shown.insert(found.record.clone()));
    matches.truncate(MOST_MATCHES);
    ExposureVerdict::Contaminated { counts, through, matches }
}

/// Orders matches, the worst first; equal ones by their records.
pub fn worse(one: &Match, other: &Match) -> std::cmp::Ordering {
    let by_share = other.share.total_cmp(&one.share);
    by_share.then(other.words.cmp(&one.words)).then_with(|| one.record.cmp(&other.record))
}

impl Exposure {
    /// Returns whether records are known to be contaminated.
    pub fn is_contaminated(&self) -> bool {
        match self.verdict {
            ExposureVerdict::Contaminated { .. } => true,
            ExposureVerdict::Unknown { .. } | ExposureVerdict::Clean(_) => false,
        }
    }
}

impl Counts {
    fn tell_allowed(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.allowed {
            0 => Ok(()),
            n => write!(f, " ({n} allowed)"),
        }
    }
}

impl fmt::Display for Counts {
    /// Writes `9 of 10 records (90.0 %)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = 100.0 * self.contaminated as f64 / self.records.max(1) as f64;
        let word = if self.records == 1 { "record" } else { "records" };
        write!(f, "{} of {} {word} ({share:.1} %)", self.contaminated, self.records)
    }
}

impl fmt::Display for Exposure {
    /// Writes a sentence without its subject: `9 of 10 records (90.0 %) stand in the training data of industry: 9 in rust`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.verdict {
            ExposureVerdict::Unknown { before } => write!(f, "not known before {before} has run"),
            ExposureVerdict::Clean(counts) => {
                f.write_str("clean")?;
                match counts.passages {
                    0 => {}
                    1 => write!(f, ", 1 of {} records shares a passage", counts.records)?,
                    n => write!(f, ", {n} of {} records share a passage", counts.records)?,
                }
                counts.tell_allowed(f)
            }
            ExposureVerdict::Contaminated { counts, through, matches: _ } => {
                let verb = if counts.contaminated == 1 { "stands" } else { "stand" };
                let ways = through.iter().map(|way| match way.model == self.model {
                    true => format!("{} in {}", way.contaminated, way.dataset),
                    false => format!("{} in {}, which {} learned", way.contaminated, way.dataset, way.model),
                });
                let ways: Vec<String> = ways.collect();
                write!(f, "{counts} {verb} in the training data: {}", ways.join("; "))?;
                counts.tell_allowed(f)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Name {
        text.parse().unwrap()
    }

    fn found(share: f64, record: &str) -> Match {
        Match {
            likeness: Likeness::Exact,
            share,
            text: "the text".into(),
            words: 13,
            record: record.into(),
            document: record.into(),
            offset: 0,
            trained_record: "t#1".into(),
            trained_document: "t".into(),
            trained_offset: 0,
            trained_records: 1,
        }
    }

    /// Returns the report of a dataset in which these records of `test` stand with these shares.
    fn report(dataset: &str, shares: &[(u64, f64)]) -> (Name, ContaminationReport) {
        let split = SplitContamination {
            dataset: name("test"),
            split: SplitName::Test,
            records: 10,
            too_short: 0,
            allowed: 0,
            found: shares.iter().map(|(record, share)| FoundRecord { record: *record, share: *share }).collect(),
            matches: shares.iter().map(|(record, share)| found(*share, &format!("r{record}"))).collect(),
        };
        let dataset = name(dataset);
        let report = ContaminationReport {
            dataset: dataset.clone(),
            records: 5,
            ngram: 13,
            threshold: 0.5,
            splits: vec![split],
        };
        (dataset, report)
    }

    /// Returns what a child of `general` (web), with `books` of its own, has seen.
    fn of_child(reports: &[(Name, ContaminationReport)]) -> Exposure {
        let learned = |model: &str, dataset: &str| Learned { model: name(model), datasets: vec![name(dataset)] };
        let lineage = [learned("child", "books"), learned("general", "web")];
        let measured = Measured { evaluation: name("exam"), dataset: name("test"), split: SplitName::Test };
        let before = |dataset: &Name| format!("dataset:{dataset}").parse().unwrap();
        exposure(&lineage, &measured, &reports.iter().cloned().collect(), before).unwrap()
    }

    #[test]
    fn evidence_of_an_earlier_version_is_read() {
        let mut told = serde_json::to_value(found(1.0, "r")).unwrap();
        assert_eq!(told["trained-record"], "t#1");
        told.as_object_mut().unwrap().remove("trained-record");
        let read: Match = serde_json::from_value(told).unwrap();
        assert_eq!((read.trained_record.as_str(), read.trained_document.as_str()), ("", "t"));
    }

    #[test]
    fn what_only_an_ancestor_learned_contaminates_its_descendants() {
        let exposure = of_child(&[report("books", &[]), report("web", &[(3, 1.0), (4, 0.2)])]);
        assert_eq!(
            exposure.to_string(),
            "1 of 10 records (10.0 %) stands in the training data: 1 in web, which general learned"
        );
        assert!(exposure.is_contaminated());
    }

    #[test]
    fn a_record_that_two_datasets_have_counts_once() {
        let exposure = of_child(&[report("books", &[(3, 0.6), (5, 0.1)]), report("web", &[(3, 1.0), (4, 0.9)])]);
        let ExposureVerdict::Contaminated { counts, matches, .. } = &exposure.verdict else { panic!("{exposure:?}") };
        assert_eq!((counts.contaminated, counts.passages), (2, 1));
        assert_eq!(matches.iter().map(|found| found.share).collect::<Vec<_>>(), [1.0, 0.9]);
    }

    #[test]
    fn nothing_is_known_before_every_dataset_of_the_lineage_was_looked_through() {
        assert_eq!(of_child(&[report("books", &[(3, 1.0)])]).to_string(), "not known before dataset:web has run");
        assert_eq!(
            of_child(&[report("books", &[]), report("web", &[(1, 0.4)])]).to_string(),
            "clean, 1 of 10 records shares a passage"
        );
    }
}
