//! For tests: which keys the reader knew at each place it read.

use std::cell::RefCell;

use crate::recipe::read::reader::At;

/// A mapping the reader has read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    /// The dotted path of the mapping.
    pub path: String,
    /// Its `type`, where the reader asked for one.
    pub kind: Option<String>,
    /// The keys the reader asked for, sorted.
    pub known: Vec<&'static str>,
}

thread_local! {
    static SEEN: RefCell<Vec<Seen>> = const { RefCell::new(Vec::new()) };
}

/// Takes down a mapping; tests that read on threads of their own do not disturb each other.
pub(super) fn record(at: &At<'_>, known: &[&'static str]) {
    let kind = known.contains(&"type").then(|| at.node.get("type").and_then(|node| node.text()).map(str::to_owned));
    let mut known = known.to_vec();
    known.sort_unstable();
    known.dedup();
    SEEN.with_borrow_mut(|seen| seen.push(Seen { path: at.path.clone(), kind: kind.flatten(), known }));
}

/// Returns every mapping read on this thread since the last call.
pub(crate) fn take() -> Vec<Seen> {
    SEEN.take()
}
