//! Analyses: gathers what was measured of several models, and asks what it says of all of them.

use crate::analysis::figure::svg;
use crate::analysis::{Training, fit};
use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::execute::intake::report;
use crate::id::{Name, StageId, StageKind};
use crate::plan::work::{AnalyseWork, EvaluateWork};
use crate::plan::{Outputs, Stage, Work};
use crate::recipe::analysis::Analysis;
use crate::record::report::{EvaluationReport, TrainingReport};

/// Answers an analysis; returns `law.json` and `law.svg`.
pub(super) fn work(inline: &Inline<'_>, stage: &Stage, work: &AnalyseWork) -> Result<Outputs, ExecuteError> {
    let AnalyseWork { name: _, analysis } = work;
    match analysis {
        Analysis::ScalingLaw { models: _, evaluation, predict } => {
            let law = fit(trainings(inline, stage)?, predict)
                .map_err(|source| ExecuteError::Law { stage: stage.id.clone(), source })?;
            let figure = svg(&law, evaluation.as_str());
            let text = serde_json::to_vec_pretty(&law).expect("a law serializes");
            Ok(Outputs::from([
                ("law.json".to_owned(), inline.artifacts.put_bytes(&text)?),
                ("law.svg".to_owned(), inline.artifacts.put_bytes(figure.as_bytes())?),
            ]))
        }
    }
}

/// Returns every measurement among the stage's inputs, with what its model cost.
fn trainings(inline: &Inline<'_>, stage: &Stage) -> Result<Vec<Training>, ExecuteError> {
    let needs = stage.needs.iter().filter_map(|need| inline.by_id.get(need));
    let measured = needs.filter_map(|need| match &need.work {
        Work::Evaluate(work) => Some((&need.id, work)),
        Work::Import(_)
        | Work::Dataset(_)
        | Work::Tokenizer(_)
        | Work::Tokens(_)
        | Work::Contamination(_)
        | Work::Uncontaminated(_)
        | Work::Train(_)
        | Work::Sample(_)
        | Work::Gate(_)
        | Work::Analyse(_)
        | Work::Card(_)
        | Work::Publish(_) => None,
    });
    measured.map(|(id, work)| training(inline, stage, id, work)).collect()
}

fn training(inline: &Inline<'_>, stage: &Stage, id: &StageId, work: &EvaluateWork) -> Result<Training, ExecuteError> {
    let lacks = |id: &StageId| ExecuteError::Lacks { stage: stage.id.clone(), name: id.to_string() };
    let outputs = inline.outputs.get(id).ok_or_else(|| lacks(id))?;
    let measured: EvaluationReport = report(inline.artifacts, id, outputs, "metrics.json")?;
    let (mut parameters, mut tokens) = (None, 0);
    let mut next: Option<&Name> = Some(&work.model);
    while let Some(model) = next {
        let id = StageId::new(StageKind::Train, model).of_repeat(work.repeat);
        let outputs = inline.outputs.get(&id).ok_or_else(|| lacks(&id))?;
        let trained: TrainingReport = report(inline.artifacts, &id, outputs, "training.json")?;
        // The weights have seen what those of every ancestor saw.
        tokens += trained.tokens;
        parameters.get_or_insert(trained.parameters);
        let Some(Work::Train(train)) = inline.by_id.get(&id).map(|stage| &stage.work) else { return Err(lacks(&id)) };
        // What a model outside of the recipe has seen is not known: it counts from here on.
        let is_trained = |base: &&Name| inline.by_id.contains_key(&StageId::new(StageKind::Train, base));
        next = train.base.as_ref().filter(is_trained);
    }
    let parameters = parameters.ok_or_else(|| lacks(id))?;
    Ok(Training { model: work.model.clone(), parameters, tokens, loss: measured.loss })
}
