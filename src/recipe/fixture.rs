//! A recipe the tests of the pure layers begin with.

use crate::id::Digest;
use crate::recipe::model::Tier;
use crate::recipe::read::{Input, OtherFile, Outside, Refusal};
use crate::recipe::reference::{Reference, Version};
use crate::recipe::{Content, Forebear, Import, Problems, Recipe, read};

/// A lineage with everything a recipe can say.
pub(crate) const TEXT: &str = r#"version: 1
name: tree
description: A lineage for tests.
license: mit
tags: { language: [en], domain: code }
run: { seed: 1, device: cpu, threads: 1 }
datasets:
  prose: { source: { type: files, root: /data/prose, include: ["*.md"] } }
  rust: { source: { type: files, root: /data/rust, include: ["*.rs"] }, clean: [{ type: dedup-exact }] }
  tasks: { source: { type: files, root: /data/rust, include: ["*.rs"] }, extract: { type: rust-doc-pairs } }
tokenizers:
  bytes: { type: byte-bpe, vocab-size: 300, train-on: [prose] }
models:
  general:
    architecture: { type: llama, layers: 1, width: 16, heads: 2, context: 16 }
    tokenizer: bytes
    train: { data: prose, budget: { steps: 10 } }
  industry:
    base: general
    train: { data: { mix: { rust: 3, prose: 1 } }, budget: { steps: 10 } }
  vertical:
    base: industry
    adapter: { type: lora, rank: 2 }
    train: { objective: { type: instruction }, data: tasks, budget: { epochs: 1 }, early-stop: {} }
evaluations:
  ppl: { metric: perplexity, data: prose }
  loss: { metric: loss, data: rust/validation, tokens: 100 }
gates:
  - { model: industry, evaluation: loss, less-than: general }
  - { model: industry, evaluation: ppl, max-worse-percent: 5, than: general }
  - { model: vertical, evaluation: ppl, at-most: 300 }
  - { model: vertical, evaluation: ppl, at-least: 1 }
contamination:
  ngram: 10
  allow:
    - { evaluation: ppl, document: "**/LICENSE*", reason: "a licence is no secret" }
    - { text: "Permission is hereby granted, free of charge" }
samples:
  story: { model: vertical, prompt: "Once" }
publish:
  zoo: { name: tree, aliases: { champion: vertical } }
"#;

/// Returns the recipe with some values set, one a line.
pub(crate) fn recipe(sets: &str) -> Recipe {
    let sets: Vec<String> = sets.lines().map(str::to_owned).collect();
    read(&Input::new("tree.yaml", TEXT.as_bytes()).with_sets(&sets)).unwrap().recipe
}

/// Returns the recipe of another text.
pub(crate) fn recipe_of(text: &str) -> Recipe {
    read(&Input::new("tree.yaml", text.as_bytes())).unwrap().recipe
}

/// A recipe whose only model comes from one of the zoo.
pub(crate) const CHILD: &str = r#"version: 1
name: child
run: { seed: 1, device: cpu, threads: 1 }
datasets:
  rust: { source: { type: files, root: /data/rust, include: ["*.rs"] } }
models:
  asynchronous:
    base: zoo/tree@champion
    train: { data: rust, budget: { steps: 10 } }
evaluations:
  loss: { metric: loss, data: rust }
gates:
  - { model: asynchronous, evaluation: loss, less-than: zoo/tree-industry@v2 }
publish:
  zoo: { name: child }
"#;

/// A zoo in which `tree@champion` is version `champion` of `tree-industry`, beside a description of `gpt2`.
pub(crate) struct FakeZoo {
    /// What the alias means.
    pub champion: u32,
}

impl Outside for FakeZoo {
    fn recipe(&self, _: &str, path: &str) -> Result<OtherFile, String> {
        Err(format!("there is no `{path}`"))
    }

    fn model(&self, reference: &Reference) -> Result<Import, Refusal> {
        let own = recipe("").models.remove(&"industry".parse().unwrap()).unwrap();
        let (reference, content) = match reference.to_string().as_str() {
            "zoo/tree@champion" => version(self.champion),
            "zoo/tree-industry@v2" => version(2),
            "zoo/tree-industry@v3" => version(3),
            "zoo/gpt2" => (reference.clone(), Content::Description { digest: Digest::of(b"gpt2") }),
            other => return Err(Refusal::new(format!("there is no `{other}`"), "did you mean `zoo/tree@champion`?")),
        };
        let (architecture, license) = (own.architecture, Some("mit".to_owned()));
        let general = Reference::Zoo { name: "tree-general".parse().unwrap(), version: Version::Number(1) };
        let forebears = vec![Forebear { reference: general, tier: Tier::General, weights: Digest::of(b"general") }];
        let classification = None;
        Ok(Import {
            reference,
            tier: Tier::Industry,
            architecture,
            vocab_size: 300,
            classification,
            head: None,
            license,
            content,
            forebears,
        })
    }
}

fn version(number: u32) -> (Reference, Content) {
    let reference = Reference::Zoo { name: "tree-industry".parse().unwrap(), version: Version::Number(number) };
    let weights = Digest::of(format!("weights of version {number}").as_bytes());
    (reference, Content::Files { weights, tokenizer: Some(Digest::of(b"tokenizer")) })
}

/// Returns the recipe of a text, read beside a zoo.
pub(crate) fn recipe_beside(zoo: &FakeZoo, text: &str) -> Result<Recipe, Problems> {
    read(&Input { outside: zoo, ..Input::new("child.yaml", text.as_bytes()) }).map(|reading| reading.recipe)
}
