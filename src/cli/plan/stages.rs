//! The stages of a plan as a tree.

use crate::cli::format::{bytes, seconds, short, table};
use crate::plan::estimate::StageEstimate;
use crate::plan::estimate::time::TimeSource;
use crate::plan::tree::{Line, lines};
use crate::plan::{Freshness, Plan, Stage, Work};
use crate::recipe::dataset::Source;

/// Returns the tree with the state, the reason, the size and the time of every stage.
pub fn tree(plan: &Plan) -> String {
    let rows: Vec<Vec<String>> = lines(plan).iter().map(|line| row(plan, line)).collect();
    table(&["stage", "state", "why", "size", "time"], &rows, &[4])
}

fn row(plan: &Plan, line: &Line<'_>) -> Vec<String> {
    let Line { branch, stage, is_mention } = line;
    if *is_mention {
        return vec![format!("{branch}{} (below)", stage.id)];
    }
    let (state, why) = match &stage.freshness {
        Freshness::Fresh { run } => ("fresh".to_owned(), format!("run {}", run.short())),
        Freshness::Stale { reason } => ("stale".to_owned(), reason.to_string()),
    };
    let estimate = plan.estimate.as_ref().and_then(|estimate| estimate.stages.get(&stage.id));
    let time = estimate.map(time).unwrap_or_default();
    vec![format!("{branch}{}", stage.id), state, why, size(stage, estimate), time]
}

fn time(estimate: &StageEstimate) -> String {
    match estimate.time {
        TimeSource::Fresh | TimeSource::Manager | TimeSource::Described => String::new(),
        TimeSource::Arithmetic | TimeSource::LastTime { .. } | TimeSource::Bytes => seconds(estimate.seconds),
    }
}

fn size(stage: &Stage, estimate: Option<&StageEstimate>) -> String {
    match &stage.work {
        Work::Train(work) => {
            let all = short(work.architecture.parameters_for(work.vocab_size, &work.train.objective));
            let trained = estimate.and_then(|estimate| estimate.training.as_ref());
            match trained.filter(|training| training.parameters.adapter > 0) {
                Some(training) => format!("{all} parameters (LoRA {})", short(training.parameters.adapter)),
                None => format!("{all} parameters"),
            }
        }
        Work::Import(work) => {
            format!("{} parameters", short(work.import.architecture.parameters(work.import.vocab_size)))
        }
        Work::Tokenizer(work) => format!("{} tokens", work.tokenizer.vocab_size()),
        Work::Dataset(work) => data(&work.dataset.source),
        Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Evaluate(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Analyse(_)
        | Work::Card(_)
        | Work::Publish(_) => String::new(),
    }
}

/// Returns what is known of data before it is read.
fn data(source: &Source) -> String {
    if let Source::Synthetic { rows, .. } = source {
        return format!("{} rows, made", short(*rows));
    }
    let Source::Described { tokens, bytes: raw, cleaned_bytes, documents: _ } = source else { return String::new() };
    let tokens = format!("{} tokens, only described", short(*tokens));
    match raw == cleaned_bytes {
        true => format!("{}, {tokens}", bytes(*raw)),
        false => format!("{} → {}, {tokens}", bytes(*raw), bytes(*cleaned_bytes)),
    }
}
