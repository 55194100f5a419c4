//! Reads `robustness`.

use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::robustness::Perturbation;

/// Reads what happens to what a model reads.
pub(super) fn perturbation(reader: &mut Reader, at: &At<'_>) -> Option<Perturbation> {
    type Make = fn(f64, u64) -> Perturbation;
    const KINDS: [(&str, Make); 3] = [
        ("swap-characters", |share, seed| Perturbation::SwapCharacters { share, seed }),
        ("drop-characters", |share, seed| Perturbation::DropCharacters { share, seed }),
        ("change-case", |share, seed| Perturbation::ChangeCase { share, seed }),
    ];
    let mut fields = Fields::open(reader, at)?;
    let Some(make) = fields.kind(reader, "perturbation", &KINDS) else {
        fields.abandon();
        return None;
    };
    let share = fields.or(reader, "share", Perturbation::default_share(), |reader, at| reader.number(at, 0.0..=1.0));
    let seed = fields.or(reader, "seed", Perturbation::default_seed(), |reader, at| reader.large_count(at, 0));
    fields.finish(reader);
    Some(make(share?, seed?))
}
