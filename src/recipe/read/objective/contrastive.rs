//! Reads the objective of what is compared: only views have a temperature and a projection.

use crate::recipe::code::Code;
use crate::recipe::objective::{Contrastive, Pairs};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::Reader;

pub(super) fn contrastive(reader: &mut Reader, fields: &mut Fields<'_>) -> Option<Contrastive> {
    let pairs = fields
        .need(reader, "pairs")
        .and_then(|at| reader.word(&at, "kind of pairs", &[("views", Pairs::Views), ("captions", Pairs::Captions)]));
    let temperature_at = fields.take("temperature");
    let projection_at = fields.take("projection");
    match pairs? {
        Pairs::Views => {
            let temperature = match &temperature_at {
                Some(at) => reader.number(at, 0.001..=10.0),
                None => Some(Contrastive::default_temperature()),
            };
            let projection = match &projection_at {
                Some(at) => reader.integer(at, 1..=65_536).map(|width| width as u32),
                None => Some(Contrastive::default_projection()),
            };
            Some(Contrastive::Views { temperature: temperature?, projection: projection? })
        }
        Pairs::Captions => {
            let typed = [("temperature", &temperature_at), ("projection", &projection_at)];
            let mut is_right = true;
            for (key, at) in typed.into_iter().filter_map(|(key, at)| Some((key, at.as_ref()?))) {
                let hint = Some("leave it out: a `clip` learns it, and has its own projections".to_owned());
                reader.wrong_of::<()>(Code::ConflictingKeys, at, format!("captions have no `{key}`"), hint);
                is_right = false;
            }
            is_right.then_some(Contrastive::Captions)
        }
    }
}
