//! A classifier with its tokenizer: records or texts in, classes out.

use crate::data::DataError;
use crate::data::tokenizer::{self, Tokenizer};
use crate::data::{Content, Record, Shard};
use crate::engine::classify::classify;
use crate::engine::confusion::likeliest;
use crate::engine::device;
use crate::engine::model::{Network, Parameters};
use crate::engine::train::learner::load_parameters;
use crate::plan::work::Compute;
use crate::record::FailureClass;
use crate::worker::failure::Failure;
use crate::worker::train::ArchitectureFile;

/// A classifier that can be asked.
pub struct Classifier {
    network: Network,
    parameters: Parameters,
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
            return Err(Failure::new(FailureClass::BadInput, "the model writes text, and tells no classes").with_hint(
                "`pedigree zoo show` tells the classes of a classifier; `pedigree generate` lets a model write",
            ));
        };
        let tokenizer = tokenizer::load(tokenizer)?;
        let device = device::open(compute.device, compute.threads)?;
        let network =
            Network::with_head(&architecture.architecture, architecture.vocab_size, Some(classification), &device);
        let parameters = load_parameters(&network, Some(weights), 0)?;
        if tokenizer.vocab_size() > architecture.vocab_size {
            let message = "the tokenizer has more tokens than the model";
            return Err(Failure::new(FailureClass::Integrity, message));
        }
        Ok(Self { network, parameters, tokenizer, classes: classification.classes.clone() })
    }

    /// Returns the classes, in the order of the shares of a guess.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Tells the class of every text.
    ///
    /// # Errors
    /// When the tokenizer has no tokens for a text.
    pub fn of_texts(&self, texts: Vec<String>) -> Result<Vec<Guess>, DataError> {
        let record = |(i, text): (usize, String)| Record::new(i.to_string(), i.to_string(), Content::Text(text));
        self.of_records(&texts.into_iter().enumerate().map(record).collect::<Vec<_>>())
    }

    /// Tells the class of every record, read as it was when the classifier learned.
    ///
    /// # Errors
    /// When the tokenizer has no tokens for a text.
    pub fn of_records(&self, records: &[Record]) -> Result<Vec<Guess>, DataError> {
        let shard = Shard::encode(records, &self.tokenizer)?;
        let ends = shard.starts.iter().skip(1).map(|start| *start as usize).chain([shard.tokens.len()]);
        let places = shard.starts.iter().map(|start| *start as usize).zip(ends);
        let documents = places.map(|(start, end)| shard.tokens[start..end].to_vec()).collect();
        let shares = classify(&self.network, &self.parameters, documents);
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
    use crate::engine::model::{fixture, weights};
    use crate::recipe::classification::{Attention, Classification, Pool};
    use crate::recipe::run::{DeviceChoice, Precision};
    use crate::worker::inference::tests::tokenizer;

    fn file(classification: Option<Classification>) -> ArchitectureFile {
        let architecture = fixture::llama();
        ArchitectureFile { version: ArchitectureFile::VERSION, architecture, vocab_size: 31, classification }
    }

    fn own() -> Classification {
        let classes = ["finance", "realty", "stocks"].map(str::to_owned).to_vec();
        Classification {
            classes,
            attention: Attention::Bidirectional,
            pool: Pool::Mean,
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
