//! The stages drawn as a tree: what follows from what, from the data down to what is published.
//!
//! A plan is no tree: most stages need several others. Each stands in full under the last of those it needs, so that a stage
//! is always above what follows from it, and is only mentioned under the others. Needs that other needs imply are left out:
//! who needs the tokens needs the dataset too.

use std::collections::BTreeMap;

use crate::id::StageId;
use crate::plan::{Plan, Stage};

/// Above so many stages every need is drawn: to find out what is implied would take too much memory.
const MOST_REDUCED: usize = 20_000;

/// A line of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'p> {
    /// The branches before the stage.
    pub branch: String,
    /// The stage.
    pub stage: &'p Stage,
    /// Whether it is only mentioned here, and stands in full further down.
    pub is_mention: bool,
}

/// Returns the lines of the tree; every stage stands in full once.
pub fn lines(plan: &Plan) -> Vec<Line<'_>> {
    let needs = needs(plan);
    let mut followers = vec![Vec::new(); plan.stages.len()];
    for (position, needs) in needs.iter().enumerate() {
        needs.iter().for_each(|need| followers[*need].push(position));
    }
    let mut missing: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut lines = Vec::new();
    let roots = (0..plan.stages.len()).filter(|position| needs[*position].is_empty());
    for root in roots {
        lines.push(Line { branch: String::new(), stage: &plan.stages[root], is_mention: false });
        let mut open = vec![(followers[root].as_slice(), String::new())];
        while let Some((rest, indent)) = open.last_mut() {
            let Some((next, behind)) = rest.split_first() else {
                open.pop();
                continue;
            };
            *rest = behind;
            let (mark, below) = if behind.is_empty() { ("└─ ", "   ") } else { ("├─ ", "│  ") };
            let (branch, indent) = (format!("{indent}{mark}"), format!("{indent}{below}"));
            missing[*next] -= 1;
            let is_mention = missing[*next] > 0;
            lines.push(Line { branch, stage: &plan.stages[*next], is_mention });
            if !is_mention {
                open.push((&followers[*next], indent));
            }
        }
    }
    lines
}

/// Returns what every stage needs, as places in the plan and without what other needs imply.
pub fn needs(plan: &Plan) -> Vec<Vec<usize>> {
    let places: BTreeMap<&StageId, usize> =
        plan.stages.iter().enumerate().map(|(place, stage)| (&stage.id, place)).collect();
    let all = plan.stages.iter().map(|stage| stage.needs.iter().filter_map(|need| places.get(need)).copied().collect());
    let all: Vec<Vec<usize>> = all.collect();
    if all.len() > MOST_REDUCED { all } else { reduced(all) }
}

fn reduced(all: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
    let n_words = all.len().div_ceil(64);
    // One bit for every stage that lies above.
    let mut above: Vec<Vec<u64>> = Vec::with_capacity(all.len());
    let mut kept = Vec::with_capacity(all.len());
    for needs in all {
        let mut implied = vec![0; n_words];
        for need in &needs {
            implied.iter_mut().zip(&above[*need]).for_each(|(word, more)| *word |= more);
        }
        kept.push(needs.iter().copied().filter(|need| implied[need / 64] >> (need % 64) & 1 == 0).collect());
        needs.iter().for_each(|need| implied[need / 64] |= 1 << (need % 64));
        above.push(implied);
    }
    kept
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::plan::{Sources, build};
    use crate::recipe::fixture::recipe;

    #[test]
    fn every_stage_stands_in_full_once_and_below_all_it_needs() {
        let plan = build(&recipe(""), &Sources::new());
        let mut full = BTreeSet::new();
        let mut n_mentions = 0;
        for line in lines(&plan) {
            if line.is_mention {
                n_mentions += 1;
                assert!(!full.contains(&line.stage.id), "{} is mentioned below itself", line.stage.id);
                continue;
            }
            assert!(line.stage.needs.iter().all(|need| full.contains(need)), "{}", line.stage.id);
            assert!(full.insert(line.stage.id.clone()), "{} stands twice", line.stage.id);
        }
        assert_eq!(full.len(), plan.stages.len());
        assert!(n_mentions > 0);
    }

    #[test]
    fn what_other_needs_imply_is_left_out_and_nothing_else() {
        let plan = build(&recipe(""), &Sources::new());
        let place = |id: &str| plan.stages.iter().position(|stage| stage.id.to_string() == id).unwrap();
        let needs = needs(&plan);
        assert_eq!(needs[place("train:general")], [place("tokens:prose/bytes")]);
        // The tokenizer is trained on the prose, and so implies it.
        assert_eq!(needs[place("tokens:prose/bytes")], [place("tokenizer:bytes")]);
        let rust = [place("dataset:rust"), place("tokenizer:bytes")];
        assert_eq!(BTreeSet::from_iter(needs[place("tokens:rust/bytes")].clone()), BTreeSet::from(rust));
    }
}
