//! What the models of a plan have seen of its evaluations, as far as earlier runs have found it out.

use std::collections::BTreeMap;

use crate::artifact::ArtifactStore;
use crate::cli::report::contamination;
use crate::cli::session::Session;
use crate::id::StageKind;
use crate::plan::contamination::exposures;
use crate::plan::{Ledger, Plan};
use crate::recipe::Recipe;
use crate::record::Exposure;

/// Returns what the models have seen of the evaluations, as far as stages that are fresh have found it out.
///
/// # Errors
/// When a report is no longer what it was.
pub fn known(session: &Session, recipe: &Recipe, plan: &Plan, ledger: &Ledger) -> anyhow::Result<Vec<Exposure>> {
    let mut reports = BTreeMap::new();
    for stage in plan.stages.iter().filter(|stage| stage.is_fresh() && stage.id.kind() == StageKind::Contamination) {
        let done = ledger.done.get(&stage.fingerprint).and_then(|done| done.outputs.get(contamination::OUTPUT));
        if let Some(output) = done {
            let report = contamination::report(&ArtifactStore::new(&session.workspace()?), output.digest)?;
            reports.insert(report.dataset.clone(), report);
        }
    }
    Ok(exposures(recipe, &reports, |dataset| plan.before_contamination_is_known(dataset)))
}
