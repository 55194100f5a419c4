//! What of the evaluations' data the models have learned, with the texts that show it.

use std::collections::BTreeMap;

use anyhow::Context as _;

use crate::artifact::ArtifactStore;
use crate::cli::format::plural;
use crate::cli::printer::Printer;
use crate::id::Digest;
use crate::record::contamination::{ExposureVerdict, Likeness, Match};
use crate::record::{ContaminationReport, Exposure};

/// The most texts that are shown of a model and an evaluation; the answer for programs has more of them.
const MOST_TEXTS: usize = 2;
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
    for exposure in exposures {
        let subject = format!("{} on {}", exposure.model, exposure.measured.evaluation);
        match &exposure.verdict {
            ExposureVerdict::Unknown { .. } => *unknown.entry(exposure.to_string()).or_default() += 1,
            ExposureVerdict::Clean(_) => clean.entry(exposure.to_string()).or_default().push(subject),
            ExposureVerdict::Contaminated { matches, .. } => {
                lines.push(format!("  {} {subject}: {exposure}", printer.verdict(false, "✗")));
                lines.extend(matches.iter().take(MOST_TEXTS).flat_map(evidence));
            }
        }
    }
    for (verdict, subjects) in clean {
        lines.push(format!("  {} {}: {verdict}", printer.verdict(true, "✓"), subjects.join(", ")));
    }
    let unknown = unknown
        .into_iter()
        .map(|(verdict, n)| format!("  ? {} of a model and an evaluation: {verdict}", plural(n, "pair")));
    lines.extend(unknown);
    lines
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
