//! Two lists of adapters: what they list is compared file by file, so only what else they say counts here.

use crate::id::Digest;
use crate::record::{AdapterFile, Adapters};

/// Returns whether two `adapters.json` say the same, but for the digests of the files they list.
pub fn list_the_same(left: &[u8], right: &[u8]) -> bool {
    let parsed = |bytes| serde_json::from_slice::<Adapters>(bytes).ok().map(without_digests);
    parsed(left).is_some_and(|left| parsed(right) == Some(left))
}

fn without_digests(list: Adapters) -> Adapters {
    let Adapters { version, frozen: _, adapters } = list;
    let nothing = Digest::of(b"");
    let adapters = adapters.into_iter().map(|adapter| AdapterFile { digest: nothing, ..adapter }).collect();
    Adapters { version, frozen: nothing, adapters }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_weights_make_no_other_list_and_another_rank_does() {
        let list = |weights: &[u8], rank| {
            let adapter = AdapterFile { file: Adapters::file(0, 1), digest: Digest::of(weights), rank, alpha: 4.0 };
            let list = Adapters { version: Adapters::VERSION, frozen: Digest::of(weights), adapters: vec![adapter] };
            serde_json::to_vec(&list).unwrap()
        };
        assert!(list_the_same(&list(b"one", 2), &list(b"other", 2)));
        assert!(!list_the_same(&list(b"one", 2), &list(b"one", 3)));
        assert!(!list_the_same(b"{}", b"{}"));
    }
}
