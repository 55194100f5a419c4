//! Tells the vectors a model makes of records.

use std::io::{Read, Write};

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::engine::asked::Wanted;
use crate::recipe::model::Architecture;
use crate::worker::ask::{line, request};
use crate::worker::failure::Failure;
use crate::worker::loaded::{Files, refusal};
use crate::worker::shown::{Shown, Told};

/// A request for vectors, as JSON on standard input.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EmbedRequest {
    /// The model.
    pub files: Files,
    /// What the model makes vectors of.
    pub shown: Vec<Shown>,
    /// Whether every vector is scaled to a length of 1.
    pub unit: bool,
}

/// Answers a request: for every record a line `{"record": …, "vector": […]}`, in their order, and at the end
/// `{"done": true, "records": …}`.
///
/// # Errors
/// When the request is none, when the model makes no vectors, when a file is missing or damaged, and when nobody reads the answer.
pub fn embed(input: impl Read, output: &mut impl Write) -> Result<(), Failure> {
    let EmbedRequest { files, shown, unit } = request(input)?;
    let about = files.about()?;
    if matches!(about.architecture, Architecture::Gan(_)) {
        return Err(refusal(&about, "it makes no vectors of records"));
    }
    let wanted = if unit { Wanted::UnitVector } else { Wanted::Vector };
    let told = files.load(about)?.told(&shown, wanted)?;
    for Told { record, values } in &told {
        line(output, &json!({ "record": record, "vector": values }))?;
    }
    line(output, &json!({ "done": true, "records": told.len() }))
}
