//! Measures whether a model places alike what is alike: by the labels of neighbours.

use crate::engine::each;
use crate::engine::evaluate::n_rows;
use crate::engine::metric::{bootstrap, mean, neighbours};
use crate::engine::sampler::{Data, Kind, Rows};
use crate::recipe::evaluation::Metric;
use crate::record::FailureClass;
use crate::record::report::EvaluationReport;
use crate::worker::evaluate::Subject;
use crate::worker::evaluate::timing::{self, Speed};
use crate::worker::failure::Failure;

/// Measures what records are compared by; records are drawn again for the interval.
///
/// The labels are looked at for [`Metric::NeighbourAccuracy`] alone.
pub(super) fn measure(subject: &Subject<'_>, data: Data) -> Result<EvaluationReport, Failure> {
    let Subject { work, network, parameters, .. } = subject;
    let is_of_labels = work.metric == Metric::NeighbourAccuracy;
    let labels = data.features().map(|features| features.names().to_vec()).unwrap_or_default();
    let (data, kind) =
        if is_of_labels { (data.with_classes(&labels)?, Kind::Labelled) } else { (data, Kind::Unlabelled) };
    let rows = Rows::to_measure(data, kind, network.context())?;
    let embeddings = |places| each::embeddings(network, parameters, &rows, places);
    let (all, seconds) = timing::timed(|| embeddings(0..n_rows(&rows, work.tokens)));
    let all = all?;
    let speed = Speed { read: all.read, seconds, requests: all.records };
    let machine = timing::of_machine(work.metric, speed, |index| embeddings(index..index + 1).map(drop))?;
    let (value, interval) = match (is_of_labels, machine) {
        (_, Some(value)) => (value, None),
        (true, None) if all.records < 2 => {
            let message = format!("`{}/{}` has one record, and so no neighbours", work.dataset, work.split.word());
            let hint = "let the split have more records, or raise `records`";
            return Err(Failure::new(FailureClass::BadInput, message).with_hint(hint));
        }
        (true, None) => {
            let agree = neighbours::agree(&all.values, &all.classes, work.k.unwrap_or(1) as usize);
            let agree: Vec<f64> = agree.into_iter().map(|is| f64::from(u8::from(is))).collect();
            (mean(agree.iter().copied()), bootstrap::of_mean(&agree))
        }
        (false, None) => return Err(subject.foreign("a model of views")),
    };
    let report = EvaluationReport::new(work.metric, value, 0.0, all.read);
    Ok(EvaluationReport { interval, records: Some(all.records as u64), ..report })
}
