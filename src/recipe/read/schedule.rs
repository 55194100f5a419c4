//! Reads `train.schedule`.

use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::schedule::{Fall, Schedule};

/// Reads how the learning rate changes.
pub fn schedule(reader: &mut Reader, at: &At<'_>) -> Option<Schedule> {
    let mut fields = Fields::open(reader, at)?;
    let words = Schedule::kinds().map(|kind| (kind.word(), kind));
    let Some(kind) = fields.kind(reader, "schedule", &words) else {
        fields.abandon();
        return None;
    };
    let schedule = match kind {
        Schedule::Cosine { warmup_steps, final_ratio } => {
            let warmup_steps = rise(reader, &mut fields, warmup_steps);
            let final_ratio = share(reader, &mut fields, "final-ratio", final_ratio);
            warmup_steps
                .zip(final_ratio)
                .map(|(warmup_steps, final_ratio)| Schedule::Cosine { warmup_steps, final_ratio })
        }
        Schedule::Constant { warmup_steps } => {
            rise(reader, &mut fields, warmup_steps).map(|warmup_steps| Schedule::Constant { warmup_steps })
        }
        Schedule::Linear { warmup_steps, final_ratio } => {
            let warmup_steps = rise(reader, &mut fields, warmup_steps);
            let final_ratio = share(reader, &mut fields, "final-ratio", final_ratio);
            warmup_steps
                .zip(final_ratio)
                .map(|(warmup_steps, final_ratio)| Schedule::Linear { warmup_steps, final_ratio })
        }
        Schedule::Wsd { warmup_steps, decay_share, decay, final_ratio } => {
            let warmup_steps = rise(reader, &mut fields, warmup_steps);
            let decay_share = share(reader, &mut fields, "decay-share", decay_share);
            let words = [("one-minus-sqrt", Fall::OneMinusSqrt), ("linear", Fall::Linear)];
            let decay = fields.or(reader, "decay", decay, |reader, at| reader.word(at, "way to fall", &words));
            let final_ratio = share(reader, &mut fields, "final-ratio", final_ratio);
            let both = warmup_steps.zip(decay_share).zip(decay.zip(final_ratio));
            both.map(|((warmup_steps, decay_share), (decay, final_ratio))| Schedule::Wsd {
                warmup_steps,
                decay_share,
                decay,
                final_ratio,
            })
        }
        Schedule::OneCycle { warmup_share, start_ratio, final_ratio } => {
            let warmup_share = share(reader, &mut fields, "warmup-share", warmup_share);
            let start_ratio = share(reader, &mut fields, "start-ratio", start_ratio);
            let final_ratio = share(reader, &mut fields, "final-ratio", final_ratio);
            let all = warmup_share.zip(start_ratio).zip(final_ratio);
            all.map(|((warmup_share, start_ratio), final_ratio)| Schedule::OneCycle {
                warmup_share,
                start_ratio,
                final_ratio,
            })
        }
    };
    fields.finish(reader);
    schedule
}

fn rise(reader: &mut Reader, fields: &mut Fields<'_>, default: u64) -> Option<u64> {
    fields.or(reader, "warmup-steps", default, |reader, at| reader.large_count(at, 0))
}

fn share(reader: &mut Reader, fields: &mut Fields<'_>, key: &'static str, default: f64) -> Option<f64> {
    fields.or(reader, key, default, |reader, at| reader.number(at, 0.0..=1.0))
}
