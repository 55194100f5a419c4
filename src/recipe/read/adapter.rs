//! Reads `adapter`: first as it is typed, then beside the parent, which may have kept an adapter of its own.

use crate::id::Name;
use crate::recipe::adapter::{Adapter, AdapterThen, ParentAdapter};
use crate::recipe::code::Code;
use crate::recipe::problem::Place;
use crate::recipe::read::fields::Fields;
use crate::recipe::read::reader::{At, Reader};

/// What can become of a parent's adapter.
const PARENT: [ParentAdapter; 3] = [ParentAdapter::Merge, ParentAdapter::Continue, ParentAdapter::Stack];

/// A value, and where it stands.
type Placed<T> = Option<(Place, T)>;

/// An adapter before its parent is known.
#[derive(Debug, Clone)]
pub struct AdapterDraft {
    place: Place,
    path: String,
    rank: Placed<u32>,
    alpha: Placed<f64>,
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
    let then = fields.or(reader, "then", AdapterThen::default(), |reader, at| {
        reader.word(at, "end of an adapter", &[("merge", AdapterThen::Merge), ("keep", AdapterThen::Keep)])
    });
    fields.finish(reader);
    let (place, path) = (at.node.place, at.path.clone());
    Some(AdapterDraft { place, path, rank: rank?, alpha: alpha?, then: then?, parent: parent? })
}

/// Fills in what an adapter takes from the adapter that its model's parent was trained with, where that was kept.
pub fn resolve(reader: &mut Reader, draft: &AdapterDraft, base: &Name, theirs: Option<&Adapter>) -> Option<Adapter> {
    let AdapterDraft { place, path, rank, alpha, then, parent: said } = draft;
    let kept = theirs.filter(|adapter| adapter.is_kept());
    let problem = |reader: &mut Reader, place: Place, path: String, message: String, hint: &str| {
        reader.problem_of(Code::ConflictingKeys, place, &path, message, Some(hint.to_owned()));
        None
    };
    let (rank, alpha) = match (kept, said) {
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
        (Some(Adapter::Lora { rank: theirs, alpha: their_alpha, .. }), Some((_, ParentAdapter::Continue))) => {
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
            (*theirs, *their_alpha)
        }
        (Some(_), Some((_, ParentAdapter::Merge | ParentAdapter::Stack))) | (None, None) => {
            let rank = rank.map(|(_, rank)| rank)?;
            (rank, alpha.map_or(2.0 * f64::from(rank), |(_, alpha)| alpha))
        }
    };
    Some(Adapter::Lora { rank, alpha, then: *then, parent: said.map(|(_, word)| word) })
}

/// Returns what a word asks to do with an adapter.
fn to_do(word: ParentAdapter) -> &'static str {
    match word {
        ParentAdapter::Merge => "merge",
        ParentAdapter::Continue => "continue",
        ParentAdapter::Stack => "stack on",
    }
}
