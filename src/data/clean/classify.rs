//! `classify`: records sorted into classes by the words they use.
//!
//! The words of all classes are looked for at once, by one automaton; a class takes a record when enough of its words stand there
//! and none that it forbids.

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use regex::Regex;

use crate::data::clean::dictionary::is_whole_word;
use crate::data::clean::{Counts, Fate, Step};
use crate::data::error::DataError;
use crate::data::record::Record;
use crate::recipe::dataset::{Classify, ClassifyBy, ClassifyInto};

/// Sorts records into classes.
pub struct Classifier {
    /// The classes, by name.
    classes: Vec<Class>,
    otherwise: String,
    into: ClassifyInto,
    field: String,
    keep: Vec<String>,
    automaton: AhoCorasick,
    /// Of each word, which classes it speaks for or against.
    votes: Vec<Vec<Vote>>,
}

struct Class {
    name: String,
    regex: Option<Regex>,
    min: u64,
}

#[derive(Clone, Copy)]
struct Vote {
    class: usize,
    is_for: bool,
}

impl Classifier {
    /// Makes the words ready.
    ///
    /// # Errors
    /// When a regular expression is none, which the recipe's reader has made sure of.
    pub fn new(classify: &Classify) -> Result<Self, DataError> {
        let Classify { by: ClassifyBy::Rules, rules, otherwise, into, field, keep } = classify;
        let (mut words, mut votes): (Vec<String>, Vec<Vec<Vote>>) = (Vec::new(), Vec::new());
        let mut classes = Vec::with_capacity(rules.len());
        for (i, (name, class)) in rules.iter().enumerate() {
            let regex = class.regex.as_deref().map(Regex::new).transpose();
            let regex = regex.map_err(|source| DataError::BadExpression { class: name.clone(), source })?;
            classes.push(Class { name: name.to_string(), regex, min: u64::from(class.min) });
            let all = class.any.iter().map(|word| (word, true)).chain(class.none.iter().map(|word| (word, false)));
            for (word, is_for) in all {
                let word = word.trim().to_ascii_lowercase();
                let at = words.iter().position(|known| *known == word).unwrap_or_else(|| {
                    words.push(word);
                    votes.push(Vec::new());
                    words.len() - 1
                });
                votes[at].push(Vote { class: i, is_for });
            }
        }
        let mut builder = AhoCorasick::builder();
        builder.ascii_case_insensitive(true).match_kind(MatchKind::Standard);
        // Overlapping words are all heard: both `fund` and `fund manager`.
        if words.len() <= 1000 {
            builder.kind(Some(AhoCorasickKind::DFA));
        }
        let automaton = builder.build(&words).expect("the words of a recipe fit an automaton");
        Ok(Self {
            classes,
            otherwise: otherwise.to_string(),
            into: *into,
            field: field.to_string(),
            keep: keep.iter().map(ToString::to_string).collect(),
            automaton,
            votes,
        })
    }

    /// Returns the class of a record: the one with the most matches, of equal ones the first by name.
    fn class(&self, record: &Record) -> &str {
        let mut n_matches = vec![0_u64; self.classes.len()];
        let mut is_forbidden = vec![false; self.classes.len()];
        for text in record.texts() {
            for found in self.automaton.find_overlapping_iter(text) {
                if !is_whole_word(text, found.start(), found.end()) {
                    continue;
                }
                for vote in &self.votes[found.pattern().as_usize()] {
                    n_matches[vote.class] += u64::from(vote.is_for);
                    is_forbidden[vote.class] |= !vote.is_for;
                }
            }
            for (class, n) in self.classes.iter().zip(&mut n_matches) {
                *n += class.regex.as_ref().map_or(0, |regex| regex.find_iter(text).count() as u64);
            }
        }
        let takes = |i: &usize| n_matches[*i] >= self.classes[*i].min && !is_forbidden[*i];
        let best = (0..self.classes.len()).filter(takes).rev().max_by_key(|i| n_matches[*i]);
        best.map_or(&self.otherwise, |i| &self.classes[i].name)
    }
}

impl Step for Classifier {
    fn one(&self, mut record: Record, counts: &mut Counts) -> Fate {
        let class = self.class(&record).to_owned();
        *counts.entry(class.clone()).or_default() += 1;
        let stays = self.keep.is_empty() || self.keep.contains(&class);
        match self.into {
            ClassifyInto::Field => drop(record.fields.insert(self.field.clone(), class)),
            ClassifyInto::Label => record.label = Some(class),
        }
        match stays {
            true => Fate::Keep(record),
            false => Fate::Drop { record, reason: "another class" },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::clean::text_record;
    use crate::recipe::dataset::Class as Rule;
    use std::collections::BTreeMap;

    fn rule(any: &[&str], none: &[&str], regex: Option<&str>, min: u32) -> Rule {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Rule { any: owned(any), none: owned(none), regex: regex.map(str::to_owned), min }
    }

    fn classify() -> Classify {
        let rules = BTreeMap::from([
            (
                "finance".parse().unwrap(),
                rule(&["股票", "基金", "mutual fund", "stock"], &["游戏"], Some(r"\$[A-Z]{2,5}\b"), 2),
            ),
            ("medicine".parse().unwrap(), rule(&["医院", "doctor", "stock"], &[], None, 1)),
        ]);
        Classify {
            by: ClassifyBy::Rules,
            rules,
            otherwise: Classify::default_otherwise(),
            into: ClassifyInto::Field,
            field: Classify::default_field(),
            keep: Vec::new(),
        }
    }

    fn class(text: &str) -> String {
        Classifier::new(&classify()).unwrap().class(&text_record(0, text)).to_owned()
    }

    #[test]
    fn the_class_with_the_most_words_takes_a_record() {
        for (expected, text) in [
            ("finance", "他买了股票和基金。"),
            ("other", "他买了股票。"),
            ("other", "股票游戏里的基金"),
            ("medicine", "The Doctor took stock."),
            ("other", "doctors and stockings"),
            ("finance", "A mutual fund is no STOCK, see $ABC"),
            ("finance", "$AB and $CD"),
            ("medicine", "医院"),
            ("finance", "stock stock"),
            ("other", ""),
        ] {
            assert_eq!(class(text), expected, "{text}");
        }
    }

    #[test]
    fn classes_become_fields_or_labels_and_are_counted_and_kept() {
        let record = || text_record(0, "股票和基金");
        let mut counts = Counts::new();
        let step = |change: &dyn Fn(&mut Classify)| {
            let mut classify = classify();
            change(&mut classify);
            Classifier::new(&classify).unwrap()
        };
        let Fate::Keep(kept) = step(&|_| {}).one(record(), &mut counts) else { panic!("it went") };
        assert_eq!((kept.fields["domain"].as_str(), kept.label), ("finance", None));
        let Fate::Keep(kept) = step(&|it| it.into = ClassifyInto::Label).one(record(), &mut counts) else {
            panic!("it went")
        };
        assert_eq!((kept.fields.len(), kept.label.as_deref()), (0, Some("finance")));
        let fate = step(&|it| it.keep = vec!["medicine".parse().unwrap()]).one(record(), &mut counts);
        assert!(matches!(fate, Fate::Drop { reason: "another class", .. }));
        assert_eq!(counts, Counts::from([("finance".to_owned(), 3)]));
    }
}
