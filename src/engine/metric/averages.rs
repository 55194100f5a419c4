//! Precision, recall and F1 of all classes together (Sokolova & Lapalme 2009). Shares; higher is better.
//!
//! A share of nothing is 0. A class that no record has and no record was taken for says nothing, and is left out.

/// Precision, recall and their harmonic mean.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Averages {
    /// The share of those taken for a class that belong to it.
    pub precision: f64,
    /// The share of a class's records that were taken for it.
    pub recall: f64,
    /// The harmonic mean of both, class by class.
    pub f1: f64,
}

/// Returns the mean over the classes, each counting as much as the others.
///
/// `counts` has a row for every class, in it the number of its records taken for every class.
pub fn macro_of(counts: &[Vec<u64>]) -> Averages {
    weighed(counts, |_| 1.0)
}

/// Returns the mean over the classes, each counting as much as it has records.
pub fn weighted_of(counts: &[Vec<u64>]) -> Averages {
    weighed(counts, |records| records as f64)
}

fn weighed(counts: &[Vec<u64>], weight: impl Fn(u64) -> f64) -> Averages {
    let (mut sums, mut total) = (Averages::default(), 0.0);
    for (class, row) in counts.iter().enumerate() {
        let (right, records) = (row[class], row.iter().sum::<u64>());
        let taken: u64 = counts.iter().map(|row| row[class]).sum();
        if records + taken == 0 {
            continue;
        }
        let weight = weight(records);
        total += weight;
        sums.precision += weight * share(right, taken);
        sums.recall += weight * share(right, records);
        sums.f1 += weight * share(2 * right, records + taken);
    }
    let of = |sum: f64| if total == 0.0 { 0.0 } else { sum / total };
    Averages { precision: of(sums.precision), recall: of(sums.recall), f1: of(sums.f1) }
}

fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
