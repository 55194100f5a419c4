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
                let new = |found: &&Match| shown.insert((exposure.measured.evaluation.clone(), found.record.clone()));
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
    let place = format!(
        "    {} at byte {} stands in {} at byte {}{also}: {:.0} % {how}",
        found.document,
        found.offset,
        found.trained_document,
        found.trained_offset,
        100.0 * found.share,
    );
    [place, format!("    │ {text}")]
}
