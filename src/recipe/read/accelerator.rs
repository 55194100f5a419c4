//! Reads `run.accelerator`.

use crate::recipe::accelerator::{Accelerator, CARDS, Card};
use crate::recipe::problem::{listed, nearest};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// Reads the cards a plan is reckoned for.
pub fn accelerator(reader: &mut Reader, at: &At<'_>) -> Option<Accelerator> {
    let mut fields = Fields::open(reader, at)?;
    let accelerator = parts(reader, &mut fields);
    fields.finish(reader);
    accelerator
}

/// Reads the fields an accelerator is made of, and leaves others to the caller.
pub fn parts(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Accelerator> {
    let name_at = fields.need(reader, "name");
    let name = name_at.as_ref().and_then(|at| reader.some_text(at));
    let count = fields.or(reader, "count", 1, |reader, at| reader.count(at, 1));
    let tflops = fields.or(reader, "tflops", None, |reader, at| reader.number(at, 1e-6..=1e6).map(Some));
    let watts = fields.or(reader, "watts", None, |reader, at| reader.number(at, 1e-3..=1e6).map(Some));
    if let (Some(name), Some(None), Some(at)) = (&name, &tflops, &name_at)
        && Card::named(name).is_none()
    {
        let names = || CARDS.iter().map(|card| card.name);
        let hint = match nearest(name, names()) {
            Some(near) => format!("did you mean `{near}`? Of any other card say what it achieves with `tflops`"),
            None => format!(
                "the cards known by name are {}; of any other say what it achieves with `tflops`",
                listed(names())
            ),
        };
        return reader.wrong(at, format!("the speed of `{name}` is not known"), Some(hint));
    }
    Some(Accelerator { name: name?, count: count?, tflops: tflops?, watts: watts? })
}
