//! Models of the Hugging Face Hub, as far as its cache on this machine has them. Nothing is downloaded.

use std::fs;
use std::path::PathBuf;

use crate::id::Digest;
use crate::recipe::model::Tier;
use crate::recipe::read::Refusal;
use crate::recipe::reference::Reference;
use crate::recipe::{Content, Import, hub};

/// Returns the model at a commit.
///
/// # Errors
/// When the cache does not have its `config.json`, and when its network is none of ours.
pub fn import(owner: &str, model: &str, revision: &str) -> Result<Import, Refusal> {
    let folder = snapshot(owner, model, revision);
    let file = folder.join("config.json");
    let (owner, model, revision) = (owner.to_owned(), model.to_owned(), revision.to_owned());
    let fetch = format!("`hf download {owner}/{model} --revision {revision} config.json` puts it there");
    let reference = Reference::Hub { owner, model, revision };
    let config = fs::read(&file).map_err(|error| {
        let message = format!("`{reference}` is not in the cache of Hugging Face on this machine: {error}");
        Refusal::new(message, format!("it is looked for in `{}`, and nothing is downloaded; {fetch}", folder.display()))
    })?;
    let (architecture, vocab_size) = hub::architecture(&config).map_err(|why| {
        let message = format!("`{reference}` cannot be a parent: {why}");
        Refusal::new(message, format!("this is what `{}` says", file.display()))
    })?;
    let content = Content::Description { digest: Digest::of(&config) };
    let (tier, forebears) = (Tier::General, Vec::new());
    let (classification, license) = (None, None);
    let head = None;
    Ok(Import { reference, tier, architecture, vocab_size, classification, head, license, content, forebears })
}

/// Returns the file of a model's weights, where the cache has it.
pub fn weights(owner: &str, model: &str, revision: &str) -> Option<PathBuf> {
    let folder = snapshot(owner, model, revision);
    let names = ["model.safetensors", "model.safetensors.index.json", "pytorch_model.bin"];
    names.iter().map(|name| folder.join(name)).find(|file| file.is_file())
}

/// Returns the folder of a model's files at a commit, as the Hub's own tools lay them out.
fn snapshot(owner: &str, model: &str, revision: &str) -> PathBuf {
    cache().join(format!("models--{owner}--{model}")).join("snapshots").join(revision)
}

/// Returns the folder of the cache, found as the Hub's own tools find it.
fn cache() -> PathBuf {
    let of = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = || {
        let caches = of("XDG_CACHE_HOME").or_else(|| of("HOME").map(|home| home.join(".cache"))).unwrap_or_default();
        caches.join("huggingface")
    };
    of("HF_HUB_CACHE").unwrap_or_else(|| of("HF_HOME").unwrap_or_else(home).join("hub"))
}
