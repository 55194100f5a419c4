//! The numbers of metrics: which way is better, between what they lie, how they are written.

use crate::recipe::metric::Metric;

/// How a number of a metric is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// A plain number.
    Plain,
    /// A share, written in percent.
    Share,
    /// Milliseconds.
    Milliseconds,
    /// Bytes.
    Bytes,
}

impl Metric {
    /// Returns whether a smaller value is a better one.
    pub const fn lower_is_better(self) -> bool {
        match self {
            Self::Loss
            | Self::Perplexity
            | Self::BitsPerByte
            | Self::CalibrationError
            | Self::LogLoss
            | Self::MeanAbsoluteError
            | Self::RootMeanSquaredError
            | Self::ReconstructionError
            | Self::FrechetDistance
            | Self::LatencyP50
            | Self::LatencyP90
            | Self::LatencyP99
            | Self::PeakMemory => true,
            Self::Accuracy
            | Self::TopKAccuracy
            | Self::MacroF1
            | Self::MacroPrecision
            | Self::MacroRecall
            | Self::WeightedPrecision
            | Self::WeightedRecall
            | Self::WeightedF1
            | Self::RocAuc
            | Self::AccNorm
            | Self::AccBytes
            | Self::ExactMatch
            | Self::Rouge1
            | Self::Rouge2
            | Self::RougeL
            | Self::Bleu
            | Self::RSquared
            | Self::NeighbourAccuracy
            | Self::RecallAtK
            | Self::PreferenceAccuracy
            | Self::PreferenceMargin
            | Self::Recognised
            | Self::ClassCoverage
            | Self::TokensPerSecond => false,
        }
    }

    /// Returns the lowest and the highest value it can have.
    pub const fn range(self) -> (f64, f64) {
        match (self, self.scale()) {
            (Self::Perplexity, _) => (1.0, f64::INFINITY),
            (Self::Bleu, _) => (0.0, 100.0),
            (Self::RSquared, _) => (f64::NEG_INFINITY, 1.0),
            (Self::PreferenceMargin, _) => (f64::NEG_INFINITY, f64::INFINITY),
            (_, Scale::Share) => (0.0, 1.0),
            (_, Scale::Plain | Scale::Milliseconds | Scale::Bytes) => (0.0, f64::INFINITY),
        }
    }

    /// Returns how its numbers are written.
    pub const fn scale(self) -> Scale {
        match self {
            Self::Accuracy
            | Self::TopKAccuracy
            | Self::MacroF1
            | Self::MacroPrecision
            | Self::MacroRecall
            | Self::WeightedPrecision
            | Self::WeightedRecall
            | Self::WeightedF1
            | Self::RocAuc
            | Self::CalibrationError
            | Self::AccNorm
            | Self::AccBytes
            | Self::ExactMatch
            | Self::Rouge1
            | Self::Rouge2
            | Self::RougeL
            | Self::NeighbourAccuracy
            | Self::RecallAtK
            | Self::PreferenceAccuracy
            | Self::Recognised
            | Self::ClassCoverage => Scale::Share,
            Self::LatencyP50 | Self::LatencyP90 | Self::LatencyP99 => Scale::Milliseconds,
            Self::PeakMemory => Scale::Bytes,
            Self::Loss
            | Self::Perplexity
            | Self::BitsPerByte
            | Self::LogLoss
            | Self::Bleu
            | Self::MeanAbsoluteError
            | Self::RootMeanSquaredError
            | Self::RSquared
            | Self::ReconstructionError
            | Self::PreferenceMargin
            | Self::FrechetDistance
            | Self::TokensPerSecond => Scale::Plain,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_lie_between_none_and_all() {
        let (low, high) = Metric::RocAuc.range();
        assert_eq!((low, high), (0.0, 1.0));
        assert_eq!((Metric::Loss.range().0, Metric::Perplexity.range().0, Metric::Bleu.range().1), (0.0, 1.0, 100.0));
        assert_eq!(
            (Metric::PreferenceMargin.range().0, Metric::RSquared.range().0),
            (f64::NEG_INFINITY, f64::NEG_INFINITY)
        );
    }
}
