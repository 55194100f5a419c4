//! The front matter of a dataset's card, as the Hugging Face Hub and its `datasets` read it.
//!
//! It names the tables of the splits and the types of the columns, so that the folder is loaded as it was meant.

use crate::card::dataset::facts::DatasetFacts;
use crate::card::front::{list, text};

/// The sizes the Hub sorts datasets by: the rows below which one is of a size, and what it is called.
const SIZES: [(u64, &str); 6] = [
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
    (100_000_000, "10M<n<100M"),
];

/// Returns the front matter of a card.
pub(super) fn matter(facts: &DatasetFacts) -> String {
    let mut lines = vec!["---".to_owned(), format!("pretty_name: {}", text(&facts.name))];
    if !facts.language.is_empty() {
        lines.push(format!("language: [{}]", list(&facts.language)));
    }
    // What nobody has told is unknown, which is a word of the Hub.
    lines.push(format!("license: {}", text(facts.license.as_deref().unwrap_or("unknown"))));
    lines.push(format!("size_categories: [{}]", text(size(facts.rows_out()))));
    lines.push(format!("task_categories: [{}]", text(task(facts))));
    lines.push(format!("tags: [{}]", list(&["pedigree".to_owned(), "croissant".to_owned()])));
    lines.extend(["configs:", "  - config_name: default", "    data_files:"].map(str::to_owned));
    for file in facts.filled() {
        lines.push(format!("      - {{\"split\": \"{}\", \"path\": {}}}", file.split.word(), text(&file.file)));
    }
    lines.extend(["dataset_info:", "  features:"].map(str::to_owned));
    lines.extend(facts.columns().map(feature));
    lines.push("  splits:".to_owned());
    for file in facts.filled() {
        let bytes = facts.report.splits.get(&file.split).map_or(0, |split| split.bytes);
        let (split, rows) = (file.split.word(), file.rows);
        lines.push(format!("    - {{\"name\": \"{split}\", \"num_bytes\": {bytes}, \"num_examples\": {rows}}}"));
    }
    lines.push(format!("  download_size: {}", facts.filled().map(|file| file.bytes).sum::<u64>()));
    lines.push(format!("  dataset_size: {}", facts.bytes_out()));
    lines.push("---\n\n".to_owned());
    lines.join("\n")
}

/// Returns the type of a column, by its name: only a few mean something of their own.
fn feature(column: &str) -> String {
    let name = text(column);
    match column {
        "messages" => format!(
            "    - {{\"name\": {name}, \"list\": [{{\"name\": \"role\", \"dtype\": \"string\"}}, {{\"name\": \"content\", \"dtype\": \"string\"}}]}}"
        ),
        "image" | "audio" => format!("    - {{\"name\": {name}, \"dtype\": \"{column}\"}}"),
        _ => format!("    - {{\"name\": {name}, \"dtype\": \"string\"}}"),
    }
}

fn size(rows: u64) -> &'static str {
    SIZES.iter().find(|(below, _)| rows < *below).map_or("100M<n<1B", |(_, name)| name)
}

/// Returns what the Hub calls what the data is for, as its columns tell.
fn task(facts: &DatasetFacts) -> &'static str {
    let has = |column| facts.has_column(column);
    match (has("image"), has("audio"), has("label")) {
        (true, _, true) => "image-classification",
        (true, _, false) => "image-to-text",
        (false, true, true) => "audio-classification",
        (false, true, false) => "automatic-speech-recognition",
        (false, false, true) => "text-classification",
        (false, false, false) => "text-generation",
    }
}
