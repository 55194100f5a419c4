//! What of the evaluations' data the models have learned, with the texts that show it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context as _;

use crate::artifact::ArtifactStore;
use crate::cli::format::plural;
use crate::cli::printer::Printer;
use crate::id::Digest;
use crate::record::contamination::{ExposureVerdict, Likeness, Match};
use crate::record::{ContaminationReport, Exposure};

/// The most texts that are shown of a model and an evaluation; the answer for programs has more of them.
const MOST_TEXTS: usize = 2;
/// The most pairs that are told by their names where all is well.
const MOST_NAMES: usize = 3;
/// The most characters of a text that are shown.
const MOST_CHARS: usize = 120;

/// The output of a contamination stage.
pub const OUTPUT: &str = "contamination.json";

/// Reads what a contamination stage has found.
///
/// # Errors
/// When the artifact is gone or damaged.
pub fn report(artifacts: &ArtifactStore, digest: Digest) -> anyhow::Result<ContaminationReport> {
    serde_json::from_slice(&artifacts.read(digest)?).with_context(|| format!("`{OUTPUT}` cannot be read"))
}

/// Returns what is known, a line each; what is clean and what is not known yet is told together.
pub fn lines(printer: &Printer, exposures: &[Exposure]) -> Vec<String> {
    let (mut lines, mut clean) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
    let mut unknown = BTreeMap::<String, usize>::new();
    // A descendant has the evidence of its ancestors: it is shown once.
    let mut shown = BTreeSet::new();
    for exposure in exposures {
        let subject = format!("{} on {}", exposure.model, exposure.measured.evaluation);
        match &exposure.verdict {
            ExposureVerdict::Unknown { .. } => *unknown.entry(exposure.to_string()).or_default() += 1,
            ExposureVerdict::Clean(_) => clean.entry(exposure.to_string()).or_default().push(subject),
            ExposureVerdict::Contaminated { matches, .. } => {
                lines.push(format!("  {} {subject}: {exposure}", printer.verdict(false, "✗")));
                let key = |found: &Match| [&found.record, &found.trained_record].map(String::clone);
                let new = |found: &&Match| shown.insert((exposure.measured.evaluation.clone(), key(found)));
                lines.extend(matches.iter().take(MOST_TEXTS).filter(new).flat_map(evidence));
            }
        }
    }
    for (verdict, subjects) in clean {
        let who = if subjects.len() > MOST_NAMES { pairs(subjects.len()) } else { subjects.join(", ") };
        lines.push(format!("  {} {who}: {verdict}", printer.verdict(true, "✓")));
    }
    lines.extend(unknown.into_iter().map(|(verdict, n)| format!("  ? {}: {verdict}", pairs(n))));
    lines
}

fn pairs(n: usize) -> String {
    format!("{} of a model and an evaluation", plural(n, "pair"))
}

fn evidence(found: &Match) -> [String; 2] {
    let words: Vec<&str> = found.text.split_whitespace().collect();
    let text = words.join(" ");
    let text = match text.char_indices().nth(MOST_CHARS) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    };
    let how = match found.likeness {
        Likeness::Exact => "word for word",
        Likeness::Near => "nearly",
    };
    let also = match found.trained_records {
        0 | 1 => String::new(),
        n => format!(" and {} more", n - 1),
    };
    let trained = if found.trained_record.is_empty() { &found.trained_document } else { &found.trained_record };
    let place = format!(
        "    {} stands in {}{also}: {:.0} % {how}",
        place(&found.record, found.offset),
        place(trained, found.trained_offset),
        100.0 * found.share,
    );
    [place, format!("    │ {text}")]
}

/// Returns where a passage begins: the record as every report names it, and the byte within where it does not begin with it.
fn place(record: &str, offset: u64) -> String {
    match offset {
        0 => record.to_owned(),
        offset => format!("{record} at byte {offset}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_the_evidence_are_named_by_their_rows() {
        let mut found = Match {
            likeness: Likeness::Exact,
            share: 1.0,
            text: "one and the same".to_owned(),
            words: 4,
            record: "test.txt#12".to_owned(),
            document: "test.txt".to_owned(),
            offset: 0,
            trained_record: "csv/news.csv#77".to_owned(),
            trained_document: "csv/news.csv".to_owned(),
            trained_offset: 9,
            trained_records: 3,
        };
        let told = |found: &Match| evidence(found)[0].trim().to_owned();
        let line = "test.txt#12 stands in csv/news.csv#77 at byte 9 and 2 more: 100 % word for word";
        assert_eq!(told(&found), line);
        found.trained_record.clear();
        assert!(told(&found).contains("stands in csv/news.csv at byte 9"));
    }
}
