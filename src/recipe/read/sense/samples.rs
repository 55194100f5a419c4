//! Samples whose settings contradict each other.

use crate::recipe::code::Code;
use crate::recipe::evaluation::Sampling;
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;

/// Looks at how every sample is chosen.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, sample) in parts.samples.into_iter().flatten() {
        let Sampling { max_tokens: _, temperature, top_k, top_p, seed: _ } = sample.sampling;
        for (key, narrows) in [("top-k", top_k > 0), ("top-p", top_p < 1.0)] {
            if temperature == 0.0 && narrows {
                let field = parts.field(&["samples", name.as_str(), key]);
                let message = format!("`{key}` changes nothing: at temperature 0 always the likeliest token is taken");
                let hint = "add a `temperature` above 0, such as `temperature: 0.8`".to_owned();
                reader.warn_of(Code::NoEffect, field.place, &field.path, message, Some(hint));
            }
        }
    }
}
