//! Extraction: documents become records.

pub mod rust_doc_pairs;
mod functions;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::data::record::{Content, Record};
use crate::data::source::Document;
use crate::recipe::dataset::Extract;
use crate::record::report::StepReport;

/// Returns the records of documents: one text each without an extraction, and what the extraction did.
pub fn extract(extraction: Option<&Extract>, documents: Vec<Document>) -> (Vec<Record>, Option<StepReport>) {
    let Some(extraction) = extraction else {
        return (documents.into_iter().map(whole).collect(), None);
    };
    let (records_in, bytes_in) = (documents.len() as u64, documents.iter().map(|d| d.text.len() as u64).sum());
    let extracted: Vec<_> = documents.par_iter().map(|document| extract_one(extraction, document)).collect();
    let (mut records, mut counts) = (Vec::new(), BTreeMap::new());
    for (found, more) in extracted {
        records.extend(found);
        more.into_iter().for_each(|(word, n)| *counts.entry(word.to_owned()).or_default() += n);
    }
    let report = StepReport {
        step: extraction.word().to_owned(),
        records_in,
        records_out: records.len() as u64,
        changed: 0,
        bytes_in,
        bytes_out: records.iter().map(Record::bytes).sum(),
        counts,
    };
    (records, Some(report))
}

/// The records of one document, and how many were left out for what reason.
pub(crate) type Extracted = (Vec<Record>, BTreeMap<&'static str, u64>);

fn extract_one(extraction: &Extract, document: &Document) -> Extracted {
    match extraction {
        Extract::RustDocPairs { prompt, response } => rust_doc_pairs::extract(document, prompt, response),
    }
}

fn whole(document: Document) -> Record {
    let Document { name, text } = document;
    Record { id: name.clone(), document: name, content: Content::Text(text) }
}
