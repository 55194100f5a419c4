//! A model with its tokenizer: text in, text out, as it is written.

use tokenizers::Tokenizer;

use crate::engine::generate::generate;
use crate::engine::model::{Network, Parameters};
use crate::plan::work::Compute;
use crate::recipe::evaluation::Sampling;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::record::{ArchitectureFile, FailureClass};
use crate::worker::failure::Failure;
use crate::worker::loaded::Loaded;

/// A model that can be asked.
#[derive(Debug)]
pub struct Model {
    network: Network,
    parameters: Parameters,
    tokenizer: Tokenizer,
    end: u32,
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The text.
    pub text: String,
    /// How many tokens it is.
    pub tokens: u64,
    /// How many tokens of the prompt were left out at its beginning.
    pub cut: usize,
}

impl Model {
    /// Loads a model.
    ///
    /// # Errors
    /// When the bytes are no weights of this architecture, or no tokenizer with an end token.
    pub fn load(
        architecture: &Architecture,
        vocab_size: u32,
        weights: &[u8],
        tokenizer: &[u8],
        compute: &Compute,
    ) -> Result<Self, Failure> {
        let foreign = |message: String| Failure::new(FailureClass::Integrity, message);
        let about = ArchitectureFile::new(architecture, vocab_size, &Head::Language);
        let loaded = Loaded::of(about, weights, Some(tokenizer), compute)?;
        let end = loaded.tokenizer()?.end_of_text();
        // Prompts may name special tokens, which records of a dataset may not.
        let tokenizer = Tokenizer::from_bytes(tokenizer)
            .map_err(|error| foreign(format!("`tokenizer.json` cannot be read: {error}")))?;
        let Loaded { network, parameters, .. } = loaded;
        Ok(Self { network, parameters, tokenizer, end })
    }

    /// Lets the model continue a prompt; tells every piece of text as soon as its characters are whole.
    ///
    /// # Errors
    /// When the prompt or the answer cannot be encoded or decoded, and when the listener fails.
    pub fn write(
        &self,
        prompt: &str,
        sampling: &Sampling,
        mut on_text: impl FnMut(&str) -> Result<(), Failure>,
    ) -> Result<Answer, Failure> {
        let wrong =
            |error: tokenizers::Error| Failure::new(FailureClass::Bug, format!("the tokenizer failed: {error}"));
        let prompt = self.tokenizer.encode(prompt, false).map_err(wrong)?;
        let mut decoder = self.tokenizer.decode_stream(false);
        let mut outcome = Ok(());
        let written = generate(&self.network, &self.parameters, prompt.get_ids(), self.end, sampling, |token| {
            outcome = match decoder.step(token) {
                Ok(Some(text)) => on_text(&text),
                Ok(None) => Ok(()),
                Err(error) => Err(wrong(error)),
            };
            outcome.is_ok()
        });
        outcome?;
        let text = self.tokenizer.decode(&written.tokens, false).map_err(wrong)?;
        Ok(Answer { text, tokens: written.tokens.len() as u64, cut: written.cut })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use std::collections::BTreeMap;

    use crate::engine::device;
    use crate::engine::model::{fixture, weights};
    use crate::recipe::run::{DeviceChoice, Precision};
    use crate::recipe::tokenizer::END_OF_TEXT;
    use serde_json::json;

    /// A tokenizer of 30 letters and the end token, few enough for the small network.
    pub fn tokenizer() -> Vec<u8> {
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcd".chars().map(String::from);
        let vocab: BTreeMap<String, u32> = std::iter::once(END_OF_TEXT.to_owned()).chain(letters).zip(0..).collect();
        let byte_level =
            json!({ "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true });
        let file = json!({
            "version": "1.0",
            "added_tokens": [],
            "pre_tokenizer": byte_level,
            "decoder": byte_level,
            "model": { "type": "BPE", "vocab": vocab, "merges": [] },
        });
        file.to_string().into_bytes()
    }

    #[test]
    fn the_pieces_told_are_the_text() {
        let architecture = fixture::llama();
        let (_, parameters) = fixture::network(&architecture, &device::open(DeviceChoice::Flex, 1).unwrap());
        let weights = weights::write(&parameters.to_host());
        let compute = Compute { device: DeviceChoice::Cpu, precision: Precision::Fp32, threads: 1 };
        let model = Model::load(&architecture, 31, &weights, &tokenizer(), &compute).unwrap();
        let sampling = Sampling { max_tokens: 20, temperature: 1.0, ..Sampling::default() };
        let mut pieces = String::new();
        let answer = model.write("ABBA", &sampling, |piece| {
            pieces.push_str(piece);
            Ok(())
        });
        let answer = answer.unwrap();
        assert!(answer.tokens > 0);
        assert_eq!(pieces, answer.text);
    }
}
