//! Classifiers that judge what a generator makes: they tell classes of the same features.

use crate::recipe::code::Code;
use crate::recipe::dataset::Features;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;

/// Looks at every evaluation that has a judge.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    let (Some(evaluations), Some(models), Some(datasets)) = (parts.evaluations, parts.models, parts.datasets) else {
        return;
    };
    let features = |name| datasets.get(name).and_then(|dataset| dataset.features.as_ref());
    let judged = evaluations.iter().filter_map(|(name, evaluation)| Some((name, evaluation, evaluation.by.as_ref()?)));
    for (name, evaluation, by) in judged {
        // That there is none was told where it is named.
        let Some(model) = models.get(by) else { continue };
        let plain = |features: &Features| features.without_augmentation();
        let wanted = features(&evaluation.dataset).map(plain);
        let is_learnt = |own: &Features| Some(plain(own)) == wanted;
        let has_learnt_it = model.train.data.iter().all(|share| features(&share.dataset).is_some_and(is_learnt));
        let (code, message, hint) = if model.classification().is_none() {
            let message = format!("`{by}` is no classifier, and cannot say what is made");
            (Code::WrongObjective, message, "name a model that learns `classification`")
        } else if !has_learnt_it {
            let dataset = &evaluation.dataset;
            let message = format!("`{by}` learns from other features than those of `{dataset}`, which are made");
            (Code::ShapeMismatch, message, "give the datasets of both the same `features`")
        } else {
            continue;
        };
        let field = parts.field(&["evaluations", name.as_str(), "by"]);
        reader.problem_of(code, field.place, &field.path, message, Some(hint.to_owned()));
    }
}
