//! Reads `run`.

use crate::recipe::code::Code;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::letters;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::run::{DeviceChoice, Precision, RunOptions};

/// Reads `run`.
pub fn run(reader: &mut Reader, at: &At<'_>) -> Option<RunOptions> {
    let default = RunOptions::default();
    let mut fields = Fields::open(reader, at)?;
    let seed = fields.or(reader, "seed", default.seed, |reader, at| reader.large_count(at, 0));
    let device = fields.or(reader, "device", default.device, device);
    let precision = fields.or(reader, "precision", default.precision, |reader, at| {
        reader.word(at, "precision", &[("fp32", Precision::Fp32)])
    });
    let threads = fields.or(reader, "threads", default.threads, |reader, at| {
        reader.integer(at, 1..=1024).and_then(|threads| u32::try_from(threads).ok())
    });
    fields.finish(reader);
    Some(RunOptions { seed: seed?, device: device?, precision: precision?, threads: threads? })
}

fn device(reader: &mut Reader, at: &At<'_>) -> Option<DeviceChoice> {
    let text = reader.text(at)?;
    text.parse()
        .map_err(|error: crate::recipe::run::DeviceChoiceError| {
            let hint = match text.as_str() {
                "gpu" | "cuda" | "GPU" | "CUDA" => Some("did you mean `cuda:0`?".to_owned()),
                _ => letters::nearest(&text, ["auto", "cpu", "cuda:0", "flex"]),
            };
            reader.wrong_of::<()>(Code::UnknownWord, at, error.to_string(), hint);
        })
        .ok()
}
