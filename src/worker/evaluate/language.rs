//! Measures a language model on running text, or on what is hidden in it.

use crate::engine::evaluate::{self, RowSums};
use crate::engine::metric::{bootstrap, likelihood};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::recipe::objective::Objective;
use crate::record::Interval;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// Measures a language model; rows are drawn again for the interval.
///
/// One that has learnt to find hidden tokens is measured on those that are hidden: always the same ones, and as large a share as it
/// learnt from.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let rows = rows(subject, data)?;
    let (measured, seconds) =
        timing::timed(|| evaluate::measure(network, parameters, &rows, work.tokens, work.k.unwrap_or(1)));
    let measured = measured?;
    let speed = Speed { read: measured.tokens, seconds, requests: measured.rows.len() };
    let request =
        |index: usize| rows.measured(index).map(|row| evaluate::read(network, parameters, &rows.batch(&[row])));
    let (value, interval) = match timing::of_machine(work.metric, speed, request)? {
        Some(value) => (value, None),
        None => of_texts(subject, &rows, &measured)?,
    };
    let report = EvaluationReport::new(work.metric, value, measured.loss, measured.tokens);
    Ok(EvaluationReport { interval, records: Some(measured.rows.len() as u64), ..report })
}

/// Returns the rows that a model is measured on.
fn rows(subject: &Subject<'_>, data: Data) -> Result<Rows, Failure> {
    let context = subject.network.context();
    match &subject.work.objective {
        Some(Objective::MaskedLm(masked)) => {
            let rows = Rows::to_measure(data, Kind::Masked, context)?;
            Ok(rows.looking(subject.work.attention)?.hiding(masked.mask_share)?)
        }
        Some(_) | None => {
            let kind = if data.has_loss_mask() { Kind::Records } else { Kind::Text };
            Ok(Rows::to_measure(data, kind, context)?)
        }
    }
}

/// Returns a number of the tokens of texts, and how sure it is.
fn of_texts(
    subject: &Subject<'_>,
    rows: &Rows,
    measured: &evaluate::Measured,
) -> Result<(f64, Option<Interval>), Failure> {
    let all = &measured.rows;
    let of = |above: fn(&RowSums) -> f64| bootstrap::of_ratio(&column(all, above), &column(all, |row| row.targets));
    Ok(match subject.work.metric {
        Metric::Loss => (measured.loss, of(|row| row.surprise)),
        Metric::Perplexity => (likelihood::perplexity(measured.loss), of(|row| row.surprise).map(exponential)),
        Metric::Accuracy => (measured.accuracy, of(|row| row.right)),
        Metric::TopKAccuracy => {
            let within: f64 = column(all, |row| row.within).iter().sum();
            (within / measured.tokens as f64, of(|row| row.within))
        }
        Metric::BitsPerByte => bits_per_byte(subject, rows, all)?,
        Metric::MacroF1
        | Metric::MacroPrecision
        | Metric::MacroRecall
        | Metric::WeightedPrecision
        | Metric::WeightedRecall
        | Metric::WeightedF1
        | Metric::RocAuc
        | Metric::CalibrationError
        | Metric::LogLoss
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
        | Metric::PeakMemory => return Err(subject.foreign("a language model")),
    })
}

fn column(rows: &[RowSums], of: impl Fn(&RowSums) -> f64) -> Vec<f64> {
    rows.iter().map(of).collect()
}

/// The exponential keeps the order, so the percentiles of losses are those of perplexities.
fn exponential(interval: Interval) -> Interval {
    let [low, high] = [interval.low, interval.high].map(likelihood::perplexity);
    Interval { low, high, ..interval }
}

/// Returns the bits for a byte of the text of the targets.
///
/// The bytes are those of all targets decoded together; a row's are those of its own, where a character that two rows share is
/// torn, so they serve the interval only. End tokens have no text: their surprise counts, and no byte.
fn bits_per_byte(subject: &Subject<'_>, rows: &Rows, sums: &[RowSums]) -> Result<(f64, Option<Interval>), Failure> {
    let tokenizer = subject.tokenizer()?;
    let (mut all, mut bytes) = (Vec::new(), Vec::with_capacity(sums.len()));
    for index in 0..sums.len() {
        let row = rows.row(index, 0)?;
        let targets = row.tokens.into_iter().zip(row.is_target).skip(1).filter(|(_, is_target)| *is_target);
        let targets: Vec<u32> = targets.map(|(token, _)| token).collect();
        bytes.push(tokenizer.decode(&targets)?.len() as f64);
        all.extend(targets);
    }
    let surprises = column(sums, |row| row.surprise);
    let text = tokenizer.decode(&all)?.len() as f64;
    let value = likelihood::bits_per_byte(surprises.iter().sum(), text);
    let bits: Vec<f64> = surprises.iter().map(|nats| nats / std::f64::consts::LN_2).collect();
    Ok((value, bootstrap::of_ratio(&bits, &bytes)))
}
