//! Reads `robustness`.

use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::robustness::Perturbation;

/// Reads what happens to what a model reads.
pub(super) fn perturbation(reader: &mut Reader, at: &At<'_>) -> Option<Perturbation> {
    type Read = fn(&mut Reader, &mut Fields<'_>, Option<u64>) -> Option<Perturbation>;
    const KINDS: [(&str, Read); 5] = [
        ("swap-characters", |reader, fields, seed| {
            Some(Perturbation::SwapCharacters { share: share(reader, fields)?, seed: seed? })
        }),
        ("drop-characters", |reader, fields, seed| {
            Some(Perturbation::DropCharacters { share: share(reader, fields)?, seed: seed? })
        }),
        ("change-case", |reader, fields, seed| {
            Some(Perturbation::ChangeCase { share: share(reader, fields)?, seed: seed? })
        }),
        ("noise", |reader, fields, seed| {
            let default = Perturbation::default_deviation();
            let deviation = fields.or(reader, "deviation", default, |reader, at| reader.number(at, 0.0..=1e6));
            Some(Perturbation::Noise { deviation: deviation?, seed: seed? })
        }),
        ("shift", |reader, fields, seed| {
            let default = Perturbation::default_pixels();
            let pixels = fields.or(reader, "pixels", i128::from(default), |reader, at| reader.integer(at, 1..=1024));
            Some(Perturbation::Shift { pixels: u32::try_from(pixels?).ok()?, seed: seed? })
        }),
    ];
    let mut fields = Fields::open(reader, at)?;
    let Some(read) = fields.kind(reader, "perturbation", &KINDS) else {
        fields.abandon();
        return None;
    };
    let seed = fields.or(reader, "seed", Perturbation::default_seed(), |reader, at| reader.large_count(at, 0));
    let perturbation = read(reader, &mut fields, seed);
    fields.finish(reader);
    perturbation
}

fn share(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<f64> {
    fields.or(reader, "share", Perturbation::default_share(), |reader, at| reader.number(at, 0.0..=1.0))
}
