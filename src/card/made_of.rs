//! What a model is made of, in words: the weights it comes from, and the adapters added to them.

use crate::card::facts::CardFacts;
use crate::recipe::model::{Adapter, ParentAdapter};

/// An adapter on the way from the weights to the model.
struct Part {
    rank: u32,
    is_kept: bool,
    goes_on: bool,
}

/// Returns the weights a model comes from and the adapters added to them, where any model of its lineage kept its adapter.
pub(super) fn made_of(facts: &CardFacts) -> Option<String> {
    let ancestors = facts.lineage.iter().map(|ancestor| (ancestor.name.as_str(), ancestor.adapter.as_ref()));
    let mut adapters: Vec<&Adapter> = Vec::new();
    let mut root = None;
    for (name, adapter) in std::iter::once((facts.name.as_str(), facts.adapter.as_ref())).chain(ancestors) {
        let Some(adapter) = adapter else {
            root = Some(name);
            break;
        };
        adapters.push(adapter);
    }
    if !adapters.iter().any(|adapter| adapter.is_kept()) {
        return None;
    }
    let parts = adapters.into_iter().rev().fold(Vec::new(), with);
    let words = parts.iter().map(words).collect::<Vec<_>>().join(" ⊕ ");
    Some(format!("{} = {} ⊕ {words}", facts.name, root?))
}

/// Returns the parts of a model whose parent is made of `parts`.
fn with(mut parts: Vec<Part>, adapter: &Adapter) -> Vec<Part> {
    let Adapter::Lora { rank, parent, .. } = adapter;
    match parent {
        Some(ParentAdapter::Continue) => parts.last_mut().into_iter().for_each(|part| part.goes_on = true),
        Some(ParentAdapter::Stack) => parts.push(Part { rank: *rank, is_kept: true, goes_on: false }),
        Some(ParentAdapter::Merge) | None => {
            parts.iter_mut().for_each(|part| part.is_kept = false);
            parts.push(Part { rank: *rank, is_kept: true, goes_on: false });
        }
    }
    if !adapter.is_kept() {
        parts.iter_mut().for_each(|part| part.is_kept = false);
    }
    parts
}

fn words(part: &Part) -> String {
    let Part { rank, is_kept, goes_on } = part;
    let goes_on = if *goes_on { ", trained on" } else { "" };
    format!("LoRA(rank {rank}{goes_on}) {}", if *is_kept { "kept" } else { "merged" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::fixture::recipe;

    /// Returns what `vertical` is made of, with the adapters of `industry` and `vertical` as typed.
    fn said(industry: &str, vertical: &str) -> Option<String> {
        let sets =
            [("industry", industry), ("vertical", vertical)].into_iter().filter(|(_, adapter)| !adapter.is_empty());
        let sets: Vec<_> = sets.map(|(model, adapter)| format!("models.{model}.adapter={adapter}")).collect();
        let recipe = recipe(&sets.join("\n"));
        made_of(&CardFacts::of(&recipe, &"vertical".parse().unwrap()).unwrap())
    }

    #[test]
    fn a_chain_of_adapters_is_told_from_the_weights_up() {
        let keep = "{ type: lora, rank: 8, then: keep }";
        let cases = [
            (
                "{ type: lora, rank: 8 }",
                "{ type: lora, rank: 4, then: keep }",
                "LoRA(rank 8) merged ⊕ LoRA(rank 4) kept",
            ),
            (keep, "{ type: lora, rank: 4, parent: merge, then: keep }", "LoRA(rank 8) merged ⊕ LoRA(rank 4) kept"),
            (keep, "{ type: lora, rank: 4, parent: stack, then: keep }", "LoRA(rank 8) kept ⊕ LoRA(rank 4) kept"),
            (keep, "{ type: lora, rank: 4, parent: stack }", "LoRA(rank 8) merged ⊕ LoRA(rank 4) merged"),
            (keep, "{ type: lora, parent: continue, then: keep }", "LoRA(rank 8, trained on) kept"),
            (keep, "{ type: lora, parent: continue }", "LoRA(rank 8, trained on) merged"),
        ];
        for (industry, vertical, expected) in cases {
            let expected = format!("tree-vertical = tree-general ⊕ {expected}");
            assert_eq!(said(industry, vertical), Some(expected), "{industry} {vertical}");
        }
        let last = said("", "{ type: lora, rank: 4, then: keep }");
        assert_eq!(last.as_deref(), Some("tree-vertical = tree-industry ⊕ LoRA(rank 4) kept"));
    }

    #[test]
    fn where_no_adapter_was_kept_nothing_is_told() {
        assert_eq!(said("{ type: lora, rank: 8 }", "{ type: lora, rank: 4 }"), None);
        assert_eq!(said("", "{ type: lora, rank: 4 }"), None);
    }
}
