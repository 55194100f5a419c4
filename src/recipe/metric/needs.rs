//! What a metric needs besides a model and data, and whose number it is.

use crate::recipe::metric::Metric;

impl Metric {
    /// Returns whether it says something about the machine and not about the model: such a number is no other machine's.
    pub const fn is_of_machine(self) -> bool {
        matches!(
            self,
            Self::TokensPerSecond | Self::LatencyP50 | Self::LatencyP90 | Self::LatencyP99 | Self::PeakMemory
        )
    }

    /// Returns whether it needs the text of the tokens, and so their tokenizer.
    pub const fn counts_bytes(self) -> bool {
        matches!(self, Self::BitsPerByte)
    }

    /// Returns whether it compares two answers to the same question.
    pub const fn is_of_pairs(self) -> bool {
        matches!(self, Self::PreferenceAccuracy | Self::PreferenceMargin)
    }

    /// Returns whether it looks at the `k` likeliest or nearest.
    pub const fn has_k(self) -> bool {
        matches!(self, Self::TopKAccuracy | Self::NeighbourAccuracy | Self::RecallAtK)
    }

    /// Returns whether a classifier of the recipe says it of what a model makes.
    pub const fn has_judge(self) -> bool {
        matches!(self, Self::Recognised | Self::ClassCoverage)
    }

    /// Returns whether it holds what is told against the labels of the records.
    pub const fn needs_labels(self) -> bool {
        matches!(self, Self::NeighbourAccuracy | Self::MeanAbsoluteError | Self::RootMeanSquaredError | Self::RSquared)
    }
}
