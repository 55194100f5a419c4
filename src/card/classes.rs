//! What a classifier tells apart, and how well, as the template shows it.

use serde::Serialize;

use crate::card::facts::EvaluationFacts;
use crate::card::number::{count, percent};
use crate::recipe::classification::{ClassWeights, Classification, Pool};
use crate::record::ClassReport;

/// The most classes a card names.
const MOST: usize = 50;

/// How a classifier tells its classes: the first of them.
#[derive(Debug, Serialize)]
pub(super) struct ClassesView {
    what: String,
    records: String,
    accuracy: String,
    macro_f1: String,
    rows: Vec<ClassView>,
}

#[derive(Debug, Serialize)]
struct ClassView {
    class: String,
    records: String,
    precision: String,
    recall: String,
    f1: String,
    taken_for: String,
}

/// Returns the classes, and how a record is read to tell them.
pub(super) fn words(own: &Classification) -> String {
    let Classification { classes, attention, pool, class_weights, label_smoothing: _, dropout: _ } = own;
    let pool = match pool {
        Pool::Mean => "the mean of all places",
        Pool::Last => "the last place",
        Pool::First => "the first place",
    };
    let shown = classes.iter().take(MOST).map(String::as_str).collect::<Vec<_>>().join(", ");
    let more = if classes.len() > MOST { ", …" } else { "" };
    let weights = match class_weights {
        None => String::new(),
        Some(ClassWeights::Balanced) => "; the rarer a class, the more its records count".to_owned(),
        Some(ClassWeights::Of(weights)) => {
            let each: Vec<_> = weights.iter().take(MOST).map(|(class, weight)| format!("{class} {weight}")).collect();
            let more = if weights.len() > MOST { ", …" } else { "" };
            format!("; what a record counts: {}{more}, others 1", each.join(", "))
        }
    };
    format!("{}: {shown}{more}; {} attention, {pool}{weights}", classes.len(), attention.word())
}

/// Returns how a classifier tells its classes on an evaluation, where it was measured on one.
pub(super) fn view(evaluation: &EvaluationFacts) -> Option<ClassesView> {
    let report = evaluation.classification.as_ref()?;
    let taken_for = |class: usize| {
        let row = report.confusion.counts.get(class)?;
        let others = row.iter().enumerate().filter(|(other, n)| *other != class && **n > 0);
        let (other, n) = others.max_by_key(|(other, n)| (**n, std::cmp::Reverse(*other)))?;
        Some(format!("{}, {}", report.classes.get(other)?.class, count(*n)))
    };
    let row = |(i, class): (usize, &ClassReport)| ClassView {
        class: class.class.clone(),
        records: count(class.records),
        precision: percent(class.precision),
        recall: percent(class.recall),
        f1: percent(class.f1),
        taken_for: taken_for(i).unwrap_or_default(),
    };
    Some(ClassesView {
        what: format!("{}/{}", evaluation.dataset, evaluation.split.word()),
        records: count(report.records),
        accuracy: percent(report.accuracy),
        macro_f1: percent(report.macro_f1),
        rows: report.classes.iter().take(MOST).enumerate().map(row).collect(),
    })
}
