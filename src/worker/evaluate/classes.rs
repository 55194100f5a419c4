//! Measures a classifier on records.

use crate::engine::EngineError;
use crate::engine::classify::{classify, shares};
use crate::engine::confusion::{self, Told, likeliest};
use crate::engine::metric::averages::{self, Averages};
use crate::engine::metric::{bootstrap, calibration, likelihood, mean, roc_auc, top_k};
use crate::engine::model::Reading;
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::classification::Classification;
use crate::recipe::evaluation::Metric;
use crate::record::Confusion;
use crate::record::report::{ClassificationReport, EvaluationReport};
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// Measures a classifier; records are drawn again for the interval.
pub(super) fn measure(
    subject: &Subject<'_>,
    classification: &Classification,
    data: Data,
) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let (data, kind) = match work.metric.is_of_machine() {
        true => (data, Kind::Unlabelled),
        false => (data.with_classes(&classification.classes)?, Kind::Labelled),
    };
    let rows = Rows::to_measure(data, kind, network.context())?;
    let (measured, seconds) = timing::timed(|| confusion::measure(network, parameters, &rows, work.tokens));
    let measured = measured?;
    let n = measured.classes.len();
    let speed = Speed { read: measured.tokens, seconds, requests: n };
    if let Some(value) = timing::of_machine(work.metric, speed, |index| ask(subject, &rows, index))? {
        let report = EvaluationReport::new(work.metric, value, 0.0, measured.tokens);
        return Ok(EvaluationReport { records: Some(n as u64), ..report });
    }
    let of = |drawn: &[usize]| of_records(work.metric, work.k.unwrap_or(1) as usize, &measured, drawn);
    let value = of(&(0..n).collect::<Vec<_>>()).ok_or_else(|| subject.foreign("a classifier"))?;
    let drawn = |drawn: &[usize]| of(drawn).unwrap_or(f64::NAN);
    let interval = bootstrap::interval(n, bootstrap::RESAMPLES, bootstrap::SEED, drawn);
    let Told { loss, confusion, tokens, .. } = measured;
    let of_classes = ClassificationReport {
        records: confusion.records(),
        accuracy: confusion.accuracy(),
        macro_f1: confusion.macro_f1(),
        classes: confusion.by_class(&classification.classes),
        confusion,
    };
    let report = EvaluationReport::new(work.metric, value, loss, tokens);
    let classification = Some(Box::new(of_classes));
    Ok(EvaluationReport { classification, interval, records: Some(n as u64), ..report })
}

/// Lets a classifier read a record, as one request.
fn ask(subject: &Subject<'_>, rows: &Rows, index: usize) -> Result<(), EngineError> {
    let Subject { network, parameters, .. } = subject;
    let row = rows.measured(index)?;
    match rows.shape() {
        None => drop(classify(network, parameters, vec![row.tokens])),
        Some(_) => drop(shares(network, parameters, &Reading::new(&rows.batch(&[row]), network.device()))),
    }
    Ok(())
}

/// Returns a number of some of the records, each perhaps several times: nothing of a metric that is no classifier's, and not a number where
/// these records have none.
fn of_records(metric: Metric, k: usize, told: &Told, drawn: &[usize]) -> Option<f64> {
    let shares = |record: &usize| told.shares[*record].as_slice();
    let is_within = |record: &usize, k| top_k::is_within(shares(record), told.classes[*record], k);
    let counted = || {
        let mut confusion = Confusion::new(told.confusion.counts.len());
        drawn.iter().for_each(|record| confusion.add(told.classes[*record], likeliest(shares(record))));
        confusion
    };
    let macro_of = |of: fn(Averages) -> f64| of(averages::macro_of(&counted().counts));
    let weighted_of = |of: fn(Averages) -> f64| of(averages::weighted_of(&counted().counts));
    Some(match metric {
        Metric::Accuracy => counted().accuracy(),
        Metric::MacroF1 => counted().macro_f1(),
        Metric::MacroPrecision => macro_of(|all| all.precision),
        Metric::MacroRecall => macro_of(|all| all.recall),
        Metric::WeightedF1 => weighted_of(|all| all.f1),
        Metric::WeightedPrecision => weighted_of(|all| all.precision),
        Metric::WeightedRecall => weighted_of(|all| all.recall),
        Metric::TopKAccuracy => mean(drawn.iter().map(|record| f64::from(u8::from(is_within(record, k))))),
        Metric::LogLoss => mean(drawn.iter().map(|record| likelihood::surprise(shares(record)[told.classes[*record]]))),
        Metric::RocAuc => {
            let classes: Vec<usize> = drawn.iter().map(|record| told.classes[*record]).collect();
            roc_auc::of_classes(&drawn.iter().map(shares).collect::<Vec<_>>(), &classes).unwrap_or(f64::NAN)
        }
        Metric::CalibrationError => {
            let certainty = |record: &usize| shares(record).iter().copied().fold(0.0, f32::max);
            let certainties: Vec<f32> = drawn.iter().map(certainty).collect();
            let is_right: Vec<bool> = drawn.iter().map(|record| is_within(record, 1)).collect();
            calibration::expected_error(&certainties, &is_right, calibration::BINS)
        }
        Metric::Loss
        | Metric::Perplexity
        | Metric::BitsPerByte
        | Metric::AccNorm
        | Metric::AccBytes
        | Metric::ExactMatch
        | Metric::Rouge1
        | Metric::Rouge2
        | Metric::RougeL
        | Metric::Bleu
        | Metric::MeanAbsoluteError
        | Metric::RootMeanSquaredError
        | Metric::RSquared
        | Metric::ReconstructionError
        | Metric::NeighbourAccuracy
        | Metric::RecallAtK
        | Metric::FrechetDistance
        | Metric::PreferenceAccuracy
        | Metric::PreferenceMargin
        | Metric::Recognised
        | Metric::ClassCoverage
        | Metric::TokensPerSecond
        | Metric::LatencyP50
        | Metric::LatencyP90
        | Metric::LatencyP99
        | Metric::PeakMemory => return None,
    })
}
