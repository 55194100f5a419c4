//! A recipe the tests of the pure layers begin with.

use crate::recipe::read::Input;
use crate::recipe::{Recipe, read};

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
