//! Whom a metric is measured of: what a model does, of which there is something to measure.

use crate::recipe::metric::Metric;

/// What a model does, of which there is something to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skill {
    /// Says how likely texts are, token by token.
    Language,
    /// Tells the tokens that are hidden in texts.
    Filling,
    /// Tells classes.
    Classes,
    /// Tells numbers.
    Numbers,
    /// Makes whole again.
    Reconstruction,
    /// Makes things like those that are real.
    Making,
    /// Finds texts of pictures.
    Retrieval,
    /// Places records so that what is alike is near.
    Embedding,
}

impl Skill {
    /// Every skill.
    pub const ALL: [Self; 8] = [
        Self::Language,
        Self::Filling,
        Self::Classes,
        Self::Numbers,
        Self::Reconstruction,
        Self::Making,
        Self::Retrieval,
        Self::Embedding,
    ];
}

impl Metric {
    /// Returns whether it is measured of a model that does this, on plain data.
    pub const fn is_of(self, skill: Skill) -> bool {
        match self {
            Self::Loss | Self::Perplexity => matches!(skill, Skill::Language | Skill::Filling),
            Self::BitsPerByte | Self::PreferenceAccuracy | Self::PreferenceMargin => matches!(skill, Skill::Language),
            Self::Accuracy | Self::TopKAccuracy => {
                matches!(skill, Skill::Language | Skill::Filling | Skill::Classes)
            }
            Self::MacroF1
            | Self::MacroPrecision
            | Self::MacroRecall
            | Self::WeightedPrecision
            | Self::WeightedRecall
            | Self::WeightedF1
            | Self::RocAuc
            | Self::CalibrationError
            | Self::LogLoss => matches!(skill, Skill::Classes),
            Self::MeanAbsoluteError | Self::RootMeanSquaredError | Self::RSquared => matches!(skill, Skill::Numbers),
            Self::ReconstructionError => matches!(skill, Skill::Reconstruction),
            Self::FrechetDistance | Self::Recognised | Self::ClassCoverage => matches!(skill, Skill::Making),
            Self::NeighbourAccuracy => matches!(skill, Skill::Embedding),
            Self::RecallAtK => matches!(skill, Skill::Retrieval),
            Self::TokensPerSecond | Self::LatencyP50 | Self::LatencyP90 | Self::LatencyP99 | Self::PeakMemory => true,
            // These are of tasks.
            Self::AccNorm
            | Self::AccBytes
            | Self::ExactMatch
            | Self::Rouge1
            | Self::Rouge2
            | Self::RougeL
            | Self::Bleu => false,
        }
    }

    /// Returns whom it is measured of, in words.
    pub const fn measured_of(self) -> &'static str {
        match self {
            Self::Loss | Self::Perplexity => "language models",
            Self::BitsPerByte => "language models that write",
            Self::Accuracy | Self::TopKAccuracy => "language models and classifiers",
            Self::MacroF1
            | Self::MacroPrecision
            | Self::MacroRecall
            | Self::WeightedPrecision
            | Self::WeightedRecall
            | Self::WeightedF1
            | Self::RocAuc
            | Self::CalibrationError
            | Self::LogLoss => "classifiers",
            Self::MeanAbsoluteError | Self::RootMeanSquaredError | Self::RSquared => "models that learn `regression`",
            Self::ReconstructionError => "models that learn `autoencoder`",
            Self::FrechetDistance | Self::Recognised | Self::ClassCoverage => "models that learn `adversarial`",
            Self::NeighbourAccuracy => "models that learn `contrastive` from views",
            Self::RecallAtK => "models of architecture `clip`",
            Self::PreferenceAccuracy | Self::PreferenceMargin => "language models that write, on pairs of answers",
            Self::TokensPerSecond | Self::LatencyP50 | Self::LatencyP90 | Self::LatencyP99 | Self::PeakMemory => {
                "all models"
            }
            Self::AccNorm | Self::AccBytes => "language models, at a `task` of type `multiple-choice`",
            Self::ExactMatch | Self::Rouge1 | Self::Rouge2 | Self::RougeL | Self::Bleu => {
                "language models, at a `task` of type `generation`"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::task::{Generation, Task};

    const PAGE: &str = include_str!("../../../docs/evaluation.md");

    #[test]
    fn the_page_on_evaluations_names_every_metric_and_its_recipe_is_read() {
        for metric in Metric::ALL {
            assert!(PAGE.contains(&format!("`{}`", metric.word())), "no `{}`", metric.word());
        }
        let (_, rest) = PAGE.split_once("```yaml\n").unwrap();
        let recipe = crate::recipe::fixture::recipe_of(rest.split_once("```").unwrap().0);
        assert!(recipe.evaluations.values().all(|evaluation| evaluation.task.is_some()));
    }

    #[test]
    fn a_number_is_one_of_a_skill_or_of_a_task() {
        let of_tasks = [Metric::AccNorm, Metric::AccBytes];
        let written = Task::Generation(Generation {
            prompt: String::new(),
            answer: String::new(),
            stop: Vec::new(),
            max_tokens: 1,
            filters: Vec::new(),
            words: Default::default(),
            description: String::new(),
            delimiter: String::new(),
            few_shot: None,
        });
        for metric in Metric::ALL {
            let is_of_task = of_tasks.contains(&metric) || written.metrics().contains(&metric);
            assert_ne!(is_of_task, Skill::ALL.into_iter().any(|skill| metric.is_of(skill)), "{}", metric.word());
        }
    }
}
