//! The shape of what a network reads: taken from the data where it is left out, and checked against both.

use std::collections::BTreeMap;

use crate::id::Name;
use crate::recipe::code::Code;
use crate::recipe::dataset::Dataset;
use crate::recipe::model::cnn::Block;
use crate::recipe::model::{Architecture, Cnn, Vit};
use crate::recipe::problem::Place;
use crate::recipe::read::architecture::parts;
use crate::recipe::read::node::Node;
use crate::recipe::read::reader::Reader;
use crate::recipe::training::DataShare;

/// What a model learns from, and where it says so.
pub struct Data<'d> {
    /// The datasets of the recipe, as far as they could be read.
    pub datasets: Option<&'d BTreeMap<Name, Dataset>>,
    /// The datasets of the model.
    pub shares: &'d [DataShare],
    /// Where `data` stands.
    pub place: Place,
    /// The path of `data`.
    pub path: String,
}

/// The features of a dataset, as far as the recipe tells.
enum Given {
    Shape(Vec<u32>),
    /// There are none.
    Nothing,
    /// Its data is not prepared here, or could not be read, which was told.
    Unknown,
}

impl Data<'_> {
    fn given(&self, dataset: &Name) -> Given {
        match self.datasets.and_then(|datasets| datasets.get(dataset)) {
            None => Given::Unknown,
            Some(dataset) if dataset.source.is_described() => Given::Unknown,
            Some(dataset) => match &dataset.features {
                None => Given::Nothing,
                // Longer sounds than can be counted are too long for any network.
                Some(features) => {
                    Given::Shape(features.shape().iter().map(|n| u32::try_from(*n).unwrap_or(u32::MAX)).collect())
                }
            },
        }
    }
}

/// Fills in the shape of a record where it was left out, and checks that the network can read such records.
///
/// `node` is what stands at `path`, the architecture.
pub fn settle(
    reader: &mut Reader,
    mut architecture: Architecture,
    node: &Node,
    path: &str,
    data: &Data<'_>,
) -> Option<Architecture> {
    let Some(typed) = architecture.input() else { return Some(architecture) };
    let of_input = if matches!(architecture, Architecture::Clip(_)) { vec!["image", "input"] } else { vec!["input"] };
    let first = data.shares.first().map(|share| (&share.dataset, data.given(&share.dataset)));
    match (typed.is_empty(), first) {
        (true, Some((_, Given::Shape(shape)))) => architecture.set_input(shape),
        (true, Some((dataset, Given::Nothing))) => return without_features(reader, &architecture, dataset, data),
        (true, Some((_, Given::Unknown)) | None) => {
            // Where the datasets are wrong, nothing is said of what depends on them.
            let hint = "give the shape of a record, such as `input: [1, 28, 28]`; nothing else says it".to_owned();
            data.datasets?;
            return wrong(reader, node, path, &of_input, Code::MissingKey, "`input` is missing".to_owned(), hint);
        }
        (false, Some((dataset, Given::Shape(shape)))) if shape != typed => {
            let message =
                format!("the network reads {}, and `{dataset}` has features of {}", shown(typed), shown(&shape));
            let hint = format!("leave `input` out, or write `input: {shape:?}`");
            return wrong(reader, node, path, &of_input, Code::ShapeMismatch, message, hint);
        }
        (false, _) => {}
    }
    let n: u64 = architecture.input().unwrap_or_default().iter().copied().map(u64::from).fold(1, u64::saturating_mul);
    if n > parts::MOST_NUMBERS {
        let message = format!("a record of {n} numbers is too large: expected {} at most", parts::MOST_NUMBERS);
        let hint = "make the features smaller".to_owned();
        return wrong(reader, node, path, &of_input, Code::OutOfRange, message, hint);
    }
    fits(reader, &architecture, node, path)?;
    Some(architecture)
}

/// Checks that all that a model learns from has features of the shape its network reads.
pub fn suits(reader: &mut Reader, architecture: &Architecture, data: &Data<'_>) -> Option<()> {
    let Some(input) = architecture.input() else { return Some(()) };
    for share in data.shares {
        match data.given(&share.dataset) {
            Given::Unknown => {}
            Given::Nothing => return without_features(reader, architecture, &share.dataset, data),
            Given::Shape(shape) if shape == input => {}
            Given::Shape(shape) => {
                let dataset = &share.dataset;
                let message =
                    format!("`{dataset}` has features of {}, and the network reads {}", shown(&shape), shown(input));
                let hint = Some(format!("give `{dataset}` features of {}", shown(input)));
                reader.problem_of(Code::ShapeMismatch, data.place, &data.path, message, hint);
                return None;
            }
        }
    }
    Some(())
}

fn without_features<T>(reader: &mut Reader, architecture: &Architecture, dataset: &Name, data: &Data<'_>) -> Option<T> {
    let message = format!("`{}` reads features, and `{dataset}` has none", architecture.word());
    let hint = "give the dataset some, such as `features: { type: image, width: 28, height: 28 }`".to_owned();
    reader.problem_of(Code::ConflictingKeys, data.place, &data.path, message, Some(hint));
    None
}

/// Checks that the layers of a network fit the records it reads.
fn fits(reader: &mut Reader, architecture: &Architecture, node: &Node, path: &str) -> Option<()> {
    match architecture {
        Architecture::Cnn(cnn) => stages_fit(reader, cnn, node, path),
        Architecture::Vit(vit) => patch_fits(reader, vit, node, path, &["patch"]),
        Architecture::Clip(clip) => patch_fits(reader, &clip.image, node, path, &["image", "patch"]),
        Architecture::Gan(gan) => {
            if gan.input.len() != 3 {
                let message = format!(
                    "a `gan` makes pictures, expected `[channels, height, width]`, found {}",
                    shown(&gan.input)
                );
                let hint = "let it learn from a dataset with `features: { type: image, … }`".to_owned();
                return wrong(reader, node, path, &["input"], Code::ShapeMismatch, message, hint);
            }
            match gan.input[1..].iter().find(|side| *side % 4 != 0) {
                None => Some(()),
                Some(side) => {
                    let message =
                        format!("a `gan` makes its pictures twice as large two times, and {side} is no multiple of 4");
                    let hint = format!("give the features a side of {}", side.next_multiple_of(4));
                    wrong(reader, node, path, &["input"], Code::ShapeMismatch, message, hint)
                }
            }
        }
        Architecture::Llama(_)
        | Architecture::Gpt2(_)
        | Architecture::Bert(_)
        | Architecture::Rnn(_)
        | Architecture::Lstm(_)
        | Architecture::Gru(_)
        | Architecture::Mlp(_)
        | Architecture::Autoencoder(_) => Some(()),
    }
}

/// Each stage of plain blocks halves both sides, and leaves out what is left over.
fn stages_fit(reader: &mut Reader, cnn: &Cnn, node: &Node, path: &str) -> Option<()> {
    let [_, height, width] = cnn.picture();
    let (least, n) = (height.min(width), cnn.channels.len());
    match cnn.block {
        Block::Plain if least.checked_shr(n as u32).unwrap_or(0) == 0 => {
            let message = format!("{n} stages halve {height} × {width} {n} times, and nothing would be left");
            let hint = format!("{} stages would fit, or `block: residual`", least.ilog2().max(1));
            wrong(reader, node, path, &["channels"], Code::ShapeMismatch, message, hint)
        }
        Block::Plain | Block::Residual => Some(()),
    }
}

fn patch_fits(reader: &mut Reader, vit: &Vit, node: &Node, path: &str, key: &[&str]) -> Option<()> {
    let [_, height, width] = vit.picture();
    let least = height.min(width);
    if vit.patch <= least {
        return Some(());
    }
    let message = format!("a patch of {0} × {0} is larger than {height} × {width}", vit.patch);
    wrong(reader, node, path, key, Code::ShapeMismatch, message, format!("`patch: {least}` is the largest that fits"))
}

/// Tells what is wrong with a key below an architecture, where it stands, or else where the architecture does.
fn wrong<T>(
    reader: &mut Reader,
    node: &Node,
    path: &str,
    key: &[&str],
    code: Code,
    message: String,
    hint: String,
) -> Option<T> {
    let (mut at, mut whole) = (node, path.to_owned());
    for part in key {
        at = at.get(part).unwrap_or(at);
        whole.push_str(&format!(".{part}"));
    }
    reader.problem_of(code, at.place, &whole, message, Some(hint));
    None
}

/// Returns a shape as people write it.
fn shown(shape: &[u32]) -> String {
    shape.iter().map(u32::to_string).collect::<Vec<_>>().join(" × ")
}
