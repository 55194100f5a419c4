//! Reads `models`: along the lineage, because a child takes its network and its tokenizer from its parent.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::Dataset;
use crate::recipe::model::{Adapter, Architecture, Model, Tier};
use crate::recipe::objective::{Classification, Distillation, Objective};
use crate::recipe::problem::Place;
use crate::recipe::read::adapter::{self, AdapterDraft};
use crate::recipe::read::architecture::{self, architecture, is_without_tokens};
use crate::recipe::read::fields::{Fields, named};
use crate::recipe::read::names::Kind;
use crate::recipe::read::node::Node;
use crate::recipe::read::reader::{At, Reader};
use crate::recipe::read::training::{self, InRecords};
use crate::recipe::read::variant::variant;
use crate::recipe::training::Train;
use crate::recipe::variant::Variant;

/// A model before its parent is known.
struct Draft {
    place: Place,
    path: String,
    tier: Option<Tier>,
    base: Option<Name>,
    /// The network, and what was typed of it.
    architecture: Option<(Architecture, Node)>,
    tokenizer: Option<Name>,
    adapter: Option<AdapterDraft>,
    train: Train,
    in_records: InRecords,
    /// Where `train.data` stands.
    data: Place,
    variant: Option<Variant>,
}

/// Reads every model.
pub fn models(
    reader: &mut Reader,
    at: &At<'_>,
    datasets: Option<&BTreeMap<Name, Dataset>>,
) -> Option<BTreeMap<Name, Model>> {
    let drafts = named(reader, at, |reader, _, at| draft(reader, at))?;
    let mut models = BTreeMap::new();
    for name in drafts.keys() {
        for name in unresolved(reader, &drafts, name, &models)? {
            let model = resolve(reader, &drafts[name], &models, datasets)?;
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
        Some(at) => architecture(reader, at).map(|architecture| Some((architecture, at.node.clone()))),
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
    let train_at = fields.need(reader, "train");
    let train = train_at.as_ref().and_then(|at| training::train(reader, at));
    // A student has its teacher's tokenizer.
    let is_student = train.as_ref().is_some_and(|(train, _)| train.objective.teacher().is_some());
    if let (Some(at), Some((train, _))) = (&adapter_at, &train)
        && !train.freeze.is_empty()
    {
        let hint = Some("leave `freeze` out: beside an adapter nothing of the parent learns".to_owned());
        reader.wrong_of::<()>(Code::ConflictingKeys, at, "an adapter freezes all parameters but its own", hint);
    }
    match (&base_at, &architecture_at, &tokenizer_at, &adapter_at) {
        (Some(_), Some(at), _, _) => inherited(reader, at, "architecture"),
        (Some(_), None, Some(at), _) => inherited(reader, at, "tokenizer"),
        (None, None, _, _) => missing(reader, &fields, "architecture"),
        (None, Some(at), Some(tokenizer), _) if is_without_tokens(at.node) => {
            let hint = Some("leave `tokenizer` out".to_owned());
            let message = "the network reads pictures or sounds, and no tokens";
            reader.wrong_of::<()>(Code::ConflictingKeys, tokenizer, message, hint);
        }
        (None, Some(at), None, _) if !is_without_tokens(at.node) && !is_student => {
            missing(reader, &fields, "tokenizer")
        }
        (None, Some(_), _, Some(at)) => {
            let hint = Some("an adapter adds to the weights of a parent: name one with `base`".to_owned());
            reader.wrong_of::<()>(Code::ConflictingKeys, at, "a model without a parent has nothing to adapt", hint);
        }
        (Some(_), None, None, _) | (None, Some(_), _, None) => {}
    }
    let variant = fields.or(reader, "variant", None, |reader, at| variant(reader, at).map(Some));
    let (place, path) = (fields.at().node.place, fields.at().path.clone());
    let data = train_at.as_ref().and_then(|at| at.node.get("data")).map_or(place, |node| node.place);
    fields.finish(reader);
    let (train, in_records) = train?;
    Some(Draft {
        place,
        path,
        tier: tier?,
        base: base?,
        architecture: architecture?,
        tokenizer: tokenizer?,
        adapter: adapter?,
        train,
        in_records,
        data,
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

/// Returns a model and those that have to be there before it and are not in `models` yet, each behind those it needs.
fn unresolved<'d>(
    reader: &mut Reader,
    drafts: &'d BTreeMap<Name, Draft>,
    name: &'d Name,
    models: &BTreeMap<Name, Model>,
) -> Option<Vec<&'d Name>> {
    // What stands outside of the recipe needs no resolving.
    let is_open = |name: &&Name| drafts.contains_key(*name) && !models.contains_key(*name);
    let before = |name: &Name| {
        let Draft { base, train, .. } = &drafts[name];
        [base.as_ref(), train.objective.teacher()].into_iter().flatten().filter(is_open)
    };
    let (mut order, mut done, mut open) = (Vec::new(), BTreeSet::new(), BTreeSet::from([name]));
    let mut chain: Vec<(&Name, usize)> = if is_open(&name) { vec![(name, 0)] } else { Vec::new() };
    while let Some((name, n_seen)) = chain.last_mut() {
        let name = *name;
        match before(name).nth(*n_seen) {
            None => {
                chain.pop();
                open.remove(name);
                if done.insert(name) {
                    order.push(name);
                }
            }
            Some(other) => {
                *n_seen += 1;
                if open.contains(other) {
                    let chain: Vec<&Name> = chain.iter().map(|(name, _)| *name).collect();
                    in_a_circle(reader, drafts, &chain, other);
                    return None;
                }
                if !done.contains(other) {
                    open.insert(other);
                    chain.push((other, 0));
                }
            }
        }
    }
    Some(order)
}

/// Tells that models need each other, where the one does that the circle begins with.
fn in_a_circle(reader: &mut Reader, drafts: &BTreeMap<Name, Draft>, chain: &[&Name], again: &Name) {
    let start = chain.iter().position(|seen| *seen == again).unwrap_or(0);
    let mut circle = chain[start..].to_vec();
    circle.push(again);
    let text = circle.iter().map(|name| name.as_str()).collect::<Vec<_>>().join(" → ");
    let is_lineage = circle.windows(2).all(|pair| drafts[pair[0]].base.as_ref() == Some(pair[1]));
    let draft = &drafts[circle[0]];
    let is_base = draft.base.as_ref() == circle.get(1).copied();
    let key = if is_base { "base" } else { "train.objective.teacher" };
    let (message, hint) = match is_lineage {
        true => (format!("the lineage goes in a circle: {text}"), "one of them has to begin with an `architecture`"),
        false => (format!("models learn from each other in a circle: {text}"), "a teacher is there before its student"),
    };
    reader.problem_of(Code::Cycle, draft.place, &format!("{}.{key}", draft.path), message, Some(hint.to_owned()));
}

/// What a model takes from its parent.
struct Inherited {
    tier: Tier,
    architecture: Architecture,
    tokenizer: Option<Name>,
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
    let architecture = import.architecture.clone();
    let tokenizer = architecture.modality().has_tokens().then(|| base.clone());
    Some(Inherited { tier: import.tier, architecture, tokenizer, adapter: None })
}

/// Fills in what a model takes from its parent, which is already in `models` or stands outside of the recipe.
fn resolve(
    reader: &mut Reader,
    draft: &Draft,
    models: &BTreeMap<Name, Model>,
    datasets: Option<&BTreeMap<Name, Dataset>>,
) -> Option<Model> {
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
    let shares = &draft.train.data;
    let data = architecture::Data { datasets, shares, place: draft.data, path: format!("{}.train.data", draft.path) };
    let architecture = match &draft.architecture {
        Some((own, node)) => {
            architecture::settle(reader, own.clone(), node, &format!("{}.architecture", draft.path), &data)?
        }
        None => parent.map(|parent| parent.architecture.clone())?,
    };
    architecture::suits(reader, &architecture, &data)?;
    let mut train = draft.train.clone();
    let teacher = train.objective.teacher().and_then(|teacher| Taught::by(reader, teacher, models));
    if let Objective::Distillation(Distillation { classification: own @ None, .. }) = &mut train.objective {
        *own = teacher.as_ref().and_then(|teacher| teacher.classification.clone());
    }
    let train = training::resolve(reader, (train, draft.in_records), &architecture, draft.place, &draft.path);
    let adapter = match (&draft.adapter, &draft.base, parent) {
        (Some(adapter), Some(base), Some(parent)) => {
            adapter::resolve(reader, adapter, base, parent.adapter.as_ref(), &parent.architecture).map(Some)
        }
        (Some(_) | None, Some(_) | None, Some(_) | None) => Some(None),
    };
    let has_tokens = architecture.modality().has_tokens();
    Some(Model {
        tier,
        base: draft.base.clone(),
        architecture,
        tokenizer: draft
            .tokenizer
            .clone()
            .or_else(|| parent.and_then(|parent| parent.tokenizer.clone()))
            .or_else(|| teacher.and_then(|teacher| teacher.tokenizer).filter(|_| has_tokens)),
        adapter: adapter?,
        train: train?,
        variant: draft.variant.clone(),
    })
}

/// What a student takes from its teacher.
struct Taught {
    tokenizer: Option<Name>,
    classification: Option<Classification>,
}

impl Taught {
    /// Returns what a teacher gives: a model that is already in `models`, or one outside of the recipe.
    fn by(reader: &Reader, teacher: &Name, models: &BTreeMap<Name, Model>) -> Option<Self> {
        if let Some(teacher) = models.get(teacher) {
            return Some(Self {
                tokenizer: teacher.tokenizer.clone(),
                classification: teacher.classification().cloned(),
            });
        }
        let import = reader.imports.get(teacher)?;
        let tokenizer = import.architecture.modality().has_tokens().then(|| teacher.clone());
        Some(Self { tokenizer, classification: import.classification.clone() })
    }
}

fn below(tier: Tier) -> Tier {
    match tier {
        Tier::General => Tier::Industry,
        Tier::Industry | Tier::Vertical => Tier::Vertical,
    }
}
