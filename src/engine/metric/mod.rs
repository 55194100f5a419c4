//! What is measured of models, as pure functions over slices: no tensor, no file, no clock.
//!
//! | file | what | unit | better |
//! |---|---|---|---|
//! | [`likelihood`] | perplexity, bits per byte, log loss | nats, bits | lower |
//! | [`top_k`] | accuracy, top-k accuracy | share | higher |
//! | [`averages`] | precision, recall, F1: macro and weighted | share | higher |
//! | [`roc_auc`] | area under the receiver operating characteristic | share | higher |
//! | [`calibration`] | expected calibration error | share | lower |
//! | [`choice`] | which choice is the likeliest | – | – |
//! | [`exact_match`] | whether a text is the expected one | share | higher |
//! | [`rouge`] | ROUGE-1, -2, -L | share | higher |
//! | [`bleu`] | BLEU | 0 to 100 | higher |
//! | [`regression`] | mean absolute error, root mean squared error, R² | as the numbers; R² none | lower; R² higher |
//! | [`retrieval`] | recall at k | share | higher |
//! | [`neighbours`] | share of the records whose neighbours have their class | share | higher |
//! | [`frechet`] | Fréchet distance of two sets of embeddings | squared | lower |
//! | [`recognition`] | what a classifier says of what was made | share | higher |
//! | [`percentile`] | percentiles, such as of latencies | as the numbers | lower |
//! | [`bootstrap`] | how sure a number is | as the number | – |
//!
//! The numbers they are held against are made by scikit-learn, sacrebleu, rouge-score and SciPy, in
//! `tests/it/reference/metrics/make.py`.

pub mod likelihood;
pub mod top_k;
pub mod averages;
pub mod roc_auc;
pub mod calibration;
pub mod choice;
pub mod exact_match;
pub mod rouge;
pub mod bleu;
pub mod regression;
pub mod retrieval;
pub mod neighbours;
pub mod frechet;
pub mod percentile;
pub mod recognition;
pub mod bootstrap;
#[cfg(test)]
mod tests;

/// Returns the mean of some numbers; not a number where there is none.
pub fn mean(values: impl IntoIterator<Item = f64>) -> f64 {
    let (sum, n) = values.into_iter().fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
    sum / n
}
