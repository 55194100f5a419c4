//! Requests without a task: write, fill in, paint, tell classes and vectors, tell the versions, measure the devices.

pub mod write;
pub mod classify;
pub mod embed;
pub mod paint;

use std::io::{Read, Write};

use serde_json::json;

use crate::engine::{device, rate};
use crate::recipe::run::DeviceChoice;
use crate::record::FailureClass;
use crate::record::rate::MatrixRates;
use crate::worker::failure::Failure;

pub use classify::classify;
pub use embed::embed;
pub use paint::paint;
pub use write::generate;

fn request<T: serde::de::DeserializeOwned>(mut input: impl Read) -> Result<T, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new(FailureClass::BadInput, format!("the request: {error}"));
    let mut text = String::new();
    input.read_to_string(&mut text).map_err(|error| wrong(&error))?;
    serde_json::from_str(&text).map_err(|error| wrong(&error))
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
