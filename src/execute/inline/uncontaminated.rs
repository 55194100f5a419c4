//! The condition on a training: nothing of the evaluations stands in the data of the lineage.

use std::collections::BTreeMap;

use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::execute::intake::report;
use crate::id::Name;
use crate::plan::Outputs;
use crate::plan::contamination::contamination_id;
use crate::plan::work::UncontaminatedWork;
use crate::record::contamination::{ContaminationReport, Exposure, exposure};

/// Puts the reports on the lineage's datasets together; returns `exposures.json` and, where something is contaminated, what.
pub(super) fn work(inline: &Inline<'_>, work: &UncontaminatedWork) -> Result<(Outputs, Option<String>), ExecuteError> {
    let UncontaminatedWork { lineage, measured } = work;
    let mut reports: BTreeMap<Name, ContaminationReport> = BTreeMap::new();
    for dataset in lineage.iter().flat_map(|learned| &learned.datasets) {
        let id = contamination_id(dataset);
        let lacks = || ExecuteError::Lacks { stage: id.clone(), name: "contamination.json".to_owned() };
        let outputs = inline.outputs.get(&id).ok_or_else(lacks)?;
        reports.insert(dataset.clone(), report(inline.artifacts, &id, outputs, "contamination.json")?);
    }
    let exposures = measured.iter().filter_map(|measured| exposure(lineage, measured, &reports, contamination_id));
    let exposures: Vec<Exposure> = exposures.collect();
    let text = serde_json::to_vec_pretty(&exposures).expect("exposures serialize");
    let outputs = Outputs::from([("exposures.json".to_owned(), inline.artifacts.put_bytes(&text)?)]);
    let told = exposures.iter().filter(|exposure| exposure.is_contaminated());
    let told: Vec<String> = told.map(|exposure| format!("{}: {exposure}", exposure.measured.evaluation)).collect();
    Ok((outputs, (!told.is_empty()).then(|| told.join("; "))))
}
