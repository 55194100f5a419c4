//! Two sorted lists of keys, walked side by side.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde::Serialize;

use crate::data::diff::key::Key;
use crate::data::diff::shown::{Found, MOST_EXAMPLES};
use crate::recipe::dataset::SplitName;

/// How many rows of two datasets differ, and how; `a` is the first dataset, `b` the second.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Difference {
    /// Rows that are the same: the name, what they say, the label, the further fields and the split.
    pub same: u64,
    /// Rows that only the first has, neither their name nor what they say.
    pub only_a: u64,
    /// Rows that only the second has.
    pub only_b: u64,
    /// Rows of the same name that say something else.
    pub changed: u64,
    /// Rows that say the same under another name.
    pub renamed: u64,
    /// Rows of the same name with another label.
    pub relabelled: u64,
    /// Rows of the same name with other further fields.
    pub other_fields: u64,
    /// Rows of the same name in another split.
    pub moved: u64,
    /// The same by split; a row counts where the first has it, and `only-b` where the second does.
    pub splits: BTreeMap<SplitName, SplitDifference>,
}

/// How one split of two datasets differs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct SplitDifference {
    /// The rows of the first.
    pub rows_a: u64,
    /// The rows of the second.
    pub rows_b: u64,
    /// Rows that only the first has.
    pub only_a: u64,
    /// Rows that only the second has.
    pub only_b: u64,
    /// Rows of the same name that say something else.
    pub changed: u64,
    /// Rows of the first that stand in another split of the second.
    pub moved_out: u64,
    /// Rows of the second that stand in another split of the first.
    pub moved_in: u64,
}

/// What the comparison found.
#[derive(Debug, Default)]
pub(super) struct Comparison {
    pub(super) rows: Difference,
    /// How often which label became which, by their digests.
    pub(super) labels: BTreeMap<(u32, u32), u64>,
    /// Some of the rows that differ.
    pub(super) examples: Vec<(Found, Option<Key>, Option<Key>)>,
}

/// Compares two sorted lists of keys; they are used up, and no third list is made.
pub(super) fn compare(mut a: Vec<Key>, mut b: Vec<Key>) -> Comparison {
    let mut comparison = Comparison::default();
    for name in SplitName::ALL {
        comparison.rows.splits.insert(name, SplitDifference::default());
    }
    a.iter().for_each(|key| comparison.split(*key).rows_a += 1);
    b.iter().for_each(|key| comparison.split(*key).rows_b += 1);
    // Rows without a row of the same name move to the front of their list.
    let (mut i, mut j, mut alone_a, mut alone_b) = (0, 0, 0, 0);
    while i < a.len() || j < b.len() {
        let id = a.get(i).into_iter().chain(b.get(j)).map(|key| key.id).min().expect("one of the lists goes on");
        let (mut ours, mut theirs) = (take(&a, &mut i, id), take(&b, &mut j, id));
        pair(&mut ours, &mut theirs, |a, b| a == b, &mut comparison);
        pair(&mut ours, &mut theirs, |a, b| a.text == b.text, &mut comparison);
        pair(&mut ours, &mut theirs, |_, _| true, &mut comparison);
        put(&mut a, &mut alone_a, &ours);
        put(&mut b, &mut alone_b, &theirs);
    }
    a.truncate(alone_a);
    b.truncate(alone_b);
    comparison.alone(a, b);
    comparison
}

/// Takes the keys with this name from the list.
fn take(keys: &[Key], next: &mut usize, id: u64) -> Vec<Key> {
    let start = *next;
    *next += keys[start..].iter().take_while(|key| key.id == id).count();
    keys[start..*next].to_vec()
}

fn put(keys: &mut [Key], alone: &mut usize, left: &[Key]) {
    keys[*alone..*alone + left.len()].copy_from_slice(left);
    *alone += left.len();
}

/// Pairs the rows that fit, and leaves the others.
fn pair(a: &mut Vec<Key>, b: &mut Vec<Key>, fits: impl Fn(&Key, &Key) -> bool, comparison: &mut Comparison) {
    a.retain(|ours| match b.iter().position(|theirs| fits(ours, theirs)) {
        Some(at) => {
            comparison.pair(*ours, b.remove(at));
            false
        }
        None => true,
    });
}

impl Comparison {
    fn split(&mut self, key: Key) -> &mut SplitDifference {
        self.rows.splits.entry(key.split()).or_default()
    }

    /// Counts two rows of the same name.
    fn pair(&mut self, a: Key, b: Key) {
        if a == b {
            self.rows.same += 1;
            return;
        }
        if a.text != b.text {
            self.rows.changed += 1;
            self.split(a).changed += 1;
            self.example(Found::Changed, Some(a), Some(b));
        }
        if a.label != b.label {
            self.rows.relabelled += 1;
            *self.labels.entry((a.label, b.label)).or_default() += 1;
            self.example(Found::Relabelled, Some(a), Some(b));
        }
        if a.fields() != b.fields() {
            self.rows.other_fields += 1;
            self.example(Found::OtherFields, Some(a), Some(b));
        }
        if a.split() != b.split() {
            self.rows.moved += 1;
            self.split(a).moved_out += 1;
            self.split(b).moved_in += 1;
            self.example(Found::Moved, Some(a), Some(b));
        }
    }

    /// Counts the rows whose name only one of the two has.
    fn alone(&mut self, mut a: Vec<Key>, mut b: Vec<Key>) {
        let order = |key: &Key| (key.text, key.id);
        a.par_sort_unstable_by_key(order);
        b.par_sort_unstable_by_key(order);
        let (mut i, mut j) = (0, 0);
        loop {
            match (a.get(i).copied(), b.get(j).copied()) {
                (Some(ours), Some(theirs)) if ours.text == theirs.text => {
                    self.rows.renamed += 1;
                    self.example(Found::Renamed, Some(ours), Some(theirs));
                    (i, j) = (i + 1, j + 1);
                }
                (Some(ours), theirs) if theirs.is_none_or(|theirs| ours.text < theirs.text) => {
                    self.rows.only_a += 1;
                    self.split(ours).only_a += 1;
                    self.example(Found::OnlyA, Some(ours), None);
                    i += 1;
                }
                (_, Some(theirs)) => {
                    self.rows.only_b += 1;
                    self.split(theirs).only_b += 1;
                    self.example(Found::OnlyB, None, Some(theirs));
                    j += 1;
                }
                (_, None) => return,
            }
        }
    }

    /// Remembers the first rows of every kind; the order is that of digests, so they are picked by chance.
    fn example(&mut self, found: Found, a: Option<Key>, b: Option<Key>) {
        if self.examples.iter().filter(|(kind, ..)| *kind == found).count() < MOST_EXAMPLES {
            self.examples.push((found, a, b));
        }
    }
}
