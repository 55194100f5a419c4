//! Imports: a model of the zoo becomes an input of this run, after its files were compared with their digests.

use crate::execute::error::ExecuteError;
use crate::execute::inline::Inline;
use crate::plan::work::ImportWork;
use crate::plan::{Outputs, Stage};
use crate::recipe::{Content, Import};
use crate::record::ArchitectureFile;

/// Reads the files of a model; returns `model.safetensors`, `architecture.json` and, where it reads tokens, `tokenizer.json`.
pub(super) fn work(inline: &Inline<'_>, stage: &Stage, work: &ImportWork) -> Result<Outputs, ExecuteError> {
    let reference = &work.import.reference;
    match work.import.content {
        Content::Files { weights, tokenizer } => {
            let named = |(name, digest): (&'static str, _)| match inline.artifacts.get_whole(digest) {
                Ok(artifact) => Ok((name.to_owned(), artifact)),
                Err(source) => Err(ExecuteError::Import { reference: Box::new(reference.clone()), name, source }),
            };
            let tokenizer = tokenizer.map(|digest| ("tokenizer.json", digest));
            let files = std::iter::once(("model.safetensors", weights)).chain(tokenizer);
            let mut outputs = files.map(named).collect::<Result<Outputs, _>>()?;
            let Import { architecture, vocab_size, .. } = &work.import;
            let about = ArchitectureFile::new(architecture, *vocab_size, &work.import.head());
            let mut text = serde_json::to_vec_pretty(&about).expect("our own types serialize");
            text.push(b'\n');
            outputs.insert("architecture.json".to_owned(), inline.artifacts.put_bytes(&text)?);
            Ok(outputs)
        }
        Content::Description { .. } => {
            Err(ExecuteError::Lacks { stage: stage.id.clone(), name: "model.safetensors".to_owned() })
        }
    }
}
