//! What a split of a dataset consists of, for whatever reads it.

use crate::engine::error::EngineError;
use crate::engine::features::{FeatureFile, Label};
use crate::engine::tokens::Tokens;

/// One split of a dataset.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "few of them live at once, and each is a handle to numbers elsewhere")]
pub enum Data {
    /// Texts.
    Tokens(Tokens),
    /// Pictures or sounds.
    Features(FeatureFile),
    /// Pictures or sounds, and the caption of each: document by document, record by record.
    Captions(Tokens, FeatureFile),
}

impl From<Tokens> for Data {
    fn from(tokens: Tokens) -> Self {
        Self::Tokens(tokens)
    }
}

impl From<FeatureFile> for Data {
    fn from(features: FeatureFile) -> Self {
        Self::Features(features)
    }
}

impl Data {
    /// Puts captions beside pictures.
    ///
    /// # Errors
    /// When there are not as many of the ones as of the others.
    pub fn captions(tokens: Tokens, features: FeatureFile) -> Result<Self, EngineError> {
        let (captions, records) = (tokens.n_documents(), features.len());
        if captions != records {
            let (dataset, split) = (features.dataset, features.split);
            let reason = format!("there are {records} record(s), and {captions} caption(s)");
            return Err(EngineError::Features { dataset, split, reason });
        }
        Ok(Self::Captions(tokens, features))
    }

    /// Returns the names of the dataset and the split.
    pub fn names(&self) -> (&str, &str) {
        match self {
            Self::Tokens(tokens) => (&tokens.dataset, &tokens.split),
            Self::Features(features) | Self::Captions(_, features) => (&features.dataset, &features.split),
        }
    }

    /// Returns the tokens, where there are any.
    pub fn tokens(&self) -> Option<&Tokens> {
        match self {
            Self::Tokens(tokens) | Self::Captions(tokens, _) => Some(tokens),
            Self::Features(_) => None,
        }
    }

    /// Returns the features, where there are any.
    pub fn features(&self) -> Option<&FeatureFile> {
        match self {
            Self::Tokens(_) => None,
            Self::Features(features) | Self::Captions(_, features) => Some(features),
        }
    }

    /// Returns whether only some tokens are targets.
    pub fn has_loss_mask(&self) -> bool {
        self.tokens().is_some_and(Tokens::has_loss_mask)
    }

    /// Returns the same data, with the class of every record among these.
    ///
    /// # Errors
    /// When a record has none of them.
    pub fn with_classes(self, classes: &[String]) -> Result<Self, EngineError> {
        Ok(match self {
            Self::Tokens(tokens) => {
                tokens.check_classes(classes.len())?;
                Self::Tokens(tokens)
            }
            Self::Features(features) => Self::Features(features.with_classes(classes)?),
            Self::Captions(tokens, features) => Self::Captions(tokens, features.with_classes(classes)?),
        })
    }

    /// Returns the same data, with a number told of every record.
    ///
    /// # Errors
    /// When none is told of a record.
    pub fn with_numbers(self) -> Result<Self, EngineError> {
        Ok(match self {
            Self::Tokens(tokens) => {
                tokens.check_numbers()?;
                Self::Tokens(tokens)
            }
            Self::Features(features) => Self::Features(features.with_numbers()?),
            Self::Captions(tokens, features) => Self::Captions(tokens, features.with_numbers()?),
        })
    }

    /// Returns what is told of a record.
    ///
    /// # Errors
    /// When the files cannot be read any more.
    pub(super) fn label(&self, record: u64) -> Result<Label, EngineError> {
        match self {
            Self::Tokens(tokens) => Ok(match (tokens.label(record)?, tokens.number(record)?) {
                (Some(class), _) => Label::Class(class),
                (None, Some(number)) => Label::Number(number),
                (None, None) => Label::Nothing,
            }),
            Self::Features(features) | Self::Captions(_, features) => features.label(record),
        }
    }
}
