//! Work the manager does itself, in an instant: imports, gates, analyses, cards, publishing.

mod import;
pub mod gate;
mod analyse;
mod card;
mod publish;
mod uncontaminated;
mod recipe_facts;

use std::collections::BTreeMap;

use crate::artifact::ArtifactStore;
use crate::execute::error::ExecuteError;
use crate::id::{RunId, StageId};
use crate::plan::{Outputs, Plan, Stage, Work};
use crate::store::Store;

/// What such work can look at.
pub(super) struct Inline<'a> {
    pub(super) store: &'a Store,
    pub(super) artifacts: &'a ArtifactStore,
    pub(super) run: RunId,
    pub(super) plan: &'a Plan,
    /// Its stages by their ids.
    pub(super) by_id: &'a BTreeMap<&'a StageId, &'a Stage>,
    /// The outputs of every stage that is done.
    pub(super) outputs: &'a BTreeMap<StageId, Outputs>,
}

/// Does the work of a stage; returns its outputs and, where a requirement is broken, how.
pub(super) async fn work(inline: &Inline<'_>, stage: &Stage) -> Result<(Outputs, Option<String>), ExecuteError> {
    match &stage.work {
        Work::Import(work) => Ok((import::work(inline, stage, work)?, None)),
        Work::Gate(work) => gate::work(inline, stage, work),
        Work::Uncontaminated(work) => uncontaminated::work(inline, work),
        Work::Analyse(work) => Ok((analyse::work(inline, stage, work)?, None)),
        Work::Card(work) => Ok((card::work(inline, stage, work).await?, None)),
        Work::Publish(work) => Ok((publish::work(inline, work).await?, None)),
        Work::Dataset(_)
        | Work::Tokenizer(_)
        | Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Train(_)
        | Work::Evaluate(_)
        | Work::Sample(_) => unreachable!("a worker does this work"),
    }
}
