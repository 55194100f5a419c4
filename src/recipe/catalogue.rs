//! The catalogue: models others have published, described in `zoo/<name>.yaml`, so that recipes can be planned with them.

use serde::{Deserialize, Serialize};

use crate::id::{Digest, Name};
use crate::recipe::import::{Content, Import};
use crate::recipe::model::{Architecture, Tier};
use crate::recipe::reference::{Reference, Version};

/// The description of a published model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CatalogueEntry {
    /// The version of this format: 1.
    pub version: u32,
    /// Its name, which is also the name of its file.
    pub name: Name,
    /// What it is, in a sentence or two.
    pub description: String,
    /// Its licence, as an SPDX or Hub id in lowercase; without one nobody may use its weights.
    #[serde(default)]
    pub license: Option<String>,
    /// The network.
    pub architecture: Architecture,
    /// The size of the vocabulary, in tokens.
    pub vocab_size: u32,
    /// The number of parameters, as it was published: zeros at its end are rounding.
    pub parameters: u64,
    /// Where its weights are published.
    #[serde(default)]
    pub source: Option<HubSource>,
    /// Who to cite.
    pub citation: String,
}

/// Where the weights of a model are published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HubSource {
    /// The model on the Hugging Face Hub: `openai-community/gpt2`.
    pub hub: String,
    /// The commit, where it is known.
    #[serde(default)]
    pub revision: Option<String>,
}

impl CatalogueEntry {
    /// Returns the entry as a model a recipe may start from.
    pub fn import(&self) -> Import {
        Import {
            classification: None,
            head: None,
            reference: Reference::Zoo { name: self.name.clone(), version: Version::Any },
            tier: Tier::General,
            architecture: self.architecture.clone(),
            vocab_size: self.vocab_size,
            license: self.license.clone(),
            content: Content::Description { digest: Digest::of_json(self) },
            forebears: Vec::new(),
        }
    }
}

/// Returns whether `counted` parameters may have been published as `published`: its zeros at the end may be rounding.
pub fn is_published_as(counted: u64, published: u64) -> bool {
    let step = std::iter::successors(Some(10_u64), |step| step.checked_mul(10))
        .take_while(|step| published > 0 && published.is_multiple_of(*step))
        .last()
        .unwrap_or(1);
    counted.abs_diff(published) <= step / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_exact_but_for_the_zeros_at_its_end() {
        assert!(is_published_as(1_100_048_384, 1_100_048_384));
        assert!(!is_published_as(1_100_048_385, 1_100_048_384));
        assert!(is_published_as(174_604_259_328, 174_600_000_000));
        assert!(!is_published_as(174_704_259_328, 174_600_000_000));
        assert!(!is_published_as(1, 0) && is_published_as(0, 0));
    }
}
