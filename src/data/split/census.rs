//! The first pass of a split that meets its shares within each class: who belongs to which class.

use std::collections::{BTreeMap, HashMap};

use crate::data::record::Record;
use crate::data::split::Dealer;
use crate::data::split::shares::apportion;
use crate::recipe::dataset::{SplitBy, SplitName};

/// Takes down the digest of every record by its class: 8 bytes a record.
///
/// The order of the records is of no account. A document or group whose records are of several classes counts, as a whole, to that of
/// most of its records, and of two such classes to the first by name.
#[derive(Debug)]
pub struct Census<'a> {
    dealer: Dealer<'a>,
    classes: BTreeMap<String, Vec<u64>>,
}

impl<'a> Census<'a> {
    pub(super) fn of(dealer: Dealer<'a>) -> Self {
        Self { dealer, classes: BTreeMap::new() }
    }

    /// Takes down a record.
    pub fn add(&mut self, record: &Record) {
        if self.dealer.assigned(record).is_some() {
            return;
        }
        let (class, hash) = (self.dealer.class(record), self.dealer.hash(record));
        match self.classes.get_mut(class) {
            Some(hashes) => hashes.push(hash),
            None => drop(self.classes.insert(class.to_owned(), vec![hash])),
        }
    }

    /// Returns the dealer that knows where each class is cut.
    ///
    /// Within a class the digests are put in order: the first of them are trained on, the last of them tested on. So a stratified split
    /// differs little from one that is not, and a cut moves little when records are added.
    pub fn dealer(self) -> Dealer<'a> {
        let Self { mut dealer, mut classes } = self;
        classes.values_mut().for_each(|hashes| hashes.sort_unstable());
        let moved = match dealer.split.by {
            SplitBy::Record => HashMap::new(),
            SplitBy::Document | SplitBy::Group => torn(&classes),
        };
        let shares = SplitName::ALL.map(|name| dealer.split.share(name));
        let cut = |(i, (class, mut hashes)): (usize, (String, Vec<u64>))| {
            hashes.dedup();
            hashes.retain(|hash| moved.get(hash).is_none_or(|owner| *owner == i));
            (class, Cut::of(&hashes, shares))
        };
        let cuts: Vec<(String, Cut)> = classes.into_iter().enumerate().map(cut).collect();
        dealer.cuts = Some(Cuts { cuts, moved });
        dealer
    }
}

/// Returns those that stand in several of the classes, whose digests are in order, with the class they belong to.
fn torn(classes: &BTreeMap<String, Vec<u64>>) -> HashMap<u64, usize> {
    let mut counted: Vec<(u64, usize, usize)> = Vec::new();
    for (i, hashes) in classes.values().enumerate() {
        counted.extend(hashes.chunk_by(|one, other| one == other).map(|same| (same[0], i, same.len())));
    }
    counted.sort_unstable();
    let several = counted.chunk_by(|one, other| one.0 == other.0).filter(|same| same.len() > 1);
    let most =
        |same: &[(u64, usize, usize)]| same.iter().rev().max_by_key(|(_, _, n)| *n).map(|(hash, i, _)| (*hash, *i));
    several.filter_map(most).collect()
}

/// Where the classes are cut.
#[derive(Debug)]
pub(super) struct Cuts {
    /// By the name of the class, in order.
    cuts: Vec<(String, Cut)>,
    /// Those that count to another class than their records say, or say alone.
    moved: HashMap<u64, usize>,
}

impl Cuts {
    /// Returns the split of a digest within its class; `None` where the class is not known.
    pub(super) fn split(&self, class: &str, hash: u64) -> Option<SplitName> {
        let known = || self.cuts.binary_search_by(|(name, _)| name.as_str().cmp(class)).ok();
        let i = self.moved.get(&hash).copied().or_else(known)?;
        self.cuts[i].1.split(hash)
    }
}

/// The last digest of each split, where the split has one.
#[derive(Debug)]
struct Cut([Option<u64>; 3]);

impl Cut {
    /// Cuts digests that are in order.
    fn of(hashes: &[u64], shares: [f64; 3]) -> Self {
        let mut end = 0;
        Self(apportion(hashes.len(), shares).map(|n| {
            end += n;
            (n > 0).then(|| hashes[end - 1])
        }))
    }

    /// Returns the split of a digest; one that was not counted goes where its neighbours are.
    fn split(&self, hash: u64) -> Option<SplitName> {
        let mut ends = SplitName::ALL.into_iter().zip(self.0);
        let within = ends.clone().find(|(_, last)| last.is_some_and(|last| hash <= last));
        within.or_else(|| ends.rfind(|(_, last)| last.is_some())).map(|(name, _)| name)
    }
}
