//! What is told of records that went because of others.

use std::collections::BTreeMap;

use crate::data::error::DataError;
use crate::data::prepare::made::Made;
use crate::data::prepare::near::Members;
use crate::data::prepare::tally::{MOST_SAMPLES, Tally, beginning};
use crate::data::record::Record;
use crate::record::report::Cluster;

/// Returns the largest clusters with the names of their members.
pub(super) fn clusters(parts: &[Made], largest: &[Members]) -> Result<Vec<Cluster>, DataError> {
    let found = records(parts, largest.iter().flat_map(|members| members.places.iter().copied()))?;
    let cluster = |members: &Members| {
        let mut members_found = members.places.iter().filter_map(|place| found.get(place));
        let first = members_found.next()?;
        let dropped = members_found.map(|record| record.id.clone()).collect();
        Some(Cluster { kept: first.id.clone(), dropped, records: members.n, text: beginning(first) })
    };
    Ok(largest.iter().filter_map(cluster).collect())
}

/// Counts the records that went, and shows the first of them.
pub(super) fn dropped(
    parts: &[Made],
    before: &[Vec<bool>],
    after: &[Vec<bool>],
    reason: &str,
    tally: &mut Tally,
) -> Result<(), DataError> {
    let gone = before.iter().zip(after).enumerate().flat_map(|(part, (before, after))| {
        (0..before.len()).filter(move |i| before[*i] && !after[*i]).map(move |i| (part, i))
    });
    let gone: Vec<_> = gone.collect();
    let samples = records(parts, gone.iter().copied().take(MOST_SAMPLES))?;
    samples.values().for_each(|record| tally.dropped(record, reason));
    if !gone.is_empty() {
        tally.0.reasons.insert(reason.to_owned(), gone.len() as u64);
    }
    Ok(())
}

/// Reads single records, each named by its part and its number there.
fn records(
    parts: &[Made],
    places: impl Iterator<Item = (usize, usize)>,
) -> Result<BTreeMap<(usize, usize), Record>, DataError> {
    let mut wanted: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    places.for_each(|(part, i)| wanted.entry(part).or_default().push(i));
    let mut found = BTreeMap::new();
    for (part, numbers) in wanted {
        let last = numbers.iter().max().copied().unwrap_or(0);
        let mut is_wanted = vec![false; last + 1];
        numbers.iter().for_each(|i| is_wanted[*i] = true);
        parts[part].each(&is_wanted, |i, record| {
            found.insert((part, i), record);
            Ok(i < last)
        })?;
    }
    Ok(found)
}
