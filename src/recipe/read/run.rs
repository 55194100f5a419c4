//! Reads `run`.

use crate::recipe::code::Code;
use crate::recipe::read::accelerator::accelerator;
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
    let accelerator = fields.or(reader, "accelerator", None, |reader, at| accelerator(reader, at).map(Some));
    let repeats = fields.or(reader, "repeats", default.repeats, |reader, at| {
        reader.integer(at, 1..=1000).and_then(|repeats| u32::try_from(repeats).ok())
    });
    let max_hours = fields.or(reader, "max-hours", default.max_hours, |reader, at| {
        // Less than some milliseconds, or more than a century, is meant by nobody.
        reader.number(at, 1e-6..=1e6).map(Some)
    });
    fields.finish(reader);
    Some(RunOptions {
        seed: seed?,
        device: device?,
        precision: precision?,
        threads: threads?,
        accelerator: accelerator?,
        repeats: repeats?,
        max_hours: max_hours?,
    })
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

#[cfg(test)]
mod tests {
    use crate::recipe::fixture::{TEXT, recipe};
    use crate::recipe::read::Input;
    use crate::recipe::{read, render};

    fn told(set: &str) -> String {
        let sets = [set.to_owned()];
        render::render(&read(&Input::new("tree.yaml", TEXT.as_bytes()).with_sets(&sets)).unwrap_err(), false)
    }

    #[test]
    fn repeats_and_hours_are_read_within_their_bounds() {
        let run = recipe("run.repeats=1000\nrun.max-hours=2.5").run;
        assert_eq!((run.repeats, run.max_hours), (1000, Some(2.5)));
        assert_eq!((run.seed_of(1), run.seed_of(1000)), (1, 1000));
        let plain = recipe("").run;
        assert_eq!((plain.repeats, plain.max_hours), (1, None));
        for (set, message) in [
            ("run.repeats=0", "0 is out of range: expected 1 to 1000"),
            ("run.repeats=1001", "1001 is out of range: expected 1 to 1000"),
            ("run.repeats=1.5", "expected a whole number, found a number `1.5`"),
            ("run.max-hours=0", "0 is out of range: expected 1e-6 to 1000000"),
            ("run.max-hours=-1", "-1 is out of range: expected 1e-6 to 1000000"),
            ("run.max-hours=.inf", "expected a finite number, found inf"),
        ] {
            let told = told(set);
            assert!(told.contains(message), "{set}: {told}");
        }
    }
}
