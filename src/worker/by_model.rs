//! A cleaning step that a model takes: records get the class it tells, and some go.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::clean::{Counts, Fate, Step};
use crate::data::{DataError, Record};
use crate::id::Digest;
use crate::plan::work::{DatasetWork, Sorter};
use crate::recipe::dataset::CleanStep;
use crate::recipe::head::Head;
use crate::record::ArchitectureFile;
use crate::record::FailureClass;
use crate::worker::classifier::{Classifier, Guess};
use crate::worker::failure::Failure;
use crate::worker::task::Task;

/// How many records are read at a time, so that their tokens and shares need no more memory than a few thousand have.
const AT_A_TIME: usize = 4096;

/// What a classifier makes of records.
pub struct ByModel {
    /// The classifier.
    pub classifier: Classifier,
    /// Where the class goes; without a field it becomes the record's label.
    pub field: Option<String>,
    /// The classes whose records stay; without any, those of all classes do.
    pub keep: BTreeSet<String>,
    /// How likely the class has to be, between 0 and 1.
    pub min_confidence: f64,
}

/// Steps that models take, by their place among the steps, each with the digest of what decides what it does.
pub type Sorters<'s> = BTreeMap<usize, (Digest, Box<dyn Step + 's>)>;

/// Loads the models of a dataset's cleaning steps; returns each step by its place, with a digest of everything that decides what it does.
///
/// # Errors
/// When an input is missing or damaged, when a model is no classifier, and when the device is not there.
pub fn steps<'s>(task: &Task, work: &DatasetWork) -> Result<Sorters<'s>, Failure> {
    let mut steps: BTreeMap<usize, (Digest, Box<dyn Step + 's>)> = BTreeMap::new();
    for (i, step) in work.dataset.clean.iter().enumerate() {
        let CleanStep::ClassifyByModel { model, field, keep, min_confidence } = step else { continue };
        let sorter = work.sorters.get(model);
        let sorter = sorter.ok_or_else(|| {
            Failure::new(FailureClass::Bug, format!("the spec does not say what the model `{model}` is"))
        })?;
        let weights = task.input(&task.spec.weights_of(model, 1), "model.safetensors")?;
        let tokenizer = task.input(&task.spec.tokenizer_of(&sorter.tokenizer), "tokenizer.json")?;
        let Sorter { architecture, vocab_size, classification, tokenizer: _, compute } = sorter;
        let digests = [Digest::of(&weights), Digest::of(&tokenizer)];
        let digest = Digest::of_json(&(digests, architecture, classification, compute));
        let head = classification.as_ref().map_or(Head::Language, |own| Head::Classes(own.clone()));
        let file = ArchitectureFile::new(architecture, *vocab_size, &head);
        let step = ByModel {
            classifier: Classifier::load(&file, &weights, &tokenizer, compute)?,
            field: (field.as_str() != "label").then(|| field.to_string()),
            keep: keep.iter().cloned().collect(),
            min_confidence: *min_confidence,
        };
        steps.insert(i, (digest, Box::new(step)));
    }
    Ok(steps)
}

impl ByModel {
    fn decide(&self, mut record: Record, guess: Guess, counts: &mut Counts) -> Fate {
        let Guess { class, probability, all: _ } = guess;
        *counts.entry(class.clone()).or_default() += 1;
        let is_kept = self.keep.is_empty() || self.keep.contains(&class);
        match &self.field {
            Some(field) => drop(record.fields.insert(field.clone(), class)),
            None => record.label = Some(class),
        }
        match (f64::from(probability) >= self.min_confidence, is_kept) {
            (false, _) => Fate::Drop { record, reason: "not sure enough" },
            (true, false) => Fate::Drop { record, reason: "another class" },
            (true, true) => Fate::Keep(record),
        }
    }
}

impl Step for ByModel {
    fn one(&self, record: Record, counts: &mut Counts) -> Fate {
        let Ok(mut guesses) = self.classifier.of_records(std::slice::from_ref(&record)) else {
            return Fate::Drop { record, reason: "no tokens for it" };
        };
        let guess = guesses.pop().expect("a classifier has a guess for every record");
        self.decide(record, guess, counts)
    }

    fn is_batched(&self) -> bool {
        true
    }

    /// Decides about many records in passes of like length; libtorch's threads do what the cores can.
    fn batch(&self, mut records: Vec<Record>, counts: &mut Counts) -> Result<Vec<Fate>, DataError> {
        let mut fates = Vec::with_capacity(records.len());
        while !records.is_empty() {
            let later = records.split_off(records.len().min(AT_A_TIME));
            let guesses = self.classifier.of_records(&records)?;
            let decided = records.into_iter().zip(guesses);
            fates.extend(decided.map(|(record, guess)| self.decide(record, guess, counts)));
            records = later;
        }
        Ok(fates)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Content;
    use crate::worker::classifier::tests::classifier;

    fn records() -> Vec<Record> {
        let texts = ["AB", "", "CABDCABDCABDCABDCABDCABD", "D", "BBBA", "CC"];
        let record =
            |(i, text): (usize, &&str)| Record::new(i.to_string(), i.to_string(), Content::Text((*text).to_owned()));
        texts.iter().enumerate().map(record).collect()
    }

    fn step(keep: &[&str], min_confidence: f64) -> ByModel {
        let keep = keep.iter().map(|class| (*class).to_owned()).collect();
        ByModel { classifier: classifier(), field: Some("topic".to_owned()), keep, min_confidence }
    }

    #[test]
    fn many_records_are_told_as_one_is_and_every_class_is_counted() {
        let step = step(&[], 0.0);
        let (mut of_one, mut of_many) = (Counts::new(), Counts::new());
        let one: Vec<Fate> = records().into_iter().map(|record| step.one(record, &mut of_one)).collect();
        assert_eq!(step.batch(records(), &mut of_many).unwrap(), one);
        assert_eq!((of_many.values().sum::<u64>(), of_many), (6, of_one));
        let topics = one.iter().map(|fate| match fate {
            Fate::Keep(record) => record.fields["topic"].clone(),
            Fate::Drop { reason, .. } => panic!("nothing is asked for: {reason}"),
        });
        let guesses = step.classifier.of_records(&records()).unwrap();
        assert_eq!(topics.collect::<Vec<_>>(), guesses.into_iter().map(|guess| guess.class).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_of_another_class_or_not_sure_enough_goes() {
        let guesses = step(&[], 0.0).classifier.of_records(&records()).unwrap();
        let bound = f64::from(guesses[0].probability);
        let step = step(&[&guesses[0].class], bound);
        let fates = step.batch(records(), &mut Counts::new()).unwrap();
        assert!(matches!(fates[0], Fate::Keep(_)));
        for (fate, guess) in fates.iter().zip(&guesses) {
            let expected = match (f64::from(guess.probability) >= bound, guess.class == guesses[0].class) {
                (false, _) => Some("not sure enough"),
                (true, false) => Some("another class"),
                (true, true) => None,
            };
            let found = if let Fate::Drop { reason, .. } = fate { Some(*reason) } else { None };
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn without_a_field_the_class_becomes_the_label() {
        let step = ByModel { field: None, ..step(&[], 0.0) };
        let fate = step.one(records().remove(0), &mut Counts::new());
        let Fate::Keep(record) = fate else { panic!("nothing is asked for") };
        assert!(step.classifier.classes().contains(&record.label.unwrap()) && record.fields.is_empty());
    }
}
