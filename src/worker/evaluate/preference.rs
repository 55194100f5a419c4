//! Measures which of two answers a model that writes finds likelier.

use crate::engine::evaluate;
use crate::engine::metric::{bootstrap, mean};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::failure::Failure;

/// Measures a model on pairs of answers; pairs are drawn again for the interval. The loss is the surprise at the chosen answers, in nats
/// an answer.
///
/// No other model is looked at: so a model can be held against the one it started from. Two answers that are as likely count as not
/// preferred.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let rows = Rows::to_measure(data, Kind::Pairs, network.context())?;
    let measured = evaluate::answers(network, parameters, &rows, work.tokens)?;
    let margins = measured.surprises.iter().map(|[chosen, rejected]| rejected - chosen);
    let of_pairs: Vec<f64> = match work.metric {
        Metric::PreferenceAccuracy => margins.map(|margin| f64::from(u8::from(margin > 0.0))).collect(),
        Metric::PreferenceMargin => margins.collect(),
        _ => return Err(subject.foreign("asked what it prefers")),
    };
    let loss = mean(measured.surprises.iter().map(|[chosen, _]| *chosen));
    let report = EvaluationReport::new(work.metric, mean(of_pairs.iter().copied()), loss, measured.tokens);
    Ok(EvaluationReport { interval: bootstrap::of_mean(&of_pairs), records: Some(of_pairs.len() as u64), ..report })
}
