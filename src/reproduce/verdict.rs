//! The verdict on a reproduction.

use serde::Serialize;

use crate::artifact::{ArtifactError, ArtifactStore};
use crate::id::StageId;
use crate::plan::Outputs;
use crate::record::ArtifactRef;
use crate::reproduce::adapters::list_the_same;
use crate::reproduce::numbers::largest_difference;
use crate::reproduce::tensors::{TensorDifference, compare};

/// How well something was reproduced, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Every byte is the same.
    Bitwise,
    /// Every tensor is the same; the files are laid out differently.
    Tensors,
    /// The numbers agree within the tolerance; the weights do not.
    Metrics,
    /// Something differs by more.
    Diverged,
}

impl Grade {
    /// Returns the grade in words.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Bitwise => "bitwise identical",
            Self::Tensors => "tensors identical",
            Self::Metrics => "metrics within tolerance",
            Self::Diverged => "diverged",
        }
    }
}

/// The verdict on a whole reproduction.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Verdict {
    /// The grade of the worst stage.
    pub grade: Grade,
    /// The verdicts on the stages, in the order of the plan.
    pub stages: Vec<StageVerdict>,
}

/// The verdict on a stage.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct StageVerdict {
    /// The stage.
    pub stage: StageId,
    /// Its grade.
    pub grade: Grade,
    /// The outputs that are not bitwise identical.
    pub differences: Vec<Difference>,
    /// The first optimizer step whose loss differs, where one does.
    pub first_step: Option<u64>,
}

/// An output that is not bitwise identical.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// Its name.
    pub output: String,
    /// Its grade.
    pub grade: Grade,
    /// What differs, in words.
    pub explanation: String,
}

/// Compares the outputs of one stage in two runs.
///
/// # Errors
/// When an artifact cannot be read.
pub fn judge(
    stage: &StageId,
    (left, left_store): (&Outputs, &ArtifactStore),
    (right, right_store): (&Outputs, &ArtifactStore),
    tolerance: f64,
) -> Result<StageVerdict, ArtifactError> {
    let mut differences = Vec::new();
    let mut names: Vec<&String> = left.keys().chain(right.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let missing = |side| Difference {
            output: name.clone(),
            grade: Grade::Diverged,
            explanation: format!("only the {side} run has it"),
        };
        match (left.get(name), right.get(name)) {
            (Some(one), Some(other)) if one.digest == other.digest => {}
            (Some(one), Some(other)) => {
                differences.push(explain(name, (one, left_store), (other, right_store), tolerance)?);
            }
            (Some(_), None) => differences.push(missing("recorded")),
            (None, _) => differences.push(missing("new")),
        }
    }
    let grade = differences.iter().map(|difference| difference.grade).max().unwrap_or(Grade::Bitwise);
    Ok(StageVerdict { stage: stage.clone(), grade, differences, first_step: None })
}

fn explain(
    name: &str,
    (left, left_store): (&ArtifactRef, &ArtifactStore),
    (right, right_store): (&ArtifactRef, &ArtifactStore),
    tolerance: f64,
) -> Result<Difference, ArtifactError> {
    let (one, other) = (left_store.read(left.digest)?, right_store.read(right.digest)?);
    let (grade, explanation) = if name.ends_with(".safetensors") {
        weights(&one, &other)
    } else if name == "adapters.json" && list_the_same(&one, &other) {
        (Grade::Tensors, "it lists the same adapters, whose files are other bytes".to_owned())
    } else if name.ends_with(".json") {
        numbers(&one, &other, tolerance)
    } else {
        (Grade::Diverged, format!("{} and {} are other bytes", left.digest.short(), right.digest.short()))
    };
    Ok(Difference { output: name.to_owned(), grade, explanation })
}

fn weights(one: &[u8], other: &[u8]) -> (Grade, String) {
    match compare(one, other) {
        TensorDifference::None => (Grade::Tensors, "the same tensors in another layout".to_owned()),
        TensorDifference::Unreadable { reason } => (Grade::Diverged, reason),
        TensorDifference::Shape { tensor } => {
            (Grade::Diverged, format!("`{tensor}` is of another shape, or only in one of them"))
        }
        TensorDifference::Values { tensor, tensors, largest } => {
            let by = largest.map(|largest| format!(" by up to {largest:.3e}")).unwrap_or_default();
            (Grade::Metrics, format!("{tensors} tensors differ, the first is `{tensor}`{by}"))
        }
    }
}

fn numbers(one: &[u8], other: &[u8], tolerance: f64) -> (Grade, String) {
    let parsed = serde_json::from_slice(one).ok().zip(serde_json::from_slice(other).ok());
    match parsed.and_then(|(one, other)| largest_difference(&one, &other)) {
        Some(largest) if largest <= tolerance => {
            (Grade::Metrics, format!("numbers differ by up to {:.2e} of themselves", largest))
        }
        Some(largest) => (Grade::Diverged, format!("numbers differ by up to {:.2e} of themselves", largest)),
        None => (Grade::Diverged, "they say different things".to_owned()),
    }
}

impl Verdict {
    /// Returns the verdict on a reproduction: that on its worst stage.
    pub fn of(stages: Vec<StageVerdict>) -> Self {
        let grade = stages.iter().map(|stage| stage.grade).max().unwrap_or(Grade::Bitwise);
        Self { grade, stages }
    }

    /// Returns the first stage that is not bitwise identical.
    pub fn first_difference(&self) -> Option<&StageVerdict> {
        self.stages.iter().find(|stage| stage.grade != Grade::Bitwise)
    }
}
