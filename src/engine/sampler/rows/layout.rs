//! Which rows a split has: so many windows, so many that records share, or one for each record.

use crate::engine::error::EngineError;
use crate::engine::sampler::data::Data;
use crate::engine::sampler::row::Kind;
use crate::engine::sampler::rows::packed::pack;

/// Which rows there are.
#[derive(Debug)]
pub(super) enum Layout {
    /// So many windows, and so many tokens left over, by which the windows of an epoch may be shifted.
    Windows { n: usize, slack: usize },
    /// The first document of each row; the row holds what fits of those up to the next row's first.
    Packs(Vec<u64>),
    /// So many records or pairs: one a row.
    Each(usize),
}

impl Layout {
    /// Returns the number of rows.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Windows { n, .. } => *n,
            Self::Packs(firsts) => firsts.len(),
            Self::Each(n) => *n,
        }
    }
}

/// Returns the layout of a split of records.
pub(super) fn each(data: &Data, kind: Kind, context: usize) -> Result<Layout, EngineError> {
    let layout = match (kind, data) {
        (Kind::Records, Data::Tokens(tokens)) => Layout::Packs(pack(tokens, context + 1, kind)?),
        (Kind::Labelled, Data::Tokens(tokens)) if tokens.has_labels() => Layout::Each(tokens.n_documents() as usize),
        (Kind::Numbered, Data::Tokens(tokens)) if tokens.has_numbers() => Layout::Each(tokens.n_documents() as usize),
        (Kind::Pairs, Data::Tokens(tokens)) if tokens.has_loss_mask() && tokens.n_documents().is_multiple_of(2) => {
            Layout::Each(tokens.n_documents() as usize / 2)
        }
        (Kind::Labelled, Data::Features(features)) if features.has_classes() => Layout::Each(features.len() as usize),
        (Kind::Numbered, Data::Features(features)) if features.has_numbers() => Layout::Each(features.len() as usize),
        (Kind::Unlabelled, Data::Tokens(tokens)) => Layout::Each(tokens.n_documents() as usize),
        (Kind::Unlabelled, Data::Features(features)) => Layout::Each(features.len() as usize),
        (Kind::Views, Data::Features(features)) if features.is_changed() => Layout::Each(features.len() as usize),
        (Kind::Captions, Data::Captions(_, features)) => Layout::Each(features.len() as usize),
        (_, Data::Tokens(_) | Data::Features(_) | Data::Captions(..)) => return Err(unfit(data, kind)),
    };
    Ok(layout)
}

/// Says why data is not of a kind.
pub(super) fn unfit(data: &Data, kind: Kind) -> EngineError {
    let (reason, hint) = match kind {
        Kind::Text | Kind::Records | Kind::Masked => ("it has no texts", "a model of texts reads a dataset of texts"),
        Kind::Labelled => ("its records have no classes", "name the label of every record in the dataset"),
        Kind::Numbered => ("its records have no numbers", "let the label of every record be a number"),
        Kind::Pairs => (
            "its records are no pairs of answers",
            "rows of `chosen` and `rejected`, perhaps with `prompt`, are pairs of answers",
        ),
        Kind::Captions => ("its records have no captions", "write `features` into the dataset, and name its captions"),
        Kind::Unlabelled => ("it has no features", "write `features` into the dataset"),
        Kind::Views => (
            "its records are always the same, and two views of one are to be told from two of others",
            "write `augment` into the dataset's `features`",
        ),
    };
    let dataset = data.names().0.to_owned();
    EngineError::Unfit { dataset, reason: reason.into(), hint: hint.into() }
}
