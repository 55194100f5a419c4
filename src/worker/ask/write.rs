//! Lets a model write, or fill in what is hidden.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::recipe::evaluation::Sampling;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::worker::ask::{line, request};
use crate::worker::failure::Failure;
use crate::worker::filling::{Filled, fill};
use crate::worker::inference::Model;
use crate::worker::loaded::{Files, refusal};

/// A request for text, as JSON on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GenerateRequest {
    /// The model.
    pub files: Files,
    /// What the model continues, or the text of which it fills in what is hidden.
    pub prompt: String,
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// How many of the likeliest tokens are told of each that is hidden.
    pub likeliest: usize,
}

/// Answers a request: lines `{"text": …}`, and at the end `{"done": true, "tokens": …}`; of a model that fills in, for every hidden
/// token a line `{"hidden": 1, "tokens": [{"token": …, "probability": …}, …]}`, and at the end `{"done": true, "text": …}`.
///
/// # Errors
/// When the request is none, when the model writes nothing, when a file is missing or damaged, and when nobody reads the answer.
pub fn generate(input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
    let GenerateRequest { files, prompt, sampling, likeliest } = request(input)?;
    let about = files.about()?;
    match (&about.architecture, about.head()) {
        (Architecture::Bert(_), Head::Language) => {
            let Filled { text, hidden } = fill(&files.load(about)?, &prompt, likeliest)?;
            for (number, tokens) in (1..).zip(hidden) {
                let number: u64 = number;
                let tokens: Vec<_> = tokens
                    .into_iter()
                    .map(|(token, probability)| json!({ "token": token, "probability": probability }))
                    .collect();
                line(output, &json!({ "hidden": number, "tokens": tokens }))?;
            }
            line(output, &json!({ "done": true, "text": text }))
        }
        (
            Architecture::Llama(_)
            | Architecture::Gpt2(_)
            | Architecture::Rnn(_)
            | Architecture::Lstm(_)
            | Architecture::Gru(_),
            Head::Language,
        ) => {
            let (weights, compute) = (files.weights()?, files.compute());
            let tokenizer = files.tokenizer()?.unwrap_or_default();
            let model = Model::load(&about.architecture, about.vocab_size, &weights, &tokenizer, &compute)?;
            let answer = model.write(&prompt, &sampling, |text| line(output, &json!({ "text": text })))?;
            line(output, &json!({ "done": true, "tokens": answer.tokens, "cut": answer.cut }))
        }
        (_, _) => Err(refusal(&about, "it does not go on from a text")),
    }
}
