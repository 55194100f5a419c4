//! What a run has recorded of its plan, held against the plan its recipe makes now.

use std::collections::BTreeSet;

use anyhow::Context as _;

use crate::cli::failure::Complaint;
use crate::id::StageId;
use crate::plan::{Plan, Work};
use crate::store::RunRow;

/// Leaves in a plan the stages of a run, and those they need.
///
/// # Errors
/// When the recorded plan cannot be read, or when the files of a dataset have changed since: that would be another run.
pub fn keep_recorded(row: &RunRow, plan: &mut Plan) -> anyhow::Result<()> {
    let recorded: Plan = serde_json::from_value(row.plan.clone())
        .with_context(|| format!("the plan recorded with run {} cannot be read", row.id.short()))?;
    check_sources(row, &recorded, plan)?;
    let stages: BTreeSet<StageId> = recorded.stages.into_iter().map(|stage| stage.id).collect();
    plan.keep(stages);
    Ok(())
}

fn check_sources(row: &RunRow, recorded: &Plan, plan: &Plan) -> Result<(), Complaint> {
    let by_id = plan.by_id();
    for stage in &recorded.stages {
        let now = by_id.get(&stage.id).map(|stage| &stage.work);
        if let (Work::Dataset(then), Some(Work::Dataset(now))) = (&stage.work, now)
            && then.source_digest != now.source_digest
        {
            let message = format!("the files of dataset `{}` are no longer those of run {}", then.name, row.id.short());
            let hint = format!(
                "they were {}, and are {}: bring the old files back",
                then.source_digest.short(),
                now.source_digest.short()
            );
            return Err(Complaint::input(message, hint));
        }
    }
    Ok(())
}
