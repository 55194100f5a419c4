//! Requests without a task: write a text, tell the classes of texts, tell the versions, measure the devices.

use std::fs;
use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::{device, rate};
use crate::id::Digest;
use crate::plan::work::Compute;
use crate::recipe::evaluation::Sampling;
use crate::recipe::run::{DeviceChoice, Precision};
use crate::record::rate::MatrixRates;
use crate::record::{ArtifactRef, FailureClass};
use crate::worker::classifier::{Classifier, Guess};
use crate::worker::failure::Failure;
use crate::worker::inference::Model;
use crate::worker::train::ArchitectureFile;

/// A request for text, as JSON on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GenerateRequest {
    /// `model.safetensors`.
    pub model: ArtifactRef,
    /// `architecture.json`.
    pub architecture: ArtifactRef,
    /// `tokenizer.json`.
    pub tokenizer: ArtifactRef,
    /// What the model continues.
    pub prompt: String,
    /// How the next token is chosen.
    pub sampling: Sampling,
    /// Where to compute.
    pub device: DeviceChoice,
    /// With how many threads.
    pub threads: u32,
}

/// Answers a request: lines `{"text": …}`, and at the end `{"done": true, "tokens": …}`.
///
/// # Errors
/// When the request is none, when a file is missing or damaged, and when nobody reads the answer.
pub fn generate(input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
    let request: GenerateRequest = request(input)?;
    let model = load(&request)?;
    let answer = model.write(&request.prompt, &request.sampling, |text| line(output, &json!({ "text": text })))?;
    line(output, &json!({ "done": true, "tokens": answer.tokens, "cut": answer.cut }))
}

/// A request for classes, as JSON on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ClassifyRequest {
    /// `model.safetensors`.
    pub model: ArtifactRef,
    /// `architecture.json`.
    pub architecture: ArtifactRef,
    /// `tokenizer.json`.
    pub tokenizer: ArtifactRef,
    /// What the model tells the classes of.
    pub texts: Vec<String>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// With how many threads.
    pub threads: u32,
}

/// Answers a request: for every text a line `{"class": …, "probability": …, "probabilities": {…}}`, in their order, and at
/// the end `{"done": true, "texts": …}`.
///
/// # Errors
/// When the request is none, when the model is no classifier, when a file is missing or damaged, and when nobody reads the
/// answer.
pub fn classify(input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
    let ClassifyRequest { model, architecture, tokenizer, texts, device, threads } = request(input)?;
    let file = ArchitectureFile::read(&read(&architecture)?)?;
    let compute = Compute { device, precision: Precision::Fp32, threads };
    let classifier = Classifier::load(&file, &read(&model)?, &read(&tokenizer)?, &compute)?;
    let n_texts = texts.len();
    for Guess { class, probability, all } in classifier.of_texts(texts)? {
        let all: serde_json::Map<String, serde_json::Value> =
            classifier.classes().iter().cloned().zip(all.into_iter().map(|share| json!(share))).collect();
        line(output, &json!({ "class": class, "probability": probability, "probabilities": all }))?;
    }
    line(output, &json!({ "done": true, "texts": n_texts }))
}

fn request<T: serde::de::DeserializeOwned>(mut input: impl Read) -> Result<T, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(FailureClass::BadInput, format!("the request: {error}"));
    let mut text = String::new();
    input.read_to_string(&mut text).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
}

fn load(request: &GenerateRequest) -> Result<Model, Failure> {
    let GenerateRequest { model, architecture, tokenizer, device, threads, .. } = request;
    let file = ArchitectureFile::read(&read(architecture)?)?;
    if file.classification.is_some() {
        return Err(Failure::new(
            FailureClass::BadInput,
            "the model is a classifier: it tells classes, and writes nothing",
        )
        .with_hint("`pedigree classify` asks it"));
    }
    let compute = Compute { device: *device, precision: Precision::Fp32, threads: *threads };
    Model::load(&file.architecture, file.vocab_size, &read(model)?, &read(tokenizer)?, &compute)
}

fn read(artifact: &ArtifactRef) -> Result<Vec<u8>, Failure> {
    let path = artifact.path.display();
    let bytes = fs::read(&artifact.path)
        .map_err(|error| Failure::new(FailureClass::Integrity, format!("`{path}`: {error}")))?;
    if Digest::of(&bytes) != artifact.digest {
        return Err(Failure::new(FailureClass::Integrity, format!("`{path}` is damaged"))
            .with_hint("`pedigree fsck` names the stages to run again"));
    }
    Ok(bytes)
}

/// Tells the versions of everything that computes.
///
/// # Errors
/// When nobody reads them.
pub fn version(output: &mut impl Write) -> Result<(), Failure> {
    let machine = device::machine(DeviceChoice::Cpu, 1);
    let versions = json!({
        "pedigree": machine.pedigree,
        "burn": machine.burn,
        "libtorch": machine.libtorch,
        "cpu_capability": machine.cpu_capability,
        "cuda": device::gpus(),
    });
    line(output, &versions)
}

/// Measures how fast the devices here multiply matrices, and tells it as `rates.json`.
///
/// # Errors
/// When a device cannot be opened, and when nobody reads the answer.
pub fn rates(output: &mut impl Write) -> Result<(), Failure> {
    let rates = MatrixRates { version: MatrixRates::VERSION, rates: rate::measure_all()? };
    line(output, &json!(rates))
}

fn line(output: &mut impl Write, value: &serde_json::Value) -> Result<(), Failure> {
    writeln!(output, "{value}")
        .and_then(|()| output.flush())
        .map_err(|error| Failure::new(FailureClass::Infrastructure, format!("nobody reads the answer: {error}")))
}
