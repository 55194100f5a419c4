//! Data that is too little for what learns from it: less than a row, or than what a single step takes.

use crate::plan::{Plan, Work};

/// Returns, in words, the trainings of a plan that read their data more than once a step; nothing without an estimate.
pub fn scant(plan: &Plan) -> Vec<String> {
    let Some(estimate) = &plan.estimate else { return Vec::new() };
    let mut told = Vec::new();
    for stage in plan.stages.iter().filter(|stage| !stage.is_fresh() && stage.id.repeat() == 1) {
        let Work::Train(work) = &stage.work else { continue };
        let training = estimate.stages.get(&stage.id).and_then(|stage| stage.training.as_ref());
        let context = u64::from(work.architecture.context());
        for part in training.iter().flat_map(|training| &training.tokens.data) {
            let (dataset, there, model) = (&part.dataset, part.split_tokens, &work.model);
            let step = (part.share * f64::from(work.train.batch_tokens)) as u64;
            // Nothing at all is told by the stage that reads it.
            let less = match there {
                0 => continue,
                _ if there < context => format!("less than one row of `context` {context}"),
                _ if there < step => format!("less than the {step} that every step takes of it"),
                _ => continue,
            };
            told.push(format!("`{model}` learns from about {there} tokens of `{dataset}`, {less}"));
        }
    }
    told
}
