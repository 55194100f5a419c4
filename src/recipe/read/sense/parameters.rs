//! Parameters that a training names: patterns that match none of the network's, and what leaves nothing that learns.

use crate::id::Name;
use crate::recipe::adapter::layers::layers;
use crate::recipe::code::Code;
use crate::recipe::head::Head;
use crate::recipe::model::outputs::is_of_head;
use crate::recipe::model::{Adapter, Architecture, Model, Tensor};
use crate::recipe::parameter::{NamePattern, nearest};
use crate::recipe::read::reader::Reader;
use crate::recipe::read::sense::Parts;
use crate::recipe::training::Train;

/// Nobody names one parameter among more; of a network that is only described there may be many millions.
const MOST: usize = 1 << 20;

/// Looks at what every training names.
pub fn judge(reader: &mut Reader, parts: &Parts<'_>) {
    for (name, model) in parts.models.into_iter().flatten() {
        let Train { objective, freeze, rate_factors, .. } = &model.train;
        // That a network cannot learn its objective is told elsewhere, and it has no head then.
        let is_learnt = objective.networks().contains(&model.architecture.word());
        if is_learnt && !(freeze.is_empty() && rate_factors.is_empty()) {
            let named = Named::of(model);
            froze(reader, parts, name, model, &named);
            rates(reader, parts, name, model, &named);
        }
    }
}

fn froze(reader: &mut Reader, parts: &Parts<'_>, name: &Name, model: &Model, named: &Named) {
    let freeze = &model.train.freeze;
    for (i, pattern) in freeze.iter().enumerate() {
        if named.is_unknown(pattern) {
            unknown(reader, parts, &["models", name.as_str(), "train", "freeze", &i.to_string()], pattern, named);
        }
    }
    let is_frozen = |name: &str| freeze.iter().any(|pattern| pattern.matches(name));
    if !freeze.is_empty()
        && !named.is_cut
        && named.all().filter(|(_, learns)| *learns).all(|(name, _)| is_frozen(&name))
    {
        let field = parts.field(&["models", name.as_str(), "train", "freeze"]);
        let message = "`freeze` leaves no parameter that learns".to_owned();
        let hint = Some("name fewer parameters".to_owned());
        reader.problem_of(Code::ConflictingKeys, field.place, &field.path, message, hint);
    }
}

fn rates(reader: &mut Reader, parts: &Parts<'_>, name: &Name, model: &Model, named: &Named) {
    let Train { freeze, rate_factors, .. } = &model.train;
    for pattern in rate_factors.keys() {
        let keys = ["models", name.as_str(), "train", "rate-factors", pattern.as_str()];
        if named.is_unknown(pattern) {
            unknown(reader, parts, &keys, pattern, named);
            continue;
        }
        let learns = |(name, learns): &(String, bool)| *learns && !freeze.iter().any(|frozen| frozen.matches(name));
        let mut meant = named.all().filter(|(name, _)| pattern.matches(name));
        if !named.is_cut && !meant.any(|one| learns(&one)) {
            let field = parts.field(&keys);
            let message = format!("nothing learns of what `{pattern}` names");
            let hint = match model.adapter {
                Some(_) => {
                    "beside an adapter the parameters of the parent stay; those of the adapter end in `.lora_A.weight` and `.lora_B.weight`"
                }
                None => "leave it out, or name it in `freeze` no more",
            };
            reader.warn_of(Code::NoEffect, field.place, &field.path, message, Some(hint.to_owned()));
        }
    }
}

fn unknown(reader: &mut Reader, parts: &Parts<'_>, keys: &[&str], pattern: &NamePattern, named: &Named) {
    let field = parts.field(keys);
    let message = format!("`{pattern}` matches no parameter of the network, a `{}`", named.network);
    let hint =
        format!("the names nearest to it are {}; `*` stands for any text", nearest(pattern, &named.near(pattern)));
    reader.problem_of(Code::NoSuchName, field.place, &field.path, message, Some(hint));
}

/// The parameters that a training has by name, and which of them learn where nothing is frozen by name.
struct Named {
    network: &'static str,
    /// Those of the network; whether they learn.
    tensors: Vec<(Tensor, bool)>,
    /// The layers that an adapter adds to.
    adapted: Vec<String>,
    /// Whether there are more than anybody looks through.
    is_cut: bool,
}

impl Named {
    fn of(model: &Model) -> Self {
        let Model { architecture, adapter, train, .. } = model;
        let head = Head::of(&train.objective, architecture);
        // Names do not depend on the size of the vocabulary.
        let tensors = architecture.tensors(1, &head);
        let n: u64 = tensors.iter().map(Tensor::n).sum();
        let learns = |tensor: &Tensor| !tensor.is_buffer && (adapter.is_none() || is_of_head(&head, tensor));
        let tensors = tensors.into_iter().map(|tensor| (learns(&tensor), tensor)).map(|(learns, own)| (own, learns));
        Self {
            network: architecture.word(),
            tensors: tensors.collect(),
            adapted: adapter.as_ref().map_or_else(Vec::new, |adapter| adapted(adapter, architecture)),
            is_cut: n > MOST as u64,
        }
    }

    /// Returns every name, and whether it learns where nothing is frozen by name.
    fn all(&self) -> impl Iterator<Item = (String, bool)> {
        let own = self.tensors.iter().flat_map(|(tensor, learns)| tensor.names().map(|name| (name, *learns)));
        let halves = |layer: &String| ["A", "B"].map(|half| (format!("{layer}.lora_{half}.weight"), true));
        own.chain(self.adapted.iter().flat_map(halves)).take(MOST)
    }

    /// Returns whether a pattern matches nothing.
    fn is_unknown(&self, pattern: &NamePattern) -> bool {
        !self.is_cut && !self.all().any(|(name, _)| pattern.matches(&name))
    }

    /// Returns the names a pattern may be meant for: of each kind the first, the last, and those with the numbers of the pattern.
    fn near(&self, pattern: &NamePattern) -> Vec<String> {
        let said =
            pattern.as_str().split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse::<u64>().ok());
        let said: Vec<u64> = said.collect();
        let of_kind = |(tensor, _): &(Tensor, bool)| {
            let ends = [tensor.layers.start, tensor.layers.end.saturating_sub(1)].into_iter().chain(said.clone());
            let numbers: std::collections::BTreeSet<u64> = ends.filter(|n| tensor.layers.contains(n)).collect();
            numbers.into_iter().map(|n| tensor.name.replace("{n}", &n.to_string())).collect::<Vec<_>>()
        };
        self.tensors.iter().flat_map(of_kind).collect()
    }
}

fn adapted(adapter: &Adapter, architecture: &Architecture) -> Vec<String> {
    layers(architecture).take(MOST).map(|layer| layer.name).filter(|name| adapter.adapts(name)).collect()
}
