//! Which records belong together: a forest in which every tree's root is its first record.

use std::collections::BTreeMap;

/// Records that are nearly the same, as sets.
pub(in crate::data::prepare) struct Clusters {
    parent: Vec<u32>,
    largest: Vec<Members>,
}

/// The members of a cluster, each by its part and its number there, the first of them first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::data::prepare) struct Members {
    /// How many there are.
    pub(in crate::data::prepare) n: u64,
    /// The first of them.
    pub(in crate::data::prepare) places: Vec<(usize, usize)>,
}

/// The most clusters that are told.
const MOST_CLUSTERS: usize = 10;
/// The most members of a cluster that are told.
const MOST_MEMBERS: usize = 6;

impl Clusters {
    pub(super) fn new(n: usize) -> Self {
        Self { parent: (0..n as u32).collect(), largest: Vec::new() }
    }

    /// Returns the first record of the cluster a record is in.
    pub(super) fn first_of(&mut self, i: u32) -> u32 {
        let mut root = i;
        while self.parent[root as usize] != root {
            let next = self.parent[root as usize];
            self.parent[root as usize] = self.parent[next as usize];
            root = next;
        }
        root
    }

    pub(super) fn link(&mut self, a: u32, b: u32) {
        let (a, b) = (self.first_of(a), self.first_of(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// Remembers where the members of the largest clusters stand.
    pub(super) fn name(&mut self, place: impl Fn(u32) -> (usize, usize)) {
        let mut sizes: BTreeMap<u32, u64> = BTreeMap::new();
        for i in 0..self.parent.len() as u32 {
            let first = self.first_of(i);
            if first != i {
                *sizes.entry(first).or_insert(1) += 1;
            }
        }
        let mut order: Vec<(u32, u64)> = sizes.into_iter().collect();
        order.sort_by_key(|(first, n)| (std::cmp::Reverse(*n), *first));
        order.truncate(MOST_CLUSTERS);
        let mut members: BTreeMap<u32, Vec<(usize, usize)>> =
            order.iter().map(|(first, _)| (*first, Vec::new())).collect();
        for i in 0..self.parent.len() as u32 {
            let first = self.first_of(i);
            if let Some(places) = members.get_mut(&first).filter(|places| places.len() < MOST_MEMBERS) {
                places.push(place(i));
            }
        }
        let named = |(first, n)| Members { n, places: members.remove(&first).unwrap_or_default() };
        self.largest = order.into_iter().map(named).collect();
    }

    /// Returns the largest clusters.
    pub(in crate::data::prepare) fn largest(&self) -> &[Members] {
        &self.largest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn linked_records_follow_the_first_of_them() {
        let mut clusters = Clusters::new(8);
        for (a, b) in [(3, 5), (5, 1), (6, 7)] {
            clusters.link(a, b);
        }
        assert_eq!((0..8).map(|i| clusters.first_of(i)).collect::<Vec<_>>(), [0, 1, 2, 1, 4, 1, 6, 6]);
        clusters.name(|i| (0, i as usize));
        let places = |places: &[usize]| places.iter().map(|i| (0, *i)).collect();
        let expected = [Members { n: 3, places: places(&[1, 3, 5]) }, Members { n: 2, places: places(&[6, 7]) }];
        assert_eq!(clusters.largest(), expected);
    }
}
