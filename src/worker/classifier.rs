//! A classifier with its tokenizer: records or texts in, classes out.

use crate::data::tokenizer::Tokenizer;
use crate::data::{DataError, Record};
use crate::engine::asked::Wanted;
use crate::engine::confusion::likeliest;
use crate::plan::work::Compute;
use crate::record::{ArchitectureFile, FailureClass};
use crate::worker::failure::Failure;
use crate::worker::loaded::{Loaded, refusal};

/// A classifier of texts that can be asked.
pub struct Classifier {
    loaded: Loaded,
    tokenizer: Tokenizer,
    classes: Vec<String>,
}

/// What a classifier takes a record for.
#[derive(Debug, Clone, PartialEq)]
pub struct Guess {
    /// The likeliest class.
    pub class: String,
    /// How likely it is, between 0 and 1.
    pub probability: f32,
    /// How likely every class is, in the order of the classes; together 1.
    pub all: Vec<f32>,
}

impl Classifier {
    /// Loads a classifier.
    ///
    /// # Errors
    /// When the model is none, when the bytes are no weights of it or no tokenizer, and when the device is not there.
    pub fn load(
        architecture: &ArchitectureFile,
        weights: &[u8],
        tokenizer: &[u8],
        compute: &Compute,
    ) -> Result<Self, Failure> {
        let Some(classification) = &architecture.classification else {
            return Err(refusal(architecture, "it tells no classes"));
        };
        let classes = classification.classes.clone();
        let mut loaded = Loaded::of(architecture.clone(), weights, Some(tokenizer), compute)?;
        let lacks = || Failure::new(FailureClass::Bug, "a tokenizer was loaded, and is gone");
        let tokenizer = loaded.tokenizer.take().ok_or_else(lacks)?;
        Ok(Self { loaded, tokenizer, classes })
    }

    /// Returns the classes, in the order of the shares of a guess.
    #[cfg(test)]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Tells the class of every text.
    #[cfg(test)]
    ///
    /// # Errors
    /// When the tokenizer has no tokens for a text.
    pub fn of_texts(&self, texts: Vec<String>) -> Result<Vec<Guess>, DataError> {
        use crate::data::Content;
        let record = |(i, text): (usize, String)| Record::new(i.to_string(), i.to_string(), Content::Text(text));
        self.of_records(&texts.into_iter().enumerate().map(record).collect::<Vec<_>>())
    }

    /// Tells the class of every record, read as it was when the classifier learned.
    ///
    /// # Errors
    /// When the tokenizer has no tokens for a text.
    pub fn of_records(&self, records: &[Record]) -> Result<Vec<Guess>, DataError> {
        let shares = self.loaded.of_records(&self.tokenizer, records, Wanted::Shares)?;
        let guess = |all: Vec<f32>| {
            let best = likeliest(&all);
            Guess { class: self.classes[best].clone(), probability: all[best], all }
        };
        Ok(shares.into_iter().map(guess).collect())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::engine::device;
    use crate::engine::model::{fixture, weights};
    use crate::recipe::classification::{Attention, Classification, Pool};
    use crate::recipe::run::{DeviceChoice, Precision};
    use crate::worker::inference::tests::tokenizer;

    fn file(classification: Option<Classification>) -> ArchitectureFile {
        let architecture = fixture::llama();
        ArchitectureFile {
            version: ArchitectureFile::VERSION,
            architecture,
            vocab_size: 31,
            classification,
            head: None,
            seen: None,
        }
    }

    fn own() -> Classification {
        let classes = ["finance", "realty", "stocks"].map(str::to_owned).to_vec();
        Classification {
            classes,
            attention: Attention::Bidirectional,
            pool: Pool::Mean,
            class_weights: None,
            label_smoothing: 0.0,
            dropout: 0.1,
        }
    }

    const COMPUTE: Compute = Compute { device: DeviceChoice::Cpu, precision: Precision::Fp32, threads: 1 };

    /// Returns a small classifier with random parameters.
    pub fn classifier() -> Classifier {
        let device = device::open(DeviceChoice::Flex, 1).unwrap();
        let (_, parameters) = fixture::classifier(&fixture::llama(), &own(), &device);
        Classifier::load(&file(Some(own())), &weights::write(&parameters.to_host()), &tokenizer(), &COMPUTE).unwrap()
    }

    #[test]
    fn texts_are_told_in_their_order_with_shares_that_add_up() {
        let classifier = classifier();
        let texts = ["ABBA", "", "D", "CABDCABDCABDCABDCABDCABD", "CC"].map(str::to_owned).to_vec();
        let together = classifier.of_texts(texts.clone()).unwrap();
        for (text, guess) in texts.into_iter().zip(together) {
            assert_eq!(classifier.of_texts(vec![text]).unwrap().remove(0).class, guess.class);
            assert!((guess.all.iter().sum::<f32>() - 1.0).abs() < 1e-5);
            let place = classifier.classes().iter().position(|class| *class == guess.class).unwrap();
            assert!(guess.all.iter().all(|share| *share <= guess.all[place]) && guess.probability == guess.all[place]);
        }
    }

    #[test]
    fn a_language_model_tells_no_classes() {
        let failure = Classifier::load(&file(None), b"", &tokenizer(), &COMPUTE).err().unwrap();
        assert_eq!(failure.class, FailureClass::BadInput);
    }
}
