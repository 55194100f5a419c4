//! What can go wrong in the engine, and whose fault it is.

use std::path::PathBuf;

use crate::error::{Exit, Explain};
use crate::record::FailureClass;

/// Why the engine cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The GPU asked for is not there.
    #[error("`cuda:{index}` is not there: libtorch sees {found} GPU(s)")]
    NoSuchGpu {
        /// Its number.
        index: u32,
        /// How many there are.
        found: i64,
    },
    /// The tokens of a step do not fill one row of each micro-batch.
    #[error(
        "`batch-tokens: {batch_tokens}` holds no row of `context: {context}` tokens in each of {accumulate} micro-batch(es)"
    )]
    BatchTooSmall {
        /// The tokens of a step.
        batch_tokens: u32,
        /// The length of a row, in tokens.
        context: u32,
        /// The micro-batches of a step.
        accumulate: u32,
    },
    /// A split is too short to learn from or to measure on.
    #[error("dataset `{dataset}` has {found} {unit} in its `{split}` split, and at least {needed} are needed")]
    NotEnoughData {
        /// The dataset.
        dataset: String,
        /// The split.
        split: String,
        /// What was counted.
        unit: &'static str,
        /// How many there are.
        found: usize,
        /// How many it takes.
        needed: usize,
    },
    /// A token is outside the vocabulary.
    #[error("dataset `{dataset}` has the token {token}, and the vocabulary ends at {vocab_size}")]
    ForeignToken {
        /// The dataset.
        dataset: String,
        /// The token.
        token: u32,
        /// The size of the vocabulary.
        vocab_size: u32,
    },
    /// The loss or a gradient is no number any more.
    #[error("the training diverged at step {step}: the {what} is {value}{}{}", at_tensor(.tensor.as_deref()), last_good(*.checkpoint))]
    Diverged {
        /// The step, in steps.
        step: u64,
        /// `loss` or `gradient norm`, of two that learn in turn with whose it is.
        what: &'static str,
        /// Its value.
        value: f64,
        /// Which tensor tells where it began, in words.
        tensor: Option<String>,
        /// The step of the newest checkpoint, in steps.
        checkpoint: Option<u64>,
    },
    /// A file is not what it was.
    #[error("`{}` is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How that shows.
        reason: String,
    },
    /// Weights do not fit the network.
    #[error("the weights do not fit the network: {reason}")]
    Weights {
        /// How that shows.
        reason: String,
    },
    /// A pattern of the recipe names no parameter.
    #[error("`{pattern}` matches no parameter of the network")]
    NoSuchParameter {
        /// The pattern.
        pattern: String,
        /// The names nearest to it, as a list.
        nearest: String,
    },
    /// Everything is frozen.
    #[error("`freeze` leaves no parameter that learns")]
    AllFrozen,
    /// A token file cannot be read.
    #[error("the tokens of dataset `{dataset}` cannot be read: {reason}")]
    Tokens {
        /// The dataset.
        dataset: String,
        /// How that shows.
        reason: String,
    },
    /// Features cannot be read.
    #[error("the features of the `{split}` split of dataset `{dataset}` cannot be read: {reason}")]
    Features {
        /// The dataset.
        dataset: String,
        /// The split.
        split: String,
        /// How that shows.
        reason: String,
    },
    /// What is to be told of a record is not there; never says what is there instead.
    #[error("record {} of the `{split}` split of dataset `{dataset}` has {what}", record + 1)]
    BadLabel {
        /// The dataset.
        dataset: String,
        /// The split.
        split: String,
        /// The number of the record within its split, from 0.
        record: u64,
        /// What it has.
        what: &'static str,
        /// What a person can do about it.
        hint: String,
    },
    /// Data that this training cannot read.
    #[error("dataset `{dataset}` cannot be learnt from: {reason}")]
    Unfit {
        /// The dataset.
        dataset: String,
        /// Why.
        reason: String,
        /// What a person can do about it.
        hint: String,
    },
    /// A checkpoint was made on something that gives other bits.
    #[error("the checkpoint at step {step} was made with {field} `{recorded}`, and this is `{here}`")]
    OtherMachine {
        /// The step, in steps.
        step: u64,
        /// What differs.
        field: &'static str,
        /// What the checkpoint says.
        recorded: String,
        /// What is here.
        here: String,
    },
    /// A file cannot be read or written.
    #[error("`{}` cannot be {action}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// `read`, `written`, ….
        action: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Whoever listens cannot go on.
    #[error("{message}")]
    Listener {
        /// Whose fault it is.
        class: FailureClass,
        /// What went wrong.
        message: String,
        /// What a person can do about it.
        hint: Option<String>,
    },
}

fn at_tensor(tensor: Option<&str>) -> String {
    tensor.map_or_else(String::new, |tensor| format!(" ({tensor})"))
}

fn last_good(checkpoint: Option<u64>) -> String {
    checkpoint.map_or_else(
        || ", with no checkpoint before it".into(),
        |step| format!("; the last good checkpoint is step {step}"),
    )
}

impl EngineError {
    /// Returns whose fault it is.
    pub fn class(&self) -> FailureClass {
        match self {
            Self::NoSuchGpu { .. }
            | Self::BatchTooSmall { .. }
            | Self::NotEnoughData { .. }
            | Self::BadLabel { .. }
            | Self::Unfit { .. }
            | Self::NoSuchParameter { .. }
            | Self::AllFrozen
            | Self::OtherMachine { .. } => FailureClass::BadInput,
            Self::ForeignToken { .. }
            | Self::Damaged { .. }
            | Self::Weights { .. }
            | Self::Tokens { .. }
            | Self::Features { .. } => FailureClass::Integrity,
            Self::Diverged { .. } => FailureClass::Work,
            Self::Io { source, .. } => class_of_io(source),
            Self::Listener { class, .. } => *class,
        }
    }
}

fn class_of_io(error: &std::io::Error) -> FailureClass {
    use std::io::ErrorKind::{OutOfMemory, QuotaExceeded, ReadOnlyFilesystem, StorageFull};
    match error.kind() {
        StorageFull | QuotaExceeded | OutOfMemory | ReadOnlyFilesystem => FailureClass::Resources,
        _ => FailureClass::Infrastructure,
    }
}

impl Explain for EngineError {
    fn exit(&self) -> Exit {
        self.class().exit()
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoSuchGpu { .. } => "use `device: auto`, or install libtorch with CUDA and set `LIBTORCH`".into(),
            Self::BatchTooSmall { context, accumulate, .. } => {
                format!("set `batch-tokens` to at least {}", u64::from(*context) * u64::from(*accumulate))
            }
            Self::NotEnoughData { .. } => "widen the dataset or its split, or shorten `context`".into(),
            Self::NoSuchParameter { nearest, .. } => {
                format!("the names nearest to it are {nearest}; `*` stands for any text")
            }
            Self::AllFrozen => "name fewer parameters in `freeze`".into(),
            Self::ForeignToken { .. } => "encode the dataset with the model's own tokenizer".into(),
            Self::Diverged { what, .. } if what.ends_with("the critic") || what.ends_with("the generator") => {
                "lower `learning-rate`, or the objective's `critic-rate` so that neither of the two runs away from the other, \
                 lengthen `warmup-steps`, or look at the data of that step; the checkpoint stays"
                    .into()
            }
            Self::Diverged { .. } => {
                "lower `learning-rate`, lengthen `warmup-steps`, lower `clip-norm`, or look at the data of that step; \
                 the checkpoint stays"
                    .into()
            }
            Self::Damaged { .. } => "`pedigree fsck` names the stages to run again".into(),
            Self::OtherMachine { .. } => {
                "go on where the checkpoint was made, or remove the task's `checkpoints` folder to begin again".into()
            }
            Self::BadLabel { hint, .. } | Self::Unfit { hint, .. } => hint.clone(),
            Self::Weights { .. } | Self::Tokens { .. } | Self::Features { .. } => return None,
            Self::Io { source, .. } => match class_of_io(source) {
                FailureClass::Resources => {
                    "free some space, then run again: it goes on from the last checkpoint".into()
                }
                FailureClass::BadInput
                | FailureClass::Work
                | FailureClass::Integrity
                | FailureClass::Conflict
                | FailureClass::Remote
                | FailureClass::Infrastructure
                | FailureClass::Bug => return None,
            },
            Self::Listener { hint, .. } => return hint.clone(),
        })
    }
}
