//! Parameters by their names: patterns of names, and where a parameter stands in its network.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::recipe::problem::listed;

/// Names of parameters; `*` stands for any text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String")]
pub struct NamePattern(#[schemars(length(min = 1, max = 256))] String);

/// What is no pattern of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected a name of at most 256 letters, digits, `_`, `.`, `-` and `*`")]
pub struct BadPattern;

impl NamePattern {
    /// Returns whether a name is meant.
    pub fn matches(&self, name: &str) -> bool {
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        // Between the ends the first place that fits leaves the most to those that follow.
        for part in parts {
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        rest.ends_with(last)
    }

    /// Returns the pattern as it is typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for NamePattern {
    type Err = BadPattern;

    fn from_str(text: &str) -> Result<Self, BadPattern> {
        let is_fine = |c: char| c.is_ascii_alphanumeric() || "_.-*".contains(c);
        let fits = !text.is_empty() && text.len() <= 256 && text.chars().all(is_fine);
        if fits { Ok(Self(text.to_owned())) } else { Err(BadPattern) }
    }
}

impl TryFrom<String> for NamePattern {
    type Error = BadPattern;

    fn try_from(text: String) -> Result<Self, BadPattern> {
        text.parse()
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// How many names are told.
const N_TOLD: usize = 3;

/// Returns the names nearest to a pattern, each in backticks.
pub fn nearest(pattern: &NamePattern, names: &[String]) -> String {
    let plain = pattern.as_str().replace('*', "");
    let apart = |name: &String| strsim::damerau_levenshtein(&plain, name);
    let mut near: Vec<&String> = names.iter().collect();
    near.sort_by_cached_key(|name| (apart(name), (*name).clone()));
    listed(near.into_iter().take(N_TOLD).map(String::as_str))
}

/// What part of a network a parameter belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// What tokens, places and patches become before the first block.
    Embedding,
    /// A block, or a layer of a network without blocks.
    Block,
    /// What comes after the last block.
    Head,
}

/// Networks that stand side by side in one model; each is counted on its own.
const TOWERS: [&str; 4] = ["vision_model", "text_model", "generator", "critic"];

/// What stands before the blocks.
const EMBEDDINGS: [&str; 11] = [
    "wte",
    "wpe",
    "embed_tokens",
    "embeddings",
    "embedding",
    "stem",
    "stem_norm",
    "pre_layrnorm",
    "decoder_embed",
    "decoder_pos_embed",
    "mask_token",
];

/// What stands after the blocks and has numbers in its name all the same.
const HEADS: [&str; 10] = [
    "lm_head",
    "score",
    "classifier",
    "cls",
    "pooler",
    "projection",
    "visual_projection",
    "text_projection",
    "logit_scale",
    "decoder_pred",
];

/// What follows the blocks of a first half with blocks of its own.
const SECOND_HALVES: [&str; 2] = ["decoder", "dense"];

/// Where a parameter stands in its network.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Standing<'n> {
    part: Part,
    tower: &'n str,
    /// The half, and the numbers of stage and block; what stands before the blocks of its half has none.
    order: (bool, Vec<u32>),
}

fn standing(name: &str) -> Standing<'_> {
    let components: Vec<&str> = name.split('.').collect();
    let has = |words: &[&str]| components.iter().any(|component| words.contains(component));
    let tower = TOWERS.into_iter().find(|tower| components[0] == *tower).unwrap_or_default();
    let half = SECOND_HALVES.contains(&components[0]);
    // PyTorch's recurrent layers have their number at the end of their names.
    let layer = components.iter().filter_map(|component| component.rsplit_once("_l")?.1.parse().ok());
    let numbers: Vec<u32> = components.iter().filter_map(|component| component.parse().ok()).chain(layer).collect();
    // The projection of patches is named as some heads are, and stands in the embeddings.
    let part = if has(&EMBEDDINGS) {
        Part::Embedding
    } else if has(&HEADS) || numbers.is_empty() {
        Part::Head
    } else {
        Part::Block
    };
    let numbers = if part == Part::Block { numbers } else { Vec::new() };
    Standing { part, tower, order: (half, numbers) }
}

/// Returns what part of its network a parameter belongs to.
pub fn part(name: &str) -> Part {
    standing(name).part
}

/// Returns how many layers lie between each parameter and the output, in layers: 0 for the head, 1 for the last block, the most
/// for the embeddings.
pub fn depths<'n>(names: impl IntoIterator<Item = &'n str>) -> BTreeMap<&'n str, u32> {
    let standings: Vec<(&str, Standing<'_>)> = names.into_iter().map(|name| (name, standing(name))).collect();
    let mut layers: BTreeMap<&str, BTreeSet<(bool, Vec<u32>)>> = BTreeMap::new();
    for (_, Standing { part, tower, order }) in &standings {
        if *part != Part::Head {
            layers.entry(tower).or_default().insert(order.clone());
        }
    }
    let depth = |standing: &Standing<'_>| match standing.part {
        Part::Head => 0,
        Part::Embedding | Part::Block => {
            layers.get(standing.tower).map_or(0, |own| own.range(standing.order.clone()..).count() as u32)
        }
    };
    standings.iter().map(|(name, standing)| (*name, depth(standing))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let matches = |pattern: &str, name: &str| pattern.parse::<NamePattern>().unwrap().matches(name);
        assert!(matches("*", "a.b") && matches("a.*", "a.") && matches("a.b", "a.b") && matches("*.b*", "a.b"));
        assert!(matches("a*b*b", "a-b-b") && matches("*.layers.1.*", "model.layers.1.mlp"));
        assert!(!matches("a", "a.b") && !matches("a*a", "a") && !matches("a*b*b", "a-b") && !matches("b*", "a.b"));
        for bad in ["", "a b", "a/b", "é", &"a".repeat(257)] {
            assert_eq!(bad.parse::<NamePattern>(), Err(BadPattern));
        }
    }

    #[test]
    fn depths_are_counted_from_the_top_of_every_kind_of_network() {
        let cases: [&[(&str, u32)]; 7] = [
            &[
                ("model.embed_tokens.weight", 3),
                ("model.layers.0.mlp.up_proj.weight", 2),
                ("model.layers.1.input_layernorm.weight", 1),
                ("model.norm.weight", 0),
                ("lm_head.weight", 0),
            ],
            &[
                ("bert.embeddings.LayerNorm.weight", 2),
                ("bert.encoder.layer.0.output.dense.bias", 1),
                ("bert.pooler.dense.weight", 0),
                ("cls.predictions.transform.dense.weight", 0),
            ],
            &[("embedding.weight", 3), ("rnn.weight_ih_l0", 2), ("rnn.bias_hh_l1", 1), ("score.weight", 0)],
            &[
                ("stem.weight", 4),
                ("stages.0.0.conv1.weight", 3),
                ("stages.0.1.conv2.weight", 2),
                ("dense.0.weight", 1),
                ("classifier.bias", 0),
            ],
            &[
                ("vit.embeddings.patch_embeddings.projection.weight", 4),
                ("vit.encoder.layer.0.layernorm_before.weight", 3),
                ("vit.layernorm.weight", 0),
                ("decoder.mask_token", 2),
                ("decoder.decoder_layers.0.layernorm_after.bias", 1),
                ("decoder.decoder_pred.weight", 0),
            ],
            &[
                ("vision_model.embeddings.class_embedding", 3),
                ("vision_model.encoder.layers.0.layer_norm1.weight", 2),
                ("vision_model.encoder.layers.1.layer_norm1.weight", 1),
                ("text_model.embeddings.token_embedding.weight", 2),
                ("text_model.encoder.layers.0.layer_norm1.weight", 1),
                ("text_projection.weight", 0),
                ("logit_scale", 0),
            ],
            &[("encoder.0.weight", 4), ("encoder.1.bias", 3), ("decoder.0.weight", 2), ("decoder.1.weight", 1)],
        ];
        for case in cases {
            let found = depths(case.iter().map(|(name, _)| *name));
            for (name, depth) in case {
                assert_eq!(found[name], *depth, "{name}");
            }
        }
    }

    #[test]
    fn the_parts_of_a_network_are_told_by_the_names_of_its_parameters() {
        assert_eq!(part("transformer.wpe.weight"), Part::Embedding);
        assert_eq!(part("transformer.h.11.attn.c_attn.weight"), Part::Block);
        assert_eq!(part("model.layers.0.self_attn.q_proj.lora_A.weight"), Part::Block);
        assert_eq!(part("projection.2.weight"), Part::Head);
        assert_eq!(part("transformer.ln_f.weight"), Part::Head);
    }
}
