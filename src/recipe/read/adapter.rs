//! Reads `adapter`: first as it is typed, then beside the parent, which may have kept an adapter of its own.

use crate::id::Name;
use crate::recipe::adapter::{Adapter, AdapterThen, ParentAdapter, layers};
use crate::recipe::code::Code;
use crate::recipe::model::Architecture;
use crate::recipe::problem::{Place, listed};
use crate::recipe::read::fields::Fields;
use crate::recipe::read::letters;
use crate::recipe::read::node::shown;
use crate::recipe::read::reader::{At, Reader};

/// What can become of a parent's adapter.
const PARENT: [ParentAdapter; 3] = [ParentAdapter::Merge, ParentAdapter::Continue, ParentAdapter::Stack];

/// The most patterns of layers.
const MOST_TARGETS: usize = 64;

/// A value, and where it stands.
type Placed<T> = Option<(Place, T)>;

/// An adapter before its parent is known.
#[derive(Debug, Clone)]
pub struct AdapterDraft {
    place: Place,
    path: String,
    rank: Placed<u32>,
    alpha: Placed<f64>,
    dropout: f64,
    /// Each with its place; none where nothing is said of them.
    targets: Placed<Vec<(Place, String)>>,
    then: AdapterThen,
    parent: Placed<ParentAdapter>,
}

/// Reads an adapter as it is typed.
pub fn draft(reader: &mut Reader, at: &At<'_>) -> Option<AdapterDraft> {
    let mut fields = Fields::open(reader, at)?;
    let Some(()) = fields.kind(reader, "adapter", &[("lora", ())]) else {
        fields.abandon();
        return None;
    };
    let parent = fields.or(reader, "parent", None, |reader, at| {
        let words = PARENT.map(|parent| (parent.word(), parent));
        let word = reader.word(at, "end of a parent's adapter", &words);
        word.map(|word| Some((at.node.place, word)))
    });
    // An adapter that goes on being trained has its rank already.
    let needs_rank = matches!(parent, Some(None | Some((_, ParentAdapter::Merge | ParentAdapter::Stack))));
    let rank_at = if needs_rank { fields.need(reader, "rank") } else { fields.take("rank") };
    let rank = match rank_at {
        Some(at) => reader.integer(&at, 1..=4096).map(|rank| Some((at.node.place, rank as u32))),
        None => (!needs_rank).then_some(None),
    };
    let alpha = fields.or(reader, "alpha", None, |reader, at| {
        reader.number(at, 1e-3..=1e6).map(|alpha| Some((at.node.place, alpha)))
    });
    let dropout = fields.or(reader, "dropout", 0.0, |reader, at| reader.number(at, 0.0..=0.9));
    let targets = fields.or(reader, "targets", None, |reader, at| {
        let targets = reader.some_list(at, |reader, at| Some((at.node.place, reader.some_text(at)?)))?;
        if targets.len() > MOST_TARGETS {
            let message = format!("expected at most {MOST_TARGETS} patterns, found {}", targets.len());
            let hint = Some("`*` stands for any characters: `*_proj`".to_owned());
            return reader.wrong_of(Code::OutOfRange, at, message, hint);
        }
        let targets = Some(targets);
        targets.map(|targets| Some((at.node.place, targets)))
    });
    let then = fields.or(reader, "then", AdapterThen::default(), |reader, at| {
        reader.word(at, "end of an adapter", &[("merge", AdapterThen::Merge), ("keep", AdapterThen::Keep)])
    });
    fields.finish(reader);
    let (place, path) = (at.node.place, at.path.clone());
    Some(AdapterDraft {
        place,
        path,
        rank: rank?,
        alpha: alpha?,
        dropout: dropout?,
        targets: targets?,
        then: then?,
        parent: parent?,
    })
}

/// Fills in what an adapter takes from the adapter that its model's parent was trained with, where that was kept.
///
/// `architecture` is the network of both.
pub fn resolve(
    reader: &mut Reader,
    draft: &AdapterDraft,
    base: &Name,
    theirs: Option<&Adapter>,
    architecture: &Architecture,
) -> Option<Adapter> {
    let AdapterDraft { place, path, rank, alpha, dropout, targets, then, parent: said } = draft;
    let own_targets = match targets {
        None => Some(Vec::new()),
        Some((_, targets)) => meant(reader, path, targets, architecture),
    }?;
    if layers::layers(architecture).next().is_none() {
        let message = format!("`{}` has no linear layers that an adapter could add to", architecture.word());
        let hint = "leave `adapter` out: all weights are trained then".to_owned();
        reader.problem_of(Code::ConflictingKeys, *place, path, message, Some(hint));
        return None;
    }
    let kept = theirs.filter(|adapter| adapter.is_kept());
    let problem = |reader: &mut Reader, place: Place, path: String, message: String, hint: &str| {
        reader.problem_of(Code::ConflictingKeys, place, &path, message, Some(hint.to_owned()));
        None
    };
    let (rank, alpha, targets) = match (kept, said) {
        (None, Some((place, word))) => {
            let message = format!("`{base}` has kept no adapter to {}", to_do(*word));
            let hint = format!("leave `parent` out, or give the adapter of `{base}` `then: keep`");
            return problem(reader, *place, format!("{path}.parent"), message, &hint);
        }
        (Some(_), None) => {
            let message = format!("`{base}` has kept its adapter, and nothing says what becomes of it here");
            let hint = "`parent: continue` goes on training it, `parent: stack` trains a new one on top of it, \
                        `parent: merge` adds it to the weights first";
            return problem(reader, *place, path.clone(), message, hint);
        }
        (
            Some(Adapter::Lora { rank: theirs, alpha: their_alpha, targets: their_targets, .. }),
            Some((_, ParentAdapter::Continue)),
        ) => {
            let hint = "leave it out, or train an adapter of its own with `parent: stack` or `parent: merge`";
            let differs = |what: &str, theirs: String, found: String| {
                format!("the adapter that goes on has the {what} {theirs} of `{base}`, not {found}")
            };
            if let Some((place, rank)) = rank.filter(|(_, rank)| rank != theirs) {
                let message = differs("rank", theirs.to_string(), rank.to_string());
                return problem(reader, place, format!("{path}.rank"), message, hint);
            }
            if let Some((place, alpha)) = alpha.filter(|(_, alpha)| alpha != their_alpha) {
                let message = differs("alpha", their_alpha.to_string(), alpha.to_string());
                return problem(reader, place, format!("{path}.alpha"), message, hint);
            }
            if let Some((place, _)) = targets.as_ref().filter(|_| own_targets != *their_targets) {
                let message = format!("the adapter that goes on has the targets of `{base}`, not these");
                return problem(reader, *place, format!("{path}.targets"), message, hint);
            }
            (*theirs, *their_alpha, their_targets.clone())
        }
        (Some(_), Some((_, ParentAdapter::Merge | ParentAdapter::Stack))) | (None, None) => {
            let rank = rank.map(|(_, rank)| rank)?;
            (rank, alpha.map_or(2.0 * f64::from(rank), |(_, alpha)| alpha), own_targets)
        }
    };
    Some(Adapter::Lora { rank, alpha, dropout: *dropout, targets, then: *then, parent: said.map(|(_, word)| word) })
}

/// Returns the patterns of layers, after each was found to mean at least one.
fn meant(
    reader: &mut Reader,
    path: &str,
    targets: &[(Place, String)],
    architecture: &Architecture,
) -> Option<Vec<String>> {
    /// Nobody means the layers of one block behind so many; a description may say millions of them.
    const MOST: usize = 1 << 16;
    let mut is_right = true;
    for (i, (place, pattern)) in targets.iter().enumerate() {
        if layers::layers(architecture).take(MOST).any(|layer| layers::is_meant(pattern, &layer.name)) {
            continue;
        }
        is_right = false;
        let path = format!("{path}.targets[{i}]");
        let message = format!("no layer of the blocks of `{}` is called {}", architecture.word(), shown(pattern));
        reader.problem_of(Code::NoSuchName, *place, &path, message, called(pattern, architecture));
    }
    is_right.then(|| targets.iter().map(|(_, pattern)| pattern.clone()).collect())
}

/// Returns what the layers of a network are called, each once, whatever block it stands in.
fn called(pattern: &str, architecture: &Architecture) -> Option<String> {
    let mut ends: Vec<String> = Vec::new();
    for layer in layers::layers(architecture).take(1000) {
        // What stands behind the number of the block; of a plain chain of layers, all of it.
        let end = layer.name.split_once(|c: char| c.is_ascii_digit()).and_then(|(_, end)| end.split_once('.'));
        let end = end.map_or(layer.name.clone(), |(_, end)| end.to_owned());
        if !ends.contains(&end) {
            ends.push(end);
        }
    }
    let last = |end: &String| end.rsplit('.').next().unwrap_or(end).to_owned();
    let words: Vec<String> = ends.iter().cloned().chain(ends.iter().map(last)).collect();
    let near = letters::nearest(pattern, words.iter().map(String::as_str));
    near.or_else(|| Some(format!("the layers are {}", listed(ends.iter().take(12).map(String::as_str)))))
}

/// Returns what a word asks to do with an adapter.
fn to_do(word: ParentAdapter) -> &'static str {
    match word {
        ParentAdapter::Merge => "merge",
        ParentAdapter::Continue => "continue",
        ParentAdapter::Stack => "stack on",
    }
}
