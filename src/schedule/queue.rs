//! A dependency queue: hands out every key once, and only when all it needs is finished.

use std::collections::{BTreeMap, BTreeSet};

/// Keys that wait for other keys, each in a lane with others of its kind.
///
/// Keys that are ready are handed out in the order in which they were queued, as far as their lanes are accepted.
#[derive(Debug, Clone)]
pub struct Queue<K, L> {
    /// The queued keys.
    waiting: BTreeMap<K, Place<K, L>>,
    /// Those of them that wait for nothing, by lane and order; lanes are few where keys are many.
    ready: BTreeMap<L, BTreeMap<u64, K>>,
    /// Who needs a key; outlives the key's own place in the queue.
    dependents: BTreeMap<K, BTreeSet<K>>,
    /// How many keys were ever queued.
    n_queued: u64,
}

#[derive(Debug, Clone)]
struct Place<K, L> {
    order: u64,
    lane: L,
    needs: BTreeSet<K>,
}

impl<K, L> Default for Queue<K, L> {
    fn default() -> Self {
        Self { waiting: BTreeMap::new(), ready: BTreeMap::new(), dependents: BTreeMap::new(), n_queued: 0 }
    }
}

impl<K: Clone + Ord, L: Clone + Ord> Queue<K, L> {
    /// Adds a key that is handed out when every one of `needs` is finished.
    ///
    /// A key that is queued already keeps its place and what it waits for.
    pub fn queue(&mut self, key: K, lane: L, needs: impl IntoIterator<Item = K>) {
        if self.waiting.contains_key(&key) {
            return;
        }
        let order = self.n_queued;
        self.n_queued += 1;
        let needs: BTreeSet<K> = needs.into_iter().collect();
        for need in &needs {
            self.dependents.entry(need.clone()).or_default().insert(key.clone());
        }
        if needs.is_empty() {
            self.ready.entry(lane.clone()).or_default().insert(order, key.clone());
        }
        self.waiting.insert(key, Place { order, lane, needs });
    }

    /// Takes out the first key that waits for nothing and whose lane `accepts` agrees to.
    pub fn dequeue(&mut self, accepts: impl Fn(&L) -> bool) -> Option<K> {
        let lanes = self.ready.iter().filter(|(lane, _)| accepts(lane));
        let firsts = lanes.filter_map(|(_, keys)| keys.first_key_value());
        let (_, key) = firsts.min_by_key(|(order, _)| **order)?;
        let key = key.clone();
        self.take_one(&key);
        Some(key)
    }

    /// Takes out a key if it waits for nothing; returns whether it did.
    pub fn dequeue_this(&mut self, key: &K) -> bool {
        let is_ready = self.waiting.get(key).is_some_and(|place| place.needs.is_empty());
        is_ready && self.take_one(key).is_some()
    }

    /// Tells that a key is finished; returns the keys that wait for nothing any more.
    pub fn finish(&mut self, key: &K) -> Vec<K> {
        let dependents = self.dependents.remove(key).unwrap_or_default();
        let mut released = Vec::new();
        for dependent in dependents {
            if let Some(place) = self.waiting.get_mut(&dependent)
                && place.needs.remove(key)
                && place.needs.is_empty()
            {
                self.ready.entry(place.lane.clone()).or_default().insert(place.order, dependent.clone());
                released.push(dependent);
            }
        }
        released
    }

    /// Takes out every queued key that needs `key`, directly or not, in the order of the queue.
    pub fn abandon(&mut self, key: &K) -> Vec<K> {
        let mut doomed = BTreeSet::new();
        let mut open = vec![key.clone()];
        while let Some(next) = open.pop() {
            for dependent in self.dependents.get(&next).into_iter().flatten() {
                if self.waiting.contains_key(dependent) && doomed.insert(dependent.clone()) {
                    open.push(dependent.clone());
                }
            }
        }
        self.take(doomed)
    }

    /// Takes out every queued key, in the order of the queue.
    pub fn clear(&mut self) -> Vec<K> {
        self.take(self.waiting.keys().cloned().collect())
    }

    /// Returns whether no key is queued.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// Takes out keys, and returns those that were queued in the order of the queue.
    fn take(&mut self, keys: BTreeSet<K>) -> Vec<K> {
        let taken: BTreeMap<u64, K> =
            keys.into_iter().filter_map(|key| self.take_one(&key).map(|order| (order, key))).collect();
        taken.into_values().collect()
    }

    /// Takes out a key, and returns its place in the order.
    fn take_one(&mut self, key: &K) -> Option<u64> {
        let Place { order, lane, needs: _ } = self.waiting.remove(key)?;
        if let Some(keys) = self.ready.get_mut(&lane) {
            keys.remove(&order);
        }
        Some(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Graphs of up to 12 keys whose arrows point backwards, and a stream of choices.
    fn graphs() -> impl Strategy<Value = (Vec<BTreeSet<usize>>, Vec<u8>)> {
        let edges = proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..4), 1..12);
        (edges, proptest::collection::vec(any::<u8>(), 64)).prop_map(|(edges, choices)| {
            let needs = |(key, raw): (usize, Vec<u8>)| match key {
                0 => BTreeSet::new(),
                _ => raw.into_iter().map(|byte| usize::from(byte) % key).collect(),
            };
            (edges.into_iter().enumerate().map(needs).collect(), choices)
        })
    }

    proptest! {
        #[test]
        fn every_key_comes_once_and_behind_all_it_needs((needs, choices) in graphs()) {
            let mut queue = Queue::default();
            // Queued backwards: the order of queueing must not matter to what is respected.
            for (key, needs) in needs.iter().enumerate().rev() {
                queue.queue(key, key % 3, needs.iter().copied());
            }
            let (mut running, mut finished) = (Vec::new(), BTreeSet::new());
            let mut choices = choices.into_iter().cycle();
            while !queue.is_empty() || !running.is_empty() {
                let takes_one = choices.next().unwrap() % 2 == 0;
                if takes_one && let Some(key) = queue.dequeue(|_| true) {
                    prop_assert!(needs[key].is_subset(&finished));
                    running.push(key);
                } else if !running.is_empty() {
                    let key = running.remove(usize::from(choices.next().unwrap()) % running.len());
                    queue.finish(&key);
                    prop_assert!(finished.insert(key), "{key} came twice");
                }
            }
            prop_assert_eq!(finished.len(), needs.len());
        }

        #[test]
        fn an_abandoned_key_takes_exactly_its_descendants_with_it((needs, choices) in graphs()) {
            let mut queue = Queue::default();
            for (key, needs) in needs.iter().enumerate() {
                queue.queue(key, key % 3, needs.iter().copied());
            }
            let root = usize::from(choices[0]) % needs.len();
            let mut doomed = BTreeSet::from([root]);
            for (key, needs) in needs.iter().enumerate() {
                if !needs.is_disjoint(&doomed) {
                    doomed.insert(key);
                }
            }
            doomed.remove(&root);
            let abandoned: BTreeSet<_> = queue.abandon(&root).into_iter().collect();
            prop_assert_eq!(abandoned, doomed);
        }
    }

    #[test]
    fn a_key_that_is_not_accepted_keeps_its_place() {
        let mut queue = Queue::default();
        queue.queue("wide", 2, []);
        queue.queue("narrow", 1, []);
        queue.queue("wide too", 2, []);
        assert_eq!(queue.dequeue(|lane| *lane == 1), Some("narrow"));
        assert_eq!(queue.dequeue(|_| true), Some("wide"));
        assert!(!queue.dequeue_this(&"narrow") && queue.dequeue_this(&"wide too"));
        assert_eq!(queue.dequeue(|_| true), None);
    }
}
