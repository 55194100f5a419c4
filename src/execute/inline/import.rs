//! Imports: a model of the zoo becomes an input of this run, after its files were compared with their digests.

use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::plan::work::ImportWork;
use crate::plan::{Outputs, Stage};
use crate::recipe::Content;

/// Reads the files of a model; returns `model.safetensors` and `tokenizer.json`.
pub(super) fn work(inline: &Inline<'_>, stage: &Stage, work: &ImportWork) -> Result<Outputs, ExecuteError> {
    let reference = &work.import.reference;
    match work.import.content {
        Content::Files { weights, tokenizer } => [("model.safetensors", weights), ("tokenizer.json", tokenizer)]
            .into_iter()
            .map(|(name, digest)| match inline.artifacts.get_whole(digest) {
                Ok(artifact) => Ok((name.to_owned(), artifact)),
                Err(source) => Err(ExecuteError::Import { reference: Box::new(reference.clone()), name, source }),
            })
            .collect(),
        Content::Description { .. } => {
            Err(ExecuteError::Lacks { stage: stage.id.clone(), name: "model.safetensors".to_owned() })
        }
    }
}
