//! Fresh or stale, and why.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::id::StageId;
use crate::plan::Plan;
use crate::plan::ledger::Ledger;
use crate::plan::stage::{Freshness, Stage};
use crate::plan::staleness::{Change, StaleReason};

/// Marks every stage of a plan as fresh or stale.
pub fn judge(plan: &mut Plan, ledger: &Ledger) {
    let mut stale = BTreeSet::new();
    for stage in &mut plan.stages {
        stage.freshness = freshness(stage, ledger, &stale);
        if !stage.is_fresh() {
            stale.insert(stage.id.clone());
        }
    }
}

/// Marks stages as stale because somebody asked for it, and with them everything that reads their outputs.
pub fn force(plan: &mut Plan, forced: &BTreeSet<StageId>) {
    let mut touched = BTreeSet::new();
    for stage in &mut plan.stages {
        let input = stage.inputs().find(|need| touched.contains(*need)).cloned();
        if forced.contains(&stage.id) {
            stage.freshness = Freshness::Stale { reason: StaleReason::Forced };
        } else if let Some(input) = input {
            if stage.is_fresh() {
                stage.freshness = Freshness::Stale { reason: StaleReason::InputStale { input } };
            }
        } else {
            continue;
        }
        touched.insert(stage.id.clone());
    }
}

fn freshness(stage: &Stage, ledger: &Ledger, stale: &BTreeSet<StageId>) -> Freshness {
    if let Some(done) = ledger.done.get(&stage.fingerprint) {
        return Freshness::Fresh { run: done.run };
    }
    let reason = if let Some(name) = ledger.gone.get(&stage.fingerprint) {
        StaleReason::OutputGone { name: name.clone() }
    } else {
        match ledger.newest.get(&stage.id) {
            None => StaleReason::New,
            Some(done) => changed(stage, &done.key, stale),
        }
    };
    Freshness::Stale { reason }
}

/// What differs in the stage itself comes first; only where nothing does, its inputs are to blame.
fn changed(stage: &Stage, old: &Value, stale: &BTreeSet<StageId>) -> StaleReason {
    let all = differences(old, &stage.key);
    let (inputs, own): (Vec<_>, Vec<_>) = all.into_iter().partition(|change| change.path.starts_with("inputs."));
    if !own.is_empty() {
        return StaleReason::Changed { changes: own };
    }
    match stage.inputs().find(|need| stale.contains(*need)) {
        Some(input) => StaleReason::InputStale { input: input.clone() },
        None => StaleReason::Changed { changes: inputs },
    }
}

/// Returns every difference between two keys by dotted path, in the order of the paths.
pub fn differences(old: &Value, new: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    compare("", Some(old), Some(new), &mut changes);
    changes
}

fn compare(path: &str, old: Option<&Value>, new: Option<&Value>, changes: &mut Vec<Change>) {
    if old == new {
        return;
    }
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new))) => {
            let keys: BTreeSet<_> = old.keys().chain(new.keys()).collect();
            for key in keys {
                compare(&below(key), old.get(key), new.get(key), changes);
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) if old.len() == new.len() => {
            for (i, (old, new)) in old.iter().zip(new).enumerate() {
                compare(&format!("{path}[{i}]"), Some(old), Some(new), changes);
            }
        }
        _ => {
            let shown = |value: Option<&Value>| value.filter(|value| !value.is_null()).map(shown);
            changes.push(Change { path: path.to_owned(), old: shown(old), new: shown(new) });
        }
    }
}

/// Returns a value as it prints: digests by their first digits, long text cut.
pub(crate) fn shown(value: &Value) -> String {
    let text = match value {
        Value::String(text) if text.len() == 64 && text.parse::<crate::id::Digest>().is_ok() => text[..8].to_owned(),
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    match text.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_changed_value_prints_as_old_and_new() {
        let old = json!({ "budget": { "steps": 400 }, "seed": 1 });
        let new = json!({ "budget": { "steps": 500 }, "seed": 1 });
        let reason = StaleReason::Changed { changes: differences(&old, &new) };
        assert_eq!(reason.to_string(), "budget.steps 400 → 500");
    }

    #[test]
    fn another_kind_of_budget_says_what_went_and_what_came() {
        let changes = differences(&json!({ "budget": { "steps": 400 } }), &json!({ "budget": { "epochs": 2 } }));
        let shown: Vec<_> = changes.iter().map(ToString::to_string).collect();
        assert_eq!(shown, ["budget.epochs 2 added", "budget.steps 400 removed"]);
    }

    #[test]
    fn equal_keys_differ_in_nothing() {
        let key = json!({ "a": [1, { "b": null }], "c": "x" });
        assert!(differences(&key, &key).is_empty());
    }
}
