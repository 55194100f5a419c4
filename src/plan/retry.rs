//! What to do again where only that is asked for which failed.

use std::collections::BTreeSet;

use crate::id::StageId;
use crate::plan::Plan;

/// What is done again, and what is left alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Retry {
    /// What failed, or was skipped because of it, and is stale: it is done again.
    pub again: Vec<StageId>,
    /// What is stale and did not fail.
    pub left: Vec<StageId>,
    /// What failed and needs something that is stale and did not fail: the stage, and what it needs.
    pub blocked: Vec<(StageId, StageId)>,
    /// What failed and is no longer part of the recipe.
    pub gone: Vec<StageId>,
}

/// Returns what failed in a plan that was executed, with everything behind it.
pub fn with_descendants(executed: &Plan, failed: &BTreeSet<StageId>) -> BTreeSet<StageId> {
    let mut found = failed.clone();
    for stage in &executed.stages {
        if stage.needs.iter().any(|need| found.contains(need)) {
            found.insert(stage.id.clone());
        }
    }
    found
}

/// Leaves in a judged plan what is fresh and, of what is stale, only the stages of `wanted` that can be done.
pub fn only(plan: &mut Plan, wanted: &BTreeSet<StageId>) -> Retry {
    let mut retry = Retry::default();
    let (mut again, mut stale) = (BTreeSet::new(), BTreeSet::new());
    for stage in plan.stages.iter().filter(|stage| !stage.is_fresh()) {
        let id = stage.id.clone();
        stale.insert(id.clone());
        if !wanted.contains(&id) {
            retry.left.push(id);
        } else if let Some(need) = stage.needs.iter().find(|need| stale.contains(*need) && !again.contains(*need)) {
            retry.blocked.push((id, need.clone()));
        } else {
            again.insert(id.clone());
            retry.again.push(id);
        }
    }
    retry.gone = wanted.iter().filter(|id| plan.stage(id).is_none()).cloned().collect();
    plan.stages.retain(|stage| stage.is_fresh() || again.contains(&stage.id));
    retry
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::run::DeviceChoice;
    use crate::schedule::scheduler::samples::{dataset, evaluate, fresh, plan, stage};

    fn id(text: &str) -> StageId {
        text.parse().unwrap()
    }

    fn ids(texts: &[&str]) -> Vec<StageId> {
        texts.iter().map(|text| id(text)).collect()
    }

    /// `b` needs `a`, `c` needs `b`; `x` stands alone.
    fn executed() -> Plan {
        let work = || evaluate(1, DeviceChoice::Cpu);
        plan(vec![
            stage("dataset:a", dataset(), &[]),
            stage("evaluate:b", work(), &["dataset:a"]),
            stage("evaluate:c", work(), &["evaluate:b"]),
            stage("dataset:x", dataset(), &[]),
        ])
    }

    #[test]
    fn what_failed_is_done_again_with_what_was_skipped_and_nothing_else() {
        let wanted = with_descendants(&executed(), &BTreeSet::from([id("evaluate:b")]));
        assert_eq!(wanted, ids(&["evaluate:b", "evaluate:c"]).into_iter().collect());
        let mut judged = executed();
        judged.stages[0] = fresh(judged.stages[0].clone());
        let retry = only(&mut judged, &wanted);
        assert_eq!((retry.again, retry.left), (ids(&["evaluate:b", "evaluate:c"]), ids(&["dataset:x"])));
        assert_eq!((retry.blocked, retry.gone), (vec![], vec![]));
        let kept: Vec<StageId> = judged.stages.into_iter().map(|stage| stage.id).collect();
        assert_eq!(kept, ids(&["dataset:a", "evaluate:b", "evaluate:c"]));
    }

    #[test]
    fn what_needs_something_else_that_is_stale_is_left_with_all_behind_it() {
        let wanted: BTreeSet<StageId> = ids(&["evaluate:b", "evaluate:c", "evaluate:gone"]).into_iter().collect();
        let mut judged = executed();
        let retry = only(&mut judged, &wanted);
        assert!(retry.again.is_empty() && judged.stages.is_empty());
        assert_eq!(retry.blocked, [(id("evaluate:b"), id("dataset:a")), (id("evaluate:c"), id("evaluate:b"))]);
        assert_eq!((retry.left, retry.gone), (ids(&["dataset:a", "dataset:x"]), ids(&["evaluate:gone"])));
    }
}
