//! Reads `models`: along the lineage, because a child takes its network and its tokenizer from its parent.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::model::{Adapter, AdapterThen, Architecture, Llama, Model, Tier};
use crate::recipe::problem::Place;
use crate::recipe::read::fields::{Fields, named};
use crate::recipe::read::names::Kind;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::training;
use crate::recipe::read::variant::variant;
use crate::recipe::training::Train;
use crate::recipe::variant::Variant;

/// A model before its parent is known.
struct Draft {
    place: Place,
    path: String,
    tier: Option<Tier>,
    base: Option<Name>,
    architecture: Option<Architecture>,
    tokenizer: Option<Name>,
    adapter: Option<Adapter>,
    train: Train,
    variant: Option<Variant>,
}

/// Reads every model.
pub fn models(reader: &mut Reader, at: &At<'_>) -> Option<BTreeMap<Name, Model>> {
    let drafts = named(reader, at, |reader, _, at| draft(reader, at))?;
    let mut models = BTreeMap::new();
    for name in drafts.keys() {
        for name in unresolved(reader, &drafts, name, &models)?.into_iter().rev() {
            let model = resolve(reader, &drafts[name], &models)?;
            models.insert(name.clone(), model);
        }
    }
    Some(models)
}

fn draft(reader: &mut Reader, at: &At<'_>) -> Option<Draft> {
    let mut fields = Fields::open(reader, at)?;
    let tier = fields.or(reader, "tier", None, |reader, at| {
        reader
            .word(at, "tier", &[Tier::General, Tier::Industry, Tier::Vertical].map(|tier| (tier.word(), tier)))
            .map(Some)
    });
    let base_at = fields.take("base");
    let base = match &base_at {
        Some(at) => base(reader, at).map(Some),
        None => Some(None),
    };
    let architecture_at = fields.take("architecture");
    let architecture = match &architecture_at {
        Some(at) => architecture(reader, at).map(Some),
        None => Some(None),
    };
    let tokenizer_at = fields.take("tokenizer");
    let tokenizer = match &tokenizer_at {
        Some(at) => reader.reference(at, Kind::Tokenizer).map(Some),
        None => Some(None),
    };
    let adapter_at = fields.take("adapter");
    let adapter = match &adapter_at {
        Some(at) => adapter(reader, at).map(Some),
        None => Some(None),
    };
    let context = architecture.as_ref().and_then(|architecture| architecture.as_ref().map(Architecture::context));
    let train = fields.need(reader, "train").and_then(|at| training::train(reader, &at, context));
    match (&base_at, &architecture_at, &tokenizer_at, &adapter_at) {
        (Some(_), Some(at), _, _) => inherited(reader, at, "architecture"),
        (Some(_), None, Some(at), _) => inherited(reader, at, "tokenizer"),
        (None, None, _, _) => missing(reader, &fields, "architecture"),
        (None, Some(_), None, _) => missing(reader, &fields, "tokenizer"),
        (None, Some(_), Some(_), Some(at)) => {
            let hint = Some("an adapter adds to the weights of a parent: name one with `base`".to_owned());
            reader.wrong_of::<()>(Code::ConflictingKeys, at, "a model without a parent has nothing to adapt", hint);
        }
        (Some(_), None, None, _) | (None, Some(_), Some(_), None) => {}
    }
    let variant = fields.or(reader, "variant", None, |reader, at| variant(reader, at).map(Some));
    let (place, path) = (fields.at().node.place, fields.at().path.clone());
    fields.finish(reader);
    Some(Draft {
        place,
        path,
        tier: tier?,
        base: base?,
        architecture: architecture?,
        tokenizer: tokenizer?,
        adapter: adapter?,
        train: train?,
        variant: variant?,
    })
}

fn inherited(reader: &mut Reader, at: &At<'_>, what: &str) {
    let hint = Some(format!("leave `{what}` out, or leave `base` out and start from random weights"));
    reader.wrong_of::<()>(Code::ConflictingKeys, at, format!("a model with a parent has its parent's {what}"), hint);
}

fn missing(reader: &mut Reader, fields: &Fields<'_>, what: &str) {
    let (place, path) = (fields.at().node.place, format!("{}.{what}", fields.at().path));
    let hint = Some(format!("give `{what}`, or a parent to take it from with `base`"));
    reader.problem_of(Code::MissingKey, place, &path, format!("`{what}` is missing"), hint);
}

fn base(reader: &mut Reader, at: &At<'_>) -> Option<Name> {
    let text = reader.text(at)?;
    if text.starts_with("zoo/") || text.starts_with("hf/") {
        let hint =
            Some("name a model of this recipe; parents from the zoo and from Hugging Face are not read yet".to_owned());
        return reader.wrong_of(Code::Unsupported, at, format!("`{text}` cannot be a parent"), hint);
    }
    reader.refer(at, Kind::Model, &text)
}

/// Returns a model and those of its ancestors that are not in `models` yet, the model first.
fn unresolved<'d>(
    reader: &mut Reader,
    drafts: &'d BTreeMap<Name, Draft>,
    name: &'d Name,
    models: &BTreeMap<Name, Model>,
) -> Option<Vec<&'d Name>> {
    if models.contains_key(name) {
        return Some(Vec::new());
    }
    let (mut chain, mut seen) = (vec![name], BTreeSet::from([name]));
    let parent = |name: &Name| drafts[name].base.as_ref().filter(|parent| !models.contains_key(*parent));
    while let Some(parent) = parent(chain[chain.len() - 1]) {
        if !seen.insert(parent) {
            let start = chain.iter().position(|seen| *seen == parent).unwrap_or(0);
            let mut circle: Vec<_> = chain[start..].iter().map(|name| name.as_str()).collect();
            circle.push(parent.as_str());
            let draft = &drafts[chain[start]];
            let message = format!("the lineage goes in a circle: {}", circle.join(" → "));
            let hint = Some("one of them has to begin with an `architecture`".to_owned());
            reader.problem_of(Code::Cycle, draft.place, &format!("{}.base", draft.path), message, hint);
            return None;
        }
        chain.push(parent);
    }
    Some(chain)
}

/// Fills in what a model takes from its parent, which is already in `models`.
fn resolve(reader: &mut Reader, draft: &Draft, models: &BTreeMap<Name, Model>) -> Option<Model> {
    let parent = draft.base.as_ref().and_then(|base| models.get(base));
    let tier = draft.tier.or_else(|| Some(parent.map_or(Tier::General, |parent| below(parent.tier))))?;
    if let Some(parent) = parent
        && tier < parent.tier
    {
        let message =
            format!("a model of the {} tier cannot come from one of the {} tier", tier.word(), parent.tier.word());
        let hint = Some("a lineage goes from general to industry to vertical".to_owned());
        reader.problem_of(Code::TierOrder, draft.place, &format!("{}.tier", draft.path), message, hint);
        return None;
    }
    let architecture = draft.architecture.clone().or_else(|| parent.map(|parent| parent.architecture.clone()))?;
    let train = training::resolve(reader, draft.train.clone(), architecture.context(), draft.place, &draft.path)?;
    Some(Model {
        tier,
        base: draft.base.clone(),
        architecture,
        tokenizer: draft.tokenizer.clone().or_else(|| parent.map(|parent| parent.tokenizer.clone()))?,
        adapter: draft.adapter.clone(),
        train,
        variant: draft.variant.clone(),
    })
}

fn below(tier: Tier) -> Tier {
    match tier {
        Tier::General => Tier::Industry,
        Tier::Industry | Tier::Vertical => Tier::Vertical,
    }
}

fn architecture(reader: &mut Reader, at: &At<'_>) -> Option<Architecture> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "architecture", &[("llama", ())]) else {
        fields.abandon();
        return None;
    };
    let small =
        |reader: &mut Reader, at: &At<'_>| reader.integer(at, 1..=1 << 20).and_then(|value| u32::try_from(value).ok());
    let layers = fields.need(reader, "layers").and_then(|at| small(reader, &at));
    let width_at = fields.need(reader, "width");
    let width = width_at.as_ref().and_then(|at| small(reader, at));
    let heads_at = fields.need(reader, "heads");
    let heads = heads_at.as_ref().and_then(|at| small(reader, at));
    let kv_at = fields.take("kv-heads");
    let kv_heads = match &kv_at {
        Some(at) => small(reader, at),
        None => heads,
    };
    let default_mlp = width.map_or(1, |width| (width * 8 / 3).next_multiple_of(32));
    let mlp_width = fields.or(reader, "mlp-width", default_mlp, small);
    let context =
        fields.need(reader, "context").and_then(|at| reader.integer(&at, 2..=1 << 20)).map(|value| value as u32);
    let rope_theta = fields.or(reader, "rope-theta", 10_000.0, |reader, at| reader.number(at, 1.0..=1e9));
    let norm_epsilon = fields.or(reader, "norm-epsilon", 1e-5, |reader, at| reader.number(at, 1e-12..=0.1));
    let tie_embeddings = fields.or(reader, "tie-embeddings", true, |reader, at| reader.truth(at));
    fields.finish(reader);
    if let (Some(width), Some(heads), Some(at)) = (width, heads, &heads_at)
        && width % heads != 0
    {
        let hint = Some(format!("a width of {} would fit", width.next_multiple_of(heads * 2)));
        return reader.wrong_of(
            Code::ShapeMismatch,
            at,
            format!("{heads} heads do not divide the width {width}"),
            hint,
        );
    }
    if let (Some(width), Some(heads), Some(at)) = (width, heads, &heads_at)
        && (width / heads) % 2 != 0
    {
        let message =
            format!("rotary positions need heads of an even width, and {width} / {heads} is {}", width / heads);
        let hint = Some(format!("a width of {} would fit", (width + 1).next_multiple_of(heads * 2)));
        return reader.wrong_of(Code::ShapeMismatch, at, message, hint);
    }
    if let (Some(heads), Some(kv), Some(at)) = (heads, kv_heads, &kv_at)
        && heads % kv != 0
    {
        let near = (1..=kv).rev().find(|kv| heads % kv == 0).unwrap_or(1);
        let hint = Some(format!("`kv-heads: {near}` would fit"));
        return reader.wrong_of(
            Code::ShapeMismatch,
            at,
            format!("{kv} key-value heads do not divide {heads} heads"),
            hint,
        );
    }
    Some(Architecture::Llama(Llama {
        layers: layers?,
        width: width?,
        heads: heads?,
        kv_heads: kv_heads?,
        mlp_width: mlp_width?,
        context: context?,
        rope_theta: rope_theta?,
        norm_epsilon: norm_epsilon?,
        tie_embeddings: tie_embeddings?,
    }))
}

fn adapter(reader: &mut Reader, at: &At<'_>) -> Option<Adapter> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "adapter", &[("lora", ())]) else {
        fields.abandon();
        return None;
    };
    let rank = fields.need(reader, "rank").and_then(|at| reader.integer(&at, 1..=4096)).map(|rank| rank as u32);
    let alpha =
        fields.or(reader, "alpha", 2.0 * f64::from(rank.unwrap_or(1)), |reader, at| reader.number(at, 1e-3..=1e6));
    let then = fields.or(reader, "then", AdapterThen::Merge, |reader, at| {
        reader.word(at, "end of an adapter", &[("merge", AdapterThen::Merge)])
    });
    fields.finish(reader);
    Some(Adapter::Lora { rank: rank?, alpha: alpha?, then: then? })
}
