//! What is told of records that went because of others.

use std::collections::BTreeMap;

use crate::data::error::DataError;
use crate::data::prepare::made::Made;
use crate::data::prepare::near::Members;
use crate::data::prepare::tally::{MOST_SAMPLES, Tally, beginning};
use crate::data::record::Record;
use crate::record::report::{Cluster, DatasetReport, StepReport};

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

/// Returns what took the rows of a dataset of which nothing is left: the step that dropped the most of them, or that none could be read.
pub(super) fn nothing_left(report: &DatasetReport) -> String {
    let dropped = |step: &&StepReport| step.records_in.saturating_sub(step.records_out);
    let worst = report.steps.iter().max_by_key(dropped).filter(|step| dropped(step) > 0);
    match (worst, report.bad_row_samples.first()) {
        (Some(step), _) => {
            let reasons: Vec<String> = step.reasons.iter().map(|(reason, n)| format!("{reason} {n}")).collect();
            let why = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
            let n = step.records_in;
            match step.records_out {
                0 => format!("`{}` left none of {n} {}{why}", step.step, if n == 1 { "row" } else { "rows" }),
                left => format!("`{}` left {left} of {n} rows{why}, and later steps none", step.step),
            }
        }
        (None, Some(first)) => format!("every row is bad ({}), and the first is {first}", report.bad_rows),
        (None, None) => "the source has no row".to_owned(),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_takes_everything_is_named() {
        let step = |step: &str, records_in, records_out, reason: Option<&str>| StepReport {
            step: step.to_owned(),
            records_in,
            records_out,
            reasons: reason.map(|reason| (reason.to_owned(), records_in - records_out)).into_iter().collect(),
            ..StepReport::default()
        };
        let of = |steps: Vec<StepReport>| nothing_left(&DatasetReport { steps, ..DatasetReport::default() });
        let few = "too few characters";
        assert_eq!(of(vec![step("regex", 20, 0, None)]), "`regex` left none of 20 rows");
        assert_eq!(
            of(vec![step("html", 9, 8, None), step("length", 8, 0, Some(few))]),
            "`length` left none of 8 rows (too few characters 8)"
        );
        assert_eq!(
            of(vec![step("length", 9, 2, Some(few)), step("filter", 2, 0, None)]),
            "`length` left 2 of 9 rows (too few characters 7), and later steps none"
        );
        let bad = DatasetReport {
            bad_rows: 3,
            bad_row_samples: vec!["a.jsonl:1: field `body` is missing".to_owned()],
            ..DatasetReport::default()
        };
        assert_eq!(nothing_left(&bad), "every row is bad (3), and the first is a.jsonl:1: field `body` is missing");
        assert_eq!(of(Vec::new()), "the source has no row");
    }
}
