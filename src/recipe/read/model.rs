//! Reads `models`: along the lineage, because a child takes its network and its tokenizer from its parent.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::model::{Adapter, Architecture, Model, Tier};
use crate::recipe::problem::Place;
use crate::recipe::read::adapter::{self, AdapterDraft};
use crate::recipe::read::architecture::architecture;
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
    adapter: Option<AdapterDraft>,
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
        Some(at) => reader.any_model(at).map(Some),
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
        Some(at) => adapter::draft(reader, at).map(Some),
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
    // What stands outside of the recipe needs no resolving.
    let is_open = |parent: &&Name| drafts.contains_key(*parent) && !models.contains_key(*parent);
    let parent = |name: &Name| drafts[name].base.as_ref().filter(is_open);
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

/// What a model takes from its parent.
struct Inherited {
    tier: Tier,
    architecture: Architecture,
    tokenizer: Name,
    adapter: Option<Adapter>,
}

/// Returns what a parent hands down: a model that is already in `models`, or one outside of the recipe.
fn handed_down(reader: &Reader, base: &Name, models: &BTreeMap<Name, Model>) -> Option<Inherited> {
    if let Some(Model { tier, architecture, tokenizer, adapter, .. }) = models.get(base) {
        let (architecture, tokenizer, adapter) = (architecture.clone(), tokenizer.clone(), adapter.clone());
        return Some(Inherited { tier: *tier, architecture, tokenizer, adapter });
    }
    let import = reader.imports.get(base)?;
    // Of a model outside of the recipe there are its whole weights, and no adapter beside them.
    let (architecture, tokenizer) = (import.architecture.clone(), base.clone());
    Some(Inherited { tier: import.tier, architecture, tokenizer, adapter: None })
}

/// Fills in what a model takes from its parent, which is already in `models` or stands outside of the recipe.
fn resolve(reader: &mut Reader, draft: &Draft, models: &BTreeMap<Name, Model>) -> Option<Model> {
    let parent = draft.base.as_ref().and_then(|base| handed_down(reader, base, models));
    let parent = parent.as_ref();
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
    let train = training::resolve(reader, draft.train.clone(), architecture.context(), draft.place, &draft.path);
    let adapter = match (&draft.adapter, &draft.base, parent) {
        (Some(adapter), Some(base), Some(parent)) => {
            adapter::resolve(reader, adapter, base, parent.adapter.as_ref()).map(Some)
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => Some(None),
    };
    Some(Model {
        tier,
        base: draft.base.clone(),
        architecture,
        tokenizer: draft.tokenizer.clone().or_else(|| parent.map(|parent| parent.tokenizer.clone()))?,
        adapter: adapter?,
        train: train?,
        variant: draft.variant.clone(),
    })
}

fn below(tier: Tier) -> Tier {
    match tier {
        Tier::General => Tier::Industry,
        Tier::Industry | Tier::Vertical => Tier::Vertical,
    }
}
