//! A model that is asked: its network, and what makes records into what the network reads.

use std::fs;

use serde::{Deserialize, Serialize};

use crate::data::tokenizer::{self, Tokenizer};
use crate::data::{DataError, Record, Shard};
use crate::engine::asked::{self, Wanted};
use crate::engine::device;
use crate::engine::model::{Network, Parameters};
use crate::engine::train::learner::load_parameters;
use crate::id::Digest;
use crate::plan::work::Compute;
use crate::recipe::head::Head;
use crate::recipe::model::Architecture;
use crate::recipe::run::{DeviceChoice, Precision};
use crate::record::{ArchitectureFile, ArtifactRef, FailureClass};
use crate::worker::failure::Failure;

/// The files of a model, and where it computes; part of every request.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Files {
    /// `model.safetensors`.
    pub weights: ArtifactRef,
    /// `architecture.json`.
    pub architecture: ArtifactRef,
    /// `tokenizer.json`, of a model that reads tokens.
    #[serde(default)]
    pub tokenizer: Option<ArtifactRef>,
    /// Where to compute.
    pub device: DeviceChoice,
    /// With how many threads.
    pub threads: u32,
}

impl Files {
    /// Returns what the model is.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn about(&self) -> Result<ArchitectureFile, Failure> {
        ArchitectureFile::read(&read(&self.architecture)?)
            .map_err(|error| Failure::new(FailureClass::Integrity, format!("`architecture.json`: {error}")))
    }

    /// Returns how to compute.
    pub fn compute(&self) -> Compute {
        Compute { device: self.device, precision: Precision::Fp32, threads: self.threads }
    }

    /// Returns the weights.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn weights(&self) -> Result<Vec<u8>, Failure> {
        read(&self.weights)
    }

    /// Returns the tokenizer, where there is one.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn tokenizer(&self) -> Result<Option<Vec<u8>>, Failure> {
        self.tokenizer.as_ref().map(read).transpose()
    }

    /// Loads the model.
    ///
    /// # Errors
    /// When a file is missing or damaged, and when the device is not there.
    pub fn load(&self, about: ArchitectureFile) -> Result<Loaded, Failure> {
        Loaded::of(about, &self.weights()?, self.tokenizer()?.as_deref(), &self.compute())
    }
}

/// A model that is asked.
pub struct Loaded {
    /// What it is.
    pub about: ArchitectureFile,
    /// The network.
    pub network: Network,
    /// Its parameters.
    pub parameters: Parameters,
    /// Its tokenizer, where it reads tokens.
    pub tokenizer: Option<Tokenizer>,
}

impl Loaded {
    /// Loads a model of its files.
    ///
    /// # Errors
    /// When the bytes are no weights of it or no tokenizer, and when the device is not there.
    pub fn of(
        about: ArchitectureFile,
        weights: &[u8],
        tokenizer: Option<&[u8]>,
        compute: &Compute,
    ) -> Result<Self, Failure> {
        let tokenizer = tokenizer.map(tokenizer::load).transpose()?;
        if tokenizer.as_ref().is_some_and(|tokenizer| tokenizer.vocab_size() > about.vocab_size) {
            let message = "the tokenizer has more tokens than the model";
            return Err(Failure::new(FailureClass::Integrity, message));
        }
        let device = device::open(compute.device, compute.threads)?;
        let network = Network::of(&about.architecture, about.vocab_size, about.head(), &device);
        let parameters = load_parameters(&network, Some(weights), 0)?;
        Ok(Self { about, network, parameters, tokenizer })
    }

    /// Returns the tokenizer of a model that reads tokens.
    ///
    /// # Errors
    /// When its files lack one.
    pub fn tokenizer(&self) -> Result<&Tokenizer, Failure> {
        let lacks = || Failure::new(FailureClass::Integrity, "the model reads tokens, and has no `tokenizer.json`");
        self.tokenizer.as_ref().ok_or_else(lacks)
    }

    /// Returns what it makes of records of text, each in its place, read as they were when it learned.
    ///
    /// # Errors
    /// When the tokenizer has no tokens for a text.
    pub fn of_records(
        &self,
        tokenizer: &Tokenizer,
        records: &[Record],
        wanted: Wanted,
    ) -> Result<Vec<Vec<f32>>, DataError> {
        let shard = Shard::encode(records, tokenizer)?;
        let ends = shard.starts.iter().skip(1).map(|start| *start as usize).chain([shard.tokens.len()]);
        let places = shard.starts.iter().map(|start| *start as usize).zip(ends);
        let documents = places.map(|(start, end)| shard.tokens[start..end].to_vec()).collect();
        Ok(asked::of_documents(&self.network, &self.parameters, documents, wanted))
    }

    /// Returns the shape of what it reads, where it reads pictures or sounds.
    pub fn shape(&self) -> Vec<usize> {
        self.about.architecture.input().unwrap_or_default().iter().map(|side| *side as usize).collect()
    }
}

/// Tells that a model cannot do what it is asked for, and which command asks it for what it can.
pub fn refusal(about: &ArchitectureFile, wanted: &str) -> Failure {
    let (is, hint) = match (&about.architecture, about.head()) {
        (Architecture::Gan(_), _) => {
            ("makes pictures", "`pedigree generate MODEL --output pictures.png` writes some it makes")
        }
        (Architecture::Clip(_), _) => (
            "compares pictures with texts",
            "`pedigree classify MODEL PICTURE --classes \"a three\" \"a four\"` tells the nearest text, `pedigree embed` the vectors",
        ),
        (Architecture::Autoencoder(_), Head::None) => (
            "makes codes of records, and records of codes",
            "`pedigree embed` tells the codes; `pedigree generate MODEL PICTURE --output pictures.png` makes pictures again",
        ),
        (_, Head::Classes(_) | Head::Value(_)) => {
            ("tells classes or a number of a record, and writes nothing", "`pedigree classify` asks it")
        }
        (Architecture::Bert(_), Head::Language) => (
            "fills in hidden tokens",
            "`pedigree generate MODEL \"a text with [MASK] in it\"` shows the likeliest; `pedigree embed` tells vectors of texts",
        ),
        (_, Head::Language) => (
            "writes text, and tells no classes",
            "`pedigree generate` lets it write; `pedigree embed` tells vectors of texts",
        ),
        (_, Head::Decoder { .. } | Head::Projection { .. } | Head::None) => {
            ("makes vectors of records", "`pedigree embed` tells them; a child of it can learn classes")
        }
    };
    Failure::new(FailureClass::BadInput, format!("the model {is}: {wanted}")).with_hint(hint)
}

/// Reads a file, after comparing it with its digest.
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
